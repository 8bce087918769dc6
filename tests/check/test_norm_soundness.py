"""Attempts to make the checker say PROVED of a false bound or limit, or REFUTED of a true one."""

from __future__ import annotations

import pytest
import sympy as sp

from symrnn.cells import Elman
from symrnn.check.deciding.norms import verdict_on_norms
from symrnn.check.kernel import prove_norms
from symrnn.derivation import Kind
from symrnn.derivation.inequality import BoundedSlope, ForEvery, Inequality, Limit
from symrnn.derivation.statement import Equation
from symrnn.errors import ProofError
from symrnn.expr import (
    MatrixSum,
    Norm,
    Sequence,
    SmallestSingularValue,
    SpectralRadius,
    TotalJacobian,
    UnitVector,
)
from symrnn.recurrence import Recurrence
from symrnn.symbols import k, n, s, t

a, b = sp.symbols("a b", integer=True)
c, q = sp.Symbol("c", positive=True), sp.Symbol("q", nonnegative=True)
gamma, w = sp.Symbol("gamma", positive=True), sp.Symbol("w", real=True)
W, V = (sp.MatrixSymbol(name, n, n) for name in "WV")
x = sp.MatrixSymbol("x", n, 1)
X, A = Sequence("X", n, 1), Sequence("A", n, n)
rnn = Elman()
h = rnn.h
later = sp.Symbol("k", integer=True, positive=True)
rho = SpectralRadius
PROVED, REFUTED, UNDECIDED = Kind.PROVED, Kind.REFUTED, Kind.UNDECIDED


def kind_of(statement: Inequality | Limit, recurrence: Recurrence | None = None) -> Kind:
    return verdict_on_norms(statement, recurrence, 20).kind


# -- bounds ------------------------------------------------------------------------------------------------------------

SMALL = ForEvery(Norm(X[s]) <= 1, s, (s <= b,))
UNFOUNDED = {
    "an exponent falls with its norm": Inequality(sp.exp(-Norm(W * x)), sp.exp(-Norm(W) * Norm(x))),
    "a power falls with its exponent": Inequality(2 ** (-Norm(W * x)), 2 ** (-Norm(W) * Norm(x))),
    "a sum that begins below 0": Inequality(Norm(MatrixSum(X[s], (s, a, b))), a + b + 1, (b >= a,), (SMALL,)),
    "a free index in a stated bound": Inequality(
        Norm(MatrixSum(X[k], (k, 0, t))),
        sp.Sum(c**k, (k, 0, t)),
        (t >= 0,),
        (ForEvery(Norm(X[s]) <= c**k, s),),
    ),
    "a sign that is not known": Inequality(Norm(W * V) * w, Norm(W) * Norm(V) * w),
    "a root of a square": Inequality(w**3, 1, given=(w**2 <= c, c <= 1)),
    "an inverse": Inequality(Norm(W**-1), 1 / Norm(W)),
    "a pole": Inequality(1, 1 / (1 - Norm(W)), given=(Norm(W) <= 1,)),
    "the other order": Inequality(q**k, Norm(W) ** k, (k >= 0,), (Norm(W) <= q,)),
    "0^0 is 1": Inequality(Norm(W) ** k, 0, (k >= 0,), (Norm(W) <= 0,)),
    "hypotheses that exclude each other": Inequality(1, 0, given=(Norm(W) < 1, Norm(W) > 2)),
    "conditions that exclude each other": Inequality(Norm(W), 0, (k >= 1, k <= 0)),
    "radii are not submultiplicative": Inequality(rho(W * V), rho(W) * rho(V)),
    "radii are not subadditive": Inequality(rho(W + V), rho(W) + rho(V)),
    "unit vectors in the middle": Inequality(Norm(W * UnitVector(n, 1) * UnitVector(n, 1).T * V), Norm(W * V)),
    "only one side is orthogonal": Inequality(Norm(W), Norm(W * V), given=(Equation(W.T * W, sp.Identity(n)),)),
    "unlike orthogonal": Inequality(Norm(W * x), Norm(x), given=(Equation(W * W, sp.Identity(n)),)),
    "orthogonal, another norm": Inequality(Norm(W * x, 1), Norm(x, 1), given=(Equation(W.T * W, sp.Identity(n)),)),
    "normal, another norm": Inequality(Norm(W, 1), rho(W), given=(Equation(W.T, W),)),
    "products of normal matrices": Inequality(Norm(W * V), rho(W * V), given=(Equation(W.T, W), Equation(V.T, V))),
}


@pytest.mark.parametrize("name", UNFOUNDED)
def test_bound_is_not_proved(name: str) -> None:
    assert kind_of(UNFOUNDED[name]) is not PROVED


def test_bound_of_a_slope_may_be_negative() -> None:
    least = sp.Symbol("c", real=True)  # -5 <= |φ'| says nothing, though (-5)^2 is much
    bound = BoundedSlope("phi", gamma, least)
    claim = Inequality(
        least**2 * SmallestSingularValue(rnn.W_hh) ** 2, Norm(TotalJacobian(h[t], h[t - 2])), (t >= 2,), (bound,)
    )
    with pytest.raises(ProofError, match="no combination"):
        prove_norms(claim, rnn)


def test_fact_about_a_free_index_does_not_reach_a_bound_one() -> None:
    zero = sp.Sum(Norm(sp.ZeroMatrix(n, n)), (k, 0, t))
    claim = Inequality(sp.Sum(Norm(TotalJacobian(h[t], h[k])), (k, 0, t)), zero, (k > t, t >= 1))
    assert kind_of(claim, rnn) is REFUTED


TRUE = {
    "a positive symbol": Inequality(3 * c, c**3 + 2),
    "a symbol in a bound": Inequality(q - q**2 * 4, q),
    "powers of a small positive number": Inequality(c**k, 1, (k >= 0,), (c <= 1,)),
    "both orthogonal": Inequality(
        Norm(W * V * x), Norm(x), given=(Equation(W.T * W, sp.Identity(n)), Equation(V * V.T, sp.Identity(n)))
    ),
}


@pytest.mark.parametrize("name", TRUE)
def test_true_bound_is_not_refuted(name: str) -> None:
    assert kind_of(TRUE[name]) is not REFUTED


def test_a_positive_symbol_is_not_drawn_negative() -> None:
    verdict = verdict_on_norms(Inequality(c ** (-k), 1, (k >= 0,)), None, 20)
    assert verdict.kind is REFUTED
    assert sp.Rational(verdict.counterexample.values["c"]) > 0


def test_stand_in_meets_an_expression_that_bounds_its_slope() -> None:
    halved = BoundedSlope("phi", gamma / 2)
    claim = Inequality(Norm(2 * TotalJacobian(h[t], h[t - 1])), gamma * Norm(rnn.W_hh), (t >= 1,), (halved,))
    assert kind_of(claim, rnn) is not REFUTED


# -- limits ------------------------------------------------------------------------------------------------------------

FALSE_LIMITS = {
    "a negative number below 1": Limit(w**k, k, 0, given=(w < 1,)),
    "a number below -1": Limit(w**k, k, 0, given=(w < -1,)),
    "oo minus more": Limit(Norm(W) ** k - Norm(W) ** (2 * k), k, sp.oo, given=(Norm(W) > 1,)),
    "not uniform in an index": Limit(Norm(A[s] ** k), k, 0, given=(rho(A[s]) < 1,)),
    "a name that a hypothesis binds": Limit(s * q**k, k, 0, given=(q < 1, ForEvery(Norm(X[s]) <= 1, s))),
    "the time as a factor": Limit(t * Norm(rnn.W_hh) ** k, k, 0, (k >= 0, t >= k), (Norm(rnn.W_hh) < 1,)),
    "an exponent that may be 0": Limit(Norm(W) ** (k * t), k, 0, (t >= 0,), (Norm(W) < 1,)),
    "a negative exponent": Limit(Norm(W) ** (-k), k, 0, given=(Norm(W) < 1, Norm(W) > 0)),
    "a matrix at the index": Limit(Norm(W**k) * Norm(A[k]), k, 0, given=(Norm(W) < 1,)),
    "an order that is not strict": Limit(Norm(W**k), k, 0, given=(rho(W) <= 1,)),
    "a rate that is reached": Limit(Norm(W**k) / c**k, k, 0, given=(rho(W) <= c,)),
    "a rate above the radius of something else": Limit(Norm(W**k) / c**k, k, 0, given=(rho(V) < c,)),
    "a direction that is not reached": Limit(Norm(W**k * x), k, sp.oo, given=(rho(W) > 1, Norm(x) > 0)),
    "a hypothesis about the index": Limit(Norm(W) ** later, later, 0, given=(Norm(W) < 1 - 1 / later,)),
    "a norm above 1": Limit(Norm(W**k), k, sp.oo, given=(Norm(W) > 1,)),
    "radii below 1 of both factors": Limit(Norm((W * V) ** k), k, 0, given=(rho(W) < 1, rho(V) < 1)),
}


@pytest.mark.parametrize("name", FALSE_LIMITS)
def test_false_limit_is_not_proved(name: str) -> None:
    assert kind_of(FALSE_LIMITS[name]) is not PROVED


@pytest.mark.parametrize("value", [0, sp.oo])
def test_limit_under_hypotheses_that_exclude_each_other_is_not_proved(value: sp.Expr) -> None:
    verdict = verdict_on_norms(Limit(Norm(W**k), k, value, given=(rho(W) < 1, rho(W) > 1)), None, 20)
    assert verdict.kind is UNDECIDED
    assert "satisfies its hypotheses" in verdict.reason


def test_index_has_to_be_able_to_grow() -> None:
    verdict = verdict_on_norms(Limit(Norm(W) ** k, k, 0, (k <= 3,), (Norm(W) < 1,)), None, 20)
    assert verdict.kind is UNDECIDED
    assert "growing" in verdict.reason


def test_index_that_another_one_follows_grows() -> None:
    assert kind_of(Limit(Norm(W) ** k, k, 0, (k >= 0, k <= t), (Norm(W) < 1,))) is PROVED


def test_sequence_that_changes_its_sign_is_not_said_to_vanish() -> None:
    assert kind_of(Limit(w**k, k, sp.oo, given=(w < -1,))) is not PROVED
