import pytest
import sympy as sp
from expr.names import A, W, h, k, m, n, t
from sympy.matrices.expressions import HadamardProduct
from sympy.matrices.expressions.matexpr import MatrixElement

from symrnn.errors import ShapeError, SymbolClashError
from symrnn.expr.shapes import describe, require_one_shape_per_name, require_shapes, same

x = sp.MatrixSymbol("x", m, 1)


@pytest.mark.parametrize(
    ("term", "message"),
    [
        (sp.MatMul(W, x), "n columns meet m rows"),
        (sp.MatMul(2, sp.MatMul(W, x)), "n columns meet m rows"),
        (sp.Transpose(sp.MatMul(W, x)), "n columns meet m rows"),
        (sp.MatAdd(h[t], x), "plus"),
        (HadamardProduct(h[t], x), "times entrywise"),
        (sp.DiagMatrix(W), "which is not a column"),
        (sp.MatMul(MatrixElement(sp.MatMul(x.T, h[t]), 0, 0), W), "m columns meet n rows"),
        (sp.KroneckerProduct(W, sp.MatMul(W, x)), "n columns meet m rows"),
    ],
)
def test_what_sympy_lets_pass_is_refused(term: sp.MatrixExpr, message: str) -> None:
    with pytest.raises(ShapeError, match=message):
        require_shapes(term)


def test_sizes_are_compared_as_polynomials() -> None:
    assert same(n * (m + 1), n * m + n)
    assert not same(n, m)
    require_shapes(sp.MatMul(sp.MatrixSymbol("P", 1, n * (m + 1)), sp.MatrixSymbol("Q", n * m + n, 1)))


def test_one_name_has_one_shape() -> None:
    with pytest.raises(SymbolClashError, match=r"W \(m x m\)|W \(n x n\)"):
        require_one_shape_per_name([W, sp.MatrixSymbol("W", m, m) * x])
    require_one_shape_per_name([W, W * h[k]])


def test_long_terms_are_named_in_short() -> None:
    long = sp.MatMul(*([A[t]] * 40))
    assert len(describe(long)) < 80
    assert describe(W) == "W (n x n)"
