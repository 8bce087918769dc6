"""The shift: the nilpotent matrix with ones above the diagonal, of which Jordan blocks are made."""

from __future__ import annotations

import sympy as sp
from sympy.matrices.expressions import MatrixExpr

from symrnn.expr.apply import UnitVector
from symrnn.expr.base import operand
from symrnn.expr.binder import MatrixSum
from symrnn.expr.shapes import same


def shift_matrix(size: sp.Expr) -> MatrixExpr:
    """N = Σ_{r=1}^{p-1} e_r e_{r+1}ᵀ, shape (p, p): N e_1 = 0 and N e_j = e_{j-1}, so that N^p = 0.

    Source: Horn and Johnson (2013), Matrix Analysis, sec. 3.1.

    >>> p = sp.Symbol("p", integer=True, positive=True)
    >>> shift_matrix(p).doit().shape, shift_matrix(p)
    ((p, p), Sum(e_r*e_r + 1.T, (r, 1, p - 1)))
    """
    size, r = operand(size), sp.Symbol("r", integer=True)
    if r in size.free_symbols:
        r = sp.Dummy("r", integer=True)
    return MatrixSum(_summand(size, r), (r, sp.S.One, size - 1))


def jordan_block(eigenvalue: sp.Expr, size: sp.Expr) -> MatrixExpr:
    """λI + N, shape (p, p).

    Source: Horn and Johnson (2013), Matrix Analysis, definition 3.1.1.

    >>> p = sp.Symbol("p", integer=True, positive=True)
    >>> jordan_block(sp.Symbol("lambda"), p).shape
    (p, p)
    """
    return sp.MatAdd(sp.MatMul(eigenvalue, sp.Identity(size)), shift_matrix(size))


def is_shift(term: sp.Basic) -> bool:
    """Tell whether a term is written as a shift.

    >>> is_shift(shift_matrix(sp.Integer(3))), is_shift(sp.Identity(3))
    (True, False)
    """
    if not isinstance(term, MatrixSum) or not same(*term.shape):
        return False
    size, fresh = term.rows, sp.Dummy(integer=True)
    ends = same(term.lower, sp.S.One) and same(term.upper, size - 1)
    return bool(ends) and term.body_at(fresh) == _summand(size, fresh)


def _summand(size: sp.Expr, at: sp.Expr) -> MatrixExpr:
    return sp.MatMul(UnitVector(size, at), sp.Transpose(UnitVector(size, at + 1)))
