"""How people lay out arrays: which axis is time, which the batch; W x or x W; biases with one axis or two."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from symrnn.errors import SelectionError
from symrnn.testing.program import Array

SEQUENCES = {
    "TBn": "time, batch, units",
    "BTn": "batch, time, units",
    "TnB": "time, units, batch",
    "nBT": "units, batch, time",
    "Tn": "time, units",
    "Tn1": "time, units, 1",
    "nT": "units, time",
}
"""The axes of a sequence of inputs or states, as in ``numpy.einsum``; without B there is one sequence alone."""

SIDES = {"Wx": False, "xW": True}
"""On which side of a vector its matrix stands, and whether states are therefore rows."""

VECTORS = {"n": "one axis", "n1": "a column", "1n": "a row"}
"""The shapes of biases and of other parameters with one column."""


@dataclass(frozen=True)
class Layout:
    """How the arrays of a backward pass are laid out.

    Args:
        sequences: a key of ``SEQUENCES``; states of one step have the same axes without time.
        rows: whether states are rows, so that a matrix stands transposed and on the right, x W.
        vectors: a key of ``VECTORS``.

    Raises:
        SelectionError: for axes that are none of these.

    >>> print(Layout("BTn", rows=True))
    sequences (batch, time, units), matrices on the right (x W), biases with one axis
    """

    sequences: str = "TBn"
    rows: bool = False
    vectors: str = "n"

    def __post_init__(self) -> None:
        """Refuse axes that are none."""
        for given, known in ((self.sequences, SEQUENCES), (self.vectors, VECTORS)):
            if not isinstance(given, str) or given not in known:
                names = "; ".join(f"{name!r} is ({axes})" for name, axes in known.items())
                raise SelectionError(f"there is no layout {given!r}", advice=names)

    @property
    def has_batch(self) -> bool:
        """Whether there are several sequences."""
        return "B" in self.sequences

    def __str__(self) -> str:
        side = "on the right (x W)" if self.rows else "on the left (W x)"
        vectors = {"n": "with one axis", "n1": "as columns", "1n": "as rows"}[self.vectors]
        return f"sequences ({SEQUENCES[self.sequences]}), matrices {side}, biases {vectors}"

    @property
    def mirrored(self) -> Layout:
        """The layout in which matrices stand on the other side."""
        return replace(self, rows=not self.rows)

    # -- from the equations' shapes to theirs ------------------------------------------------------------------

    def parameter(self, value: Array) -> Array:
        """A parameter; one for each step has time in front."""
        if value.ndim == 3:
            return np.stack([self.parameter(each) for each in value])
        if value.shape[1] == 1:
            return {"n": value[:, 0], "n1": value, "1n": value.T}[self.vectors].copy()
        return (value.T if self.rows else value).copy()

    def sequence(self, value: Array) -> Array:
        """A sequence (time, units, batch)."""
        return self._turned(value, "TnB", self.sequences)

    def state(self, value: Array) -> Array:
        """A state of one step (units, batch)."""
        return self._turned(value, "nB", self.sequences.replace("T", ""))

    def _turned(self, value: Array, axes: str, wanted: str) -> Array:
        """An array with its axes in another order; that of a single sequence may be left out."""
        if self.has_batch:
            return np.einsum(f"{axes}->{wanted}", value).copy()
        alone = np.einsum(f"{axes[:-1]}->{wanted.rstrip('1')}", value[..., 0]).copy()
        return alone[..., None] if wanted.endswith("1") else alone


def back(value: Array, places: Array) -> Array | None:
    """The entries of a gradient, at the places that the equations give them; None when it has another shape.

    Axes of length one may be left out, or be there too many.

    Args:
        value: what was returned.
        places: in the caller's layout, at each entry its place, counted from 0.
    """
    if [size for size in value.shape if size != 1] != [size for size in places.shape if size != 1]:
        return None
    result = np.empty(places.size, dtype=value.dtype if value.dtype.kind == "f" else float)
    result[places.ravel()] = value.ravel()
    return result


def candidates(declared: str | Layout | None) -> Iterator[Layout]:
    """The layouts to try: the one that was declared, or all, the usual ones first.

    Args:
        declared: a layout, or its axes, and after a colon the side on which matrices stand, ``"Tn:xW"``.

    Raises:
        SelectionError: for the name of none.

    >>> next(candidates(None))
    Layout(sequences='TBn', rows=False, vectors='n')
    >>> print(next(candidates("BTn:xW")))
    sequences (batch, time, units), matrices on the right (x W), biases with one axis
    """
    if isinstance(declared, Layout):
        yield declared
        return
    axes, colon, side = (declared or "").partition(":")
    if (axes and axes not in SEQUENCES) or (colon and side not in SIDES):
        known = "; ".join(f"{name!r} is ({axes})" for name, axes in SEQUENCES.items())
        raise SelectionError(
            f"there is no layout {declared!r}",
            advice=f"{known}; ':xW' after it says that matrices stand on the right, ':Wx' on the left",
        )
    for sequences in [axes] if axes else SEQUENCES:
        usual = "n1" if sequences in ("TnB", "nBT", "Tn1") else "n"
        for vectors in dict.fromkeys((usual, *VECTORS)):
            for rows in [SIDES[side]] if side else SIDES.values():
                yield Layout(sequences, rows, vectors)


def as_array(value: Any) -> Array:
    """What a library of arrays calls an array, as one of NumPy's; gradients of PyTorch may be attached to a graph."""
    if isinstance(value, list | tuple):
        return np.asarray([as_array(each) for each in value])
    detached = value.detach() if hasattr(value, "detach") else value
    try:
        return np.asarray(detached)
    except (TypeError, ValueError, RuntimeError):
        if not hasattr(detached, "__dlpack__"):
            raise
        return np.from_dlpack(detached)
