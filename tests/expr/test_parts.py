import pytest
import sympy as sp
from expr.test_nodes import NODES
from sympy.matrices.expressions import MatrixExpr, MatrixSymbol

from symrnn.expr import Element, parts_of


@pytest.mark.parametrize("kind", [sp.Symbol, sp.Integer, MatrixSymbol, Element, MatrixExpr])
def test_parts_are_those_that_sympy_finds(kind):
    for term in NODES:
        assert parts_of(term, kind) == term.atoms(kind)


def test_what_is_in_brackets_is_a_part_and_so_is_the_term():
    x = sp.Symbol("x")
    assert parts_of(2 * (x + 1) ** 2, sp.Add, sp.Mul) == {x + 1, 2 * (x + 1) ** 2}
