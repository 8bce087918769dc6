"""Members of a family: numbers in place of symbols, to refute a claim about all of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import sympy as sp

from symrnn.activations import Activation, activation, is_catalogued
from symrnn.activations.parameters import Values
from symrnn.errors import ParameterError

TRIED = (sp.Integer(1), sp.Integer(2), sp.Rational(1, 2), sp.Integer(5), sp.Rational(1, 10))
"""Values of the free quantities in a parameter: of w in a = w/(1 + w), for a slope a in [0, 1)."""


def members(family: Activation) -> Iterator[tuple[dict[sp.Symbol, sp.Expr], Activation]]:
    """Some members, each with the values of the symbols; none of a family that is not the catalogue's.

    >>> a = sp.Symbol("a", real=True)
    >>> values, member = next(members(activation("leaky_relu", negative_slope=a)))
    >>> values, member.inf.value
    ({a: 1/2}, 1/2)
    """
    if not (is_catalogued(family) and family.stand_ins):
        return
    for tried in TRIED:
        for side in (1, -1):
            values: dict[sp.Symbol, sp.Expr] = {}
            for symbol, stand_in in family.stand_ins:
                known = stand_in.subs(values)
                free = {s: tried if s.is_nonnegative else side * tried for s in known.free_symbols}
                values[symbol] = known.subs(free)
            if all(_allowed(symbol, value) for symbol, value in values.items()):
                yield values, member(family, values)


def _allowed(symbol: sp.Symbol, value: sp.Expr) -> bool:
    """Whether a value has the properties that a symbol was declared with."""
    return all(
        getattr(value, f"is_{fact}") is truth for fact, truth in symbol.assumptions0.items() if fact != "commutative"
    )


def member(family: Activation, values: dict[sp.Symbol, sp.Expr]) -> Activation:
    """The member at some values of the symbols.

    Raises:
        ParameterError: for values outside of the domains.

    >>> a = sp.Symbol("a", real=True)
    >>> member(activation("elu", alpha=a), {a: sp.Integer(3)}).sup.value
    3
    """
    numbers: Values = {name: value.subs(values) for name, value in family.parameters}
    if not numbers:
        raise ParameterError(f"{family.name} has no parameters")
    found = activation(family.name, **numbers)
    if family.at_kink is None or not found.kinks:
        return found
    return replace(found, at_kink=family.at_kink.subs(values))
