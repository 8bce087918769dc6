"""Where the values of a forward loop cease to be the quantity that they were, and what is made of them is wrong."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from symrnn.testing.proved import Proved
from symrnn.testing.tracing import Assigned

Turns = Sequence[tuple[Assigned, Iterable[str]]]
"""What one line assigned in turn, each with what it is called there."""

STEADY = 2
"""For how many turns a value has been a quantity that it should go on to be: a sum is its first summand only once."""


def departure(turns: Turns, proved: Proved) -> tuple[int, str] | None:
    """The first turn at which a line no longer assigns the quantity that it has begun with, and that quantity.

    A quantity has to go on with its index, from turn to turn, forwards or backwards.
    """
    begun = [name for name in turns[0][1] if proved.indices(turns[0][0].value, name)]
    lasting = [(_lasts(turns, name, proved), name) for name in begun]
    longest, name = max(lasting, default=(0, ""))
    return (longest, name) if 0 < longest < len(turns) else None


def _lasts(turns: Turns, name: str, proved: Proved) -> int:
    """For how many turns a line has assigned a quantity with the indices that follow on each other."""
    found = [(each.turn, proved.indices(each.value, name)) for each, _ in turns]
    first, starts = found[0]
    return max(_steady(found, first, start, way) for start in starts for way in (1, -1))


def _steady(found: Sequence[tuple[int, set[int]]], first: int, start: int, way: int) -> int:
    fits = [start + way * (turn - first) in indices for turn, indices in found]
    return fits.index(False) if False in fits else len(fits)


__all__ = ["STEADY", "departure"]
