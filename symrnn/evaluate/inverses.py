"""Inverses of matrices over any number system, by Gauss–Jordan elimination."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from symrnn.budget import tick
from symrnn.evaluate.undefined import UndecidedError

if TYPE_CHECKING:
    from symrnn.evaluate.arrays import Array


def may_be_zero(entry: Any) -> bool:
    """Whether a number is zero, or a ball that may hold zero."""
    zero = entry - entry
    return bool(entry == zero or (hasattr(entry, "overlaps") and entry.overlaps(zero)))


def inverse(matrix: Array, identity: Array, vanishes: Callable[[Any], bool] = may_be_zero) -> Array:
    """The inverse of a square matrix.

    Args:
        matrix: n rows and columns of the numbers of a system.
        identity: the identity matrix of the same system and size.
        vanishes: tells which entries cannot be divided by.

    Raises:
        UndecidedError: when no pivot can be divided by: the matrix is singular, or a ball around each holds zero.

    >>> import numpy as np
    >>> from fractions import Fraction as F
    >>> inverse(np.array([[F(1), F(2)], [F(0), F(1)]]), np.array([[F(1), F(0)], [F(0), F(1)]]))[0, 1]
    Fraction(-2, 1)
    """
    left, right = matrix.copy(), identity.copy()
    size, one = len(matrix), identity[0, 0]
    for column in range(size):
        row = _pivot(left, column, vanishes)
        factor = one / left[row, column]
        for side in (left, right):
            side[[column, row]] = side[[row, column]]
            side[column] = side[column] * factor
        for other in range(size):
            tick()
            if other != column:
                multiple = left[other, column]
                left[other] = left[other] - left[column] * multiple
                right[other] = right[other] - right[column] * multiple
    return right


def _pivot(matrix: Array, column: int, vanishes: Callable[[Any], bool]) -> int:
    """A row at or below the diagonal whose entry can be divided by."""
    for row in range(column, len(matrix)):
        if not vanishes(matrix[row, column]):
            return row
    raise UndecidedError("a matrix that may be singular has no inverse", advice="draw another one")
