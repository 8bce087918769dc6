"""Equalities under conditions, and what is told apart where names alone would not tell it."""

import pytest
import sympy as sp
from expr.names import A, B, I, W, a, h, k, n, phi, product, s, t, u

from symrnn.equality import equal, normal_form
from symrnn.errors import UnknownTermError
from symrnn.expr import Expectation, GenericFunction, MatrixSum, Sequence

v = sp.Symbol("v", integer=True)


def test_conditions_are_known() -> None:
    head = lambda low: MatrixSum(A[u], (u, 1, v)) if low else MatrixSum(A[u], (u, 1, t))  # noqa: E731
    assert not equal(k * W, t * W)
    assert equal(k * W, t * W, facts=(sp.Eq(k, t),))
    assert equal(head(True), head(False), facts=(v >= t, v <= t))
    assert not equal(head(True), head(False), facts=(v >= t,))


def test_an_equality_that_holds_in_each_of_two_cases() -> None:
    stairs = MatrixSum(MatrixSum(W, (s, 0, k)), (u, 1, t))  # of the length of the inner sum nothing is known for t = 0
    assert equal(stairs, t * (k + 1) * W)
    assert not equal(stairs, (t + 1) * (k + 1) * W)


def test_conditions_that_contradict_each_other_prove_nothing() -> None:
    assert not equal(W, A[1], facts=(t >= 1, t <= 0))
    assert equal(W * A[1], W * A[1], facts=(t >= 1, t <= 0))


@pytest.mark.parametrize(
    "facts", [(sp.Symbol("x") >= 1,), (k**2 >= sp.Symbol("x", integer=True) / sp.pi,)], ids=["no integer", "not linear"]
)
def test_a_condition_that_is_none_on_indices_is_refused(facts: tuple) -> None:
    with pytest.raises(UnknownTermError, match="has no rule for"):
        equal(W, A[1], facts)


def test_what_is_equal_inside_a_function() -> None:
    total = MatrixSum(h[u], (u, 1, t))
    assert equal(phi(total), phi(h[t] + MatrixSum(h[t - u], (u, 1, t - 1))))
    assert equal(
        MatrixSum(phi(product(A[u], 1, s) * a[1]), (s, 1, t)),
        MatrixSum(phi(A[1] * product(A[u], 2, s) * a[1]), (s, 1, t)),
    )
    assert not equal(phi(total), phi(h[t + 1] + MatrixSum(h[t - u], (u, 1, t - 1))))


def test_quantities_that_share_a_name() -> None:
    wide, k_real = sp.MatrixSymbol("W", n, 2 * n), sp.Symbol("k")
    assert not equal(k * W, k_real * W)
    assert not equal(wide * wide.T, W * W)
    assert not equal(Sequence("W", n, n)[t], W)
    assert not equal(sp.MatrixSymbol("phi", n, 1), phi(sp.MatrixSymbol("phi", n, 1)))
    shadowed = MatrixSum(A[k] * MatrixSum(A[k], (k, 1, t)), (k, 1, t))
    assert equal(shadowed, MatrixSum(A[s], (s, 1, t)) * MatrixSum(A[u], (u, 1, t)))


def test_generic_functions() -> None:
    loss = lambda *of: GenericFunction("loss", n, 1, *of)  # noqa: E731
    assert equal(loss(h[t] + h[k], W * W), loss(h[k] + h[t], W**2))
    assert not equal(loss(h[t], h[k]), loss(h[k], h[t]))
    assert normal_form(loss(h[t], W + W)) == loss(h[t], sp.MatMul(2, W))


def test_numbers_of_many_kinds() -> None:
    x, c = sp.Symbol("x"), B[t][0, 0]
    for number in (
        sp.sqrt(x) + 1,
        sp.sin(k) ** 2,
        sp.Max(x, c),
        c ** (-2),
        6**k,
        (-1) ** (k * t),
        2 ** (k**2),
        sp.pi**t,
        abs(c),
    ):
        assert equal(sp.MatMul(number, W) * A[1], W * sp.MatMul(number, A[1]))
        assert equal(normal_form(sp.MatMul(number, I)), sp.MatMul(number, I))
        assert not equal(sp.MatMul(number, W), W)
    squares = MatrixSum(2 ** (u**2) * A[u], (u, 1, t))
    assert equal(squares, MatrixSum(2 ** (s**2) * A[s], (s, 1, t)))
    assert not equal(squares, MatrixSum(2 ** (s**2) * A[s], (s, 0, t)))
    assert equal(sp.MatMul(6**k, W), sp.MatMul(2**k * 3**k, W))
    assert equal(sp.MatMul((x * c) ** k, W), sp.MatMul(c**k * x**k, W))


def test_an_expectation_is_refused() -> None:
    with pytest.raises(UnknownTermError, match="has no rule for Expectation"):
        normal_form(Expectation(W))
