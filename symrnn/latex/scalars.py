"""Rules for scalars: indices, coefficients and sums over entries. What is left is written by SymPy."""

from __future__ import annotations

from typing import Any

import sympy as sp
from sympy.matrices.expressions import MatrixExpr
from sympy.matrices.expressions.matexpr import MatrixElement

from symrnn.errors import NotationError
from symrnn.latex.precedence import Piece
from symrnn.latex.style import Style
from symrnn.latex.walk import bind, signed_sum, split_sign, write


@write.register
def _(scalar: sp.Expr, style: Style) -> Piece:
    if scalar.has(MatrixExpr):
        raise NotationError(f"no rule to write {type(scalar).__name__}", where=str(scalar))
    return style.other(scalar)


@write.register
def _(scalar: sp.Symbol, style: Style) -> Piece:
    return style.scalar(scalar)


@write.register
def _(scalar: sp.Integer, style: Style) -> Piece:
    return signed_sum([(True, Piece(str(-scalar)))], style) if scalar < 0 else Piece(str(scalar))


@write.register
def _(scalar: sp.Rational, style: Style) -> Piece:
    if scalar < 0:
        return signed_sum([(True, write(-scalar, style))], style)
    return style.fraction(Piece(str(scalar.p)), Piece(str(scalar.q)))


def reading_order(summand: sp.Expr) -> tuple[Any, ...]:
    """Sort key of a sum as people write indices: t - k - 1, positive first, then negative, then numbers."""
    negative, size = split_sign(summand)
    time_first = not summand.has(*[s for s in summand.free_symbols if s.name in ("t", "T")])
    return bool(summand.is_number), negative, time_first, sp.default_sort_key(size)


@write.register
def _(scalar: sp.Add, style: Style) -> Piece:
    parts = [split_sign(part) for part in sorted(scalar.args, key=reading_order)]
    if parts[0][0]:  # nothing positive but a number: 1 - k
        parts.sort(key=lambda part: part[0])
    return signed_sum([(negative, write(part, style)) for negative, part in parts], style)


def entries_last(factor: sp.Expr) -> tuple[bool, bool]:
    """Sort key of a product: numbers and symbols, entries of matrices, entries of columns."""
    entry = isinstance(factor, MatrixElement)
    return entry, entry and factor.parent.cols == 1


@write.register
def _(scalar: sp.Mul, style: Style) -> Piece:
    negative, rest = split_sign(scalar)
    if negative:
        return signed_sum([(True, write(rest, style))], style)
    above, below = sp.fraction(scalar, exact=True)
    if below != 1:
        return style.fraction(write(above, style), write(below, style))
    factors = sorted(scalar.as_ordered_factors(), key=entries_last)
    pieces = [write(factor, style) for factor in factors]
    # Two numbers side by side would read as one.
    clash = any(style.fit(right, "product").text[0].isdigit() for right in pieces[1:])
    return style.join("number product" if clash else "product", pieces)


@write.register
def _(scalar: sp.Pow, style: Style) -> Piece:
    if scalar.exp.is_negative and scalar.exp.is_Number:
        return style.fraction(Piece("1"), write(1 / scalar, style))
    if scalar.exp == sp.Rational(1, 2) and not scalar.has(MatrixExpr):
        return style.other(scalar)
    return style.power(style.fit(write(scalar.base, style), "power"), write(scalar.exp, style))


@write.register
def _(scalar: sp.Sum, style: Style) -> Piece:
    (*inner, limits) = scalar.limits
    body = sp.Sum(scalar.function, *inner) if inner else scalar.function
    return bind("sum", "under Σ", body, limits, style)
