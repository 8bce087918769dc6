"""The symbols and sequences that the tests of the terms share."""

import sympy as sp

from symrnn.expr import Elementwise, OrderedProduct, Sequence

t, k, u, s, v, T = sp.symbols("t k u s v T", integer=True)
n, m, q = sp.symbols("n m q", integer=True, positive=True)
h, x, y, a = Sequence("h", n), Sequence("x", n), Sequence("y", n), Sequence("a", n)
A, B = Sequence("A", n, n), Sequence("B", n, n)
W, U = sp.MatrixSymbol("W", n, n), sp.MatrixSymbol("U", n, m)
I = sp.Identity(n)
phi = Elementwise("phi")


def D(i: sp.Expr) -> sp.MatrixExpr:
    return sp.DiagMatrix(phi(a[i], 1))


def product(body: sp.MatrixExpr, low: object, high: object, direction: str = "ascending") -> OrderedProduct:
    """A product over u."""
    return OrderedProduct(body, (u, low, high), direction)
