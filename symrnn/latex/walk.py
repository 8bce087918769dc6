"""The walk over a term: one dispatch, and what its rules share; they are in ``rules`` and ``scalars``."""

from __future__ import annotations

from functools import singledispatch

import sympy as sp
from sympy.matrices.expressions import MatAdd, MatMul

from symrnn.errors import NotationError
from symrnn.expr import MatrixSum
from symrnn.expr.base import operand
from symrnn.latex.precedence import Binding, Piece
from symrnn.latex.style import Style


@singledispatch
def write(term: sp.Basic, style: Style) -> Piece:
    """Write a term in a style.

    Raises:
        NotationError: for a node that has no rule; the message names it.
    """
    raise NotationError(f"no rule to write {type(term).__name__}", where=str(term))


def compact(expression: sp.Expr, style: Style) -> str:
    """An index, a bound or an exponent, without spaces."""
    return write(operand(expression), style).text.replace(" + ", "+").replace(" - ", "-")


def split_sign(term: sp.Basic) -> tuple[bool, sp.Basic]:
    """A term as (is it negative, the term without its minus sign); that of the terms of a sum stands before the sum.

    >>> from symrnn.expr import MatrixSum
    >>> k, W = sp.Symbol("k", integer=True), sp.MatrixSymbol("W", 2, 2)
    >>> split_sign(MatrixSum(-(W**k), (k, 0, 3)))
    (True, Sum(W**k, (k, 0, 3)))
    """
    if isinstance(term, MatrixSum):
        negative, body = split_sign(term.body)
        return negative, MatrixSum(body, term.variable, term.lower, term.upper) if negative else term
    coefficient, matrices = term.as_coeff_matrices() if isinstance(term, MatMul) else (term, [])
    if not coefficient.is_commutative or coefficient.as_coeff_Mul()[0].is_negative is not True:
        return False, term
    if not matrices:
        return True, -term
    rest = [*([-coefficient] if coefficient != -1 else []), *matrices]
    return True, MatMul(*rest) if len(rest) > 1 else rest[0]


def summands(term: sp.Basic, style: Style) -> list[tuple[bool, Piece]]:
    """The terms of a sum, written, each with whether it is negative.

    Positive ones come first, and among them what ends in a Σ last; otherwise the order is that of the term.
    This is for the eye only: a sum does not depend on it.
    """
    if not isinstance(term, MatAdd):
        negative, size = split_sign(term)
        return [(negative, write(size, style))]
    parts = [part for argument in term.args for part in summands(argument, style)]
    return sorted(parts, key=lambda part: (part[0], part[1].open))


def signed_sum(parts: list[tuple[bool, Piece]], style: Style) -> Piece:
    """Join pieces with plus and minus signs."""
    fitted = [(negative, style.fit(piece, "sum")) for negative, piece in parts]
    (first_negative, first), *rest = fitted
    text = ("-" if first_negative else "") + first.text
    text += "".join(f" {'-' if negative else '+'} {piece.text}" for negative, piece in rest)
    return Piece(text, Binding.SUM, tall=any(piece.tall for _, piece in fitted))


def bind(sign: str, construct: str, body: sp.Basic, limits: tuple[sp.Symbol, sp.Expr, sp.Expr], style: Style) -> Piece:
    """Write a body under a sign with limits."""
    variable, lower, upper = (compact(part, style) for part in limits)
    return style.binder(sign, variable, lower, upper, style.fit(write(body, style), construct))
