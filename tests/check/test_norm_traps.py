"""Statements that an independent attempt to break the checker got a wrong verdict for; each stays decided rightly."""

from __future__ import annotations

import pytest
import sympy as sp

from symrnn.cells import Elman
from symrnn.clipping import value_clipped
from symrnn.derivation import Claim, ForEvery, Inequality, Kind, Limit, Verdict
from symrnn.expr import Norm, OrderedProduct, Sequence, SpectralRadius, TotalJacobian
from symrnn.recurrence import Recurrence
from symrnn.symbols import k, n, s, t

W = sp.MatrixSymbol("W", n, n)
rnn = Elman()
identity = rnn.with_activation("identity")
zero_power = sp.MatPow(sp.ZeroMatrix(n, n), k)
zero_product = OrderedProduct(sp.ZeroMatrix(n, n), (s, 1, k), "descending")
large = sp.Integer(10**9)
y, eta = sp.Symbol("y"), sp.Symbol("eta", nonnegative=True)
captured, p = sp.Symbol("_k0", integer=True), sp.Symbol("p", nonnegative=True)


def verdict(statement: Inequality | Limit, recurrence: Recurrence | None = None) -> Verdict:
    return Claim("trap", "", statement, Kind.PROVED, recurrence).verify()


@pytest.mark.parametrize(
    "statement",
    [
        Inequality(Norm(zero_power) * Norm(W), large, (k >= 0,)),
        Inequality(Norm(sp.MatMul(W, zero_power)), large, (k >= 0,)),
        Inequality(Norm(zero_product * W), large, (k >= 0,)),
        Inequality(Norm(zero_power), 0, (k >= 0,)),
        Inequality(sp.sqrt(y**2), y + large),
        Inequality(sp.sqrt(y**2 * Norm(W) ** 2), y * Norm(W) + large),
        Inequality(sp.sqrt(y**2), y),
        Inequality(sp.Sum(p**captured, (s, 0, t)), sp.Sum(p**s, (s, 0, t)) + 10**12, (t >= 0, captured >= 0)),
        Limit(Norm(W) ** k, k, 0, (k**2 <= 9,), (Norm(W) < 1,)),
    ],
    ids=str,
)
def test_what_does_not_hold_is_not_proved(statement: Inequality | Limit) -> None:
    """A zero matrix to the power 0 is I; √(y²) is not y; an index of our own is nobody's; k has to grow."""
    assert verdict(statement).kind is not Kind.PROVED


def bounded(low: sp.Expr, high: sp.Expr) -> tuple[ForEvery, ...]:
    return (ForEvery(Norm(rnn.h[s]) <= eta, s, (s >= low, s <= high)),)


def index(**assumptions: bool) -> sp.Symbol:
    return sp.Symbol("j", integer=True, **assumptions)


even = sp.Symbol("N", integer=True, positive=True, even=True)
column = sp.MatrixSymbol("M", even, 1)
theta = sp.Symbol("theta", positive=True)
X = Sequence("X", n, 1)


@pytest.mark.parametrize(
    ("statement", "recurrence"),
    [
        (Limit(Norm(W**k), k, sp.oo, (k >= 0, sp.Eq(n, 1)), (Norm(W) > 1,)), None),
        (Limit(Norm(W**k), k, sp.oo, (k >= 0, n < 2), (Norm(W) > 1,)), None),
        (
            Limit(
                Norm(TotalJacobian(identity.h[t], identity.h[t - k])),
                k,
                sp.oo,
                (k >= 0, t >= k, sp.Eq(n, 1)),
                (Norm(identity.W_hh) > 1,),
            ),
            identity,
        ),
        (Inequality(Norm(rnn.h[t + 3]), eta, (t >= 0,), bounded(t + 2, t + 5)), rnn),
        (Inequality(Norm(rnn.h[t + 2] * rnn.h[t + 2].T), eta**2, (t >= 0,), bounded(t + 2, t + 4)), rnn),
        (Inequality(Norm(rnn.h[t + 3]), eta, (t >= 0,), bounded(t + 3, t + 3)), rnn),
        (
            Inequality(Norm(X[2 * t]), eta, (t >= 2,), (ForEvery(Norm(X[s]) <= eta, s, (s >= 2 * t, s <= 2 * t)),)),
            Recurrence("one input", t, (), (), (X,)),
        ),
        (Inequality(index(negative=True), -1), None),
        (Inequality(index(nonpositive=True), 0), None),
        (Inequality(1, index(nonzero=True) ** 2), None),
        (Inequality(1, index(odd=True) ** 2), None),
        (Inequality(2 * Norm(W), index(prime=True) * Norm(W)), None),
        (Inequality(Norm(W) * sp.Symbol("z", zero=True), 0), None),
        (Inequality(2 * Norm(W) * 2 ** index(negative=True), Norm(W)), None),
        (Inequality(2 * Norm(column), even * Norm(column)), None),
        (Inequality(2 * theta, theta * even + Norm(value_clipped(column, theta))), None),
    ],
    ids=lambda value: value.name if isinstance(value, Recurrence) else str(value),
)
def test_what_holds_is_not_refuted(statement: Inequality | Limit, recurrence: Recurrence | None) -> None:
    """Counterexamples satisfy the conditions on sizes, every instance of a hypothesis, and what symbols are."""
    assert verdict(statement, recurrence).kind is not Kind.REFUTED


def test_a_counterexample_has_a_size_that_the_conditions_allow() -> None:
    small = verdict(Limit(Norm(W**k), k, sp.oo, (k >= 0, n >= 3), (SpectralRadius(W) >= 1,)))
    assert small.kind is not Kind.REFUTED or int(small.counterexample.values["n"]) >= 3


@pytest.mark.parametrize(("one", "other"), [(2, sp.oo), (2, 1), (sp.oo, 2), (1, 2), (1, sp.oo), (sp.oo, 1)], ids=str)
def test_no_norm_is_below_another_for_every_matrix(one: sp.Expr, other: sp.Expr) -> None:
    """Columns that weigh more than rows, and rows that weigh more than columns, tell all of them apart."""
    assert verdict(Inequality(Norm(W, one), Norm(W, other))).kind is Kind.REFUTED
