"""Hypothesis strategies for well-shaped terms."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import sympy as sp
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn
from sympy.matrices.expressions import DiagMatrix, HadamardProduct, KroneckerProduct, MatrixExpr
from sympy.matrices.expressions.matexpr import MatrixElement

from symrnn.expr import (
    Differential,
    Elementwise,
    MatrixSum,
    OrderedProduct,
    Sequence,
    StopGradient,
    TotalJacobian,
    UnitVector,
    Vec,
)

t, k, T = sp.symbols("t k T", integer=True)
n, m = sp.symbols("n m", integer=True, positive=True)
INDICES = sp.symbols("u s v r", integer=True)
ONE = sp.S.One
SIZES = (n, m, ONE, sp.Integer(2))
phi, psi = Elementwise("phi"), Elementwise("psi")

Shape = tuple[sp.Expr, sp.Expr]


@dataclass(frozen=True)
class Scope:
    """What a drawn term may use: bound indices, and how deep it may go."""

    bound: tuple[sp.Symbol, ...] = ()
    depth: int = 3
    sizes: tuple[sp.Expr, ...] = SIZES
    opaque: bool = True

    def deeper(self, *bound: sp.Symbol, cost: int = 1) -> Scope:
        return replace(self, bound=(*self.bound, *bound), depth=self.depth - cost)


def sequence(name: str, shape: Shape) -> Sequence:
    """The sequence of a name for a shape: one name has one shape."""
    return Sequence(f"{name}_{shape[0]}{shape[1]}", *shape)


def symbol(name: str, shape: Shape) -> sp.MatrixSymbol:
    return sp.MatrixSymbol(f"{name}_{shape[0]}{shape[1]}", *shape)


@st.composite
def indices(draw: DrawFn, scope: Scope) -> sp.Expr:
    """An index: a bound one, shifted or reversed, or a free one, or a number."""
    shift = draw(st.integers(-1, 1))
    if scope.bound and draw(st.integers(0, 3)):
        v = draw(st.sampled_from(scope.bound))
        return draw(st.sampled_from([v, v, t - v, k - v])) + shift
    return draw(st.sampled_from([t, k, sp.S.Zero, sp.S.One])) + shift


@st.composite
def ranges(draw: DrawFn, scope: Scope) -> tuple[sp.Symbol, sp.Expr, sp.Expr]:
    """An index that is not bound yet, with bounds that give a length >= 0 for most 0 <= k <= t."""
    variable = next(v for v in INDICES if v not in scope.bound)
    options = [(1, t), (0, t - 1), (0, k), (1, k), (k + 1, t), (k, t), (0, t), (2, t + 1), (0, 1), (1, 0)]
    for v in scope.bound:
        options += [(1, v), (0, v - 1), (v + 1, t), (v, t), (v, v + 1), (k - v, k)]
    low, high = draw(st.sampled_from(options))
    return variable, sp.sympify(low), sp.sympify(high)


@st.composite
def leaves(draw: DrawFn, shape: Shape, scope: Scope) -> MatrixExpr:
    rows, cols = shape
    name = draw(st.sampled_from("AB"))
    options: list[Callable[[], MatrixExpr]] = [
        lambda: sequence(name, shape).at(draw(indices(scope))),
        lambda: sequence(name, shape).at(draw(indices(scope))),
        lambda: symbol("W", shape),
        lambda: Differential(symbol("W", shape)),
        lambda: StopGradient(sequence(name, shape).at(draw(indices(scope))) + symbol("W", shape)),
    ]
    if rows == cols:
        options.append(lambda: sp.Identity(rows))
        options.append(lambda: sp.MatPow(symbol("W", shape), sp.S.NegativeOne))
        column = sequence("x", (rows, ONE))
        options.append(lambda: TotalJacobian(column.at(draw(indices(scope))), column.at(draw(indices(scope)))))
    if cols == 1 and rows != 1:
        options.append(lambda: UnitVector(rows, draw(st.sampled_from([ONE, *scope.bound]))))
        options.append(lambda: phi(sequence("a", shape).at(draw(indices(scope))), 1))
    if draw(st.integers(0, 9)) == 0:
        options = [lambda: sp.OneMatrix(*shape), lambda: sp.ZeroMatrix(*shape)]
    return draw(st.sampled_from(options))()


@st.composite
def scalars(draw: DrawFn, scope: Scope) -> sp.Expr:
    options = [sp.Integer(2), sp.Integer(-1), sp.Rational(1, 2), k, sp.Integer(2) ** k, t + 1]
    options += [*scope.bound, *(sp.Integer(-1) ** v for v in scope.bound)]
    element = symbol("c", (ONE, ONE))[0, 0]
    options += [element, element**k, sequence("g", (ONE, ONE)).at(draw(indices(scope)))[0, 0]]
    options += [draw(entries(scope)), draw(entries(scope)) + 1, draw(entries(scope)) ** 2, 1 / draw(entries(scope))]
    return draw(st.sampled_from(options))


@st.composite
def entries(draw: DrawFn, scope: Scope) -> sp.Expr:
    """An entry of a matrix, its place and its time bound or not."""
    shape = draw(st.sampled_from([(n, m), (n, n), (n, ONE), (ONE, m)]))
    row, col = (
        sp.S.Zero if size == 1 else draw(st.sampled_from([sp.S.Zero, sp.S.Zero, k, *(v - 1 for v in scope.bound)]))
        for size in shape
    )
    matrix = sequence("A", shape).at(draw(indices(scope)))
    match draw(st.integers(0, 4)):
        case 0:
            return MatrixElement(sp.Transpose(matrix), col, row)
        case 1:
            return MatrixElement(sp.MatMul(symbol("W", (shape[0], shape[0])), matrix), row, col)
        case 2:
            return MatrixElement(sp.MatAdd(symbol("W", shape), sp.MatMul(k, matrix)), row, col)
    return MatrixElement(matrix, row, col)


@st.composite
def terms(draw: DrawFn, shape: Shape, scope: Scope) -> MatrixExpr:
    """A term of a shape."""
    rows, cols = shape
    if scope.depth <= 0:
        return draw(leaves(shape, scope))
    inner = scope.deeper()

    def sub(*wanted: sp.Expr) -> MatrixExpr:
        return draw(terms(wanted, inner))

    def size() -> sp.Expr:
        return draw(st.sampled_from(scope.sizes))

    def product() -> MatrixExpr:
        between = size()
        return sp.MatMul(sub(rows, between), sub(between, cols))

    def scaled() -> MatrixExpr:
        return sp.MatMul(draw(scalars(scope)), sub(rows, cols))

    def summed() -> MatrixExpr:
        if len(scope.bound) >= 3:
            return sub(rows, cols)
        index = draw(ranges(scope))
        return MatrixSum(draw(terms(shape, scope.deeper(index[0]))), index)

    def kronecker() -> MatrixExpr:
        a, b = size(), size()
        left = KroneckerProduct(sub(1, a), sub(rows, b))
        if cols == 1 and draw(st.booleans()):
            return sp.MatMul(left, Vec(sub(b, a)))
        if draw(st.booleans()):
            return sp.MatMul(left, KroneckerProduct(sub(a, 1), sub(b, cols)))
        return sp.MatMul(left, KroneckerProduct(sub(a, cols), sub(b, 1)))

    def small_kronecker() -> MatrixExpr:
        parts = [sub(rows, 1), sub(1, cols)] if draw(st.booleans()) else [sub(1, 1), sub(rows, cols)]
        return KroneckerProduct(*(parts if draw(st.booleans()) else parts[::-1]))

    options = [
        lambda: draw(leaves(shape, scope)),
        lambda: sp.MatAdd(sub(rows, cols), sub(rows, cols)),
        product,
        product,
        scaled,
        lambda: sp.Transpose(sub(cols, rows)),
        summed,
        summed,
        kronecker,
        small_kronecker,
        lambda: HadamardProduct(sub(rows, cols), sub(rows, cols)),
    ]
    if scope.opaque:
        options.append(lambda: draw(st.sampled_from([phi, psi]))(sub(rows, cols), draw(st.integers(0, 2))))
    if rows == cols:
        options += [
            lambda: DiagMatrix(sub(rows, 1)),
            lambda: sp.MatMul(DiagMatrix(sub(rows, 1)), DiagMatrix(sub(rows, 1))),
            lambda: sp.MatPow(sub(rows, cols), draw(st.sampled_from([k, t - k, sp.Integer(2)]))),
            lambda: draw(products(shape, scope)),
            lambda: draw(products(shape, scope)),
            lambda: draw(products(shape, scope)),
        ]
    return draw(st.sampled_from(options))()


@st.composite
def networks(draw: DrawFn) -> MatrixExpr:
    """Products over the layers of a network, W_l of shape (d_l, d_{l-1}), and sums of them."""
    layer, other = INDICES[:2]
    widths = sp.Function("d")
    weight = Sequence("L", lambda i: widths(i), lambda i: widths(i - 1))
    slope = Sequence("z", lambda i: widths(i))

    def factor(i: sp.Expr) -> MatrixExpr:
        return DiagMatrix(phi(slope.at(i), 1)) * weight.at(i) if draw(st.booleans()) else weight.at(i)

    def stack(top: sp.Expr, bottom: sp.Expr) -> MatrixExpr:
        body = factor(layer)
        if draw(st.booleans()):
            return OrderedProduct(body, (layer, bottom + 1, top), "descending")
        return sp.Transpose(OrderedProduct(turned(body), (layer, bottom + 1, top), "ascending"))

    def turned(body: MatrixExpr) -> MatrixExpr:
        parts = body.args if isinstance(body, sp.MatMul) else (body,)
        return sp.MatMul(*(sp.Transpose(part) for part in reversed(parts)))

    if draw(st.booleans()):
        return sp.MatMul(stack(t, k), stack(k, sp.S.Zero))
    return MatrixSum(sp.MatMul(stack(t, other), slope.at(other)), (other, draw(st.sampled_from([0, 1, k])), t))


@st.composite
def products(draw: DrawFn, shape: Shape, scope: Scope) -> MatrixExpr:
    if len(scope.bound) >= 3:
        return draw(terms(shape, scope.deeper()))
    index = draw(ranges(scope))
    body = draw(terms(shape, scope.deeper(index[0])))
    return OrderedProduct(body, index, draw(st.sampled_from(["ascending", "descending"])))


shapes = st.sampled_from([(n, n), (n, ONE), (n, m), (ONE, ONE), (ONE, n), (m, m), (sp.Integer(2), sp.Integer(2))])
