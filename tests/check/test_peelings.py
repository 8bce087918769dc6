"""Products of norms taken apart at one end."""

from __future__ import annotations

import pytest
import sympy as sp
from symrnn.check.peeling import peelings

from symrnn.check.norms import verdict_on_norms
from symrnn.derivation import Inequality, Kind
from symrnn.expr import Norm, OrderedProduct, Sequence, SmallestSingularValue
from symrnn.recurrence import Recurrence
from symrnn.symbols import k, n

u = sp.Symbol("u", integer=True)
A, b = Sequence("A", n, n), sp.MatrixSymbol("b", n, 1)


@pytest.mark.parametrize("direction", ["ascending", "descending"])
@pytest.mark.parametrize("length", [1, 2, 4])
def test_both_parts_together_are_the_product(direction: str, length: int) -> None:
    product = OrderedProduct(A[u], (u, 1, k), direction)
    found = list(peelings(product, (k >= 1,)))
    assert [on_right for _, _, on_right in found] == [True, False]
    for rest, factor, on_right in found:
        whole = rest * factor if on_right else factor * rest
        at = {k: sp.Integer(length)}
        written = [written_out(part.xreplace(at)) for part in (whole, product)]
        assert written[0] == written[1]


def written_out(term: sp.MatrixExpr) -> list[sp.Basic]:
    """The factors of a product in order."""
    if isinstance(term, OrderedProduct):
        indices = range(int(term.lower), int(term.upper) + 1)
        ordered = indices if term.step == 1 else reversed(indices)
        return [term.body_at(sp.Integer(at)) for at in ordered]
    if isinstance(term, sp.MatMul):
        return [factor for part in term.args for factor in written_out(part)]
    return [] if isinstance(term, sp.Identity) else [term]


def test_an_empty_product_has_no_outermost_factor() -> None:
    product = OrderedProduct(A[u], (u, 1, k), "ascending")
    assert list(peelings(product, ())) == []
    assert list(peelings(product, (k >= 0,))) == []


def test_only_an_end_that_is_a_long_product_is_taken_apart() -> None:
    product = OrderedProduct(A[u], (u, 1, k), "ascending")
    sides = [on_right for _, _, on_right in peelings(product * b, (k >= 1,))]
    assert sides == [False]
    assert list(peelings(2 * product, (k >= 1,))) == []
    assert list(peelings(b, ())) == []


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


@pytest.mark.parametrize("factor", [2, sp.Rational(1, 2), sp.Symbol("c", real=True)])
def test_a_number_in_front_is_not_lost(factor: sp.Expr) -> None:
    product = OrderedProduct(A[u], (u, 1, k), "descending")
    shorter = OrderedProduct(A[u], (u, 1, k - 1), "descending")
    assert list(peelings(factor * product, (k >= 1,))) == []
    for wrong in (
        Inequality(Norm(factor * product), Norm(A[k]) * Norm(shorter), (k >= 1,)),
        Inequality(SmallestSingularValue(A[k]) * Norm(shorter), Norm(factor * product), (k >= 1,)),
    ):
        assert verdict_on_norms(wrong, GIVEN, 0).kind is not Kind.PROVED
