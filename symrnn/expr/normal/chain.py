"""Chains of factors: the local rewritings that bring a matrix product to its normal form.

Each rule is an identity of matrix algebra that holds for all sizes; each shortens the chain, moves a factor in one
fixed direction, or sorts, so the rewriting ends.
"""

from __future__ import annotations

import sympy as sp
from sympy.matrices.expressions import DiagMatrix, KroneckerProduct, MatrixExpr

from symrnn.expr.binder import OrderedProduct
from symrnn.expr.derivatives import Vec
from symrnn.expr.normal.blocks import Push
from symrnn.expr.normal.factors import factors_of, order_key, transposed, transposed_factor
from symrnn.expr.normal.monomial import Chain, chain_term
from symrnn.expr.normal.scalars import scalar_of
from symrnn.expr.shapes import same

MAX_ROUNDS = 50


def reduce_chain(factors: Chain) -> tuple[sp.Expr, Chain]:
    """Bring a chain to normal form; returns the scalar that came out of it and the rest."""
    scalar: sp.Expr = sp.S.One
    current = tuple(f for f in factors if not isinstance(f, sp.Identity))
    for _ in range(MAX_ROUNDS):
        scalars: list[sp.Expr] = []
        following = _sort_diagonals(_join_neighbours(current, scalars))
        following = Push.all(following)
        piece, following = _take_scalars(following)
        scalar = sp.Mul(scalar, piece, *scalars)
        if following == current:
            break
        current = following
    return scalar, current


def _join_neighbours(factors: Chain, scalars: list[sp.Expr]) -> Chain:
    """Join neighbours of Kronecker products and of vec, left to right; scalars that come out are collected."""
    out: list[MatrixExpr] = []
    for factor in factors:
        out.append(factor)
        while len(out) >= 2:
            joined = _join(out[-2], out[-1], scalars)
            if joined is None:
                break
            out[-2:] = joined
    return tuple(out)


def _join(left: MatrixExpr, right: MatrixExpr, scalars: list[sp.Expr]) -> Chain | None:
    """One rewriting of a pair of neighbours, or None.

    (A ⊗ B)(C ⊗ D) = AC ⊗ BD; F(b ⊗ C) = b ⊗ FC for a row b, F(B ⊗ c) = FB ⊗ c for a row c, and the same on the
    right for columns; (Bᵀ ⊗ A) vec X = vec(AXB). Source: Magnus and Neudecker (1988), ch. 2.
    """

    def times(*parts: MatrixExpr) -> MatrixExpr:
        return _reduced_product(parts, scalars)

    match left, right:
        case KroneckerProduct(), KroneckerProduct():
            (a, b), (c, d) = left.args, right.args
            if same(a.cols, c.rows) and same(b.cols, d.rows):
                return kronecker(times(a, c), times(b, d), scalars)
        case KroneckerProduct(), Vec():
            b, a = left.args
            middle = right.argument
            if same(a.cols, middle.rows) and same(b.cols, middle.cols):
                product = times(a, middle, chain_term(transposed(factors_of(b)), b.cols))
                return vec_factors(product, scalars)
        case sp.Transpose(arg=Vec()), KroneckerProduct():
            joined = _join(transposed_factor(right), left.args[0], scalars)
            return None if joined is None else transposed(joined)
    if isinstance(right, KroneckerProduct):
        a, b = right.args
        if a.rows == 1:
            return kronecker(a, times(left, b), scalars)
        if b.rows == 1:
            return kronecker(times(left, a), b, scalars)
    if isinstance(left, KroneckerProduct):
        a, b = left.args
        if a.cols == 1:
            return kronecker(a, times(b, right), scalars)
        if b.cols == 1:
            return kronecker(times(a, right), b, scalars)
    return None


def _reduced_product(parts: tuple[MatrixExpr, ...], scalars: list[sp.Expr]) -> MatrixExpr:
    scalar, chain = reduce_chain(tuple(factor for part in parts for factor in factors_of(part)))
    scalars.append(scalar)
    return chain_term(chain, parts[0].rows)


def kronecker(left: MatrixExpr, right: MatrixExpr, scalars: list[sp.Expr]) -> Chain:
    """Factors of A ⊗ B for two chains, with the trivial cases written as ordinary products; (A ⊗ B) ⊗ C opens."""
    if isinstance(left, KroneckerProduct):
        first, second = left.args
        inner = chain_term(kronecker(second, right, scalars), second.rows * right.rows)
        return kronecker(first, inner, scalars)
    if isinstance(left, sp.Identity) and isinstance(right, sp.Identity):
        return ()
    for one, other in ((left, right), (right, left)):
        if one.rows == 1 and one.cols == 1:
            scalars.append(scalar_of(factors_of(one)) if factors_of(one) else sp.S.One)
            return factors_of(other)
    if left.cols == 1 and right.rows == 1:
        return (*factors_of(left), *factors_of(right))
    if left.rows == 1 and right.cols == 1:
        return (*factors_of(right), *factors_of(left))
    return (KroneckerProduct(left, right),)


def vec_factors(term: MatrixExpr, scalars: list[sp.Expr]) -> Chain:
    """Factors of vec X: a column is its own vec, the vec of a row is its transpose, and vec(a bᵀ) = b ⊗ a."""
    chain = factors_of(term)
    if term.cols == 1:
        return chain
    if term.rows == 1:
        return transposed(chain)
    for i, factor in enumerate(chain[1:], start=1):
        if factor.rows == 1:
            column, row = chain_term(chain[:i], term.rows), transposed(chain[i:])
            return kronecker(chain_term(row, term.cols), column, scalars)
    return (Vec(chain_term(chain, term.rows)),)


def _sort_diagonals(factors: Chain) -> Chain:
    """Diagonal matrices commute, and diag(a) b = diag(b) a for columns: sort each run of them."""
    out: list[MatrixExpr] = []
    run: list[MatrixExpr] = []
    for factor in (*factors, None):
        if isinstance(factor, DiagMatrix):
            run.append(factor)
            continue
        if factor is not None and run and _is_vector(factor) and not isinstance(factor, sp.Transpose):
            out.extend(_sorted_onto_column(run, factor))
        elif run and out and isinstance(out[-1], sp.Transpose) and _is_vector(out[-1]):
            column = out.pop().args[0]
            out.extend(transposed(tuple(_sorted_onto_column(run, column))))
            out.extend([] if factor is None else [factor])
        else:
            out.extend(sorted(run, key=order_key))
            out.extend([] if factor is None else [factor])
        run = []
    return tuple(out)


def _is_vector(factor: MatrixExpr) -> bool:
    column = factor.args[0] if isinstance(factor, sp.Transpose) else factor
    return column.cols == 1 and column.rows != 1 and not isinstance(column, OrderedProduct | KroneckerProduct)


def _sorted_onto_column(run: list[MatrixExpr], column: MatrixExpr) -> list[MatrixExpr]:
    columns = sorted([*(diagonal.args[0] for diagonal in run), column], key=order_key)
    columns = [c for c in columns if not isinstance(c, sp.OneMatrix)] or [column]  # diag(a) 1 = a
    *diagonals, last = columns
    return [*(DiagMatrix(c) for c in diagonals), *factors_of(last)]


def _take_scalars(factors: Chain) -> tuple[sp.Expr, Chain]:
    """Move the 1 x 1 pieces of a chain into the coefficient, as matrix elements."""
    pieces: list[list[MatrixExpr]] = [[]]
    for factor in factors:
        if pieces[-1] and factor.rows == 1:
            pieces.append([])
        pieces[-1].append(factor)
    scalar: sp.Expr = sp.S.One
    rest: list[MatrixExpr] = []
    for piece in pieces:
        if piece and piece[0].rows == 1 and piece[-1].cols == 1:
            scalar = scalar * scalar_of(tuple(piece))
        else:
            rest.extend(piece)
    return scalar, tuple(rest)


__all__ = ["factors_of", "kronecker", "order_key", "reduce_chain", "transposed", "vec_factors"]
