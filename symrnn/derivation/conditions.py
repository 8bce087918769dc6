"""Conditions and hypotheses as they are given: one or several, of relations between numbers and nothing else."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import sympy as sp
from sympy.core.relational import Relational
from sympy.matrices import MatrixBase
from sympy.matrices.expressions import MatrixExpr

from symrnn.decimals import in_fractions
from symrnn.errors import IndexRangeError, UnknownTermError
from symrnn.expr.units import in_units

EVERY_ONE_HOLDS = "state the parts of an And one by one; for an Or, make one statement for each case"


def several(given: Any) -> tuple[Any, ...]:
    """What was given as a tuple; a single thing need not be put into one.

    >>> t = sp.Symbol("t", integer=True)
    >>> several(t >= 1), several([t >= 1, t <= 5])
    ((t >= 1,), (t >= 1, t <= 5))
    """
    is_one = isinstance(given, str) or (isinstance(given, sp.Basic) and not isinstance(given, sp.Tuple))
    return (given,) if is_one or not isinstance(given, Iterable) else tuple(given)


def conditions(where: Any) -> tuple[Relational, ...]:
    """Conditions on indices as a tuple, without those that always hold, and the parts of an And one by one.

    Raises:
        IndexRangeError: for anything but a relation between numbers, and for one that is never satisfied.

    >>> t = sp.Symbol("t", integer=True)
    >>> conditions(t >= 1), conditions(sp.And(t >= 1, t <= 5)), conditions(sp.true)
    ((t >= 1,), (t >= 1, t <= 5), ())
    """
    found = tuple(_parts(several(where)))
    for condition in found:
        require_satisfiable(condition, "condition")
        if not isinstance(condition, Relational):
            raise IndexRangeError(f"the condition {condition} is not an inequality", advice=_advice(condition))
        require_numbers(condition, "condition")
    return found


def needed(where: Iterable[Relational]) -> tuple[Relational, ...]:
    """Conditions without those that follow from another one: T >= 0 beside T >= 1.

    >>> t, T = sp.symbols("t T", integer=True)
    >>> needed((T >= 0, t <= T, T >= 1, T >= t - 2))
    (t <= T, T >= 1)
    """
    found = tuple(dict.fromkeys(where))
    return tuple(c for c in found if not any(_follows(c, other) for other in found))


def _follows(condition: Relational, other: Relational) -> bool:
    """Whether both are a >= b for one difference a - b but for a number, and the other one says more."""
    if not all(isinstance(each, sp.Ge | sp.Le) for each in (condition, other)):
        return False
    slack = sp.expand((condition.gts - condition.lts) - (other.gts - other.lts))
    return bool(slack.is_number and slack > 0)


def relations(given: Any) -> tuple[Any, ...]:
    """Hypotheses as a tuple, without those that always hold, and the parts of an And one by one.

    Raises:
        IndexRangeError: for one that is never satisfied.
    """
    found = tuple(in_units(in_fractions(each)) for each in _parts(several(given)))
    for hypothesis in found:
        require_satisfiable(hypothesis, "hypothesis")
        if isinstance(hypothesis, Relational):
            require_numbers(hypothesis, "hypothesis")
    return found


def _parts(given: Iterable[Any]) -> Iterable[Any]:
    """The parts of every And, in the order in which it lists them, without what is always true."""
    for each in given:
        if isinstance(each, sp.And):
            yield from _parts(sorted(each.args, key=sp.default_sort_key))
        elif not (each is True or each == sp.true):
            yield each


def require_satisfiable(relation: Any, what: str) -> None:
    """Refuse what is false as it stands.

    Raises:
        IndexRangeError: saying that it is never satisfied.
    """
    if relation is False or relation == sp.false:
        raise IndexRangeError(f"a {what} is never satisfied, so the statement would say nothing")


def require_numbers(relation: Relational, what: str) -> None:
    """Refuse a relation between matrices.

    Raises:
        UnknownTermError: with the advice to state an Equation.
    """
    if any(isinstance(side, MatrixExpr | MatrixBase) for side in relation.args):
        advice = "compare numbers, such as norms; assume of matrices that they are equal as in given=(Equation(A, B),)"
        raise UnknownTermError(f"the {what} {relation} is about matrices", advice=advice)


def require_integers(where: Iterable[Relational]) -> None:
    """Refuse conditions on anything but integers.

    Raises:
        IndexRangeError: naming what need not be one.

    >>> require_integers((sp.Symbol("c", real=True) > 0,))
    Traceback (most recent call last):
    symrnn.errors.IndexRangeError: the condition c > 0 speaks of c, which is not declared as an integer: conditions ...
    """
    for condition in where:
        for symbol in sorted(condition.free_symbols, key=str):
            if not (isinstance(symbol, sp.Symbol) and symbol.is_integer):
                raise IndexRangeError(
                    f"the condition {condition} speaks of {symbol}, which is not declared as an integer: conditions of "
                    "an equation are about indices and sizes",
                    advice='declare what is known of a number with its symbol, as in Symbol("c", positive=True), and '
                    'an index as in Symbol("t", integer=True)',
                )


def _advice(condition: Any) -> str:
    return EVERY_ONE_HOLDS if isinstance(condition, sp.Or) else "write it as in t >= 1"
