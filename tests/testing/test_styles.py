"""Right passes are right however their arrays are laid out, and what cannot be understood is refused by name."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import sympy as sp
import testing.passes as passes

from symrnn.cells import GRU, IRNN, LSTM, MGU, Cell, Elman, Leaky
from symrnn.cells.training import masked
from symrnn.errors import SelectionError, UnknownTermError
from symrnn.symbols import q
from symrnn.testing import Layout, WrongGradientError, check_backward, compare_backward

COLUMNS = passes.gru()
"""A pass with columns (units, batch): what the others are made of."""


def batch_in_the_middle(params: Any, x: Any, h0: Any, dh: Any) -> Any:
    found = COLUMNS(_columns(params), x.swapaxes(1, 2), h0.T, dh.swapaxes(1, 2))
    return {**_like(params, found), "x": found["x"].swapaxes(1, 2), "h0": found["h0"].T}


def batch_first(params: Any, x: Any, h0: Any, dh: Any) -> Any:
    found = COLUMNS(_columns(params), x.transpose(1, 2, 0), h0.T, dh.transpose(1, 2, 0))
    return {**_like(params, found), "dx": found["x"].transpose(2, 0, 1), "dh_0": found["h0"].T}


def matrices_on_the_right(params: Any, x: Any, h0: Any, dh: Any) -> Any:
    turned = {name: value.T if value.ndim == 2 else value for name, value in params.items()}
    found = batch_in_the_middle(turned, x, h0, dh)
    return {name: value.T if name[0] in "WU" else value for name, value in found.items()}


def one_sequence(params: Any, x: Any, h0: Any, dh: Any) -> Any:
    found = COLUMNS(_columns(params), x[:, :, None], h0[:, None], dh[:, :, None])
    return {**_like(params, found), "x": found["x"][:, :, 0], "h0": found["h0"][:, 0]}


def single_columns(params: Any, x: Any, h0: Any, dh: Any) -> Any:
    assert x.shape[2] == 1
    return COLUMNS(params, x, h0, dh)


def biases_as_rows(params: Any, x: Any, h0: Any, dh: Any) -> Any:
    flat = {name: value[0] if name[0] == "b" else value for name, value in params.items()}
    if any(value.shape[:1] != (1,) for name, value in params.items() if name[0] == "b"):
        raise ValueError("biases are rows")
    return batch_in_the_middle(flat, x, h0, dh)


def in_single_precision(params: Any, x: Any, h0: Any, dh: Any) -> Any:
    found = batch_in_the_middle(params, x, h0, dh)
    return {name: value.astype(np.float32) for name, value in found.items()}


def three_dictionaries(params: Any, inputs: Any, initial: Any, slopes: Any) -> Any:
    found = batch_in_the_middle(params, inputs["x"], initial["h"], slopes["dh"])
    return {name: found[name] for name in params}, {"x": found["x"]}, {"h": found["h0"]}


def some_of_them(params: Any, x: Any, h0: Any, dh: Any) -> Any:
    return {"grad_U_r": batch_in_the_middle(params, x, h0, dh)["U_r"]}


def time_last(params: Any, x: Any, h0: Any, dh: Any) -> Any:
    found = COLUMNS(params, x.transpose(2, 0, 1), h0, dh.transpose(2, 0, 1))
    return found | {"x": found["x"].transpose(1, 2, 0)}


def columns_are_steps(params: Any, x: Any, h0: Any, dh: Any) -> Any:
    found = one_sequence(params, x.T, h0, dh.T)
    return found | {"x": found["x"].T}


def with_lists(params: Any, x: Any, h0: Any, dh: Any) -> Any:
    return {name: list(value) for name, value in batch_in_the_middle(params, x, h0, dh).items()}


def _columns(params: Any) -> Any:
    return {name: value if value.ndim == 2 else value[:, None] for name, value in params.items()}


def _like(params: Any, found: Any) -> Any:
    return {name: found[name].reshape(value.shape) for name, value in params.items()}


STYLES: dict[str, tuple[Callable[..., Any], str]] = {
    "columns": (COLUMNS, "time, units, batch"),
    "batch in the middle": (batch_in_the_middle, "time, batch, units"),
    "batch first": (batch_first, "batch, time, units"),
    "matrices on the right": (matrices_on_the_right, "matrices on the right"),
    "one sequence": (one_sequence, "sequences (time, units)"),
    "single columns": (single_columns, "time, units, 1"),
    "biases as rows": (biases_as_rows, "biases as rows"),
    "single precision": (in_single_precision, "time, batch, units"),
    "three dictionaries": (three_dictionaries, "time, batch, units"),
    "time last": (time_last, "units, batch, time"),
    "columns are steps": (columns_are_steps, "sequences (units, time)"),
    "with lists": (with_lists, "time, batch, units"),
    "some of them": (some_of_them, "time, batch, units"),
}


@pytest.mark.parametrize("style", STYLES)
def test_layouts_are_found_out(style: str) -> None:
    function, layout = STYLES[style]
    assert layout in str(check_backward(GRU(), function).layout)


@pytest.mark.parametrize("style", ["columns", "batch in the middle", "batch first", "one sequence", "single columns"])
def test_a_declared_layout_is_the_one_that_is_tried(style: str) -> None:
    function, layout = STYLES[style]
    declared = {"time, units, batch": "TnB", "time, batch, units": "TBn", "batch, time, units": "BTn"}
    name = declared.get(layout, "Tn" if style == "one sequence" else "Tn1")
    assert check_backward(GRU(), function, layout=name)
    with pytest.raises((SelectionError, WrongGradientError)):
        check_backward(GRU(), function, layout="BTn" if name != "BTn" else "TnB")


def test_a_transposed_gradient_is_wrong_in_a_declared_layout() -> None:
    def turned(params: Any, x: Any, h0: Any, dh: Any) -> Any:
        found = batch_in_the_middle(params, x, h0, dh)
        return found | {"W_r": found["W_r"].T}

    report = compare_backward(GRU(), turned, layout=Layout("TBn"))
    assert [each.name for each in report.wrong] == ["W_r"]
    assert "it is transposed" in str(report)


def test_names_and_a_tuple() -> None:
    def backward(Wx: Any, Wh: Any, bias: Any, xs: Any, first: Any, dh: Any) -> Any:
        found = passes.leaky()(Wx, Wh, bias, 0.5, xs, first, _run(Wx, Wh, bias, xs, first), dh)
        return found["W"], found["U"], found["b"], found["h_0"]

    def _run(W: Any, U: Any, b: Any, x: Any, h: Any) -> Any:
        states = []
        for each in x:
            h = 0.5 * h + 0.5 * np.tanh(each @ W.T + h @ U.T + b)
            states.append(h)
        return np.stack(states)

    names = {"Wx": "W", "Wh": "U", "bias": "b", "xs": "x", "first": "h0"}
    cell = Leaky("tanh", rate=sp.Rational(1, 2))
    assert check_backward(cell, backward, names=names, returns=("Wx", "Wh", "bias", "first"))


@pytest.mark.parametrize("turned", [False, True])
def test_matrices_side_by_side(turned: bool) -> None:
    """One matrix of [h; x] and all gates; where matrices stand on the right it is transposed."""
    gates = [f"{part}_{gate}" for part in "WUb" for gate in "ifgo"]

    def backward(W: Any, b: Any, x: Any, h0: Any, c0: Any, dh: Any) -> Any:
        whole, n = W.T if turned else W, h0.shape[1]
        W_hh, W_ih = whole[:, :n], whole[:, n:]
        found = passes.lstm()(W_ih, W_hh, b, x, h0, c0, dh)
        both = np.hstack([found["dW_hh"], found["dW_ih"]])
        return {"dW": both.T if turned else both, "db": found["dbias"], "dx": found["dx"]}

    names: Any = {"W": tuple((f"U_{gate}", f"W_{gate}") for gate in "ifgo"), "b": tuple(gates[8:])}
    report = check_backward(LSTM(), backward, names=names)
    assert len(report.checked) == 13
    assert report.layout.rows is turned


def test_a_loss_with_a_formula_takes_targets_and_masks() -> None:
    cell = MGU().with_loss("softmax cross-entropy", readout=q, over="mean", masked=True)

    def backward(h: Any, y: Any, d: Any, mu: Any, N: float) -> Any:
        p = np.exp(y) / np.exp(y).sum(axis=-1, keepdims=True)
        dy = mu * (p - d) / N
        return {"W_hy": np.einsum("tbq,tbn->qn", dy, h), "b_y": dy.sum(axis=(0, 1))}

    def without_mask(h: Any, y: Any, d: Any, mu: Any, N: float) -> Any:
        return backward(h, y, d, np.ones_like(mu), N)

    assert check_backward(cell, backward)
    assert "mu is ignored" in str(compare_backward(cell, without_mask))


@pytest.mark.table(quick=0)
def test_a_pass_without_masks_is_wrong_for_a_masked_cell() -> None:
    cell = masked(GRU())

    def ignoring(params: Any, x: Any, h0: Any, dh: Any) -> Any:
        return batch_in_the_middle(params, x, h0, dh)

    assert not compare_backward(cell, ignoring, seconds=0)


# -- what cannot be understood -----------------------------------------------------------------------------------


def refused(cell: Any, function: Any, **options: Any) -> str:
    with pytest.raises((SelectionError, UnknownTermError)) as caught:
        check_backward(cell, function, **options)
    return str(caught.value)


def test_unknown_arguments_and_gradients_are_named() -> None:
    assert "takes Whh, which is not a quantity of the Elman network; did you mean W_hh" in refused(
        Elman("tanh"), lambda Whh: {"W_hh": Whh}
    )
    assert "returns dWhh, which is not a gradient of the Elman network; did you mean W_hh" in refused(
        Elman("tanh"), lambda W_hh: {"dWhh": W_hh}
    )
    assert "W is made of blocks that do not fit: U_i (5, 5); W_i (5, 2)" in refused(
        LSTM(), lambda W: {"W": W}, names={"W": ("U_i", "W_i")}
    )
    assert "made of V_i, which is not a parameter of the LSTM" in refused(
        LSTM(), lambda W: {"W": W}, names={"W": ("V_i",)}
    )


def test_what_is_no_backward_pass() -> None:
    assert "does not say what is what" in refused(Elman("tanh"), lambda W_hh: W_hh)
    assert "returns no gradient" in refused(Elman("tanh"), lambda W_hh: {})
    assert "returns= names 1" in refused(Elman("tanh"), lambda W_hh: (W_hh, W_hh), returns=("W_hh",))
    assert "is not a function" in refused(Elman("tanh"), 3)
    assert "does not tell its arguments" in refused(Elman("tanh"), lambda **anything: anything)
    assert "is not a recurrence" in refused("lstm", lambda W_hh: {})
    assert "not of real numbers" in refused(Elman("tanh"), lambda W_hh: {"W_hh": W_hh + 1j})
    assert "raises ZeroDivisionError" in refused(Elman("tanh"), lambda W_hh: {"W_hh": 1 / 0})
    assert "there is no layout 'BnT'" in refused(Elman("tanh"), lambda W_hh: {"W_hh": W_hh}, layout="BnT")


def test_positional_arguments_with_defaults() -> None:
    def backward(U_r: Any, epsilon: float = 1.0, /) -> Any:
        assert epsilon == 1.0
        return {"U_r": 0 * U_r}

    assert compare_backward(GRU(), backward, seconds=0).title == "backward"


def test_an_activation_without_a_formula_cannot_be_computed() -> None:
    assert "say which one it is" in refused(Elman(), lambda W_hh: {"W_hh": W_hh})


def test_what_is_not_a_number_is_wrong() -> None:
    report = compare_backward(IRNN(), lambda W_hh: {"W_hh": np.full_like(W_hh, np.nan)})
    assert "is not a number" in str(report)


def test_a_pass_that_alters_what_it_is_given_does_no_harm() -> None:
    def altering(params: Any, x: Any, h0: Any, dh: Any) -> Any:
        found = batch_in_the_middle(params, x, h0, dh)
        for each in (*params.values(), x, h0, dh):
            each[...] = 0
        return found

    assert check_backward(GRU(), altering)


def test_a_cell_of_rows_is_refused_and_not_run_with_columns() -> None:
    row = Cell.parse("h_t = tanh(x_t W + h_{t-1} U)\nwhere\n  h: 1 x n; x: 1 x m")
    assert "a row or a matrix of the cell changes with time" in refused(row, lambda h0, dh: {"h0": h0})
    memory = Cell.parse("S_t = S_{t-1} + v_t k_t'\nwhere\n  S: n x m; v: n; k: m")
    assert "compare with generate(cell, 'numpy') yourself" in refused(memory, lambda S0, dS: {"S0": S0})
