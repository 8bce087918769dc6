"""Products as chains of factors, cut where they are a single column wide."""

from __future__ import annotations

from itertools import pairwise

import sympy as sp
from sympy.matrices.expressions import DiagMatrix, HadamardProduct, MatAdd, MatMul, MatrixExpr, MatrixSymbol

from symrnn.expr import Selector
from symrnn.expr.shapes import numbers_and_matrices


def chain(term: MatrixExpr) -> tuple[list[sp.Expr], list[MatrixExpr]]:
    """The numbers and the matrices of a product, nested products and transposes of them written out."""
    if isinstance(term, sp.Transpose) and isinstance(term.arg, MatMul):
        return chain(transposed(term.arg))
    if not isinstance(term, MatMul):
        return [], [term]
    scalars: list[sp.Expr] = []
    factors: list[MatrixExpr] = []
    for part in term.args:
        if isinstance(part, MatrixExpr):
            inner, matrices = chain(part)
            scalars += inner
            factors += matrices
        else:
            scalars.append(part)
    kept = [factor for factor in factors if not isinstance(factor, sp.Identity)]
    return scalars, kept or factors[:1]


def cut(factors: list[MatrixExpr]) -> list[list[MatrixExpr]]:
    """The factors between the places at which a single column meets a single row: numbers commute with all."""
    segments = [[factors[0]]]
    for before, factor in pairwise(factors):
        if before.cols == 1:
            segments.append([factor])
        else:
            segments[-1].append(factor)
    return segments


def is_long(segment: list[MatrixExpr]) -> bool:
    """Whether a segment is more than a number."""
    return (segment[0].rows, segment[-1].cols) != (1, 1)


def parted(factors: list[MatrixExpr]) -> tuple[list[MatrixExpr], list[MatrixExpr], list[MatrixExpr]]:
    """The selectors before a product, what stands between, and the selectors behind; one factor is always between.

    >>> n = sp.Symbol("n", integer=True, positive=True)
    >>> parted([Selector(2, n, n).T, sp.MatrixSymbol("W", 2 * n, 2 * n), Selector(1, n, n)])
    ([S_2.T], [W], [S_1])
    """
    chosen = [isinstance(factor.arg if isinstance(factor, sp.Transpose) else factor, Selector) for factor in factors]
    begin = min((place for place, is_one in enumerate(chosen) if not is_one), default=len(factors) - 1)
    end = max((place for place, is_one in enumerate(chosen) if not is_one), default=len(factors) - 1) + 1
    return factors[:begin], factors[begin:end], factors[end:]


def blocks(factors: list[MatrixExpr]) -> list[list[MatrixExpr]]:
    """The factors, those of S_iᵀ W S_j together: a block of a parameter.

    >>> n = sp.Symbol("n", integer=True, positive=True)
    >>> blocks([sp.MatrixSymbol("V", n, n), Selector(2, n, n).T, sp.MatrixSymbol("W", 2 * n, 2 * n), Selector(1, n, n)])
    [[V], [S_2.T, W, S_1]]
    """
    found: list[list[MatrixExpr]] = []
    for factor in factors:
        before = found[-1] if found else []
        picks_rows = len(before) == 1 and isinstance(before[0], sp.Transpose) and isinstance(before[0].arg, Selector)
        takes_columns = isinstance(factor, Selector) and len(before) in (1, 2) and _is_parameter(before[-1])
        if takes_columns or (_is_parameter(factor) and picks_rows):
            before.append(factor)
        else:
            found.append([factor])
    return found


def _is_parameter(factor: MatrixExpr) -> bool:
    plain = factor.arg if isinstance(factor, sp.Transpose) else factor
    return isinstance(plain, MatrixSymbol)


def diagonal(term: DiagMatrix) -> MatrixExpr:
    """The diagonal as a column, from which SymPy drops a transpose.

    >>> diagonal(DiagMatrix(sp.MatrixSymbol("r", 1, 3))), diagonal(DiagMatrix(sp.MatrixSymbol("v", 3, 1)))
    (r.T, v)
    """
    of: MatrixExpr = term.args[0]
    return of if of.cols == 1 else transposed(of)


def transposed(term: MatrixExpr) -> MatrixExpr:
    """The transpose, moved in as far as it goes.

    >>> A, v = sp.MatrixSymbol("A", 2, 2), sp.MatrixSymbol("v", 2, 1)
    >>> transposed(sp.MatMul(sp.Transpose(v), A))
    A.T*v
    """
    if term.shape == (1, 1) or isinstance(term, DiagMatrix | sp.Identity):
        return term
    if isinstance(term, sp.Transpose):
        return term.arg
    if isinstance(term, MatMul):
        numbers, matrices = numbers_and_matrices(term)
        return MatMul(*numbers, *map(transposed, reversed(matrices)))
    if isinstance(term, MatAdd | HadamardProduct):
        return term.func(*map(transposed, term.args))
    if isinstance(term, sp.OneMatrix | sp.ZeroMatrix):
        return term.func(term.cols, term.rows)
    return sp.Transpose(term)
