import pytest
import sympy as sp
from expr.names import A, h, k, n, product, t, u, v

from symrnn.expr import UnitVector
from symrnn.expr.normal.domain import anchor

ZERO = sp.S.Zero


@pytest.mark.parametrize(
    ("parts", "around", "expected"),
    [
        ((h[v],), ZERO, 0),
        ((UnitVector(n, v),), ZERO, 1),
        ((UnitVector(n, v + 3),), ZERO, 0),
        ((UnitVector(n, v),), n, 0),
        ((UnitVector(n, v + 2),), n, -1),
        ((product(A[u], 3, v),), ZERO, 2),
        ((product(A[u], v, 5),), ZERO, 0),
        ((product(A[u], v, -4),), ZERO, -2),
        ((product(A[u], k + 2, v),), k, 1),
        ((product(A[u], k + 2, v),), t, 0),
        ((1 / v,), ZERO, 1),
        ((1 / (v - k), h[v]), k, 1),
        ((product(A[u], 5, v), product(A[u], v, 1)), ZERO, None),
    ],
)
def test_the_anchor_lies_where_the_terms_exist(parts: tuple, around: sp.Expr, expected: int | None) -> None:
    assert anchor(parts, v, around) == expected
