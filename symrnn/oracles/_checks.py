"""Checks of what a user hands to the oracles, shared by all of them; no mathematics happens here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from symrnn.errors import EvaluationError, IndexRangeError, ShapeError, UnknownTermError
from symrnn.oracles.activations import Array

PARAMETER_NAMES = ("W_hh", "W_xh", "W_hy", "b_h", "b_y")
GRADIENT_NAMES = (*PARAMETER_NAMES, "h_0")

SHAPES = {
    "W_hh": ("n", "n"),
    "W_xh": ("n", "m"),
    "W_hy": ("q", "n"),
    "b_h": ("n",),
    "b_y": ("q",),
    "h_0": ("n",),
}


@dataclass(frozen=True, eq=False)
class Network:
    """The checked parameters, inputs and initial state, with W_hh (n, n), x (T, m) or (batch, T, m)."""

    W_hh: Array
    W_xh: Array
    W_hy: Array
    b_h: Array
    b_y: Array
    x: Array
    h_0: Array

    @property
    def steps(self) -> int:
        """T, the number of time steps."""
        return int(self.x.shape[-2])


def rectangular(name: str, value: Any, dtype: type | None = None) -> Array:
    """Return ``value`` (nested lists, a NumPy array or an mpmath matrix) as an array."""
    if hasattr(value, "rows") and hasattr(value, "tolist"):  # an mpmath matrix
        value = value.tolist()
    ragged = ShapeError(f"the rows of {name} differ in length", where=name, advice="give a rectangular array")
    try:
        array: Array = np.array(value, dtype=dtype)
    except ValueError as error:
        raise ragged from error
    if array.dtype == object and any(isinstance(entry, list | tuple | np.ndarray) for entry in array.flat):
        raise ragged
    return array


def float_array(name: str, value: Any, *, complex_too: bool = False) -> Array:
    """Return ``value`` as a finite float64 array, or a finite complex128 one where that is allowed."""
    array = rectangular(name, value)
    if np.iscomplexobj(array) and not complex_too:
        raise EvaluationError(f"{name} is complex", where=name, advice="give real numbers")
    try:
        array = array.astype(np.complex128 if np.iscomplexobj(array) else np.float64)
    except (TypeError, ValueError) as error:
        raise EvaluationError(
            f"{name} has an entry that is not a real number", where=name, advice="give numbers only"
        ) from error
    require_finite(name, np.isfinite(array))
    return array


def require_finite(name: str, finite: Array) -> None:
    """Refuse NaN and infinities, naming the first place."""
    if not finite.all():
        place = tuple(int(i) for i in np.argwhere(~finite)[0])
        raise EvaluationError(
            f"{name} has an entry that is NaN or infinite",
            where=f"{name}[{', '.join(map(str, place))}]",
            advice="give finite numbers",
        )


def check_names(params: Mapping[str, Any]) -> None:
    """Refuse missing and unknown parameter names."""
    known = ", ".join(PARAMETER_NAMES)
    for name in PARAMETER_NAMES:
        if name not in params:
            raise UnknownTermError(f"the parameter {name} is missing", where="params", advice=f"give {known}")
    for name in params:
        if name not in PARAMETER_NAMES:
            raise UnknownTermError(f"no parameter is called {name!r}", where="params", advice=f"give only {known}")


def network(arrays: Mapping[str, Array], *, batched: bool = False) -> Network:
    """Return the network of these arrays after checking that their shapes fit each other.

    Args:
        arrays: the five parameters, "x" and "h_0", already converted to arrays.
        batched: whether x may be (batch, T, m) as well as (T, m).

    Raises:
        ShapeError: when two shapes do not fit; the message names both.
        IndexRangeError: when there is no time step at all.
    """
    x = arrays["x"]
    if x.ndim != 2 and not (batched and x.ndim == 3):
        wanted = "(T, m) or (batch, T, m)" if batched else "(T, m)"
        raise ShapeError(f"x has shape {x.shape} instead of {wanted}", where="x", advice="one row per step")
    if x.shape[-2] == 0:
        raise IndexRangeError("there is no time step, T = 0", where="x", advice="use T >= 1")
    if x.ndim == 3 and x.shape[0] == 0:
        raise ShapeError("the batch is empty", where="x", advice="give at least one sequence")
    sizes: dict[str, tuple[int, str]] = {"m": (x.shape[-1], f"x of shape {x.shape}")}
    for name, letters in SHAPES.items():
        shape = arrays[name].shape
        if len(shape) != len(letters):
            raise ShapeError(f"{name} has shape {shape} instead of ({', '.join(letters)})", where=name)
        for letter, size in zip(letters, shape, strict=True):
            known, origin = sizes.setdefault(letter, (size, f"{name} of shape {shape}"))
            if size != known:
                raise ShapeError(
                    f"{name} has shape {shape} but {letter} = {known} by {origin}",
                    where=name,
                    advice=f"{name} is ({', '.join(letters)})",
                )
    for letter, (size, origin) in sizes.items():
        if size == 0:
            raise ShapeError(f"{letter} = 0 by {origin}", where="params and x", advice=f"use {letter} >= 1")
    return Network(**arrays)


def float_network(
    params: Mapping[str, Any], x: Any, h_0: Any, *, batched: bool = False, complex_too: bool = False
) -> Network:
    """Return the checked network with NumPy numbers."""
    check_names(params)
    given = {**params, "x": x, "h_0": h_0}
    arrays = {name: float_array(name, value, complex_too=complex_too) for name, value in given.items()}
    return network(arrays, batched=batched)


def check_time(name: str, time: int, last: int, *, first: int = 0) -> int:
    """Return ``time`` after checking that it is a whole number from ``first`` to ``last``."""
    if isinstance(time, bool) or not isinstance(time, int | np.integer) or not first <= time <= last:
        raise IndexRangeError(
            f"{name} = {time} is not a time of this network",
            where=f"{name}={time}",
            advice=f"use {first} <= {name} <= {last}",
        )
    return int(time)


def check_wrt(wrt: str, allowed: tuple[str, ...] = GRADIENT_NAMES) -> None:
    """Refuse a name with respect to which this oracle cannot differentiate."""
    if wrt not in allowed:
        raise UnknownTermError(
            f"cannot differentiate with respect to {wrt!r}",
            where=f"wrt={wrt!r}",
            advice=f"use one of {', '.join(allowed)}",
        )
