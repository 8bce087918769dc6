"""Formulas of SymPy as terms of the kernel.

Nothing here is trusted: :mod:`symrnn.certify.slope_asked` reads back what the kernel has accepted.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from functools import reduce

import sympy as sp

from symrnn.activations import Root, z
from symrnn.errors import ProofError
from symrnn.kernel.formulas import FUNCTIONS, ONE, Term, Z, add, mul, negative, num, power


def translate(formula: sp.Expr, known: Callable[[sp.Expr], Term | None] = lambda formula: None) -> Term:
    """The term of a formula.

    Args:
        formula: what is translated.
        known: terms of parts that are to be written otherwise.

    Raises:
        ProofError: for a formula that the kernel has no term for.

    >>> from symrnn.kernel.formulas import show
    >>> show(translate(sp.exp(z) - 1))
    '-1 + exp(z)'
    >>> show(translate(sp.sqrt(2 / sp.pi) * (1 - sp.exp(z))))
    'sqrt(2)*(1 - exp(z))/sqrt(pi)'
    """
    found = known(formula)
    if found is not None:
        return found
    parts = [translate(arg, known) for arg in formula.args] if not isinstance(formula, Root | sp.Pow) else []
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
            return add(*parts)
        case sp.Mul():
            return mul(*parts)
        case sp.Pow(args=(base, exponent)) if exponent.is_Integer:
            return power(translate(base, known), int(exponent))
        case sp.Pow(args=(base, exponent)) if (2 * exponent).is_Integer and not base.free_symbols:
            return power(("sqrt", translate(base, known)), int(2 * exponent))
        case sp.Max() | sp.Min():
            kind = "max" if isinstance(formula, sp.Max) else "min"
            return reduce(lambda one, other: (kind, one, other), parts)
        case sp.Abs():
            return "max", parts[0], negative(parts[0])
    if type(formula).__name__ in FUNCTIONS:
        return type(formula).__name__, parts[0]
    raise ProofError(f"{formula} has no term in the kernel")


def completed(part: sp.Expr) -> Term | None:
    """A quadratic polynomial without a root as a (z + b)^2 + c, which may stand below a fraction line."""
    if not (isinstance(part, sp.Add) and part.is_polynomial(z) and part.free_symbols == {z}):
        return None
    coefficients = sp.Poly(part, z).all_coeffs()
    if len(coefficients) != 3 or not all(c.is_Rational for c in coefficients):
        return None
    a, b, c = coefficients
    if b == 0 or b**2 >= 4 * a * c:
        return None
    return translate(a * (z + b / (2 * a)) ** 2 + c - b**2 / (4 * a))
