"""Scalar SymPy formulas evaluated in any number system."""

from __future__ import annotations

import operator
from collections.abc import Mapping
from fractions import Fraction
from functools import reduce
from operator import add, mul
from typing import Any

import sympy as sp
from sympy.core.relational import Relational

from symrnn.errors import EvaluationError


def scalar_value(formula: sp.Expr, values: Mapping[sp.Symbol, Any], system: Any) -> Any:
    """The value of a formula, its symbols replaced by numbers of a system.

    Raises:
        EvaluationError: for a function or number that the system does not have, or a division by zero.

    >>> from symrnn.evaluate import Rationals
    >>> import flint, sympy as sp
    >>> x = sp.Symbol("x")
    >>> scalar_value(x**2 / 3 - 1, {x: flint.fmpq(1, 2)}, Rationals())
    -11/12
    """

    def walk(part: sp.Basic) -> Any:
        if part in values:
            return values[part]
        match part:
            case sp.Rational():
                return system.number(Fraction(int(part.p), int(part.q)))
            case sp.Add():
                return reduce(add, map(walk, part.args))
            case sp.Mul():
                return reduce(mul, map(walk, part.args))
            case sp.Pow() if part.exp.is_Integer:
                return _power(walk(part.base), int(part.exp), system, part)
            case sp.Pow() if part.exp.is_Rational and part.exp.q == 2:
                return _power(elementary("sqrt", part.base), int(part.exp.p), system, part)
            case sp.Piecewise():
                return _piecewise(part)
            case sp.Function():
                return elementary(type(part).__name__, *part.args)
            case sp.exp():
                return elementary("exp", part.args[0])
            case _ if part is sp.pi or part is sp.E:
                if part is sp.E:
                    return elementary("exp", sp.S.One)
                return walk(sp.Integer(4)) * elementary("atan", sp.S.One)
        raise EvaluationError(f"{part} has no value in {system.name}")

    def elementary(name: str, *arguments: sp.Expr) -> Any:
        function = getattr(system, "elementary", {}).get(name)
        if function is None:
            raise EvaluationError(f"the function {name} has no value in {system.name}")
        return function(*map(walk, arguments))

    def _piecewise(part: sp.Piecewise) -> Any:
        for expression, condition in part.args:
            if holds(condition):
                return walk(expression)
        raise EvaluationError(f"no branch of {part} applies in {system.name}")

    def holds(condition: sp.Basic) -> bool:
        match condition:
            case sp.And():
                return all(holds(arg) for arg in condition.args)
            case sp.Or():
                return any(holds(arg) for arg in condition.args)
            case Relational():
                sides = walk(condition.lhs), walk(condition.rhs)
                if compare(condition.rel_op, *sides):
                    return True
                if compare(NEGATED[condition.rel_op], *sides):
                    return False
                raise EvaluationError(f"{condition} is not decided by the {system.name} at hand")
        return bool(condition)

    return walk(formula)


NEGATED = {"==": "!=", "!=": "==", ">": "<=", "<=": ">", "<": ">=", ">=": "<"}


def compare(relation: str, left: Any, right: Any) -> bool:
    """Compare two numbers; for balls, True only when it holds for all the numbers in them."""
    return bool(getattr(operator, OPERATORS[relation])(left, right))


OPERATORS = {"==": "eq", "!=": "ne", ">": "gt", "<": "lt", ">=": "ge", "<=": "le"}


def _power(base: Any, exponent: int, system: Any, part: sp.Basic) -> Any:
    if exponent < 0:
        try:
            return system.number(Fraction(1)) / _power(base, -exponent, system, part)
        except ZeroDivisionError:
            raise EvaluationError(f"division by zero in {part}") from None
    result = system.number(Fraction(1))
    for bit in bin(exponent)[2:]:
        result = result * result
        if bit == "1":
            result = result * base
    return result
