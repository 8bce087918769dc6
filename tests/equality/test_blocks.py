import sympy as sp
from expr.names import A, B, D, I, W, h, k, product, s, t, u
from sympy.matrices.expressions import HadamardProduct, KroneckerProduct

from symrnn.equality import equal, normal_form
from symrnn.expr import MatrixSum, OrderedProduct, Sequence


def test_a_product_absorbs_what_goes_on_at_either_end() -> None:
    assert equal(A[0] * product(A[u], 1, k), product(A[u], 0, k))
    assert equal(product(A[u], 1, k) * A[k + 1], product(A[u], 1, k + 1))
    assert equal(product(A[u] * W * B[u], 1, k) * A[k + 1] * W * B[k + 1], product(A[u] * W * B[u], 1, k + 1))
    assert not equal(product(A[u], 1, k) * A[k], product(A[u], 1, k + 1))


def test_a_product_rotates() -> None:
    assert equal(W * product(A[u] * W, 1, k), product(W * A[u], 1, k) * W)
    assert equal(D(0) * W * product(D(u) * W, 1, k), product(D(u) * W, 0, k))
    assert equal(B[0] * product(A[u] * B[u], 1, k), product(B[u - 1] * A[u], 1, k) * B[k])
    assert not equal(W * product(A[u] * W, 1, k), product(W * A[u], 1, k) * A[k])


def test_products_join_where_one_ends() -> None:
    assert equal(product(A[u], 1, k) * product(A[u], k + 1, t), product(A[u], 1, t))
    assert equal(W**k * W ** (t - k), W**t)
    assert equal(
        product(A[u], k, t, "descending") * product(A[u], s, k - 1, "descending"),
        product(A[u], s, t, "descending"),
    )
    assert not equal(product(A[u], 1, k) * product(A[u], k + 2, t), product(A[u], 1, t))
    there_and_back = product(A[u], 1, k) * product(A[u], 1, k + 1, "descending")
    assert not equal(there_and_back, product(A[u], 1 - 2 * k, 1, "descending"))
    assert equal(there_and_back.subs(k, 1), A[1] * A[2] * A[1])


def test_a_contradiction_does_not_crash() -> None:
    """k + 3 <= t and t + 1 <= k cannot both hold; whatever the answer, there is one."""
    assert not equal(product(A[u], k + 3, t) * product(A[u], t + 1, k), W)


def test_nested_products() -> None:
    def stairs(inner: OrderedProduct) -> OrderedProduct:
        return OrderedProduct(inner * B[k], (k, 1, t), "ascending")

    outer = product(OrderedProduct(A[s], (s, 1, u), "ascending") * B[u], 1, t)
    assert equal(outer, stairs(OrderedProduct(A[k + 1 - s], (s, 1, k), "descending")))
    assert not equal(outer, stairs(OrderedProduct(A[k - s], (s, 1, k), "descending")))
    assert equal(outer.subs(t, 2), A[1] * B[1] * A[1] * A[2] * B[2])


def test_products_inside_other_nodes_follow_a_substitution() -> None:
    chain = product(A[u], 1, k)
    for build in (
        lambda x: KroneckerProduct(x, W),
        lambda x: HadamardProduct(x, W),
        lambda x: sp.DiagMatrix(x * h[0]),
        lambda x: sp.Transpose(x),
        lambda x: MatrixSum(x * B[s], (s, 0, t)),
    ):
        assert equal(build(chain).subs(k, 2), build(A[1] * A[2]))
        assert equal(build(chain).subs(k, 0), build(I))
        assert equal(normal_form(build(chain)).subs(k, 2), build(A[1] * A[2]))


def test_layers_of_different_widths() -> None:
    width = sp.Function("d")
    layer = Sequence("W", lambda i: width(i), lambda i: width(i - 1))
    stack = lambda top, bottom: OrderedProduct(layer[u], (u, bottom + 1, top), "descending")  # noqa: E731
    assert equal(stack(t, k) * stack(k, 0), stack(t, 0))
    assert equal(layer[t + 1] * stack(t, 0), stack(t + 1, 0))
    assert equal(stack(t, 0).T, OrderedProduct(layer[u].T, (u, 1, t), "ascending"))


def test_residual_layers_are_peeled_to_be_compared() -> None:
    skip = lambda low, high: product(I + A[u], low, high, "descending")  # noqa: E731
    assert equal(skip(1, t + 1), (I + A[t + 1]) * skip(1, t))
    assert equal(skip(1, t), skip(3, t) * (I + A[2]) * (I + A[1]))
    assert not equal(skip(1, t + 1), skip(1, t) * (I + A[t + 1]))
    state = lambda top: MatrixSum(skip(s + 1, top) * h[s], (s, 1, top))  # noqa: E731
    assert equal(state(t + 1), h[t + 1] + (I + A[t + 1]) * state(t))
    assert not equal(state(t + 1), (I + A[t + 1]) * state(t))
