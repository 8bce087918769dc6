"""Sums of products for polynomial inequalities: what is found adds up, and nothing is found for what is false."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

import flint
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from symrnn.certify.errors import NotFoundError
from symrnn.certify.positivity import Product, certify
from symrnn.certify.simplex import nonnegative_solution
from symrnn.kernel.polynomials import Poly, Ring, constant, minus, plus

ring = Ring()
a, b, r = (ring.unknown(name) for name in "abr")
one, zero = constant(1), constant(0)
fractions = st.fractions(min_value=-3, max_value=3, max_denominator=4)


def added_up(products: list[Product], given: Sequence[Poly]) -> Poly:
    """The sum; no weight is below 0."""
    assert all(product.weight > 0 for product in products)
    squares = [[root for root in product.roots for _ in range(2)] for product in products]
    facts = [[given[at] for at in product.factors] for product in products]
    return plus(*(ring.times(constant(p.weight), *f, *s) for p, f, s in zip(products, facts, squares, strict=True)))


@pytest.mark.parametrize(
    ("goal", "facts"),
    [
        (plus(ring.times(a, a), ring.times(b, b), ring.times(constant(-2), a, b)), ()),
        (minus(ring.times(a, b), one), (minus(a, one), minus(b, one))),
        (minus(a, b), (minus(a, one), minus(one, b))),
        (minus(ring.times(a, a, a), one), (minus(a, one),)),
        (ring.times(r, a, a), (r,)),
        (zero, ()),
        (constant(Fraction(1, 3)), ()),
        (constant(-1), (minus(a, one), minus({}, a))),
    ],
    ids=str,
)
def test_what_holds_is_a_sum_of_products(goal: Poly, facts: tuple[Poly, ...]) -> None:
    assert added_up(certify(goal, facts), facts) == goal


@pytest.mark.parametrize(
    ("goal", "facts"),
    [
        (ring.times(a, b), ()),
        (a, ()),
        (minus(a, one), (a,)),
        (minus(one, a), (a,)),
        (minus(ring.times(a, b), one), (minus(a, one),)),
        (minus({}, ring.times(a, a)), ()),
        (constant(-1), (a,)),
    ],
    ids=str,
)
def test_what_is_false_is_not(goal: Poly, facts: tuple[Poly, ...]) -> None:
    with pytest.raises(NotFoundError, match="no sum"):
        certify(goal, facts)


@settings(max_examples=40, deadline=None)
@given(st.lists(fractions, min_size=6, max_size=6))
def test_what_is_found_adds_up(c: list[Fraction]) -> None:
    monomials = [ring.times(a, a), ring.times(a, b), ring.times(b, b), a, b, one]
    goal = plus(*(ring.times(constant(number), mono) for number, mono in zip(c, monomials, strict=True)))
    facts = (a, b, minus(one, a))
    try:
        found = certify(goal, facts)
    except NotFoundError:
        return
    ring.left = 10**6
    assert added_up(found, facts) == goal


@settings(max_examples=60, deadline=None)
@given(st.lists(st.lists(st.integers(-3, 3), min_size=3, max_size=3), min_size=1, max_size=6), st.data())
def test_a_solution_of_the_linear_program_solves_it(columns: list[list[int]], data: st.DataObject) -> None:
    weights = data.draw(st.lists(st.integers(0, 3), min_size=len(columns), max_size=len(columns)))
    target = [sum(w * c[row] for w, c in zip(weights, columns, strict=True)) for row in range(3)]
    vectors = [{row: flint.fmpq(entry) for row, entry in enumerate(column)} for column in columns]
    found = nonnegative_solution(vectors, {row: flint.fmpq(entry) for row, entry in enumerate(target)})
    assert found is not None
    assert all(weight > 0 for weight in found.values())
    assert [sum((found[at] * columns[at][row] for at in found), flint.fmpq(0)) for row in range(3)] == target


def test_what_has_no_nonnegative_solution_has_none() -> None:
    one = flint.fmpq(1)
    assert nonnegative_solution([{0: one, 1: one}, {0: one, 1: -one}], {0: -one}) is None
    assert nonnegative_solution([{0: one, 1: one}], {0: one, 1: 2 * one}) is None
    assert nonnegative_solution([], {}) == {}
    assert nonnegative_solution([], {0: one}) is None
