"""Linear arithmetic on indices against brute force."""

from __future__ import annotations

from itertools import product

import pytest
import sympy as sp
from hypothesis import given, settings
from hypothesis import strategies as st

from symrnn.check.proving.arithmetic import at_least, entails, nonnegative

a, b, c = SYMBOLS = sp.symbols("a b c", integer=True)
RANGE = range(-3, 4)

small = st.integers(-3, 3)
rational = st.fractions(-2, 2, max_denominator=3)
linear = st.builds(
    lambda x, y, z, w: sp.nsimplify(x) * a + sp.nsimplify(y) * b + sp.nsimplify(z) * c + sp.nsimplify(w),
    rational,
    rational,
    small,
    rational,
)
relations = st.builds(
    lambda kind, left, right: kind(left, right), st.sampled_from([sp.Ge, sp.Le, sp.Gt, sp.Lt, sp.Eq]), linear, linear
)


def points(relation: sp.Basic) -> set[tuple[int, ...]]:
    if relation in (sp.true, sp.false):
        return set(product(RANGE, repeat=3)) if relation == sp.true else set()
    compare = sp.lambdify(SYMBOLS, relation)
    return {point for point in product(RANGE, repeat=3) if compare(*map(sp.Integer, point))}


@pytest.mark.table(quick=0)
@settings(deadline=None, max_examples=60)
@given(st.lists(relations, max_size=3), relations)
def test_what_is_entailed_holds_at_every_point(facts: list[sp.Basic], goal: sp.Basic) -> None:
    facts = [fact for fact in facts if fact not in (sp.true, sp.false)]
    if entails(facts, goal):
        allowed = set.intersection(set(product(RANGE, repeat=3)), *map(points, facts))
        assert allowed <= points(goal)


@pytest.mark.parametrize(
    ("facts", "goal"),
    [
        ((a >= 0, a <= b - 1), b >= 1),
        ((a > 0,), a >= 1),
        ((2 * a >= 1,), a >= 1),
        ((sp.Eq(a, b + 1), b >= 0), a > 0),
        ((a >= 1, a <= 0), c >= 5),
        ((a >= 0, b >= 0), sp.Ge(a + b, 0)),
        ((a <= b, b <= c), sp.Le(a, c)),
        ((), at_least(a + 1, a)),
        ((a < b,), sp.StrictLessThan(a, b, evaluate=False)),
        ((sp.Eq(a, b),), sp.Eq(b, a)),
        ((a > sp.Rational(1, 2),), a >= 1),
    ],
)
def test_is_entailed(facts: tuple, goal: sp.Basic) -> None:
    assert entails(facts, goal)


real, size = sp.Symbol("r", real=True), sp.Symbol("n", integer=True, positive=True)


@pytest.mark.parametrize(
    ("facts", "goal"),
    [
        ((a >= 0,), a >= 1),
        ((a >= 0,), a >= sp.Rational(1, 2)),
        ((real > 0,), real >= 1),
        ((a * b >= 1,), a >= 1),
        ((a >= sp.sqrt(2),), a >= 2),
        ((a >= 1,), sp.Ne(a, 0)),
        ((sp.Ne(a, 0),), a >= 1),
        ((), sp.false),
        ((2 * a > 2 * b,), a >= b + 2),
    ],
)
def test_is_not_entailed(facts: tuple, goal: sp.Basic) -> None:
    assert not entails(facts, goal)


def test_sizes_are_positive() -> None:
    assert entails((), at_least(size, 1))
    assert not entails((), at_least(size, 2))


def test_forms_have_integer_coefficients() -> None:
    assert nonnegative(a / 2 >= sp.Rational(1, 3)) == [3 * a - 2]
    assert nonnegative(sp.Eq(a, b)) == [a - b, b - a]
    assert nonnegative(sp.Ne(a, b)) == []


def test_many_facts_end() -> None:
    facts = [sp.Ge(i * a + (7 - i) * b + (i % 3) * c, i) for i in range(1, 30)]
    assert isinstance(entails(facts, c >= 100), bool)


@pytest.mark.parametrize(
    ("facts", "goal", "expected"),
    [
        ((a >= 0, b >= 1), a * b >= 0, True),
        ((a >= 0, b >= 1), a * b + c >= a + c, True),
        ((a >= 0, b >= 1, c >= 1), a * b + c >= 1, True),
        ((a >= 0,), a * b >= 0, False),
        ((a >= 0, b >= 0), a * b >= a, False),
        ((a >= 0, b >= 1), a * b >= b, False),
        ((a * b >= 1,), a * b >= 0, True),
        ((a * b >= 1,), a >= 0, False),
        ((), at_least(a * a, 0), False),
    ],
)
def test_products_of_symbols(facts: tuple[sp.Basic, ...], goal: sp.Basic, expected: bool) -> None:
    assert entails(facts, goal) is expected
