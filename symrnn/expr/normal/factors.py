"""The factors of a chain, their order and their transposes."""

from __future__ import annotations

import sympy as sp
from sympy.matrices.expressions import DiagMatrix, KroneckerProduct, MatrixExpr

from symrnn.expr.binder import OrderedProduct
from symrnn.expr.derivatives import Derivative, Differential
from symrnn.expr.normal.blocks import body_factors, is_opaque, product_term
from symrnn.expr.normal.monomial import Chain, chain_term


def order_key(term: sp.Basic) -> tuple[bool, object]:
    """Sorting key: terms with a differential or a Jacobian come last."""
    return bool(term.atoms(Derivative, Differential)), sp.default_sort_key(term)


def factors_of(term: MatrixExpr) -> Chain:
    """The factors of a chain term."""
    if isinstance(term, sp.Identity):
        return ()
    return tuple(term.args) if isinstance(term, sp.MatMul) else (term,)


def transposed(chain: Chain) -> Chain:
    """(AB)ᵀ = BᵀAᵀ, factor by factor."""
    return tuple(transposed_factor(factor) for factor in reversed(chain))


def transposed_factor(factor: MatrixExpr) -> MatrixExpr:
    """Transpose of one factor of a chain: diagonal ones stay, products turn round."""
    match factor:
        case sp.Transpose():
            return factor.args[0]
        case DiagMatrix():
            return factor
        case KroneckerProduct():
            left, right = factor.args
            return KroneckerProduct(
                chain_term(transposed(factors_of(left)), left.cols),
                chain_term(transposed(factors_of(right)), right.cols),
            )
        case OrderedProduct() if not is_opaque(factor):
            body = transposed(body_factors(factor))
            return product_term(body, factor.variable, factor.end, -factor.step, factor.length)
        case sp.OneMatrix():
            return sp.OneMatrix(factor.cols, factor.rows)
    return sp.Transpose(factor)
