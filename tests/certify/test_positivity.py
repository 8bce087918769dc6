"""Certificates for polynomial inequalities: false ones cannot be made, and what is found adds up."""

from __future__ import annotations

import random
from dataclasses import replace
from fractions import Fraction

import flint
import pytest
import sympy as sp
from hypothesis import given, settings
from hypothesis import strategies as st

from symrnn.certify.positivity import Certificate, Product, certify
from symrnn.certify.simplex import nonnegative_solution
from symrnn.errors import ProofError

a, b, r = sp.symbols("a b r", real=True)
fractions = st.fractions(min_value=-3, max_value=3, max_denominator=4)


@pytest.mark.parametrize(
    ("goal", "given_facts"),
    [
        (a**2 + b**2 - 2 * a * b, ()),
        (a**2 - a + 1, ()),
        (a * b - 1, (a - 1, b - 1)),
        (a - b, (a - 1, 1 - b)),
        (a**3 - 1, (a - 1,)),
        (r * a**2, (r,)),
        (sp.S.Zero, ()),
        (sp.Rational(1, 3), ()),
        (-sp.S.One, (a - 1, -a)),
    ],
    ids=str,
)
def test_what_holds_is_certified(goal: sp.Expr, given_facts: tuple[sp.Expr, ...]) -> None:
    roots = (a - sp.Rational(1, 2),) if goal == a**2 - a + 1 else ()
    found = certify(goal, given_facts, roots)
    found.check()
    assert found.goal == goal


@pytest.mark.parametrize(
    ("goal", "given_facts"),
    [(a * b, ()), (a, ()), (a - 1, (a,)), (1 - a, (a,)), (a * b - 1, (a - 1,)), (-(a**2), ()), (-sp.S.One, (a,))],
    ids=str,
)
def test_what_is_false_is_not_certified(goal: sp.Expr, given_facts: tuple[sp.Expr, ...]) -> None:
    with pytest.raises(ProofError, match="no certificate"):
        certify(goal, given_facts)


GOOD = certify(a * b - 1, (a - 1, b - 1))


@pytest.mark.parametrize(
    "forged",
    [
        replace(GOOD, goal=a * b - 2),
        replace(GOOD, goal=1 - a * b),
        replace(GOOD, given=(a, b - 1)),
        replace(GOOD, products=GOOD.products[:-1]),
        replace(GOOD, products=(*GOOD.products, Product(sp.S.One))),
        replace(GOOD, products=(*GOOD.products, Product(sp.S.NegativeOne))),
        Certificate(-a, (a,), (Product(sp.S.NegativeOne, (0,)),)),
        Certificate(a, (a,), (Product(sp.S.One, (-1,)),)),
        Certificate(a, (), (Product(sp.S.One, (0,)),)),
        Certificate(sp.S.Zero, (a,), (Product(sp.S.Zero, (0,)),)),
        Certificate(sp.Symbol("z") ** 2, (), (Product(sp.S.One, (), (sp.Symbol("z"),)),)),
        Certificate(sp.sqrt(a**2), (), ()),
        Certificate(1 / a, (1 / a,), (Product(sp.S.One, (0,)),)),
        Certificate(sp.sqrt(2) * a, (sp.sqrt(2) * a,), (Product(sp.S.One, (0,)),)),
        Certificate(-sp.S.One, (), (Product(sp.S.One, (), (sp.I,)),)),
        Certificate(-sp.S.One, (sp.I,), (Product(sp.S.One, (0, 0)),)),
        Certificate(a / 2, (0.5 * a,), (Product(sp.S.One, (0,)),)),
    ],
    ids=repr,
)
def test_a_forged_certificate_is_refused(forged: Certificate) -> None:
    with pytest.raises(ProofError):
        forged.check()


@settings(max_examples=40, deadline=None)
@given(st.lists(fractions, min_size=6, max_size=6), st.integers(0, 10**6))
def test_a_certificate_is_never_found_for_something_negative(coefficients: list[Fraction], seed: int) -> None:
    """Anything that is certified is at least 0 at all points that satisfy the hypotheses."""
    p, q, s, t, u, w = (sp.Rational(c.numerator, c.denominator) for c in coefficients)
    goal = p * a**2 + q * a * b + s * b**2 + t * a + u * b + w
    try:
        found = certify(goal, (a, b, 1 - a))
    except ProofError:
        return
    found.check()
    source = random.Random(seed)
    for _ in range(30):
        point = {a: sp.Rational(source.randint(0, 20), 20), b: sp.Rational(source.randint(0, 60), 20)}
        assert goal.subs(point) >= 0


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
