"""The shift: the nilpotent matrix with ones above the diagonal, of which Jordan blocks are made."""

from __future__ import annotations

import sympy as sp
from sympy.matrices.expressions import MatrixExpr

from symrnn.expr.apply import UnitVector
from symrnn.expr.base import operand
from symrnn.expr.binder import MatrixSum


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
    return MatrixSum(sp.MatMul(UnitVector(size, r), sp.Transpose(UnitVector(size, r + 1))), (r, sp.S.One, size - 1))


def jordan_block(eigenvalue: sp.Expr, size: sp.Expr) -> MatrixExpr:
    """λI + N, shape (p, p).

    Source: Horn and Johnson (2013), Matrix Analysis, definition 3.1.1.

    >>> p = sp.Symbol("p", integer=True, positive=True)
    >>> jordan_block(sp.Symbol("lambda"), p).shape
    (p, p)
    """
    return sp.MatAdd(sp.MatMul(eigenvalue, sp.Identity(size)), shift_matrix(size))
