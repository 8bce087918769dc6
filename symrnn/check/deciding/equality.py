"""Verdicts on equations: small numbers modulo a prime first, then the proof, then numbers that are exact or far."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import Any

import sympy as sp
from sympy.core.function import Application

from symrnn.activations import PARTIAL
from symrnn.budget import attempting
from symrnn.check.deciding.numeric import AS_STATED, agrees_at, agrees_modulo, identity_test
from symrnn.check.deciding.pipeline import Glance, Question, listed, refuted, undecided
from symrnn.check.kernel import Theorem, prove_derivation, prove_equation
from symrnn.check.refuting.assumed import Assumed, constrained
from symrnn.check.refuting.instances import Numbers, at_smallest_indices, choices, located, spread
from symrnn.check.refuting.search import NO_VALUE, Search
from symrnn.check.refuting.sides import (
    counterexample,
    counterexample_again,
    find_difference,
    is_measured,
    without_value,
)
from symrnn.derivation.statement import Equation
from symrnn.derivation.steps import Derivation
from symrnn.derivation.verdict import Kind, Verdict
from symrnn.errors import EvaluationError, LimitError, ProofError, UnknownTermError
from symrnn.evaluate import OutsideHypothesesError, UndefinedElementError, draw_large
from symrnn.evaluate.assignment import Draw, Key
from symrnn.expr import Apply
from symrnn.expr.parts import parts_of
from symrnn.expr.powers import written
from symrnn.recurrence import Recurrence

LARGEST_TRIED = 2
"""At how many of the largest instances an equation is calculated before it is proved."""

SMALLEST_INDICES = 4
"""At how many of the smallest index values besides, once with the smallest sizes and once with the largest."""

SECONDS_ELSEWHERE, SECONDS_AT_NUMBERS = 4, 1
"""CPU time for trying an equation at larger numbers before it is said to hold at some, and for each of them."""


MOST_CHOSEN = 3
"""How many choices of matrices of which equations are assumed are tried at each of the first numbers."""

NOTHING_FOUND = "nothing was found that satisfies its hypotheses"

UNORDERED = "what is measured or clipped has no value modulo a prime"

HIGHEST_DEGREE = 12
"""Up to which degree a polynomial in an index is told by the numbers that are tried."""


def _turning(equation: Equation, recurrence: Recurrence) -> sp.Basic | None:
    """A function of an index or a size, such as max(t, 50), of which no small number tells the large ones."""
    told = (*equation.terms, *recurrence.graph.right_sides, *recurrence.totals.values())
    functions = {part for term in told for part in parts_of(term, Application, sp.Sum, sp.Product)}
    turning = [part for part in functions if any(symbol.is_integer for symbol in part.free_symbols)]
    turning += [part for term in told for part in parts_of(term, sp.Mul, sp.Pow) if _degree(part) > HIGHEST_DEGREE]
    return min(turning, key=str, default=None)


def _degree(number: sp.Expr) -> int:
    """A bound on the degree of a number as a polynomial in indices and sizes; anything else counts 0."""
    match number:
        case sp.Symbol():
            return int(bool(number.is_integer))
        case sp.Add():
            return max(map(_degree, number.args))
        case sp.Mul():
            return sum(map(_degree, number.args))
        case sp.Pow(base=base, exp=sp.Integer() as exponent):
            return _degree(base) * abs(int(exponent))
    return 0


@dataclass
class EquationQuestion(Question):
    """An equation on its way to a verdict.

    Args:
        equation: the statement.
        recurrence: what its names mean.
        derivation: a proof to be replayed; None to look for one.
        seed: what drawn matrices follow from.
    """

    equation: Equation
    recurrence: Recurrence
    derivation: Derivation | None
    seed: int

    def glance(self) -> Glance:
        """Try it modulo a prime; what fails there, or has no value, is looked at in exact numbers."""
        failed, obstacle = self._tried
        return Glance(self.search() if failed or obstacle else None, obstacle, failed)

    def seems_to_hold(self) -> bool:
        """Whether it holds, and has a value, at a few small numbers modulo a prime."""
        return not any(self._tried)

    def first_failing(self) -> Numbers | None:
        """The smallest numbers at which its sides differ modulo a prime; None where they seem to agree everywhere."""
        for numbers in sorted(choices(self.equation, self.recurrence), key=_size):
            with suppress(*NO_VALUE):
                if not self._agrees(numbers):
                    return numbers
        return None

    def may_hold_at(self, numbers: Numbers) -> bool:
        """Whether its sides agree at some numbers modulo a prime, as far as that can be told."""
        try:
            return self._agrees(numbers)
        except UndefinedElementError:
            return False
        except NO_VALUE:
            return True

    def emptiness(self) -> str:
        """Whether it has no value at its smallest indices; where it has none, a glance says what that means.

        Raises:
            ProofError: when the sides differ there.
        """
        smallest = list(at_smallest_indices(choices(self.equation, self.recurrence), 1))
        try:
            agrees = [self._agrees(numbers) for numbers in smallest]
        except NO_VALUE:
            agrees = []
        if not agrees:
            return super().emptiness()
        if not all(agrees):
            raise ProofError("it fails at a number")
        return ""

    def prove(self) -> Theorem:
        """The theorem, by a certificate or by the derivation that comes with it."""
        if self.derivation is None:
            return prove_equation(self.equation, self.recurrence)
        return prove_derivation(self.derivation, self.equation)

    def doubt(self) -> str:
        """Whether no numbers are found at which the functions that have a domain have a value.

        Raises:
            ProofError: when the sides differ at the first such numbers.
        """
        told = (*self.equation.terms, *self.recurrence.graph.right_sides, *self.recurrence.totals.values())
        if not any(part.function in PARTIAL for term in told for part in parts_of(written(term), Apply)):
            return ""
        found = find_difference(self.equation, self.recurrence, self.seed, enough=1)
        if found.finding is not None:
            raise ProofError(
                f"the checker proved {self.equation}, but it fails at a number", advice="please report this"
            )
        return "" if found.evaluated else f"nothing was found at which its functions have a value: {found.nowhere}"

    def refuted_again(self) -> Verdict | None:
        """The counterexample that was kept, if the sides differ at it."""
        example = counterexample_again(self.equation, self.recurrence, self.seed)
        return None if example is None else refuted(example)

    def search(self) -> Verdict | None:
        """The first of many small instances at which the sides differ for certain."""
        return self._refuted(self._found)

    def weaker(self, why: str) -> Verdict:
        """An identity modulo a prime, agreement to many digits, or nothing.

        Where an obstacle is known, the equation is not said to hold at numbers.
        """
        failed, obstacle = self._tried
        found, instances = self._found, f"{self._found.evaluated} instances"
        if found.evaluated == 0:
            nothing = NOTHING_FOUND if self.equation.given else "no values of the indices satisfy its conditions"
            nowhere = found.nowhere or nothing
            return undecided(f"{why}; it has a value at none of the instances tried: {nowhere}")
        if obstacle:
            return undecided(f"{why}; {obstacle}; no counterexample in {instances}")
        if self._assumed.equations:  # what satisfies these was chosen, not drawn
            return undecided(f"{why}; no counterexample in {instances} that satisfy its hypotheses")
        largest = max(choices(self.equation, self.recurrence, largest_size=3), key=_size)
        if not failed:
            at = largest.sizes, largest.indices
            try:
                result = identity_test(self.equation, self.recurrence, *at, seed=self.seed)
            except NO_VALUE as error:
                return undecided(f"{why}; no counterexample in {instances}; {error}")
            if result.agrees:
                evidence = f"at {located(*at) or AS_STATED}: {result.evidence}"
                if (elsewhere := self._elsewhere(why)) is not None:
                    return elsewhere
                if turning := _turning(self.equation, self.recurrence):
                    return undecided(
                        f"{why}; no counterexample in {instances}, but {turning} may turn at larger numbers"
                    )
                return Verdict(Kind.IDENTITY, evidence, reason=why)
        return self._in_digits(largest, f"{why}; no certain counterexample in {instances}")

    @cached_property
    def _found(self) -> Search:
        return find_difference(self.equation, self.recurrence, self.seed)

    def _refuted(self, found: Search) -> Verdict | None:
        if found.finding is None:
            return None
        return refuted(counterexample(found.finding, self.equation, self.recurrence, self.seed))

    # -- modulo a prime ----------------------------------------------------------------------------------------------

    @cached_property
    def _tried(self) -> tuple[str, str]:
        """Test it at a few instances modulo a prime; a proof that errs must not go unnoticed.

        The smallest indices that the conditions allow come first, those at a boundary among them: what has no value
        there is not passed over, since the equation would mean more than was stated.

        Returns:
            Where it fails, and why it could be tested nowhere or has no value at its smallest indices; empty where
            nothing is wrong.
        """
        chosen = choices(self.equation, self.recurrence)
        if not chosen:
            return "", "no values of the indices satisfy its conditions, so it says nothing"
        why = ""
        unclear: list[Numbers] = []
        tried = 0
        for numbers in at_smallest_indices(chosen, SMALLEST_INDICES):
            try:
                if not self._agrees(numbers):
                    return f"no proof was looked for, since {_differing(numbers)}", ""
            except NO_VALUE:
                unclear.append(numbers)
        for numbers in sorted(chosen, key=_size, reverse=True):
            try:
                if not self._agrees(numbers):
                    return f"no proof was looked for, since {_differing(numbers)}", ""
            except OutsideHypothesesError as error:
                why = why or f"{NOTHING_FOUND}: {error}"
                continue
            except NO_VALUE as error:
                why = (
                    UNORDERED
                    if is_measured(self.equation)
                    else f"it has a value at none of the instances tried: {error}"
                )
                continue
            tried += 1
            if tried == LARGEST_TRIED:
                break
        if not tried:
            holds = bool(self._assumed.equations) and self._found.finding is None and self._found.evaluated > 0
            return "", "" if holds else why  # a function such as tanh is 0 at 0, but not modulo a prime
        for numbers in unclear:
            if obstacle := self._without_value(numbers):
                at = located({}, numbers.indices) or located(numbers.sizes, {})
                return "", f"it has no value at {at}: {obstacle}"
        return "", ""

    def _agrees(self, numbers: Numbers) -> bool:
        """Whether the sides agree at some numbers, with matrices of which holds what is assumed.

        Raises:
            OutsideHypothesesError: when none are found.
        """
        tried = 0
        for rows in constrained(numbers, self._assumed):
            with suppress(OutsideHypothesesError):
                if not self._agrees_at(numbers, rows):
                    return False
                tried += 1
            if tried == MOST_CHOSEN:
                break
        if not tried and self._assumed.equations:
            with suppress(OutsideHypothesesError):
                return self._agrees_at(numbers, {}, lambda source: Fraction(0))  # where all is 0 much holds
        return True if tried else self._agrees_at(numbers, {})

    def _agrees_at(self, numbers: Numbers, rows: Mapping[Key, Any], draw: Draw = draw_large) -> bool:
        at = numbers.sizes, numbers.indices
        return agrees_modulo(self.equation, self.recurrence, *at, self.seed, rows, draw)

    @cached_property
    def _assumed(self) -> Assumed:
        return Assumed(self.equation.given, self.recurrence)

    def _without_value(self, numbers: Numbers) -> str:
        return without_value(numbers, self.equation, self.recurrence, self.seed)

    def _elsewhere(self, why: str) -> Verdict | None:
        """The verdict where it fails or has no value at larger numbers, far apart; None where it seems to hold."""
        elsewhere, obstacle = self._failing_elsewhere()
        if obstacle:
            return undecided(f"{why}; {obstacle}")
        if elsewhere is None:
            return None
        found = self._refuted(find_difference(self.equation, self.recurrence, self.seed, [elsewhere]))
        return self._in_digits(elsewhere, f"{why}; {_differing(elsewhere)}") if found is None else found

    def _failing_elsewhere(self) -> tuple[Numbers | None, str]:
        """Of such numbers the first at which the sides differ modulo a prime, or why one has no value."""
        with suppress(LimitError), attempting("comparison", most=SECONDS_ELSEWHERE):
            for numbers in spread(self.equation, self.recurrence, self.seed):
                try:
                    with attempting("comparison", most=SECONDS_AT_NUMBERS):
                        if not self._agrees(numbers):
                            return numbers, ""
                except UndefinedElementError:
                    return numbers, ""
                except EvaluationError:
                    if obstacle := self._without_value(numbers):
                        return None, f"it has no value at {located({}, numbers.indices) or AS_STATED}: {obstacle}"
                except (UnknownTermError, LimitError):
                    continue
        return None, ""

    def _in_digits(self, numbers: Numbers, why: str) -> Verdict:
        """What a relation of the activation that is not known modulo a prime still shows: agreement to 50 digits."""
        try:
            agrees = agrees_at(self.equation, self.recurrence, numbers.sizes, numbers.indices, seed=self.seed)
        except NO_VALUE as error:
            return undecided(f"{why}; {error}")
        return Verdict(agrees.kind, agrees.evidence, reason=listed(why, agrees.reason))


def _differing(numbers: Numbers) -> str:
    """What it means that the sides differ modulo a prime, though not for certain."""
    return (
        "modulo a prime, where a function has a random value at every point, the sides differ at "
        f"{located(numbers.sizes, numbers.indices) or AS_STATED}, so that only a property of the functions that no "
        "rule knows could make them equal"
    )


def _size(numbers: Numbers) -> tuple[int, int]:
    return sum(numbers.indices.values()), sum(numbers.sizes.values())
