"""Factors without an inverse: their products may not slide, join or be divided by."""

import pytest
import sympy as sp
from expr.names import A, B, D, I, W, k, n, product, s, t, u, x, y
from sympy.matrices.expressions import KroneckerProduct

from symrnn.equality import equal
from symrnn.expr import MatrixSum, Sequence

scalar = Sequence("g", 1)
rectangular = Sequence("R", n, sp.Symbol("m", integer=True, positive=True))

REGULAR = {
    "matrix": A[u],
    "diagonal times matrix": D(u) * W,
    "identity plus": I + A[u] * W,
    "leaf of another name": A[u] * W + B[u],
    "rectangular": rectangular[u] * rectangular[u].T,
}
SINGULAR = {
    "rank one": x[u] * y[u].T,
    "vanishes at 0": A[u] - A[0],
    "vanishes by its number": u * A[u] + W * A[u],
    "zero": sp.ZeroMatrix(n, n),
    "rank one in Kronecker": KroneckerProduct(x[u] * y[u].T, W),
    "a sum": MatrixSum(A[s] * A[u], (s, 0, t)),
}


BODIES = {
    **REGULAR,
    **SINGULAR,
    "number": scalar[u],
    "number that vanishes": scalar[u] - scalar[0],
    "index": u * scalar[u],
}


@pytest.mark.parametrize("name", BODIES)
def test_no_product_of_negative_length_is_mistaken_for_one_that_exists(name: str) -> None:
    """Sums from 1 and from 0 differ by the empty product, whatever the formal terms below 1 are."""
    body = BODIES[name]
    one = sp.Identity(body.rows)

    def total(low: int) -> MatrixSum:
        return MatrixSum(product(body, 1, s), (s, low, t))

    assert not equal(total(1), total(0))
    assert equal(total(1) + one, total(0))


@pytest.mark.parametrize("name", ["number", "number that vanishes", "index"])
def test_numbers_under_a_product(name: str) -> None:
    body = BODIES[name]
    shifted = MatrixSum(product(body, 0, s), (s, 0, t))
    assert not equal(shifted, MatrixSum(product(body, 1, s), (s, 0, t)))
    assert not equal(product(body, 1, k), product(body, 1, k + 1))
    assert equal(product(body, 1, k), product(body, 1, k, "descending"))


def test_a_product_of_rank_one() -> None:
    chain = product(x[u] * y[u].T, 1, k)
    assert equal(chain * x[k + 1] * y[k + 1].T, product(x[u] * y[u].T, 1, k + 1))
    assert equal(chain.T, product(y[u] * x[u].T, 1, k, "descending"))
    assert equal(chain.subs(k, 2), x[1] * y[1].T * x[2] * y[2].T)


def test_the_factorial_is_no_division_by_zero() -> None:
    w = sp.MatrixSymbol("w", 1, 1)
    term = product(u * w, 1, k)
    assert equal(term, w**k * product(u * sp.Identity(1), 1, k))
    assert equal(term.subs(k, 3), 6 * w**3)
