"""Products over intervals of an index, each computed from a neighbour by one multiplication."""

from __future__ import annotations

from collections.abc import Callable, Hashable

from symrnn.evaluate.arrays import Array, times


class IntervalProducts:
    """Ordered products over [start, start + length), remembered, so that a growing product costs n³ per step.

    Args:
        bounded: refuses a product whose numbers are too long to go on with.

    >>> import numpy as np
    >>> products = IntervalProducts()
    >>> [int(products.interval("ten", 1, length, lambda at: np.array([[at]]))[0, 0]) for length in (1, 2, 3)]
    [1, 2, 6]
    >>> products.multiplications
    2
    """

    def __init__(self, bounded: Callable[[Array], Array] = lambda product: product) -> None:
        self.bounded = bounded
        self.known: dict[tuple[Hashable, int, int], Array] = {}
        self.multiplications = 0

    def interval(self, key: Hashable, start: int, length: int, factor: Callable[[int], Array]) -> Array:
        """The product of the factors at start, ..., start + length - 1, left to right."""
        found = self.known.get((key, start, length))
        if found is not None:
            return found
        end = start + length
        known, done = self._longest(key, start, length)
        if known is not None and (key, start, done) in self.known:
            result = known
            for at in range(start + done, end):
                result = self._times(result, factor(at))
                self.known[key, start, at + 1 - start] = result
        elif known is not None:
            result = known
            for at in range(end - done - 1, start - 1, -1):
                result = self._times(factor(at), result)
                self.known[key, at, end - at] = result
        else:
            result = factor(start)
            self.known[key, start, 1] = result
            for at in range(start + 1, end):
                result = self._times(result, factor(at))
                self.known[key, start, at + 1 - start] = result
        return result

    def _times(self, left: Array, right: Array) -> Array:
        self.multiplications += 1
        return self.bounded(times(left, right))

    def _longest(self, key: Hashable, start: int, length: int) -> tuple[Array | None, int]:
        """The longest remembered product that begins at the start or stops at the end."""
        for done in range(length - 1, 0, -1):
            for first in (start, start + length - done):
                found = self.known.get((key, first, done))
                if found is not None:
                    return found, done
        return None, 0
