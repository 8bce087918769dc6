"""Canonical indices never take the name of a symbol that is free in a term."""

import pytest
import sympy as sp
from expr.names import A, T, h, k, phi, product, s, t, u, v

from symrnn.equality import equal, normal_form
from symrnn.expr import MatrixSum, OrderedProduct

NAMES = ["_s0", "_s1", "_p0", "_p1", "_", "_offset"]


@pytest.fixture(params=NAMES)
def free(request: pytest.FixtureRequest) -> sp.Symbol:
    return sp.Symbol(request.param, integer=True)


def test_a_free_symbol_is_not_captured_by_a_sum(free: sp.Symbol) -> None:
    term = MatrixSum(A[u] * A[free], (u, 0, t))
    assert free in normal_form(term).free_symbols
    assert not equal(term, MatrixSum(A[u] * A[u], (u, 0, t)))
    assert equal(normal_form(term).subs(free, k), term.subs(free, k))


def test_a_free_symbol_is_not_captured_by_a_product(free: sp.Symbol) -> None:
    term = product(A[u] * A[free], 1, k)
    assert free in normal_form(term).free_symbols
    assert not equal(term, product(A[u] * A[u], 1, k))


def test_an_outer_index_is_not_captured_further_inside(free: sp.Symbol) -> None:
    nested = MatrixSum(phi(MatrixSum(h[s + free], (s, 0, T))), (free, 0, t))
    assert equal(nested, MatrixSum(phi(MatrixSum(h[s + v], (s, 0, T))), (v, 0, t)))
    assert not equal(nested, MatrixSum(phi(MatrixSum(h[2 * s], (s, 0, T))), (v, 0, t)))
    inner = OrderedProduct(A[s + free], (s, 0, T), "ascending")
    nested = OrderedProduct(inner, (free, 0, t), "ascending")
    assert equal(nested, OrderedProduct(inner.subs(free, s), (s, 0, t), "ascending"))
    assert not equal(nested, OrderedProduct(product(A[2 * s], 0, T), (s, 0, t), "ascending"))


def test_a_normal_form_may_be_built_into_a_term() -> None:
    body = normal_form(MatrixSum(A[u], (u, 0, t))).args[0]
    index = next(iter(body.free_symbols & {sp.Symbol("_s0", integer=True)}), None)
    assert index is None or not equal(MatrixSum(A[u] * body, (u, 0, t)), MatrixSum(A[u] * A[u], (u, 0, t)))
