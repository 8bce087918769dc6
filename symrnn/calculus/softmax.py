"""Differentials of functions of a whole column."""

from __future__ import annotations

import sympy as sp
from sympy.matrices.expressions import DiagMatrix, MatAdd, MatMul, MatrixExpr

from symrnn.calculus.differential import Moves, added, differential, free
from symrnn.expr import LogSumExp, Softmax


@differential.register
def _softmax(term: Softmax, moves: Moves = free) -> MatrixExpr:
    """The differential of p = softmax(y) is (diag(p) - p pᵀ) dy.

    Source: Bridle (1990), Probabilistic interpretation of feedforward classification network outputs.
    """
    parts = []
    for moved in _summands(differential(term.argument, moves)):
        parts.append(MatMul(DiagMatrix(term), *moved))
        parts.append(MatMul(sp.S.NegativeOne, term, sp.Transpose(term), *moved))
    return added(term.shape, parts)


@differential.register
def _log_sum_exp(term: LogSumExp, moves: Moves = free) -> MatrixExpr:
    """The differential of log Σ_i exp(y_i) is softmax(y)ᵀ dy.

    Source: Boyd and Vandenberghe (2004), Convex Optimization, sec. 3.1.5.
    """
    slope = sp.Transpose(Softmax(term.argument))
    return added(term.shape, [MatMul(slope, *moved) for moved in _summands(differential(term.argument, moves))])


def _summands(moved: MatrixExpr) -> list[tuple[sp.Expr, ...]]:
    """The factors of each summand of a differential."""
    parts = moved.args if isinstance(moved, MatAdd) else (moved,)
    return [part.args if isinstance(part, MatMul) else (part,) for part in parts if not isinstance(part, sp.ZeroMatrix)]
