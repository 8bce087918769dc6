"""Formulas as functions of arrays: indices, numbers, and activations of all entries at once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import sympy as sp

from symrnn.activations import Activation
from symrnn.activations import z as argument
from symrnn.evaluate.assignment import Assignment
from symrnn.evaluate.formulas import Found, Values, WithoutRuleError, constantly, formula_of
from symrnn.evaluate.systems import Floats

FUNCTIONS: Mapping[str, Callable[..., Any]] = {
    name: getattr(np, name) for name in ("exp", "tanh", "cosh", "sinh", "sin", "cos", "log", "sqrt")
}
"""The elementary functions that are calculated for all entries at once."""


def index_of(form: sp.Expr, symbol: Callable[[sp.Basic], Found]) -> Found:
    """An index as a function: whole numbers, that are added and multiplied."""

    def number(value: sp.Rational) -> Found:
        if not value.is_Integer:
            raise WithoutRuleError
        return constantly(int(value))

    return formula_of(form, symbol, number, _no_power, {})


def number_of(formula: sp.Expr, symbol: Callable[[sp.Basic], Found]) -> Found:
    """A formula of doubles as a function of doubles."""
    return formula_of(formula, symbol, lambda value: constantly(float(value)), _power, FUNCTIONS)


def index_symbol(symbol: sp.Basic, assignment: Assignment) -> Found:
    """The index that a symbol stands for: where it is bound, or else everywhere."""
    known = assignment.numbers({}).get(symbol)
    fixed = None if known is None else int(known)

    def find(values: Values) -> Any:
        found = values.get(symbol, fixed)
        if found is None:
            raise WithoutRuleError
        return found

    return find


def _no_power(base: Any, exponent: int) -> Any:
    raise WithoutRuleError


def _power(base: Any, exponent: int) -> Any:
    return base**exponent if exponent > 0 else 1.0 / base**-exponent


def function_of(known: Activation, order: int) -> Callable[[Any], Any]:
    """An activation, or a slope, of all entries at once; by entries where it has branches, or a domain."""
    formula = known.derivative(order)
    if formula.args == (argument,) and (named := FUNCTIONS.get(type(formula).__name__)) and known.domain is None:
        return named
    if known.domain is None and formula.free_symbols <= {argument}:
        try:
            at = number_of(formula, lambda symbol: lambda values: values[symbol])
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
