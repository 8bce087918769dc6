"""Points at which a slope is beyond a number, certified by exact values or by balls."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import chain, islice, zip_longest
from typing import Any

import sympy as sp

from symrnn.activations import Activation, Approach, Extreme, z
from symrnn.evaluate.systems import Balls
from symrnn.slopes.agreement import holds, same_value
from symrnn.slopes.assumptions import assumptions_of
from symrnn.slopes.bounds import Bound, SlopeBounds
from symrnn.slopes.enclosures import MAX_PRINTED, brief, enclose, ends
from symrnn.slopes.pieces import inside, pieces_of, slope_at
from symrnn.slopes.runs import Run

MAX_STEPS = 200
"""How many points are tried, each twice as near to the place of the extreme slope as the one before."""

SLOW_STEPS = 64
MOST_BITS = 8192
"""An end is approached in steps of one bit at first; no point beyond 2^8192, or nearer than 2^-8192, is tried."""

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
        absolute: whether it is abs(φ') that is compared.
    """

    at: sp.Expr
    slope: str
    relation: str
    bound: sp.Expr
    certainty: str
    parameters: tuple[tuple[sp.Symbol, sp.Expr], ...] = ()
    absolute: bool = False

    def __str__(self) -> str:
        how = "exact" if self.certainty == "exact" else "certified by ball arithmetic"
        values = "".join(f"{symbol} = {value}, " for symbol, value in self.parameters)
        name = "|φ'(z)|" if self.absolute else "φ'(z)"
        slope = self.slope if len(self.slope) <= MAX_PRINTED else brief(sp.Rational(self.slope))
        return f"{values}z = {brief(self.at)}: {name} = {slope} {self.relation} {brief(self.bound)} ({how})"

    def record(self) -> dict[str, Any]:
        """The point as an object for JSON; numbers are exact, as text."""
        return {
            "z": str(self.at),
            "parameters": {str(symbol): str(value) for symbol, value in self.parameters},
            "slope": self.slope,
            "relation": f"abs{self.relation}" if self.absolute else self.relation,
            "bound": str(self.bound),
            "certainty": self.certainty,
        }


def point_beyond(activation: Activation, bound: Bound, relation: str, number: sp.Expr) -> Point | None:
    """A point at which a claim fails, near the place where the slope is extreme; None when none is found.

    >>> from symrnn.slopes import slope_bounds
    >>> gelu = slope_bounds("gelu")
    >>> print(point_beyond(gelu.activation, gelu.upper, "<=", sp.Rational(9, 8)))
    z = 3/2: φ'(z) = [1.12746919222997952541665529595 +/- 2.23e-30] > 9/8 (certified by ball arithmetic)
    """
    given = assumptions_of(activation)
    for at in islice(places_near(bound.extreme), MAX_STEPS):
        slope = slope_at(activation, at)
        if slope is not None and holds(slope, OPPOSITE[relation], number, given):
            text, certainty = written(activation, at, slope, number)
            return Point(at, text, OPPOSITE[relation], number, certainty)
    return None


def takes(activation: Activation, at: sp.Expr, slope: sp.Expr) -> bool:
    """Whether φ' has a value at a point, exactly.

    >>> from symrnn.activations import activation
    >>> takes(activation("sigmoid"), sp.S.Zero, sp.Rational(1, 4)), takes(activation("relu"), sp.S.Zero, sp.S.One)
    (True, False)
    """
    found = slope_at(activation, at)
    return found is not None and same_value(found, slope, assumptions_of(activation))


def written(activation: Activation, at: sp.Expr, slope: sp.Expr, number: sp.Expr) -> tuple[str, str]:
    """The slope at a point in print, and how it is known."""
    if slope.is_Rational or slope.free_symbols:
        return str(slope), "exact"
    if same_value(slope, number, assumptions_of(activation)):
        return f"{activation.name}'({at})", "exact"
    with Balls(TEXT_BITS).precision():
        return str(enclose(slope).str(30)), "balls"


# -- small slopes ---------------------------------------------------------------------------------------


def point_of_small_slope(bounds: SlopeBounds, relation: str, number: sp.Expr, tries: int = MAX_STEPS) -> Point | None:
    """A point at which abs(φ') is smaller than a claimed lower bound; None when none is found.

    >>> from symrnn.slopes import slope_bounds
    >>> print(point_of_small_slope(slope_bounds("sin"), ">=", sp.Rational(1, 10)))
    z = 3/2: |φ'(z)| = [0.0707372016677029100881898514343 +/- 3.14e-32] < 1/10 (certified by ball arithmetic)
    >>> print(point_of_small_slope(slope_bounds("sin"), ">", sp.S.Zero))
    z = pi/2: |φ'(z)| = 0 <= 0 (exact)
    """
    phi, given = bounds.activation, assumptions_of(bounds.activation)
    exact = _exact_zeros(bounds.activation) if relation == ">" else ()  # a rational point does for any other claim
    for at in chain(islice(_candidates(bounds), tries), exact):
        slope = slope_at(phi, at)
        if slope is None:
            continue
        if all(holds(part, OPPOSITE[relation], number, given) for part in (slope, -slope)):
            text, certainty = written(phi, at, -slope if given.sign(slope) == -1 else slope, number)
            return Point(at, text, OPPOSITE[relation], number, certainty, absolute=True)
    return None


def _exact_zeros(phi: Activation) -> Iterator[sp.Expr]:
    """Points at which φ' may be 0 exactly: roots of a rational slope, and parts of π for any other."""
    for piece in pieces_of(phi):
        slope = sp.together(piece.slope)
        if slope.free_symbols - {z} or not slope.has(z):
            continue
        if slope.is_rational_function(z):
            yield from (root for root in sp.roots(sp.numer(slope), z) if root.is_real)
        else:
            yield from (sp.pi * sp.Rational(at, 12) for size in range(1, 25) for at in (size, -size))


def _candidates(bounds: SlopeBounds) -> Iterator[sp.Expr]:
    """Points at which abs(φ') is small: near the bound next to 0, or between slopes of both signs."""
    given = assumptions_of(bounds.activation)
    if given.at_least(bounds.inf, sp.S.Zero):
        return places_near(bounds.lower.extreme)
    if given.at_least(sp.S.Zero, bounds.sup):
        return places_near(bounds.upper.extreme)
    if bounds.pieces is None:
        ends = (next(places_near(extreme)) for extreme in (bounds.lower.extreme, bounds.upper.extreme))
        return _halved(bounds.activation, *ends)
    points = (at for at, _ in bounds.pieces.points if at.is_Rational)
    ways = [_on_run(bounds.activation, run) for run in bounds.pieces.runs]
    return chain(points, (at for turn in zip_longest(*ways) for at in turn if at is not None))


def _on_run(phi: Activation, run: Run) -> Iterator[sp.Expr]:
    given = assumptions_of(phi)
    if run.crosses(given):
        for_first, for_last = (places_near(run.extreme(side)) for side in (-run.direction, run.direction))
        for low, high in zip(for_first, for_last, strict=False):
            if _differ(phi, low, high):
                return _halved(phi, low, high)
    return places_near(run.extreme(-1 if given.sign(run.first) in (0, 1) else 1))


def _differ(phi: Activation, one: sp.Expr, other: sp.Expr) -> bool:
    """Whether φ' has different signs at two points."""
    slopes = slope_at(phi, one), slope_at(phi, other)
    signs = {assumptions_of(phi).sign(slope) for slope in slopes if slope is not None}
    return signs == {1, -1}


def _halved(phi: Activation, low: sp.Expr, high: sp.Expr) -> Iterator[sp.Expr]:
    """Points ever nearer to a root of φ' between two points with slopes of different signs."""
    given = assumptions_of(phi)
    first = given.sign(slope_at(phi, low))
    while True:
        middle = inside(low, high)
        yield middle
        slope = slope_at(phi, middle)
        if slope is None:
            return
        if given.sign(slope) == first:
            low = middle
        else:
            high = middle


# -- where to look -----------------------------------------------------------------------------------------


def places_near(extreme: Extreme) -> Iterator[sp.Expr]:
    """Points ever nearer to where a slope is extreme, the simplest first.

    >>> from symrnn.activations import activation
    >>> list(islice(places_near(activation("gelu").sup), 4))
    [1, 3/2, 3/2, 11/8]
    """
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
    yield from (_rounded(place, bits) for bits in range(64))


def _rounded(place: sp.Expr, bits: int) -> sp.Rational:
    """The nearest multiple of 2^-bits, as far as an enclosure tells."""
    with Balls(256 + bits).precision():
        low, high = ends(enclose(place))
    nearest = Fraction(round((low + high) / 2 * 2**bits), 2**bits)
    return sp.Rational(nearest.numerator, nearest.denominator)


def _towards(approach: Approach) -> Iterator[sp.Expr]:
    """Points ever nearer to an end: step by step at first, then in strides, for numbers such as 1e-1000."""
    point, exact = approach.point, approach.point.is_Rational or approach.point.free_symbols
    for step in range(MAX_STEPS):
        bits = step if step < SLOW_STEPS else SLOW_STEPS * 2 ** ((step - SLOW_STEPS) // 4)
        if bits > MOST_BITS:
            return
        if point.is_infinite:
            yield sp.sign(point) * sp.Integer(2) ** bits
        else:
            distance = sp.Rational(1, 2) ** bits
            near = point if exact else _rounded(point, bits + 3)
            yield near + (distance if approach.side == "+" else -distance)
