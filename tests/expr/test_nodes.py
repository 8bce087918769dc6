"""What SymPy asks of every node: it is rebuilt from its arguments, copied, pickled and hashed."""

import copy
import pickle

import pytest
import sympy as sp
from expr.drawing import Scope, shapes, terms
from expr.names import A, W, h, k, n, phi, product, t, u
from expr.settings import drawn
from hypothesis import given

from symrnn.equality import normal_form
from symrnn.expr import (
    Differential,
    Elementwise,
    GenericFunction,
    Gradient,
    ImmediateJacobian,
    MatrixSum,
    Sequence,
    StopGradient,
    TotalJacobian,
    UnitVector,
    Vec,
)

NODES = [
    h[t - 1],
    phi(A[t], 2),
    Elementwise("phi")[k](h[t]),
    GenericFunction("loss", 1, 1, h[t]),
    UnitVector(n, k),
    MatrixSum(A[u] * h[t - u], (u, 0, t)),
    product(A[u], 1, t, "descending"),
    TotalJacobian(h[t], W),
    ImmediateJacobian(h[t], W),
    Gradient(Sequence("loss", 1)[t], W),
    Differential(W),
    Vec(W),
    StopGradient(W * h[t]),
]


@pytest.mark.parametrize("node", NODES, ids=str)
def test_nodes_are_values(node: sp.MatrixExpr) -> None:
    assert node.func(*node.args) == node
    assert hash(node.func(*node.args)) == hash(node)
    assert copy.deepcopy(node) == node
    assert pickle.loads(pickle.dumps(node)) == node
    assert node.shape == pickle.loads(pickle.dumps(node)).shape
    assert isinstance(sp.srepr(node), str)
    assert node == node.T.T


@pytest.mark.parametrize("node", NODES, ids=str)
def test_nodes_have_a_normal_form(node: sp.MatrixExpr) -> None:
    """A rule of the kernel and one of Reading.atom in equality/free.py; what has none is refused by name there."""
    assert normal_form(normal_form(node)) == normal_form(node)


@given(shapes.flatmap(lambda shape: terms(shape, Scope(depth=2))))
@drawn(60)
def test_every_part_of_a_term_and_of_its_normal_form_is_rebuilt_from_its_arguments(
    term: sp.MatrixExpr,
) -> None:
    for whole in (term, normal_form(term)):
        for part in sp.preorder_traversal(whole):
            assert not part.args or part.func(*part.args) == part
        assert pickle.loads(pickle.dumps(whole)) == whole
