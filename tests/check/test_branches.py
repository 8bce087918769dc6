"""Inequalities with Min, Max, Abs and quotients: the pieces are those of the function, and quotients have a value."""

from __future__ import annotations

import random

import pytest
import sympy as sp

from symrnn.check.branches import Fact, Limited, Question, answer, cases, facts_of
from symrnn.errors import ProofError

x, y, r, theta = sp.symbols("x y r theta", real=True)


@pytest.mark.parametrize(
    "expression",
    [
        sp.Min(x, y),
        sp.Max(x, y, 1),
        sp.Abs(x - 2 * y),
        sp.Abs(sp.Min(x, 1) - sp.Max(y, -1)),
        sp.Piecewise((x, x < 1), (1, x < 2), (x**2, True)),
        sp.Min(sp.Max(x, -1), 1) * sp.Abs(y),
    ],
    ids=str,
)
def test_the_pieces_are_the_function_everywhere(expression: sp.Expr) -> None:
    pieces = cases(expression)
    source = random.Random(0)
    for _ in range(40):
        point = {x: sp.Rational(source.randint(-9, 9), 3), y: sp.Rational(source.randint(-9, 9), 3)}
        holding = [piece for facts, piece in pieces if all(_holds(fact, point) for fact in facts)]
        assert holding, point
        assert {piece.subs(point) for piece in holding} == {expression.subs(point)}


def _holds(fact: Fact, point: dict[sp.Symbol, sp.Expr]) -> bool:
    value = fact.expression.subs(point)
    return bool(value > 0 if fact.strict else value >= 0)


def test_the_limited_factor_never_divides_by_zero() -> None:
    known = (Fact(r), Fact(theta))
    assert answer(Question(theta - Limited(r, theta) * r, known))
    assert answer(Question(1 - Limited(r, theta), known))
    assert answer(Question(r - Limited(r, theta) * r, known))


@pytest.mark.parametrize(
    "question",
    [
        Question(theta / 2 - Limited(r, theta) * r, (Fact(r), Fact(theta))),
        Question(theta - r * sp.Min(1, theta / r), (Fact(r), Fact(theta)), divisors=(r,)),
        Question(1 / r, (Fact(r),)),
        Question(sp.S.One, (Fact(r),), divisors=(r,)),
        Question(1 / (r - 1), (Fact(r, strict=True),)),
        Question(sp.Min(x, y) - x),
        Question(sp.Abs(x) - 1),
        Question(r, (Fact(r),), strict=True),
        Question(Limited(r, theta), (Fact(r), Fact(theta)), strict=True),
        Question(sp.Piecewise((1, x > 0))),
        Question(sp.Piecewise((1, (x > 0) & (y > 0)), (2, True))),
        Question(sp.exp(x), ()),
        Question(sp.Symbol("z") ** 2),
    ],
    ids=str,
)
def test_what_is_false_or_means_nothing_is_not_shown(question: Question) -> None:
    with pytest.raises(ProofError):
        answer(question)


def test_strict_inequalities() -> None:
    assert answer(Question(1 / (1 + r), (Fact(r),), strict=True))
    assert answer(Question(Limited(r, theta), (Fact(r), Fact(theta, strict=True)), strict=True))
    assert answer(Question(1 / r**2, (Fact(r, strict=True),), strict=True))
    assert answer(Question(1 / (-r), (Fact(-r, strict=True),), strict=True))


def test_an_odd_power_below_the_line_keeps_its_sign() -> None:
    negative = (Fact(-r, strict=True),)
    assert answer(Question(-1 / r**3, negative))
    for wrong in (1 / r**3, -1 / r**2):
        with pytest.raises(ProofError):
            answer(Question(wrong, negative))


def test_contradictory_facts_leave_nothing_to_show() -> None:
    assert answer(Question(sp.S.NegativeOne, (Fact(r - 2), Fact(1 - r))))
    with pytest.raises(ProofError):
        answer(Question(sp.S.NegativeOne, (Fact(r - 1), Fact(1 - r))))
    assert answer(Question(sp.S.NegativeOne, (Fact(r - 1, strict=True), Fact(1 - r))))


def test_a_relation_that_says_nothing_gives_no_facts() -> None:
    assert facts_of(sp.Ne(x, y)) == ()
    assert facts_of(sp.true) == ()
    for nonsense in (sp.false, x, sp.And(x > 0, y > 0)):
        with pytest.raises(ProofError):
            facts_of(nonsense)


def test_too_many_cases_are_refused() -> None:
    many = sp.Add(*(sp.Abs(symbol) for symbol in sp.symbols("z0:9", real=True)))
    with pytest.raises(ProofError, match="more than"):
        cases(many)
