"""What SymPy 1.14 does to matrices with symbolic sizes and bounds, and what the terms do instead.

The reasons for having terms of our own. When SymPy changes, a test here fails: then look whether the reason
still holds.
"""

from __future__ import annotations

from fractions import Fraction

import pytest
import sympy as sp
from expr.arithmetic import Numbers, agree
from expr.names import A, I, W, h, k, m, n, phi, product, t, u
from sympy.matrices.expressions import HadamardPower
from sympy.matrices.expressions.matexpr import MatrixElement
from sympy.printing.precedence import precedence_Mul

from symrnn.equality import equal, normal_form
from symrnn.errors import IndexRangeError, NotDifferentiableError, ShapeError
from symrnn.expr import MatrixSum

V = sp.MatrixSymbol("V", n, n)
left, right = sp.MatrixSymbol("a", n, 1), sp.MatrixSymbol("b", n, 1)
i, j = sp.symbols("i j", integer=True)


def test_a_matrix_power_is_differentiated_entry_by_entry() -> None:
    """d(aᵀ W^k b)/dW is not an entrywise power of W; SymPy says so without a warning."""
    assert sp.diff(left.T * W**k * right, W).has(HadamardPower)
    with pytest.raises(NotDifferentiableError):
        (left.T * product(W, 1, k) * right).diff(W)


def test_a_sum_of_matrix_powers_has_the_derivative_zero() -> None:
    assert isinstance(sp.Sum(W**k, (k, 0, t)).diff(W), sp.ZeroMatrix)
    with pytest.raises(NotDifferentiableError):
        MatrixSum(W**k, (k, 0, t)).diff(W)


def test_a_sum_of_matrices_is_no_matrix() -> None:
    assert not isinstance(sp.Sum(W**k, (k, 0, t)), sp.MatrixExpr)
    with pytest.raises(NotImplementedError):
        W * sp.Sum(W**k, (k, 0, t))
    assert (W * MatrixSum(W**k, (k, 0, t))).shape == (n, n)


def test_a_product_over_noncommuting_factors_is_reordered() -> None:
    """∏ B f_k is not B^{t+1} ∏ f_k."""
    B, f = sp.Symbol("B", commutative=False), sp.Function("f", commutative=False)
    assert sp.Product(B * f(k), (k, 0, t)).doit() == B ** (t + 1) * sp.Product(f(k), (k, 0, t))
    ours = product(W * A[u], 0, t)
    assert not equal(ours, W ** (t + 1) * product(A[u], 0, t))


def test_simplify_merges_products_across_what_is_between_them() -> None:
    """(∏ f_k) B (∏ f_k) is not B ∏ f_k²."""
    B, f = sp.Symbol("B", commutative=False), sp.Function("f", commutative=False)
    chain = sp.Product(f(k), (k, 1, t))
    assert sp.simplify(chain * B * chain) == B * sp.Product(f(k) ** 2, (k, 1, t))
    ours = product(A[u], 1, t)
    assert not equal(ours * W * ours, W * product(A[u] ** 2, 1, t))
    assert sp.simplify(ours * W * ours) == ours * W * ours


def test_descending_limits_mean_a_negative_sum() -> None:
    """Karr's convention; an upper bound below the lower one is a slip more often than a wish."""
    c = sp.Symbol("c")
    assert sp.Sum(k, (k, 5, 2)).doit() == -7
    assert sp.Product(c, (k, 5, 2)).doit() == c**-2
    with pytest.raises(IndexRangeError, match="the length would be -2"):
        MatrixSum(A[u], (u, 5, 2))
    with pytest.raises(IndexRangeError, match="the length would be -2"):
        product(W, 5, 2)
    assert product(W, 2, 5, "descending").length == 4


def test_shapes_are_not_checked_while_sizes_are_symbols() -> None:
    short = sp.MatrixSymbol("x", m, 1)
    assert (W * short).shape == (n, 1)
    assert (W * short + right).shape == (n, 1)
    with pytest.raises(ShapeError):
        A[t] * short
    with pytest.raises(ShapeError):
        normal_form(W * short)


def test_nested_elementwise_functions_have_no_derivative() -> None:
    inner = (W * (W * right).applyfunc(sp.tanh)).applyfunc(sp.tanh)
    with pytest.raises(AssertionError):
        (left.T * inner).diff(W)
    assert phi(W * phi(W * h[t])).shape == (n, 1)


def test_elementwise_functions_and_names_with_braces_break_lambdify() -> None:
    X, braces = sp.MatrixSymbol("X", 2, 2), sp.MatrixSymbol("W_{hh}", 2, 2)
    with pytest.raises(SyntaxError):
        sp.lambdify(X, X.applyfunc(sp.tanh))
    with pytest.raises(TypeError):
        sp.lambdify(braces, braces * braces)
    assert Numbers({})(phi(braces)).shape == (2, 2)


def test_an_entry_of_a_product_becomes_a_sum() -> None:
    assert isinstance((W * V)[0, 0], sp.Sum)
    assert isinstance((A[1] * V).args[0][0, 0], MatrixElement)
    entry = sp.MatMul((W * V)[0, 0], I)  # and the normal form reads such a sum
    place = Numbers({n: 2}, strict=False)
    assert agree(place(entry), place(normal_form(entry)))


def test_substitution_captures_bound_symbols() -> None:
    """Σ_{i=1}^{3} i j at j = i should be Σ of (bound index) · i = 6 i."""
    assert sp.Sum(i * j, (i, 1, 3)).subs(j, i).doit() == 14
    ours = MatrixSum(i * j * W, (i, 1, 3)).subs(j, i)
    assert agree(Numbers({i: 5, n: 1})(ours), 30 * Numbers({n: 1})(W))


def test_simultaneous_substitution_fails_for_matrices() -> None:
    with pytest.raises(NotImplementedError):
        (W * V).subs({W: V, V: W}, simultaneous=True)
    assert (W * A[t] * V).xreplace({W: V, V: W}) == V * A[t] * W


def test_a_kronecker_product_of_scaled_products_has_no_precedence() -> None:
    scaled = sp.KroneckerProduct(sp.MatMul(2, W, V), V)
    with pytest.raises(AttributeError):
        precedence_Mul(sp.MatMul(3, scaled))
    assert "KroneckerProduct(2*W*V, V)" in str(sp.MatMul(3, scaled))  # by the one that symrnn registers
    assert "KroneckerProduct(W*V, V)" in str(normal_form(scaled))


def test_a_diagonal_matrix_of_a_matrix_is_accepted() -> None:
    assert sp.DiagMatrix(W).shape == (n, n)
    with pytest.raises(ShapeError, match="not a column"):
        phi(sp.DiagMatrix(W))


def test_zero_to_the_power_of_an_index_is_not_zero() -> None:
    """The empty product is the identity even when every factor would be zero."""
    zero = product(sp.ZeroMatrix(n, n), 1, k)
    assert agree(Numbers({k: 0, n: 1})(zero), Numbers({})(sp.Identity(1)) * Fraction(1))
    assert not equal(zero, sp.ZeroMatrix(n, n))
