"""Counterexamples from findings: which values are told, under which names, and in which order."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from fractions import Fraction
from typing import Any, TypeAlias

import sympy as sp
from sympy.matrices.expressions.matexpr import MatrixElement

from symrnn.activations import Activation, z
from symrnn.check.refuting.instances import Numbers
from symrnn.check.refuting.search import Finding
from symrnn.derivation.counterexample import Counterexample, Named, Value, rows, value
from symrnn.derivation.inequality import Inequality
from symrnn.derivation.statement import Equation
from symrnn.evaluate.assignment import Key
from symrnn.expr import UnitVector

Given: TypeAlias = tuple[Named, Value]


def told(finding: Finding, given: Iterable[Given], seed: int) -> Counterexample:
    """A finding as a counterexample in which some things are given."""
    return Counterexample(tuple(given), value(finding.left), value(finding.right), finding.certainty, seed)


def told_undefined(finding: Finding, statement: Equation | Inequality, seed: int) -> Counterexample:
    """A finding where a side does not exist, whatever the matrices are: only the numbers matter."""
    numbers = finding.instance.numbers
    has_places = any(side.has(UnitVector, MatrixElement) for side in (statement.lhs, statement.rhs))
    given = (*indices(numbers), *sizes(numbers, statement.sizes if has_places else ()))
    left, right = (side if isinstance(side, str) else "has a value" for side in finding.sides)
    return Counterexample(given, left, right, finding.certainty, seed)


def indices(numbers: Numbers) -> Iterator[Given]:
    """The values of the indices."""
    return ((Named(symbol.name), at) for symbol, at in numbers.indices.items())


def sizes(numbers: Numbers, matter: Iterable[Any]) -> Iterator[Given]:
    """The sizes that matter."""
    return ((Named(size.name), at) for size, at in numbers.sizes.items() if size in matter)


def functions(names: Iterable[str], stand_in: Activation | None) -> Iterator[Given]:
    """What stands for the generic functions."""
    if stand_in is not None:
        formula = stand_in.derivative(0).xreplace({z: sp.Symbol("z")})
        yield from ((Named(name, argument="z"), formula) for name in names)


def matrices(values: Mapping[Key, Any]) -> Iterator[Given]:
    """Matrices by name; a run of equal elements of a sequence is told once."""
    entries = [(key, rows(given)) for key, given in values.items()]
    while entries:
        (name, index), given = entries.pop(0)
        last = index
        while last is not None and entries and entries[0] == ((name, last + 1), given):
            last += 1
            del entries[0]
        yield Named(name, index, None if last == index else last), given


def needed(
    finding: Finding, values: Mapping[Key, Any], others: Callable[[Key, Any], list[Any]], again: Callable[..., Any]
) -> list[Key]:
    """The matrices without which neither side could be recomputed.

    A matrix is left out when other values of it change nothing; from then on it has such a value, so that of two
    matrices that matter only together one stays: W_xh goes, x = 0 stays.

    Args:
        finding: the sides as they are.
        values: the matrices in the order in which they may be left out.
        others: other values of a matrix.
        again: both sides with other values; None where they have none.
    """
    sides, current, kept = [*map(value, finding.sides)], dict(values), []
    for key, given in values.items():
        tried = others(key, given)
        changed = ([*map(value, again({**current, key: other}) or ())] != sides for other in tried)
        if any(changed):
            kept.append(key)
        else:
            current[key] = tried[0]
    return kept


MALFORMED = (ArithmeticError, AttributeError, LookupError, TypeError, ValueError)
"""What Python says of a counterexample that was kept, where it is none."""


def plain(values: Mapping[Key, Any]) -> list[list[Any]]:
    """Matrices of fractions in words of JSON; see :func:`read`.

    >>> plain({("h", 0): [[Fraction(1, 2)], [Fraction(3)]]})
    [['h', 0, [['1/2'], ['3']]]]
    """
    return [[*key, [[str(entry) for entry in row] for row in rows]] for key, rows in values.items()]


def read(kept: Any) -> dict[Key, list[list[Fraction]]]:
    """The matrices that :func:`plain` has written; any of :data:`MALFORMED` is raised by anything else.

    >>> read([["h", 0, [["1/2"], ["3"]]]])
    {('h', 0): [[Fraction(1, 2)], [Fraction(3, 1)]]}
    """
    return {(str(name), index): [[Fraction(entry) for entry in row] for row in rows] for name, index, rows in kept}


def is_enough(
    finding: Finding,
    values: Mapping[Key, Any],
    shown: Collection[Key],
    others: Callable[[Key, Any], list[Any]],
    again: Callable[..., Any],
) -> bool:
    """Whether the sides stay as they are when all matrices but some have the values that :func:`needed` leaves them."""
    tried = {key: given if key in shown else others(key, given)[0] for key, given in values.items()}
    return [*map(value, again(tried) or ())] == [*map(value, finding.sides)]
