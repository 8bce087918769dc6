"""Formulas by their entries: e_iᵀ W e_j is written W_ij, as the index notation of physics and of many papers has it.

Each factor of a product of unit vectors and matrices is an entry by definition: of a Jacobian the derivative of an
entry by an entry, of φ(a) the value of φ at an entry. That a product, a sum or a ⊙ has those entries is proved before,
see :mod:`symrnn.equality.entries`.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

import sympy as sp
from sympy.matrices.expressions import MatrixExpr, MatrixSymbol

from symrnn.expr import Apply, Element, Expectation, Gradient, ImmediateJacobian, TotalJacobian, UnitVector, Variance
from symrnn.latex.precedence import Piece
from symrnn.latex.style import Style
from symrnn.latex.walk import compact, write

NUMBERS = (Element, Expectation, Variance)
"""What commutes where it has one entry, and is written as a power of itself."""


def entry_pieces(factors: Sequence[MatrixExpr], style: Style) -> list[Piece]:
    """The factors of a product, with every matrix between unit vectors as its entry."""
    rest, pieces = list(factors), list[Piece]()
    while rest:
        row = _position(rest[0].arg, style) if isinstance(rest[0], sp.Transpose) else ""
        start = 1 if row else 0
        column = _position(rest[start + 1], style) if len(rest) > start + 1 else ""
        size = start + 1 + bool(column)
        if len(rest) <= start or not _is_number(rest[:size]) or not (row or column):
            pieces.append(write(rest.pop(0), style))
            continue
        pieces.append(_entry(rest[start], row, column, style))
        del rest[:size]
    return [_power(list(same), style) for _, same in groupby(pieces, key=lambda piece: piece.text)]


def factor_pieces(factors: Sequence[MatrixExpr], style: Style) -> list[Piece]:
    """The factors of a product; a value of one unit that stands twice in a row is a power, as among entries."""
    pieces = list[Piece]()
    for factor, same in groupby(factors):
        repeated = [write(each, style) for each in same]
        pieces += [_power(repeated, style)] if isinstance(factor, NUMBERS) and factor.shape == (1, 1) else repeated
    return pieces


def _power(same: list[Piece], style: Style) -> Piece:
    first, *others = same
    return style.power(style.fit(first, "power"), Piece(str(len(same)))) if others else first


def _position(term: sp.Basic, style: Style) -> str:
    return compact(term.position, style) if isinstance(term, UnitVector) else ""


def _is_number(factors: Sequence[MatrixExpr]) -> bool:
    return (factors[0].rows, factors[-1].cols) == (1, 1)


def _entry(term: MatrixExpr, row: str, column: str, style: Style) -> Piece:
    """One entry of a term; the row or the column is empty where there is only one."""
    match term:
        case sp.OneMatrix():
            return Piece("1")
        case sp.ZeroMatrix():
            return Piece("0")
        case Apply():
            member = "" if term.member is None else compact(term.member, style)
            return style.call(term.function, [_entry(term.argument, row, column, style)], term.order, member)
        case TotalJacobian() | ImmediateJacobian() if term.of.cols == term.wrt.cols == 1:
            kind = "total" if isinstance(term, TotalJacobian) else "immediate"
            above, below = _entry(term.of, row, "", style), _entry(term.wrt, column, "", style)
            return style.jacobian(kind, above, below)
        case Gradient():
            return style.jacobian("total", write(term.of, style), _entry(term.wrt, row, column, style))
    named = isinstance(term, MatrixSymbol | Element)
    base = write(term, style)
    if not row and not column:
        return base
    comma = "," if len(row + column) > 2 and row and column else ""
    return style.component(base, f"{row}{comma}{column}", named=named)
