"""Matrices of the numbers of a system: NumPy object arrays."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

import numpy as np

Array: TypeAlias = np.ndarray[Any, np.dtype[Any]]


def filled(rows: int, cols: int, entry: Callable[[int, int], Any]) -> Array:
    """An object array from a function of row and column."""
    out = np.empty((rows, cols), dtype=object)
    for i in range(rows):
        for j in range(cols):
            out[i, j] = entry(i, j)
    return out
