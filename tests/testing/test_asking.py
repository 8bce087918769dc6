"""What cannot be meant is refused in the user's words, and a name that is met nowhere is told."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import testing.passes as passes
from click.testing import CliRunner

from symrnn import GRU, Elman
from symrnn.cells import Bidirectional, masked
from symrnn.cli import main
from symrnn.clipping import clip_by_global_norm
from symrnn.errors import LimitError, ParameterError, SelectionError, ShapeError, UnknownTermError
from symrnn.testing import Layout, compare_backward, differentiated

NAN = float("nan")


def right(W_hh: Any, W_xh: Any, b_h: Any, W_hy: Any, b_y: Any, x: Any, h0: Any, dy: Any) -> Any:
    return passes.elman()(W_hh, W_xh, b_h, W_hy, b_y, x, h0, dy)


@pytest.mark.parametrize(
    ("name", "value", "advice"),
    [
        *(("layout", value, "give axes") for value in (3, ("T", "n"), Layout, [])),
        *(("names", value, "give a dictionary") for value in ("W", 3, {"W_hh": 3}, {"W_hh": None}, {3: "W_hh"})),
        *(("names", {"W": value}, "give a dictionary") for value in ((), "", ((),), (3,))),
        *(("returns", value, "each once") for value in (None, 3, "W_hh", ("W_hh", "W_hh"), (3,))),
        *(("convert", value, "give a function") for value in (3, "x")),
        *(("seed", value, "give an integer from 0 on") for value in (-1, None, "a", 1.5, NAN, True)),
        *(("seconds", value, "give a number of seconds") for value in (-1, None, "a", NAN)),
        *(("tolerance", value, "between 0 and 1") for value in (0, -1, 1, "a", NAN)),
    ],
)
def test_options_that_cannot_be_meant(name: str, value: Any, advice: str) -> None:
    with pytest.raises(SelectionError, match=advice):
        compare_backward(Elman("tanh"), right, **{name: value})


@pytest.mark.parametrize(
    ("convert", "what"),
    [(lambda: 0, "raises TypeError"), (lambda a: 1 / 0, "raises ZeroDivisionError"), (lambda a: a[0], r"makes \(3,\)")],
)
def test_a_conversion_that_makes_no_array(convert: Any, what: str) -> None:
    with pytest.raises(SelectionError, match=what):
        compare_backward(Elman("tanh"), right, convert=convert)


@pytest.mark.parametrize("layout", ["Tn:", "Tn:W", ":"])
def test_a_colon_without_a_side(layout: str) -> None:
    with pytest.raises(SelectionError, match="matrices stand on the right, ':Wx' on the left"):
        compare_backward(Elman("tanh"), right, layout=layout)


def test_a_name_that_is_met_nowhere() -> None:
    with pytest.raises(SelectionError, match="names= says what W_h is, and right neither takes nor returns it"):
        compare_backward(Elman("tanh"), right, layout="Tn", names={"W_h": "W_hh"})


def test_lists_that_are_no_array() -> None:
    def ragged(W_hh: Any) -> Any:
        return {"W_hh": [[1.0, 2.0], [3.0]]}

    with pytest.raises(SelectionError, match=r"the gradient by W_hh that .*ragged returns is not an array"):
        compare_backward(Elman("tanh"), ragged)


def test_a_pass_that_leaves_the_program() -> None:
    def leaving(W_hh: Any) -> Any:
        raise SystemExit(5)

    with pytest.raises(SelectionError, match="leaving raises SystemExit: 5"):
        compare_backward(Elman("tanh"), leaving)


def test_a_network_that_is_too_wide() -> None:
    wide = Elman("tanh").with_loss("squared error", of="h", readout=10**9, output="o")
    with pytest.raises(LimitError, match="sizes up to 2000 are compared"):
        compare_backward(wide, lambda W_hh: {"W_hh": 0 * W_hh})


@pytest.mark.parametrize("given", [None, 3, "x"])
def test_what_is_no_forward_pass(given: Any) -> None:
    with pytest.raises(SelectionError, match="is not a function"):
        differentiated(given)
    for axes in ([], None, 3):
        with pytest.raises(SelectionError, match="there is no layout"):
            Layout(axes)  # type: ignore[arg-type]


def test_the_command_says_how_it_is_used(tmp_path: Any) -> None:
    file = tmp_path / "mine.py"
    file.write_text("def backward(W_hh):\n    return W_hh, W_hh\ndef leaving(W_hh):\n    raise SystemExit(5)\n")
    cell = ("--cell", "elman")

    def run(*words: str) -> tuple[int, str]:
        result = CliRunner().invoke(main, ["check-backward", *words])
        return result.exit_code, result.stderr

    status, text = run(f"{file}:backward", *cell)
    assert (status, "--activation tanh" in text) == (2, True)
    status, text = run(f"{file}:backward", *cell, "--activation", "tanh")
    assert (status, "--returns W_hh,x,h0" in text) == (2, True)
    status, text = run(f"{file}:leaving", *cell, "--activation", "tanh")
    assert (status, "raises SystemExit: 5" in text) == (2, True)
    status, text = run(f"{file}:backward", *cell, "--layers", "100000")
    assert (status, "1<=x<=100" in text) == (2, True)


@pytest.mark.parametrize("convert", [np.int64, np.round, lambda value: value.astype(bool), lambda value: value + 1])
def test_a_conversion_that_does_not_keep_numbers(convert: Any) -> None:
    with pytest.raises(SelectionError, match="does not keep the numbers of an array"):
        compare_backward(Elman("tanh"), right, convert=convert)


def test_a_name_that_is_said_to_be_what_is_none_is_told_with_that() -> None:
    def mine(W_hh: Any, dy: Any) -> Any: ...

    with pytest.raises(SelectionError) as caught:
        compare_backward(Elman("tanh"), mine, names={"dy": "dq"})
    assert "mine takes dy, which names= says is dq; dq is not a quantity of the Elman network" in str(caught.value)
    with pytest.raises(SelectionError) as caught:
        compare_backward(Elman("tanh"), mine, names={"dy": "dh"})  # a slope that the loss of its outputs does not have
    assert "mine takes dy, which names= says is dh; dh is not a quantity of the Elman network" in str(caught.value)


def test_arrays_of_another_precision_are_converted() -> None:
    assert compare_backward(Elman("tanh"), right, layout="Tn", convert=np.float32)


@pytest.mark.parametrize(
    ("call", "error"),
    [
        (lambda: Bidirectional(None), ParameterError),  # type: ignore[arg-type]
        (lambda: Bidirectional(GRU), ParameterError),  # type: ignore[arg-type]
        (lambda: masked(3), UnknownTermError),  # type: ignore[arg-type]
        (lambda: GRU().with_loss("squared error", of=3), UnknownTermError),  # type: ignore[arg-type]
        (lambda: clip_by_global_norm(None, 1), ShapeError),  # type: ignore[arg-type]
        (lambda: clip_by_global_norm(3, 1), ShapeError),  # type: ignore[arg-type]
    ],
)
def test_what_is_no_cell_no_column_and_no_gradients(call: Any, error: Any) -> None:
    with pytest.raises(error, match="give"):
        call()


def two_biases(slip: str) -> Any:
    def backward(W_hh: Any, W_xh: Any, W_hy: Any, b_ih: Any, b_hh: Any, x: Any, h0: Any, dy: Any) -> Any:
        states, db, back = [h0], np.zeros_like(b_ih), np.zeros_like(h0)
        for each in x:
            states.append(np.tanh(W_xh @ each + b_ih + W_hh @ states[-1] + (0 if slip == "forgotten" else b_hh)))
        for t in reversed(range(len(x))):
            da = (1 - states[t + 1] ** 2) * (W_hy.T @ dy[t] + back)
            db += da
            back = W_hh.T @ da
        return {"db_ih": db, "db_hh": np.zeros_like(db) if slip == "left out" else db, "h0": back}

    return backward


@pytest.mark.parametrize("slip", ["", "forgotten", "left out"])
def test_each_of_two_biases_that_are_added_has_a_gradient(slip: str) -> None:
    names = {"b_ih": "b_h", "b_hh": "b_h"}
    report = compare_backward(Elman("tanh"), two_biases(slip), layout="Tn", names=names, seconds=0)
    assert report.checked == ("b_h", "b_h in b_hh", "h[0]")
    assert "b_ih + b_hh is taken to be b_h, so that each has this gradient" in str(report)
    wrong = {"": set(), "left out": {"b_h in b_hh"}, "forgotten": {"b_h", "b_h in b_hh", "h[0]"}}
    assert {each.name for each in report.wrong} == wrong[slip]
    if slip == "forgotten":
        assert report.first_wrong is not None
        assert f'"{slip}"' in report.first_wrong.text


def test_a_gradient_that_is_returned_twice() -> None:
    def both(W_hh: Any) -> Any:
        return {"W": 0 * W_hh, "W_hh": 0 * W_hh}

    with pytest.raises(SelectionError, match="as b_ih and b_hh of PyTorch, say that each is"):
        compare_backward(Elman("tanh"), both, names={"W": "W_hh"})


def test_a_sum_that_stops_early_is_told() -> None:
    def stopping(W_hh: Any, W_hy: Any, h0: Any, h: Any, dy: Any) -> Any:
        dW, back, before = np.zeros_like(W_hh), np.zeros_like(h0), [h0, *h]
        for t in reversed(range(len(h))):
            da = (1 - h[t] ** 2) * (W_hy.T @ dy[t] + back)
            if t > 0:
                dW += np.outer(da, before[t])
            back = W_hh.T @ da
        return {"W_hh": dW, "h0": back}

    report = str(compare_backward(Elman("tanh"), stopping, layout="Tn", seconds=0))
    assert "what the first step adds is missing in dW_hh" in report
    assert "dW_hh is dW_hh" not in report
    assert "dW is dW_hh" not in report
