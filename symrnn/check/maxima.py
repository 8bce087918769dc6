"""Maxima of the slope of an activation, by an algebraic certificate.

If φ' = s(φ) for a polynomial s, and bound - s(p) is a square of a polynomial in p, then φ' <= bound everywhere; the
value at the stated point shows that it is attained.
"""

from __future__ import annotations

from dataclasses import dataclass

import sympy as sp

from symrnn.activations import activation, value, z
from symrnn.derivation.statement import Maximum
from symrnn.errors import ProofError


@dataclass(frozen=True)
class SquareCertificate:
    """``bound - φ' = (root in φ)²`` and ``φ'(at) = bound``."""

    root: sp.Expr
    relation: sp.Expr


def square_certificate(statement: Maximum) -> SquareCertificate:
    """Find and check a certificate.

    Raises:
        ProofError: when φ' is no polynomial in φ, the difference is no square, or the value is not taken.

    >>> import sympy as sp
    >>> square_certificate(Maximum("sigmoid", sp.Rational(1, 4), sp.S.Zero)).root
    p - 1/2
    """
    known = activation(statement.activation)
    relation = known.slope_in_value
    if known.formula is None or relation is None:
        raise ProofError(f"the slope of {statement.activation} is not known as a polynomial in its value")
    slope, stated = (_in_exponential(part) for part in (sp.diff(known.formula, z), relation.subs(value, known.formula)))
    if z in slope.free_symbols | stated.free_symbols or sp.cancel(slope - stated) != 0:
        raise ProofError(f"the slope of {statement.activation} does not equal {relation}")
    root = square_root(statement.bound - relation)
    if root is None:
        raise ProofError(f"{statement.bound} - ({relation}) is not the square of a polynomial in φ")
    if sp.simplify(sp.diff(known.formula, z).subs(z, statement.at) - statement.bound) != 0:
        raise ProofError(f"{statement.activation}'({statement.at}) is not {statement.bound}")
    return SquareCertificate(root, relation)


def _in_exponential(formula: sp.Expr) -> sp.Expr:
    """A formula as a rational function of E = exp(-z)."""
    E = sp.Symbol("E", positive=True)
    return formula.rewrite(sp.exp).subs(sp.exp(-z), E).subs(sp.exp(z), 1 / E)


def square_root(polynomial: sp.Expr) -> sp.Expr | None:
    """The polynomial in φ whose square is given, over the rationals; None when there is none."""
    content, factors = sp.factor_list(sp.expand(polynomial), value)
    root = sp.sqrt(content)
    if not root.is_rational or any(power % 2 for _, power in factors):
        return None
    candidate = sp.expand(root * sp.Mul(*(factor ** (power // 2) for factor, power in factors)))
    return candidate if sp.expand(candidate**2 - polynomial) == 0 else None


def slope_at(statement: Maximum, point: sp.Expr) -> sp.Expr:
    """The slope of the activation at a point, exactly.

    Raises:
        UnknownTermError: for a generic activation.
        NotDifferentiableError: for one with a kink and no convention.
    """
    return sp.simplify(activation(statement.activation).derivative().subs(z, point))
