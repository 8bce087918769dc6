"""The shift and Jordan blocks."""

from __future__ import annotations

import pytest
import sympy as sp

from symrnn.equality import equal
from symrnn.evaluate import Assignment, Evaluator, Rationals
from symrnn.expr import jordan_block, shift_matrix

p, r = sp.Symbol("p", integer=True, positive=True), sp.Symbol("r", integer=True, positive=True)


@pytest.mark.parametrize("size", [1, 2, 4])
def test_shift_has_ones_above_the_diagonal(size: int) -> None:
    found = Evaluator(Rationals(), Assignment({p: size})).value(shift_matrix(p)).tolist()
    assert found == [[int(j == i + 1) for j in range(size)] for i in range(size)]


def test_jordan_block_has_its_eigenvalue_on_the_diagonal() -> None:
    found = Evaluator(Rationals(), Assignment({p: 2})).value(jordan_block(sp.Integer(7), p)).tolist()
    assert found == [[7, 1], [0, 7]]


def test_size_may_have_the_name_of_the_index() -> None:
    assert shift_matrix(r).free_symbols == {r}
    assert equal(shift_matrix(r), shift_matrix(p).subs(p, r))
