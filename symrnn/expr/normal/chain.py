"""Chains of factors: the local rewritings that bring a matrix product to its normal form.

Each rule is an identity of matrix algebra that holds for all sizes; each shortens the chain, moves a factor
in one fixed direction, or sorts, so the rewriting ends.
"""

from __future__ import annotations

import sympy as sp
from sympy.matrices.expressions import DiagMatrix, KroneckerProduct, MatrixExpr

from symrnn.expr.derivatives import Vec
from symrnn.expr.normal.blocks import Push
from symrnn.expr.normal.monomial import Chain, chain_term, factors_of
from symrnn.expr.normal.order import bareness, sort_key
from symrnn.expr.normal.scalars import element_of
from symrnn.expr.normal.transpose import transposed, transposed_factor
from symrnn.expr.selector import Selector
from symrnn.expr.shapes import same
from symrnn.expr.softmax import Softmax

MAX_ROUNDS = 50


def reduce_chain(factors: Chain) -> tuple[sp.Expr, Chain]:
    """Bring a chain to normal form; returns the scalar that came out of it and the rest."""
    scalar: sp.Expr = sp.S.One
    current = tuple(f for f in factors if not isinstance(f, sp.Identity))
    for _ in range(MAX_ROUNDS):
        scalars: list[sp.Expr] = []
        piece, following = _take_scalars(_one_round(current, scalars))
        scalar = sp.Mul(scalar, piece, *scalars)
        if following == current:
            break
        current = following
    return scalar, current


def _one_round(factors: Chain, scalars: list[sp.Expr]) -> Chain:
    return Push.all(_sort_diagonals(_join_neighbours(factors, scalars)))


def _join_neighbours(factors: Chain, scalars: list[sp.Expr]) -> Chain:
    """Join neighbours of Kronecker products and of vec, left to right; collect scalars that come out."""
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

    (A ⊗ B)(C ⊗ D) = AC ⊗ BD; F(b ⊗ C) = b ⊗ FC for a row b, F(B ⊗ c) = FB ⊗ c for a row c, and the same on
    the right for columns; (Bᵀ ⊗ A) vec X = vec(AXB); S_iᵀ S_i = I and S_iᵀ S_j = 0 for the block columns of one I;
    1ᵀ p = pᵀ 1 = 1 for a softmax p.
    Source: Magnus and Neudecker (1988), ch. 2.
    """

    def times(*parts: MatrixExpr) -> MatrixExpr:
        return _reduced_product(parts, scalars)

    match left, right:
        case KroneckerProduct(), KroneckerProduct():
            (a, b), (c, d) = left.args, right.args
            if same(a.cols, c.rows) and same(b.cols, d.rows):
                return kronecker(times(a, c), times(b, d), scalars)
        case sp.Transpose(arg=Selector() as one), Selector() if one.sizes == right.sizes:
            if one.block == right.block:
                return ()
            scalars.append(sp.S.Zero)
            return (sp.ZeroMatrix(one.cols, right.cols),)
        case (sp.OneMatrix(rows=1), Softmax()) | (sp.Transpose(arg=Softmax()), sp.OneMatrix(cols=1)):
            return ()
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
    """Factors of A ⊗ B for two chains; trivial cases are ordinary products, and (A ⊗ B) ⊗ C opens."""
    if isinstance(left, KroneckerProduct):
        first, second = left.args
        inner = chain_term(kronecker(second, right, scalars), second.rows * right.rows)
        return kronecker(first, inner, scalars)
    if isinstance(left, sp.Identity) and isinstance(right, sp.Identity):
        return ()
    for one, other in ((left, right), (right, left)):
        if one.rows == 1 and one.cols == 1:
            scalars.append(element_of(one))
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
    """Diagonal matrices commute, and diag(a) b = diag(b) a for columns, aᵀ diag(b) = bᵀ diag(a) for rows.

    Each run of them is sorted together with the column that follows it and the row that comes before it; what
    is longest keeps the bare place.
    """
    done: Chain = ()
    rest = factors
    while end := _last_diagonal(rest):
        start = end
        while start and isinstance(rest[start - 1], DiagMatrix):
            start -= 1
        head, run, tail = rest[:start], rest[start:end], rest[end:] + done
        column = next((i + 1 for i, factor in enumerate(tail) if factor.cols == 1), 0)
        row = next((i for i in range(start - 1, -1, -1) if head[i].rows == 1), start)
        before, run, after = _sorted_run(head[row:], run, tail[:column])
        done = (*run, *after, *tail[column:])
        rest = (*head[:row], *before)
        if before:
            done, rest = before + done, head[:row]
    return rest + done


def _last_diagonal(factors: Chain) -> int:
    """One more than the place of the last diagonal matrix, 0 when there is none."""
    return max((i + 1 for i, factor in enumerate(factors) if isinstance(factor, DiagMatrix)), default=0)


def _sorted_run(row: Chain, run: Chain, column: Chain) -> tuple[Chain, Chain, Chain]:
    size = run[0].rows
    bare = [chain_term(chain, size) for chain in (transposed(row), column) if chain]
    columns = [*bare, *(column for diagonal in run for column in _entrywise_factors(diagonal.args[0]))]
    ones = sp.OneMatrix(size, 1)
    columns = sorted((c for c in columns if not isinstance(c, sp.OneMatrix)), key=bareness)
    columns = [ones] * (len(bare) - len(columns)) + columns
    kept = len(columns) - len(bare)
    rest = [factors_of(c) for c in columns[kept:]]
    after = rest.pop() if column else ()
    before = transposed(rest.pop()) if row else ()
    return before, tuple(DiagMatrix(c) for c in columns[:kept]), after


def _entrywise_factors(column: MatrixExpr) -> list[MatrixExpr]:
    """The columns a, b, c of a column diag(a) diag(b) c."""
    chain = factors_of(column)
    leading = next((i for i, factor in enumerate(chain) if not isinstance(factor, DiagMatrix)), len(chain))
    inner = [part for diagonal in chain[:leading] for part in _entrywise_factors(diagonal.args[0])]
    return [*inner, chain_term(chain[leading:], column.rows)]


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
            scalar = scalar * _scalar_of(tuple(piece))
        else:
            rest.extend(piece)
    return scalar, tuple(rest)


def _scalar_of(piece: Chain) -> sp.Expr:
    """A 1 x 1 chain as a scalar, the same for the chain and for its transpose."""
    forms = [form for form in (_settled(piece), _settled(transposed(piece))) if form]
    return element_of(min((chain_term(form, sp.S.One) for form in forms or [piece]), key=sort_key))


def _settled(chain: Chain) -> Chain | None:
    """The chain rewritten until nothing changes; None when a scalar comes out of it."""
    for _ in range(MAX_ROUNDS):
        scalars: list[sp.Expr] = []
        following = _one_round(chain, scalars)
        if any(scalar != 1 for scalar in scalars):
            return None
        if following == chain:
            break
        chain = following
    return chain


__all__ = ["factors_of", "kronecker", "reduce_chain", "transposed", "vec_factors"]
