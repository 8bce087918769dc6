"""Cells on which balls and the tail lemma show the sign of a difference; see :mod:`symrnn.kernel.slopes`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from symrnn.errors import ProofError
from symrnn.kernel.balls import Balls
from symrnn.kernel.errors import NotProvedError
from symrnn.kernel.fields import Field
from symrnn.kernel.formulas import Term, derivative, num
from symrnn.kernel.slopes import Cell
from symrnn.kernel.tails import tail_sign

MAX_RADIUS = 64
MAX_DEPTH = 40

BITS = 128
"""Precision of all cells but those around a least difference."""

Entries = tuple[Any, ...]
"""The end of a cell, its method and what the method asks for; or "bits" and a precision."""


@dataclass(frozen=True)
class Centre:
    """A point at which the difference is least.

    Args:
        low, high: numbers around it.
        flat: where the difference is 0 there, what the method "flat" asks for.
    """

    low: Fraction
    high: Fraction
    flat: Entries | None = None


def numeric_cells(difference: Term, centres: Sequence[Centre], balls: Balls) -> Iterator[Entries]:
    """Cells from -oo to oo.

    Raises:
        ProofError: when the sign is not told somewhere.
    """
    bits = balls.bits
    yield from _at_precision(BITS, balls)
    radius = _radius(difference, centres, balls)
    yield text(-radius), "tail"
    start = -radius
    for centre in centres:
        low, high = _around(difference, centre, balls)
        yield from _boxes(difference, start, low, MAX_DEPTH, balls)
        yield from _at_precision(bits, balls)
        if centre.flat is not None:
            yield text(high), "flat", *centre.flat
        else:
            yield text(high), "peak", *map(text, _bracket(difference, low, high, balls))
        yield from _at_precision(BITS, balls)
        start = high
    yield from _boxes(difference, start, radius, MAX_DEPTH, balls)
    yield None, "tail"
    yield from _at_precision(bits, balls)


def _at_precision(bits: int, balls: Balls) -> Iterator[Entries]:
    """Go on at another precision, which is said where it is one."""
    if balls.bits != bits:
        yield "bits", bits
        balls.bits = bits


def text(number: Fraction) -> str:
    """A number as the kernel reads it."""
    return str(number)


def _radius(difference: Term, centres: Sequence[Centre], balls: Balls) -> Fraction:
    radius = Fraction(1)
    while radius <= MAX_RADIUS:
        reached = all(-radius < c.low and c.high < radius for c in centres)
        if reached and all(sign_beyond(difference, side, radius, balls) == 1 for side in (1, -1)):
            return radius
        radius *= 2
    raise ProofError(f"the tail lemma does not apply up to {MAX_RADIUS}")


def sign_beyond(term: Term, side: int, radius: Fraction, balls: Balls) -> int:
    """The sign of a term beyond a radius, on the right (side 1) or the left (-1); 0 when the tail lemma tells none."""
    end = num(side * radius)
    cell = Cell(end, None, (True, False)) if side > 0 else Cell(None, end, (False, True))
    field = Field(cell.facts(), balls)
    balls.left = 10**7
    try:
        return tail_sign(field, field.value(term), side, radius)
    except NotProvedError:
        return 0


def _sign(term: Term, low: Fraction, high: Fraction | None, balls: Balls) -> int:
    balls.left = 10**7
    return balls.sign(term, low, high)


def _around(difference: Term, centre: Centre, balls: Balls) -> tuple[Fraction, Fraction]:
    """A cell around a centre on which the difference is convex."""
    second = derivative(derivative(difference))
    for k in range(1, 12):
        step = Fraction(1, 2**k)
        low, high = (centre.low / step).__floor__() * step, (centre.high / step).__ceil__() * step
        low, high = (low - step, high + step) if high - low < 2 * step else (low, high)
        if _sign(second, low, high, balls) == 1:
            return low, high
    raise ProofError("the difference is not shown to be convex around the extreme slope")


def _bracket(difference: Term, low: Fraction, high: Fraction, balls: Balls) -> tuple[Fraction, Fraction]:
    """Numbers between which the difference is least, so near to each other that it is positive there."""
    rise = derivative(difference)
    if (_sign(rise, low, None, balls), _sign(rise, high, None, balls)) != (-1, 1):
        raise ProofError("the difference does not turn around the extreme slope")
    for _ in range(2 * balls.bits):
        if _sign(difference, low, high, balls) == 1:
            return low, high
        low, high = halved(rise, low, high, -1, balls)
    raise ProofError("the difference is not shown to be positive where it is least")


def halved(function: Term, low: Fraction, high: Fraction, first: int, balls: Balls) -> tuple[Fraction, Fraction]:
    """The half in which a function changes its sign from first to -first."""
    for place in (Fraction(1, 2), Fraction(3, 8)):
        middle = low + (high - low) * place
        found = _sign(function, middle, None, balls)
        if found:
            return (middle, high) if found == first else (low, middle)
    raise ProofError("a sign is not told at this precision")


def _boxes(difference: Term, low: Fraction, high: Fraction, depth: int, balls: Balls) -> Iterator[Entries]:
    if low == high:
        return
    if _sign(difference, low, high, balls) == 1:
        yield text(high), "ball"
        return
    if depth == 0:
        raise ProofError(f"the sign near {float(low)} is not told")
    middle = (low + high) / 2
    yield from _boxes(difference, low, middle, depth - 1, balls)
    yield from _boxes(difference, middle, high, depth - 1, balls)


def isolating(function: Term, low: Fraction, high: Fraction, balls: Balls) -> tuple[list[Fraction], int]:
    """Cuts between which a function leaves out 0, but for one interval with its only root, which is numbered.

    Raises:
        ProofError: when there are none.
    """
    ends, turning = cuts(function, low, high, balls)
    if len(turning) != 1:
        raise ProofError(f"there is not just one root between {low} and {high}")
    return ends, turning[0]


def cuts(function: Term, low: Fraction, high: Fraction, balls: Balls) -> tuple[list[Fraction], list[int]]:
    """Cuts between which a function leaves out 0, but for intervals with one root each, which are numbered.

    Raises:
        ProofError: when a root is not isolated.
    """
    parts = list(_cut(function, derivative(function), low, high, MAX_DEPTH, balls))
    return [low, *(end for end, _ in parts)], [n for n, (_, turning) in enumerate(parts) if turning]


def _cut(
    function: Term, rise: Term, low: Fraction, high: Fraction, depth: int, balls: Balls
) -> Iterator[tuple[Fraction, bool]]:
    if _sign(function, low, high, balls):
        yield high, False
        return
    ends = _sign(function, low, None, balls) * _sign(function, high, None, balls)
    if ends == -1 and _sign(rise, low, high, balls):
        yield high, True
        return
    if depth == 0:
        raise ProofError(f"the sign near {float(low)} is not decided")
    middle = (low + high) / 2
    yield from _cut(function, rise, low, middle, depth - 1, balls)
    yield from _cut(function, rise, middle, high, depth - 1, balls)


def refined(function: Term, low: Fraction, high: Fraction, bits: int, balls: Balls) -> tuple[Fraction, Fraction]:
    """Numbers around a root, less than 2^-bits apart."""
    first = _sign(function, low, None, balls)
    while high - low > Fraction(1, 2**bits):
        low, high = halved(function, low, high, first, balls)
    return low, high
