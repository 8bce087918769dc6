"""The catalogue against PyTorch, at 200 points on each side of every kink."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import mpmath
import pytest
import sympy as sp
from optional import require_torch

from symrnn.activations import TABLE, Activation, activation, z

torch = require_torch()

VARIANTS: dict[str, tuple[dict[str, Any], ...]] = {
    "elu": ({"alpha": 2}, {"alpha": 0.5}),
    "celu": ({"alpha": 2},),
    "hardshrink": ({"lambd": 2},),
    "softshrink": ({"lambd": 2},),
    "hardtanh": ({"min_val": 0, "max_val": 3},),
    "leaky_relu": ({"negative_slope": 0.2},),
    "prelu": ({"a": -0.5},),
    "softplus": ({"beta": 3},),
    "threshold": ({"threshold": -1, "value": 2},),
}
CASES = [(name, {}) for name, entry in TABLE.items() if entry.torch]
CASES += [(name, given) for name, variants in VARIANTS.items() for given in variants]


def module(entry: Activation) -> Callable[[Any], Any]:
    """The layer of PyTorch with the same parameters."""
    given = {name: float(number) for name, number in entry.parameters}
    if entry.name == "prelu":
        given = {"init": given["a"]}
    if entry.name == "gelu_tanh":
        return torch.nn.GELU(approximate="tanh")
    layer: Callable[[Any], Any] = getattr(torch.nn, entry.torch)(**given)
    return layer.double() if entry.name == "prelu" else layer


def points(entry: Activation) -> list[float]:
    """200 on each side of every kink, dense near it; around 0 where there is none."""
    steps = [10 ** (-8 + 9.5 * i / 199) for i in range(200)]
    return [float(kink) + side * step for kink in entry.kinks or (0,) for side in (1, -1) for step in steps]


def by_torch(entry: Activation, at: list[float]) -> tuple[list[float], list[float]]:
    arguments = torch.tensor(at, dtype=torch.float64, requires_grad=True)
    values = module(entry)(arguments)
    values.sum().backward()
    return values.tolist(), arguments.grad.tolist()


def ours(entry: Activation, order: int) -> Callable[[float], Any]:
    context = mpmath.mp.clone()
    context.dps = 40
    function = sp.lambdify(z, entry.derivative(order), modules=[context, "mpmath"])
    return lambda at: function(context.mpf(at))


@pytest.mark.parametrize(("name", "given"), CASES, ids=str)
def test_formula_and_slope_agree(name: str, given: dict[str, Any]) -> None:
    entry = activation(name, **given)
    entry = activation(name, at_kink="torch", **given) if entry.kinks else entry
    at = points(entry)
    assert len(at) >= 400
    for order, theirs in enumerate(by_torch(entry, at)):
        function = ours(entry, order)
        for argument, found in zip(at, theirs, strict=True):
            expected = function(argument)
            assert abs(found - expected) <= tolerance(entry, argument, expected), (order, argument)


def tolerance(entry: Activation, argument: float, expected: Any) -> float:
    rounding = 1e-12 * (1 + abs(float(expected)))
    if entry.name == "softplus" and dict(entry.parameters)["beta"] * argument > 20:
        return rounding + 2.1e-9  # PyTorch's threshold
    if entry.name == "hardsigmoid":
        return rounding + 5e-9  # PyTorch's 1/6 is a single
    return rounding


KINKED = [(name, given) for name, given in CASES if activation(name, **given).kinks]


@pytest.mark.parametrize(("name", "given"), KINKED, ids=str)
def test_the_conventions_at_the_kinks(name: str, given: dict[str, Any]) -> None:
    entry = activation(name, **given)
    values, slopes = by_torch(entry, [float(kink) for kink in entry.kinks])
    assert slopes == pytest.approx([float(slope) for slope in entry.torch_at_kinks], rel=1e-15)
    assert values == pytest.approx([float(entry.formula.subs(z, kink)) for kink in entry.kinks], rel=1e-15)
