"""Long calculations in balls that are cut to their middles every few steps; how far off these are is known beside."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import flint
import numpy as np

from symrnn.budget import tick
from symrnn.evaluate.boxes import Boxes, Doubles, above
from symrnn.evaluate.formulas import WithoutRuleError
from symrnn.evaluate.systems import Balls
from symrnn.evaluate.wrapping import Known, Spans

Matrix: TypeAlias = Any
"""A matrix of balls of FLINT, ``arb_mat``."""

SPAN = 8
"""Steps between two cuts."""

NEAR_BITS = 64
"""Jacobians are bounded in boxes of radius 2**-64."""


LEAST_BITS = 10
"""Precision that is enough to see which entries are 0 by structure."""


class TooFarError(Exception):
    """The states at hand may be too far from the true ones.

    Args:
        bits: how many binary digits they have lost on the way, as far as can be seen.
    """

    def __init__(self, bits: int) -> None:
        super().__init__()
        self.bits = bits


def times_power(matrix: Matrix, exponent: int) -> Matrix:
    """A matrix times a power of 2, without rounding."""
    return matrix * flint.arb(2) ** exponent


def radii(matrix: Matrix, bits: int) -> Doubles:
    """The radii of a matrix, in units of 2**-bits."""
    alone = times_power(matrix - matrix.mid(), bits)
    found = np.array([float(entry.rad()) for entry in alone.entries()]).reshape(matrix.nrows(), matrix.ncols())
    if not np.isfinite(found).all():
        raise WithoutRuleError
    return above(found, 1)


def balls_around_zero(bounds: Doubles, exponent: int) -> Matrix:
    """Balls of some radii, times a power of 2."""
    rows, cols = bounds.shape
    return times_power(
        flint.arb_mat(rows, cols, [flint.arb(0, radius) for radius in bounds.ravel().tolist()]), exponent
    )


@dataclass
class States:
    """The states of a recurrence, step by step: those that follow from the middles at the beginning of each span.

    Args:
        start: balls around the states at first, as one column.
        step: finds the column that follows, from that before and the number of the step.
        bits: the precision at hand.
    """

    start: Matrix
    step: Callable[[Matrix, int], Matrix]
    bits: int

    def go(self, steps: int) -> None:
        """Find ``before``, what each step starts from, and ``after``, what balls it leads to."""
        self.before, self.after = [], []
        column = self.start.mid()
        for number in range(steps):
            tick()
            self.before.append(column)
            found = self.step(column, number)
            self.after.append(found)
            column = found.mid() if (number + 1) % SPAN == 0 else found

    def enclosed(self, jacobians: Boxes) -> list[Matrix]:
        """Balls around the true states after each step.

        Args:
            jacobians: of all steps, right in boxes of radius 2**-NEAR_BITS around ``before``.

        Raises:
            TooFarError: where the true states may have left these boxes.
        """
        spans, known = Spans.of(jacobians, SPAN), [Known.start(radii(self.start, self.bits))]
        whole = len(self.after) // SPAN  # spans that are cut at their end
        for at in range(whole):
            new = radii(self.after[(at + 1) * SPAN - 1], self.bits)
            known.append(known[-1].after(spans.parts[-1].at(at), int(spans.exponents[-1][at]), new))
        count = len(spans.parts[0].mid)
        known = known[:count]
        self._require_near(np.array([each.entries for each in known]), np.array([each.exponent for each in known]))
        bases, bounds = (np.array([getattr(each, name) for each in known]) for name in ("basis", "bound"))
        further = []
        for part, exponents in zip(spans.parts, spans.exponents, strict=True):
            gap = above((part @ Boxes.exact(bases)).largest @ bounds, 2 * bases.shape[-1] + 2)
            at_once = np.array([each.exponent for each in known]) + exponents
            self._require_near(gap, at_once)
            further.append((gap, at_once))
        return [
            column
            + balls_around_zero(further[at % SPAN][0][at // SPAN], int(further[at % SPAN][1][at // SPAN]) - self.bits)
            for at, column in enumerate(self.after)
        ]

    def _require_near(self, gaps: Doubles, exponents: Doubles) -> None:
        if not np.isfinite(gaps).all():
            raise WithoutRuleError
        lost = int((np.frexp(gaps.max(axis=(1, 2)))[1] + exponents).max())
        if lost > self.bits - NEAR_BITS:
            raise TooFarError(lost)


def product(
    factors: Sequence[int], times: Callable[[Matrix, int], Matrix], boxes: Boxes, identity: Matrix, bits: int
) -> Matrix:
    """Balls around an ordered product of square matrices.

    Args:
        factors: the values of the index, from the leftmost factor on.
        times: multiplies a matrix by the factor at a value of the index, from the right.
        boxes: the factors, as a stack.
        identity: of their size.
        bits: the precision at hand.
    """
    spans = Spans.of(boxes.turned, SPAN)
    known = Known.start(np.zeros(boxes.mid.shape[-2:]))
    middle, total = identity, 0
    for at, begin in enumerate(range(0, len(factors), SPAN)):
        tick()
        whole = middle
        for index in factors[begin : begin + SPAN]:
            whole = times(whole, index)
        by = int(spans.exponents[-1][at])
        whole = times_power(whole, -by)
        entries = np.array([abs(float(entry)) for entry in whole.entries()])
        largest = entries.max()
        if not 0 < largest < np.inf:
            raise WithoutRuleError
        again = int(np.frexp(largest)[1])
        whole = times_power(whole, -again)
        known = known.after(spans.parts[-1].at(at), -again, radii(whole, bits).T)
        middle, total = whole.mid(), total + by + again
    found = times_power(middle + balls_around_zero(known.entries.T.copy(), known.exponent - bits), total)
    return (
        _with_zeros(found, factors, times, identity) if any(entry.contains(0) for entry in found.entries()) else found
    )


def _with_zeros(
    found: Matrix, factors: Sequence[int], times: Callable[[Matrix, int], Matrix], identity: Matrix
) -> Matrix:
    """The same with 0 for what is 0 by structure, as in a triangular matrix: it is so in balls of any precision."""
    with Balls(LEAST_BITS).precision():
        plain = identity
        for index in factors:
            plain = times(plain, index)
    pairs = zip(found.entries(), plain.entries(), strict=True)
    entries = [rough if rough.is_zero() else ball for ball, rough in pairs]
    return flint.arb_mat(found.nrows(), found.ncols(), entries)
