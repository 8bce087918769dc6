"""Products whose factors have inverses in general position: only these may slide, join and be divided by.

A sum that starts at a number is written as a difference of sums from an anchor, and under these a product can
have a negative length. It stands for an inverse there. All rules stay identities when the entries of all
leaves (and the values of all generic functions) are indeterminates and every factor has an inverse; an
identity that holds in general position, and in which no range has a negative length, is one between
polynomials and so holds everywhere. A factor that has no inverse at all, such as ``x yᵀ`` or ``A_u - A_0`` at
u = 0, would break this: 0⁻¹ · 0 would be I here and 0 there. Its product is a closed symbol.
"""

from __future__ import annotations

from functools import lru_cache

import sympy as sp
from sympy.core.function import AppliedUndef
from sympy.core.symbol import Str
from sympy.matrices.expressions import (
    DiagMatrix,
    HadamardProduct,
    KroneckerProduct,
    MatAdd,
    MatMul,
    MatrixExpr,
)
from sympy.matrices.expressions.matexpr import MatrixElement

from symrnn.expr.apply import Apply, GenericFunction
from symrnn.expr.binder import MatrixSum, OrderedProduct
from symrnn.expr.derivatives import Differential, Vec
from symrnn.expr.sequence import Element
from symrnn.expr.softmax import LogSumExp, Softmax

MULTIPLICATIVE = sp.Transpose | DiagMatrix | KroneckerProduct | HadamardProduct | Vec | MatMul
GENERAL_SIZE = sp.Integer(7)


@lru_cache(maxsize=4096)
def is_regular(product: OrderedProduct) -> bool:
    """Tell whether every factor of a product has an inverse in general position, whatever its index.

    A chain has when it is not squeezed through a side of length 1. A sum has when all but one of its summands
    vanish with leaves that the last one, such as I, does without.
    """
    body = product.body
    if not isinstance(body, MatAdd):
        return is_regular_chain(body)
    return any(
        is_regular_chain(part)
        and _coefficient(part).is_Rational
        and all(_factor_names(other) - _names(part) for other in body.args if other is not part)
        for part in body.args
    )


def is_regular_chain(term: sp.Basic) -> bool:
    """Tell whether a chain has full rank in general position.

    >>> n = sp.Symbol("n", integer=True, positive=True)
    >>> x, W = sp.MatrixSymbol("x", n, 1), sp.MatrixSymbol("W", n, n)
    >>> is_regular_chain(W * sp.DiagMatrix(x)), is_regular_chain(x * x.T)
    (True, False)
    """
    if term.has(MatrixSum, MatAdd, sp.ZeroMatrix) and _has_sums(term):
        return False
    inside = term.atoms(OrderedProduct)
    if not all(is_regular(product) for product in inside):
        return False
    return bool(_rank(term) == min(_general(term.rows), _general(term.cols)))


def is_nonzero(element: sp.Basic) -> bool:
    """Tell whether a 1 x 1 chain, as an element, is a nonzero polynomial whatever its index."""
    return isinstance(element, MatrixElement) and is_regular_chain(element.args[0])


def _has_sums(term: sp.Basic) -> bool:
    """Sums in a chain, other than those inside an elementwise function or a product."""
    if isinstance(term, MatrixSum | MatAdd | sp.ZeroMatrix):
        return True
    if isinstance(term, Apply | GenericFunction | OrderedProduct | Softmax | LogSumExp):
        return False
    return any(_has_sums(part) for part in term.args)


def _rank(term: MatrixExpr) -> sp.Expr:
    match term:
        case MatMul():
            return min(_rank(part) for part in term.args if isinstance(part, MatrixExpr))
        case KroneckerProduct():
            return sp.Mul(*(_rank(part) for part in term.args))
        case sp.Transpose():
            return _rank(term.args[0])
    full = min(_general(term.rows), _general(term.cols))
    return min(full, sp.Mul(*(_rank(part) for part in term.args))) if isinstance(term, HadamardProduct) else full


def _general(size: sp.Expr) -> sp.Expr:
    """A size with all of its symbols put to one number: sizes that differ can be filled up with zeros."""
    unknown = size.atoms(sp.Symbol, AppliedUndef)
    return size.xreplace(dict.fromkeys(unknown, GENERAL_SIZE))


def _coefficient(term: MatrixExpr) -> sp.Expr:
    if not isinstance(term, MatMul):
        return sp.S.One
    return sp.Mul(*(part for part in term.args if not isinstance(part, MatrixExpr)))


def _factor_names(term: sp.Basic) -> set[object]:
    """Names of leaves at whose zero the term vanishes."""
    match term:
        case Element() | sp.MatrixSymbol():
            return {term.name}
        case Differential():
            return {(Differential, term.of.name)}
        case Apply():
            return {(Apply, term.function, term.order)}
    if isinstance(term, MULTIPLICATIVE):
        return {name for part in term.args for name in _factor_names(part)}
    return set()


def _names(term: sp.Basic) -> set[object]:
    """Names of all leaves that stand anywhere in a term."""
    found: set[object] = {symbol.name for symbol in term.atoms(sp.MatrixSymbol, Str)}
    found |= {(Differential, part.of.name) for part in term.atoms(Differential)}
    return found | {(Apply, part.function, part.order) for part in term.atoms(Apply)}
