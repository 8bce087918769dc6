"""What the symbols of a term stand for: sizes, index values, and matrices drawn when they are first asked for."""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from functools import lru_cache
from typing import Any, TypeAlias

import numpy as np
import sympy as sp
from sympy.core.function import AppliedUndef
from sympy.core.sympify import _sympify
from sympy.matrices.expressions import MatrixSymbol

from symrnn.errors import EvaluationError, IndexRangeError, LimitError, ShapeError, SymbolClashError
from symrnn.evaluate.arrays import Array, filled
from symrnn.evaluate.scalars import scalar_value
from symrnn.evaluate.systems import System
from symrnn.evaluate.undefined import OutsideHypothesesError
from symrnn.expr import Differential, Element, ImmediateJacobian

Key: TypeAlias = tuple[str, int | None]
Bound: TypeAlias = dict[sp.Symbol, int]
Draw: TypeAlias = Callable[[random.Random], Fraction]

MAX_ENTRIES = 200_000
"""Most entries of one matrix that is evaluated; dh/dW of n = 58 units has nearly as many."""

MAX_INDEX = 100_000
"""Largest time or layer that is evaluated."""


def draw_small(source: random.Random) -> Fraction:
    """A small integer other than 0, for counterexamples that can be checked by hand."""
    return Fraction(source.choice((1, 2, -1, 3, -2)))


def draw_fraction(source: random.Random) -> Fraction:
    """A fraction of modest size, for calculations with floating-point numbers."""
    return Fraction(source.randint(-1000, 1000), 800)


def draw_large(source: random.Random) -> Fraction:
    """An integer below 2**61 - 1, for identity testing modulo that prime."""
    return Fraction(source.randrange(2**61 - 1))


def at_numbers(term: sp.Basic, numbers: Mapping[Any, int]) -> Any:
    """A term with integers in the place of the symbols that have one; the same few terms are asked for often.

    >>> t, k = sp.symbols("t k", integer=True)
    >>> at_numbers(t - k >= 1, {t: 3, k: 1}), at_numbers(t - k, {t: 3})
    (True, 3 - k)
    """
    return replaced(term, numbers_in(term, numbers))


def numbers_in(term: sp.Basic, numbers: Mapping[Any, int]) -> tuple[tuple[sp.Basic, int], ...]:
    """The symbols of a term that have a number, each with it: what else has one makes no difference to the term.

    >>> t, k = sp.symbols("t k", integer=True)
    >>> numbers_in(t + 1, {t: 3, k: 1})
    ((t, 3),)
    """
    return tuple([(symbol, numbers[symbol]) for symbol in _symbols(term) if symbol in numbers]) if numbers else ()


@lru_cache(maxsize=10_000)
def replaced(term: sp.Basic, numbers: tuple[tuple[sp.Basic, int], ...]) -> Any:
    """A term with integers in the place of symbols."""
    return term.xreplace({symbol: sp.Integer(at) for symbol, at in numbers})


@lru_cache(maxsize=10_000)
def _symbols(term: sp.Basic) -> tuple[sp.Basic, ...]:
    return tuple(term.free_symbols)


def beyond(index: sp.Basic, at: int) -> LimitError:
    """The refusal of an index beyond :data:`MAX_INDEX`."""
    return LimitError(f"the index {index} is {at}", advice=f"the limit is {MAX_INDEX}")


def label(key: Key) -> str:
    """A key in print.

    >>> label(("W_hh", None)), label(("h", 0))
    ('W_hh', 'h_0')
    """
    name, index = key
    return name if index is None else f"{name}_{index}"


class Derived(str):
    """The name of a slope, or of a differential, which knows what it is of.

    Args:
        of: the key of the quantity.
        wrt: by what it is derived; None for a differential.

    >>> Derived(("ell", 2), ("y", 2)), Derived(("W_hh", None))
    ('dell_2/dy_2', 'dW_hh')
    """

    of: Key
    wrt: Key | None

    def __new__(cls, of: Key, wrt: Key | None = None) -> Derived:
        """The name, from the keys."""
        self = super().__new__(cls, f"d{label(of)}" + ("" if wrt is None else f"/d{label(wrt)}"))
        self.of, self.wrt = of, wrt
        return self

    def __getnewargs__(self) -> tuple[Any, ...]:
        """Copies are made as the name was, not of its text."""
        return self.of, self.wrt


def key_of(quantity: Any) -> Key:
    """The key under which a matrix is kept.

    Args:
        quantity: a name, a pair (name, index), a matrix symbol, an element at a numeric index, its differential
            (the direction in which it moves), or the immediate Jacobian of a generic function (its slope).

    Raises:
        EvaluationError: for anything else.

    >>> from symrnn.cells import Elman
    >>> rnn = Elman()
    >>> key_of(rnn.h[0]), key_of(ImmediateJacobian(rnn.ell[2], rnn.y[2])), key_of(Differential(rnn.W_hh))
    (('h', 0), ('dell_2/dy_2', None), ('dW_hh', None))
    """
    match quantity:
        case str():
            return (quantity, None)
        case (str() as name, None | int() as index):
            return (name, index)
        case Element() if quantity.index.is_Integer:
            return (quantity.name, int(quantity.index))
        case MatrixSymbol():
            return (str(quantity.name), None)
        case ImmediateJacobian():
            return (Derived(key_of(quantity.of), key_of(quantity.wrt)), None)
        case Differential():
            return (Derived(key_of(quantity.of)), None)
    raise EvaluationError(
        f"{quantity} cannot be given a value", advice="give matrices by symbol, by name or by (name, index)"
    )


@dataclass
class Assignment:
    """Values of all symbols.

    Args:
        sizes: numbers of units, such as ``{n: 2}``; of a size d(l) that depends on a layer, the largest that is drawn,
            as ``{"d": 3}``, or the one of a layer, as ``{("d", 1): 2}``.
        indices: values of free indices, such as ``{t: 3}``.
        given: matrices that are not to be drawn, by whatever :func:`key_of` takes; nested lists or arrays of numbers,
            of the shape of the matrix, or flat for a column.
        seed: what the drawn matrices are determined by.
        draw: how an entry is drawn.
        most: entries of a matrix at most.
        meant: what gives a matrix its value before it is drawn, by the evaluator, the name and the index; None where
            nothing does.

    Raises:
        EvaluationError: for a key that names no matrix.

    >>> from symrnn.cells import Elman
    >>> from symrnn.evaluate import Rationals
    >>> rnn = Elman()
    >>> drawn = Assignment(seed=1).matrix("h", 0, 3, 1, Rationals()).tolist()
    >>> drawn == Assignment(seed=1).matrix("h", 0, 3, 1, Rationals()).tolist()
    True
    >>> Assignment(given={rnn.h[0]: [1, 2]}).matrix("h", 0, 2, 1, Rationals()).tolist()
    [[1], [2]]
    """

    sizes: Mapping[Any, int] = field(default_factory=dict)
    indices: Mapping[sp.Symbol, int] = field(default_factory=dict)
    given: Mapping[Any, Any] = field(default_factory=dict)
    seed: int = 0
    draw: Draw = draw_small
    most: int = MAX_ENTRIES
    drawn: dict[Key, list[list[Fraction]]] = field(default_factory=dict)
    widths: dict[tuple[str, int], int] = field(default_factory=dict)
    meant: Callable[[Any, str, int | None], Array | None] | None = None
    meanings: dict[Key, Array] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.given = {key_of(quantity): value for quantity, value in self.given.items()}
        numbers = {**self.sizes, **self.indices}
        self._integers = {s: v for s, v in numbers.items() if isinstance(s, sp.Symbol)}

    # -- sizes and indices ---------------------------------------------------------------------------------

    def shape(self, term: Any, bound: Mapping[sp.Symbol, int]) -> tuple[int, int]:
        """Numeric shape of a term.

        Raises:
            EvaluationError: when a size has no value.
            IndexRangeError: for a size that is not positive.
            LimitError: for more entries than ``most``.
        """
        rows, cols = (self.size(size, bound) for size in term.shape)
        if rows * cols > self.most:
            raise LimitError(
                f"a matrix of {rows} x {cols} entries is too large to evaluate",
                where=str(term)[:80],
                advice=f"the limit is {self.most} entries",
            )
        return rows, cols

    def size(self, size: sp.Expr, bound: Mapping[sp.Symbol, int]) -> int:
        """A number of rows or columns; errors as for :meth:`shape`."""
        at = self._known(size, bound)
        if at is None:
            found = _sympify(at_numbers(size.xreplace(self._widths(size, bound)), {**self._integers, **bound}))
            if not found.is_Integer:
                raise EvaluationError(f"the size {size} has no value", advice="give it in sizes")
            at = int(found)
        if at < 1:
            raise IndexRangeError(f"the size {size} is {at}", advice="use sizes >= 1")
        return at

    def _widths(self, size: sp.Expr, bound: Mapping[sp.Symbol, int]) -> dict[sp.Expr, sp.Integer]:
        """Values of sizes that depend on an index, such as the width d(l) of a layer."""
        out = {}
        for applied in size.atoms(AppliedUndef):
            name, at = applied.func.__name__, self.index(applied.args[0], bound)
            out[applied] = sp.Integer(self.width(name, at))
        return out

    def width(self, name: str, at: int) -> int:
        """The width of one layer, given or drawn."""
        chosen = self.sizes.get((name, at))
        if chosen is None:
            chosen = random.Random(f"{self.seed}:{name}:{at}").randint(1, self.sizes.get(name, 3))
        self.widths[name, at] = int(chosen)
        return int(chosen)

    def index(self, index: sp.Expr, bound: Mapping[sp.Symbol, int]) -> int:
        """The value of an index expression.

        Raises:
            EvaluationError: when it names a symbol without a value, or is not an integer.
            LimitError: beyond :data:`MAX_INDEX`.
        """
        at = self._known(index, bound)
        if at is None:
            found = replaced(index, self.numbers_in(index, bound))
            if found.is_Rational and not found.is_Integer:
                raise EvaluationError(f"the index {index} is {found}, which is not an integer")
            if not found.is_Integer:
                raise EvaluationError(f"the index {index} has no integer value", advice="give its symbols in indices")
            at = int(found)
        if abs(at) > MAX_INDEX:
            raise beyond(index, at)
        return at

    def _known(self, expression: sp.Expr, bound: Mapping[sp.Symbol, int]) -> int | None:
        """The value of a number or a symbol, at once, and as Python's own number: most sizes and indices are one."""
        if expression.is_Integer:
            return int(expression)
        found = bound.get(expression, self._integers.get(expression))
        return None if found is None else int(found)

    def numbers_in(self, term: sp.Basic, bound: Mapping[sp.Symbol, int]) -> tuple[tuple[sp.Basic, int], ...]:
        """The sizes and indices in a term, free and bound, each with its number."""
        return numbers_in(term, {**self._integers, **bound})

    def numbers(self, bound: Mapping[sp.Symbol, int]) -> dict[sp.Symbol, sp.Integer]:
        """Sizes and indices, free and bound, as SymPy numbers."""
        return {symbol: sp.Integer(at) for symbol, at in {**self._integers, **bound}.items()}

    # -- matrices ------------------------------------------------------------------------------------------

    def number(self, symbol: sp.Symbol, system: System) -> Any:
        """The value of a free scalar, drawn with a sign that its symbol allows.

        Raises:
            OutsideHypothesesError: when a value is given that the symbol cannot have.

        >>> from symrnn.evaluate import Rationals
        >>> c = sp.Symbol("c", positive=True)
        >>> all(Assignment(seed=seed).number(c, Rationals()) > 0 for seed in range(20))
        True
        """
        key: Key = (symbol.name, None)
        if key in self.given and not _may_be(symbol, self.given[key]):
            raise OutsideHypothesesError(f"{symbol} cannot be {self.given[key]}")
        value = self.matrix(symbol.name, None, 1, 1, system)[0, 0]
        if key not in self.drawn:  # given, or a symbol of its own
            return value
        self.drawn[key] = [[_with_sign(symbol, self.drawn[key][0][0])]]
        return system.number(self.drawn[key][0][0])

    def matrix(self, name: str, index: int | None, rows: int, cols: int, system: System) -> Array:
        """The matrix of a name (and index): given, or drawn once and for all.

        Raises:
            ShapeError: when a given matrix has another shape.
        SymbolClashError: when the name was drawn at another shape.
            EvaluationError: when an entry of it is not a number of the system.
        """
        key = (name, index)
        if key in self.given:
            entries = _as_matrix(self.given[key], rows, cols, label(key))
            return filled(rows, cols, lambda i, j: _converted(entries[i, j], system, label(key)))
        if key not in self.drawn:
            source = random.Random(f"{self.seed}:{name}:{index}")
            self.drawn[key] = [[self.draw(source) for _ in range(cols)] for _ in range(rows)]
        drawn = self.drawn[key]
        if (len(drawn), len(drawn[0])) != (rows, cols):
            raise SymbolClashError(
                f"{label(key)} is the name of a matrix of {len(drawn)} x {len(drawn[0])} and of one of {rows} x {cols}",
                advice="rename one of them",
            )
        return filled(rows, cols, lambda i, j: system.number(drawn[i][j]))


def _with_sign(symbol: sp.Symbol, drawn: Fraction) -> Fraction:
    if symbol.is_nonnegative:
        drawn = abs(drawn)
    if symbol.is_nonpositive:
        drawn = -abs(drawn)
    return Fraction(-1 if symbol.is_negative else 1) if symbol.is_nonzero and drawn == 0 else drawn


def _may_be(symbol: sp.Symbol, given: Any) -> bool:
    """Whether a rational number that was given is of the sign that a symbol asks for; of others nothing is known."""
    entry = np.asarray(given, dtype=object).ravel()[0]
    return not isinstance(entry, int | Fraction) or _with_sign(symbol, Fraction(entry)) == entry


def _as_matrix(value: Any, rows: int, cols: int, name: str) -> Array:
    """A given value as an array of the shape that its name has."""
    array = np.asarray(value.tolist() if hasattr(value, "tolist") else value, dtype=object)
    if any(isinstance(entry, list | tuple | np.ndarray) for entry in array.ravel()):
        raise ShapeError(f"the rows of {name} have different lengths")
    flat = (cols == 1 and array.shape == (rows,)) or (rows == cols == 1 and array.shape == ())
    if array.shape != (rows, cols) and not flat:
        shape = " x ".join(map(str, array.shape)) or "a number"
        raise ShapeError(f"{name} is given as {shape}, but it is {rows} x {cols}")
    return array.reshape(rows, cols)


def _converted(entry: Any, system: System, name: str) -> Any:
    """An entry that was given, as a number of the system; numbers that are in it already stay."""
    if isinstance(entry, float | np.floating) and not math.isfinite(entry):
        raise EvaluationError(f"{name} has the entry {entry}", advice="give finite numbers")
    if isinstance(entry, np.generic):
        entry = entry.item()
    if isinstance(entry, int | float | Fraction):
        return system.number(Fraction(entry))
    if isinstance(entry, sp.Expr) and not isinstance(system.number(Fraction(0)), sp.Expr):
        return scalar_value(entry, {}, system)
    if isinstance(entry, str):
        raise EvaluationError(f"{name} has the text {entry!r} as an entry", advice="give numbers or fractions")
    return entry
