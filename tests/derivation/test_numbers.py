"""Matrices of numbers in statements and hypotheses: what is true of them is proved, and what is false refuted."""

from __future__ import annotations

import pytest
import sympy as sp

from symrnn import Cell, Elman, MatrixSum, Sequence, TotalJacobian, verify
from symrnn.derivation import Equation, Inequality, Kind
from symrnn.errors import LimitError, ShapeError
from symrnn.expr import InnerProduct, Norm, SpectralRadius
from symrnn.expr.units import in_units
from symrnn.symbols import t, u

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
    "a sum": Equation(MatrixSum(sp.ImmutableMatrix(M), (u, 1, t)), t * sp.ImmutableMatrix(M), (t >= 0,)),
    "one entry": Equation(sp.Matrix([[3]]), 3),
    "a row and a column": Equation(sp.MatMul(sp.ImmutableMatrix([[1, 2]]), sp.ImmutableMatrix([[3], [4]])), 11),
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


def test_a_network_may_have_numbers_in_its_equations() -> None:
    h, x = Sequence("h", 2), Sequence("x", 2, first=1)
    turned = Cell("turned", {h: sp.ImmutableMatrix([[0, 1], [-1, 0]]) * h[t - 1] + x[t]}, (h,), (), (x,))
    two_steps = TotalJacobian(h[t], h[t - 2])
    assert turned.derive(h[t], wrt=h[t - 2]).verify().kind is Kind.PROVED
    assert verify(Equation(two_steps, -sp.Identity(2), (t >= 2,)), turned).kind is Kind.PROVED
    assert verify(Equation(two_steps, sp.Identity(2), (t >= 2,)), turned).kind is Kind.REFUTED


@pytest.mark.filterwarnings("ignore::sympy.utilities.exceptions.SymPyDeprecationWarning")
def test_a_matrix_of_truth_values_is_refused() -> None:
    with pytest.raises(ShapeError, match="the entry True, which is no number"):
        Equation(A, sp.ImmutableMatrix([[True, False], [False, True]]))


def test_a_large_matrix_is_refused() -> None:
    with pytest.raises(LimitError, match="the limit is 100 entries"):
        Equation(sp.MatrixSymbol("B", 11, 11), sp.ones(11, 11))


def test_a_matrix_that_is_no_expression_says_what_to_write() -> None:
    with pytest.raises(ShapeError, match=r"write it as sympy\.ImmutableMatrix"):
        InnerProduct(M, M)
