"""Largest and smallest values, with the places at which they are taken or approached."""

from __future__ import annotations

from dataclasses import dataclass

import sympy as sp
from sympy.core.sympify import _sympify


@dataclass(frozen=True)
class Approach:
    """Where a value is approached without being taken.

    Args:
        point: a number, oo or -oo.
        side: "-" when z comes from below, "+" when it comes from above.

    >>> print(Approach(sp.Integer(3), "-"))
    z → 3 from below
    >>> print(Approach(sp.oo))
    z → ∞
    """

    point: sp.Expr
    side: str = "-"

    def __str__(self) -> str:
        match self.point:
            case sp.oo:
                return "z → ∞"
            case sp.S.NegativeInfinity:
                return "z → -∞"
        return f"z → {self.point} from {'below' if self.side == '-' else 'above'}"


AT_INFINITY = (Approach(sp.oo),)
AT_MINUS_INFINITY = (Approach(-sp.oo, "+"),)
AT_BOTH_INFINITIES = (*AT_MINUS_INFINITY, *AT_INFINITY)


@dataclass(frozen=True)
class Extreme:
    """A supremum or infimum.

    Args:
        value: its exact value; oo or -oo when there is no bound.
        at: the set of all points that take it, empty when none does; None when that depends on a parameter.
        towards: how it is approached, where it is not taken.

    >>> print(Extreme(sp.Rational(1, 4), sp.FiniteSet(0)))
    1/4, attained at z = 0
    >>> print(Extreme(sp.S.Zero, sp.S.EmptySet, AT_INFINITY))
    0, not attained; approached as z → ∞
    """

    value: sp.Expr
    at: sp.Set | None
    towards: tuple[Approach, ...] = ()

    @property
    def attained(self) -> bool | None:
        """Whether a point takes the value; None when that depends on a parameter."""
        return None if self.at is None else self.at is not sp.S.EmptySet

    def where(self) -> str:
        """The places, in words."""
        if self.at is None:
            return "where it is attained depends on the parameters"
        if self.attained:
            return f"attained {places(self.at)}"
        return "not attained" + (f"; approached as {' and as '.join(map(str, self.towards))}" if self.towards else "")

    def __str__(self) -> str:
        return f"{self.value}, {self.where()}"


def attained_at(value: sp.Expr | int, at: sp.Set | sp.Expr | int) -> Extreme:
    """An extreme value that is taken at a point, or on a set.

    >>> attained_at(1, 0).at
    {0}
    """
    return Extreme(_sympify(value), at if isinstance(at, sp.Set) else sp.FiniteSet(at))


def approached(value: sp.Expr | int, towards: tuple[Approach, ...]) -> Extreme:
    """An extreme value that is not taken.

    >>> approached(0, AT_INFINITY).attained
    False
    """
    return Extreme(_sympify(value), sp.S.EmptySet, towards)


def largest(one: Extreme, other: Extreme) -> Extreme:
    """The larger of two extremes on different parts of the line.

    >>> a = sp.Symbol("a", real=True)
    >>> above, below = sp.Interval.open(0, sp.oo), sp.Interval.open(-sp.oo, 0)
    >>> print(largest(attained_at(1, above), attained_at(a, below)))
    Max(1, a), where it is attained depends on the parameters
    """
    return _outer(one, other, one.value > other.value, sp.Max)


def smallest(one: Extreme, other: Extreme) -> Extreme:
    """The smaller of two extremes on different parts of the line."""
    return _outer(one, other, one.value < other.value, sp.Min)


def _outer(one: Extreme, other: Extreme, first: sp.Basic, choose: type[sp.Expr]) -> Extreme:
    if one.value == other.value:
        at = None if one.at is None or other.at is None else one.at | other.at
        return Extreme(one.value, at, one.towards + other.towards)
    if first not in (sp.true, sp.false):
        return Extreme(choose(one.value, other.value), None)
    return one if first == sp.true else other


def places(at: sp.Set) -> str:
    """A set of points, in words.

    >>> places(sp.Interval.open(0, sp.oo)), places(sp.S.Reals), places(sp.FiniteSet(-1, 1))
    ('for z > 0', 'everywhere', 'at z = -1 and z = 1')
    """
    match at:
        case sp.S.Reals:
            return "everywhere"
        case sp.FiniteSet():
            return "at " + " and ".join(f"z = {point}" for point in at)
        case sp.ImageSet():
            return f"at z = {at.lamda.expr} for every integer {at.lamda.variables[0]}"
        case sp.Interval():
            return f"for {interval(at)}"
        case sp.Union():
            return " and ".join(places(part) for part in at.args)
    return f"on {at}"


def interval(of: sp.Interval) -> str:
    """An interval as inequalities.

    >>> interval(sp.Interval.Lopen(0, 6))
    '0 < z <= 6'
    """
    low, high = "<" if of.left_open else "<=", "<" if of.right_open else "<="
    if of.end is sp.oo:
        return f"z {low.replace('<', '>')} {of.start}"
    if of.start is sp.S.NegativeInfinity:
        return f"z {high} {of.end}"
    return f"{of.start} {low} z {high} {of.end}"
