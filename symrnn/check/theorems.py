"""The theorem that does the unrolling, proved once by induction.

If X_i = A_i X_{i-1} + B_i for all i > r, then for all e >= r

    X_e = Φ(e, r) X_r + Σ_{s=r+1}^{e} Φ(e, s) B_s    with    Φ(e, s) = A_e A_{e-1} ⋯ A_{s+1}.

The matrices may change their sizes from index to index. Source: Kailath (1980), Linear Systems, sec. 9.1.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import sympy as sp
from sympy.matrices.expressions import MatrixExpr

from symrnn.errors import ProofError
from symrnn.expr import DESCENDING, MatrixSum, OrderedProduct, Sequence
from symrnn.expr.normal import equal

e, r, s, i = sp.symbols("e r s i", integer=True)
p = sp.Symbol("p", integer=True, positive=True)
_rows = sp.Function("rows", integer=True, positive=True)

X = Sequence("X", _rows, p)
A = Sequence("A", _rows, lambda at: _rows(at - 1))
B = Sequence("B", _rows, p)


@dataclass(frozen=True)
class InductionProof:
    """An induction as it was checked: the claim, its base and its step, each with both sides."""

    claim: tuple[MatrixExpr, MatrixExpr]
    base: tuple[MatrixExpr, MatrixExpr]
    step: tuple[MatrixExpr, MatrixExpr]
    variable: sp.Symbol
    start: sp.Expr


def transition(factor: MatrixExpr, variable: sp.Symbol, after: sp.Expr, upto: sp.Expr) -> MatrixExpr:
    """Φ(upto, after): the factors at upto, ..., after + 1 from left to right."""
    return OrderedProduct(factor, (variable, after + 1, upto), DESCENDING)


def solution(at: sp.Expr) -> MatrixExpr:
    """The right side of the theorem at an index."""
    homogeneous = sp.MatMul(transition(A[i], i, r, at), X[r])
    forced = MatrixSum(sp.MatMul(transition(A[i], i, s, at), B[s]), s, r + 1, at)
    return sp.MatAdd(homogeneous, forced)


@cache
def linear_difference() -> InductionProof:
    """Prove the theorem by induction on e; every call after the first returns the same proof.

    Base: e = r, where the product and the sum are empty. Step: X_{e+1} = A_{e+1} X_e + B_{e+1} by the premise, X_e by
    the induction hypothesis, and the result has the normal form of the right side at e + 1.

    Raises:
        ProofError: should the normal forms ever disagree.

    >>> linear_difference().start
    r
    """
    base = (X[r], solution(r))
    step = (sp.MatAdd(sp.MatMul(A[e + 1], solution(e)), B[e + 1]), solution(e + 1))
    for name, (left, right) in (("base", base), ("step", step)):
        if not equal(left, right):
            raise ProofError(f"the {name} of the linear difference equation does not hold")
    return InductionProof((X[e], solution(e)), base, step, e, r)
