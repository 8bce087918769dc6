"""Scalar SymPy formulas evaluated in any number system."""

from __future__ import annotations

import operator
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import reduce
from itertools import chain, count
from operator import add, mul
from typing import Any

import sympy as sp
from sympy.core.relational import Relational

from symrnn.budget import require_bits, tick
from symrnn.errors import EvaluationError
from symrnn.evaluate.undefined import UndecidedError, UndefinedElementError


def scalar_value(formula: sp.Expr, values: Mapping[sp.Symbol, Any], system: Any) -> Any:
    """The value of a formula, its symbols replaced by numbers of a system.

    Raises:
        EvaluationError: for a function or number that the system does not have, or a division by zero.
        LimitError: for a power of a rational number that has too many digits.
        UndefinedElementError: for a formula that its indices alone leave without a value, such as 1/t at t = 0.

    >>> from symrnn.evaluate import Rationals
    >>> import flint, sympy as sp
    >>> x = sp.Symbol("x")
    >>> scalar_value(x**2 / 3 - 1, {x: flint.fmpq(1, 2)}, Rationals())
    -11/12
    """
    return _Scalars(values, system).value(formula)


def holds(condition: sp.Basic, values: Mapping[sp.Symbol, Any], system: Any) -> bool:
    """Whether a condition holds at numbers of a system.

    Raises:
        EvaluationError: where it is not decided, as balls may leave it.

    >>> from symrnn.evaluate import Rationals
    >>> import flint, sympy as sp
    >>> x = sp.Symbol("x")
    >>> holds(x > 0, {x: flint.fmpq(-1, 2)}, Rationals())
    False
    """
    return _Scalars(values, system).holds(condition)


@dataclass(frozen=True)
class _Scalars:
    """The walk over a formula, one method for each kind of node that needs more than a line."""

    values: Mapping[sp.Symbol, Any]
    system: Any

    def value(self, part: sp.Basic) -> Any:
        tick()
        if part in self.values:
            return self.values[part]
        match part:
            case sp.Rational():
                require_bits(max(int(part.p).bit_length(), int(part.q).bit_length()))
                return self.system.number(Fraction(int(part.p), int(part.q)))
            case sp.Add():
                return reduce(add, map(self.value, part.args))
            case sp.Mul():
                return reduce(mul, map(self.value, part.args))
            case sp.Pow() if part.exp.is_Integer:
                return self.power(self.value(part.base), int(part.exp), part)
            case sp.Pow() if part.exp.is_Rational and part.exp.q == 2:
                return self.power(self.elementary("sqrt", part.base), int(part.exp.p), part)
            case sp.Piecewise():
                return self.branch(part)
            case sp.Function() | sp.Min() | sp.Max():
                return self.elementary(type(part).__name__, *part.args)
            case sp.exp():  # also E**x as it may have been written, a power to SymPy
                return self.elementary("exp", part.exp)
        if part in (sp.nan, sp.zoo):  # as SymPy writes 1/t with 0 in the place of t
            raise UndefinedElementError("a division by zero has no value", advice="check the range of the index")
        if part is sp.E:
            return self.elementary("exp", sp.S.One)
        if part is sp.pi:
            return self.value(sp.Integer(4)) * self.elementary("atan", sp.S.One)
        raise EvaluationError(f"{lettered(part)} has no value in {self.system.name}")

    def power(self, base: Any, exponent: int, part: sp.Basic) -> Any:
        """A number to a power."""
        try:
            return self.system.power(base, exponent)
        except ZeroDivisionError:
            raise EvaluationError(f"division by zero in {lettered(part)}") from None

    def elementary(self, name: str, *arguments: sp.Expr) -> Any:
        """An elementary function of numbers."""
        return self.system.named(name)(*map(self.value, arguments))

    def branch(self, part: sp.Piecewise) -> Any:
        """The value by the first condition that holds."""
        for expression, condition in part.args:
            if self.holds(condition):
                return self.value(expression)
        raise EvaluationError(f"no branch of {lettered(part)} applies in {self.system.name}")

    def holds(self, condition: sp.Basic) -> bool:
        """Whether a condition holds; balls may leave it open, which is an error."""
        match condition:
            case sp.And():
                return all(self.holds(arg) for arg in condition.args)
            case sp.Or():
                return any(self.holds(arg) for arg in condition.args)
            case Relational():
                sides = self.value(condition.lhs), self.value(condition.rhs)
                if compare(condition.rel_op, *sides):
                    return True
                if compare(NEGATED[condition.rel_op], *sides):
                    return False
                raise UndecidedError(f"{lettered(condition)} is not decided by the {self.system.name} at hand")
        return bool(condition)


def lettered(part: sp.Basic) -> str:
    """A formula in print, with letters for the names that stand for a norm or a sum in it.

    >>> x = sp.Symbol("x")
    >>> lettered(1 / x), lettered(1 / sp.Dummy()), lettered(x / sp.Dummy())
    ('1/x', '1/x for a norm or sum x', 'x/y for a norm or sum y')
    """
    hidden = sorted(part.atoms(sp.Dummy), key=sp.default_sort_key)
    taken = {symbol.name for symbol in part.free_symbols if isinstance(symbol, sp.Symbol)}
    letters = (letter for letter in chain("xyzuvw", (f"x{at}" for at in count(1))) if letter not in taken)
    names = dict(zip(hidden, map(sp.Symbol, letters), strict=False))
    text = str(part.xreplace(names))
    return f"{text} for a norm or sum {', '.join(map(str, names.values()))}" if names else text


NEGATED = {"==": "!=", "!=": "==", ">": "<=", "<=": ">", "<": ">=", ">=": "<"}


def compare(relation: str, left: Any, right: Any) -> bool:
    """Compare two numbers; for balls, True only when it holds for all the numbers in them.

    Raises:
        EvaluationError: for numbers that have no such order, such as residues and symbols.
    """
    try:
        return bool(getattr(operator, OPERATORS[relation])(left, right))
    except TypeError as error:
        raise EvaluationError(f"{left} {relation} {right} is not decided: {error}") from None


OPERATORS = {"==": "eq", "!=": "ne", ">": "gt", "<": "lt", ">=": "ge", "<=": "le"}
