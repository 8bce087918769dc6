"""Equations tried at small sizes, small indices and small integers, smallest first."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import sympy as sp

from symrnn.activations import activation
from symrnn.check.instances import Numbers, choices, generic_functions
from symrnn.check.sampling import Sloped
from symrnn.check.search import UNDEFINED, Finding, Instance, Search, searched
from symrnn.derivation.statement import Equation
from symrnn.errors import EvaluationError, LimitError, UnknownTermError
from symrnn.evaluate import Balls, Evaluator, OutsideHypothesesError, Rationals, UndefinedElementError
from symrnn.evaluate.arrays import Array
from symrnn.recurrence import Recurrence

TRIALS = {True: 2, False: 4}
"""Draws for each choice of numbers: a generic φ has two stand-ins besides; a named one may need luck at its kinks."""

DRAWS = 6
"""How often matrices are drawn before an equation is said to have no value with any."""

BITS = 256
STAND_INS = (Sloped(activation("identity"), sp.S.One, sp.S.One), Sloped(activation("square"), sp.S.Zero, sp.oo))
"""Exact functions that take the place of a generic φ, simplest first: a claim for every φ holds for these."""


def instances(
    equation: Equation, recurrence: Recurrence, seed: int, chosen: list[Numbers] | None = None
) -> Iterator[Instance]:
    """All choices to try, in the order of what a reader would call smaller; those at some numbers, where given."""
    generic = functions_in(equation, recurrence)
    stand_ins: tuple[Sloped | None, ...] = STAND_INS if generic else (None,)
    for numbers in choices(equation, recurrence) if chosen is None else chosen:
        for stand_in in stand_ins:
            for trial in range(TRIALS[bool(generic)]):
                yield Instance(numbers, seed + trial, stand_in)


def functions_in(equation: Equation, recurrence: Recurrence) -> list[str]:
    """Names of the generic activations of a statement and of the recurrence behind it."""
    return generic_functions(recurrence, equation.lhs, equation.rhs)


def find_difference(
    equation: Equation, recurrence: Recurrence, seed: int = 0, chosen: list[Numbers] | None = None
) -> Search:
    """Look for an instance at which the two sides differ, for certain.

    Exact rationals where the activation allows it, balls otherwise. A quantity that does not exist at an index the
    statement covers, such as h[-1], counts too: the statement then says nothing there. The numbers are the smallest
    that the conditions allow, unless some are chosen.
    """
    places = instances(equation, recurrence, seed, chosen)
    return searched(places, lambda instance: examine(equation, recurrence, instance))


def without_value(numbers: Numbers, equation: Equation, recurrence: Recurrence, seed: int) -> str:
    """Why an equation has no value at some numbers, whatever is drawn; empty when it has one, or may have one.

    A number system that lacks a function says nothing of the equation, nor do sizes or exponents that are too large.
    """
    stand_in = STAND_INS[0] if functions_in(equation, recurrence) else None
    why = ""
    for trial in range(DRAWS):
        try:
            return examine(equation, recurrence, Instance(numbers, seed + trial, stand_in)).undefined
        except (OutsideHypothesesError, UnknownTermError, LimitError):
            return ""
        except EvaluationError as error:
            why = str(error)
    return why


def examine(equation: Equation, recurrence: Recurrence, instance: Instance) -> Finding:
    """Evaluate both sides at one instance.

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


def _examine_in(system: Rationals | Balls, equation: Equation, recurrence: Recurrence, instance: Instance) -> Finding:
    assignment = instance.assignment()
    evaluator = Evaluator(system, assignment, recurrence, instance.function, equation.varying)
    left, right = (_side(evaluator, side) for side in (equation.lhs, equation.rhs))
    if isinstance(left, str) or isinstance(right, str):
        return Finding(instance, left, right, True, UNDEFINED, assignment)
    with system.precision():
        fails = differ_for_certain(left, right)
    certainty = "exact" if isinstance(system, Rationals) else f"disjoint balls at {system.bits} bits"
    return Finding(instance, left, right, fails, certainty, assignment)


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
