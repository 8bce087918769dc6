"""Chains of factors: the local rewritings that bring a matrix product to its normal form.

Each rule is an identity of matrix algebra that holds for all sizes; each shortens the chain, moves a factor in one
fixed direction, or sorts, so the rewriting ends.
"""

from __future__ import annotations

import sympy as sp
from sympy.matrices.expressions import DiagMatrix, KroneckerProduct, MatrixExpr
from sympy.matrices.expressions.matexpr import MatrixElement

from symrnn.expr.binder import OrderedProduct
from symrnn.expr.derivatives import Derivative, Differential, Vec
from symrnn.expr.normal.blocks import Push, product_term
from symrnn.expr.normal.monomial import chain_term
from symrnn.expr.normal.slots import first_affine, index_slots
from symrnn.expr.shapes import same

Chain = tuple[MatrixExpr, ...]


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
        case OrderedProduct():
            body = transposed(factors_of(factor.body))
            return product_term(body, factor.variable, factor.end, -factor.step, factor.length)
        case sp.MatAdd():
            return sp.MatAdd(*(transposed_factor(part) for part in factor.args))
        case sp.OneMatrix():
            return sp.OneMatrix(factor.cols, factor.rows)
    return sp.Transpose(factor)


def reduce_chain(factors: Chain) -> tuple[sp.Expr, Chain]:
    """Bring a chain to normal form; returns the scalar that came out of it and the rest."""
    scalar: sp.Expr = sp.S.One
    current = tuple(f for f in factors if not isinstance(f, sp.Identity))
    for _ in range(50):
        scalars: list[sp.Expr] = []
        following = _sort_diagonals(_kronecker(current, scalars))
        following = Push.all(following)
        piece, following = _take_scalars(following)
        scalar = sp.Mul(scalar, piece, *scalars)
        if following == current:
            break
        current = following
    return scalar, current


def _kronecker(factors: Chain, scalars: list[sp.Expr]) -> Chain:
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
        scalar, chain = reduce_chain(tuple(factor for part in parts for factor in factors_of(part)))
        scalars.append(scalar)
        return chain_term(chain, parts[0].rows)

    match left, right:
        case KroneckerProduct(), KroneckerProduct():
            (a, b), (c, d) = left.args, right.args
            if same(a.cols, c.rows) and same(b.cols, d.rows):
                return kronecker(times(a, c), times(b, d), scalars)
        case KroneckerProduct(), Vec():
            b, a = left.args
            middle = right.argument
            if same(a.cols, middle.rows) and same(b.cols, middle.cols):
                return vec_factors(times(a, middle, chain_term(transposed(factors_of(b)), b.cols)))
        case sp.Transpose(), KroneckerProduct() if isinstance(left.args[0], Vec):
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


def kronecker(left: MatrixExpr, right: MatrixExpr, scalars: list[sp.Expr]) -> Chain:
    """Factors of A ⊗ B for two chains, with the trivial cases written as ordinary products."""
    if isinstance(left, sp.Identity) and isinstance(right, sp.Identity):
        return ()
    if left.rows == 1 and left.cols == 1:
        scalars.append(scalar_of(factors_of(left)) if not isinstance(left, sp.Identity) else sp.S.One)
        return factors_of(right)
    if right.rows == 1 and right.cols == 1:
        scalars.append(scalar_of(factors_of(right)) if not isinstance(right, sp.Identity) else sp.S.One)
        return factors_of(left)
    if left.cols == 1 and right.rows == 1:
        return (*factors_of(left), *factors_of(right))
    if left.rows == 1 and right.cols == 1:
        return (*factors_of(right), *factors_of(left))
    return (KroneckerProduct(left, right),)


def vec_factors(term: MatrixExpr) -> Chain:
    """Factors of vec X: a column is its own vec, and the vec of a row is its transpose."""
    chain = factors_of(term)
    if term.cols == 1:
        return chain
    if term.rows == 1:
        return transposed(chain)
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
    return column.cols == 1 and column.rows != 1 and not isinstance(column, OrderedProduct)


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


def scalar_of(piece: Chain) -> sp.Expr:
    """A 1 x 1 chain as a scalar, the same for the chain and for its transpose."""
    if len(piece) == 1 and isinstance(piece[0], OrderedProduct):
        product = piece[0]
        body = sp.Mul(*(_element(factor) for factor in factors_of(product.body)))
        return scalar_product(body, product.variable, product.lower, product.upper)
    forms = [chain_term(piece, sp.S.One), chain_term(transposed(piece), sp.S.One)]
    return _element(min(forms, key=sp.default_sort_key))


def _element(term: sp.Basic) -> sp.Expr:
    return MatrixElement(term, sp.S.Zero, sp.S.Zero) if isinstance(term, MatrixExpr) else term


def scalar_product(body: sp.Expr, variable: sp.Symbol, low: sp.Expr, high: sp.Expr) -> sp.Expr:
    """A product of numbers: powers of what is constant; the rest by its value from index 0 on.

    ∏_{v=a}^{b} g(v) = Q(b+1) / Q(a) with Q(e) = ∏_{v=0}^{e-1} g(v), so that neighbouring ranges join by arithmetic.
    """
    result: sp.Expr = sp.S.One
    length = sp.expand(high - low + 1)
    for factor in sp.Mul.make_args(body):
        if variable not in factor.free_symbols:
            result = result * factor**length
            continue
        slope, rest = first_affine(index_slots(factor), variable, set()) or (1, sp.S.Zero)
        factor = factor.xreplace({variable: sp.expand(slope * (variable - rest))})
        ends = (slope * low + rest, slope * high + rest)[::slope]
        result = result * _from_zero(factor, variable, ends[1] + 1) / _from_zero(factor, variable, ends[0])
    return result


def _from_zero(factor: sp.Expr, variable: sp.Symbol, end: sp.Expr) -> sp.Expr:
    constant, symbolic = sp.expand(end).as_coeff_Add()
    steps = range(int(constant)) if constant > 0 else range(int(constant), 0)
    result: sp.Expr = sp.S.One
    for j in steps:
        at = factor.xreplace({variable: symbolic + j})
        result = result * at if constant > 0 else result / at
    if symbolic == 0:
        return result
    base, exponent = factor.as_base_exp()
    term = base.args[0] if isinstance(base, MatrixElement) else sp.MatMul(base, sp.Identity(1))
    canonical = sp.Symbol("_p", integer=True)
    since_zero = OrderedProduct(term.xreplace({variable: canonical}), (canonical, sp.S.Zero, symbolic - 1), "ascending")
    return result * _element(since_zero) ** exponent
