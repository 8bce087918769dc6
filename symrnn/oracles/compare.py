"""How far two oracles are apart, as one number: in float64, or to many digits.

>>> import numpy as np
>>> disagreement(np.array([100.0, 1.0]), np.array([100.0, 1.5]))
0.005
"""

from __future__ import annotations

from typing import Any

from symrnn.errors import ShapeError
from symrnn.oracles._checks import float_array
from symrnn.oracles.activations import Array
from symrnn.oracles.mpmath_bptt import mp_array, mp_context


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
    _check_shapes(one, other)
    largest = max(abs(one).max(initial=0.0), abs(other).max(initial=0.0))
    return float(abs(one - other).max() / largest) if largest else 0.0


def mp_disagreement(left: Any, right: Any, *, digits: int = 50) -> Any:
    """Return max |left - right| / max(|left|, |right|) as an mpmath number, without rounding to float64.

    Args:
        left: an mpmath matrix of any context, an array, or nested lists with entries as in ``mp_forward``.
        right: one of the same shape; nothing is broadcast.
        digits: the number of decimal digits to compare with, at least 1.

    Returns:
        0 when both are equal, even when both are zero throughout; otherwise a number up to 2.

    Raises:
        ShapeError: when the shapes differ.
        EvaluationError: when an entry is no real number, or is NaN or infinite.
        IndexRangeError: when ``digits`` < 1.

    >>> mp_disagreement([["1"]], [["1.0000000000000000000000000000002"]]) > 1e-31
    True
    """
    mp = mp_context(digits)
    one, other = mp_array(mp, "left", left), mp_array(mp, "right", right)
    _check_shapes(one, other)
    largest = max((abs(entry) for entry in (*one.flat, *other.flat)), default=mp.zero)
    return max(abs(entry) for entry in (one - other).flat) / largest if largest else mp.zero


def _check_shapes(one: Array, other: Array) -> None:
    if one.shape != other.shape:
        raise ShapeError(
            f"shape {one.shape} is compared with shape {other.shape}",
            advice="transpose or reshape one of them",
        )
