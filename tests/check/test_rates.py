"""Rates of limits: what shows that they are below or above 1, exponents that are off by a number, and single units."""

from __future__ import annotations

from itertools import repeat
from typing import Any

import pytest
import sympy as sp

from symrnn import Elman, ImmediateJacobian, Inequality, Kind, Limit, Norm, SpectralRadius, TotalJacobian, k, t, verify
from symrnn.budget import attempting, tick
from symrnn.check.refuting.search import searched
from symrnn.derivation import BoundedSlope
from symrnn.errors import LimitError
from symrnn.expr import SmallestSingularValue

PROVED, REFUTED, UNDECIDED = Kind.PROVED, Kind.REFUTED, Kind.UNDECIDED
oo, half = sp.oo, sp.Rational(1, 2)
gamma, c, eta = sp.symbols("gamma c eta", nonnegative=True)
w, far = sp.Symbol("w", real=True), (k >= 0, t >= k)
rnn, tanh, sigmoid, linear = Elman(), Elman("tanh"), Elman("sigmoid"), Elman("identity")
W, sigma = rnn.W_hh, SmallestSingularValue(rnn.W_hh)
bounded, steep = BoundedSlope("phi", gamma), BoundedSlope("phi", at_least=c)
unit = {name: Elman(name).scalar() for name in ("identity", "phi", "tanh", "sigmoid")}


def back(net: Elman) -> Norm:
    return Norm(TotalJacobian(net.h[t], net.h[t - k]))


def since(net: Elman, at: Any, last: Any = t) -> Norm:
    return Norm(TotalJacobian(net.h[last], net.h[at]))


RATES = {
    "a number and a norm": (sigmoid, Limit(back(sigmoid), k, 0, far, Norm(W) < 4), PROVED),
    "a number and a bound": (sigmoid, Limit(back(sigmoid), k, 0, far, Norm(W) <= 3), PROVED),
    "too large a norm": (sigmoid, Limit(back(sigmoid), k, 0, far, Norm(W) < 5), REFUTED),
    "one of two is strict": (rnn, Limit(back(rnn), k, 0, far, (bounded, gamma < 1, Norm(W) <= 1)), PROVED),
    "the other one is": (rnn, Limit(back(rnn), k, 0, far, (bounded, gamma <= 1, Norm(W) < 1)), PROVED),
    "none is": (rnn, Limit(back(rnn), k, 0, far, (bounded, gamma <= 1, Norm(W) <= 1)), REFUTED),
    "their product is": (rnn, Limit(back(rnn), k, 0, far, (bounded, gamma <= half, Norm(W) < 2)), PROVED),
    "above 1": (rnn, Limit(back(rnn), k, oo, far, (steep, c >= 1, sigma > 1)), PROVED),
    "from the first state on": (tanh, Limit(since(tanh, 1), t, 0, t >= 1, Norm(W) < 1), PROVED),
    "to a later state": (tanh, Limit(since(tanh, 1, t + 2), t, 0, t >= 1, Norm(W) < 1), PROVED),
    "at norm 1": (linear, Limit(since(linear, 1), t, 0, t >= 1, Norm(W) <= 1), REFUTED),
    "upwards from the first state on": (linear, Limit(since(linear, 1), t, oo, t >= 1, sigma > 1), PROVED),
    "upwards to a later state": (linear, Limit(since(linear, 1, t + 2), t, oo, t >= 1, sigma > 1), PROVED),
    "a radius below 1": (linear, Limit(back(linear), k, 0, far, SpectralRadius(W) < 1), PROVED),
    "a radius above 1": (linear, Limit(back(linear), k, oo, far, SpectralRadius(W) > 1), PROVED),
    "a radius of 1": (linear, Limit(back(linear), k, 0, far, SpectralRadius(W) <= 1), REFUTED),
    "a radius beside slopes": (tanh, Limit(back(tanh), k, 0, far, SpectralRadius(W) < 1), REFUTED),
    "a number": (linear, Limit(abs(w) ** k, k, oo, (), w > 1), PROVED),
    "a number at 1": (linear, Limit(abs(w) ** k, k, oo, (), w >= 1), REFUTED),
    "no number": (linear, Inequality(w, abs(w)), PROVED),
}


@pytest.mark.parametrize("name", RATES)
def test_rate(name: str) -> None:
    net, statement, wanted = RATES[name]
    assert verify(statement, net).kind is wanted


def test_what_a_first_state_of_any_size_carries_need_not_vanish() -> None:
    """It vanishes uniformly in the states only where these are bounded, by a number that has a name."""
    h = tanh.h
    first = Norm(TotalJacobian(h[t], h[1]) * ImmediateJacobian(h[1], W))
    assert verify(Limit(first, t, 0, t >= 1, (Norm(W) < 1, Norm(h[0]) <= eta)), tanh).kind is PROVED
    assert verify(Limit(first, t, 0, t >= 1, Norm(W) < 1), tanh).kind is UNDECIDED
    assert verify(Limit(first, t, 0, t >= 1, (Norm(W) < 1, eta <= Norm(h[0]))), tanh).kind is UNDECIDED


UNITS = [
    ("identity", 0, lambda W: Norm(W) < 1, PROVED),
    ("identity", oo, lambda W: Norm(W) > 1, PROVED),
    ("identity", 0, lambda W: Norm(W) <= 1, REFUTED),
    ("identity", oo, lambda W: Norm(W) >= 1, REFUTED),
    ("identity", 0, lambda W: (), REFUTED),
    ("phi", 0, lambda W: Norm(W) < 1, REFUTED),
    ("phi", 0, lambda W: (bounded, gamma * Norm(W) < 1), PROVED),
    ("tanh", 0, lambda W: Norm(W) < 1, PROVED),
    ("tanh", 0, lambda W: Norm(W) <= 1, REFUTED),
    ("tanh", oo, lambda W: Norm(W) > 1, REFUTED),
    ("sigmoid", 0, lambda W: Norm(W) <= 1, PROVED),
    ("sigmoid", 0, lambda W: Norm(W) <= 5, REFUTED),
]


@pytest.mark.parametrize(("name", "value", "given", "wanted"), UNITS)
def test_a_single_unit(name: str, value: sp.Expr, given: Any, wanted: Kind) -> None:
    """Its slope and its weight are numbers, and the sizes of its matrices are not symbols."""
    net = unit[name]
    assert verify(Limit(back(net), k, value, far, given(net.W_hh)), net).kind is wanted


@pytest.mark.parametrize("kind", ["2", "1", "oo", "F"])
def test_a_single_unit_in_every_norm(kind: str) -> None:
    net = unit["phi"]
    jacobian = Norm(TotalJacobian(net.h[t], net.h[t - k]), kind)
    bound = (gamma * Norm(net.W_hh, kind)) ** k
    assert verify(Inequality(jacobian, bound, (k >= 1, t >= k), (bounded,)), net).kind is PROVED
    assert verify(Inequality(jacobian, bound / 2, (k >= 1, t >= k), (bounded,)), net).kind is REFUTED


def test_a_search_ends_with_its_time_wherever_that_runs_out() -> None:
    """Where every instance was cut short by it, the search went on with the next one, to the last of them."""

    def examine(_: Any) -> Any:
        for _ in range(7):  # the next look at the clock is inside, whenever there is one
            tick()
        raise LimitError("a number with too many digits")

    with pytest.raises(LimitError, match="no search within"), attempting("search", most=0.01):
        searched(repeat(None, 100_000), examine)
