"""Stacks of matrices of doubles, one for each value of an index: steps of a sequence, and products that grow."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from math import isqrt
from typing import Any, TypeAlias

import numpy as np
import sympy as sp
from numpy.typing import NDArray

from symrnn.budget import tick
from symrnn.evaluate.formulas import Found, WithoutRuleError

Doubles: TypeAlias = NDArray[np.float64]
Indices: TypeAlias = dict[sp.Symbol | str, Any]
"""Values of indices: an integer, or of one of them an array of integers; and of :data:`NOW`."""

NOW = "now"
"""The key of the step at hand where equations are gone through step by step: a symbol is slower to look up."""


def at_step(index: sp.Symbol, step: int) -> Indices:
    """Indices where all there is to know is the step."""
    return {index: step, NOW: step}


def unstacked(values: Indices) -> Indices:
    """The indices that are one integer, among which others may be bound now."""
    return {symbol: at for symbol, at in values.items() if not isinstance(at, np.ndarray) and symbol is not NOW}


STEPS_BETWEEN = 16
"""How many steps of a sequence are found before the time is looked at."""

SCANNED = 64
"""From how many products on they are found in blocks."""

AT_ONCE = 2_000_000
"""Most entries of the matrices that are multiplied, or summed, in one go."""


class Steps:
    """The values of a sequence by index, each found when it is first asked for, the earliest first.

    Args:
        first: the lowest index.
        find: finds the value at an index.
        find_all: finds those at an array of indices, where none needs another one; None where one may.
    """

    def __init__(
        self, first: int, find: Callable[[int], Doubles], find_all: Callable[[Any], Doubles] | None = None
    ) -> None:
        self.first, self.find, self.find_all = first, find, find_all
        self.known: list[Doubles] = []
        self.stacked: Doubles | None = None
        self.is_busy = False

    def at(self, index: Any) -> Doubles:
        """The value at an index, or the stack of those at several."""
        if isinstance(index, np.ndarray):
            low, high = int(index.min()), int(index.max())
            self._fill(low, high)
            if self.stacked is None or len(self.stacked) <= high - self.first:
                self.stacked = np.array(self.known)
            return self.stacked[index - self.first]
        place = index - self.first
        if not 0 <= place < len(self.known):
            self._fill(index, index)
        return self.known[place]

    def _fill(self, low: int, high: int) -> None:
        if low < self.first:
            raise WithoutRuleError
        missing = range(self.first + len(self.known), high + 1)
        if missing and self.is_busy:  # by a later one, or by itself
            raise WithoutRuleError
        self.is_busy = True
        try:
            self._find(missing)
        finally:
            self.is_busy = False

    def _find(self, missing: range) -> None:
        if len(missing) > 1 and self.find_all is not None:
            self.known += [*self.find_all(np.arange(missing.start, missing.stop))]
            return
        find, known = self.find, self.known
        for index in missing:
            if index % STEPS_BETWEEN == 0:
                tick()
            known.append(find(index))


class Ahead:
    """What no state enters, found for all steps at once when it is first asked for at one of them.

    Args:
        find: finds it, as a function of the values of indices.
        index: that of the steps.
        steps: all steps that there may be.
    """

    def __init__(self, find: Found, index: sp.Symbol, steps: range) -> None:
        self.find, self.index, self.steps = find, index, steps
        self.known: list[Doubles] = []
        self.is_tried = False

    def __call__(self, values: Indices) -> Doubles:
        """The value at a step, or the stack of those at several."""
        at = values.get(NOW)
        if at is not None:
            place = at - self.steps.start
            if not self.is_tried:
                self._try()
            if 0 <= place < len(self.known):
                return self.known[place]
        return self.find(values)

    def _try(self) -> None:
        self.is_tried = True
        with suppress(WithoutRuleError):  # what is given may end earlier, and need not be longer
            self.known = [*stack_of(self.find({self.index: np.array(self.steps)}), len(self.steps))]


class Carried:
    """Products over intervals that begin, or end, at one index: each is the one before times one factor.

    Args:
        size: that of the factors, which are square.
    """

    def __init__(self, size: int) -> None:
        self.size = size
        self.last: tuple[Any, int, Doubles] | None = None

    def products(self, fixed: Any, left: Any, right: Any, step: int, factors: Callable[[Any], Doubles]) -> Doubles:
        """The products over all intervals.

        Args:
            fixed: what else the factors depend on.
            left: the index of the leftmost factor of each, or one that all share.
            right: that of the rightmost one.
            step: 1 where indices rise from left to right, or -1.
            factors: finds a stack of factors.
        """
        lengths = np.asarray((right - left) * step + 1)
        if lengths.min() < 0:
            raise WithoutRuleError
        is_left = np.ndim(left) == 0  # the intervals begin at one index, and grow to the right
        if not is_left and np.ndim(right) != 0:
            raise WithoutRuleError
        start, towards = (left, step) if is_left else (right, -step)
        key, least, most = (fixed, start, is_left), int(lengths.min()), int(lengths.max())
        done, product = 0, np.eye(self.size)
        if self.last is not None and self.last[0] == key and self.last[1] <= least:
            _, done, product = self.last
        found = np.empty((most - least + 1, self.size, self.size))
        if done >= least:
            found[done - least] = product
        while done < most:
            tick()
            ahead = min(most - done, max(1, AT_ONCE // self.size**2))
            each = factors(start + towards * np.arange(done, done + ahead))
            if done >= least and ahead >= SCANNED:
                grown = found[done - least + 1 : done - least + 1 + ahead]
                # A block by itself may leave the range of doubles where what it is multiplied by brings it back.
                with suppress(FloatingPointError), np.errstate(all="raise"):
                    product = scanned(product, each, grown, is_left)
                    done += ahead
                    continue
            for factor in each:
                done += 1
                place = found[done - least] if done >= least else None  # np.dot is quicker where matrices are small
                product = np.dot(product, factor, place) if is_left else np.dot(factor, product, place)
        self.last = key, done, product
        if not lengths.ndim:
            return found[0]
        return found if np.array_equal(lengths, np.arange(least, most + 1)) else found[lengths - least]


def scanned(product: Doubles, factors: Doubles, found: Doubles, is_left: bool) -> Doubles:
    """The products of a matrix with one factor more each time; the last one is returned.

    They are found in blocks, first within all blocks at once, and then from block to block: some 60 products of stacks
    take the place of 1000 of small matrices.

    Args:
        product: what they begin with.
        factors: a stack of factors, each square.
        found: where the products go, a stack of as many.
        is_left: whether the factors stand to the right of what there is.

    >>> found = np.empty((3, 1, 1))
    >>> scanned(np.array([[2.0]]), np.array([[[3.0]], [[1.0]], [[5.0]]]), found, True), found.ravel()
    (array([[30.]]), array([ 6.,  6., 30.]))
    """
    length = isqrt(len(factors))
    within = len(factors) // length * length
    blocks, grown = (stack[:within].reshape(-1, length, *factors.shape[1:]) for stack in (factors, found))
    grown[:, 0] = blocks[:, 0]
    for place in range(1, length):
        pair = (grown[:, place - 1], blocks[:, place]) if is_left else (blocks[:, place], grown[:, place - 1])
        np.matmul(*pair, out=grown[:, place])
    for block in grown:
        block[...] = product @ block if is_left else block @ product
        product = block[-1]
    for place in range(within, len(factors)):
        pair = (product, factors[place]) if is_left else (factors[place], product)
        product = np.matmul(*pair, out=found[place])
    return product


def matrix_product(left: Doubles, right: Doubles) -> Doubles:
    """The product of two matrices, or of each two of stacks, in the quickest of NumPy's ways."""
    if left.ndim == 2 and right.ndim == 2:
        return np.dot(left, right)  # what @ does before takes longer than a small product
    if left.ndim == 2 and right.shape[-1] == 1:
        return (right[..., 0] @ left.T)[..., None]  # all columns at once
    found: Doubles = left @ right
    return found


def stack_of(matrix: Doubles, count: int) -> Doubles:
    """A stack of so many matrices, which may all be the same."""
    return np.broadcast_to(matrix, (count, *matrix.shape[-2:]))


def total_of(stack: Doubles, values: Indices) -> Doubles:
    """The sum of a stack; a matrix that is the same for all values of the index counts as often as there are any."""
    if stack.ndim > 2:
        return stack.sum(axis=0)
    return stack * next(len(at) for at in values.values() if isinstance(at, np.ndarray))


def kronecker(left: Doubles, right: Doubles) -> Doubles:
    """The Kronecker product, of each two matrices of two stacks."""
    whole = left[..., :, None, :, None] * right[..., None, :, None, :]
    rows, height, cols, width = whole.shape[-4:]
    return whole.reshape(*whole.shape[:-4], rows * height, cols * width)
