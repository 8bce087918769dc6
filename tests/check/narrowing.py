"""Statements at numbers for their indices, which share no code with what the checker tries."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import islice
from itertools import product as cartesian
from typing import Any

import sympy as sp

from symrnn.derivation import Claim, Equation, Inequality, Kind, Limit
from symrnn.derivation.inequality import ForEvery
from symrnn.derivation.statement import AllOf
from symrnn.errors import IndexRangeError, ProofError
from symrnn.recurrence import Recurrence

VALUES = range(-3, 9)


def parts_of(statement: Any) -> tuple[Any, ...]:
    """The equations and inequalities in a statement; others, such as limits, have no index to set."""
    parts = statement.parts if isinstance(statement, AllOf) else (statement,)
    return tuple(part for part in parts if isinstance(part, Equation | Inequality) and not isinstance(part, Limit))


def instances_of(statement: Equation | Inequality) -> Iterator[dict[sp.Symbol, int]]:
    """Values of all indices that the conditions allow for some sizes, those nearest to 0 first."""
    symbols = statement.indices
    for choice in sorted(cartesian(VALUES, repeat=len(symbols)), key=lambda c: (sum(map(abs, c)), c)):
        numbers = dict(zip(symbols, choice, strict=True))
        rule = {symbol: sp.Integer(at) for symbol, at in numbers.items()}
        declared = all(sp.Integer(at).is_positive or not symbol.is_positive for symbol, at in numbers.items())
        if declared and all(condition.xreplace(rule) != sp.false for condition in statement.where):
            yield numbers


def at_numbers(
    statement: Equation | Inequality, numbers: Mapping[sp.Symbol, int], recurrence: Recurrence | None
) -> Equation | Inequality:
    """A statement with some of its indices put to numbers; one that a total runs to, such as T, by a condition."""
    ends = {s for total in recurrence.totals.values() for s in total.free_symbols} if recurrence else set()
    rule = {symbol: sp.Integer(at) for symbol, at in numbers.items() if symbol not in ends}
    sides = {"lhs": statement.lhs.xreplace(rule), "rhs": statement.rhs.xreplace(rule)}
    fixed = (sp.Eq(symbol, at) for symbol, at in numbers.items() if symbol in ends)
    where = (*(condition.xreplace(rule) for condition in statement.where), *fixed)
    if isinstance(statement, Equation):
        varying = tuple(quantity.xreplace(rule) for quantity in statement.varying)
        return Equation(**sides, where=where, varying=varying)
    return Inequality(**sides, where=where, given=tuple(_at(hypothesis, rule) for hypothesis in statement.given))


def _at(hypothesis: Any, rule: dict[sp.Symbol, sp.Integer]) -> Any:
    if isinstance(hypothesis, Equation):
        return Equation(hypothesis.lhs.xreplace(rule), hypothesis.rhs.xreplace(rule), hypothesis.where)
    if isinstance(hypothesis, ForEvery):
        inner = {symbol: at for symbol, at in rule.items() if symbol != hypothesis.index}
        where = tuple(condition.xreplace(inner) for condition in hypothesis.where)
        return ForEvery(hypothesis.relation.xreplace(inner), hypothesis.index, where)
    return hypothesis.xreplace(rule) if isinstance(hypothesis, sp.Basic) else hypothesis


def unrefuted(claim: Claim, most: int) -> bool:
    """Whether nothing in a claim is refuted once its indices are set, one at a time and all together."""
    for part in parts_of(claim.statement):
        for numbers in islice(instances_of(part), most):
            for some in (numbers, *({symbol: at} for symbol, at in numbers.items() if len(numbers) > 1)):
                if some and not _stands(claim, part, some):
                    raise AssertionError(f"{claim.id}, {part}: refuted at {some}")
    return True


def _stands(claim: Claim, part: Equation | Inequality, numbers: Mapping[sp.Symbol, int]) -> bool:
    try:
        statement = at_numbers(part, numbers, claim.recurrence)
    except IndexRangeError as error:  # a range of negative length, refused where it is written
        raise AssertionError(f"{claim.id}, {part}: does not exist at {numbers}") from error
    try:
        return replace(claim, statement=statement, derivation=None).verify().kind is not Kind.REFUTED
    except ProofError as error:
        raise AssertionError(f"{claim.id}: {error}") from error
