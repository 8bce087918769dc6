"""Products of norms taken apart at one end."""

from __future__ import annotations

import pytest
import sympy as sp

from symrnn.check.deciding.norms import verdict_on_norms
from symrnn.derivation import Inequality, Kind
from symrnn.expr import Norm, OrderedProduct, Sequence, SmallestSingularValue
from symrnn.recurrence import Recurrence
from symrnn.symbols import k, n

u = sp.Symbol("u", integer=True)
A = Sequence("A", n, n)
PROVED = Kind.PROVED


GIVEN = Recurrence("matrices A_u", u, (), (A,))


def test_used_from_above_and_from_below() -> None:
    product = OrderedProduct(A[u], (u, 1, k), "descending")
    shorter = OrderedProduct(A[u], (u, 1, k - 1), "descending")
    above = Inequality(Norm(product), Norm(A[k]) * Norm(shorter), (k >= 1,))
    below = Inequality(SmallestSingularValue(A[k]) * Norm(shorter), Norm(product), (k >= 1,))
    assert verdict_on_norms(above, GIVEN, 0).kind is Kind.PROVED
    assert verdict_on_norms(below, GIVEN, 0).kind is Kind.PROVED
    wrong = Inequality(Norm(product), Norm(shorter), (k >= 1,))
    assert verdict_on_norms(wrong, GIVEN, 0).kind is Kind.REFUTED


@pytest.mark.parametrize("direction", ["ascending", "descending"])
def test_at_both_ends(direction: str) -> None:
    product = OrderedProduct(A[u], (u, 1, k), direction)
    for end, shorter in ((A[k], (1, k - 1)), (A[1], (2, k))):
        rest = OrderedProduct(A[u], (u, *shorter), direction)
        above = Inequality(Norm(product), Norm(end) * Norm(rest), (k >= 1,))
        assert verdict_on_norms(above, GIVEN, 0).kind is Kind.PROVED


@pytest.mark.parametrize("direction", ["ascending", "descending"])
def test_an_empty_product_has_no_outermost_factor(direction: str) -> None:
    product, shorter = (OrderedProduct(A[u], (u, 1, last), direction) for last in (k, k - 1))
    for where in ((), (k >= 0,)):
        assert (
            verdict_on_norms(Inequality(Norm(product), Norm(A[k]) * Norm(shorter), where), GIVEN, 0).kind is not PROVED
        )


c = sp.Symbol("c", real=True)


def test_a_number_in_front_is_not_lost() -> None:
    product = OrderedProduct(A[u], (u, 1, k), "descending")
    shorter = OrderedProduct(A[u], (u, 1, k - 1), "descending")
    above = [Inequality(Norm(f * product), Norm(A[k]) * Norm(shorter), (k >= 1,)) for f in (2, c)]
    least = SmallestSingularValue(A[k]) * Norm(shorter)
    below = [Inequality(least, Norm(f * product), (k >= 1,)) for f in (sp.Rational(1, 2), c)]
    for wrong in (*above, *below):
        assert verdict_on_norms(wrong, GIVEN, 0).kind is not PROVED
