"""Comparing numbers: what is proved holds at numbers, for random polynomials, powers and geometric sums."""

from __future__ import annotations

import math
import random
from fractions import Fraction
from typing import Any

import pytest
import sympy as sp

from symrnn.check.kernel import prove_norms
from symrnn.check.proving.monomials import is_nonnegative, monomials, outermost, powers, standard
from symrnn.derivation import Inequality
from symrnn.errors import SymrnnError
from symrnn.expr import Norm, Sequence
from symrnn.recurrence import Recurrence
from symrnn.symbols import k, n, s, t

x, y, z = sp.symbols("x y z", nonnegative=True)
i, j = sp.symbols("i j", integer=True)
W, V = sp.MatrixSymbol("W", n, n), sp.MatrixSymbol("V", n, n)
h = Sequence("h", n)
COLUMNS = Recurrence("columns", t, (), (), (h,))
FACTS = (k >= 0, t >= k)
GIVEN = ([], [x <= 1], [x < 1], [x <= y], [y <= x, z <= 1], [x * y <= 1], [x * y < 1], [x > 1], [z >= 1], [2 * x <= y])
NUMBERS = (Fraction(0), Fraction(1, 3), Fraction(1, 2), Fraction(1), Fraction(4, 3), Fraction(3))


def at_most(left: sp.Expr, right: sp.Expr, given: list[Any], facts: tuple[Any, ...]) -> bool:
    """Whether the kernel makes an inequality a theorem."""
    try:
        prove_norms(Inequality(left, right, facts, tuple(given)), COLUMNS)
    except SymrnnError:
        return False
    return True


def value(scalar: sp.Expr, numbers: dict[sp.Symbol, Any]) -> Fraction:
    """The value at numbers, by a walk of its own."""
    match scalar:
        case sp.Symbol():
            return Fraction(numbers[scalar])
        case sp.Rational():
            return Fraction(int(scalar.p), int(scalar.q))
        case sp.Add():
            return sum((value(part, numbers) for part in scalar.args), Fraction(0))
        case sp.Mul():
            return math.prod((value(part, numbers) for part in scalar.args), start=Fraction(1))
        case sp.Pow():
            return value(scalar.base, numbers) ** int(value(scalar.exp, numbers))
        case sp.Sum():
            *inner, (variable, low, high) = scalar.limits
            body = sp.Sum(scalar.function, *inner) if inner else scalar.function
            first, last = (int(value(end, numbers)) for end in (low, high))
            return sum((value(body, {**numbers, variable: at}) for at in range(first, last + 1)), Fraction(0))
    raise NotImplementedError(scalar)


def holds(relation: Any, numbers: dict[sp.Symbol, Any]) -> bool:
    left, right = (value(side, numbers) for side in relation.args)
    return {"<": left < right, "<=": left <= right, ">": left > right, ">=": left >= right}[relation.rel_op]


def monomial(source: random.Random, index: sp.Expr) -> sp.Expr:
    """A coefficient times powers of x, y and z, some of them of an index."""
    exponents = (0, 1, 2, index, index + 1, 2 * index)
    found = sp.Rational(source.choice((1, 1, 2, 3)), source.choice((1, 1, 2)))
    return found * sp.Mul(*(base ** source.choice(exponents) for base in (x, y, z) if source.random() < 0.6))


def scalar(source: random.Random, depth: int = 2, index: sp.Expr = k) -> sp.Expr:
    """A polynomial, a product of two, a geometric sum, a sum of sums, or the closed form of one."""
    way = source.randrange(6) if depth else 0
    if way <= 1:
        return sp.Add(*(monomial(source, index) for _ in range(source.randint(1, 3))))
    if way == 2:
        return scalar(source, 0, index) * scalar(source, depth - 1, index)
    if way == 3:
        bound = i if depth == 2 else j
        low = source.choice((0, 0, 1))
        return sp.Sum(scalar(source, depth - 1, bound), (bound, low, index + low + source.choice((-1, 0, 1))))
    ratio, constant = source.choice((x, y, x * y, 2 * x)), monomial(source, sp.S.One)
    if way == 4:
        return constant * sp.Sum(ratio**i, (i, 0, index))
    return constant * (1 - ratio ** (index + 1)) / (1 - ratio)


def related(source: random.Random, start: sp.Expr) -> sp.Expr:
    """Something that is near to a scalar: larger or smaller by a term, or with a quantity exchanged."""
    way = source.randrange(5)
    if way == 0:
        return start + monomial(source, k)
    if way == 1:
        return start - monomial(source, k)
    if way == 2:
        return start.xreplace({x: source.choice((y, sp.S.One, x * z, x / 2))})
    if way == 3:
        return sp.expand(start)
    return scalar(source)


def draws(source: random.Random) -> list[dict[sp.Symbol, Any]]:
    found = [dict(zip((x, y, z), (source.choice(NUMBERS) for _ in range(3)), strict=True)) for _ in range(40)]
    return [{**numbers, k: source.randint(0, 4), t: 4} for numbers in found]


@pytest.mark.table(quick=0)
@pytest.mark.parametrize("block", range(5))
def test_what_is_shown_holds(block: int) -> None:
    shown = 0
    for seed in range(40):
        source = random.Random(f"{block}:{seed}")
        left = scalar(source)
        right = related(source, left)
        if source.random() < 0.5:
            left, right = right, left
        given = source.choice(GIVEN)
        if not at_most(left, right, given, FACTS):
            continue
        shown += 1
        for numbers in draws(source):
            if not all(holds(relation, numbers) for relation in given):
                continue
            try:
                sides = value(left, numbers), value(right, numbers)
            except ZeroDivisionError:
                continue
            assert sides[0] <= sides[1], f"{left} <= {right} given {given} at {numbers}"
    assert shown >= 5


@pytest.mark.parametrize(
    ("left", "right", "given"),
    [
        (x**k, sp.S.One, [x <= 1]),
        (x**k * y**k, sp.S.One, [x * y <= 1]),
        (sp.S.One, (x * y) ** k, [x * y >= 1]),
        (x**k, y**k, [x <= y]),
        (sp.Sum(x**i, (i, 0, k)), (1 - x ** (k + 1)) / (1 - x), [x < 1]),
        (sp.Sum(x**i, (i, 0, k)), 1 / (1 - x), [x < 1]),
        (sp.Sum(x ** (k - i), (i, 0, k)), sp.Sum(x**i, (i, 0, k)), []),
        (sp.Sum(y * x**i, (i, 0, k)), y * sp.Sum(x ** (i - 1), (i, 1, k + 1)), []),
    ],
)
def test_what_has_to_be_shown(left: sp.Expr, right: sp.Expr, given: list[Any]) -> None:
    assert at_most(left, right, given, FACTS)


@pytest.mark.parametrize(
    ("left", "right", "given"),
    [
        (x**k, sp.S.One, []),
        (x**k, sp.S.One, [x <= 2]),
        (x**k, y**k, [y <= x]),
        (x**k, x ** (k + 1), [x <= 1]),
        (x ** (k - 1), sp.S.One, [x <= 1]),  # k may be 0
        (x**s, sp.S.One, [x <= 1]),  # nothing is known of s
        (sp.Sum(x**i, (i, 0, k)), 1 / (1 - x), []),
        (sp.Sum(x**i, (i, 0, k)), 1 / (1 - x), [x <= 1]),
        (sp.Sum(x**i, (i, 0, k)), (1 - x**k) / (1 - x), [x < 1]),
        (sp.Sum(x**i, (i, 0, k)), sp.Sum(x**i, (i, 1, k)), []),
        (x - y, x - z, [y <= z]),
        (1 / y, 1 / x, [y <= x]),
        (sp.Symbol("c") * x, sp.S.Zero, []),
    ],
)
def test_what_is_not_shown(left: sp.Expr, right: sp.Expr, given: list[Any]) -> None:
    assert not at_most(left, right, given, FACTS)


def test_indices_of_one_name_are_told_apart() -> None:
    same = sp.Sum(sp.Sum(x**j, (j, 0, i)), (i, 0, k))
    assert at_most(sp.Sum(sp.Sum(x**i, (i, 0, j)), (j, 0, k)), same, [], FACTS)
    caught = sp.Sum(sp.Sum(x ** (i + j), (j, 0, 2)), (i, 0, j))  # the j on top is a free one
    assert not at_most(caught, sp.Sum(sp.Sum(x ** (2 * j - i), (j, 0, 2)), (i, 0, j)), [], (j >= 0,))


def test_matrices_are_not_looked_into() -> None:
    both = Norm((W + V) ** 2) * (Norm(W) + 1)
    assert standard(both) == Norm((W + V) ** 2) * Norm(W) + Norm((W + V) ** 2)
    assert at_most(both, both + Norm(V), [], ())
    assert not at_most(Norm(W + V), Norm(V + V), [], ())


def test_norms_inside_a_sum() -> None:
    forth = sp.Sum(x**i * Norm(h[t - i]), (i, 0, t))
    back = sp.Sum(x ** (t - i) * Norm(h[i]), (i, 0, t))
    assert at_most(forth, back, [], (t >= 0,))
    assert not at_most(forth, sp.Sum(x**i * Norm(h[i]), (i, 0, t)), [], (t >= 0,))


def test_standard_form_keeps_the_value() -> None:
    for seed in range(60):
        source = random.Random(seed)
        found = scalar(source)
        for numbers in draws(source)[:5]:
            try:
                wanted = value(found, numbers)
            except ZeroDivisionError:
                continue
            assert value(standard(found), numbers) == wanted
            assert sum((value(part, numbers) for part in monomials(found)), Fraction(0)) == wanted


def test_powers_of_one_quantity_are_joined() -> None:
    assert powers(2 * x * x**k * y) == (2, {x: k + 1, y: 1})
    assert powers((x * y) ** k) == (1, {x: k, y: k})
    assert powers(sp.S(3)) == (3, {})


def test_a_sum_of_what_is_nonnegative_is_nonnegative() -> None:
    assert is_nonnegative(sp.Sum(x**i, (i, 0, k)))


def test_outermost_measures() -> None:
    assert set(outermost(Norm(Norm(V) * W) + Norm(V))) == {Norm(V), Norm(Norm(V) * W)}
