"""Parameters of activations: defaults, domains, and what a symbol in their place is assumed to be."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from math import isfinite
from typing import Any, TypeAlias

import numpy as np
import sympy as sp
from sympy.core.relational import Relational
from sympy.core.sympify import _sympify

from symrnn.activations.argument import z
from symrnn.decimals import as_fraction, in_fractions
from symrnn.errors import ParameterError

Values: TypeAlias = dict[str, sp.Expr]
StandIn: TypeAlias = tuple[sp.Symbol, sp.Expr]


@dataclass(frozen=True)
class Parameter:
    """A parameter of a family of activations.

    Args:
        name: as in PyTorch.
        default: exact; where PyTorch has none, the catalogue chooses one and says so.
        domain: the interval of the values it may have; an end may be the symbol of an earlier parameter.
        advice: what to use instead, outside of the domain.
    """

    name: str
    default: sp.Expr
    domain: sp.Interval
    advice: str = ""

    def _domain(self, earlier: Values) -> sp.Interval:
        return self.domain.subs({sp.Symbol(name, real=True): value for name, value in earlier.items()})

    def hypotheses(self, given: sp.Expr, earlier: Values) -> tuple[Relational, ...]:
        """What the domain asks of a value and its assumptions do not already tell.

        Raises:
            ParameterError: for a value outside of the domain.

        >>> slope = Parameter("negative_slope", sp.Rational(1, 100), sp.Interval.Ropen(0, 1))
        >>> slope.hypotheses(sp.Symbol("a", real=True), {})
        (a >= 0, a < 1)
        """
        domain = self._domain(earlier)
        low = (sp.Gt if domain.left_open else sp.Ge)(given, domain.start)
        high = (sp.Lt if domain.right_open else sp.Le)(given, domain.end)
        asked = [
            low if domain.start.is_finite is not False else sp.true,
            high if domain.end.is_finite is not False else sp.true,
        ]
        if sp.false in asked:
            raise ParameterError(
                f"{self.name} = {given} is outside of {self.limits(earlier)}",
                advice=self.advice or f"the default is {self.default}",
            )
        return tuple(relation for relation in asked if relation != sp.true)

    def limits(self, earlier: Values) -> str:
        """The domain as inequalities.

        >>> Parameter("alpha", sp.S.One, sp.Interval.open(0, sp.oo)).limits({})
        'alpha > 0'
        """
        domain = self._domain(earlier)
        low, high = ("<" if open_ else "<=" for open_ in (domain.left_open, domain.right_open))
        if domain.end is sp.oo:
            return f"{self.name} {low.replace('<', '>')} {domain.start}"
        return f"{domain.start} {low} {self.name} {high} {domain.end}"

    def stand_in(self, symbol: sp.Symbol, earlier: Values) -> sp.Expr:
        """An expression that takes exactly the values of the domain, in a symbol whose sign SymPy knows.

        >>> Parameter("a", sp.S.Zero, sp.Interval.Ropen(0, 1)).stand_in(sp.Symbol("a", real=True), {})
        _w/(_w + 1)
        """
        domain = self._domain(earlier)
        if domain.start is sp.S.NegativeInfinity:
            return symbol
        free = sp.Dummy("w", nonnegative=True) if not domain.left_open else sp.Dummy("w", positive=True)
        return domain.start + (free if domain.end is sp.oo else (domain.end - domain.start) * free / (1 + free))


def exact(name: str, given: Any) -> sp.Expr:
    """A parameter's value as an exact expression: a number, or one real symbol.

    A float stands for the decimal that it prints as.

    Raises:
        ParameterError: for anything else.

    >>> exact("alpha", 0.01), exact("alpha", Fraction(1, 3))
    (1/100, 1/3)
    """
    advice = "give an integer, a fraction, a SymPy number, or a real symbol"
    if isinstance(given, Decimal | float | np.floating) and isfinite(given):
        return as_fraction(given)
    if isinstance(given, Fraction):
        return sp.Rational(given.numerator, given.denominator)
    if isinstance(given, bool) or not isinstance(given, int | np.integer | sp.Expr):
        raise ParameterError(f"{name} = {given!r} is not a number", advice=advice)
    found = _sympify(given)
    found = in_fractions(found) if found.has(sp.Float) else found
    if isinstance(found, sp.Symbol):
        if found == z:
            raise ParameterError(f"{name} = z, but z is the argument of the function", advice="use another symbol")
        if not found.is_real:
            raise ParameterError(
                f"{name} = {found} is not known to be real",
                advice=f'declare it: Symbol("{found}", real=True)',
            )
    elif found.free_symbols or not (found.is_real and found.is_finite):
        raise ParameterError(f"{name} = {found} is neither a real number nor a symbol", advice=advice)
    return found
