"""Which numbers a statement is tried at: sizes and index values that satisfy its conditions, smallest first."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product as cartesian
from math import prod
from typing import Any, TypeAlias

import sympy as sp
from sympy.core.function import AppliedUndef
from sympy.core.relational import Relational
from sympy.matrices.expressions import MatrixExpr

from symrnn.check.proving.arithmetic import bounds, nonnegative
from symrnn.derivation.inequality import Inequality
from symrnn.derivation.statement import Equation, size_symbols
from symrnn.evaluate.assignment import at_numbers
from symrnn.expr import Apply, Binder, Element
from symrnn.expr.parts import parts_of
from symrnn.recurrence import Recurrence

Compared: TypeAlias = Equation | Inequality
"""Statements with two sides, which hold or fail at numbers."""

Sizes: TypeAlias = dict[Any, int]
Indices: TypeAlias = dict[sp.Symbol, int]

INDEX_SPAN = 4
"""How far above its smallest value an index is tried."""

BELOW = 2
"""How far below all that is defined an index without a lower bound is tried."""

WIDER_SPAN = 12
"""The same, where no values within the first span satisfy the conditions."""

FAR = (5, 7, 11, 17, 25, 37)
"""How far from its least value an index is tried before an equation is said to hold at numbers."""

LARGE = (4, 6, 9)
"""The sizes at which it is tried then."""

DRAWS_APART = 400
MOST_APART = 14
"""How many such numbers there are at most; most of those that are drawn satisfy no narrow condition."""

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
    """Numbers that satisfy the stated conditions, and no others: smallest indices first, then smallest sizes.

    An index begins at its least value, or counts down from its largest one; without either it is tried on both sides
    of 0. What has no value at one of these numbers is for the evaluation to tell.

    >>> from symrnn.cells import Elman
    >>> from symrnn.expr import TotalJacobian
    >>> from symrnn.symbols import t
    >>> rnn = Elman()
    >>> J = TotalJacobian(rnn.h[t], rnn.W_hh)
    >>> choices(Equation(J, J, where=(t >= 3,)), rnn)[0]
    Numbers(indices={t: 3}, sizes={n: 1, m: 1, q: 1})
    """
    conditions = equation.where
    lengths = _hidden_lengths(equation, recurrence)
    largest_size += _below_sizes(equation)
    sizes = [s for s in _sizes(equation, recurrence, largest_size) if _are_allowed(s)]
    for span in (INDEX_SPAN, WIDER_SPAN):
        found = [
            Numbers(at, size)
            for at in _indices(equation, recurrence, conditions, span)
            for size in sizes
            if _satisfied(conditions, {**at, **size}) and _exist(lengths, {**at, **size})
        ]
        if found:
            return found
    return []


def _hidden_lengths(equation: Compared, recurrence: Recurrence) -> list[sp.Expr]:
    """What has to be >= 0 of an index, such as T, that the statement itself does not speak of.

    It is how many terms totals have, and how far behind its first element another sequence begins with one.
    """
    stated = set(equation.indices)
    lengths = [sum_.length for total in _totals(equation, recurrence) for sum_ in total.atoms(Binder)]
    begun = (used for each in recurrence.graph.begun.values() for used in each if isinstance(used, Element))
    lengths += [used.index - (recurrence.first_index(used.name) or 0) for used in begun]
    return [length for length in lengths if length.free_symbols and not length.free_symbols & stated]


def _exist(lengths: Sequence[sp.Expr], numbers: dict[Any, int]) -> bool:
    """Whether totals of such lengths have a range."""
    return all(at_numbers(length, numbers) >= 0 for length in lengths)


def _totals(equation: Compared, recurrence: Recurrence) -> list[MatrixExpr]:
    """What stands for the totals in an equation."""
    names = {symbol.name for side in (equation.lhs, equation.rhs) for symbol in side.atoms(sp.MatrixSymbol)}
    return [total for total in map(recurrence.total, sorted(names)) if total is not None]


def _satisfied(conditions: Sequence[Relational], numbers: dict[Any, int]) -> bool:
    return all(at_numbers(condition, numbers) == sp.true for condition in conditions)


def _below_sizes(equation: Compared) -> int:
    """How many indices are compared with sizes, as in i < n: sizes have to be so much larger to tell these apart."""
    sizes = set(equation.sizes)
    compared = (c.free_symbols - sizes for c in equation.where if c.free_symbols & sizes)
    return len(set[sp.Basic]().union(*compared))


def spread(equation: Compared, recurrence: Recurrence, seed: int) -> list[Numbers]:
    """Some larger numbers that satisfy the stated conditions, far from each other.

    What holds at all small numbers may still fail at larger ones: k (k - 1) (k - 2) is 0 for k < 3.

    >>> from symrnn.cells import Elman
    >>> from symrnn.symbols import t
    >>> rnn = Elman()
    >>> [numbers.indices[t] for numbers in spread(Equation(rnn.h[t], rnn.h[t], where=(t >= 3,)), rnn, 0)][:6]
    [8, 10, 14, 20, 28, 40]
    """
    source = random.Random(seed)
    symbols, numbers = index_symbols(equation, recurrence), _at_distances(equation, recurrence)
    drawn = [numbers(lambda far=far: far, lambda: 2) for far in FAR] if symbols else []  # type: ignore[misc]
    drawn += [numbers(lambda: 2, lambda size=size: size) for size in LARGE]  # type: ignore[misc]
    drawn += [
        numbers(lambda: source.randint(0, FAR[-1]), lambda: source.randint(1, LARGE[-1])) for _ in range(DRAWS_APART)
    ]
    lengths = _hidden_lengths(equation, recurrence)
    allowed = [each for each in drawn if _is_allowed(each, equation.where, lengths)]
    return allowed[:MOST_APART]


def _at_distances(
    equation: Compared, recurrence: Recurrence
) -> Callable[[Callable[[], int], Callable[[], int]], Numbers]:
    """What makes numbers of a distance for each index, from where it starts, and of each size."""
    sizes = size_symbols_of(equation, recurrence)
    starts = {symbol: _start(symbol, equation.where) for symbol in index_symbols(equation, recurrence)}

    def numbers(distance: Callable[[], int], size: Callable[[], int]) -> Numbers:
        at = {s: start + way * distance() for s, (start, way) in starts.items()}
        chosen = {s: size() for s in sizes}
        return Numbers(at, {**chosen, **_widths(recurrence, max([2, *chosen.values()]))})

    return numbers


def drawn_numbers(
    equation: Compared, recurrence: Recurrence, source: random.Random, far: int, largest: int
) -> Numbers | None:
    """Numbers drawn at random among those that satisfy the stated conditions; None where none are found.

    Args:
        equation: what is to be tried at them.
        recurrence: what its names mean.
        source: what they are drawn from.
        far: how far from its least value an index is at most.
        largest: the largest size.

    >>> from symrnn.cells import Elman
    >>> from symrnn.symbols import t
    >>> rnn = Elman()
    >>> drawn_numbers(Equation(rnn.h[t], rnn.h[t], where=(t >= 3,)), rnn, random.Random(0), far=4, largest=3)
    Numbers(indices={t: 6}, sizes={m: 2, n: 1, q: 2})
    """
    numbers, lengths = _at_distances(equation, recurrence), _hidden_lengths(equation, recurrence)
    for _ in range(DRAWS_APART):
        found = numbers(lambda: source.randint(0, far), lambda: source.randint(1, largest))
        if _is_allowed(found, equation.where, lengths):
            return found
    return None


def _is_allowed(numbers: Numbers, conditions: Sequence[Relational], lengths: Sequence[sp.Expr]) -> bool:
    at = {**numbers.indices, **numbers.sizes}
    return (
        _satisfied(conditions, at)
        and all(allows(symbol, value) for symbol, value in numbers.indices.items())
        and _are_allowed(numbers.sizes)
        and _exist(lengths, at)
    )


def _start(symbol: sp.Symbol, conditions: Sequence[Relational]) -> tuple[int, int]:
    """The least or the largest value that an index may have by itself, or 0, and which way the others lie."""
    low, high = _bounds(symbol, conditions)
    if low is not None:
        return low, 1
    return (0, 1) if high is None else (high, -1)


def at_smallest_indices(chosen: Iterable[Numbers], most: int) -> list[Numbers]:
    """Of numbers in order, the first and the last with each of the first few values of the indices.

    >>> t = sp.Symbol("t", integer=True)
    >>> at_smallest_indices([Numbers({t: at}, {"n": size}) for at in (0, 1, 2) for size in (1, 2, 3)], 1)
    [Numbers(indices={t: 0}, sizes={'n': 1}), Numbers(indices={t: 0}, sizes={'n': 3})]
    """
    ends: dict[tuple[int, ...], list[Numbers]] = {}
    for numbers in chosen:
        key = tuple(numbers.indices.values())
        if key in ends:
            ends[key][1:] = [numbers]
        elif len(ends) < most:
            ends[key] = [numbers]
    return [numbers for pair in ends.values() for numbers in pair]


def located(sizes: Mapping[Any, int], indices: Mapping[Any, int]) -> str:
    """Sizes and indices in words.

    >>> located({"n": 2}, {"t": 3})
    'n = 2, t = 3'
    """
    return ", ".join(f"{symbol} = {at}" for symbol, at in {**sizes, **indices}.items())


# -- indices -------------------------------------------------------------------------------------------------------


def index_symbols(equation: Compared, recurrence: Recurrence) -> list[sp.Symbol]:
    """The free indices of an equation, and of the totals and definitions that it speaks of, in alphabetical order."""
    found = set(equation.indices)
    if any(side.has(Element) for side in (equation.lhs, equation.rhs)):
        found |= _own_indices(recurrence)
    for total in _totals(equation, recurrence):
        found |= {s for s in total.free_symbols if isinstance(s, sp.Symbol) and s.is_integer}
    sizes = set(size_symbols_of(equation, recurrence))
    return sorted(found - sizes, key=str)


def _own_indices(recurrence: Recurrence) -> set[sp.Symbol]:
    """The indices of the definitions other than the one that they run over, such as K in h_t = W^K h_{t-1}."""
    free = {s for body in recurrence.graph.right_sides for s in body.free_symbols}
    return {s for s in free if isinstance(s, sp.Symbol) and s.is_integer} - {recurrence.index}


def _indices(
    equation: Compared, recurrence: Recurrence, conditions: Sequence[Relational], span: int
) -> Iterator[Indices]:
    symbols = index_symbols(equation, recurrence)
    linked = [c for c in conditions if c.free_symbols <= set(symbols)]
    smallest = _smallest(recurrence) - BELOW
    windows = {symbol: _window(symbol, conditions, smallest, span) for symbol in symbols}
    lifted = zip(symbols, _lifted(windows, linked, span), strict=True)
    ranges = [_in_order(symbol, window, conditions, smallest) for symbol, window in lifted]
    while prod(len(r) for r in ranges) > MAX_CHOICES:
        ranges = [r[: max(1, len(r) - 1)] for r in ranges]
    places = [{at: place for place, at in enumerate(r)} for r in ranges]

    def size_of(choice: tuple[int, ...]) -> tuple[int, int, tuple[int, ...]]:
        passed = [place[at] for at, place in zip(choice, places, strict=True)]
        return max(passed, default=0), sum(passed), choice

    for choice in sorted(cartesian(*ranges), key=size_of):
        at = dict(zip(symbols, choice, strict=True))
        if _satisfied(linked, at) and all(allows(symbol, value) for symbol, value in at.items()):
            yield at


def _smallest(recurrence: Recurrence) -> int:
    return min([0, *(d.sequence.first for d in recurrence.definitions)])


def _bounds(symbol: sp.Symbol, conditions: Sequence[Relational]) -> tuple[int | None, int | None]:
    """The least and the largest value that the conditions on a symbol alone, and its assumptions, allow."""
    lows, highs = bounds(symbol, conditions)
    if symbol.is_nonnegative:
        lows.append(1 if symbol.is_positive else 0)
    if symbol.is_nonpositive:
        highs.append(-1 if symbol.is_negative else 0)
    return max(lows, default=None), min(highs, default=None)


def _window(symbol: sp.Symbol, conditions: Sequence[Relational], smallest: int, span: int) -> range:
    """Values of one symbol: from the least or up to the largest that the conditions on it alone allow, or around 0."""
    low, high = _bounds(symbol, conditions)
    if low is None:
        return range(smallest, span + 1) if high is None else range(high - span, high + 1)
    return range(low, (low + span if high is None else min(low + span, high)) + 1)


def _in_order(symbol: sp.Symbol, window: range, conditions: Sequence[Relational], smallest: int) -> list[int]:
    """Values of a symbol from its least or largest one, or from 0, outwards; some below 0 unless there is a least."""
    low, high = _bounds(symbol, conditions)
    start = low if low is not None else 0 if high is None else high
    nearest = min(max(start, window.start), window.stop - 1)
    found = sorted(window, key=lambda at: (abs(at - nearest), at < nearest))
    return found if low is not None else [*found, *(at for at in range(0, smallest - 1, -1) if at not in window)]


def allows(symbol: sp.Symbol, number: Any) -> bool:
    """Whether a symbol may have a rational value by all that it was declared with.

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
    bodies = recurrence.graph.right_sides
    found = {s for term in (equation.lhs, equation.rhs, *bodies) for s in size_symbols(term)}
    return sorted(found, key=str)


def width_names(recurrence: Recurrence) -> list[str]:
    """Names of sizes that depend on an index, such as d of d(l)."""
    return sorted({a.func.__name__ for body in recurrence.graph.right_sides for a in parts_of(body, AppliedUndef)})


def generic_functions(recurrence: Recurrence, *terms: sp.Basic) -> list[str]:
    """Names of the functions of which nothing is known, in the equations of a recurrence and in terms."""
    names = {a.function for term in (*terms, *recurrence.graph.right_sides) for a in parts_of(term, Apply)}
    return sorted(name for name in names if recurrence.activation(name).is_generic)
