"""How exactly a backward pass computes: what it is handed, and what it returns, say in which precision."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from symrnn.testing.program import Array

ROUNDING = {"d": 1e-8, "f": 1e-3, "e": 3e-2}
"""The largest relative difference that is taken for rounding, by the code of NumPy's type."""

SINGLE = 3e-5
"""The largest relative difference that float32 would make in sums like these; slips are seldom as small."""

EXACT = 1e-12
"""The relative difference that every sum in float32 is above, and hardly one in float64."""


def tolerance_of(found: Mapping[str, Array], handed: Iterable[Any]) -> float:
    """The relative difference that is taken for rounding, by the lowest precision that can be seen.

    Numbers that are all of single precision have been computed in it, even where they come as a list, or as float64.

    Args:
        found: what was returned.
        handed: arrays as the pass was given them.

    >>> third = np.ones(2, np.float32) / 3
    >>> tolerance_of({"W": np.ones(2) / 3}, []), tolerance_of({"W": third.astype(float)}, [])
    (1e-08, 0.001)
    >>> tolerance_of({"W": np.ones(2) / 3}, [third])
    0.001
    """
    types = [value.dtype.char for value in (*found.values(), *handed)]
    numbers = np.concatenate([np.ravel(value) for value in found.values()] or [np.zeros(1)])
    with np.errstate(all="ignore"):  # what is wrong may be no number, or too large
        single = numbers.astype(np.float32) == numbers
    if single.all() and numbers.any() and not np.array_equal(numbers, np.round(numbers)):
        types.append("f")
    return max((ROUNDING.get(each, ROUNDING["d"]) for each in types), default=ROUNDING["d"])


def finest(tolerance: float) -> float:
    """The least relative difference by which lines are compared, in the precision that a tolerance is meant for.

    >>> finest(1e-8), finest(1e-3)
    (1e-12, 1e-05)
    """
    return EXACT if tolerance <= ROUNDING["d"] else tolerance / 100


__all__ = ["EXACT", "ROUNDING", "SINGLE", "finest", "tolerance_of"]
