"""Formulas of SymPy as terms of the kernel."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from functools import reduce

import sympy as sp

from symrnn.activations import Root, z
from symrnn.errors import ProofError
from symrnn.kernel.formulas import FUNCTIONS, ONE, Term, Z, add, minus, mul, negative, num, power

Fact = tuple[sp.Expr, Term]
"""A formula whose sign is known, and its term as the kernel knows it."""


def translate(formula: sp.Expr, facts: Sequence[Fact] | None = None) -> Term:
    """The term of a formula; with facts in a form that shows its sign: parts that are facts are written as these.

    Raises:
        ProofError: for a formula that the kernel has no term for.

    >>> from symrnn.kernel.formulas import show
    >>> show(translate(sp.exp(z) - 1)), show(translate(sp.exp(z) - 1, ()))
    ('-1 + exp(z)', '-(1 - exp(z))')
    >>> show(translate(sp.sqrt(2 / sp.pi) * (1 - sp.exp(z))))
    'sqrt(2)*(1 - exp(z))/sqrt(pi)'
    """
    for known, term in facts or ():
        if formula == known:
            return term
        if formula.is_Add and sp.expand(formula - known) == 0:
            return term
        if formula.is_Add and sp.expand(formula + known) == 0:
            return negative(term)
    match formula:
        case sp.Rational():
            return num(Fraction(int(formula.p), int(formula.q)))
        case sp.Symbol():
            return Z if formula == z else ("par", formula.name)
        case sp.pi:
            return ("pi",)
        case sp.E:
            return "exp", ONE
        case Root():
            return "root", formula.name
        case sp.Add():
            return _sum(formula, facts)
        case sp.Mul():
            return mul(*(translate(arg, facts) for arg in formula.args))
        case sp.Pow():
            return _power(formula, facts)
        case sp.Max() | sp.Min():
            kind = "max" if isinstance(formula, sp.Max) else "min"
            return reduce(lambda one, other: (kind, one, other), (translate(arg, facts) for arg in formula.args))
        case sp.Abs():
            inner = translate(formula.args[0], facts)
            return "max", inner, negative(inner)
    name = type(formula).__name__
    if name in FUNCTIONS:
        return name, translate(formula.args[0], facts)
    raise ProofError(f"{formula} has no term in the kernel")


def _sum(formula: sp.Expr, facts: Sequence[Fact] | None) -> Term:
    """A sum; with facts, 1 - exp(u) in the form that shows its sign."""
    if facts is not None and len(formula.args) == 2:
        first, last = formula.args
        for sign in (1, -1):
            if sign * first == 1 and isinstance(-sign * last, sp.exp):
                gap = minus(ONE, translate(-sign * last, facts))
                return gap if sign > 0 else negative(gap)
    return add(*(translate(arg, facts) for arg in formula.args))


def _power(formula: sp.Expr, facts: Sequence[Fact] | None) -> Term:
    base, exponent = formula.args
    if exponent.is_Integer:
        return power(translate(base, facts), int(exponent))
    if (2 * exponent).is_Integer and not base.free_symbols:
        return power(("sqrt", translate(base, facts)), int(2 * exponent))
    raise ProofError(f"{formula} has no term in the kernel")
