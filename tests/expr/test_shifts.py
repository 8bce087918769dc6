"""The shift and Jordan blocks."""

from __future__ import annotations

import pytest
import sympy as sp

from symrnn.evaluate import Assignment, Evaluator, Rationals
from symrnn.expr import MatrixSum, UnitVector, jordan_block, shift_matrix
from symrnn.expr.shifts import is_shift

p, r = sp.Symbol("p", integer=True, positive=True), sp.Symbol("r", integer=True, positive=True)


@pytest.mark.parametrize("size", [1, 2, 4])
def test_shift_has_ones_above_the_diagonal(size: int) -> None:
    found = Evaluator(Rationals(), Assignment({p: size})).value(shift_matrix(p)).tolist()
    assert found == [[int(j == i + 1) for j in range(size)] for i in range(size)]


def test_jordan_block_has_its_eigenvalue_on_the_diagonal() -> None:
    found = Evaluator(Rationals(), Assignment({p: 2})).value(jordan_block(sp.Integer(7), p)).tolist()
    assert found == [[7, 1], [0, 7]]


def test_size_may_have_the_name_of_the_index() -> None:
    assert is_shift(shift_matrix(r))
    assert shift_matrix(r).free_symbols == {r}


@pytest.mark.parametrize(
    "bounds", [(0, p - 1), (1, p), (1, p - 2), (2, p - 1)], ids=["from 0", "to p", "to p - 2", "from 2"]
)
def test_another_range_is_no_shift(bounds: tuple[sp.Expr, sp.Expr]) -> None:
    i = sp.Symbol("i", integer=True)
    summand = UnitVector(p, i) * UnitVector(p, i + 1).T
    assert not is_shift(MatrixSum(summand, (i, *bounds)))


def test_the_transpose_and_another_diagonal_are_no_shifts() -> None:
    i = sp.Symbol("i", integer=True)
    assert not is_shift(MatrixSum(UnitVector(p, i + 1) * UnitVector(p, i).T, (i, 1, p - 1)))
    assert not is_shift(MatrixSum(UnitVector(p, i) * UnitVector(p, i + 2).T, (i, 1, p - 1)))
    assert not is_shift(MatrixSum(2 * UnitVector(p, i) * UnitVector(p, i + 1).T, (i, 1, p - 1)))
