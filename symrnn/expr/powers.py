"""Entrywise powers and quotients, by products and the functions 1/z, √z and 1/√z."""

from __future__ import annotations

import sympy as sp
from sympy.matrices.expressions import HadamardPower, HadamardProduct, MatrixExpr

from symrnn.errors import UnknownTermError
from symrnn.expr.apply import Elementwise

MOST_FACTORS = 20
"""Largest power that is written as a product."""


def written(term: sp.Basic) -> sp.Basic:
    """A term with every entrywise power of a number written as products, inverses and roots, as far as it is known."""
    known = [
        power for power in term.atoms(HadamardPower) if power.exp.is_Rational and isinstance(power.base, MatrixExpr)
    ]
    return term.replace(lambda part: part in known, multiplied_out) if known else term


def multiplied_out(power: HadamardPower) -> MatrixExpr:
    """An entrywise power as a product of entries, of their inverses or of their roots; shape of the base.

    Raises:
        UnknownTermError: for an exponent that is neither an integer nor half of one, or too large.

    >>> a = sp.MatrixSymbol("a", 3, 1)
    >>> multiplied_out(HadamardPower(a, 2)), multiplied_out(HadamardPower(a, -1))
    (HadamardProduct(a, a), inverse(a))
    >>> multiplied_out(HadamardPower(a, -sp.S.Half))
    rsqrt(a)
    """
    base, exponent = power.base, power.exp
    if not (
        isinstance(base, MatrixExpr) and exponent.is_Rational and exponent.q <= 2 and abs(exponent.p) <= MOST_FACTORS
    ):
        raise UnknownTermError(
            f"the entrywise power {exponent} is not known",
            where=str(power)[:80],
            advice=f"use an integer, or half of one, of at most {MOST_FACTORS} factors",
        )
    if exponent == 0:
        return sp.OneMatrix(*power.shape)
    roots = {(1, 1): base, (1, -1): Elementwise("inverse")(base), (2, 1): Elementwise("sqrt")(base)}
    factor = roots.get((exponent.q, int(sp.sign(exponent))), Elementwise("rsqrt")(base))
    factors = [factor] * abs(int(exponent.p))
    return factor if len(factors) == 1 else HadamardProduct(*factors)
