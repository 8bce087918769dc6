"""What a sweep asks, and what it found."""

from __future__ import annotations

import json
import math
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from numbers import Integral, Real
from typing import Any, ClassVar, TypeAlias, TypeVar

import numpy as np

from symrnn.errors import LimitError, ParameterError, SelectionError

Place: TypeAlias = tuple[str | int | float, ...]
Row: TypeAlias = dict[str, Any]
Table: TypeAlias = list[tuple[str, ...]]

MOST_DRAWS = 1_000_000
"""Most draws of a sweep, over the whole grid."""
MOST_NUMBERS = 5_000_000
"""Most numbers that it finds: they are held in memory in the end, some 200 megabytes of them."""
DIGITS = 12
"""So many digits of a number are kept, fewer than processors agree on."""

T = TypeVar("T")


class Question(ABC):
    """What is asked at every draw: a frozen dataclass, since it is sent to other processes.

    Attributes:
        draws: how many there are at each place of the grid.
        seed: what is drawn follows from it, too.
        keys: what each row has.
    """

    keys: ClassVar[frozenset[str]]
    draws: int
    seed: int

    @abstractmethod
    def grid(self) -> Iterator[Place]:
        """The places, without the number of the draw."""

    @abstractmethod
    def row(self, at: Place) -> Row:
        """What is found at a draw, the last number of the place; it can be written as JSON."""

    def part(self, places: Sequence[Place]) -> Question:
        """What a worker has to know of it for these places."""
        return self

    @abstractmethod
    def described(self) -> dict[str, Any]:
        """The question in words and numbers: rows of equal questions may stand in one file."""

    @abstractmethod
    def table(self, rows: Sequence[Row]) -> Table:
        """A header, and a line for each place of the grid; the rows are in order."""

    @abstractmethod
    def as_expected(self, rows: Sequence[Row]) -> bool:
        """Whether nothing was found that speaks against what is known."""

    def places(self) -> Iterator[Place]:
        """Every draw, in order."""
        return ((*at, draw) for at in self.grid() for draw in range(self.draws))

    def __len__(self) -> int:
        """How many draws there are in all."""
        return self.draws * sum(1 for _ in self.grid())

    def seed_at(self, at: Place) -> int:
        """What is drawn at a place follows from this number, and it from the place alone.

        >>> from symrnn.sweeps import NormSweep
        >>> NormSweep().seed_at(("GRU", 8, 0.9, 1999)), NormSweep(seed=1).seed_at(("GRU", 8, 0.9, 1999))
        (3026449389091003, 4669921741491535)
        """
        key = np.random.SeedSequence([self.seed, *json.dumps(at).encode()])
        return int(key.generate_state(1, np.uint64)[0] >> np.uint64(11))  # it is a number of JavaScript's, too


@dataclass(frozen=True)
class Swept:
    """What a sweep found; print it for a table.

    Args:
        question: what was asked.
        rows: what was found at each draw, in order.
    """

    question: Question
    rows: tuple[Row, ...]

    @property
    def as_expected(self) -> bool:
        """Whether every bound holds that is proved, and every claim fares as it is expected to."""
        return self.question.as_expected(self.rows)

    def closest(self, count: int = 5) -> tuple[Row, ...]:
        """The rows of the largest values: those that come closest to the bound, or have the largest error."""
        told = [row for row in self.rows if row["value"] is not None]
        return tuple(sorted(told, key=lambda row: -row["value"])[:count])

    def __str__(self) -> str:
        lines = self.question.table(self.rows)
        widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
        return "\n".join("  ".join(map(str.ljust, line, widths)).rstrip() for line in lines)


def by_place(rows: Iterable[Row]) -> dict[Place, list[Row]]:
    """The rows of each place of the grid."""
    found: dict[Place, list[Row]] = {}
    for row in rows:
        found.setdefault(tuple(row["at"][:-1]), []).append(row)
    return found


def rounded(value: float) -> float | None:
    """A number to :data:`DIGITS` digits, as JSON has it; None for what is none.

    >>> rounded(1 / 3), rounded(float("inf"))
    (0.333333333333, None)
    """
    return float(f"{value:.{DIGITS}g}") if math.isfinite(value) else None


def several(what: str, given: Any, kind: type) -> tuple[Any, ...]:
    """What is given of a kind, one or several, each of them once.

    Raises:
        SelectionError: for none.
        ParameterError: for anything else.
    """
    found = (given,) if isinstance(given, kind) else tuple(given) if isinstance(given, Iterable) else (given,)
    if not found:
        raise SelectionError(f"no {what} is given", advice="give one or more")
    for each in found:
        if isinstance(each, bool) or not isinstance(each, kind):
            raise ParameterError(f"{what} = {each!r}", advice=f"give one {kind.__name__} or more")
    return tuple(each for at, each in enumerate(found) if each not in found[:at])


def choices(what: str, given: Any, kind: type, least: float, most: float) -> tuple[Any, ...]:
    """The numbers of an option, one or several; errors are those of :func:`several` and :func:`number`."""
    found = several(what, given, Integral if kind is int else Real)
    return tuple(number(what, value, kind, least, most) for value in found)


def number(what: str, value: Any, kind: type, least: float, most: float) -> Any:
    """A number of an option, as an int or a float.

    Raises:
        ParameterError: for what is not a number of that kind.
        LimitError: for one out of range.
    """
    if isinstance(value, bool) or not isinstance(value, Integral if kind is int else Real):
        raise ParameterError(f"{what} = {value!r}", advice=f"give {'a whole' if kind is int else 'a'} number")
    found = kind(value)
    if not least <= found <= most:
        raise LimitError(f"{what} = {value}", advice=f"use {least:g} to {most:g}")
    return found


def require_few(question: Question, numbers: int) -> None:
    """Refuse more draws, or more numbers at so many for each draw, than a sweep may have.

    Raises:
        LimitError: beyond :data:`MOST_DRAWS` and :data:`MOST_NUMBERS`.
    """
    count = len(question)
    most = min(MOST_DRAWS, MOST_NUMBERS // numbers)
    if count > most:
        advice = f"use at most {most}, as in draws={max(most * question.draws // count, 1)}"
        raise LimitError(f"{count} draws with {numbers} numbers each", advice=advice)
