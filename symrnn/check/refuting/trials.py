"""Inequalities tried on numbers, rational or enclosed by balls, so that nothing is decided by rounding."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from fractions import Fraction
from functools import partial
from itertools import islice
from itertools import product as cartesian
from typing import Any

import flint
import numpy as np
import sympy as sp
from sympy.matrices.expressions import MatrixSymbol
from sympy.matrices.expressions.matexpr import MatrixElement

from symrnn.certify.kept import example_kept, keep_example
from symrnn.check.proving.arithmetic import bounds
from symrnn.check.refuting import showing
from symrnn.check.refuting.assumed import Assumed, constrained
from symrnn.check.refuting.instances import Numbers, at_smallest_indices, choices, generic_functions, located
from symrnn.check.refuting.sampling import NOTABLE, Sloped, draw_uneven, stand_ins
from symrnn.check.refuting.search import (
    NO_VALUE,
    OPEN,
    UNDEFINED,
    Finding,
    Instance,
    Search,
    nth,
    place_of,
    searched,
    value_or_reason,
)
from symrnn.check.refuting.values import BITS, Values
from symrnn.derivation.counterexample import Counterexample, Named, number
from symrnn.derivation.inequality import BoundedSlope, ForEvery, Hypothesis, Inequality, Limit
from symrnn.evaluate import UndefinedElementError
from symrnn.evaluate.assignment import Key
from symrnn.evaluate.scalars import compare
from symrnn.expr import Element, Sequence, SmallestEntry
from symrnn.recurrence import Recurrence

SCALES = (Fraction(1), Fraction(1, 8), Fraction(3))
SMALLEST = 10
"""How many of the smallest choices of numbers are tried, and about as many larger ones."""

SMALLEST_INDICES = 6
"""How many of the smallest index values are tried in any case, so that none of the boundary is passed over."""

ATTEMPTS_AT_NUMBERS = 60
"""How often matrices are chosen there until the hypotheses hold and both sides have a value."""

DRAWS_BESIDE = 3
"""How often other matrices are drawn beside some of which equations are assumed."""

BEYOND = 3
"""How far beyond what a statement speaks of a hypothesis about infinitely many indices is tried."""

FAR_BEYOND = 40
"""The same where what it says depends on the index itself, so that it may become harder to satisfy."""

MOST_ATTEMPTS = 1_500
AT_FIRST = 24
"""At how many trials, drawn at random among all, an inequality is calculated before it is proved."""


def trials(
    statement: Inequality, recurrence: Recurrence, seed: int, chosen: list[Numbers] | None = None
) -> Iterator[Instance]:
    """Everything to try: notable matrices and drawn ones for each function and numbers, the simplest pairs first.

    The numbers are those that the conditions allow, unless some are chosen.
    """
    assumed, functions = Assumed(statement.given, recurrence), functions_for(statement, recurrence)
    square, layers = sorted(square_names(statement, recurrence)), _square_layers(recurrence)
    chosen = thinned(choices(statement, recurrence)) if chosen is None else chosen
    pairs = cartesian(enumerate(functions), enumerate(chosen))
    in_order = sorted(pairs, key=lambda pair: (pair[0][0] + pair[1][0], pair[0][0]))
    for block, ((_, function), (_, numbers)) in enumerate(in_order):
        for rows in _notable(numbers, square, layers):
            yield Instance(numbers, seed + block, function, rows)
        for at, rows in enumerate(constrained(numbers, assumed)):
            for draw in range(DRAWS_BESIDE):
                yield Instance(numbers, seed + block + at + DRAWS_BESIDE * draw, function, rows)
        if any(isinstance(hypothesis, ForEvery) for hypothesis in statement.given):
            yield Instance(numbers, seed + block, function, scale=Fraction(0))  # where all is 0 it stays so
        for scale in SCALES:
            yield Instance(numbers, seed + block, function, scale=scale)
            yield Instance(numbers, seed + block, function, scale=scale, draw=draw_uneven)


def functions_for(statement: Inequality, recurrence: Recurrence) -> list[Sloped | None]:
    """What takes the place of generic functions by what is assumed of their slopes; None alone where there are none."""
    if not generic_functions(recurrence):
        return [None]
    signed = any(term.has(MatrixElement, SmallestEntry) for term in statement.terms)
    return list(stand_ins(_bounded_slope(statement.given), signed=signed))


def _bounded_slope(given: Iterable[Hypothesis]) -> BoundedSlope | None:
    """What is assumed of a slope from above and from below, which may be two hypotheses."""
    stated = [h for h in given if isinstance(h, BoundedSlope)]
    if not stated:
        return None
    above = next((h.at_most for h in stated if h.at_most is not sp.oo), sp.oo)
    below = next((h.at_least for h in stated if h.at_least != 0), sp.S.Zero)
    increasing = any(h.increasing for h in stated)
    if increasing and not below.is_nonnegative:  # it is a bound of |φ'| in another hypothesis, and may say nothing
        below = sp.S.Zero
    return BoundedSlope(stated[0].function, above, below, increasing)


def thinned(chosen: list[Numbers]) -> list[Numbers]:
    """The smallest numbers, all of the smallest indices, and some of the larger ones."""
    small = list(chosen[:SMALLEST])
    small += [numbers for numbers in at_smallest_indices(chosen, SMALLEST_INDICES) if numbers not in small]
    large = [numbers for numbers in chosen if numbers not in small]
    return small + large[:: max(1, len(large) // SMALLEST)]


def square_names(statement: Inequality | Limit, recurrence: Recurrence) -> set[tuple[str, sp.Expr]]:
    """Names and sizes of the square matrices that a statement and its recurrence are made of."""
    terms = (*statement.terms, *(p for p in recurrence.parameters if isinstance(p, MatrixSymbol)))
    symbols = {s for term in terms for s in term.atoms(MatrixSymbol)} - set(recurrence.totals)
    return {(s.name, s.rows) for s in symbols if s.rows == s.cols}


def _notable(numbers: Numbers, square: list[tuple[str, sp.Expr]], layers: list[Element]) -> Iterator[Mapping[Key, Any]]:
    """The same notable matrix for every square one, as far as there is one of its size."""
    sizes = {symbol: sp.Integer(at) for symbol, at in numbers.sizes.items() if isinstance(symbol, sp.Symbol)}
    highest = max(numbers.indices.values(), default=0) + 1
    wide: dict[Key, sp.Expr] = {(name, None): size for name, size in square}
    wide |= {(element.name, at): element.rows for element in layers for at in range(1, highest + 1)}
    known = {key: size.xreplace(sizes) for key, size in wide.items()}
    pools = {key: NOTABLE.get(int(size), ()) for key, size in known.items() if size.is_Integer}
    for at in range(max((len(pool) for pool in pools.values()), default=0)):
        yield {key: pool[at % len(pool)] for key, pool in pools.items() if pool}


def _square_layers(recurrence: Recurrence) -> list[Element]:
    """Weights with an index, such as W_l, as far as they are square."""
    layers = (p.at(recurrence.index) for p in recurrence.parameters if isinstance(p, Sequence))
    return [element for element in layers if element.rows == element.cols]


# -- evaluation ------------------------------------------------------------------------------------------------------


def outcome(statement: Inequality, recurrence: Recurrence, instance: Instance) -> Finding:
    """Both sides at an instance.

    Raises:
        OutsideHypothesesError: when the hypotheses do not hold there for certain.
        EvaluationError: when something has no value there.
    """
    assumed = Assumed(statement.given, recurrence)
    given = cut_off(statement, instance.numbers, assumed.others)
    values = Values(given, recurrence, instance, assumed=assumed)
    left, right = (value_or_reason(values.of, side) for side in (statement.lhs, statement.rhs))
    if isinstance(left, str) or isinstance(right, str):
        return Finding(instance, left, right, True, UNDEFINED, values.assignment)
    fails, certainty = compare(">", left, right), known(left, right)
    return Finding(instance, left, right, fails, certainty, values.assignment, given != assumed.others)


def known(*sides: Any) -> str:
    """How it is known that sides differ where they do: as rational numbers, or by balls around them."""
    return "exact" if are_exact(*sides) else f"certain by balls at {BITS} bits"


def are_exact(*sides: Any) -> bool:
    """Whether numbers or matrices are rational."""
    return all(isinstance(entry, flint.fmpq) for side in sides for entry in np.ravel(side))


def cut_off(
    statement: Inequality, numbers: Numbers, given: tuple[Hypothesis, ...] | None = None
) -> tuple[Hypothesis, ...]:
    """The hypotheses, or some of them, those about infinitely many indices up to a few beyond what is spoken of.

    >>> from symrnn.cells import Elman
    >>> from symrnn.expr import Norm
    >>> h, s, t = Elman().h, *sp.symbols("s t", integer=True)
    >>> small = ForEvery(Norm(h[s]) <= 1, s, (s >= 0,))
    >>> cut_off(Inequality(Norm(h[t + 1]), 1, given=small), Numbers({t: 2}, {}))
    (‖h[s]‖₂ <= 1 for every s with s >= 0, s <= 6,)
    """
    known = {s: sp.Integer(at) for s, at in {**numbers.indices, **numbers.sizes}.items() if isinstance(s, sp.Symbol)}
    spoken = (e.index.xreplace(known) for side in (statement.lhs, statement.rhs) for e in side.atoms(Element))
    reached = [0, *numbers.indices.values(), *(int(at) for at in spoken if at.is_Integer)]
    among = statement.given if given is None else given
    return tuple(_cut_off(h, known, reached) if isinstance(h, ForEvery) else h for h in among)


def _cut_off(hypothesis: ForEvery, known: Mapping[sp.Symbol, sp.Integer], reached: list[int]) -> ForEvery:
    """A hypothesis with an end above and one below, where it has none."""
    index = hypothesis.index
    others = {symbol: at for symbol, at in known.items() if symbol != index}
    lows, highs = bounds(index, (condition.xreplace(others) for condition in hypothesis.where))
    beyond = FAR_BEYOND if _is_explicit(hypothesis) else BEYOND
    ends = [] if highs else [index <= max(reached + lows) + beyond]
    ends += [] if lows else [index >= min(reached + highs) - beyond]
    return replace(hypothesis, where=(*hypothesis.where, *ends)) if ends else hypothesis


def _is_explicit(hypothesis: ForEvery) -> bool:
    """Whether the index stands elsewhere than at elements: ‖W‖ >= s may hold for some s and still for no W for every s.

    >>> from symrnn.expr import Norm
    >>> s, x = sp.Symbol("s", integer=True), Sequence("x", 2)
    >>> _is_explicit(ForEvery(Norm(x[s]) <= 1, s)), _is_explicit(ForEvery(Norm(x[s]) >= s, s))
    (False, True)
    """
    elements = {e: MatrixSymbol(e.name, *e.shape) for side in hypothesis.sides for e in side.atoms(Element)}
    return any(hypothesis.index in side.xreplace(elements).free_symbols for side in hypothesis.sides)


# -- the search ------------------------------------------------------------------------------------------------------


def attempt(
    statement: Inequality, recurrence: Recurrence, seed: int, enough: int | None = None, most: int = MOST_ATTEMPTS
) -> Search:
    """Try an inequality until it fails, in order; or, where a number is said to be enough, in random order."""
    order = list(islice(trials(statement, recurrence, seed), most))
    if enough is not None:
        random.Random(seed).shuffle(order)
    return searched(order, lambda instance: outcome(statement, recurrence, instance), enough)


def says_something(statement: Limit, recurrence: Recurrence, seed: int) -> Search:
    """Look for one place at which the hypotheses of a limit hold, and what has it a value; beyond where it has none."""
    itself = Inequality(statement.of, statement.of, statement.where, statement.given)

    def examine(instance: Instance) -> Finding:
        found = outcome(itself, recurrence, instance)
        if found.undefined:
            raise UndefinedElementError(found.undefined)
        return found

    order = list(islice(trials(itself, recurrence, seed), MOST_ATTEMPTS))
    random.Random(seed).shuffle(order)
    return searched(order, examine, enough=1)


def tried_at_smallest(statement: Inequality, recurrence: Recurrence, seed: int) -> tuple[Finding | None, str]:
    """Try an inequality at each of its smallest indices, until it fails or has no value where its hypotheses hold.

    Returns:
        Where it fails, and where it has no value, or could not be tried.
    """
    for numbers in at_smallest_indices(choices(statement, recurrence), SMALLEST_INDICES):
        instances = islice(trials(statement, recurrence, seed, [numbers]), ATTEMPTS_AT_NUMBERS)
        found = searched(instances, lambda instance: outcome(statement, recurrence, instance), enough=1)
        if found.finding is not None:
            return found.finding, ""
        if found.obstacle and not found.evaluated:
            at = located(numbers.indices, numbers.sizes)
            return None, f"it has no value at {at}: {found.nowhere}" if found.nowhere else f"at {at} {OPEN}"
    return None, ""


def counterexample(found: Finding, statement: Inequality, recurrence: Recurrence, seed: int) -> Counterexample:
    """A failure as a counterexample to print, with the values that matter."""
    at = place_of(found.instance, _in_order(statement, recurrence, seed))
    if found.undefined:
        keep_example(statement, {"at": at})
        return showing.told_undefined(found, statement, seed)
    rows = _rows(found)
    kept = showing.needed(found, rows, _others, partial(_sides_again, found.instance, statement, recurrence))
    keep_example(statement, {"at": at, "shown": [list(key) for key in kept]})
    return _told(found, {key: rows[key] for key in kept}, statement, recurrence, seed)


def counterexample_again(statement: Inequality, recurrence: Recurrence, seed: int) -> Counterexample | None:
    """The counterexample that was kept, if the inequality fails there; None where nothing was kept, or something else.

    Both sides are calculated anew, once as they are, and once with other values of what is not shown.
    """
    kept = example_kept(statement)
    if kept is None:
        return None
    try:
        found = outcome(statement, recurrence, nth(kept, _in_order(statement, recurrence, seed)))
        if not found.fails or found.is_open:
            return None
        if found.undefined:
            keep_example(statement, {"at": kept["at"]})
            return showing.told_undefined(found, statement, seed)
        rows, shown = _rows(found), {(str(name), index) for name, index in kept["shown"]}
    except (*NO_VALUE, *showing.MALFORMED):
        return None
    again = partial(_sides_again, found.instance, statement, recurrence)
    if not shown <= set(rows) or not showing.is_enough(found, rows, shown, _others, again):
        return None
    keep_example(statement, {name: kept[name] for name in ("at", "shown")})
    return _told(found, {key: rows[key] for key in rows if key in shown}, statement, recurrence, seed)


def _in_order(statement: Inequality, recurrence: Recurrence, seed: int) -> Iterator[Instance]:
    """The places that are tried, in order."""
    return islice(trials(statement, recurrence, seed), MOST_ATTEMPTS)


def _rows(found: Finding) -> dict[Key, Any]:
    """The matrices of a finding."""
    given = found.instance.given
    return {key: [list(row) for row in rows] for key, rows in given.items()} | found.assignment.drawn


def _told(
    found: Finding, values: Mapping[Key, Any], statement: Inequality, recurrence: Recurrence, seed: int
) -> Counterexample:
    """What is printed of a failure, with the matrices that matter."""
    instance = found.instance
    given = [*showing.indices(instance.numbers), *showing.sizes(instance.numbers, statement.sizes)]
    given += showing.functions(generic_functions(recurrence), instance.function)
    free = {key: rows for key, rows in found.assignment.given.items() if key not in instance.given}
    given += [(Named(name), number(rows[0][0])) for (name, _), rows in free.items()]
    meant = {key: entries.tolist() for key, entries in sorted(found.assignment.meanings.items(), key=str)}
    return showing.told(found, (*given, *showing.matrices(meant), *showing.matrices(values)), seed)


def _sides_again(
    instance: Instance, statement: Inequality, recurrence: Recurrence, values: Mapping[Key, Any]
) -> tuple[Any, Any] | None:
    """Both sides with other values, where they have any."""
    assumed = Assumed(statement.given, recurrence)
    try:
        at = replace(instance, given=values)
        tried = Values(assumed.others, recurrence, at, required=False, assumed=assumed)
        return tried.of(statement.lhs), tried.of(statement.rhs)
    except NO_VALUE:
        return None


def _others(_: Key, rows: Any) -> list[Any]:
    return [[[Fraction(3, 7) + i - 2 * j for j, _ in enumerate(row)] for i, row in enumerate(rows)]]
