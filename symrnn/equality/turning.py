"""Transposes, pushed through a term to what it is made of: (AB)ᵀ is written BᵀAᵀ, once that is proved.

What a rule below writes is a proposal. It is handed out only if the normal form finds it equal to the plain transpose.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache, singledispatch

import sympy as sp
from sympy.matrices.expressions import MatAdd, MatMul, MatPow, MatrixExpr, MatrixSymbol

from symrnn.equality.comparing import equal
from symrnn.errors import SymrnnError
from symrnn.expr import Element, MatrixSum, OrderedProduct

TURNED_ROUND = {"ascending": "descending", "descending": "ascending"}
"""The directions of ordered products, and those of their transposes."""


@lru_cache(maxsize=4096)
def turned(term: MatrixExpr) -> MatrixExpr | None:
    """The transpose of a term with the transposes inside, proved to be that; None where it is not proved.

    >>> import sympy as sp
    >>> from symrnn.expr import OrderedProduct, Sequence
    >>> n, t, u = sp.Symbol("n", integer=True, positive=True), *sp.symbols("t u", integer=True)
    >>> A, h = Sequence("A", n, n), Sequence("h", n)
    >>> turned(OrderedProduct(A[u], (u, 1, t), "ascending") * h[t])
    h[t].T*(Prod(A[u].T, (u, t..1)))
    """
    return _proved(pushed(term), sp.Transpose(term))


@lru_cache(maxsize=4096)
def settled(term: MatrixExpr) -> MatrixExpr | None:
    """A term with the transposes in it inside, proved to be equal; None where it is not proved.

    >>> import sympy as sp
    >>> from symrnn.expr import MatrixSum, Sequence
    >>> n, t, u = sp.Symbol("n", integer=True, positive=True), *sp.symbols("t u", integer=True)
    >>> W, h = Sequence("W", n, n), Sequence("h", n)
    >>> settled(W[0] * MatrixSum(h[u].T * W[u], (u, 1, t)).T)
    W[0]*(Sum(W[u].T*h[u], (u, 1, t)))
    """
    return _proved(pushed(pushed(term)), term)


def _proved(found: MatrixExpr, meant: MatrixExpr) -> MatrixExpr | None:
    try:
        return found if equal(found, meant) else None
    except SymrnnError:  # the terms cannot be compared, so that nothing is shown
        return None


@singledispatch
def pushed(term: MatrixExpr) -> MatrixExpr:
    """The transpose of a term, as one would write it: one rule for each kind of term, and none of them believed.

    >>> import sympy as sp
    >>> A, B = sp.MatrixSymbol("A", 2, 3), sp.MatrixSymbol("B", 3, 2)
    >>> pushed(A * B), pushed(A.T)
    (B.T*A.T, A)
    """
    return sp.Transpose(term)


@pushed.register
def _(term: sp.Transpose) -> MatrixExpr:
    """What stands transposed, with the transposes in it inside."""
    inner = pushed(term.arg)
    return term.arg if inner == sp.Transpose(term.arg) else pushed(inner)


@pushed.register(MatrixSymbol)
@pushed.register(Element)
def _(term: MatrixSymbol | Element) -> MatrixExpr:
    return term if term.shape == (1, 1) else sp.Transpose(term)


@pushed.register(sp.Identity)
@pushed.register(sp.DiagMatrix)
def _(term: MatrixExpr) -> MatrixExpr:
    return term


@pushed.register(sp.ZeroMatrix)
@pushed.register(sp.OneMatrix)
def _(term: sp.ZeroMatrix | sp.OneMatrix) -> MatrixExpr:
    return term.func(term.cols, term.rows)


@pushed.register
def _(term: sp.MatrixBase) -> MatrixExpr:
    return sp.ImmutableMatrix(term.T)


@pushed.register
def _(term: MatMul) -> MatrixExpr:
    number, matrices = term.as_coeff_matrices()
    factors = [pushed(factor) for factor in reversed(matrices)]
    return MatMul(number, *factors) if number != 1 else MatMul(*factors)


@pushed.register(MatAdd)
@pushed.register(sp.KroneckerProduct)
@pushed.register(sp.HadamardProduct)
def _(term: MatrixExpr) -> MatrixExpr:
    """Parts that keep their places."""
    rebuild: Callable[..., MatrixExpr] = term.func
    return rebuild(*map(pushed, term.args))


@pushed.register
def _(term: MatPow) -> MatrixExpr:
    return MatPow(pushed(term.base), term.exp)


@pushed.register
def _(term: sp.Inverse) -> MatrixExpr:
    return sp.Inverse(pushed(term.arg))


@pushed.register
def _(term: MatrixSum) -> MatrixExpr:
    return MatrixSum(pushed(term.body), *term.args[1:])


@pushed.register
def _(term: OrderedProduct) -> MatrixExpr:
    index = (term.variable, term.lower, term.upper)
    return OrderedProduct(pushed(term.body), index, TURNED_ROUND[term.direction])
