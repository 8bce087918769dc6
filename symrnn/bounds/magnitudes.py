"""The smallest abs(φ'): whether it is attained, and points at which abs(φ') is small.

Where φ' has values of both signs on a run, it has the value 0 in between, since φ' is continuous there; the
point is found by halving.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain, islice, zip_longest

import sympy as sp

from symrnn.activations import Activation, z
from symrnn.bounds.agreement import holds, same_value
from symrnn.bounds.assumptions import Assumptions, assumptions_of
from symrnn.bounds.pieces import inside, pieces_of, slope_at
from symrnn.bounds.points import MAX_STEPS, OPPOSITE, Point, places_near, written
from symrnn.bounds.runs import Run
from symrnn.bounds.slopes import SlopeBounds


def abs_inf_attained(bounds: SlopeBounds) -> bool | None:
    """Whether the smallest abs(φ') is taken; None when that is not known.

    >>> from symrnn.bounds import slope_bounds
    >>> [abs_inf_attained(slope_bounds(name)) for name in ("tanh", "gelu", "prelu", "sin")]
    [False, True, True, True]
    """
    given = assumptions_of(bounds.activation)
    for extreme, side in ((bounds.lower.extreme, 1), (bounds.upper.extreme, -1)):
        if given.at_least(side * extreme.value, sp.S.Zero):
            return extreme.attained
    if bounds.pieces is None:
        return True  # one smooth formula with values of both signs
    taken = [slope for _, slope in bounds.pieces.points]
    for run in bounds.pieces.runs:
        if _crosses(run, given):
            return True
        taken += [run.first] if run.direction == 0 else []
    smallest = bounds.abs_inf
    if any(same_value(abs(slope), smallest, given) for slope in taken):
        return True
    # On all other runs φ' rises or falls strictly, so that it stays away from its limits at the ends.
    return False if all(given.equal(abs(slope), smallest) is False for slope in taken) else None


def _crosses(run: Run, given: Assumptions) -> bool:
    """Whether φ' has values of both signs on a run."""
    return (given.sign(run.first), given.sign(run.last)) in ((1, -1), (-1, 1))


def point_of_small_slope(bounds: SlopeBounds, relation: str, number: sp.Expr, tries: int = MAX_STEPS) -> Point | None:
    """A point at which abs(φ') is smaller than a claimed lower bound; None when none is found.

    >>> from symrnn.bounds import slope_bounds
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
    if _crosses(run, given):
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
