"""The rules of :func:`symrnn.expr.normal.expand.expand`, one per node."""

from __future__ import annotations

from functools import reduce
from itertools import product as cartesian
from math import prod

import sympy as sp
from sympy.matrices.expressions import (
    DiagMatrix,
    HadamardPower,
    HadamardProduct,
    KroneckerProduct,
    MatAdd,
    MatMul,
    MatPow,
    MatrixSymbol,
)

from symrnn.errors import LimitError
from symrnn.expr.apply import Apply, GenericFunction, UnitVector
from symrnn.expr.binder import ASCENDING, MatrixSum, OrderedProduct
from symrnn.expr.concatenation import Concatenation
from symrnn.expr.derivatives import Derivative, Differential, TotalJacobian, Vec
from symrnn.expr.normal.blocks import product_term, require_writable
from symrnn.expr.normal.chain import kronecker, vec_factors
from symrnn.expr.normal.expand import (
    Polynomial,
    apart,
    expand,
    finish,
    product_of,
    scaled,
    unknown,
)
from symrnn.expr.normal.form import monomials, normal_form, sum_of
from symrnn.expr.normal.monomial import Chain, Monomial, Range, chain_term, factors_of
from symrnn.expr.normal.order import order_key, sort_key
from symrnn.expr.normal.scalars import is_closed, scalar_product
from symrnn.expr.normal.transpose import transposed
from symrnn.expr.selector import Selector
from symrnn.expr.sequence import Element
from symrnn.expr.softmax import LogSumExp, Softmax

MAX_SUMMANDS = 10_000
"""Most summands that a product of sums is distributed into."""

MAX_PASSES = 4


@expand.register(MatrixSymbol)
@expand.register(Element)
@expand.register(Derivative)
@expand.register(Differential)
@expand.register(UnitVector)
@expand.register(Selector)
@expand.register(sp.OneMatrix)
def _leaf(term: sp.MatrixExpr) -> Polynomial:
    term = _tidy(term)
    is_same = isinstance(term, TotalJacobian) and term.of == term.wrt
    if is_same or (isinstance(term, UnitVector | sp.OneMatrix) and term.shape == (1, 1)):
        return [Monomial(term.shape)]
    return finish(Monomial(term.shape, (term,)))


def _tidy(term: sp.MatrixExpr) -> sp.MatrixExpr:
    """Index expressions of a leaf, expanded."""
    if isinstance(term, Element):
        return Element(term.args[0], sp.expand(term.index), *(sp.expand(size) for size in term.shape))
    if isinstance(term, UnitVector):
        return UnitVector(term.shape[0], sp.expand(term.position))
    if isinstance(term, Selector):
        return Selector(term.block, *(sp.expand(size) for size in term.sizes))
    if isinstance(term, Derivative | Differential):
        return term.func(*(_tidy(arg) for arg in term.args))
    return term


@expand.register(sp.Identity)
def _identity(term: sp.Identity) -> Polynomial:
    return [Monomial(term.shape)]


@expand.register(sp.ZeroMatrix)
def _zero(term: sp.ZeroMatrix) -> Polynomial:
    return []


@expand.register(MatAdd)
def _sum(term: MatAdd) -> Polynomial:
    return [mono for part in term.args for mono in expand(part)]


@expand.register(Concatenation)
def _concatenation(term: Concatenation) -> Polynomial:
    """[A; B] = S_1 A + S_2 B."""
    return expand(term.split)


@expand.register(MatMul)
def _product(term: MatMul) -> Polynomial:
    matrices = [part for part in term.args if isinstance(part, sp.MatrixExpr)]
    scalar = sp.Mul(*(part for part in term.args if not isinstance(part, sp.MatrixExpr)))
    return scaled(scalar, product_of([expand(matrix) for matrix in matrices]))


@expand.register(sp.Transpose)
def _transpose(term: sp.Transpose) -> Polynomial:
    return [
        result
        for mono in expand(term.arg)
        for result in finish(Monomial(mono.shape[::-1], transposed(mono.factors), mono.coefficient, mono.ranges))
    ]


@expand.register(DiagMatrix)
def _diagonal(term: DiagMatrix) -> Polynomial:
    """diag(D x) = D diag(x) for a diagonal D, and diag(1) = I."""
    size = term.rows
    if size == 1:
        return expand(term.args[0])
    column = term.args[0] if term.args[0].cols == 1 else sp.Transpose(term.args[0])
    out: Polynomial = []
    for mono in expand(column):
        leading, rest = _leading_diagonals(mono.factors)
        inner = () if rest == (sp.OneMatrix(size, 1),) else (DiagMatrix(chain_term(rest, size)),)
        out.extend(finish(Monomial(term.shape, (*leading, *inner), mono.coefficient, mono.ranges)))
    return out


def _leading_diagonals(factors: Chain) -> tuple[Chain, Chain]:
    count = next((i for i, f in enumerate(factors) if not isinstance(f, DiagMatrix)), len(factors))
    return factors[:count], factors[count:]


@expand.register(HadamardProduct)
def _hadamard(term: HadamardProduct) -> Polynomial:
    """For columns a ∘ b = diag(a) b; for matrices the factors are sorted and ones dropped."""
    rows, cols = term.shape
    if rows == 1 and cols != 1:
        return expand(sp.Transpose(HadamardProduct(*(sp.Transpose(part) for part in term.args))))
    out: Polynomial = []
    for choice in cartesian(*(expand(part) for part in term.args)):
        monos = [apart(mono) for mono in choice]
        chains = [mono.factors for mono in monos]
        coefficient = sp.Mul(*(mono.coefficient for mono in monos))
        ranges = tuple(r for mono in monos for r in mono.ranges)
        factors = _hadamard_columns(chains, rows) if cols == 1 else _hadamard_matrices(chains, term.shape)
        out.extend(finish(Monomial(term.shape, factors, coefficient, ranges)))
    return out


def _hadamard_columns(chains: list[Chain], rows: sp.Expr) -> Chain:
    if rows == 1:
        return ()  # numbers, which are in the coefficient
    *others, last = chains
    return (*(DiagMatrix(chain_term(chain, rows)) for chain in others), *last)


def _hadamard_matrices(chains: list[Chain], shape: tuple[sp.Expr, sp.Expr]) -> Chain:
    ones = sp.OneMatrix(*shape)
    parts: list[sp.MatrixExpr] = []
    for chain in chains:
        whole = chain_term(chain, shape[0])
        parts.extend(whole.args if isinstance(whole, HadamardProduct) else [whole])
    parts = sorted((part for part in parts if part != ones), key=order_key) or [ones]
    return (HadamardProduct(*parts),) if len(parts) > 1 else factors_of(parts[0])


@expand.register(HadamardPower)
def _hadamard_power(term: HadamardPower) -> Polynomial:
    base, exponent = term.args
    if not (exponent.is_Integer and exponent > 0):
        raise unknown(term)
    require_writable(exponent)
    return expand(HadamardProduct(*[base] * int(exponent))) if exponent > 1 else expand(base)


@expand.register(KroneckerProduct)
def _kronecker(term: KroneckerProduct) -> Polynomial:
    def pair(left: Monomial, right: Monomial) -> Polynomial:
        right = apart(right)
        shape = (sp.expand(left.shape[0] * right.shape[0]), sp.expand(left.shape[1] * right.shape[1]))
        scalars: list[sp.Expr] = []
        operands = (chain_term(left.factors, left.shape[0]), chain_term(right.factors, right.shape[0]))
        factors = kronecker(*operands, scalars)
        coefficient = sp.Mul(left.coefficient, right.coefficient, *scalars)
        return finish(Monomial(shape, factors, coefficient, left.ranges + right.ranges))

    parts = [expand(part) for part in term.args]
    return reduce(lambda acc, part: [m for a, b in cartesian(acc, part) for m in pair(a, b)], parts)


@expand.register(Vec)
def _vec(term: Vec) -> Polynomial:
    out: Polynomial = []
    for mono in expand(term.argument):
        scalars: list[sp.Expr] = []
        factors = vec_factors(chain_term(mono.factors, mono.shape[0]), scalars)
        out.extend(finish(Monomial(term.shape, factors, sp.Mul(mono.coefficient, *scalars), mono.ranges)))
    return out


@expand.register(MatPow)
def _power(term: MatPow) -> Polynomial:
    """W^k is a product of k equal factors; for a symbol k, k >= 0 (or an inverse of W) is a hypothesis."""
    base, exponent = term.args
    if exponent.is_integer is False:
        raise unknown(term)
    if exponent.is_Integer and exponent < 0:
        inner = normal_form(base)
        if isinstance(inner, sp.Transpose):  # (Xᵀ)⁻¹ = (X⁻¹)ᵀ
            return finish(Monomial(term.shape, (sp.Transpose(MatPow(inner.arg, exponent)),)))
        return finish(Monomial(term.shape, (MatPow(inner, exponent),)))
    index = sp.Dummy("p", integer=True)
    return expand(OrderedProduct(base, (index, sp.S.One, exponent), ASCENDING))


@expand.register(OrderedProduct)
def _ordered_product(term: OrderedProduct) -> Polynomial:
    """Numbers come out; a product of sums is distributed if its length is a number, and closed if not."""
    require_writable(term.length)
    if term.length.is_Integer and term.length >= 0:
        return _written_out(term)
    variable = sp.Dummy(term.variable.name, integer=True)
    body = monomials(term.body_at(variable))
    if len(body) == 1 and not body[0].ranges:
        mono = body[0]
        scale = scalar_product(mono.coefficient, variable, term.lower, term.upper)
        if not mono.factors:
            whole = Monomial(term.shape, (), scale)
            return [whole] if is_closed(scale) else scaled(scale, [Monomial(term.shape)])
        product = product_term(mono.factors, variable, term.start, term.step, term.length)
        return scaled(scale, finish(Monomial(term.shape, (_settled(product),))))
    factor = sum_of(body, term.body.shape)
    return finish(Monomial(term.shape, (_closed_product(term, variable, factor),)))


def _written_out(term: OrderedProduct) -> Polynomial:
    places = [term.start + j * term.step for j in range(int(term.length))]
    factors = [monomials(term.body_at(place)) for place in places]
    summands = prod(len(factor) for factor in factors)
    if summands > MAX_SUMMANDS:
        raise LimitError(
            f"a product of {term.length} sums has {summands} summands",
            where=str(term)[:80],
            advice=f"the limit is {MAX_SUMMANDS}; keep the bound symbolic",
        )
    return product_of([[Monomial((term.rows, term.rows))], *factors])


def _closed_product(term: OrderedProduct, variable: sp.Symbol, body: sp.MatrixExpr) -> sp.MatrixExpr:
    """A product of sums or its transpose, whichever has the smaller factor."""
    turned = normal_form(sp.Transpose(body))
    if sort_key(turned) < sort_key(body):
        return sp.Transpose(_settled(product_term((turned,), variable, term.end, -term.step, term.length)))
    return _settled(product_term((body,), variable, term.start, term.step, term.length))


def _settled(product: OrderedProduct) -> OrderedProduct:
    """The product with its factor in normal form under the canonical name of the index, too."""
    for _ in range(MAX_PASSES):
        if not product.body.has(MatAdd, MatrixSum, HadamardProduct):
            break
        body = normal_form(product.body)
        if body == product.body:
            break
        factors = tuple(body.args) if isinstance(body, MatMul) else (body,)
        product = product_term(factors, product.variable, product.start, product.step, product.length)
    return product


@expand.register(MatrixSum)
def _matrix_sum(term: MatrixSum) -> Polynomial:
    variable = sp.Dummy(term.variable.name, integer=True)
    outer: Range = (variable, term.lower, term.upper)
    return [
        Monomial(mono.shape, mono.factors, mono.coefficient, (outer, *mono.ranges))
        for mono in expand(term.body_at(variable))
    ]


@expand.register(Apply)
def _apply(term: Apply) -> Polynomial:
    if term.function == "identity":
        if term.order == 0:
            return expand(term.argument)
        return expand(sp.OneMatrix(*term.shape) if term.order == 1 else sp.ZeroMatrix(*term.shape))
    if term.rows == 1 and term.cols != 1:
        return expand(sp.Transpose(term.with_argument(sp.Transpose(term.argument))))
    index = (sp.expand(member) for member in term.args[3:])
    applied = term.func(*term.args[:2], normal_form(term.argument), *index)
    return finish(Monomial(term.shape, (applied,)))


@expand.register(GenericFunction)
def _generic(term: GenericFunction) -> Polynomial:
    arguments = (normal_form(argument) for argument in term.arguments)
    return finish(Monomial(term.shape, (term.func(*term.args[:3], *arguments),)))


@expand.register(Softmax)
def _softmax(term: Softmax) -> Polynomial:
    """The softmax of one number is 1; that of a column is one factor, its argument in normal form."""
    if term.rows == 1:
        return [Monomial(term.shape)]
    return finish(Monomial(term.shape, (Softmax(normal_form(term.argument)),)))


@expand.register(LogSumExp)
def _log_sum_exp(term: LogSumExp) -> Polynomial:
    """Log exp y = y for one number; for a column it is one factor, its argument in normal form."""
    if term.argument.rows == 1:
        return expand(term.argument)
    return finish(Monomial(term.shape, (LogSumExp(normal_form(term.argument)),)))
