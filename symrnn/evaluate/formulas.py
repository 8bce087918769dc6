"""Formulas read once, as functions of the values of their symbols; what has branches is left to ``scalars.py``."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import reduce
from operator import add, mul
from typing import Any, TypeAlias

import sympy as sp

Values: TypeAlias = dict[Any, Any]
Found: TypeAlias = Callable[[Values], Any]


class WithoutRuleError(Exception):
    """What is left to a more general walk, which has a rule for it or says what is wrong."""


def formula_of(
    formula: sp.Basic,
    symbol: Callable[[sp.Basic], Found],
    number: Callable[[sp.Rational], Found],
    power: Callable[[Any, int], Any],
    functions: Mapping[str, Callable[..., Any]],
) -> Found:
    """A formula as a function.

    Args:
        formula: what to read.
        symbol: finds the value of a symbol.
        number: finds that of a number.
        power: raises what was found to an integer.
        functions: the elementary functions, of one number.

    Raises:
        WithoutRuleError: for any other node.

    >>> x = sp.Symbol("x")
    >>> square = formula_of(1 + x**2, lambda s: lambda at: at[s], lambda c: lambda at: int(c), pow, {})
    >>> square({x: 3})
    10
    """

    def read(part: sp.Basic) -> Found:
        match part:
            case sp.Symbol():
                return symbol(part)
            case sp.Rational():
                return number(part)
            case sp.Add(args=(one, sp.Mul(args=(sp.core.numbers.NegativeOne(), other)))):
                minuend, subtrahend = read(one), read(other)
                return lambda values: minuend(values) - subtrahend(values)
            case sp.Add() | sp.Mul():
                parts, join = [read(each) for each in part.args], add if isinstance(part, sp.Add) else mul
                if len(parts) == 2:
                    one, other = parts
                    return lambda values: join(one(values), other(values))
                return lambda values: reduce(join, [each(values) for each in parts])
            case sp.Pow() if part.exp.is_Integer:
                base, exponent = read(part.base), int(part.exp)
                return lambda values: power(base(values), exponent)
            case sp.Function() if type(part).__name__ in functions and len(part.args) == 1:
                inner, function = read(part.args[0]), functions[type(part).__name__]
                return lambda values: function(inner(values))
        raise WithoutRuleError

    return read(formula)


def constantly(value: Any) -> Found:
    """What is the same for all values of the symbols."""
    return lambda values: value
