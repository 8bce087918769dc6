"""From a term to a list of monomials: one rule per node, everything distributed."""

from __future__ import annotations

from functools import reduce, singledispatch
from itertools import product as cartesian

import sympy as sp
from sympy.matrices.expressions import (
    DiagMatrix,
    HadamardProduct,
    KroneckerProduct,
    MatAdd,
    MatMul,
    MatPow,
    MatrixSymbol,
)
from sympy.matrices.expressions.matexpr import MatrixElement

from symrnn.errors import UnknownTermError
from symrnn.expr.apply import Apply, GenericFunction, UnitVector
from symrnn.expr.binder import MatrixSum, OrderedProduct
from symrnn.expr.derivatives import Derivative, Differential, Vec
from symrnn.expr.normal.blocks import product_term, require_writable
from symrnn.expr.normal.chain import (
    factors_of,
    kronecker,
    order_key,
    reduce_chain,
    scalar_product,
    transposed,
    vec_factors,
)
from symrnn.expr.normal.monomial import Monomial, Range, chain_term
from symrnn.expr.sequence import Element

Polynomial = list[Monomial]
"""A sum of monomials of one shape."""


@singledispatch
def expand(term: sp.Basic) -> Polynomial:
    """Write a term as a sum of monomials.

    Raises:
        UnknownTermError: for a node that the normal form has no rule for.
    """
    raise UnknownTermError(
        f"the normal form has no rule for {type(term).__name__}",
        where=str(term)[:80],
        advice="register one with symrnn.expr.normal.expand.register",
    )


def finish(mono: Monomial) -> Polynomial:
    """Reduce the chain of a monomial; nothing is left of one with the coefficient zero."""
    scalar, chain = reduce_chain(mono.factors)
    coefficient = mono.coefficient * scalar
    if coefficient.has(sp.Pow):
        coefficient = sp.powsimp(coefficient, combine="exp")
    if coefficient == 0:
        return []
    return [Monomial(mono.shape, chain, coefficient, mono.ranges)]


def multiply(left: Monomial, right: Monomial) -> Polynomial:
    """Product of two monomials; the summation indices of both stay, renamed apart when they meet."""
    right = apart(right)
    return finish(
        Monomial(
            (left.shape[0], right.shape[1]),
            left.factors + right.factors,
            left.coefficient * right.coefficient,
            left.ranges + right.ranges,
        )
    )


def apart(mono: Monomial) -> Monomial:
    """The same monomial with fresh summation indices."""
    if not mono.ranges:
        return mono
    fresh = {v: sp.Dummy(v.name, integer=True) for v, _, _ in mono.ranges}
    renamed = mono.substituted(fresh)
    ranges: tuple[Range, ...] = tuple((fresh[v], low, high) for v, low, high in renamed.ranges)
    return Monomial(mono.shape, renamed.factors, renamed.coefficient, ranges)


@expand.register(MatrixSymbol)
@expand.register(Element)
@expand.register(Derivative)
@expand.register(Differential)
@expand.register(UnitVector)
def _leaf(term: sp.MatrixExpr) -> Polynomial:
    if isinstance(term, Derivative) and term.of == term.wrt and term.shape[0] == term.shape[1]:
        return [Monomial(term.shape)] if not _is_gradient(term) else finish(Monomial(term.shape, (term,)))
    return finish(Monomial(term.shape, (_tidy(term),)))


def _is_gradient(term: Derivative) -> bool:
    from symrnn.expr.derivatives import Gradient

    return isinstance(term, Gradient)


def _tidy(term: sp.MatrixExpr) -> sp.MatrixExpr:
    """Index expressions of a leaf, expanded."""
    if isinstance(term, Element):
        return Element(term.args[0], sp.expand(term.index), *(sp.expand(size) for size in term.shape))
    if isinstance(term, UnitVector):
        return UnitVector(term.shape[0], sp.expand(term.position))
    if isinstance(term, Derivative | Differential):
        return term.func(*(_tidy(arg) for arg in term.args))
    return term


@expand.register(sp.Identity)
def _identity(term: sp.Identity) -> Polynomial:
    return [Monomial(term.shape)]


@expand.register(sp.ZeroMatrix)
def _zero(term: sp.ZeroMatrix) -> Polynomial:
    return []


@expand.register(sp.OneMatrix)
def _ones(term: sp.OneMatrix) -> Polynomial:
    return finish(Monomial(term.shape, (term,)))


@expand.register(MatAdd)
def _sum(term: MatAdd) -> Polynomial:
    return [mono for part in term.args for mono in expand(part)]


@expand.register(MatMul)
def _product(term: MatMul) -> Polynomial:
    matrices = [part for part in term.args if isinstance(part, sp.MatrixExpr)]
    scalar = sp.Mul(*(part for part in term.args if not isinstance(part, sp.MatrixExpr)))
    result = expand(matrices[0])
    for matrix in matrices[1:]:
        right = expand(matrix)
        result = [mono for pair in cartesian(result, right) for mono in multiply(*pair)]
    return [mono for part in expand_scalar(scalar) for mono in _with_scalar(part, result)]


def rebuilt(mono: Monomial) -> Polynomial:
    """Expand the coefficient and the chain of a monomial anew, as after a substitution that made numbers of bounds."""
    chain = Monomial(mono.shape, mono.factors).term()
    return [
        Monomial(mono.shape, part.factors, part.coefficient, mono.ranges + part.ranges)
        for part in expand(sp.MatMul(mono.coefficient, chain))
    ]


def _with_scalar(scalar: Monomial, polynomial: Polynomial) -> Polynomial:
    out = []
    for mono in polynomial:
        mono = apart(mono)
        coefficient = scalar.coefficient * mono.coefficient
        out.append(Monomial(mono.shape, mono.factors, coefficient, scalar.ranges + mono.ranges))
    return out


def expand_scalar(scalar: sp.Expr) -> Polynomial:
    """A scalar as 1 x 1 monomials: matrix elements become chains, everything else stays SymPy's."""
    out: Polynomial = []
    for summand in sp.Add.make_args(sp.expand(scalar)):
        parts: list[Polynomial] = []
        plain: sp.Expr = sp.S.One
        for factor in sp.Mul.make_args(summand):
            base, exponent = factor.as_base_exp()
            if isinstance(base, MatrixElement) and not _is_canonical(base) and exponent.is_Integer and exponent > 0:
                parts.extend([_element(base)] * int(exponent))
            else:
                plain = plain * factor
        start = [Monomial((sp.S.One, sp.S.One), (), plain)]
        out.extend(
            reduce(lambda acc, p: [m for a, b in cartesian(acc, p) for m in multiply(a, b)], parts, start)
        )
    return out


def _is_canonical(element: MatrixElement) -> bool:
    """A 1 x 1 chain that is in the coefficient already, as reduce_chain left it."""
    matrix = element.args[0]
    if matrix.shape != (1, 1) or element.args[1:] != (0, 0):
        return False
    scalar, chain = reduce_chain(factors_of(matrix)) if _is_chain(matrix) else (sp.S.Zero, ())
    return not chain and scalar == element


def _is_chain(term: sp.MatrixExpr) -> bool:
    composite = MatAdd | MatrixSum | HadamardProduct | MatPow
    return not any(isinstance(factor, composite) for factor in factors_of(term))


def _element(element: MatrixElement) -> Polynomial:
    matrix, row, col = element.args
    if matrix.shape == (1, 1):
        return expand(matrix)
    left = sp.Transpose(UnitVector(matrix.rows, row + 1))
    return expand(sp.MatMul(left, matrix, UnitVector(matrix.cols, col + 1)))


@expand.register(sp.Transpose)
def _transpose(term: sp.Transpose) -> Polynomial:
    return [
        result
        for mono in expand(term.arg)
        for result in finish(
            Monomial(mono.shape[::-1], transposed(mono.factors), mono.coefficient, mono.ranges)
        )
    ]


@expand.register(DiagMatrix)
def _diagonal(term: DiagMatrix) -> Polynomial:
    out: Polynomial = []
    for mono in expand(term.args[0]):
        size = term.rows
        leading, rest = _leading_diagonals(mono.factors)
        if rest == (sp.OneMatrix(size, 1),):
            factors = leading
        elif not rest or size == 1:
            factors = mono.factors
        else:
            factors = (*leading, DiagMatrix(chain_term(rest, size)))
        out.extend(finish(Monomial(term.shape, factors, mono.coefficient, mono.ranges)))
    return out


def _leading_diagonals(factors: tuple[sp.MatrixExpr, ...]) -> tuple[tuple[sp.MatrixExpr, ...], ...]:
    count = next((i for i, f in enumerate(factors) if not isinstance(f, DiagMatrix)), len(factors))
    return factors[:count], factors[count:]


@expand.register(HadamardProduct)
def _hadamard(term: HadamardProduct) -> Polynomial:
    out: Polynomial = []
    rows, cols = term.shape
    for choice in cartesian(*(expand(part) for part in term.args)):
        monos = [apart(mono) for mono in choice]
        coefficient = sp.Mul(*(mono.coefficient for mono in monos))
        ranges = tuple(r for mono in monos for r in mono.ranges)
        if cols == 1 and rows != 1:
            factors = _hadamard_columns([mono.factors for mono in monos])
        elif rows == 1 and cols != 1:
            factors = transposed(_hadamard_columns([transposed(mono.factors) for mono in monos]))
        elif (rows, cols) == (1, 1):
            factors = ()
        else:
            chains = sorted((chain_term(mono.factors, rows) for mono in monos), key=order_key)
            factors = (HadamardProduct(*chains),)
        out.extend(finish(Monomial(term.shape, factors, coefficient, ranges)))
    return out


def _hadamard_columns(chains: list[tuple[sp.MatrixExpr, ...]]) -> tuple[sp.MatrixExpr, ...]:
    """a ∘ b = diag(a) b, with the diagonals that lead each chain pulled in front."""
    split = [_leading_diagonals(chain) for chain in chains]
    diagonals = [diagonal for leading, _ in split for diagonal in leading]
    rests = sorted((rest for _, rest in split), key=lambda rest: (len(rest), order_key(chain_term(rest, 1))))
    rests.sort(key=lambda rest: order_key(chain_term(rest, 1))[0])
    *inner, last = rests
    ones = [rest for rest in inner if not isinstance(rest[0], sp.OneMatrix)]
    return (*diagonals, *(DiagMatrix(chain_term(rest, rest[0].rows)) for rest in ones), *last)


@expand.register(KroneckerProduct)
def _kronecker(term: KroneckerProduct) -> Polynomial:
    parts = [expand(part) for part in term.args]

    def pair(left: Monomial, right: Monomial) -> Polynomial:
        right = apart(right)
        shape = (sp.expand(left.shape[0] * right.shape[0]), sp.expand(left.shape[1] * right.shape[1]))
        scalars: list[sp.Expr] = []
        operands = (chain_term(left.factors, left.shape[0]), chain_term(right.factors, right.shape[0]))
        factors = kronecker(*operands, scalars)
        coefficient = sp.Mul(left.coefficient, right.coefficient, *scalars)
        return finish(Monomial(shape, factors, coefficient, left.ranges + right.ranges))

    return reduce(lambda acc, part: [m for a, b in cartesian(acc, part) for m in pair(a, b)], parts)


@expand.register(Vec)
def _vec(term: Vec) -> Polynomial:
    return [
        result
        for mono in expand(term.argument)
        for result in finish(
            Monomial(
                term.shape,
                vec_factors(chain_term(mono.factors, mono.shape[0])),
                mono.coefficient,
                mono.ranges,
            )
        )
    ]


@expand.register(MatPow)
def _power(term: MatPow) -> Polynomial:
    base, exponent = term.args
    if exponent.is_Integer and exponent < 0:
        return finish(Monomial(term.shape, (MatPow(_normal(base), exponent),)))
    index = sp.Dummy("p", integer=True)
    return expand(OrderedProduct(base, (index, sp.S.One, exponent), "ascending"))


@expand.register(OrderedProduct)
def _ordered_product(term: OrderedProduct) -> Polynomial:
    variable = sp.Dummy(term.variable.name, integer=True)
    body = expand(term.body_at(variable))
    if len(body) == 1 and not body[0].ranges and variable not in body[0].coefficient.free_symbols:
        mono = body[0]
        scale = mono.coefficient**term.length
        if not mono.factors:
            return [Monomial(term.shape, (), scale)]
        product = product_term(mono.factors, variable, term.start, term.step, term.length)
        return finish(Monomial(term.shape, (product,), scale))
    if term.shape == (1, 1) and len(body) == 1 and not body[0].ranges:
        scalar = scalar_product(body[0].coefficient, variable, term.lower, term.upper)
        return [Monomial(term.shape, (), scalar)]
    if term.length.is_Integer and term.length >= 0:
        require_writable(term.length)
        steps = (term.start + j * term.step for j in range(int(term.length)))
        whole = sp.MatMul(*(term.body_at(at) for at in steps)) if term.length > 0 else sp.Identity(term.rows)
        return expand(whole)
    opaque = _normal(term.body_at(variable))
    return finish(Monomial(term.shape, (product_term((opaque,), variable, term.start, term.step, term.length),)))


def _normal(term: sp.MatrixExpr) -> sp.MatrixExpr:
    from symrnn.expr.normal.form import normal_form

    return normal_form(term)


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
    argument = _normal(term.argument)
    if term.rows == 1 and term.cols != 1:
        return expand(sp.Transpose(term.with_argument(_normal(sp.Transpose(argument)))))
    return finish(Monomial(term.shape, (term.with_argument(argument),)))


@expand.register(GenericFunction)
def _generic(term: GenericFunction) -> Polynomial:
    arguments = (_normal(argument) for argument in term.arguments)
    return finish(Monomial(term.shape, (term.func(*term.args[:3], *arguments),)))


__all__ = ["Monomial", "Polynomial", "expand", "expand_scalar", "finish", "rebuilt"]
