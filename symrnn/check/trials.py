"""Inequalities tried on numbers, rational or enclosed by balls, so that nothing is decided by rounding."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import islice
from itertools import product as cartesian
from typing import Any

import sympy as sp
from sympy.matrices.expressions import MatrixSymbol
from sympy.matrices.expressions.matexpr import MatrixElement

from symrnn.budget import tick
from symrnn.check.arithmetic import nonnegative
from symrnn.check.instances import Numbers, at_smallest_indices, choices
from symrnn.check.refute import matrices_text, number_text
from symrnn.check.sampling import NOTABLE, Sloped, candidates, draw_uneven, stand_ins
from symrnn.check.search import UNDEFINED
from symrnn.check.values import BITS, Trial, Values
from symrnn.derivation.inequality import BoundedSlope, ForEvery, Hypothesis, Inequality, Limit
from symrnn.derivation.statement import Equation
from symrnn.derivation.verdict import Counterexample
from symrnn.errors import EvaluationError, LimitError, UnknownTermError
from symrnn.evaluate import Assignment, OutsideHypothesesError, UndefinedElementError
from symrnn.evaluate.assignment import Key
from symrnn.evaluate.scalars import compare
from symrnn.expr import Apply, Element, Sequence, UnitVector
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

MOST_COMBINATIONS = 400
"""How many choices of matrices are tried for which equations are assumed."""

BEYOND = 3
"""How far beyond what a statement speaks of a hypothesis about infinitely many indices is tried."""

FAR_BEYOND = 40
"""The same where what it says depends on the index itself, so that it may become harder to satisfy."""

OPEN = "it fails where its hypotheses about infinitely many indices hold at those that were tried"
"""What is no counterexample, since what is drawn may break a hypothesis at another index."""

MOST_ATTEMPTS = 1_500
AT_FIRST = 24
"""At how many trials, drawn at random among all, an inequality is calculated before it is proved."""

NO_VALUE = (EvaluationError, UnknownTermError, LimitError)


@dataclass(frozen=True)
class Outcome:
    """Both sides of an inequality at a trial; of a side that does not exist at its indices, why it does not.

    Where hypotheses about infinitely many indices were tried at some of them only, the outcome is cut off: it shows
    that the hypotheses may hold, but what fails is no counterexample for certain, unless a side does not exist.
    """

    trial: Trial
    left: Any
    right: Any
    assignment: Assignment
    is_cut_off: bool = False

    @property
    def is_undefined(self) -> bool:
        """True when a side does not exist at the indices, whatever the matrices are."""
        return isinstance(self.left, str) or isinstance(self.right, str)

    @property
    def fails(self) -> bool:
        """True when the left side is larger for certain, or a side does not exist."""
        return self.is_undefined or compare(">", self.left, self.right)

    @property
    def is_open(self) -> bool:
        """True when the left side is larger, but a hypothesis may break at an index at which it was not tried."""
        return self.is_cut_off and not self.is_undefined and self.fails


def trials(
    statement: Inequality, recurrence: Recurrence, seed: int, chosen: list[Numbers] | None = None
) -> Iterator[Trial]:
    """Everything to try: notable matrices and drawn ones for each function and numbers, the simplest pairs first.

    The numbers are those that the conditions allow, unless some are chosen.
    """
    generic = generic_functions(recurrence)
    functions: list[Sloped | None] = list(stand_ins(_bounded_slope(statement.given))) if generic else [None]
    square, layers = sorted(square_names(statement, recurrence)), _square_layers(recurrence)
    chosen = thinned(choices(statement, recurrence)) if chosen is None else chosen
    pairs = cartesian(enumerate(functions), enumerate(chosen))
    in_order = sorted(pairs, key=lambda pair: (pair[0][0] + pair[1][0], pair[0][0]))
    for block, ((_, function), (_, numbers)) in enumerate(in_order):
        for rows in _notable(numbers, square, layers):
            yield Trial(numbers, seed + block, SCALES[0], function, rows)
        for at, rows in enumerate(_constrained(numbers, statement)):
            for draw in range(DRAWS_BESIDE):
                yield Trial(numbers, seed + block + at + DRAWS_BESIDE * draw, SCALES[0], function, rows)
        if any(isinstance(hypothesis, ForEvery) for hypothesis in statement.given):
            yield Trial(numbers, seed + block, Fraction(0), function)  # where all is 0 it stays so
        for scale in SCALES:
            yield Trial(numbers, seed + block, scale, function)
            yield Trial(numbers, seed + block, scale, function, draw=draw_uneven)


def _bounded_slope(given: Iterable[Hypothesis]) -> BoundedSlope | None:
    """What is assumed of a slope from above and from below, which may be two hypotheses."""
    stated = [h for h in given if isinstance(h, BoundedSlope)]
    if not stated:
        return None
    above = next((h.at_most for h in stated if h.at_most is not sp.oo), sp.oo)
    below = next((h.at_least for h in stated if h.at_least != 0), sp.S.Zero)
    return BoundedSlope(stated[0].function, above, below)


def generic_functions(recurrence: Recurrence) -> list[str]:
    """Names of the functions of which nothing is known."""
    names = {a.function for d in recurrence.definitions for a in d.body.atoms(Apply)}
    return sorted(name for name in names if recurrence.activation(name).is_generic)


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


def _constrained(numbers: Numbers, statement: Inequality) -> Iterator[Mapping[Key, Any]]:
    """Matrices of which equations are assumed, from those that satisfy many; whether they do is seen later."""
    equations = [h for h in statement.given if isinstance(h, Equation)]
    symbols = {s for h in equations for side in (h.lhs, h.rhs) for s in side.atoms(MatrixSymbol)}
    named = sorted(symbols, key=lambda s: s.name)
    sizes = {symbol: sp.Integer(at) for symbol, at in numbers.sizes.items() if isinstance(symbol, sp.Symbol)}
    shapes = [tuple(side.xreplace(sizes) for side in symbol.shape) for symbol in named]
    if not named or not all(side.is_Integer for shape in shapes for side in shape):
        return
    pools = [list(candidates(int(rows), int(cols))) for rows, cols in shapes]
    for choice in islice(cartesian(*pools), MOST_COMBINATIONS):
        yield {(symbol.name, None): rows for symbol, rows in zip(named, choice, strict=True)}


# -- evaluation ------------------------------------------------------------------------------------------------------


def outcome(statement: Inequality, recurrence: Recurrence, trial: Trial) -> Outcome:
    """Both sides at a trial.

    Raises:
        OutsideHypothesesError: when the hypotheses do not hold there for certain.
        EvaluationError: when something has no value there.
    """
    given = cut_off(statement, trial.numbers)
    values = Values(given, recurrence, trial)
    left, right = (_side(values, side) for side in (statement.lhs, statement.rhs))
    return Outcome(trial, left, right, values.assignment, given != statement.given)


def cut_off(statement: Inequality, numbers: Numbers) -> tuple[Hypothesis, ...]:
    """The hypotheses, those about infinitely many indices up to a few beyond what the statement speaks of.

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
    return tuple(_cut_off(h, known, reached) if isinstance(h, ForEvery) else h for h in statement.given)


def _cut_off(hypothesis: ForEvery, known: Mapping[sp.Symbol, sp.Integer], reached: list[int]) -> ForEvery:
    """A hypothesis with an end above and one below, where it has none."""
    index = hypothesis.index
    lows: list[int] = []
    highs: list[int] = []
    for condition in hypothesis.where:
        for form in nonnegative(condition.xreplace(dict(known))):
            slope, rest = form.coeff(index), form.coeff(index, 0)
            if slope != 0 and rest.is_number:
                (lows if slope > 0 else highs).append(int(sp.floor(-rest / slope)))
    beyond = FAR_BEYOND if _is_explicit(hypothesis) else BEYOND
    ends = [] if highs else [index <= max(reached + lows) + beyond]
    ends += [] if lows else [index >= min(reached + highs) - beyond]
    return replace(hypothesis, where=(*hypothesis.where, *ends)) if ends else hypothesis


def _side(values: Values, side: sp.Expr) -> Any:
    try:
        return values.of(side)
    except UndefinedElementError as error:
        return f"undefined: {error.what}"


def _is_explicit(hypothesis: ForEvery) -> bool:
    """Whether the index stands elsewhere than at elements: ‖W‖ >= s may hold for some s and still for no W for every s.

    >>> from symrnn.expr import Norm
    >>> s, x = sp.Symbol("s", integer=True), Sequence("x", 2)
    >>> _is_explicit(ForEvery(Norm(x[s]) <= 1, s)), _is_explicit(ForEvery(Norm(x[s]) >= s, s))
    (False, True)
    """
    elements = {e: MatrixSymbol(e.name, *e.shape) for e in hypothesis.relation.atoms(Element)}
    return hypothesis.index in hypothesis.relation.xreplace(elements).free_symbols


# -- the search ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Tried:
    """What trying showed.

    Args:
        failure: the first trial at which the inequality fails for certain.
        satisfied: at how many trials the hypotheses held and both sides had a value.
        obstacle: why the last of the others had none.
    """

    failure: Outcome | None
    satisfied: int
    obstacle: str = ""


def attempt(
    statement: Inequality,
    recurrence: Recurrence,
    seed: int,
    enough: int | None = None,
    most: int = MOST_ATTEMPTS,
    *,
    beyond_undefined: bool = False,
) -> Tried:
    """Try an inequality until it fails, in order; or, where a number is said to be enough, in random order.

    Indices at which a side does not exist are a failure, unless what is asked for lies beyond them, as a limit does.
    """
    satisfied, obstacle = 0, ""
    order = list(islice(trials(statement, recurrence, seed), most))
    if enough is not None:
        random.Random(seed).shuffle(order)
    for trial in order:
        tick()
        try:
            found = outcome(statement, recurrence, trial)
        except OutsideHypothesesError:
            continue
        except NO_VALUE as error:
            obstacle = str(error)
            continue
        if found.is_open:
            obstacle = OPEN
            continue
        if found.is_undefined and beyond_undefined:
            obstacle = next(side for side in (found.left, found.right) if isinstance(side, str))
            continue
        satisfied += 1
        if found.fails:
            return Tried(found, satisfied)
        if satisfied == enough:
            break
    return Tried(None, satisfied, obstacle)


def tried_at_smallest(statement: Inequality, recurrence: Recurrence, seed: int) -> Tried:
    """Try an inequality at each of its smallest indices, until it fails or has no value where its hypotheses hold."""
    satisfied = 0
    for numbers in at_smallest_indices(choices(statement, recurrence), SMALLEST_INDICES):
        obstacle, is_open, at_these = "", False, 0
        for trial in islice(trials(statement, recurrence, seed, [numbers]), ATTEMPTS_AT_NUMBERS):
            try:
                found = outcome(statement, recurrence, trial)
            except OutsideHypothesesError:
                continue
            except NO_VALUE as error:
                obstacle = str(error)
                continue
            if found.is_open:
                is_open = True
                continue
            at_these += 1
            if found.fails:
                return Tried(found, satisfied)
            break
        satisfied += at_these
        if (obstacle or is_open) and not at_these:
            at = ", ".join(f"{symbol} = {at}" for symbol, at in {**numbers.indices, **numbers.sizes}.items())
            what = f"it has no value at {at}: {obstacle}" if obstacle else f"at {at} {OPEN}"
            return Tried(None, satisfied, what)
    return Tried(None, satisfied)


def counterexample(found: Outcome, statement: Inequality, recurrence: Recurrence, seed: int) -> Counterexample:
    """A failure as a counterexample to print, with the values that matter."""
    trial = found.trial
    text = {symbol.name: str(at) for symbol, at in trial.numbers.indices.items()}
    if found.is_undefined:
        if any(side.has(UnitVector, MatrixElement) for side in (statement.lhs, statement.rhs)):
            text |= {s.name: str(at) for s, at in trial.numbers.sizes.items() if s in statement.sizes}
        first, second = (side if isinstance(side, str) else "has a value" for side in (found.left, found.right))
        return Counterexample(text, first, second, UNDEFINED, seed)
    text |= {s.name: str(at) for s, at in trial.numbers.sizes.items() if s in statement.sizes}
    if trial.stand_in is not None:
        text |= {f"{name}(z)": trial.stand_in.activation.name for name in generic_functions(recurrence)}
    text |= _free_symbols(found)
    rows = {key: [list(row) for row in given] for key, given in trial.given.items()}
    rows |= found.assignment.drawn
    text |= matrices_text({key: rows[key] for key in needed(found, rows, statement, recurrence)})
    exact = not any(hasattr(side, "overlaps") for side in (found.left, found.right))
    certainty = "exact" if exact else f"certain by balls at {BITS} bits"
    return Counterexample(text, number_text(found.left), number_text(found.right), certainty, seed)


def _free_symbols(found: Outcome) -> dict[str, str]:
    free = {key: value for key, value in found.assignment.given.items() if key not in found.trial.given}
    return {key[0]: number_text(value[0][0]) for key, value in free.items()}


def needed(found: Outcome, rows: Mapping[Key, Any], statement: Inequality, recurrence: Recurrence) -> list[Key]:
    """The matrices whose change changes a side."""
    sides = number_text(found.left), number_text(found.right)
    kept = []
    for key in rows:
        other = [[Fraction(3, 7) + i - 2 * j for j, _ in enumerate(row)] for i, row in enumerate(rows[key])]
        trial = replace(found.trial, given={**rows, key: other})
        try:
            values = Values(statement.given, recurrence, trial, required=False)
            same = sides == tuple(number_text(values.of(side)) for side in (statement.lhs, statement.rhs))
        except NO_VALUE:
            same = False
        if not same:
            kept.append(key)
    return kept
