"""Formulas as functions of arrays: indices, numbers, and activations of all entries at once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import reduce
from operator import add, mul
from typing import Any, TypeAlias

import numpy as np
import sympy as sp

from symrnn.activations import Activation
from symrnn.activations import z as argument
from symrnn.evaluate.systems import Floats

Values: TypeAlias = dict[sp.Symbol, Any]
"""Of indices: an integer, or of one of them an array of integers."""
Found: TypeAlias = Callable[[Values], Any]


class WithoutRuleError(Exception):
    """What is left to the general walk, which has a rule for it or says what is wrong."""


FUNCTIONS: Mapping[str, Callable[..., Any]] = {
    name: getattr(np, name) for name in ("exp", "tanh", "cosh", "sinh", "sin", "cos", "log", "sqrt")
}
"""The elementary functions that are calculated for all entries at once."""


def formula_of(formula: sp.Basic, symbol: Callable[[sp.Basic], Found], functions: Mapping[str, Any]) -> Found:
    """A formula as a function; of fractions only where there are functions, since an index has none."""

    def read(part: sp.Basic) -> Found:
        match part:
            case sp.Symbol():
                return symbol(part)
            case sp.Integer():
                return constantly(int(part))
            case sp.Rational() if functions or not formula.free_symbols:
                return constantly(float(part))
            case sp.Add() | sp.Mul():
                parts, join = [read(each) for each in part.args], add if isinstance(part, sp.Add) else mul
                if len(parts) == 2:
                    one, other = parts
                    return lambda values: join(one(values), other(values))
                return lambda values: reduce(join, [each(values) for each in parts])
            case sp.Pow() if part.exp.is_Integer and (part.exp > 0 or functions):
                base, exponent = read(part.base), int(part.exp)
                return lambda values: base(values) ** exponent if exponent > 0 else 1.0 / base(values) ** -exponent
            case sp.Function() if type(part).__name__ in functions and len(part.args) == 1:
                inner, function = read(part.args[0]), functions[type(part).__name__]
                return lambda values: function(inner(values))
        raise WithoutRuleError

    return read(formula)


def constantly(value: Any) -> Found:
    """What is the same for all indices."""
    return lambda values: value


def function_of(known: Activation, order: int) -> Callable[[Any], Any]:
    """An activation, or a slope, of all entries at once; by entries where it has branches, or a domain."""
    formula = known.derivative(order)
    if known.domain is None and formula.free_symbols <= {argument}:
        try:
            at = formula_of(formula, lambda symbol: lambda values: values[symbol], FUNCTIONS)
        except WithoutRuleError:
            pass
        else:
            if formula.free_symbols:
                return lambda entries: at({argument: entries})
            return lambda entries: np.full_like(entries, at({}))
    system = Floats()
    return lambda entries: np.array(
        [system.function(known, None, order, float(x)) for x in entries.ravel()], dtype=np.float64
    ).reshape(entries.shape)
