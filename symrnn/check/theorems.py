"""The theorems that do the unrolling, forwards and backwards in time, each proved once by induction.

Forwards: if X_i = A_i X_{i-1} + B_i for all i > r, then for all e >= r

    X_e = Φ(e, r) X_r + Σ_{s=r+1}^{e} Φ(e, s) B_s    with    Φ(e, s) = A_e A_{e-1} ⋯ A_{s+1}.

Backwards: if ε_e = g_e and ε_i = g_i + ε_{i+1} A_{i+1} for all i < e, then for all r <= e

    ε_r = Σ_{s=r}^{e} g_s Φ(s, r)    and    Σ_{i=r}^{e} ε_i B_i = Σ_{s=r}^{e} g_s Σ_{i=r}^{s} Φ(s, i) B_i.

The matrices may change their sizes from index to index. Sources: Kailath (1980), Linear Systems, sec. 9.1; for the
second, the adjoint equation, Werbos (1990), Backpropagation through time, eqs. (4) to (8).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import sympy as sp
from sympy.matrices.expressions import MatrixExpr

from symrnn.errors import ProofError
from symrnn.expr import DESCENDING, MatrixSum, OrderedProduct, Sequence
from symrnn.expr.normal import equal

e, r, s, i, j = sp.symbols("e r s i j", integer=True)
p = sp.Symbol("p", integer=True, positive=True)
_rows = sp.Function("rows", integer=True, positive=True)

X = Sequence("X", _rows, p)
A = Sequence("A", _rows, lambda at: _rows(at - 1))
B = Sequence("B", _rows, p)
g = Sequence("g", 1, _rows)
arriving = Sequence("ε", 1, _rows)


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


@dataclass(frozen=True)
class BackwardProof:
    """The backward recursion as it was checked: base and step of the induction, and the sums that are exchanged."""

    claim: tuple[MatrixExpr, MatrixExpr]
    base: tuple[MatrixExpr, MatrixExpr]
    step: tuple[MatrixExpr, MatrixExpr]
    exchange: tuple[MatrixExpr, MatrixExpr]


def error(at: sp.Expr) -> MatrixExpr:
    """The right side of the theorem at an index: what every later g carries back to it."""
    return MatrixSum(sp.MatMul(g[s], transition(A[i], i, at, s)), s, at, e)


def recursion(at: sp.Expr, following: MatrixExpr) -> MatrixExpr:
    """g_i + ε_{i+1} A_{i+1} at an index, with the error that follows it."""
    return sp.MatAdd(g[at], sp.MatMul(following, A[at + 1]))


@cache
def backward_recursion() -> BackwardProof:
    """Prove the theorem by induction on r, from e downwards; every call after the first returns the same proof.

    Base: r = e, where the product is empty. Step: ε_r = g_r + ε_{r+1} A_{r+1} by the premise, ε_{r+1} by the induction
    hypothesis, and the result has the normal form of the right side at r. The second sum is the first one, times B and
    summed over a triangle in the other order.

    Raises:
        ProofError: should the normal forms ever disagree.

    >>> backward_recursion().claim[0]
    ε[r]
    """
    base = (g[e], error(e))
    step = (recursion(r, error(r + 1)), error(r))
    carried = MatrixSum(sp.MatMul(transition(A[i], i, j, s), B[j]), j, r, s)
    exchange = (
        MatrixSum(sp.MatMul(error(j), B[j]), j, r, e),
        MatrixSum(sp.MatMul(g[s], carried), s, r, e),
    )
    for name, (left, right) in (("base", base), ("step", step), ("exchange of sums", exchange)):
        if not equal(left, right):
            raise ProofError(f"the {name} of the backward recursion does not hold")
    return BackwardProof((arriving[r], error(r)), base, step, exchange)
