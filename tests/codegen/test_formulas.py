"""Activations as code: every entry of the catalogue has its value and its slope, at the kinks and far out, too."""

from __future__ import annotations

import warnings
from pathlib import Path
from types import ModuleType

import mpmath
import numpy as np
import pytest
import sympy as sp
from codegen.harness import load

from symrnn.activations import TABLE, Activation, activation, z
from symrnn.cells import Elman
from symrnn.codegen import generate

POINTS = [-30.0, -6.0, -3.0, -2.5, -1.0, -0.5, -1e-3, 0.0, 1e-3, 0.25, 0.5, 1.0, 2.75, 3.0, 6.0, 30.0]
VARIANTS = [
    activation("elu", alpha=2, at_kink="torch"),
    activation("softplus", beta=3),
    activation("leaky_relu", negative_slope=0.2, at_kink="torch"),
    activation("hardtanh", min_val=-2, max_val=sp.Rational(1, 3), at_kink=(0, 1)),
    activation("celu", alpha=2),
]
ENTRIES = [activation(name, at_kink="torch") if entry.kinks else entry for name, entry in TABLE.items()] + VARIANTS


def exact(entry: Activation, order: int, point: float) -> float:
    context = mpmath.mp.clone()
    context.dps = 40
    return float(sp.lambdify(z, entry.derivative(order), modules=[context, "mpmath"])(context.mpf(point)))


def states(module: ModuleType, at: list[float]) -> np.ndarray:
    """φ at some points: h_1 of a network without recurrence and bias."""
    params = {
        "W_hh": np.zeros((1, 1)),
        "W_xh": np.eye(1),
        "b_h": np.zeros((1, 1)),
        "W_hy": np.eye(1),
        "b_y": np.zeros((1, 1)),
    }
    given = {"x": np.array([[at]])}, {"h": np.zeros((1, len(at)))}
    quantities = module.forward(params, *given)
    slopes = module.backward(params, quantities, {"dell_dy": np.ones((1, 1, len(at)))})[1]["x"]
    return np.stack([quantities["h"][1][0], slopes[0, 0]])


@pytest.mark.table(quick=12)
@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.title)
def test_value_and_slope(entry: Activation, tmp_path: Path) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # both branches of a choice are computed
        found = states(load(generate(Elman(entry)), tmp_path), POINTS)
    for order in (0, 1):
        for place, point in enumerate(POINTS):
            expected = exact(entry, order, point)
            assert abs(found[order, place] - expected) <= 1e-14 * (1 + abs(expected)), (order, point)


@pytest.mark.parametrize("name", ["sigmoid", "softplus", "logsigmoid", "tanh", "silu", "mish"])
def test_nothing_overflows(name: str, tmp_path: Path) -> None:
    """With warnings as errors, at ±1000; far to the left even the small values have their digits."""
    found = states(load(generate(Elman(name)), tmp_path), [-1000.0, -40.0, 1000.0])
    assert np.isfinite(found).all()
    expected = exact(activation(name), 0, -40.0)
    assert abs(found[0, 1] - expected) <= 1e-13 * abs(expected)


def test_the_slope_reuses_the_value_where_it_can() -> None:
    assert "(1 - h[t] ** 2) * dh[t]" in generate(Elman("tanh"))
    assert "h[t] * (1 - h[t]) * dh[t]" in generate(Elman("sigmoid"))
    assert "silu_slope(a[t]) * dh[t]" in generate(Elman("silu"))
    assert "slope" not in generate(Elman("identity")).replace("slopes", "")
