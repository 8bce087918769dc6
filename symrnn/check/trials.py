"""Inequalities tried on numbers, rational or enclosed by balls, so that nothing is decided by rounding."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import islice
from typing import Any

import flint
import sympy as sp
from sympy.core.relational import Equality, Relational
from sympy.matrices.expressions import MatrixSymbol

from symrnn.check.comparison import opened
from symrnn.check.instances import Numbers, choices
from symrnn.check.refute import matrices_text, number_text
from symrnn.check.sampling import NOTABLE, Sloped, stand_ins
from symrnn.derivation.inequality import BoundedSlope, ForEvery, Hypothesis, Inequality, Limit
from symrnn.derivation.statement import Equation
from symrnn.derivation.verdict import Counterexample
from symrnn.errors import EvaluationError, LimitError, UnknownTermError
from symrnn.evaluate import Assignment, Enclosures, Evaluator, OutsideHypothesesError
from symrnn.evaluate.assignment import Key, draw_small
from symrnn.evaluate.scalars import compare
from symrnn.expr import Apply
from symrnn.recurrence import Recurrence

BITS = 192
SCALES = (Fraction(1), Fraction(1, 8), Fraction(3))
SMALLEST = 10
"""How many of the smallest choices of numbers are tried, and about as many larger ones."""

MOST_ATTEMPTS = 1_500
AFTER_PROOF = 40
"""At how many trials, drawn at random among all, a theorem is calculated as well."""

NO_VALUE = (EvaluationError, UnknownTermError, LimitError)


@dataclass(frozen=True)
class Trial:
    """One choice of everything that a statement leaves open.

    Args:
        numbers: sizes and indices.
        seed: what drawn matrices follow from.
        scale: what drawn entries are multiplied by.
        stand_in: what takes the place of a generic φ.
        given: matrices that are not drawn.
    """

    numbers: Numbers
    seed: int
    scale: Fraction
    stand_in: Sloped | None
    given: Mapping[Key, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Outcome:
    """Both sides of an inequality at a trial."""

    trial: Trial
    left: Any
    right: Any
    assignment: Assignment

    @property
    def fails(self) -> bool:
        """True when the left side is larger for certain."""
        return compare(">", self.left, self.right)


def trials(statement: Inequality, recurrence: Recurrence, seed: int) -> Iterator[Trial]:
    """Everything to try: simple functions first, then small numbers, notable matrices and drawn ones for each."""
    generic = generic_functions(recurrence)
    stated = next((h for h in statement.given if isinstance(h, BoundedSlope)), None)
    functions: list[Sloped | None] = list(stand_ins(stated)) if generic else [None]
    square = sorted(square_names(statement, recurrence))
    chosen = thinned(choices(statement, recurrence))
    for function in functions:
        for numbers in chosen:
            for rows in _notable(numbers, square):
                yield Trial(numbers, seed, SCALES[0], function, rows)
            for at, scale in enumerate(SCALES):
                yield Trial(numbers, seed + at, scale, function)


def generic_functions(recurrence: Recurrence) -> list[str]:
    """Names of the functions of which nothing is known."""
    names = {a.function for d in recurrence.definitions for a in d.body.atoms(Apply)}
    return sorted(name for name in names if recurrence.activation(name).is_generic)


def thinned(chosen: list[Numbers]) -> list[Numbers]:
    """The smallest numbers, and some of the larger ones."""
    small, large = chosen[:SMALLEST], chosen[SMALLEST:]
    return small + large[:: max(1, len(large) // SMALLEST)]


def square_names(statement: Inequality | Limit, recurrence: Recurrence) -> set[tuple[str, sp.Expr]]:
    """Names and sizes of the square matrices that a statement and its recurrence are made of."""
    terms = (*statement.terms, *(p for p in recurrence.parameters if isinstance(p, MatrixSymbol)))
    symbols = {s for term in terms for s in term.atoms(MatrixSymbol)}
    return {(s.name, s.rows) for s in symbols if s.rows == s.cols}


def _notable(numbers: Numbers, square: list[tuple[str, sp.Expr]]) -> Iterator[Mapping[Key, Any]]:
    """The same notable matrix for every square one, as far as there is one of its size."""
    sizes = {symbol: sp.Integer(at) for symbol, at in numbers.sizes.items() if isinstance(symbol, sp.Symbol)}
    wide = {name: size.xreplace(sizes) for name, size in square}
    pools = {name: NOTABLE.get(int(size), ()) for name, size in wide.items() if size.is_Integer}
    for at in range(max((len(pool) for pool in pools.values()), default=0)):
        yield {(name, None): pool[at % len(pool)] for name, pool in pools.items() if pool}


# -- evaluation ------------------------------------------------------------------------------------------------------


def outcome(statement: Inequality, recurrence: Recurrence, trial: Trial) -> Outcome:
    """Both sides at a trial.

    Raises:
        OutsideHypothesesError: when the hypotheses do not hold there for certain.
        EvaluationError: when something has no value there.
    """
    values = Values(statement.given, recurrence, trial)
    values.require(statement.given)
    left, right = (values.of(side) for side in (statement.lhs, statement.rhs))
    return Outcome(trial, left, right, values.assignment)


class Values:
    """Values of scalars at a trial; the free symbols of the hypotheses take the values that meet them exactly."""

    def __init__(self, given: tuple[Hypothesis, ...], recurrence: Recurrence, trial: Trial) -> None:
        self.recurrence = recurrence
        self.trial = trial
        free: dict[Key, Any] = {} if trial.stand_in is None else dict(_slopes(given, trial.stand_in))
        self._begin(free)
        for hypothesis in given:
            if isinstance(hypothesis, ForEvery) and isinstance(hypothesis.relation.rhs, sp.Symbol):
                symbol = hypothesis.relation.rhs
                most = max(self._instances(hypothesis, hypothesis.relation.lhs), default=Fraction(0))
                free[symbol.name, None] = [[most]]
                self._begin(free)

    def _begin(self, free: Mapping[Key, Any]) -> None:
        trial, numbers = self.trial, self.trial.numbers
        given = {**trial.given, **free}
        function = None if trial.stand_in is None else trial.stand_in.activation
        self.assignment = Assignment(
            numbers.sizes, numbers.indices, given, trial.seed, lambda source: draw_small(source) * trial.scale
        )
        self.evaluator = Evaluator(Enclosures(BITS), self.assignment, self.recurrence, function)

    def of(self, scalar: sp.Expr) -> Any:
        """The value of a scalar, as a rational or a ball."""
        self._fit_symbols(scalar)
        with self.evaluator.system.precision():
            return self.evaluator.scalar(self._written_out(scalar), {})

    def _fit_symbols(self, scalar: sp.Expr) -> None:
        """Give every free number a value that its symbol may have: a positive one is not drawn as -2.

        Raises:
            OutsideHypothesesError: when the value at hand, or its opposite, is none.
        """
        for symbol in sorted(scalar.free_symbols - set(self.assignment.numbers({})), key=str):
            if not isinstance(symbol, sp.Symbol) or symbol.is_integer:
                continue
            value = self.assignment.matrix(symbol.name, None, 1, 1, self.evaluator.system)[0, 0]
            drawn = self.assignment.drawn.get((symbol.name, None))
            if drawn is not None and not may_be(symbol, value) and may_be(symbol, -value):
                drawn[0][0] = -drawn[0][0]
            elif not may_be(symbol, value):
                raise OutsideHypothesesError(f"{symbol} is not {value} by its assumptions")

    def _written_out(self, scalar: sp.Expr) -> sp.Expr:
        if isinstance(scalar, sp.Sum):
            body, variable, low, high = opened(scalar)
            first, last = (self.assignment.index(bound, {}) for bound in (low, high))
            terms = (self._written_out(body.xreplace({variable: sp.Integer(at)})) for at in range(first, last + 1))
            return sp.Add(*terms)
        if not scalar.has(sp.Sum):
            return scalar
        return scalar.func(*(self._written_out(part) for part in scalar.args))

    # -- hypotheses ----------------------------------------------------------------------------------------------

    def require(self, given: tuple[Hypothesis, ...]) -> None:
        """Refuse a trial at which a hypothesis does not hold for certain.

        Raises:
            OutsideHypothesesError: naming it.
        """
        for hypothesis in given:
            if not self._holds(hypothesis):
                raise OutsideHypothesesError(f"{hypothesis} does not hold here")

    def _holds(self, hypothesis: Hypothesis) -> bool:
        match hypothesis:
            case Equation():
                sides = (self.evaluator.value(side) for side in (hypothesis.lhs, hypothesis.rhs))
                return all(bool(a == b) for a, b in zip(*(side.ravel() for side in sides), strict=True))
            case ForEvery():
                return all(self._instances(hypothesis, hypothesis.relation))
            case Relational():
                return self._compares(hypothesis)
            case BoundedSlope():
                return self._is_bounded(hypothesis)
        return False

    def _is_bounded(self, hypothesis: BoundedSlope) -> bool:
        function = self.trial.stand_in
        if function is None:
            return False
        low, high = (flint.fmpq(int(bound.p), int(bound.q)) for bound in (function.least, function.most))
        below = hypothesis.at_most is sp.oo or compare("<=", high, self.of(hypothesis.at_most))
        return below and compare(">=", low, self.of(hypothesis.at_least))

    def _compares(self, relation: Relational) -> bool:
        if isinstance(relation, Equality):
            difference = self.of(relation.lhs - relation.rhs)
            return bool(difference == 0)
        return compare(relation.rel_op, self.of(relation.lhs), self.of(relation.rhs))

    def _instances(self, hypothesis: ForEvery, part: sp.Basic) -> Iterator[Any]:
        """What a hypothesis about every index says at each index that its conditions allow."""
        numbers = self.assignment.numbers({})
        highest = max([0, *(int(at) for at in numbers.values())]) + 1
        conditions = [c.xreplace(numbers) for c in hypothesis.where]
        for at in range(-1, highest + 1):
            index = {hypothesis.index: sp.Integer(at)}
            if all(c.xreplace(index) == sp.true for c in conditions):
                if at == highest:
                    raise OutsideHypothesesError(f"{hypothesis} speaks of infinitely many indices")
                found = part.xreplace(index)
                yield self._compares(found) if isinstance(found, Relational) else self.of(found)


def may_be(symbol: sp.Symbol, value: Any) -> bool:
    """Tell whether the assumptions of a symbol allow a value; of a ball only its sign is known.

    >>> import flint
    >>> may_be(sp.Symbol("c", positive=True), flint.fmpq(-1)), may_be(sp.Symbol("c", real=True), flint.fmpq(-1))
    (False, True)
    """
    if isinstance(value, flint.fmpq):
        number = sp.Rational(int(value.p), int(value.q))
        return all(getattr(number, f"is_{name}") == wanted for name, wanted in symbol.assumptions0.items())
    signs = (symbol.is_positive and not value > 0, symbol.is_nonnegative and not value >= 0)
    return not (any(signs) or symbol.is_nonpositive or symbol.is_negative)


def _slopes(given: tuple[Hypothesis, ...], stand_in: Sloped) -> Iterator[tuple[Key, Any]]:
    """The exact bounds of a slope for the symbols that stand for them."""
    for hypothesis in given:
        if isinstance(hypothesis, BoundedSlope):
            for symbol, bound in ((hypothesis.at_most, stand_in.most), (hypothesis.at_least, stand_in.least)):
                if isinstance(symbol, sp.Symbol):
                    yield (symbol.name, None), [[Fraction(int(bound.p), int(bound.q))]]


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


def attempt(statement: Inequality, recurrence: Recurrence, seed: int, enough: int | None = None) -> Tried:
    """Try an inequality until it fails, in order; or, where a number is said to be enough, in random order."""
    satisfied, obstacle = 0, ""
    order = list(islice(trials(statement, recurrence, seed), MOST_ATTEMPTS))
    if enough is not None:
        random.Random(seed).shuffle(order)
    for trial in order:
        try:
            found = outcome(statement, recurrence, trial)
        except OutsideHypothesesError:
            continue
        except NO_VALUE as error:
            obstacle = str(error)
            continue
        satisfied += 1
        if found.fails:
            return Tried(found, satisfied)
        if satisfied == enough:
            break
    return Tried(None, satisfied, obstacle)


def counterexample(found: Outcome, statement: Inequality, recurrence: Recurrence, seed: int) -> Counterexample:
    """A failure as a counterexample to print, with the values that matter."""
    trial = found.trial
    text = {symbol.name: str(at) for symbol, at in trial.numbers.indices.items()}
    text |= {s.name: str(at) for s, at in trial.numbers.sizes.items() if s in statement.sizes}
    if trial.stand_in is not None:
        text |= {f"{name}(z)": trial.stand_in.activation.name for name in generic_functions(recurrence)}
    text |= _free_symbols(found)
    rows = {key: [list(row) for row in given] for key, given in trial.given.items()}
    rows |= found.assignment.drawn
    text |= matrices_text({key: rows[key] for key in needed(found, rows, statement, recurrence)})
    exact = not any(hasattr(side, "overlaps") for side in (found.left, found.right))
    certainty = "exact" if exact else f"certain by balls at {BITS} bits"
    return Counterexample(text, number_text(found.left), f"{number_text(found.right)}, which is less", certainty, seed)


def _free_symbols(found: Outcome) -> dict[str, str]:
    free = {key: value for key, value in found.assignment.given.items() if key not in found.trial.given}
    return {key[0]: number_text(value[0][0]) for key, value in free.items()}


def needed(found: Outcome, rows: Mapping[Key, Any], statement: Inequality, recurrence: Recurrence) -> list[Key]:
    """The matrices whose change changes a side."""
    sides = number_text(found.left), number_text(found.right)
    kept = []
    for key in rows:
        other = [[Fraction(3, 7) + i - 2 * j for j, _ in enumerate(row)] for i, row in enumerate(rows[key])]
        trial = Trial(
            found.trial.numbers, found.trial.seed, found.trial.scale, found.trial.stand_in, {**rows, key: other}
        )
        try:
            values = Values(statement.given, recurrence, trial)
            same = sides == tuple(number_text(values.of(side)) for side in (statement.lhs, statement.rhs))
        except NO_VALUE:
            same = False
        if not same:
            kept.append(key)
    return kept
