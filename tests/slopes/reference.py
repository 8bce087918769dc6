"""Slopes written by hand for mpmath, and searches for their extremes: no code shared with the bounds."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import mpmath
import sympy as sp

from symrnn.activations import z

Slope = Callable[[Any], Any]

DPS = 130
FAR = 10**70
"""So far out that every slope of the table differs from its limit by less than 10^-60."""


def sigma(x: Any) -> Any:
    return 1 / (1 + mpmath.exp(-x))


def silu(x: Any) -> Any:
    return sigma(x) + x * sigma(x) * (1 - sigma(x))


def gelu(x: Any) -> Any:
    return mpmath.ncdf(x) + x * mpmath.npdf(x)


def gelu_tanh(x: Any) -> Any:
    c, k = mpmath.sqrt(2 / mpmath.pi), mpmath.mpf(44715) / 10**6
    t = mpmath.tanh(c * (x + k * x**3))
    return (1 + t) / 2 + x / 2 * (1 - t**2) * c * (1 + 3 * k * x**2)


def mish(x: Any) -> Any:
    """With w = e^x: tanh(log(1 + w)) = (w² + 2w)/(w² + 2w + 2)."""
    w = mpmath.exp(x)
    omega = 4 * (x + 1) + 4 * w**2 + w**3 + w * (4 * x + 6)
    return w * omega / (2 * w + w**2 + 2) ** 2


def selu(x: Any) -> Any:
    scale, alpha = (mpmath.mpf(c) for c in ("1.0507009873554804934193349852946", "1.6732632423543772848170429916717"))
    return scale * (alpha * mpmath.exp(x) if x <= 0 else 1)


# Each: the slope, where its supremum is, where its infimum is. A pair is a bracket, a number a place.
TABLE: dict[str, tuple[Slope, Any, Any]] = {
    "identity": (lambda x: mpmath.mpf(1), 0, 0),
    "tanh": (lambda x: mpmath.sech(x) ** 2, (-1, 2), FAR),
    "sigmoid": (lambda x: sigma(x) * (1 - sigma(x)), (-1, 2), FAR),
    "softplus": (sigma, FAR, -FAR),
    "logsigmoid": (lambda x: sigma(-x), -FAR, FAR),
    "tanhshrink": (lambda x: mpmath.tanh(x) ** 2, FAR, (-1, 2)),
    "sin": (mpmath.cos, (-1, 2), (2, 4)),
    "arctan": (lambda x: 1 / (1 + x**2), (-1, 2), FAR),
    "erf": (lambda x: 2 / mpmath.sqrt(mpmath.pi) * mpmath.exp(-(x**2)), (-1, 2), FAR),
    "exp": (mpmath.exp, None, -FAR),
    "square": (lambda x: 2 * x, None, None),
    "gelu": (gelu, (1, 2), (-2, -1)),
    "gelu_tanh": (gelu_tanh, (1, 2), (-2, -1)),
    "silu": (silu, (2, 3), (-3, -2)),
    "mish": (mish, (1, 2), (-3, -2)),
    "relu": (lambda x: mpmath.mpf(x > 0), 1, -1),
    "relu6": (lambda x: mpmath.mpf(0 < x < 6), 1, 7),
    "hardsigmoid": (lambda x: mpmath.mpf(-3 < x < 3) / 6, 1, 7),
    "hardswish": (lambda x: (2 * x + 3) / 6 if -3 <= x <= 3 else mpmath.mpf(x > 3), 3, -3),
    "selu": (selu, 0, -FAR),
    "softsign": (lambda x: (1 + abs(x)) ** -2, 0, FAR),
    "hardtanh": (lambda x: mpmath.mpf(-1 < x < 1), 0, 2),
    "leaky_relu": (lambda x: mpmath.mpf(1) if x > 0 else mpmath.mpf(1) / 100, 1, -1),
    "prelu": (lambda x: mpmath.mpf(1) if x > 0 else mpmath.mpf(1) / 4, 1, -1),
    "softshrink": (lambda x: mpmath.mpf(abs(x) > 0.5), 1, 0),
    "hardshrink": (lambda x: mpmath.mpf(abs(x) > 0.5), 1, 0),
    "threshold": (lambda x: mpmath.mpf(x > 1), 2, 0),
    "elu": (lambda x: mpmath.exp(min(x, 0)), 1, -FAR),
    "celu": (lambda x: mpmath.exp(min(x, 0)), 1, -FAR),
}


def extreme(name: str, side: int) -> Any | None:
    """The supremum (side 1) or infimum (side -1) of a slope to about 80 digits; None when there is no bound."""
    slope, *places = TABLE[name]
    place = places[0 if side > 0 else 1]
    with mpmath.workdps(DPS):
        if place is None:
            return None
        if isinstance(place, tuple):
            return golden_section(lambda x: side * slope(x), *map(mpmath.mpf, place)) * side
        return slope(mpmath.mpf(place))


def golden_section(function: Slope, low: Any, high: Any) -> Any:
    """The largest value of a function with one maximum in a bracket."""
    ratio = (mpmath.sqrt(5) - 1) / 2
    left, right = high - ratio * (high - low), low + ratio * (high - low)
    at_left, at_right = function(left), function(right)
    while high - low > mpmath.mpf(10) ** -50:
        if at_left < at_right:
            low, left, at_left = left, right, at_right
            right = low + ratio * (high - low)
            at_right = function(right)
        else:
            high, right, at_right = right, left, at_left
            left = high - ratio * (high - low)
            at_left = function(left)
    return function((low + high) / 2)


def refutes(verdict: Any) -> bool:
    """Whether the slope is beyond the bound at the point of a verdict, as floating-point numbers see it."""
    point, phi = verdict.point, verdict.bounds.activation
    values = dict(point.parameters)
    kinks = {kink.subs(values): slope.subs(values) for kink, slope in phi.conventions()}
    slope = kinks.get(point.at)
    if slope is None:
        slope = sp.diff(phi.formula, z).subs(values).subs(z, point.at)
    with mpmath.workdps(100):
        found, bound = (mpmath.mpf(str(sp.N(number, 100))) for number in (slope, point.bound.subs(values)))
        found = abs(found) if point.absolute else found
        slack = 0 if "=" not in point.relation else mpmath.mpf(10) ** -90
        return bool(found > bound - slack if point.relation[0] == ">" else found < bound + slack)
