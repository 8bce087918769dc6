"""Statements about sizes: what they take, what they refuse, and what they say of themselves."""

from __future__ import annotations

from typing import Any

import pytest
import sympy as sp

from symrnn.cells import Elman
from symrnn.derivation import BoundedSlope, Equation, ForEvery, Inequality, Limit
from symrnn.errors import IndexRangeError, ParameterError, SymbolClashError, SymrnnError, UnknownTermError
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
    assert str(BoundedSlope("phi", at_least=0, increasing=True)) == "0 <= phi'(z) for every z"
    assert str(BoundedSlope("phi", 2, gamma, increasing=True)) == "gamma <= phi'(z) <= 2 for every z"
    assert str(ForEvery(Norm(h[s]) <= 1, s)) == "‖h[s]‖₂ <= 1 for every s"
    assert str(Limit(Norm(W**k), k, sp.oo, (k >= 1,))) == "‖W_hh**k‖₂ -> oo as k -> oo  for k >= 1"
    assert str(Inequality(Norm(W), 1, (), (Norm(W) <= gamma,))) == "‖W_hh‖₂ <= 1; ‖W_hh‖₂ <= gamma"


# -- hypotheses about every index ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("assumed", "condition"),
    [({}, ()), ({"positive": True}, (s >= 1,)), ({"nonnegative": True}, (s >= 0,)), ({"negative": True}, (s <= -1,))],
)
def test_the_sign_of_an_index_is_one_of_its_conditions(assumed: dict[str, bool], condition: tuple[Any, ...]) -> None:
    index = sp.Symbol("s", integer=True, **assumed)
    found = ForEvery(Norm(h[index]) <= gamma, index, (index <= 5,) if assumed != {"negative": True} else ())
    assert found.index == s
    assert found.where == (*condition, *((s <= 5,) if assumed != {"negative": True} else ()))
    assert found.relation == (Norm(h[s]) <= gamma)


def test_what_a_declared_index_satisfies_anyway_is_no_condition() -> None:
    index = sp.Symbol("s", integer=True, positive=True)
    assert ForEvery(Norm(h[index]) <= 1, index, (index >= 1,)) == ForEvery(Norm(h[s]) <= 1, s, (s >= 1,))
    with pytest.raises(IndexRangeError, match="never satisfied"):
        ForEvery(Norm(h[index]) <= 1, index, index <= 0)


def test_an_even_index_is_refused() -> None:
    index = sp.Symbol("s", even=True)
    with pytest.raises(IndexRangeError, match="more than its sign"):
        ForEvery(Norm(h[index]) <= 1, index)


@pytest.mark.parametrize("relation", ["h", W, sp.And(Norm(h[s]) < 1, Norm(W) < 1), None])
def test_it_is_a_relation_between_numbers(relation: Any) -> None:
    with pytest.raises(UnknownTermError, match="not a relation between numbers"):
        ForEvery(relation, s)


def test_it_is_an_equation_with_the_conditions_of_both() -> None:
    index = sp.Symbol("s", integer=True, nonnegative=True)
    known = ForEvery(Equation(h[index], h[index + 1], (index <= 9,)), index, (index <= 5,))
    assert known.is_equation
    assert known.index == s
    assert (known.relation, known.where) == (Equation(h[s], h[s + 1]), (s >= 0, s <= 9, s <= 5))
    with pytest.raises(UnknownTermError, match="is not a plain equation"):
        ForEvery(Equation(h[s], h[s + 1], given=(Equation(W, W.T),)), s)


def test_its_index_is_an_integer() -> None:
    for index in ("s", sp.Symbol("s"), 3):
        with pytest.raises(UnknownTermError, match="is not an index"):
            ForEvery(Norm(W) <= 1, index)
        with pytest.raises(UnknownTermError, match="is not an index"):
            Limit(Norm(W), index)


def test_what_always_holds_is_no_hypothesis() -> None:
    assert Inequality(Norm(W), 1, given=ForEvery(Norm(h[s]) >= 0, s)).given == ()
    with pytest.raises(IndexRangeError, match="never satisfied"):
        ForEvery(Norm(h[s]) < 0, s)


@pytest.mark.parametrize("low", [-1, sp.Symbol("c", real=True), -sp.Symbol("c", positive=True), -sp.oo])
def test_an_increasing_function_has_no_slope_below_0(low: sp.Expr) -> None:
    """That c <= φ'(z) says less than that it is nowhere below 0, too, which would be assumed and not be said."""
    with pytest.raises(ParameterError, match="not known to be >= 0; leave at_least out"):
        BoundedSlope("phi", at_least=low, increasing=True)
    assert BoundedSlope("phi", at_least=low).at_least == low


def test_a_slope_is_bounded_once_from_each_side() -> None:
    slopes = (BoundedSlope("phi", gamma), BoundedSlope("phi", at_least=sp.S.Half), BoundedSlope("psi", 3))
    assert Inequality(Norm(W), 1, given=(*slopes, slopes[0])).given == (*slopes, slopes[0])
    for twice in (BoundedSlope("phi", 3), BoundedSlope("phi", gamma, sp.Rational(1, 3))):
        for given in ((*slopes, twice), (twice, *slopes)):
            with pytest.raises(ParameterError, match="twice"):
                Inequality(Norm(W), 1, given=given)
