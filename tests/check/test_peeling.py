"""The main result with a term taken off at either end, split, or put together otherwise: proved all the same."""

from __future__ import annotations

import pytest
import sympy as sp
from check.claims import closed_form, elman, state_product

from symrnn.check import identity_test, prove_equation
from symrnn.derivation import Equation
from symrnn.expr import ImmediateJacobian, MatrixSum, OrderedProduct, TotalJacobian
from symrnn.symbols import k, n, s, t, u

rnn = elman()
h, W, D = rnn.h, rnn.W_hh, rnn.D
J = TotalJacobian(h[t], W)
local = ImmediateJacobian


def block(index: sp.Expr) -> sp.MatrixExpr:
    return sp.KroneckerProduct(h[index].T, sp.Identity(n))


def over_time(first: sp.Expr, last: sp.Expr) -> MatrixSum:
    return MatrixSum(OrderedProduct(D(u) * W, (u, s + 1, t), "descending") * D(s) * block(s - 1), (s, first, last))


WAYS = {
    "newest term apart": (D(t) * block(t - 1) + D(t) * W * TotalJacobian(h[t - 1], W), t >= 1),
    "newest term apart, summed": (
        D(t) * block(t - 1) + MatrixSum(state_product(rnn, k) * D(t - k) * block(t - k - 1), (k, 1, t - 1)),
        t >= 1,
    ),
    "oldest term apart": (
        over_time(sp.Integer(2), t) + state_product(rnn, t - 1) * D(1) * block(sp.Integer(0)),
        t >= 1,
    ),
    "over time": (over_time(sp.Integer(1), t), t >= 0),
    "two steps": (
        TotalJacobian(h[t], h[t - 2]) * TotalJacobian(h[t - 2], W) + D(t) * W * local(h[t - 1], W) + local(h[t], W),
        t >= 2,
    ),
    "states and local terms": (
        MatrixSum(TotalJacobian(h[t], h[s]) * local(h[s], W), (s, 1, t)),
        t >= 0,
    ),
    "slope first": (
        MatrixSum(D(t) * OrderedProduct(W * D(t - u), (u, 1, k), "ascending") * block(t - k - 1), (k, 0, t - 1)),
        t >= 0,
    ),
    "Kronecker distributed": (
        MatrixSum(sp.KroneckerProduct(h[t - k - 1].T, state_product(rnn, k) * D(t - k)), (k, 0, t - 1)),
        t >= 0,
    ),
}


@pytest.mark.parametrize("way", WAYS)
def test_is_proved(way: str) -> None:
    right, condition = WAYS[way]
    equation = Equation(J, right, (condition,))
    assert identity_test(equation, rnn, {n: 2}, {t: 5}).agrees
    prove_equation(equation, rnn)


def test_split_in_the_middle() -> None:
    r = sp.Symbol("r", integer=True)
    split = over_time(sp.Integer(1), r) + over_time(r + 1, t)
    prove_equation(Equation(J, split, (r >= 0, t >= r)), rnn)


def test_slopes_commute_with_each_other() -> None:
    prove_equation(Equation(D(t) * D(t - 1), D(t - 1) * D(t), (t >= 2,)), rnn)


def test_closed_forms_of_two_times_subtracted() -> None:
    later, earlier = closed_form(rnn), closed_form(rnn).subs(t, t - 1)
    prove_equation(Equation(later - D(t) * W * earlier, local(h[t], W), (t >= 1,)), rnn)
