"""Products over intervals of an index, each computed from a neighbour by one multiplication."""

from __future__ import annotations

from collections.abc import Callable, Hashable

from symrnn.evaluate.arrays import Array
from symrnn.evaluate.systems import System

MOST_NUMBERS = 1_000_000
"""Most entries of products that are remembered; beyond it the oldest product is forgotten."""


class IntervalProducts:
    """Ordered products over [start, start + length), remembered, so that a growing product costs n³ per step.

    Args:
        system: what to multiply in.

    >>> import numpy as np
    >>> from symrnn.evaluate import Floats
    >>> products = IntervalProducts(Floats())
    >>> [int(products.interval("ten", 1, length, lambda at: np.array([[at]]))[0, 0]) for length in (1, 2, 3)]
    [1, 2, 6]
    >>> products.multiplications
    2
    """

    def __init__(self, system: System) -> None:
        self.system = system
        self.known: dict[tuple[Hashable, int, int], Array] = {}
        self.multiplications = 0
        self._numbers = 0

    def interval(
        self,
        key: Hashable,
        start: int,
        length: int,
        factor: Callable[[int], Array],
        progress: Callable[[Array, int, int], None] | None = None,
    ) -> Array:
        """The product of the factors at start, ..., start + length - 1, left to right.

        Args:
            key: what the factors are.
            start: where the interval begins.
            length: how many factors there are, at least one.
            factor: finds one of them.
            progress: hears of each product on the way, its number of factors, and how many there will be.
        """
        found = self.known.get((key, start, length))
        if found is not None:
            return found
        first, done, result = self._longest(key, start, length)
        if result is None:
            first, done, result = start, 1, factor(start)
        while done < length:
            if progress is not None:
                progress(result, done, length)
            if first == start:
                result = self._times(result, factor(start + done))
            else:
                first -= 1
                result = self._times(factor(first), result)
            done += 1
            self._remember((key, first, done), result)
        if length == 1:
            self._remember((key, start, 1), result)
        return result

    def _times(self, left: Array, right: Array) -> Array:
        self.multiplications += 1
        return self.system.bounded(self.system.times(left, right))

    def _remember(self, place: tuple[Hashable, int, int], product: Array) -> None:
        self.known[place] = product
        self._numbers += product.size
        while self._numbers > MOST_NUMBERS and len(self.known) > 1:
            self._numbers -= self.known.pop(next(iter(self.known))).size

    def _longest(self, key: Hashable, start: int, length: int) -> tuple[int, int, Array | None]:
        """The longest remembered product that begins at the start or stops at the end: where, how long, and it."""
        for done in range(length - 1, 0, -1):
            for first in (start, start + length - done):
                found = self.known.get((key, first, done))
                if found is not None:
                    return first, done, found
        return start, 0, None
