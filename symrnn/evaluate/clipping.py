"""Clipped matrices of numbers: exact for rationals, enclosed for balls."""

from __future__ import annotations

from typing import Any

import flint

from symrnn.errors import EvaluationError
from symrnn.evaluate.arrays import Array, filled
from symrnn.evaluate.norms import largest, smallest
from symrnn.evaluate.scalars import compare


def clip_factor(length: Any, threshold: Any) -> Any:
    """min(1, θ/r), and 1 for r = 0.

    Args:
        length: r >= 0, a rational number or a ball.
        threshold: θ >= 0.

    Raises:
        EvaluationError: when a ball leaves open whether there is a division by zero.

    >>> clip_factor(flint.fmpq(5), flint.fmpq(2)), clip_factor(flint.fmpq(0), flint.fmpq(2))
    (2/5, 1)
    """
    if compare("<=", length, threshold):
        return flint.fmpq(1)
    if compare(">", length, threshold):
        return threshold / length
    if compare(">", length, 0):
        return smallest([flint.fmpq(1), threshold / length])  # the two pieces meet where r = θ
    raise EvaluationError("a length that may be 0 is compared with a threshold that may be 0")


def clipped_entries(entries: Array, threshold: Any) -> Array:
    """min(max(g_ij, -θ), θ) in row i and column j.

    >>> import numpy as np
    >>> numbers = np.array([[flint.fmpq(-5)], [flint.fmpq(1, 2)]], dtype=object)
    >>> clipped_entries(numbers, flint.fmpq(2)).tolist()
    [[-2], [1/2]]
    """
    rows, cols = entries.shape
    return filled(rows, cols, lambda i, j: smallest([largest([entries[i, j], -threshold]), threshold]))
