"""Clipping of gradients that are NumPy arrays: of any shape, float precision kept, never changed in place.

PyTorch divides by the norm plus 1e-6; ``epsilon=TORCH_EPSILON`` does the same. Without it a gradient that is longer
than θ becomes exactly θ long, up to rounding. With it the result is shorter by the factor r/(r + ε), r being the norm
before: a relative difference of ε/(r + ε), below ε/θ wherever r > θ. For r between θ - ε and θ PyTorch shortens what
needs no clipping, again by less than ε/θ of its length.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Any, TypeAlias

import numpy as np

from symrnn.errors import EvaluationError, ParameterError, ShapeError, UnknownTermError

Array: TypeAlias = np.ndarray[Any, np.dtype[Any]]

TORCH_EPSILON = 1e-6
"""What ``torch.nn.utils.clip_grad_norm_`` adds to the norm before it divides."""

KINDS = ("1", "2", "oo")
"""Norms of all entries together: sum of magnitudes, root of the sum of squares, largest magnitude."""


def clip_by_value(gradient: Any, threshold: float) -> Array:
    """min(max(g_i, -θ), θ) for every entry; as ``torch.nn.utils.clip_grad_value_``.

    Args:
        gradient: numbers in any shape.
        threshold: θ >= 0.

    Raises:
        ParameterError: for a threshold that is negative or NaN.
        EvaluationError: for entries that are not finite real numbers.

    Source: Mikolov (2012), Statistical language models based on neural networks, sec. 3.2.

    >>> clip_by_value([[3.0, -4.0], [0.5, 0.0]], 1).tolist()
    [[1.0, -1.0], [0.5, 0.0]]
    """
    array, limit = _array(gradient, "the gradient"), _threshold(threshold)
    return np.asarray(np.clip(array.astype(np.float64), -limit, limit)).astype(array.dtype)


def clip_by_norm(gradient: Any, threshold: float, kind: Any = "2", *, epsilon: float = 0.0) -> tuple[Array, float]:
    """min(1, θ/(‖g‖ + ε)) g, and 0 for g = 0.

    Args:
        gradient: g, numbers in any shape.
        threshold: θ >= 0.
        kind: the norm of all entries, ``"2"``, ``"1"`` or ``"oo"``; 1, 2 and infinities are fine, too.
        epsilon: ε >= 0; :data:`TORCH_EPSILON` for what PyTorch does.

    Returns:
        The clipped gradient, and ‖g‖ before clipping, which is infinite where it exceeds the largest float.

    Raises:
        ParameterError: for a threshold or an epsilon that is negative or NaN, or an infinite epsilon.
        UnknownTermError: for another norm.
        EvaluationError: for entries that are not finite real numbers.

    Source: Pascanu, Mikolov and Bengio (2013), On the difficulty of training recurrent neural networks, algorithm 1.

    >>> clipped, norm = clip_by_norm([3.0, 4.0], 1)
    >>> clipped.tolist(), norm
    ([0.6000000000000001, 0.8], 5.0)
    >>> clip_by_norm([0.0, 0.0], 1)[0].tolist()
    [0.0, 0.0]
    """
    clipped, norm = clip_by_global_norm([gradient], threshold, kind, epsilon=epsilon)
    return clipped[0], norm


def clip_by_global_norm(
    gradients: Sequence[Any], threshold: float, kind: Any = "2", *, epsilon: float = 0.0
) -> tuple[list[Array], float]:
    """All gradients times min(1, θ/(r + ε)), r being the norm of all their entries together.

    For the 2-norm r = √(Σ ‖g_j‖²). With ``epsilon=TORCH_EPSILON`` as ``torch.nn.utils.clip_grad_norm_``.

    Args:
        gradients: at least one, each numbers in any shape.
        threshold: θ >= 0.
        kind: the norm of all entries, as in :func:`clip_by_norm`.
        epsilon: ε >= 0.

    Returns:
        The clipped gradients, and r before clipping, which is infinite where it exceeds the largest float.

    Raises:
        ShapeError: for no gradients at all, or a single array in the place of a list.
        ParameterError, UnknownTermError, EvaluationError: as :func:`clip_by_norm`.

    >>> clipped, norm = clip_by_global_norm([[[3.0]], [4.0]], 1)
    >>> [part.round(12).tolist() for part in clipped], norm
    ([[[0.6]], [0.8]], 5.0)
    """
    if isinstance(gradients, np.ndarray):
        raise ShapeError("one array is given instead of a list of gradients", advice="give [gradient]")
    if not isinstance(gradients, Iterable):
        raise ShapeError(f"{gradients!r} is no list of gradients", advice="give [gradient]")
    arrays = [_array(gradient, f"gradient {at}") for at, gradient in enumerate(gradients)]
    if not arrays:
        raise ShapeError("there is no gradient to clip", advice="give at least one")
    limit, extra = _threshold(threshold), _epsilon(epsilon)
    largest, ratio = _measured(arrays, _kind(kind))
    norm = largest * ratio
    if norm + extra <= limit or largest == 0:
        return [array.copy() for array in arrays], norm
    return [_scaled(array, largest, ratio, limit, extra) for array in arrays], norm


def _measured(arrays: list[Array], kind: str) -> tuple[float, float]:
    """The largest magnitude m, and the norm divided by it, so that no square overflows or vanishes."""
    largest = max((float(np.max(np.abs(array), initial=0)) for array in arrays), default=0.0)
    if largest == 0 or kind == "oo":
        return largest, 1.0
    parts = [np.abs(array.astype(np.float64).ravel()) / largest for array in arrays]
    total = math.fsum(float(np.sum(part**2 if kind == "2" else part)) for part in parts)
    return largest, math.sqrt(total) if kind == "2" else total


def _scaled(array: Array, largest: float, ratio: float, limit: float, extra: float) -> Array:
    """The gradient times θ/(m ratio + ε): by g/m first where m is large, as the norm may exceed the largest float."""
    wide = array.astype(np.float64)
    if largest > 1:
        return np.asarray(wide / largest * (limit / (ratio + extra / largest))).astype(array.dtype)
    return np.asarray(wide * (limit / (largest * ratio + extra))).astype(array.dtype)


def _array(value: Any, name: str) -> Array:
    try:
        array = np.asarray(value)
    except ValueError as error:
        raise ShapeError(f"the rows of {name} differ in length", advice="give a rectangular array") from error
    if array.dtype.kind in "iu":
        array = array.astype(np.float64)
    if array.dtype.kind != "f" or array.dtype.itemsize > 8:
        raise EvaluationError(f"{name} has entries of type {array.dtype}", advice="give real floating-point numbers")
    if not np.isfinite(array).all():
        place = tuple(int(i) for i in np.argwhere(~np.isfinite(array))[0])
        raise EvaluationError(f"{name} is NaN or infinite in entry {place}", advice="look for where it overflowed")
    return array


def _threshold(value: float) -> float:
    return _at_least_zero(value, "threshold")


def _epsilon(value: float) -> float:
    found = _at_least_zero(value, "epsilon")
    if math.isinf(found):
        raise ParameterError("epsilon is infinite", advice="use 0, or TORCH_EPSILON")
    return found


def _at_least_zero(value: float, name: str) -> float:
    try:
        found = float(value)
    except (TypeError, ValueError) as error:
        raise ParameterError(f"{name} {value!r} is not a number", where=name, advice=f"use {name} >= 0") from error
    if not found >= 0:
        raise ParameterError(f"{name} is {found}", where=name, advice=f"use {name} >= 0")
    return found


def _kind(kind: Any) -> str:
    name = {"inf": "oo", "2.0": "2", "1.0": "1"}.get(str(kind), str(kind))
    if name not in KINDS:
        raise UnknownTermError(f"there is no norm {name!r} of all entries", advice=f"use one of {', '.join(KINDS)}")
    return name
