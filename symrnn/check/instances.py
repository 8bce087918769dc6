"""Which numbers a statement is tried at: sizes and index values that satisfy its conditions, smallest first."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product as cartesian
from math import prod
from typing import Any, TypeAlias

import sympy as sp
from sympy.core.function import AppliedUndef
from sympy.core.relational import Relational

from symrnn.check.arithmetic import nonnegative
from symrnn.check.existence import needed, totals_in
from symrnn.derivation.inequality import Inequality
from symrnn.derivation.statement import Equation, size_symbols
from symrnn.errors import ProofError
from symrnn.recurrence import Recurrence

Compared: TypeAlias = Equation | Inequality
"""Statements with two sides, which hold or fail at numbers."""

Sizes: TypeAlias = dict[Any, int]
Indices: TypeAlias = dict[sp.Symbol, int]

INDEX_SPAN = 4
"""How far above its smallest value an index is tried."""

WIDER_SPAN = 12
"""The same, where no values within the first span satisfy the conditions."""

LARGEST_SIZE = 2
MAX_CHOICES = 2_000


@dataclass(frozen=True)
class Numbers:
    """One choice of index values and sizes.

    Args:
        indices: values of the free indices, and of those that totals run to, such as T.
        sizes: values of the sizes; widths that depend on an index by their name, as the largest that is drawn.
    """

    indices: Indices
    sizes: Sizes


def choices(equation: Compared, recurrence: Recurrence, largest_size: int = LARGEST_SIZE) -> list[Numbers]:
    """Numbers that satisfy the conditions of an equation, smallest indices first, then smallest sizes.

    >>> from symrnn.cells import Elman
    >>> from symrnn.expr import TotalJacobian
    >>> from symrnn.symbols import t
    >>> rnn = Elman()
    >>> J = TotalJacobian(rnn.h[t], rnn.W_hh)
    >>> choices(Equation(J, J, where=(t >= 3,)), rnn)[0]
    Numbers(indices={t: 3}, sizes={n: 1, m: 1, q: 1})
    """
    conditions = (*equation.where, *_of_existence(equation, recurrence))
    sizes = [s for s in _sizes(equation, recurrence, largest_size) if _are_allowed(s)]
    for span in (INDEX_SPAN, WIDER_SPAN):
        found = [
            Numbers(at, size)
            for at in _indices(equation, recurrence, conditions, span)
            for size in sizes
            if _satisfied(conditions, {**at, **size})
        ]
        if found:
            return found
    return []


def _of_existence(equation: Compared, recurrence: Recurrence) -> list[Relational]:
    """Conditions without which the terms of an equation do not exist, as far as they speak of free symbols."""
    free = {*index_symbols(equation, recurrence), *size_symbols_of(equation, recurrence)}
    out: list[Relational] = []
    try:
        for side in (*totals_in((equation.lhs, equation.rhs), recurrence), equation.lhs, equation.rhs):
            out.extend(c for c in needed(side, equation.where) if c.free_symbols <= free)
    except ProofError:
        pass  # something inside a sum does not exist everywhere: the evaluation will say so
    return out


def _satisfied(conditions: Sequence[Relational], numbers: dict[Any, int]) -> bool:
    rule = {symbol: sp.Integer(at) for symbol, at in numbers.items() if isinstance(symbol, sp.Symbol)}
    return all(condition.xreplace(rule) == sp.true for condition in conditions)


# -- indices -------------------------------------------------------------------------------------------------------


def index_symbols(equation: Compared, recurrence: Recurrence) -> list[sp.Symbol]:
    """The free indices of an equation and of the totals that it speaks of, in alphabetical order."""
    found = set(equation.indices)
    for side in (equation.lhs, equation.rhs):
        for symbol in side.atoms(sp.MatrixSymbol):
            total = recurrence.total(symbol.name)
            if total is not None:
                found |= {s for s in total.free_symbols if isinstance(s, sp.Symbol) and s.is_integer}
    sizes = set(size_symbols_of(equation, recurrence))
    return sorted(found - sizes, key=str)


def _indices(
    equation: Compared, recurrence: Recurrence, conditions: Sequence[Relational], span: int
) -> Iterator[Indices]:
    symbols = index_symbols(equation, recurrence)
    linked = [c for c in conditions if c.free_symbols <= set(symbols)]
    windows = {symbol: _window(symbol, conditions, _smallest(recurrence), span) for symbol in symbols}
    ranges = _lifted(windows, linked, span)
    while prod(len(r) for r in ranges) > MAX_CHOICES:
        ranges = [r[: max(1, len(r) - 1)] for r in ranges]
    lows = [min(r, default=0) for r in ranges]

    def size_of(choice: tuple[int, ...]) -> tuple[int, int, tuple[int, ...]]:
        above = [at - low for at, low in zip(choice, lows, strict=True)]
        return max(above, default=0), sum(above), choice

    for choice in sorted(cartesian(*ranges), key=size_of):
        at = dict(zip(symbols, choice, strict=True))
        if _satisfied(linked, at) and all(allows(symbol, value) for symbol, value in at.items()):
            yield at


def _smallest(recurrence: Recurrence) -> int:
    return min([0, *(d.sequence.first for d in recurrence.definitions)])


def _window(symbol: sp.Symbol, conditions: Sequence[Relational], smallest: int, span: int) -> range:
    """Values of one symbol, from the smallest that the conditions on it alone allow."""
    lows, highs = [], []
    for form in (f for c in conditions if c.free_symbols == {symbol} for f in nonnegative(c)):
        slope, rest = form.coeff(symbol), form.coeff(symbol, 0)
        if slope > 0:
            lows.append(int(sp.ceiling(-rest / slope)))
        else:
            highs.append(int(sp.floor(-rest / slope)))
    usual = 1 if symbol.is_positive else 0 if symbol.is_nonnegative else smallest
    if symbol.is_nonpositive:
        highs.append(0)
        usual = -span
    low = max(lows) if lows else min([usual, *highs])
    if symbol.is_nonnegative:
        low = max(low, usual)
    return range(low, min([low + span, *highs]) + 1)


def allows(symbol: sp.Symbol, number: Any) -> bool:
    """Tell whether a symbol may have a rational value by all that it was declared with.

    >>> allows(sp.Symbol("j", integer=True, odd=True), 2), allows(sp.Symbol("j", integer=True), 2)
    (False, True)
    """
    value = sp.Rational(number)
    return all(getattr(value, f"is_{name}") == wanted for name, wanted in symbol.assumptions0.items())


def _lifted(windows: dict[sp.Symbol, range], conditions: Sequence[Relational], span: int) -> list[range]:
    """Windows moved up as far as conditions between two symbols ask for: t >= k + 10 with k >= 3 makes t >= 13."""
    windows = dict(windows)
    for _ in windows:
        for form in (f for c in conditions if len(c.free_symbols) > 1 for f in nonnegative(c)):
            rising = [s for s in form.free_symbols if form.coeff(s) > 0]
            if len(rising) == 1 and all(windows[s] for s in form.free_symbols):
                others = {s: windows[s][0] for s in form.free_symbols if s != rising[0]}
                low = -form.coeff(rising[0], 0).xreplace(others) / form.coeff(rising[0])
                if low > windows[rising[0]][0]:
                    windows[rising[0]] = range(int(sp.ceiling(low)), int(sp.ceiling(low)) + span + 1)
    return list(windows.values())


# -- sizes ---------------------------------------------------------------------------------------------------------


def _sizes(equation: Compared, recurrence: Recurrence, largest: int) -> Iterator[Sizes]:
    """Sizes in the statement in all combinations; other sizes behind it once 1 and once as large as the largest."""
    stated = list(equation.sizes)
    other = [s for s in size_symbols_of(equation, recurrence) if s not in stated]
    windows = [_window(s, equation.where, 1, largest - 1) for s in stated]
    small = dict.fromkeys(other, 1)
    for choice in sorted(cartesian(*windows), key=lambda c: (max(c, default=0), sum(c), c)):
        yield {**dict(zip(stated, choice, strict=True)), **small, **_widths(recurrence, max([2, *choice]))}
    if other:
        most = [w[-1] for w in windows]
        yield {**dict(zip(stated, most, strict=True)), **dict.fromkeys(other, largest), **_widths(recurrence, 2)}
    if width_names(recurrence):
        most = [w[-1] for w in windows]
        yield {**dict(zip(stated, most, strict=True)), **small, **_widths(recurrence, 3)}


def _are_allowed(sizes: Sizes) -> bool:
    return all(allows(size, at) for size, at in sizes.items() if isinstance(size, sp.Symbol))


def _widths(recurrence: Recurrence, largest: int) -> Sizes:
    return dict.fromkeys(width_names(recurrence), largest)


def size_symbols_of(equation: Compared, recurrence: Recurrence) -> list[sp.Symbol]:
    """Symbols of sizes in an equation and in the definitions behind it, in alphabetical order."""
    bodies = [d.body for d in recurrence.definitions]
    found = {s for term in (equation.lhs, equation.rhs, *bodies) for s in size_symbols(term)}
    return sorted(found, key=str)


def width_names(recurrence: Recurrence) -> list[str]:
    """Names of sizes that depend on an index, such as d of d(l)."""
    return sorted({a.func.__name__ for d in recurrence.definitions for a in d.body.atoms(AppliedUndef)})
