"""How people lay out arrays: which axis is time, which the batch; W x or x W; biases with one axis or two."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from symrnn.errors import SelectionError
from symrnn.testing.program import Array

SEQUENCES = {
    "TBn": "time, batch, units",
    "BTn": "batch, time, units",
    "TnB": "time, units, batch",
    "Tn": "time, units",
    "Tn1": "time, units, 1",
}
"""The axes of a sequence of inputs or states; the last two are of one sequence alone."""

VECTORS = {"n": "one axis", "n1": "a column", "1n": "a row"}
"""The shapes of biases and of other parameters with one column."""


@dataclass(frozen=True)
class Layout:
    """How the arrays of a backward pass are laid out.

    Args:
        sequences: a key of ``SEQUENCES``; states of one step have the same axes without time.
        rows: whether states are rows, so that a matrix stands transposed and on the right, x W.
        vectors: a key of ``VECTORS``.

    >>> print(Layout("BTn", rows=True))
    sequences (batch, time, units), matrices on the right (x W), biases with one axis
    """

    sequences: str = "TBn"
    rows: bool = False
    vectors: str = "n"

    @property
    def has_batch(self) -> bool:
        """Whether there are several sequences."""
        return "B" in self.sequences

    def __str__(self) -> str:
        side = "on the right (x W)" if self.rows else "on the left (W x)"
        vectors = {"n": "with one axis", "n1": "as columns", "1n": "as rows"}[self.vectors]
        return f"sequences ({SEQUENCES[self.sequences]}), matrices {side}, biases {vectors}"

    def joined(self, values: list[Array]) -> Array:
        """Parameters of several gates, one below the other; beside each other where matrices stand on the right."""
        axis = (
            values[0].ndim - 1
            if self.rows or (values[0].ndim == 2 and self.vectors == "1n" and len(values[0]) == 1)
            else 0
        )
        return np.concatenate(values, axis=axis)

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
        if self.sequences == "Tn":
            return value[:, :, 0].copy()
        axes = {"TBn": (0, 2, 1), "BTn": (2, 0, 1)}.get(self.sequences, (0, 1, 2))
        return np.transpose(value, axes).copy()

    def state(self, value: Array) -> Array:
        """A state of one step (units, batch)."""
        if self.sequences == "Tn":
            return value[:, 0].copy()
        return (value.T if self.sequences in ("TBn", "BTn") else value).copy()


def back(value: Array, places: Array) -> Array | None:
    """The entries of a gradient, at the places that the equations give them; None when it has another shape.

    Axes of length one may be left out, or be there too many.

    Args:
        value: what was returned.
        places: in the caller's layout, at each entry its place, counted from 0.
    """
    if [size for size in value.shape if size > 1] != [size for size in places.shape if size > 1]:
        return None
    result = np.empty(places.size, dtype=value.dtype if value.dtype.kind == "f" else float)
    result[places.ravel()] = value.ravel()
    return result


def candidates(declared: str | Layout | None) -> Iterator[Layout]:
    """The layouts to try: the one that was declared, or all, the usual ones first.

    Raises:
        SelectionError: for the name of none.

    >>> next(candidates(None))
    Layout(sequences='TBn', rows=False, vectors='n')
    >>> [str(each)[:9] for each in candidates("Tn")][0]
    'sequences'
    """
    if isinstance(declared, Layout):
        yield declared
        return
    if declared is not None and declared not in SEQUENCES:
        known = "; ".join(f"{name!r} is ({axes})" for name, axes in SEQUENCES.items())
        raise SelectionError(f"there is no layout {declared!r}", advice=known)
    for sequences in SEQUENCES if declared is None else [declared]:
        usual = "n1" if sequences in ("TnB", "Tn1") else "n"
        for vectors in dict.fromkeys((usual, *VECTORS)):
            for rows in (False, True):
                yield Layout(sequences, rows, vectors)


def as_array(value: Any) -> Array:
    """What a library of arrays calls an array, as one of NumPy's; gradients of PyTorch may be attached to a graph."""
    detached = value.detach() if hasattr(value, "detach") else value
    try:
        return np.asarray(detached)
    except (TypeError, ValueError, RuntimeError):
        if not hasattr(detached, "__dlpack__"):
            raise
        return np.from_dlpack(detached)
