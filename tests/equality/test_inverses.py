"""Inverses in the normal form: X X⁻¹ = I, and a conjugation that runs through a product."""

from __future__ import annotations

import pytest
import sympy as sp
from expr.names import A, I, W, k, n, product, u
from sympy.matrices.expressions import MatPow

from symrnn.equality import equal, normal_form

V, x = sp.MatrixSymbol("V", n, n), sp.MatrixSymbol("x", n, 1)
D = sp.DiagMatrix(sp.MatrixSymbol("lambda", n, 1))
X = MatPow(V, -1)


def power(body: sp.MatrixExpr, exponent: sp.Expr) -> MatPow:
    return MatPow(body, exponent)


def chain(*factors: sp.Expr) -> sp.MatMul:
    return sp.MatMul(*factors)


EQUAL = {
    "right inverse": (chain(V, X), I),
    "left inverse": (chain(X, V), I),
    "inside a chain": (chain(W, V, X, A[1]), chain(W, A[1])),
    "nested": (chain(W, V, X, MatPow(W, -1)), I),
    "power": (power(chain(V, D, X), k), chain(V, power(D, k), X)),
    "power, the other way round": (power(chain(X, D, V), k), chain(X, power(D, k), V)),
    "power of a chain": (power(chain(V, W, D, X), k), chain(V, power(chain(W, D), k), X)),
    "twice": (power(chain(W, V, D, X, MatPow(W, -1)), k), chain(W, V, power(D, k), X, MatPow(W, -1))),
    "factors that move": (product(chain(V, A[u], X), 1, k), chain(V, product(A[u], 1, k), X)),
    "scaled": (power(chain(3, V, D, X), k), chain(3**k, V, power(D, k), X)),
    "next power": (chain(V, power(D, k), X, V, D, X), power(chain(V, D, X), k + 1)),
    "inverse of a transpose": (MatPow(V.T, -1), sp.Transpose(X)),
}


@pytest.mark.parametrize("name", EQUAL)
def test_is_equal(name: str) -> None:
    left, right = EQUAL[name]
    assert equal(left, right)
    assert normal_form(normal_form(left)) == normal_form(left)


DIFFERENT = {
    "transpose in place of the inverse": (power(chain(V, D, X), k), chain(V, power(D, k), V.T)),
    "one power too many": (power(chain(V, D, X), k), chain(V, power(D, k + 1), X)),
    "the inverse on the other side": (power(chain(V, D, X), k), chain(X, power(D, k), V)),
    "no conjugation": (power(chain(V, D, X), k), power(D, k)),
    "another matrix": (power(chain(V, D, MatPow(W, -1)), k), chain(V, power(D, k), MatPow(W, -1))),
    "the same on both sides": (power(chain(V, D, V), k), chain(V, power(D, k), V)),
    "inverse of what moves": (
        product(chain(A[u], D, MatPow(A[u], -1)), 1, k),
        chain(A[u], power(D, k), MatPow(A[u], -1)),
    ),
    "product of inverses": (MatPow(chain(V, W), -1), chain(X, MatPow(W, -1))),
    "not an inverse": (chain(V, X), V),
    "twice the inverse": (chain(V, MatPow(V, -2)), I),
}


@pytest.mark.parametrize("name", DIFFERENT)
def test_is_not_equal(name: str) -> None:
    assert not equal(*DIFFERENT[name])


def test_a_conjugate_at_numbers_is_written_out() -> None:
    assert equal(power(chain(V, D, X), 2), chain(V, D, D, X))
    assert equal(power(chain(V, D, X), 0), I)
    assert equal(power(chain(V, x, x.T, X), 2), chain(V, x, x.T, x, x.T, X))
