"""Matrices of the numbers of a system: NumPy object arrays."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

import flint
import numpy as np

from symrnn.budget import tick

Array: TypeAlias = np.ndarray[Any, np.dtype[Any]]

AT_ONCE = 100
"""Most multiplications of numbers in a matrix product that is done in one go."""


def filled(rows: int, cols: int, entry: Callable[[int, int], Any]) -> Array:
    """An object array from a function of row and column."""
    out = np.empty((rows, cols), dtype=object)
    for i in range(rows):
        for j in range(cols):
            out[i, j] = entry(i, j)
    return out


def entrywise(function: Callable[[Any], Any], entries: Array) -> Array:
    """An object array of the values of a function at each entry."""
    out = np.empty(entries.shape, dtype=object)
    for place in np.ndindex(entries.shape):
        out[place] = function(entries[place])
    return out


def times(left: Array, right: Array, one: Callable[[Array, Array], Array] | None = None) -> Array:
    """A matrix product.

    Args:
        left: the left factor; one of the two may be a stack of matrices, along its first axis.
        right: the right one.
        one: multiplies two matrices; None for :func:`by_rows`.
    """
    one = by_rows if one is None else one
    if max(left.ndim, right.ndim) == 2:
        return one(left, right)
    pairs = ((left, part) for part in right) if right.ndim > 2 else ((part, right) for part in left)
    return np.stack([one(*pair) for pair in pairs])


def by_rows(left: Array, right: Array) -> Array:
    """A product of two matrices, row by row, so that a large one can be stopped in between."""
    if len(left) * right.shape[-1] * len(right) <= AT_ONCE:
        tick()
        return left @ right
    out = np.empty((len(left), right.shape[-1]), dtype=object)
    for row in range(len(left)):
        tick()
        out[row] = left[row] @ right
    return out


def in_balls(left: Array, right: Array) -> Array:
    """A product of two matrices of balls by FLINT, for which it is one operation.

    >>> import flint
    >>> in_balls(np.array([[flint.arb(2)]]), np.array([[flint.arb(3)]])).tolist()
    [[6.00000000000000]]
    """
    tick()
    found = flint.arb_mat(left.tolist()) * flint.arb_mat(right.tolist())
    out = np.empty(len(left) * right.shape[-1], dtype=object)
    out[:] = found.entries()
    return out.reshape(len(left), -1)


def as_row(vector: Array) -> Array:
    """The entries of a vector in one row; here and below, axes in front of rows and columns stay."""
    return vector.reshape(*vector.shape[:-2], 1, -1)


def as_column(vector: Array) -> Array:
    """The entries of a vector below each other."""
    return vector.reshape(*vector.shape[:-2], -1, 1)


def stacked_columns(matrix: Array) -> Array:
    """The columns of a matrix below each other.

    >>> stacked_columns(np.array([[1, 2], [3, 4]])).tolist()
    [[1], [3], [2], [4]]
    """
    return matrix.swapaxes(-1, -2).reshape(*matrix.shape[:-2], -1, 1)


def kronecker(left: Array, right: Array) -> Array:
    """The Kronecker product, block by block."""
    (rows, cols), (height, width) = left.shape[-2:], right.shape[-2:]
    ways = max(left.shape[:-2], right.shape[:-2], key=len)
    out = np.empty((*ways, rows * height, cols * width), dtype=object)
    for i, j in np.ndindex(rows, cols):
        tick()
        block = left[..., i : i + 1, j : j + 1] * right
        out[..., i * height : (i + 1) * height, j * width : (j + 1) * width] = block
    return out
