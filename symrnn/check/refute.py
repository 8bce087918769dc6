"""The search for counterexamples: small sizes, small indices, small integers, smallest first."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product as cartesian
from typing import Any

import numpy as np
import sympy as sp

from symrnn.activations import Activation, activation
from symrnn.derivation.statement import Equation
from symrnn.derivation.verdict import Counterexample
from symrnn.errors import EvaluationError
from symrnn.evaluate import (
    Assignment,
    Balls,
    Evaluator,
    NegativeRangeError,
    Rationals,
    UndefinedElementError,
    draw_small,
)
from symrnn.evaluate.assignment import Array
from symrnn.expr import Apply
from symrnn.recurrence import Recurrence

LARGEST_INDEX = 4
LARGEST_SIZE = 2
TRIALS = 3
BITS = 256
STAND_INS = ("identity", "square")
"""Exact functions that take the place of a generic φ, simplest first: a claim for every φ holds for these."""


@dataclass(frozen=True)
class Instance:
    """One choice of sizes, index values and seed."""

    sizes: dict[Any, int]
    indices: dict[sp.Symbol, int]
    seed: int
    stand_in: Activation | None

    def assignment(self) -> Assignment:
        """The values as an assignment; matrices follow from the seed."""
        return Assignment(self.sizes, self.indices, seed=self.seed, draw=draw_small)


def index_values(equation: Equation, largest: int = LARGEST_INDEX) -> Iterator[dict[sp.Symbol, int]]:
    """Values of the free indices that satisfy the conditions, smallest first."""
    symbols = equation.indices
    choices = sorted(cartesian(range(largest + 1), repeat=len(symbols)), key=lambda c: (max(c, default=0), sum(c), c))
    for choice in choices:
        rule = dict(zip(symbols, choice, strict=True))
        numbers = {symbol: sp.Integer(at) for symbol, at in rule.items()}
        if all(condition.xreplace(numbers) == sp.true for condition in equation.where):
            yield rule


def size_values(equation: Equation, recurrence: Recurrence, largest: int = LARGEST_SIZE) -> Iterator[dict[Any, int]]:
    """Values of the sizes, smallest first; widths that depend on an index are drawn up to the same bound."""
    symbols = size_symbols_of(equation, recurrence)
    for choice in sorted(cartesian(range(1, largest + 1), repeat=len(symbols)), key=lambda c: (max(c, default=0), sum(c))):
        bound = max(choice, default=largest)
        yield {**dict(zip(symbols, choice, strict=True)), **{name: bound for name in width_names(recurrence)}}
    if not symbols and width_names(recurrence):
        yield dict.fromkeys(width_names(recurrence), 3)


def size_symbols_of(equation: Equation, recurrence: Recurrence) -> list[sp.Symbol]:
    """Symbols of sizes in an equation and in the definitions behind it."""
    terms = [equation.lhs, equation.rhs, *(d.body for d in recurrence.definitions)]
    found = {s for term in terms for s in term.free_symbols if isinstance(s, sp.Symbol) and s.is_positive}
    return sorted(found, key=str)


def width_names(recurrence: Recurrence) -> list[str]:
    """Names of sizes that depend on an index, such as d of d(l)."""
    found = {
        applied.func.__name__ for d in recurrence.definitions for applied in d.body.atoms(sp.core.function.AppliedUndef)
    }
    return sorted(found)


def instances(equation: Equation, recurrence: Recurrence, seed: int) -> Iterator[Instance]:
    """All choices to try, in the order of what a reader would call smaller."""
    names = {a.function for term in (equation.lhs, equation.rhs) for a in term.atoms(Apply)}
    names |= {a.function for d in recurrence.definitions for a in d.body.atoms(Apply)}
    generic = any(recurrence.activation(name).is_generic for name in names)
    stand_ins: list[Activation | None] = [activation(name) for name in STAND_INS] if generic else [None]
    for indices in index_values(equation):
        for sizes in size_values(equation, recurrence):
            for stand_in in stand_ins:
                for trial in range(TRIALS):
                    yield Instance(sizes, indices, seed + trial, stand_in)


def find_counterexample(equation: Equation, recurrence: Recurrence, seed: int = 0) -> tuple[Counterexample | None, int]:
    """Search for values at which the two sides differ, for certain.

    Exact rationals where the activation allows it, balls otherwise. A quantity that does not exist at an index the
    statement covers, such as h[-1], refutes it too: the statement then says nothing there.

    Returns:
        The smallest counterexample found, or None; and the number of instances that were evaluated.
    """
    evaluated = 0
    for instance in instances(equation, recurrence, seed):
        try:
            found = examine(equation, recurrence, instance)
        except NegativeRangeError:
            continue
        evaluated += 1
        if found is not None:
            return found, evaluated
    return None, evaluated


def examine(equation: Equation, recurrence: Recurrence, instance: Instance) -> Counterexample | None:
    """Evaluate both sides at one instance; None when they may agree."""
    assignment = instance.assignment()
    for system in (Rationals(), Balls(BITS)):
        evaluator = Evaluator(system, assignment, recurrence, instance.stand_in, equation.varying)
        try:
            left, right = evaluator.value(equation.lhs), evaluator.value(equation.rhs)
        except NegativeRangeError:
            raise
        except UndefinedElementError as error:
            return _report(instance, assignment, recurrence, "undefined", str(error), "a quantity is undefined", equation)
        except EvaluationError:
            continue  # not exact in the rationals: balls come next
        with system.precision():
            if differ_for_certain(left, right):
                certainty = "exact" if isinstance(system, Rationals) else f"disjoint balls at {system.bits} bits"
                return _report(instance, assignment, recurrence, shown(left), shown(right), certainty, equation)
        return None
    return None


def differ_for_certain(left: Array, right: Array) -> bool:
    """True when some entry differs: exactly for rationals, by disjoint balls for enclosures."""
    for a, b in zip(left.ravel(), right.ravel(), strict=True):
        apart = not a.overlaps(b) if hasattr(a, "overlaps") else a != b
        if apart:
            return True
    return False


def shown(array: Array) -> str:
    """A matrix of numbers as text; a 1 x 1 matrix as its number."""
    rows = [[number_text(entry) for entry in row] for row in array]
    if len(rows) == 1 and len(rows[0]) == 1:
        return rows[0][0]
    return "[" + ", ".join("[" + ", ".join(row) + "]" for row in rows) + "]"


def number_text(entry: Any) -> str:
    """A rational exactly, a ball by its sure digits."""
    return entry.str(20) if hasattr(entry, "overlaps") else str(entry)


def _report(
    instance: Instance,
    assignment: Assignment,
    recurrence: Recurrence,
    left: str,
    right: str,
    certainty: str,
    equation: Equation,
) -> Counterexample:
    values: dict[str, str] = {symbol.name: str(at) for symbol, at in instance.indices.items()}
    relevant = {s.name for s in equation.sizes}
    values |= {str(name): str(size) for name, size in instance.sizes.items() if str(name) in relevant}
    if instance.stand_in is not None:
        values["phi"] = {"identity": "identity", "square": "z^2"}[instance.stand_in.name]
    for (name, index), entries in assignment.drawn.items():
        key = name if index is None else f"{name}_{index}"
        values[key] = shown(np.array([[str(entry) for entry in row] for row in entries], dtype=object))
    return Counterexample(values, left, right, certainty, instance.seed)
