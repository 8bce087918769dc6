"""Nothing is assumed of an index that was not stated: at the boundary, below 0, and one index after the other."""

from __future__ import annotations

import random
from typing import Any

import pytest
import sympy as sp
from check.narrowing import instances_of, unrefuted
from check.tools import U, V, W, one_state

from symrnn.cells import Elman
from symrnn.derivation import Claim, Equation, Inequality, Kind, Limit, Verdict
from symrnn.derivation.directions import Coincide, SameDirection
from symrnn.derivation.statement import AllOf
from symrnn.expr import (
    ClipFactor,
    MatrixSum,
    Norm,
    OrderedProduct,
    Sequence,
    SmallestSingularValue,
    SpectralRadius,
    TotalJacobian,
    UnitVector,
)
from symrnn.library import load_library
from symrnn.recurrence import Definition, Recurrence, Role
from symrnn.symbols import T, k, n, s, t

PROVED, REFUTED, UNDECIDED = Kind.PROVED, Kind.REFUTED, Kind.UNDECIDED

linear, rnn = Elman("identity"), Elman()
A, B, Q = (sp.MatrixSymbol(name, n, n) for name in "ABQ")
x = sp.MatrixSymbol("x", n, 1)
c, gamma = sp.Symbol("c", real=True), sp.Symbol("gamma", positive=True)
h, y = Sequence("h", n), Sequence("y", n, first=1)
skipping = Recurrence(
    "skip connection",
    t,
    (
        Definition(h, A * h[t - 1], Role.STATE),
        Definition(y, B * h[t] + h[t - 1], Role.OUTPUT),
    ),
    (A, B),
)


def verdict(statement: Any, recurrence: Recurrence | None = None) -> Verdict:
    return Claim("claim", "", statement, PROVED, recurrence).verify()


def power(base: Any, exponent: Any) -> sp.MatPow:
    return sp.MatPow(base, exponent)


# -- what is refuted ---------------------------------------------------------------------------------------------------

SMALL = (Norm(W) <= 1,)
REFUTED_AT: dict[str, tuple[Any, Recurrence | None, str]] = {
    "Jacobian by a later state": (
        Equation(TotalJacobian(linear.h[s], linear.h[t]), linear.W_hh ** (s - t), where=(t >= s, s >= 0)),
        linear,
        "s = 0, t = 1",
    ),
    "Jacobian by any state": (
        Equation(TotalJacobian(linear.h[t], linear.h[s]), linear.W_hh ** (t - s), where=(s >= 0, t >= 0)),
        linear,
        "s = 1, t = 0",
    ),
    "power of a norm": (Inequality(Norm(W) ** (k - 1), 1, (k >= 0,), SMALL), None, "k = 0"),
    "norm of a power": (Inequality(Norm(W ** (k - 1)), 1, (k >= 0,), SMALL), None, "k = 0"),
    "condition number": (Inequality(Norm(power(W, k)) * Norm(power(W, -k)), 1, (k >= 0,)), None, "k = 1"),
    "powers up to 0": (Inequality(Norm(W**k), 1, (k <= 0,), SMALL), None, "k = -1"),
    "powers without a bound": (Inequality(Norm(W**k), Norm(W) ** k), None, "k = -1"),
    "radius of an inverse": (Inequality(SpectralRadius(W**k), SpectralRadius(W) ** k, (k <= 0,)), None, "k = -1"),
    "inverse of a singular value": (
        Inequality(SmallestSingularValue(W) ** k, Norm(W**k), (k <= 0,)),
        None,
        "k = -2",
    ),
    "quotient": (Inequality(Norm(W) ** -k, 1, (k >= -1,), (Norm(W) >= 1,)), None, "k = -1"),
    "skip connection": (
        Equation(TotalJacobian(y[t], h[s]), B * A ** (t - s) + A ** (t - s - 1), where=(s >= 1, t >= s)),
        skipping,
        "s = 1, t = 1",
    ),
    "power of an inverse": (Equation(linear.W_hh ** (-k), linear.W_hh**k, where=(k >= 0,)), linear, "k = 1"),
    "zero to a power": (Equation(power(linear.W_hh - linear.W_hh, k), sp.ZeroMatrix(n, n), (k >= 0,)), linear, "k = 0"),
}


@pytest.mark.parametrize("name", REFUTED_AT)
def test_refuted_at_an_index_that_was_stated(name: str) -> None:
    statement, recurrence, at = REFUTED_AT[name]
    found = verdict(statement, recurrence)
    assert found.kind is REFUTED
    assert str(found.counterexample).startswith(at)


def ranges(term: sp.MatrixExpr, *where: Any) -> Equation:
    return Equation(term, term, where)


UNDEFINED_AT: dict[str, tuple[Any, Recurrence | None, str]] = {
    "state before the first": (ranges(rnn.h[t]), rnn, "t = -1"),
    "sum": (ranges(MatrixSum(rnn.W_hh**s, (s, 0, k))), rnn, "k = -2"),
    "sum up to a boundary": (ranges(MatrixSum(rnn.W_hh**s, (s, 0, k - 2)), k >= 0), rnn, "k = 0"),
    "product": (Equation(OrderedProduct(rnn.W_hh, (s, 1, k), "descending"), rnn.W_hh**k), rnn, "k = -1"),
    "sum of norms": (Inequality(0, sp.Sum(Norm(W) ** s, (s, 0, k))), None, "k = -2"),
    "geometric sum": (
        Inequality(sp.Sum(Norm(W) ** s, (s, 0, k)), 1 / (1 - Norm(W)), (), (Norm(W) < 1,)),
        None,
        "k = -2",
    ),
    "norm of a state": (Inequality(Norm(2 * rnn.h[t - 1]), 2 * Norm(rnn.h[t - 1]), (t >= 0,)), rnn, "t = 0"),
    "sum over a total's range": (
        Equation(
            TotalJacobian(rnn.L, rnn.b_y),
            MatrixSum(TotalJacobian(rnn.ell[s], rnn.b_y), (s, 1, T)),
        ),
        rnn,
        "T = -1",
    ),
    "row": (ranges(UnitVector(n, k), k >= 1), rnn, "k = 2, n = 1"),
    "row by number": (ranges(UnitVector(n, 2)), rnn, "n = 1"),
    "entry": (Inequality(Norm(W[0, 1] * x), sp.Abs(W[0, 1]) * Norm(x)), None, "n = 1"),
    "quotient by an index": (ranges(rnn.W_hh / t, t >= 0), rnn, "t = 0"),
    "norm by an index": (Inequality(Norm(x) / t, Norm(x) / t, (t >= 0,)), None, "t = 0"),
    "factorial": (ranges(sp.factorial(k) * rnn.W_hh), rnn, "k = -1"),
    "several statements": (AllOf((ranges(rnn.W_hh / t, t >= 0),)), rnn, "t = 0"),
}


@pytest.mark.parametrize("name", UNDEFINED_AT)
def test_refuted_where_a_quantity_does_not_exist(name: str) -> None:
    statement, recurrence, at = UNDEFINED_AT[name]
    found = verdict(statement, recurrence)
    assert found.kind is REFUTED
    assert found.counterexample is not None
    assert "undefined" in str(found.counterexample)
    assert str(found.counterexample).startswith(at)


# -- what is left open, with what is missing -----------------------------------------------------------------------

orthogonal = Equation(Q.T * Q, sp.Identity(n))
MISSING: dict[str, tuple[Any, Recurrence | None, str]] = {
    "orthogonal": (Inequality(Norm(Q**k * x), Norm(x), (), (orthogonal,)), None, "it holds for k >= 0"),
    "from 0": (
        Inequality(SpectralRadius(W) ** (k - 1), Norm(W ** (k - 1)), (k >= 0,)),
        None,
        "it holds for k - 1 >= 0",
    ),
    "clipped": (Inequality(Norm(ClipFactor(x, gamma) * x) / t, gamma / t, (t >= 0,)), None, "t not 0"),
    "coincide": (Coincide(x / t, x / t), None, "t not 0"),
    "direction": (SameDirection(2 * x / t, x / t, (t >= 0,)), None, "t not 0"),
    "no integer": (ranges(MatrixSum(rnn.W_hh, (s, 1, k / 2)), k >= 0), rnn, "no value at k = 1"),
    "never invertible": (
        ranges(power(sp.MatMul(rnn.b_h, rnn.b_h.T), -k), k >= 0),
        rnn,
        "singular",
    ),
    "equation of the network": (
        Equation(TotalJacobian(h[t], h[t - 1]), MatrixSum(A**s, (s, 3, t)), where=(t >= 2,)),
        one_state(MatrixSum(A**s, (s, 3, t)) * h[t - 1], A),
        "the equation of h may not exist",
    ),
    "limit": (Limit(Norm(W ** (k - s)), k, sp.S.Zero, (), (Norm(W) < 1,)), None, "no geometric bound"),
    "powers of a norm": (Inequality(Norm(W) ** k, Norm(W) ** k), None, "it holds for k >= 0"),
}


@pytest.mark.parametrize("name", MISSING)
def test_not_proved_and_the_missing_condition_named(name: str) -> None:
    statement, recurrence, words = MISSING[name]
    found = verdict(statement, recurrence)
    assert found.kind not in (PROVED, REFUTED)
    assert words in found.reason


# -- what stays proved, and what of matrices and numbers is said to be assumed -----------------------------------

STILL_PROVED: dict[str, tuple[Any, Recurrence | None, str]] = {
    "scalar": (
        Equation(sp.MatMul(c ** (-k), rnn.W_hh), sp.MatMul((1 / c) ** k, rnn.W_hh), where=(k >= 0,)),
        rnn,
        "k >= 0, c not 0",
    ),
    "inverse": (Equation(rnn.W_hh ** (-k), sp.Inverse(rnn.W_hh) ** k, (k >= 0,)), rnn, "k >= 0, W_hh invertible"),
    "norm of an inverse": (Inequality(Norm(W**-k), Norm(sp.Inverse(W)) ** k, (k >= 0,)), None, "W invertible"),
    "skip connection": (
        Equation(TotalJacobian(y[t], h[s]), B * A ** (t - s) + A ** (t - s - 1), where=(s >= 1, t >= s + 1)),
        skipping,
        "s >= 1, t >= s + 1",
    ),
    "empty range": (ranges(MatrixSum(rnn.W_hh**s, (s, 0, k)), k >= -1), rnn, "an empty sum is 0, an empty product I"),
    "entry": (Inequality(Norm(W[0, 1] * x), sp.Abs(W[0, 1]) * Norm(x), (n >= 2,)), None, "n >= 2"),
    "total": (ranges(TotalJacobian(rnn.L, rnn.W_hh)), rnn, "T >= 0"),
}


@pytest.mark.parametrize("name", STILL_PROVED)
def test_proved_with_its_hypotheses(name: str) -> None:
    statement, recurrence, hypothesis = STILL_PROVED[name]
    found = verdict(statement, recurrence)
    assert found.kind is PROVED
    assert hypothesis in found.hypotheses


OF_BOTH_SIGNS = {
    "any power": Equation(power(rnn.W_hh, k) * V, V - V + rnn.W_hh**k * V),
    "sum with an inverse": ranges(MatrixSum(rnn.W_hh**s, (s, -1, t)), t >= 0),
}
"""What holds where W_hh is invertible: certificates know powers whose exponents have one sign."""


@pytest.mark.parametrize("name", OF_BOTH_SIGNS)
def test_powers_of_either_sign_are_left_open(name: str) -> None:
    found = verdict(OF_BOTH_SIGNS[name], rnn)
    assert found.kind is Kind.IDENTITY
    assert ">= 0" in found.reason


def test_positive_numbers_need_no_hypothesis() -> None:
    found = verdict(Equation(gamma**-k * rnn.W_hh, (1 / gamma) ** k * rnn.W_hh, (k >= 0,)), rnn)
    assert found.kind is PROVED
    assert not any("not 0" in hypothesis for hypothesis in found.hypotheses)


# -- one index after the other -------------------------------------------------------------------------------------

LIBRARY = [entry.claim for entry in load_library().entries if entry.claim.expected is PROVED]
QUICK = ("L02", "L05", "L08-corrected", "L12", "L15-corrected", "L16", "L17", "L18-divided", "L21")


@pytest.mark.table(quick=10)
@pytest.mark.parametrize("claim", [c for c in LIBRARY if c.id.startswith(QUICK)], ids=lambda claim: claim.id)
def test_shipped_claims_hold_at_their_smallest_indices(claim: Claim) -> None:
    assert unrefuted(claim, most=1)


@pytest.mark.exhaustive
@pytest.mark.parametrize("claim", LIBRARY, ids=lambda claim: claim.id)
def test_every_shipped_claim_holds_at_its_smallest_indices(claim: Claim) -> None:
    assert unrefuted(claim, most=4)


def drawn(source: random.Random) -> tuple[Any, Recurrence | None]:
    """A claim whose shape is right, with exponents, ranges and conditions shifted at random."""
    a, b, low = source.randint(-2, 2), source.randint(-2, 2), source.choice((None, -2, -1, 0, 1, 2))
    sign = source.choice((1, 1, -1))
    e = sign * k + a
    where = () if low is None else (sign * k >= low,)
    matrix, number = linear.W_hh, Norm(W) ** e
    whole = MatrixSum(matrix**s, (s, b, e))
    return source.choice(
        (
            (Equation(power(matrix, e) * matrix, matrix ** (e + 1), where), linear),
            (Equation(c**e * matrix, c ** (e - 1) * c * matrix, where), linear),
            (Equation(whole, matrix**b + MatrixSum(matrix**s, (s, b + 1, e)), where), linear),
            (Equation(whole * matrix, MatrixSum(matrix**s, (s, b + 1, e + 1)), where), linear),
            (Equation(OrderedProduct(matrix, (s, b, e), "ascending"), power(matrix, e - b + 1), where), linear),
            (Equation(TotalJacobian(linear.h[t], linear.h[t - e]), matrix**e, (*where, t >= e, t >= 0)), linear),
            (Equation(TotalJacobian(linear.h[t + b], linear.h[t]), matrix**b, (t >= 0,)), linear),
            (Inequality(number, 1, where, (Norm(W) <= 1,)), None),
            (Inequality(1, number, where, (Norm(W) >= 1,)), None),
            (Inequality(Norm(power(W, e)), number, where), None),
            (Inequality(Norm(W ** (e + b)), Norm(power(W, e)) * Norm(power(W, b)), where), None),
            (Inequality(SpectralRadius(W) ** e, Norm(power(W, e)), where), None),
            (Inequality(Norm(Q**e * x), Norm(x), where, (orthogonal,)), None),
            (Inequality(0, sp.Sum(Norm(W) ** s, (s, b, e)), where), None),
            (Inequality(Norm(UnitVector(n, e)), 1, (*where, e <= n)), None),
        )
    )


def check_drawn(seed: int) -> Kind:
    statement, recurrence = drawn(random.Random(seed))
    claim = Claim("drawn", str(statement), statement, PROVED, recurrence)
    kind = claim.verify().kind
    if kind is PROVED:
        assert unrefuted(claim, most=2)
    return kind


@pytest.mark.table(quick=0)
def test_drawn_claims_hold_at_their_smallest_indices() -> None:
    kinds = [check_drawn(seed) for seed in range(16)]
    assert kinds.count(PROVED) >= 4
    assert kinds.count(REFUTED) >= 2


@pytest.mark.exhaustive
@pytest.mark.parametrize("block", range(10))
def test_many_drawn_claims_hold_at_their_smallest_indices(block: int) -> None:
    for seed in range(1_000 + 40 * block, 1_000 + 40 * (block + 1)):
        check_drawn(seed)


def test_instances_are_the_smallest_that_conditions_allow() -> None:
    statement = ranges(MatrixSum(U.T * V**k, (s, 1, t)), k >= 2, t >= k)
    assert next(instances_of(statement)) == {k: 2, t: 2}
    assert next(instances_of(ranges(V**k, k <= -2))) == {k: -2}
