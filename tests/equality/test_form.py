"""The identities of the lecture, symbolic t and n, and their near misses."""

import pytest
import sympy as sp
from expr.names import A, D, I, T, U, W, a, h, k, n, phi, product, q, s, t, u
from sympy.matrices.expressions import HadamardProduct, KroneckerProduct
from sympy.matrices.expressions.matexpr import MatrixElement

from symrnn.equality import equal, normal_form
from symrnn.errors import ShapeError, UnknownTermError
from symrnn.expr import (
    Differential,
    Elementwise,
    Gradient,
    ImmediateJacobian,
    MatrixSum,
    Norm,
    OrderedProduct,
    Sequence,
    TotalJacobian,
    Vec,
)

V = sp.MatrixSymbol("V", q, n)
g = Sequence("g", 1, q)


def row(i: sp.Expr) -> sp.MatrixExpr:
    return KroneckerProduct(h[i].T, I)


def transition(top: sp.Expr, bottom: sp.Expr) -> OrderedProduct:
    """Φ(t, s) = D_t W ⋯ D_{s+1} W."""
    return OrderedProduct(D(u) * W, (u, bottom + 1, top), "descending")


def jacobian(t: sp.Expr) -> MatrixSum:
    """Dh_t/dW as a sum over the age of a path."""
    return MatrixSum(product(D(t - u) * W, 0, k - 1) * D(t - k) * row(t - k - 1), (k, 0, t - 1))


def by_time(low: object = 1, high: object = t) -> MatrixSum:
    return MatrixSum(transition(t, s) * D(s) * row(s - 1), (s, low, high))


EQUAL = {
    "reindexed": (jacobian(t), by_time()),
    "rotated": (
        jacobian(t),
        MatrixSum(D(t) * product(W * D(u), s, t - 1, "descending") * row(s - 1), (s, 1, t)),
    ),
    "induction step": (D(t + 1) * W * jacobian(t) + D(t + 1) * row(t), jacobian(t + 1)),
    "top peeled": (jacobian(t), D(t) * row(t - 1) + by_time(1, t - 1)),
    "bottom peeled": (jacobian(t), transition(t, 1) * D(1) * row(0) + by_time(2)),
    "split": (by_time(), by_time(1, k) + by_time(k + 1)),
    "transposed": (
        jacobian(t),
        MatrixSum(
            (KroneckerProduct(h[s - 1], I) * D(s) * product(W.T * D(u), s + 1, t)).T,
            (s, 1, t),
        ),
    ),
    "diagonal through Kronecker": (D(t) * row(t), KroneckerProduct(h[t].T, D(t))),
    "vec": (KroneckerProduct(h[t].T, D(t) * W) * Vec(Differential(W)), D(t) * W * Differential(W) * h[t]),
    "vec of an outer product": (Vec(h[t] * a[t].T), KroneckerProduct(a[t], h[t])),
    "Kronecker is associative": (
        KroneckerProduct(W, KroneckerProduct(A[1], V)),
        KroneckerProduct(KroneckerProduct(W, A[1]), V),
    ),
    "sums swapped": (
        MatrixSum(MatrixSum(g[t] * V * transition(t, s) * D(s) * h[s - 1], (s, 1, t)), (t, 1, T)),
        MatrixSum(MatrixSum(g[t] * V * transition(t, s) * D(s) * h[s - 1], (t, s, T)), (s, 1, T)),
    ),
    "sums swapped and peeled": (
        MatrixSum(MatrixSum(V * transition(t, s) * D(s) * h[s - 1], (s, 1, t)), (t, 1, T)),
        MatrixSum(MatrixSum(V * transition(t, s) * D(s) * h[s - 1], (t, s, T - 1)), (s, 1, T - 1))
        + MatrixSum(V * transition(T, s) * D(s) * h[s - 1], (s, 1, T)),
    ),
    "exchange": (
        MatrixSum(MatrixSum(h[t - s], (s, 0, t)), (t, 0, T)),
        MatrixSum(MatrixSum(h[s], (s, 0, t)), (t, 0, T)),
    ),
    "power": (product(W, 0, k - 1), W**k),
    "Hadamard": (HadamardProduct(phi(a[t], 1), W * h[t]), D(t) * W * h[t]),
    "Hadamard turned": (HadamardProduct(phi(a[t], 1), h[t]), sp.DiagMatrix(h[t]) * phi(a[t], 1)),
    "Hadamard of chains": (HadamardProduct(W * h[t], A[1] * h[t]), sp.DiagMatrix(A[1] * h[t]) * W * h[t]),
    "Hadamard of three": (
        HadamardProduct(W, A[1], A[2]).T,
        HadamardProduct(A[2].T, HadamardProduct(A[1].T, W.T)),
    ),
    "ones are neutral": (HadamardProduct(sp.OneMatrix(n, 1), h[t]), h[t]),
    "diagonal of ones": (sp.DiagMatrix(sp.OneMatrix(n, 1)), I),
    "a bilinear form is symmetric": (a[t].T * W * h[t] * I, h[t].T * W.T * a[t] * I),
    "diagonal inside a form": (
        h[t].T * sp.DiagMatrix(a[t]) * W * h[k] * I,
        (W * h[k]).T * sp.DiagMatrix(h[t]) * a[t] * I,
    ),
    "diagonal of a row": (sp.DiagMatrix(h[t].T), sp.DiagMatrix(h[t])),
    "sum over nothing that depends on it": (MatrixSum(A[t], (u, k, t)), (t - k + 1) * A[t]),
    "closed products joined": (
        product(I + A[u] * W, 1, k) * product(I + A[u] * W, k + 1, t),
        product(I + A[u] * W, 1, t),
    ),
    "closed products turned": (
        product(I + A[u] * W, 1, t).T,
        product(I + W.T * A[u].T, 1, t, "descending"),
    ),
}


MET = {
    "rotated",
    "induction step",
    "top peeled",
    "bottom peeled",
    "split",
    "sums swapped and peeled",
    "closed products joined",
}
"""What is brought together from both sides: neither has a normal form that shows it."""


@pytest.mark.parametrize("case", EQUAL)
def test_these_are_equal(case: str) -> None:
    left, right = EQUAL[case]
    assert equal(left, right)
    for side in (left, right):
        once = normal_form(side)
        assert normal_form(once) == once
        assert equal(once, side)


@pytest.mark.parametrize("case", sorted(EQUAL.keys() - MET))
def test_these_have_one_normal_form(case: str) -> None:
    left, right = EQUAL[case]
    assert normal_form(left) == normal_form(right)


DIFFERENT = {
    "bound off by one": (jacobian(t), by_time(2)),
    "upper bound off by one": (jacobian(t), by_time(1, t + 1)),
    "transpose dropped": (D(t) * W.T * h[t], D(t) * W * h[t]),
    "direction": (product(A[u], 1, t), product(A[u], 1, t, "descending")),
    "factors swapped": (D(t) * W, W * D(t)),
    "Kronecker swapped": (KroneckerProduct(W, A[1]), KroneckerProduct(A[1], W)),
    "vec of the transpose": (Vec(W), Vec(W.T)),
    "diagonal taken out of a product": (product(D(t - u) * W, 0, k - 1), W**k * product(D(u), t - k + 1, t)),
    "order of a derivative": (phi(a[t], 1), phi(a[t])),
    "last term forgotten": (jacobian(t + 1), D(t + 1) * W * jacobian(t)),
    "total and immediate": (TotalJacobian(h[t], h[k]), ImmediateJacobian(h[t], h[k])),
    "triangles": (
        MatrixSum(MatrixSum(A[t] * A[s], (s, 0, t)), (t, 0, T)),
        MatrixSum(MatrixSum(A[s] * A[t], (s, 0, t)), (t, 0, T)),
    ),
}


@pytest.mark.parametrize("case", DIFFERENT)
def test_these_are_not_equal(case: str) -> None:
    assert not equal(*DIFFERENT[case])


def test_one_by_one_matrices_commute() -> None:
    w = sp.MatrixSymbol("w", 1, 1)
    state, slope = Sequence("h", 1), Sequence("b", 1)
    assert equal(MatrixSum(w**k * state[0] * w ** (t - 1 - k), (k, 0, t - 1)), t * w ** (t - 1) * state[0])
    assert equal(product(phi(slope[t - u], 1) * w, 0, k - 1), w**k * product(phi(slope[u], 1), t - k + 1, t))
    assert equal(product(slope[u], 1, k) * product(slope[u], k + 1, t), product(slope[t - u], 0, t - 1))


def test_a_jacobian_by_itself_is_the_identity_but_a_gradient_is_not() -> None:
    loss = Sequence("loss", 1)
    assert equal(TotalJacobian(h[t], h[t]), I)
    assert equal(TotalJacobian(h[2 * (t + 1)], h[2 * t + 2]), I)
    assert equal(TotalJacobian(W, W), sp.Identity(n**2))
    assert not equal(TotalJacobian(h[t], h[k]), I)
    assert not equal(ImmediateJacobian(h[t], h[t]), I)
    assert not equal(Gradient(loss[t], loss[t]), sp.Identity(1))


def test_terms_of_different_shapes_are_not_compared() -> None:
    with pytest.raises(ShapeError, match="equals"):
        equal(W, h[t])


def test_a_term_that_does_not_fit_has_no_normal_form() -> None:
    with pytest.raises(ShapeError):
        normal_form(sp.MatMul(U, h[t]))


@pytest.mark.parametrize(
    "term",
    [
        W.applyfunc(sp.tanh),
        sp.BlockMatrix([[W, W]]),
        sp.ImmutableMatrix([[1]]),
        sp.MatPow(W, sp.Rational(1, 2)),
        sp.MatMul(sp.Integral(sp.Symbol("z"), (sp.Symbol("z"), 0, 1)), W),
        sp.MatMul(sp.Product(k, (k, 1, t)), W),
        sp.MatMul(sp.Sum(1 / k, (k, 1, sp.oo)), W),
        sp.HadamardPower(W, k),
    ],
)
def test_an_unknown_node_is_refused(term: sp.MatrixExpr) -> None:
    with pytest.raises(UnknownTermError, match="has no rule for"):
        normal_form(term)


def test_zero() -> None:
    assert normal_form(W - W) == sp.ZeroMatrix(n, n)
    assert normal_form(W * W - W**2) == sp.ZeroMatrix(n, n)
    assert normal_form(U.T - U.T) == sp.ZeroMatrix(*U.T.shape)


def test_a_sum_that_sympy_made_is_read() -> None:
    scalar = sp.Sum(W[0, u] * W[u, 0], (u, 0, t))
    assert equal(scalar * W + W[0, t + 1] * W[t + 1, 0] * W, sp.Sum(W[0, s] * W[s, 0], (s, 0, t + 1)) * W)
    shadowed = MatrixSum(sp.Sum(u, (u, 1, 3)) * A[u], (u, 1, t))
    assert equal(shadowed, 6 * MatrixSum(A[u], (u, 1, t)))


def test_the_identity_as_an_activation() -> None:
    same = Elementwise("identity")
    assert equal(same(W * h[t]), W * h[t])
    assert equal(sp.DiagMatrix(same(h[t], 1)) * W, W)
    assert equal(same(h[t], 2), sp.ZeroMatrix(n, 1))
    assert equal(phi(h[t].T), phi(h[t]).T)
    assert not equal(phi(2 * h[t]), 2 * phi(h[t]))


def test_a_matrix_cancels_its_inverse() -> None:
    inverse = A[t] ** -1
    assert equal(A[t] * inverse * W, W)
    assert equal((A[t] * W * inverse) ** k, A[t] * W**k * inverse)
    assert equal(product(W * A[u] * W**-1, 1, k), W * product(A[u], 1, k) * W**-1)
    assert not equal(product(A[u] * W * A[u] ** -1, 1, k), W**k)
    assert not equal(A[t] * W * inverse, W)


def test_powers_that_are_numbers() -> None:
    assert equal((W * A[1]) ** 3, W * A[1] * W * A[1] * W * A[1])
    assert equal((W + A[1]) ** 2, W**2 + W * A[1] + A[1] * W + A[1] ** 2)
    assert equal(W**-1, W.inverse())
    assert equal((W * W) ** k, W ** (2 * k))
    assert equal(sp.HadamardPower(h[t], 2), sp.DiagMatrix(h[t]) * h[t])


def test_what_is_read_off_a_matrix_is_moved_with_its_index_and_not_looked_into() -> None:
    for read in (sp.Trace, Norm, lambda matrix: MatrixElement(matrix, 0, 0), lambda matrix: Norm(matrix) ** 2 + 1):
        forward = MatrixSum(sp.MatMul(read(A[t - u]), A[u]), (u, 1, t))
        backward = MatrixSum(sp.MatMul(read(A[s]), A[t - s]), (s, 0, t - 1))
        assert equal(forward, backward)
        assert not equal(forward, MatrixSum(sp.MatMul(read(A[u]), A[u]), (u, 1, t)))
        assert not equal(sp.MatMul(read(A[1]), W), sp.MatMul(read(A[2]), W))
