import sympy as sp
from expr.arithmetic import Numbers, agree
from expr.names import A, B, T, W, h, k, m, n, phi, product, s, t, u, v

from symrnn.equality import equal, normal_form
from symrnn.expr import MatrixSum, UnitVector


def test_an_outer_index_that_moves_takes_the_inner_bounds_along() -> None:
    shifted = MatrixSum(MatrixSum(A[u + 3] * B[v + u], (v, u, u + k)), (u, 1, t))
    plain = MatrixSum(MatrixSum(A[u] * B[v], (v, 2 * u - 6, 2 * u - 6 + k)), (u, 4, t + 3))
    assert equal(shifted, plain)
    assert not equal(shifted, MatrixSum(MatrixSum(A[u] * B[v], (v, 2 * u - 6, 2 * u + k)), (u, 4, t + 3)))


def test_terms_that_do_not_exist_outside_of_their_range() -> None:
    """Written from an anchor inside their domain: no e_0, no product of negative length, no 1/0."""
    chain = lambda low: product(A[u], low, s)  # noqa: E731
    rows = MatrixSum(UnitVector(n, u), (u, 1, n))
    assert equal(rows, UnitVector(n, 1) + MatrixSum(UnitVector(n, u + 1), (u, 1, n - 1)))
    powers = MatrixSum(chain(3) * h[s], (s, 2, t))
    assert equal(powers, h[2] + MatrixSum(chain(3) * h[s], (s, 3, t)))
    harmonic = MatrixSum(h[u] / u, (u, 1, t))
    assert equal(harmonic, h[1] + MatrixSum(h[u] / u, (u, 2, t)))
    assert not normal_form(harmonic).has(sp.zoo, sp.nan)
    relative = MatrixSum(chain(k + 2) * h[s], (s, k + 1, t))
    assert equal(relative, h[k + 1] + MatrixSum(chain(k + 2) * h[s], (s, k + 2, t)))


def test_numeric_ranges_are_written_out() -> None:
    assert equal(MatrixSum(A[u], (u, 3, 5)), A[3] + A[4] + A[5])
    assert equal(MatrixSum(A[u], (u, k + 1, k + 2)), A[k + 1] + A[k + 2])
    assert equal(MatrixSum(A[u], (u, 1, 0)), sp.ZeroMatrix(n, n))


def test_sums_inside_a_function_do_not_mix_with_those_outside() -> None:
    inside = MatrixSum(phi(MatrixSum(h[u + s], (s, 0, T))), (u, 0, t))
    assert equal(inside, MatrixSum(phi(MatrixSum(h[v], (v, u, u + T))), (u, 0, t)))
    assert not equal(inside, MatrixSum(phi(MatrixSum(h[2 * s], (s, 0, T))), (u, 0, t)))
    assert normal_form(normal_form(inside)) == normal_form(inside)


def test_coefficients_with_the_index() -> None:
    assert equal(MatrixSum(u * W, (u, 1, t)), MatrixSum((t - u) * W, (u, 0, t - 1)))
    assert equal(MatrixSum(MatrixSum(W, (v, 1, u)), (u, 1, t)), MatrixSum(u * W, (u, 1, t)))
    assert equal(MatrixSum(m**u * W, (u, 1, t)), m * MatrixSum(m**u * W, (u, 0, t - 1)))
    alternating = MatrixSum((-sp.S.One) ** u * h[u], (u, 0, t))
    assert equal(-alternating, MatrixSum((-sp.S.One) ** (u + 1) * h[u], (u, 0, t)))
    assert normal_form(normal_form(alternating)) == normal_form(alternating)
    assert not equal(MatrixSum(u * W, (u, 1, t)), MatrixSum((u + 1) * W, (u, 1, t)))


def test_a_range_that_is_empty_for_the_least_index_is_no_range_of_negative_length() -> None:
    """Σ_{u=2}^{t+1} Σ_{s=u+1}^{t} makes sense for t = 0 alone, and is 0 there: no polynomial in t that is 1."""
    inner = MatrixSum(W, (s, u + 1, t))
    found = normal_form(MatrixSum(inner, (u, 2, t + 1)))
    place = Numbers({t: 0, n: 2}, strict=False)
    assert agree(place(found), place(sp.ZeroMatrix(n, n)))
