"""Absurd sizes are refused before any work is done."""

import pytest
import sympy as sp
from expr.names import A, W, h, k, n, product, t, u
from sympy.matrices.expressions import HadamardPower

from symrnn.equality import equal, normal_form
from symrnn.equality.reckoning import LONGEST
from symrnn.errors import LimitError
from symrnn.expr import MatrixSum, Sequence

HUGE = 10**9
w = sp.MatrixSymbol("w", 1, 1)
number = Sequence("g", 1)


@pytest.mark.parametrize(
    "term",
    [
        W**HUGE,
        (2 * W) ** HUGE,
        w**HUGE,
        product(A[u], 1, HUGE),
        product(2 * A[u], 1, HUGE),
        product(number[u], 1, HUGE),
        product(A[u] + W, k + 1, k + HUGE),
        MatrixSum(A[u], (u, 1, HUGE)),
        MatrixSum(MatrixSum(A[u + k], (k, 0, HUGE)), (u, 0, t)),
        HadamardPower(h[t], HUGE),
        sp.KroneckerProduct(W, product(A[u], 1, HUGE)),
    ],
    ids=str,
)
def test_an_absurd_length_is_refused(term: sp.MatrixExpr) -> None:
    with pytest.raises(LimitError, match="too long to write out"):
        normal_form(term)


@pytest.mark.parametrize(
    "term",
    [product(number[u], 1, k + HUGE), MatrixSum(A[u], (u, k, t + HUGE)), MatrixSum(h[u], (u, -HUGE, t))],
    ids=str,
)
def test_a_length_that_is_no_number_is_not_written_out(term: sp.MatrixExpr) -> None:
    assert equal(term, normal_form(term))


def test_the_limit_itself_is_written_out() -> None:
    assert equal(W**LONGEST, W ** (LONGEST - 1) * W)


def test_a_power_of_a_sum_does_not_explode() -> None:
    with pytest.raises(LimitError, match="summands"):
        normal_form((W + A[1]) ** 100)
    assert equal((W + A[1]) ** 2 * (W + A[1]), (W + A[1]) ** 3)


def test_symbolic_bounds_have_no_limit() -> None:
    assert normal_form(product(sp.Identity(n), 1, t)) == sp.Identity(n)
