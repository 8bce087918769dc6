"""What the symbols of a term stand for: sizes, index values, and matrices drawn when they are first asked for."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

import numpy as np
import sympy as sp
from sympy.core.function import AppliedUndef

from symrnn.errors import EvaluationError, LimitError
from symrnn.evaluate.scalars import scalar_value

Array = np.ndarray[Any, np.dtype[Any]]
Key = tuple[str, int | None]

MAX_SIZE = 512
"""Largest number of rows or columns that is evaluated."""

MAX_INDEX = 100_000
"""Largest time or layer that is evaluated."""


def draw_small(source: random.Random) -> Fraction:
    """A small integer, for counterexamples that can be checked by hand."""
    return Fraction(source.choice((1, 2, -1, 3, -2)))


def draw_fraction(source: random.Random) -> Fraction:
    """A fraction of modest size, for calculations with floating-point numbers."""
    return Fraction(source.randint(-1000, 1000), 800)


def draw_large(source: random.Random) -> Fraction:
    """An integer below 2**61, for identity testing modulo a prime."""
    return Fraction(source.randrange(2**61 - 1))


def filled(rows: int, cols: int, entry: Callable[[int, int], Any]) -> Array:
    """An object array from a function of row and column."""
    out = np.empty((rows, cols), dtype=object)
    for i in range(rows):
        for j in range(cols):
            out[i, j] = entry(i, j)
    return out


@dataclass
class Assignment:
    """Values of all symbols.

    Args:
        sizes: numbers of units, such as ``{n: 2}``; an applied function such as d(l) may be given as ``(name, l)``.
        indices: values of free indices, such as ``{t: 3}``.
        given: matrices that are not to be drawn, by name or by (name, index).
        seed: what the drawn matrices are determined by.
        draw: how an entry is drawn.
    """

    sizes: Mapping[Any, int] = field(default_factory=dict)
    indices: Mapping[sp.Symbol, int] = field(default_factory=dict)
    given: Mapping[Any, Array] = field(default_factory=dict)
    seed: int = 0
    draw: Callable[[random.Random], Fraction] = draw_small
    drawn: dict[Key, list[list[Fraction]]] = field(default_factory=dict)

    def size(self, size: sp.Expr, bound: Mapping[sp.Symbol, int]) -> int:
        """A number of rows or columns.

        Raises:
            EvaluationError: when a size has no value.
            LimitError: beyond :data:`MAX_SIZE`.
        """
        at = size.xreplace({**self.sizes_of_functions(size, bound), **self._integers(self.sizes)})
        if not at.is_Integer:
            raise EvaluationError(f"the size {size} has no value", advice="give it in sizes")
        if not 0 <= at <= MAX_SIZE**2:
            raise LimitError(f"a matrix with {at} rows or columns", advice=f"the limit is {MAX_SIZE}")
        return int(at)

    def sizes_of_functions(self, size: sp.Expr, bound: Mapping[sp.Symbol, int]) -> dict[sp.Expr, sp.Integer]:
        """Values of sizes that depend on an index, such as the width d(l) of a layer."""
        out = {}
        for applied in size.atoms(AppliedUndef):
            name, at = applied.func.__name__, self.index(applied.args[0], bound)
            chosen = self.sizes.get((name, at))
            if chosen is None:
                largest = self.sizes.get(name, 3)
                chosen = random.Random(f"{self.seed}:{name}:{at}").randint(1, largest)
            out[applied] = sp.Integer(chosen)
        return out

    def index(self, index: sp.Expr, bound: Mapping[sp.Symbol, int]) -> int:
        """The value of an index expression.

        Raises:
            EvaluationError: when it names a symbol without a value, or is no integer.
            LimitError: beyond :data:`MAX_INDEX`.
        """
        at = index.xreplace(self._integers({**self.indices, **bound}))
        at = at.xreplace(self._integers(self.sizes)) if at.free_symbols else at
        if not at.is_Integer:
            raise EvaluationError(f"the index {index} has no integer value", advice="give its symbols in indices")
        if abs(at) > MAX_INDEX:
            raise LimitError(f"the index {at}", advice=f"the limit is {MAX_INDEX}")
        return int(at)

    @staticmethod
    def _integers(values: Mapping[Any, int]) -> dict[sp.Symbol, sp.Integer]:
        return {symbol: sp.Integer(v) for symbol, v in values.items() if isinstance(symbol, sp.Symbol)}

    def matrix(self, name: str, index: int | None, rows: int, cols: int, system: Any) -> Array:
        """The matrix of a name (and index): given, or drawn once and for all."""
        given = self.given.get((name, index), self.given.get(name) if index is None else None)
        if given is not None:
            array = np.asarray(given, dtype=object).reshape(rows, cols)
            return filled(rows, cols, lambda i, j: _converted(array[i, j], system))
        key = (name, index)
        if key not in self.drawn:
            source = random.Random(f"{self.seed}:{name}:{index}")
            self.drawn[key] = [[self.draw(source) for _ in range(cols)] for _ in range(rows)]
        entries = self.drawn[key]
        return filled(rows, cols, lambda i, j: system.number(entries[i][j]))


def _converted(entry: Any, system: Any) -> Any:
    """An entry that was given, as a number of the system; numbers that are in it already stay."""
    if isinstance(entry, int | np.integer):
        return system.number(Fraction(int(entry)))
    if isinstance(entry, Fraction):
        return system.number(entry)
    if isinstance(entry, sp.Rational):
        return scalar_value(entry, {}, system)
    return entry
