"""Statements about sizes: what they take, what they refuse, and what they say of themselves."""

from __future__ import annotations

from typing import Any

import pytest
import sympy as sp

from symrnn.cells import Elman
from symrnn.derivation import BoundedSlope, Equation, ForEvery, Inequality, Limit
from symrnn.errors import IndexRangeError, SymbolClashError, SymrnnError, UnknownTermError
from symrnn.expr import Norm, TotalJacobian
from symrnn.symbols import T, k, m, n, s, t

rnn = Elman()
h, W = rnn.h, rnn.W_hh
gamma = sp.Symbol("gamma", nonnegative=True)
jacobian = TotalJacobian(h[t], h[t - k])


@pytest.mark.parametrize("side", [W, h[t], jacobian, "norm", None, sp.true])
def test_a_side_is_a_scalar(side: Any) -> None:
    for make in (lambda: Inequality(side, 1), lambda: Inequality(1, side), lambda: Limit(side, k)):
        with pytest.raises(SymrnnError):
            make()


def test_numbers_are_taken_as_scalars() -> None:
    assert Inequality(1, Norm(W)).lhs == sp.S.One
    assert Limit(Norm(W), k, 0) == Limit(Norm(W), k, sp.S.Zero)


@pytest.mark.parametrize("make", [lambda w: Inequality(Norm(W), 1, w), lambda w: Limit(Norm(W), k, 0, w)])
def test_conditions(make: Any) -> None:
    assert make((sp.true, t >= 1)).where == (t >= 1,)
    with pytest.raises(IndexRangeError, match="never satisfied"):
        make((sp.false,))
    with pytest.raises(IndexRangeError, match="is not an inequality"):
        make((t,))


def test_a_name_stands_at_one_shape() -> None:
    other = sp.MatrixSymbol("W_hh", m, m)
    with pytest.raises(SymbolClashError):
        Inequality(Norm(W), Norm(other))
    with pytest.raises(SymbolClashError):
        Inequality(Norm(W), 1, (), (Norm(other) <= 1,))
    with pytest.raises(SymbolClashError):
        Limit(Norm(W), k, 0, (), (Equation(other, sp.Identity(m)),))


@pytest.mark.parametrize("value", [1, -sp.oo, sp.Symbol("c"), Norm(W), sp.nan])
def test_limits_are_zero_or_infinite(value: Any) -> None:
    with pytest.raises(UnknownTermError, match="limit"):
        Limit(Norm(W), k, value)


def test_indices_and_sizes() -> None:
    states = ForEvery(Norm(h[s]) <= gamma, s, (s >= 0, s <= T))
    found = Inequality(Norm(jacobian), 1, (k >= 0,), (states, BoundedSlope("phi", gamma)))
    assert found.indices == (T, k, t)  # s is bound
    assert found.sizes == (n,)
    assert Limit(Norm(jacobian), k).indices == (k, t)


def test_an_index_bound_in_a_hypothesis_may_be_free_elsewhere() -> None:
    states = ForEvery(Norm(h[s]) <= gamma, s, (s >= 0,))
    assert Inequality(Norm(h[s]), gamma, (), (states,)).indices == (s,)


def test_what_is_printed() -> None:
    assert str(BoundedSlope("phi", gamma, sp.Rational(1, 2))) == "1/2 <= |phi'(z)| <= gamma for every z"
    assert str(BoundedSlope("phi", at_least=gamma)) == "gamma <= |phi'(z)| for every z"
    assert str(ForEvery(Norm(h[s]) <= 1, s)) == "‖h[s]‖₂ <= 1 for every s"
    assert str(Limit(Norm(W**k), k, sp.oo, (k >= 1,))) == "‖W_hh**k‖₂ -> oo as k -> oo  for k >= 1"
    assert str(Inequality(Norm(W), 1, (), (Norm(W) <= gamma,))) == "‖W_hh‖₂ <= 1; ‖W_hh‖₂ <= gamma"
