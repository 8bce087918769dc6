"""Transposes of chains, factor by factor."""

from __future__ import annotations

import sympy as sp
from sympy.matrices.expressions import DiagMatrix, HadamardProduct, KroneckerProduct, MatrixExpr

from symrnn.expr.binder import OrderedProduct
from symrnn.expr.normal.blocks import body_factors, is_opaque, product_term
from symrnn.expr.normal.monomial import Chain, chain_term, factors_of
from symrnn.expr.normal.order import order_key, with_sorted_diagonals


def transposed(chain: Chain) -> Chain:
    """(AB)ᵀ = BᵀAᵀ, factor by factor."""
    return with_sorted_diagonals(tuple(transposed_factor(factor) for factor in reversed(chain)))


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
        case HadamardProduct():
            parts = (chain_term(transposed(factors_of(part)), part.cols) for part in factor.args)
            return HadamardProduct(*sorted(parts, key=order_key))
        case OrderedProduct(body=sp.ZeroMatrix()):
            return factor
        case OrderedProduct() if not is_opaque(factor):
            body = transposed(body_factors(factor))
            return product_term(body, factor.variable, factor.end, -factor.step, factor.length)
        case sp.OneMatrix():
            return sp.OneMatrix(factor.cols, factor.rows)
    return sp.Transpose(factor)
