"""Points at which a slope is beyond a number, certified by exact values or by balls."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import chain, islice, zip_longest

import sympy as sp

from symrnn.activations import Activation, Approach
from symrnn.bounds.agreement import holds, same_value
from symrnn.bounds.assumptions import assumptions_of
from symrnn.bounds.bound import Bound
from symrnn.bounds.enclosures import enclose, ends
from symrnn.bounds.members import member
from symrnn.bounds.pieces import inside, slope_at
from symrnn.errors import ProofError
from symrnn.evaluate.systems import Balls

MAX_STEPS = 200
"""How many points are tried, each twice as near to the place of the extreme slope as the one before."""

TEXT_BITS = 256

OPPOSITE = {"<=": ">", "<": ">=", ">=": "<", ">": "<="}


@dataclass(frozen=True)
class Point:
    """A point at which a claim fails.

    Args:
        at: the point, exactly; a rational number wherever the slope is strictly beyond the bound.
        slope: φ' there: an exact number, or a ball around it as text.
        relation: how the slope compares with the bound: the opposite of what was claimed.
        bound: the claimed number.
        certainty: "exact" or "balls".
        parameters: values of the symbols, where the claim is about all members of a family.
    """

    at: sp.Expr
    slope: str
    relation: str
    bound: sp.Expr
    certainty: str
    parameters: tuple[tuple[sp.Symbol, sp.Expr], ...] = ()

    def __str__(self) -> str:
        how = "exact" if self.certainty == "exact" else "certified by ball arithmetic"
        values = "".join(f"{symbol} = {value}, " for symbol, value in self.parameters)
        return f"{values}z = {self.at}: φ'(z) = {self.slope} {self.relation} {self.bound} ({how})"

    def check(self, activation: Activation) -> None:
        """Replay the evaluation.

        Raises:
            ProofError: when the slope is not beyond the bound.
        """
        if self.parameters:
            activation = member(activation, dict(self.parameters))
        found = slope_at(activation, self.at)
        if found is None or not holds(found, self.relation, self.bound, assumptions_of(activation)):
            raise ProofError(f"φ'({self.at}) {self.relation} {self.bound} does not hold")


def point_beyond(activation: Activation, bound: Bound, relation: str, number: sp.Expr) -> Point | None:
    """A point at which a claim fails, near the place where the slope is extreme; None when none is found.

    >>> from symrnn.bounds import slope_bounds
    >>> gelu = slope_bounds("gelu")
    >>> print(point_beyond(gelu.activation, gelu.upper, "<=", sp.Rational(9, 8)))
    z = 3/2: φ'(z) = [1.12746919222997952541665529595 +/- 2.23e-30] > 9/8 (certified by ball arithmetic)
    """
    given = assumptions_of(activation)
    for at in islice(_candidates(bound), MAX_STEPS):
        slope = slope_at(activation, at)
        if slope is not None and holds(slope, OPPOSITE[relation], number, given):
            text, certainty = _text(activation, at, slope, number)
            return Point(at, text, OPPOSITE[relation], number, certainty)
    return None


def _text(activation: Activation, at: sp.Expr, slope: sp.Expr, number: sp.Expr) -> tuple[str, str]:
    """The slope in print, and how it is known."""
    if slope.is_Rational or slope.free_symbols:
        return str(slope), "exact"
    if same_value(slope, number, assumptions_of(activation)):
        return f"{activation.name}'({at})", "exact"
    with Balls(TEXT_BITS).precision():
        return str(enclose(slope).str(30)), "balls"


# -- where to look -----------------------------------------------------------------------------------------


def _candidates(bound: Bound) -> Iterator[sp.Expr]:
    """Points ever nearer to where the slope is extreme, the simplest first."""
    extreme = bound.extreme
    places = [_near(place) for place in _places(extreme.at)]
    ways = [_towards(approach) for approach in extreme.towards]
    turns = chain.from_iterable(zip_longest(*places, *ways))
    exact = [place for place in _places(extreme.at) if not place.is_Rational]
    return chain((at for at in turns if at is not None), exact)


def _places(at: sp.Set | None) -> list[sp.Expr]:
    """One point in each part of a set."""
    match at:
        case sp.FiniteSet():
            return list(at)
        case sp.Interval():
            return [inside(at.start, at.end)]
        case sp.Union():
            return [place for part in at.args for place in _places(part)]
        case sp.ImageSet():
            return [at.lamda.expr.subs(at.lamda.variables[0], 0)]
    return []


def _near(place: sp.Expr) -> Iterator[sp.Expr]:
    """Rational numbers ever nearer to a point: the point itself, or its binary fractions."""
    if place.is_Rational or place.free_symbols:
        yield place
        return
    for bits in range(64):
        with Balls(256).precision():
            low, high = ends(enclose(place))
        nearest = Fraction(round((low + high) / 2 * 2**bits), 2**bits)
        yield sp.Rational(nearest.numerator, nearest.denominator)


def _towards(approach: Approach) -> Iterator[sp.Expr]:
    """Points ever nearer to an end."""
    for step in range(MAX_STEPS):
        if approach.point.is_infinite:
            yield sp.sign(approach.point) * sp.Integer(2) ** step
        else:
            distance = sp.Rational(1, 2) ** step
            yield approach.point + (distance if approach.side == "+" else -distance)
