"""Rules for matrices and vectors: one small rule per node, the same for LaTeX and for plain text."""

from __future__ import annotations

import sympy as sp
from sympy.matrices.expressions import MatAdd, MatMul, MatPow, MatrixExpr, MatrixSymbol
from sympy.matrices.expressions.matexpr import MatrixElement

from symrnn.errors import NotationError
from symrnn.expr import (
    Apply,
    Concatenation,
    Differential,
    Element,
    Expectation,
    GenericFunction,
    Gradient,
    ImmediateJacobian,
    LogSumExp,
    MatrixSum,
    OrderedProduct,
    Selector,
    Softmax,
    StopGradient,
    TotalJacobian,
    UnitVector,
    Variance,
    Vec,
)
from symrnn.latex.blocks import block_matrix, concatenation_row, selector_row
from symrnn.latex.components import entry_pieces, factor_pieces
from symrnn.latex.precedence import Piece
from symrnn.latex.spelling import is_slope
from symrnn.latex.style import Style
from symrnn.latex.walk import bind, compact, signed_sum, split_sign, summands, write


@write.register
def _(term: MatrixExpr, style: Style) -> Piece:
    raise NotationError(
        f"no rule to write the matrix node {type(term).__name__}",
        where=str(term),
        advice="write it with other terms",
    )


# --- names ----------------------------------------------------------------------------------------


@write.register
def _(term: MatrixSymbol, style: Style) -> Piece:
    return style.symbol(term.name, number=term.shape == (1, 1))


@write.register
def _(term: Element, style: Style) -> Piece:
    return style.element(term.name, compact(term.index, style), number=term.shape == (1, 1))


@write.register
def _(term: MatrixElement, style: Style) -> Piece:
    if term.parent.shape == (1, 1):  # a number is written as the matrix that it is the only entry of
        return write(term.parent, style)
    column = "" if term.j == 0 and term.parent.cols == 1 else compact(term.j + 1, style)
    named = isinstance(term.parent, MatrixSymbol | Element)
    return style.entry(write(term.parent, style), compact(term.i + 1, style), column, named=named)


@write.register
def _(term: sp.Identity, style: Style) -> Piece:
    return Piece("1") if term.rows == 1 and style.by_entries else style.constant("identity", compact(term.rows, style))


@write.register
def _(term: sp.ZeroMatrix, style: Style) -> Piece:
    return Piece("0") if term.shape == (1, 1) else style.constant("zero")


@write.register
def _(term: sp.OneMatrix, style: Style) -> Piece:
    ones = style.constant("ones")
    return style.transposed(ones) if term.rows == 1 != term.cols else ones  # a column by itself; 1 f(h) has no meaning


@write.register
def _(term: UnitVector, style: Style) -> Piece:
    return style.constant("unit", compact(term.position, style))


@write.register
def _(term: sp.MatrixBase, style: Style) -> Piece:
    return style.matrix([[write(entry, style) for entry in row] for row in term.tolist()])


# --- sums and products ----------------------------------------------------------------------------


@write.register
def _(term: MatAdd, style: Style) -> Piece:
    blocks = block_matrix(term, style)
    return signed_sum(summands(term, style), style) if blocks is None else blocks


@write.register
def _(term: MatMul, style: Style) -> Piece:
    negative, rest = split_sign(term)
    if negative:
        return signed_sum([(True, write(rest, style))], style)
    coefficient, matrices = term.as_coeff_matrices()
    if coefficient != 1 and all(matrix == sp.Identity(1) for matrix in matrices):
        return write(coefficient, style)  # a number as a matrix of one entry is written as the number
    pieces = entry_pieces(matrices, style) if style.by_entries else factor_pieces(matrices, style)
    pieces = [*([write(coefficient, style)] if coefficient != 1 else []), *pieces]
    return style.join("product", pieces) if len(pieces) > 1 else pieces[0]


@write.register
def _(term: sp.KroneckerProduct, style: Style) -> Piece:
    return style.join("kronecker", [write(factor, style) for factor in term.args])


@write.register
def _(term: sp.HadamardProduct, style: Style) -> Piece:
    return style.join("hadamard", [write(factor, style) for factor in term.args])


@write.register
def _(term: MatrixSum, style: Style) -> Piece:
    negative, rest = split_sign(term)
    if negative:
        return signed_sum([(True, write(rest, style))], style)
    return bind("sum", "under Σ", term.body, (term.variable, term.lower, term.upper), style)


@write.register
def _(term: OrderedProduct, style: Style) -> Piece:
    return bind(term.direction, "under ∏", term.body, (term.variable, term.lower, term.upper), style)


# --- powers and functions -------------------------------------------------------------------------


@write.register
def _(term: sp.Transpose, style: Style) -> Piece:
    if isinstance(term.arg, Selector):
        return selector_row(term.arg, style)
    if isinstance(term.arg, Concatenation):
        return concatenation_row(term.arg, style)
    if isinstance(term.arg, TotalJacobian | ImmediateJacobian) and style.turns(term.arg):
        return _turned(term.arg, style)
    return style.transposed(write(term.arg, style))


@write.register
def _(term: MatPow, style: Style) -> Piece:
    return style.power(style.fit(write(term.base, style), "power"), write(term.exp, style))


@write.register
def _(term: sp.HadamardPower, style: Style) -> Piece:
    base, exponent = (write(part, style) for part in term.args)
    return style.power(style.fit(base, "power"), exponent, entrywise=True)


@write.register
def _(term: sp.DiagMatrix, style: Style) -> Piece:
    vector = term.args[0]
    if is_slope(term) and vector.argument.name in style.spelling.slopes:
        at = compact(vector.argument.index, style)
        return style.slope(vector.argument.name, at, number=term.shape == (1, 1))
    return style.call("diag", [write(vector, style)])


@write.register
def _(term: Apply, style: Style) -> Piece:
    member = "" if term.member is None else compact(term.member, style)
    return style.call(term.function, [write(term.argument, style)], term.order, member)


@write.register
def _(term: GenericFunction, style: Style) -> Piece:
    return style.call(term.name, [write(argument, style) for argument in term.arguments])


@write.register
def _(term: Softmax, style: Style) -> Piece:
    return style.call("softmax", [write(term.argument, style)])


@write.register
def _(term: StopGradient, style: Style) -> Piece:
    return style.call("stop", [write(term.argument, style)])


@write.register
def _(term: LogSumExp, style: Style) -> Piece:
    ones, exponentials = style.transposed(style.constant("ones")), style.call("exp", [write(term.argument, style)])
    return style.call("log", [style.join("product", [ones, exponentials])])


@write.register
def _(term: Vec, style: Style) -> Piece:
    return style.call("vec", [write(term.argument, style)])


@write.register
def _(term: Expectation, style: Style) -> Piece:
    return style.call("E", [write(term.of, style)])


@write.register
def _(term: Variance, style: Style) -> Piece:
    return style.call("Var", [write(term.of, style)])


@write.register
def _(term: sp.Trace, style: Style) -> Piece:
    return style.call("tr", [write(term.arg, style)])


@write.register
def _(term: sp.Determinant, style: Style) -> Piece:
    return style.call("det", [write(term.arg, style)])


# --- derivatives ----------------------------------------------------------------------------------


@write.register
def _(term: TotalJacobian, style: Style) -> Piece:
    return style.transposed(_turned(term, style)) if style.turns(term) else _jacobian(term, style)


@write.register
def _(term: ImmediateJacobian, style: Style) -> Piece:
    return style.transposed(_turned(term, style)) if style.turns(term) else _jacobian(term, style)


def _jacobian(term: TotalJacobian | ImmediateJacobian, style: Style) -> Piece:
    kind = "total" if isinstance(term, TotalJacobian) else "immediate"
    return style.jacobian(kind, write(term.of, style), write(term.wrt, style))


def _turned(term: TotalJacobian | ImmediateJacobian, style: Style) -> Piece:
    """The transpose of a Jacobian whose sign stands for it."""
    kind = "total" if isinstance(term, TotalJacobian) else "immediate"
    return style.turned(kind, write(term.of, style), write(term.wrt, style), flat=term.wrt.cols != 1)


@write.register
def _(term: Gradient, style: Style) -> Piece:
    if isinstance(term.wrt, Element) and term.wrt.name in style.spelling.errors:
        return style.error(term.wrt.name, compact(term.wrt.index, style), number=term.shape == (1, 1))
    return style.gradient(write(term.of, style), write(term.wrt, style))


@write.register
def _(term: Differential, style: Style) -> Piece:
    return style.differential(write(term.of, style))
