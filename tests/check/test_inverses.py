"""Claims about inverses: what is proved of a diagonalisable matrix, and what is refuted."""

from __future__ import annotations

import pytest
import sympy as sp
from check.tools import check
from sympy.matrices.expressions import MatPow

from symrnn.cells import Elman
from symrnn.derivation import Claim, Equation, Kind
from symrnn.expr import OrderedProduct, Sequence, TotalJacobian
from symrnn.recurrence import Definition, Recurrence, Role
from symrnn.symbols import k, n, u

rnn = Elman("identity")
W = rnn.W_hh
V, x = sp.MatrixSymbol("V", n, n), sp.MatrixSymbol("z", n, 1)
D, X = sp.DiagMatrix(sp.MatrixSymbol("lambda", n, 1)), MatPow(V, -1)


def chain(*factors: sp.Expr) -> sp.MatMul:
    return sp.MatMul(*factors)


conjugate, left_conjugate = MatPow(chain(V, D, X), k), MatPow(chain(X, D, V), k)


def between(left: sp.MatrixExpr, exponent: sp.Expr, right: sp.MatrixExpr) -> sp.MatMul:
    return chain(left, MatPow(D, exponent), right)


TRUE = {
    "power of a conjugate": (conjugate, between(V, k, X)),
    "the other way round": (left_conjugate, between(X, k, V)),
    "one more": (chain(conjugate, V, D, X), between(V, k + 1, X)),
    "two powers": (chain(conjugate, conjugate), between(V, 2 * k, X)),
    "right inverse": (chain(V, X), sp.Identity(n)),
    "left inverse": (chain(X, V), sp.Identity(n)),
    "transposed inverse": (MatPow(V.T, -1), sp.Transpose(X)),
    "product of conjugates": (
        OrderedProduct(chain(V, rnn.D(u), X), (u, 1, k), "ascending"),
        chain(V, OrderedProduct(rnn.D(u), (u, 1, k), "ascending"), X),
    ),
}


@pytest.mark.parametrize("name", TRUE)
def test_is_proved(name: str) -> None:
    verdict = check(*TRUE[name], rnn, k >= 0)
    assert verdict.kind is Kind.PROVED
    assert any("V invertible" in hypothesis or "V.T invertible" in hypothesis for hypothesis in verdict.hypotheses)


FALSE = {
    "transpose in place of the inverse": (conjugate, between(V, k, V.T)),
    "one power too many": (conjugate, between(V, k + 1, X)),
    "one power too few": (chain(conjugate, V, D, X), between(V, k, X)),
    "the inverse on the other side": (conjugate, between(X, k, V)),
    "no conjugation": (conjugate, MatPow(D, k)),
    "half a conjugation": (conjugate, chain(V, MatPow(D, k))),
    "another matrix": (MatPow(chain(V, D, MatPow(W, -1)), k), between(V, k, MatPow(W, -1))),
    "inverse of a product, in the order of its factors": (MatPow(chain(V, W), -1), chain(X, MatPow(W, -1))),
    "inverse of a sum": (MatPow(V + W, -1), X + MatPow(W, -1)),
    "inverse is transpose": (X, V.T),
    "inverse of a transpose": (MatPow(V.T, -1), X),
    "not quite the identity": (chain(V, X), 2 * sp.Identity(n)),
    "square of the inverse": (chain(V, MatPow(V, -2)), sp.Identity(n)),
    "sign": (MatPow(-V, -1), X),
}


@pytest.mark.parametrize("name", FALSE)
def test_is_refuted(name: str) -> None:
    assert check(*FALSE[name], rnn, k >= 0).kind is Kind.REFUTED


TRUE_BUT_NOT_SHOWN = {
    "inverse of a product": (MatPow(chain(V, W), -1), chain(MatPow(W, -1), X)),
    "scaled": (MatPow(2 * V, -1), sp.Rational(1, 2) * X),
    "inverse of an inverse": (MatPow(sp.MatAdd(X, sp.ZeroMatrix(n, n)), -1), V),
}


@pytest.mark.parametrize("name", TRUE_BUT_NOT_SHOWN)
def test_is_not_refuted(name: str) -> None:
    assert check(*TRUE_BUT_NOT_SHOWN[name], rnn).kind in (Kind.PROVED, Kind.IDENTITY)


def test_nothing_is_proved_of_the_inverse_of_a_singular_matrix() -> None:
    singular = sp.MatMul(x, x.T)
    for claimed in (sp.Identity(n), sp.ZeroMatrix(n, n)):
        verdict = check(chain(singular, MatPow(singular, -1)), claimed, rnn, n >= 2)
        assert verdict.kind is Kind.UNDECIDED
        assert "may be singular" in verdict.reason


def test_at_one_unit_only() -> None:
    """A number that is not 0 has an inverse: for n = 1 the outer product has, and its hypothesis says so."""
    singular = sp.MatMul(x, x.T)
    verdict = check(chain(singular, MatPow(singular, -1)), sp.ZeroMatrix(n, n), rnn)
    assert verdict.kind is Kind.REFUTED
    assert verdict.counterexample.values["n"] == "1"


def test_an_inverse_behind_other_names_is_a_hypothesis() -> None:
    """L2 = L1 and h_t = L1 h_{t-1} exist where L1 = W⁻¹ does, which the statement has to say."""
    size, at = sp.Symbol("n", integer=True, positive=True), sp.Symbol("t", integer=True)
    state = Sequence("h", size)
    weights, first, second = (sp.MatrixSymbol(name, size, size) for name in ("W", "L1", "L2"))
    totals = {first: sp.Inverse(weights), second: first}

    def model(factor: sp.MatrixExpr) -> Recurrence:
        own = Definition(state, factor * state[at - 1], Role.STATE, 1)
        return Recurrence("r", at, (own,), (weights,), (), totals)

    unit = sp.Identity(size)
    step = weights * TotalJacobian(state[at], state[at - 1])
    cases = (
        (Equation(weights * second, unit), model(weights)),
        (Equation(step, unit, where=(at >= 1,)), model(first)),
    )
    for statement, recurrence in cases:
        verdict = Claim("c", "", statement, Kind.PROVED, recurrence).verify()
        assert any("W invertible" in hypothesis for hypothesis in verdict.hypotheses), verdict


def test_a_divisor_behind_other_names_counts_where_it_is_zero() -> None:
    """L2 = L3 = L1 = X/T says nothing at T = 0, where L1 does not exist."""
    last = sp.Symbol("T", integer=True)
    state = Sequence("h", n)
    X, first, second, third = (sp.MatrixSymbol(name, n, n) for name in ("X", "L1", "L2", "L3"))
    totals = {first: sp.MatMul(1 / last, X), second: first, third: first}
    at = sp.Symbol("t", integer=True)
    model = Recurrence("r", at, (Definition(state, X * state[at - 1], Role.STATE, 1),), (X,), (), totals)
    verdict = Claim("c", "", Equation(second, third, where=(last >= 0,)), Kind.PROVED, model).verify()
    assert verdict.kind is Kind.REFUTED
