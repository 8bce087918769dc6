"""What the NumPy code computes: against closed forms, oracles written by hand, and complex steps."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import sympy as sp
from codegen.harness import (
    BATCH,
    MATRICES,
    NETS,
    SIZES,
    STEPS,
    Drawn,
    draw,
    gap,
    gradients,
    module_of,
    require_zeros_without_steps,
    slope_of,
    weighted,
)
from oracles import gated

from symrnn.cells import Elman, Layered
from symrnn.evaluate import Assignment, Evaluator, Floats
from symrnn.oracles import numpy_bptt
from symrnn.oracles.losses import linear
from symrnn.recurrence import Recurrence
from symrnn.symbols import T, l, n

TOLERANCE = 1e-12


def one_of(drawn: Drawn, b: int) -> Drawn:
    """One sequence of the batch."""
    return Drawn(
        drawn.params,
        {name: x[:, :, b : b + 1] for name, x in drawn.inputs.items()},
        {name: h[:, b : b + 1] for name, h in drawn.initial.items()},
        {name: g[:, :, b : b + 1] for name, g in drawn.slopes.items()},
        drawn.numbers,
    )


def evaluator(net: Recurrence, drawn: Drawn) -> Evaluator:
    given: dict[Any, Any] = {p: drawn.params[p.name] for p in net.parameters}
    given |= {x.at(sp.Integer(t)): drawn.inputs[x.name][t - 1] for x in net.inputs for t in range(1, STEPS + 1)}
    given |= {(name, 0): h for name, h in drawn.initial.items()}
    for t in range(1, STEPS + 1):
        given |= {slope: drawn.slopes[name][t - 1].T for name, slope in slope_of(net, t)}
    given |= {(name, None): [[number]] for name, number in drawn.numbers.items()}
    return Evaluator(Floats(), Assignment(SIZES, {T: STEPS}, given), net)


@pytest.mark.table(quick=3)
@pytest.mark.parametrize("name", NETS)
def test_every_gradient_is_the_closed_form(name: str, tmp_path: Path) -> None:
    net = NETS[name]
    total = next(iter(net.totals))
    drawn = one_of(draw(net, name), 0)
    params, inputs, initial = gradients(module_of(net, tmp_path), drawn)
    values = evaluator(net, drawn)

    def closed(wrt: Any, like: np.ndarray) -> np.ndarray:
        row = values.value(net.derive(total, wrt=wrt).closed_form).astype(float)
        return row.reshape(like.shape, order="F")

    for parameter in net.parameters:
        assert gap(params[parameter.name], closed(parameter, params[parameter.name])) < TOLERANCE, parameter
    for state in initial:
        definition = net.definition(state)
        assert definition is not None
        assert gap(initial[state], closed(definition.sequence[0], initial[state])) < TOLERANCE, state
    for sequence in net.inputs:
        for t in (1, STEPS):
            found = inputs[sequence.name][t - 1]
            assert gap(found, closed(sequence[t], found)) < TOLERANCE, (sequence.name, t)


@pytest.mark.parametrize("name", NETS)
def test_every_gradient_is_the_difference_by_a_complex_step(name: str, tmp_path: Path) -> None:
    net = NETS[name]
    module, drawn = module_of(net, tmp_path), draw(net, name)
    for found, given in zip(gradients(module, drawn), (drawn.params, drawn.inputs, drawn.initial), strict=True):
        for key, gradient in found.items():
            assert gap(gradient, by_complex_step(module, drawn, given, key)) < TOLERANCE, key


def by_complex_step(module: Any, drawn: Drawn, given: dict[str, Any], key: str) -> np.ndarray:
    """Im L(x + ih) / h for every entry x of what is given by a key."""
    step, real = 1e-30, given[key]
    out = np.zeros(real.shape)
    for place in np.ndindex(real.shape):
        moved = real.astype(complex)
        moved[place] += 1j * step
        given[key] = moved
        out[place] = weighted(module, drawn).imag / step
    given[key] = real
    return out


@pytest.mark.parametrize("name", ["LSTM", "ResetAfterGRU"])
def test_gated_cells_agree_with_the_oracle(name: str, tmp_path: Path) -> None:
    net = NETS[name]
    oracle: Any = {"LSTM": gated.lstm_gradients, "ResetAfterGRU": gated.gru_gradients}[name]
    drawn = draw(net, steps=7, batch=3)
    params, inputs, initial = gradients(module_of(net, tmp_path), drawn)
    flat = {key: p.ravel() if key.startswith("b_") else p for key, p in drawn.params.items()}
    states = ["h", "c"] if name == "LSTM" else ["h"]
    each = [
        oracle(
            flat,
            drawn.inputs["x"][:, :, b],
            *(drawn.initial[s][:, b] for s in states),
            drawn.slopes["dell_dh"][:, :, b],
        )
        for b in range(3)
    ]
    for key, gradient in params.items():
        assert gap(gradient, sum(one[key] for one in each).reshape(gradient.shape)) < TOLERANCE, key
    assert gap(inputs["x"], np.stack([one["x"] for one in each], axis=-1)) < TOLERANCE
    for state in states:
        assert gap(initial[state], np.stack([one[f"{state}_0"] for one in each], axis=-1)) < TOLERANCE


@pytest.mark.parametrize("phi", ["tanh", "sigmoid", "identity"])
def test_the_elman_network_agrees_with_the_oracle(phi: str, tmp_path: Path) -> None:
    net = Elman(phi)
    drawn = draw(net, steps=7, batch=3)
    drawn.initial["h"][:] = drawn.initial["h"][:, :1]  # a batch of the oracle shares it
    params, _, initial = gradients(module_of(net, tmp_path), drawn)
    flat = {key: p.ravel() if key.startswith("b_") else p for key, p in drawn.params.items()}
    x, g = (np.moveaxis(array, 2, 0) for array in (drawn.inputs["x"], drawn.slopes["dell_dy"]))
    found = numpy_bptt.backward(flat, x, drawn.initial["h"][:, 0], phi, linear(g)).gradients
    for key, gradient in params.items():
        assert gap(gradient, found[key].reshape(gradient.shape)) < TOLERANCE, key
    assert gap(initial["h"].sum(axis=1), found["h_0"]) < TOLERANCE


def test_an_untied_network_has_a_gradient_for_every_layer(tmp_path: Path) -> None:
    """Layers of different widths; the loss looks at the last one only."""
    rng = np.random.default_rng(1)
    widths = [2, 4, 3, 5]
    params = {"W": [rng.normal(size=(after, before)) for before, after in pairwise(widths)]}
    drawn = Drawn(params, {}, {"y": rng.normal(size=(2, BATCH))}, {"dL_dy": rng.normal(size=(5, BATCH))}, {})
    module = module_of(Layered("tanh"), tmp_path)
    found, _, initial = gradients(module, drawn)

    def loss() -> Any:
        return (module.forward(params, {}, drawn.initial)["y"][3] * drawn.slopes["dL_dy"]).sum()

    for layer, weights in enumerate(params["W"]):
        quotient = np.zeros(weights.shape)
        for place in np.ndindex(weights.shape):
            moved = weights.astype(complex)
            moved[place] += 1e-30j
            params["W"][layer] = moved
            quotient[place] = loss().imag / 1e-30
        params["W"][layer] = weights
        assert gap(found["W"][layer], quotient) < TOLERANCE, layer
    assert initial["y"].shape == (2, BATCH)
    assert str(l) == "l"


def test_one_unit_of_each_kind(tmp_path: Path) -> None:
    """Where every shape is 1 x 1, rows, columns and numbers look alike."""
    net = Elman("tanh", 1, 1, 1)
    module, drawn = module_of(net, tmp_path), draw(net)
    for found, given in zip(gradients(module, drawn), (drawn.params, drawn.inputs, drawn.initial), strict=True):
        for key, gradient in found.items():
            assert gap(gradient, by_complex_step(module, drawn, given, key)) < TOLERANCE, key


def test_sizes_are_those_of_the_arrays() -> None:
    assert len(set(SIZES.values())) == len(SIZES), "a transpose that is missing must not go unseen"
    assert SIZES[n] != BATCH


@pytest.mark.parametrize("name", NETS | MATRICES)
def test_without_steps_the_gradients_are_zero(name: str, tmp_path: Path) -> None:
    net = (NETS | MATRICES)[name]
    require_zeros_without_steps(module_of(net, tmp_path), draw(net, name))
