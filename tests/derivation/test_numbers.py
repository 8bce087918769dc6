"""Matrices of numbers in statements and hypotheses: what is true of them is proved, and what is false refuted."""

from __future__ import annotations

import pytest
import sympy as sp

from symrnn import Elman, TotalJacobian, verify
from symrnn.derivation import Equation, Inequality, Kind
from symrnn.errors import LimitError, ShapeError
from symrnn.expr import InnerProduct, Norm, SpectralRadius
from symrnn.expr.units import in_units
from symrnn.symbols import t

A = sp.MatrixSymbol("A", 2, 2)
M, SQUARE = sp.Matrix([[1, 2], [3, 4]]), sp.Matrix([[7, 10], [15, 22]])
FIXED = Equation(A, M)
net = Elman("identity", 2, 2)
STEP = TotalJacobian(net.h[t], net.h[t - 2])

TRUE = {
    "square": Equation(sp.ImmutableMatrix(M) * sp.ImmutableMatrix(M), SQUARE),
    "known weights": Equation(A * A, SQUARE, given=FIXED),
    "transposed": Equation(A.T, sp.Matrix([[1, 3], [2, 4]]), given=FIXED),
    "a product": Equation(A * sp.Matrix([1, 1]), sp.Matrix([3, 7]), given=FIXED),
    "two steps": Equation(STEP, SQUARE, (t >= 2,), Equation(net.W_hh, M)),
    "halves": Equation(A + A, M, given=Equation(A, sp.Matrix([[0.5, 1], [1.5, 2]]))),
    "the identity": Equation(sp.eye(2), sp.Identity(2)),
    "a norm": Inequality(Norm(M), 10),
}
FALSE = {
    "idempotent": Equation(A * A, A, given=FIXED),
    "another square": Equation(A * A, sp.Matrix([[7, 10], [15, 21]]), given=FIXED),
    "two steps": Equation(STEP, M, (t >= 2,), Equation(net.W_hh, M)),
    "a norm": Inequality(Norm(M), 5),
    "a radius": Inequality(SpectralRadius(sp.ImmutableMatrix(M)), 5),
}


@pytest.mark.parametrize("name", TRUE)
def test_what_is_true_of_numbers_is_proved(name: str) -> None:
    assert verify(TRUE[name], net).kind is Kind.PROVED


@pytest.mark.parametrize("name", FALSE)
def test_what_is_false_of_numbers_is_refuted(name: str) -> None:
    assert verify(FALSE[name], net).kind is Kind.REFUTED


@pytest.mark.parametrize("rows", [[[1, 2], [3, 4]], [[0, -1, 0.5]], [[1], [0]], [[0, 0], [0, 0]], [[1, 0], [0, 1]]])
def test_units_are_the_matrix(rows: list[list[float]]) -> None:
    matrix = sp.ImmutableMatrix(rows)
    found = in_units(matrix)
    assert found.shape == matrix.shape
    units = {each: sp.Matrix(each.rows, 1, lambda i, _, at=each: int(i + 1 == at.position)) for each in _units(found)}
    assert (
        sp.Matrix(found.xreplace({k: sp.ImmutableMatrix(v) for k, v in units.items()}).doit().as_explicit()) == matrix
    )


def _units(term: sp.Basic) -> set[sp.Basic]:
    return {each for each in sp.preorder_traversal(term) if type(each).__name__ == "UnitVector"}


def test_a_large_matrix_is_refused() -> None:
    with pytest.raises(LimitError, match="the limit is 100 entries"):
        Equation(sp.MatrixSymbol("B", 11, 11), sp.ones(11, 11))


def test_a_matrix_that_is_no_expression_says_what_to_write() -> None:
    with pytest.raises(ShapeError, match=r"write it as sympy\.ImmutableMatrix"):
        InnerProduct(M, M)
