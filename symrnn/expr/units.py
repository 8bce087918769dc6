"""Matrices of numbers as sums of units e_i e_jᵀ, of which everything is known that is known of terms."""

from __future__ import annotations

from typing import Any

import sympy as sp
from sympy.matrices.expressions import MatrixExpr

from symrnn.errors import LimitError, ShapeError
from symrnn.expr.apply import UnitVector

MOST_WRITTEN = 100
"""Most entries of a matrix of numbers in a statement."""


def in_units(term: Any) -> Any:
    """A term or relation in which each matrix of numbers is c_11 e_1 e_1ᵀ + c_12 e_1 e_2ᵀ + ..., or I or 0 where it is.

    Raises:
        LimitError: for a matrix of more than :data:`MOST_WRITTEN` entries.
        ShapeError: for an entry that is no number.

    >>> A = sp.MatrixSymbol("A", 2, 2)
    >>> in_units(A + sp.ImmutableMatrix([[0, 2], [0, 0]])), in_units(sp.ImmutableMatrix([[1, 0], [0, 1]]))
    (A + 2*e_1*e_2.T, I)
    """
    if isinstance(term, sp.ImmutableMatrix):
        return _written(term)
    matrices = term.atoms(sp.ImmutableMatrix) if isinstance(term, sp.Basic) else ()
    found = [each for each in matrices if _is_of_numbers(each)]
    return term.xreplace({each: _written(each) for each in found}) if found else term


def _is_of_numbers(matrix: sp.ImmutableMatrix) -> bool:
    """Whether its entries are no matrices, as those of a matrix of blocks are."""
    return not any(isinstance(entry, MatrixExpr) for entry in matrix)


def _written(matrix: sp.ImmutableMatrix) -> MatrixExpr:
    rows, cols = map(sp.Integer, matrix.shape)
    if rows * cols > MOST_WRITTEN:
        raise LimitError(
            f"a matrix of {rows} x {cols} numbers in a statement",
            advice=f"the limit is {MOST_WRITTEN} entries; use a symbol, and numeric for its numbers",
        )
    for entry in matrix:
        if not isinstance(entry, sp.Expr):
            raise ShapeError(f"a matrix has the entry {entry}, which is no number", advice="write numbers in it")
    if matrix == sp.eye(rows, cols) and rows == cols:
        return sp.Identity(rows)
    if (rows, cols) == (1, 1):
        return matrix[0, 0] * sp.Identity(1) if matrix[0, 0] != 0 else sp.ZeroMatrix(1, 1)
    summands = [matrix[i, j] * _unit(rows, cols, i, j) for i in range(rows) for j in range(cols) if matrix[i, j] != 0]
    return sp.MatAdd(*summands).doit(deep=False) if summands else sp.ZeroMatrix(rows, cols)


def _unit(rows: sp.Integer, cols: sp.Integer, i: int, j: int) -> MatrixExpr:
    """e_i e_jᵀ, counted from 0 here; e_i of a column, e_jᵀ of a row."""
    column, row = UnitVector(rows, sp.Integer(i + 1)), sp.Transpose(UnitVector(cols, sp.Integer(j + 1)))
    if cols == 1:
        return column
    return row if rows == 1 else column * row
