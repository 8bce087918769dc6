"""The deep network without tied weights."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from oracles.cases import COARSE, EXACT, SMOOTH, Case
from oracles.layered import layered_forward, layered_gradients, mp_layered_gradients
from oracles.mpmath_bptt import to_numpy
from oracles.numpy_rtrl import rtrl_gradients

from symrnn.errors import EvaluationError, IndexRangeError, ShapeError, SymrnnError, UnknownTermError
from symrnn.oracles import central_difference, complex_step, disagreement, linear
from symrnn.oracles.activations import Array

WIDTHS = (2, 4, 3, 5, 2)


def _deep(widths: tuple[int, ...] = WIDTHS) -> tuple[list[Array], Array, Array]:
    draw = np.random.default_rng(3).normal
    weights = [draw(size=(after, before)) for before, after in pairwise(widths)]
    return weights, draw(size=widths[0]), draw(size=widths[-1])


@pytest.mark.parametrize("phi", SMOOTH)
def test_gradients_agree_with_every_other_route(phi: str) -> None:
    weights, y_0, g = _deep()
    result, exact = layered_gradients(weights, y_0, phi, g), mp_layered_gradients(weights, y_0, phi, g)
    for l, W in enumerate(weights):

        def loss(value: Array, l: int = l) -> Array:
            changed = [*weights[:l], value, *weights[l + 1 :]]
            return np.asarray(g @ layered_forward(changed, y_0, phi)[-1])

        gradient = result.gradients[l]
        assert gradient.shape == W.shape
        assert disagreement(gradient, to_numpy(exact.gradients[l])) < EXACT
        assert disagreement(result.deltas[l], to_numpy(exact.deltas[l])[:, 0]) < EXACT
        assert disagreement(result.outputs[l], to_numpy(exact.outputs[l])[:, 0]) < EXACT
        assert disagreement(gradient.ravel(order="F"), complex_step(loss, W)[0]) < EXACT
        assert disagreement(gradient.ravel(order="F"), central_difference(loss, W)[0]) < COARSE


def test_relu_agrees_with_differences_away_from_its_corner() -> None:
    weights, y_0, g = _deep()
    result, exact = layered_gradients(weights, y_0, "relu", g), mp_layered_gradients(weights, y_0, "relu", g)
    assert all(
        disagreement(ours, to_numpy(theirs)) < EXACT
        for ours, theirs in zip(result.gradients, exact.gradients, strict=True)
    )


def test_equal_layers_add_up_to_the_recurrent_gradient() -> None:
    case = Case(n=3, m=2, q=3, steps=4)
    nothing = {"W_xh": np.zeros((3, 2)), "W_hy": np.eye(3), "b_h": np.zeros(3), "b_y": np.zeros(3)}
    g = np.array([0.3, -1.0, 0.7])
    last_only = linear(np.vstack([np.zeros((3, 3)), g]))
    params = {**nothing, "W_hh": case.params["W_hh"]}
    recurrent = rtrl_gradients(params, case.x, case.h_0, "tanh", last_only)["W_hh"]
    layers = layered_gradients([case.params["W_hh"]] * 4, case.h_0, "tanh", g).gradients
    assert disagreement(np.sum(layers, axis=0), recurrent) < EXACT
    assert disagreement(layers[-1], recurrent) > 1e-2


def test_a_wrong_slope_is_seen() -> None:
    weights, y_0, g = _deep()
    right, wrong = (layered_gradients(weights, y_0, phi, g) for phi in ("tanh", "arctan"))
    for ours, theirs in zip(right.gradients, wrong.gradients, strict=True):
        assert disagreement(ours, theirs) > 1e-2


def test_the_digits_asked_for_are_right() -> None:
    # y_(3) = w_3 w_2 w_1 y_0 with every w_l = 1/10, so each gradient is 1/100.
    for gradient in mp_layered_gradients([[["0.1"]]] * 3, [1], "identity", [1], digits=400).gradients:
        assert abs(gradient[0, 0] - gradient.ctx.mpf("0.01")) < gradient.ctx.mpf(10) ** -400


@pytest.mark.parametrize("run", [layered_gradients, mp_layered_gradients])
def test_what_does_not_fit_is_refused(run: Any) -> None:
    weights, y_0, g = _deep()
    with pytest.raises(ShapeError, match=r"W_\(3\) has shape \(3, 4\) but y_\(2\) has shape \(3,\)"):
        run([weights[0], weights[1], weights[1]], y_0, "tanh", g)
    with pytest.raises(ShapeError, match=r"g has shape \(3,\) but the last output has shape \(2,\)"):
        run(weights, y_0, "tanh", np.ones(3))
    with pytest.raises(ShapeError, match=r"y_0 has shape \(2, 1\)"):
        run(weights, y_0[:, np.newaxis], "tanh", g)
    with pytest.raises(IndexRangeError, match="no layer, L = 0"):
        run([], y_0, "tanh", g)
    with pytest.raises(UnknownTermError, match="no activation"):
        run(weights, y_0, "maxout", g)
    with pytest.raises(EvaluationError, match=r"NaN or infinite \(at W_\(1\)\[0, 0\]\)"):
        run([weights[0] * np.nan], y_0, "tanh", np.ones(4))
    with pytest.raises(SymrnnError, match=r"too large for float64|larger than 2\^100000"):
        run([[[1.0]]] * 9, [9.0], "exp", [1.0])
