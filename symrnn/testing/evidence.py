"""What a backward pass gave at some numbers, beside the proved gradients."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from symrnn.testing.program import Array, Draw, Gradients

SMALL = 1e-4
"""How small a gradient has to be beside the largest one to be compared with that."""

LEAST = 1e-9
"""The least error of a gradient by which it is decided how finely lines are compared."""


@dataclass(frozen=True)
class Evidence:
    """What a backward pass gave at some numbers.

    Args:
        drawn: the numbers.
        right: the proved gradients.
        found: what was returned, as far as it was.
        tolerance: the largest relative difference that is one of rounding.
    """

    drawn: Draw
    right: Gradients
    found: Gradients
    tolerance: float

    @property
    def wrong(self) -> tuple[str, ...]:
        """The gradients that differ."""
        return tuple(name for name in self.found if not self.agrees(name, self.right[name]))

    def agrees(self, name: str, value: Any) -> bool:
        """Whether a gradient that was returned is a value, up to rounding."""
        return close(self.found[name], value, self.allowed(value))

    def allowed(self, value: Array) -> float:
        """The largest difference from a gradient that is one of rounding.

        It is relative to its largest entry; if that is next to nothing beside the others, as it is when they cancel
        out, to a small part of the largest of all.
        """
        return self.tolerance * max(SMALL * self.largest, float(np.max(np.abs(value), initial=0.0)))

    @cached_property
    def largest(self) -> float:
        """The largest entry of all the proved gradients."""
        return max(float(np.max(np.abs(value), initial=0.0)) for value in self.right.values())

    @property
    def nearest(self) -> float:
        """How far the least wrong gradient is off, in parts of what counts; never below what any sum is off."""
        apart = (
            float(np.max(np.abs(self.found[name] - self.right[name]))) * self.tolerance / self.allowed(self.right[name])
            for name in self.wrong
        )
        return max(min((each for each in apart if np.isfinite(each)), default=1.0), LEAST)

    def explained(self, gradients: Gradients | None, names: Iterable[str]) -> bool:
        """Whether what was returned by some names is what another pass gives."""
        return gradients is not None and all(self.agrees(name, gradients[name]) for name in names if name in self.found)


def close(one: Any, other: Any, allowed: float) -> bool:
    """Whether two arrays differ by what is allowed at most.

    >>> close([1.0, 1e-12], [1.0, 0.0], 1e-9), close([1.0, float("nan")], [1.0, 0.0], 1e-9)
    (True, False)
    """
    first, second = np.asarray(one), np.asarray(other)
    with np.errstate(invalid="ignore"):
        return first.shape == second.shape and bool(np.all(np.abs(first - second) <= allowed))


__all__ = ["Evidence", "close"]
