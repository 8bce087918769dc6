"""The search for counterexamples: small sizes, small indices, small integers, smallest first."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import sympy as sp

from symrnn.activations import Activation, activation, z
from symrnn.budget import tick
from symrnn.check.instances import Numbers, choices
from symrnn.derivation.statement import Equation
from symrnn.errors import EvaluationError, LimitError, UnknownTermError
from symrnn.evaluate import (
    Assignment,
    Balls,
    Evaluator,
    OutsideHypothesesError,
    Rationals,
    UndefinedElementError,
)
from symrnn.evaluate.arrays import Array
from symrnn.evaluate.assignment import Key
from symrnn.expr import Apply
from symrnn.recurrence import Recurrence

TRIALS = {True: 2, False: 4}
"""Draws for each choice of numbers: a generic φ has two stand-ins besides; a named one may need luck at its kinks."""

DRAWS = 6
"""How often matrices are drawn before an equation is said to have no value with any."""

UNDEFINED = "a quantity is undefined"
BITS = 256
STAND_INS = ("identity", "square")
"""Exact functions that take the place of a generic φ, simplest first: a claim for every φ holds for these."""


@dataclass(frozen=True)
class Instance:
    """One choice of sizes, index values, seed, and matrices that are not drawn.

    Args:
        numbers: sizes and index values.
        seed: what the drawn matrices follow from.
        stand_in: what takes the place of a generic φ; None when there is none.
        given: matrices that are not drawn.
    """

    numbers: Numbers
    seed: int
    stand_in: Activation | None
    given: Mapping[Key, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Finding:
    """Both sides at an instance, and why they cannot be equal.

    Args:
        instance: where.
        sides: their values, or why there is none.
        certainty: how it is known that they differ.
        assignment: the matrices that were drawn on the way.
    """

    instance: Instance
    sides: tuple[Array | str, Array | str]
    certainty: str
    assignment: Assignment


@dataclass(frozen=True)
class Search:
    """What a search found.

    Args:
        finding: the first instance at which the sides differ, None when there is none.
        evaluated: at how many instances both sides were compared.
        obstacle: why the last of the others could not be evaluated; empty when all could.
    """

    finding: Finding | None
    evaluated: int
    obstacle: str = ""


def instances(
    equation: Equation, recurrence: Recurrence, seed: int, chosen: list[Numbers] | None = None
) -> Iterator[Instance]:
    """All choices to try, in the order of what a reader would call smaller; those at some numbers, where given."""
    generic = generic_names(equation, recurrence)
    stand_ins: list[Activation | None] = [activation(name) for name in STAND_INS] if generic else [None]
    for numbers in choices(equation, recurrence) if chosen is None else chosen:
        for stand_in in stand_ins:
            for trial in range(TRIALS[bool(generic)]):
                yield Instance(numbers, seed + trial, stand_in)


def generic_names(equation: Equation, recurrence: Recurrence) -> list[str]:
    """Names of the generic activations of a statement and of the recurrence behind it."""
    bodies = [d.body for d in recurrence.definitions]
    names = {a.function for term in (equation.lhs, equation.rhs, *bodies) for a in term.atoms(Apply)}
    return sorted(name for name in names if recurrence.activation(name).is_generic)


def find_difference(
    equation: Equation, recurrence: Recurrence, seed: int = 0, chosen: list[Numbers] | None = None
) -> Search:
    """Look for an instance at which the two sides differ, for certain.

    Exact rationals where the activation allows it, balls otherwise. A quantity that does not exist at an index the
    statement covers, such as h[-1], counts too: the statement then says nothing there. The numbers are the smallest
    that the conditions allow, unless some are chosen.
    """
    evaluated, obstacle = 0, ""
    for instance in instances(equation, recurrence, seed, chosen):
        tick()
        try:
            found = examine(equation, recurrence, instance)
        except OutsideHypothesesError:
            continue
        except (EvaluationError, UnknownTermError, LimitError) as error:
            obstacle = str(error)
            continue
        evaluated += 1
        if found is not None:
            return Search(found, evaluated)
    return Search(None, evaluated, obstacle)


def without_value(numbers: Numbers, equation: Equation, recurrence: Recurrence, seed: int) -> str:
    """Why an equation has no value at some numbers, whatever is drawn; empty when it has one, or may have one.

    A number system that lacks a function says nothing of the equation, nor do sizes or exponents that are too large.
    """
    generic = generic_names(equation, recurrence)
    stand_in = activation(STAND_INS[0]) if generic else None
    why = ""
    for trial in range(DRAWS):
        try:
            found = examine(equation, recurrence, Instance(numbers, seed + trial, stand_in))
        except (OutsideHypothesesError, UnknownTermError, LimitError):
            return ""
        except EvaluationError as error:
            why = str(error)
            continue
        if found is None or found.certainty != UNDEFINED:
            return ""
        return next(side for side in found.sides if isinstance(side, str))
    return why


def examine(equation: Equation, recurrence: Recurrence, instance: Instance) -> Finding | None:
    """Evaluate both sides at one instance; None when they may agree.

    Raises:
        OutsideHypothesesError: when the statement does not speak of this instance.
        EvaluationError: when a side has no value in any number system.
    """
    try:
        return _examine_in(Rationals(), equation, recurrence, instance)
    except OutsideHypothesesError:
        raise
    except (EvaluationError, LimitError):  # balls have a fixed number of digits
        return _examine_in(Balls(BITS), equation, recurrence, instance)


def _examine_in(
    system: Rationals | Balls, equation: Equation, recurrence: Recurrence, instance: Instance
) -> Finding | None:
    numbers = instance.numbers
    assignment = Assignment(numbers.sizes, numbers.indices, instance.given, seed=instance.seed)
    evaluator = Evaluator(system, assignment, recurrence, instance.stand_in, equation.varying)
    left, right = (_side(evaluator, side) for side in (equation.lhs, equation.rhs))
    if isinstance(left, str) or isinstance(right, str):
        return Finding(instance, (left, right), UNDEFINED, assignment)
    with system.precision():
        if not differ_for_certain(left, right):
            return None
    certainty = "exact" if isinstance(system, Rationals) else f"disjoint balls at {system.bits} bits"
    return Finding(instance, (left, right), certainty, assignment)


def _side(evaluator: Evaluator, side: sp.MatrixExpr) -> Array | str:
    try:
        return evaluator.value(side)
    except UndefinedElementError as error:
        return f"undefined: {error.what}"


def differ_for_certain(left: Array, right: Array) -> bool:
    """True when some entry differs: exactly for rationals, by disjoint balls for enclosures."""
    return any(_apart(a, b) for a, b in zip(left.ravel(), right.ravel(), strict=True))


def _apart(left: Any, right: Any) -> bool:
    if not hasattr(left, "overlaps"):
        return bool(left != right)
    return bool(left.is_finite() and right.is_finite() and not left.overlaps(right))


def formula_text(stand_in: Activation) -> str:
    """The formula of a stand-in as text, such as ``z^2``."""
    return str(stand_in.derivative(0).subs(z, sp.Symbol("z"))).replace("**", "^")
