"""A quick look at a few numbers: what fails there need not be tried to be shown."""

from __future__ import annotations

import random
from collections.abc import Iterable
from fractions import Fraction
from math import prod
from typing import Any

import sympy as sp
from sympy.core.relational import Relational

from symrnn.budget import power, tick
from symrnn.check.arithmetic import at_least, entails
from symrnn.check.rewrite import Facts
from symrnn.errors import LimitError
from symrnn.expr import Measure

SAMPLES = 40
LOWEST_INDEX, LARGEST_INDEX = -2, 4
MOST_SUMMANDS = 1_000
VALUES = (Fraction(1, 2), Fraction(1), Fraction(2), Fraction(1, 5), Fraction(0), Fraction(7, 2))


class UnknownValueError(Exception):
    """A scalar that is not evaluated here."""


class NoSuchRangeError(ArithmeticError):
    """A sum of negative length."""


def fails_somewhere(left: sp.Expr, right: sp.Expr, given: Iterable[Relational], facts: Facts) -> bool:
    """Tell whether ``left > right`` at numbers that satisfy everything assumed; False means "not seen".

    Measures are taken as numbers of their own, so that nothing is concluded about the matrices.

    >>> x, k = sp.Symbol("x", nonnegative=True), sp.Symbol("k", integer=True)
    >>> fails_somewhere(x**k, sp.S.One, [], (k >= 0,)), fails_somewhere(x**k, sp.S.One, [x <= 1], (k >= 0,))
    (True, False)
    """
    given = list(given)
    scalars = (left, right, *(side for relation in given for side in relation.args))
    symbols = {s for scalar in (*scalars, *facts) for s in scalar.free_symbols if isinstance(s, sp.Symbol)}
    ordered = sorted(symbols, key=lambda symbol: (str(symbol), symbol.sort_key()))
    try:
        return any(_Sample(seed, ordered, facts).is_failure(left, right, given, facts) for seed in range(SAMPLES))
    except (UnknownValueError, LimitError):
        return False


def _lowest(symbol: sp.Symbol, facts: Facts) -> int:
    """From where an index is drawn: below 0 as well, unless that cannot be."""
    if symbol.is_positive:
        return 1
    return 0 if symbol.is_nonnegative or entails(facts, at_least(symbol, 0)) else LOWEST_INDEX


class _Sample:
    """One choice of numbers."""

    def __init__(self, seed: int, symbols: list[sp.Symbol], facts: Facts) -> None:
        self.source = random.Random(seed)
        self.indices: dict[sp.Basic, sp.Integer] = {}
        self.numbers: dict[sp.Basic, Fraction] = {}
        for symbol in symbols:
            if symbol.is_integer:
                self.indices[symbol] = sp.Integer(self.source.randint(_lowest(symbol, facts), LARGEST_INDEX))
            else:
                self.numbers[symbol] = self._drawn(symbol)

    def _drawn(self, scalar: sp.Basic) -> Fraction:
        number = self.source.choice(VALUES)
        if scalar.is_positive and number == 0:
            return Fraction(1)
        return number if scalar.is_nonnegative or self.source.random() < 0.5 else -number

    def is_failure(self, left: sp.Expr, right: sp.Expr, given: list[Relational], facts: Facts) -> bool:
        if not all(fact.xreplace(self.indices) == sp.true for fact in facts):
            return False
        try:
            return all(map(self.holds, given)) and self.value(left, {}) > self.value(right, {})
        except ArithmeticError:
            return False

    def holds(self, relation: Relational) -> bool:
        left, right = (self.value(side, {}) for side in relation.args)
        found = {"<": left < right, "<=": left <= right, ">": left > right, ">=": left >= right}
        return {**found, "==": left == right, "!=": left != right}[relation.rel_op]

    def value(self, scalar: sp.Expr, bound: dict[Any, sp.Integer]) -> Fraction:
        tick()
        at = {**self.indices, **bound}
        match scalar:
            case sp.Symbol() if scalar in at:
                return Fraction(int(at[scalar]))
            case sp.Symbol():
                return self.numbers[scalar]
            case sp.Rational():
                return Fraction(int(scalar.p), int(scalar.q))
            case sp.Add():
                return sum((self.value(part, bound) for part in scalar.args), Fraction(0))
            case sp.Mul():
                return prod((self.value(part, bound) for part in scalar.args), start=Fraction(1))
            case sp.Pow() if scalar.exp.is_integer:
                return power(self.value(scalar.base, bound), int(self.value(scalar.exp, bound)))
            case sp.Sum():
                return self._sum(scalar, bound)
            case Measure():
                return self.numbers.setdefault(scalar.xreplace(at), self._drawn(scalar))
        raise UnknownValueError

    def _sum(self, total: sp.Sum, bound: dict[Any, sp.Integer]) -> Fraction:
        *inner, (variable, low, high) = total.limits
        body = sp.Sum(total.function, *inner) if inner else total.function
        first, last = (int(self.value(end, bound)) for end in (low, high))
        if last - first > MOST_SUMMANDS:
            raise UnknownValueError
        if last < first - 1:
            raise NoSuchRangeError
        terms = (self.value(body, {**bound, variable: sp.Integer(now)}) for now in range(first, last + 1))
        return sum(terms, Fraction(0))
