"""How far two gradients are apart, as one number.

>>> import numpy as np
>>> disagreement(np.array([100.0, 1.0]), np.array([100.0, 1.5]))
0.005
"""

from __future__ import annotations

from typing import Any

from symrnn.errors import ShapeError
from symrnn.oracles._checks import float_array
from symrnn.oracles.activations import Array


def disagreement(left: Any, right: Any) -> float:
    """Return max |left - right| / max(|left|, |right|), over all entries.

    Args:
        left: an array of any shape, or an mpmath matrix.
        right: one of the same shape; nothing is broadcast, since that would hide a wrong layout.

    Returns:
        0 when both are equal, even when both are zero throughout; otherwise a number up to 2.

    Raises:
        ShapeError: when the shapes differ.
        EvaluationError: when an entry is NaN or infinite, as such an entry would compare as nothing at all.

    >>> disagreement([[1.0, 2.0]], [[1.0], [2.0]])
    Traceback (most recent call last):
        ...
    symrnn.errors.ShapeError: shape (1, 2) is compared with shape (2, 1); transpose or reshape one of them
    """
    one, other = float_array("left", left), float_array("right", right)
    check_shapes(one, other)
    largest = max(abs(one).max(initial=0.0), abs(other).max(initial=0.0))
    return float(abs(one - other).max() / largest) if largest else 0.0


def check_shapes(one: Array, other: Array) -> None:
    """Refuse arrays of different shapes."""
    if one.shape != other.shape:
        raise ShapeError(
            f"shape {one.shape} is compared with shape {other.shape}",
            advice="transpose or reshape one of them",
        )
