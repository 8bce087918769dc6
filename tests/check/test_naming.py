"""Names for sums that repeat: what they make provable, and that they hide no index."""

from __future__ import annotations

import pytest
import sympy as sp

from symrnn.check.naming import Functions, Names, meet
from symrnn.expr import Elementwise, ImmediateJacobian, MatrixSum, OrderedProduct, Sequence
from symrnn.symbols import k, n, s, t, u

W, d, B = sp.MatrixSymbol("W", n, n), Sequence("d", n), Sequence("B", n, n)


def step(at: sp.Expr, also: sp.MatrixExpr | None = None) -> sp.MatrixExpr:
    """A sum with more summands than are distributed."""
    parts = [sp.DiagMatrix(d[at]), W, W.T, B[at] * W, W * B[at]]
    return sp.MatAdd(*parts, *([] if also is None else [also]))


def steps(after: sp.Expr, upto: sp.Expr, also: sp.MatrixExpr | None = None) -> OrderedProduct:
    return OrderedProduct(step(u, also), (u, after + 1, upto), "descending")


def test_sums_over_time_and_back_in_time_meet() -> None:
    forward = MatrixSum(steps(s, t) * B[s], (s, 1, t))
    back = OrderedProduct(step(t - u), (u, 0, k - 1), "ascending")
    assert meet((forward, MatrixSum(back * B[t - k], (k, 0, t - 1))))
    assert not meet((forward, MatrixSum(back * B[t - k], (k, 0, t))))
    assert not meet((forward, MatrixSum(back * B[t - k - 1], (k, 0, t - 1))))


def test_a_factor_that_was_split_off_is_known_again() -> None:
    assert meet((steps(s, t), step(t) * steps(s, t - 1)))
    assert not meet((steps(s, t), step(t - 1) * steps(s, t - 1)))
    assert not meet((steps(s, t), steps(s, t - 1) * step(t)))


def test_one_of_several_pairs_is_enough() -> None:
    assert meet((steps(s, t), steps(s, t - 1)), (steps(s, t), steps(s, t)))


@pytest.mark.parametrize("also", [B[s], B[s] * W, s * W])
def test_a_sum_with_the_index_of_an_outer_sum_has_no_name(also: sp.MatrixExpr) -> None:
    """Under Σ_s a name would hide s: the sums over s and over 1 - s would look alike."""
    inside = OrderedProduct(step(u, also), (u, 1, t), "descending")
    term = MatrixSum(inside, (s, 0, 1))
    assert not Names(term).known
    assert not meet((term, MatrixSum(inside.xreplace({s: s + 1}), (s, 0, 1))))


def test_a_free_index_inside_is_part_of_the_name() -> None:
    assert not meet((steps(s, t, also=k * W), steps(s, t, also=(k + 1) * W)))
    assert not meet((steps(s, t, also=t * W), steps(s, t - 1, also=(t - 1) * W)))


def test_names_are_new() -> None:
    taken = sp.MatrixSymbol("A1", n, n)
    (name,) = Names(steps(s, t) * taken).known.values()
    assert str(name) != "A1"


# -- functions --------------------------------------------------------------------------------------------------------

phi = Elementwise("phi")


def slope(at: sp.Expr, also: sp.MatrixExpr | None = None) -> sp.MatrixExpr:
    inside = W * d[at - 1] + d[at]
    return phi(inside if also is None else inside + also, order=1)


def test_a_function_has_one_name_at_every_index() -> None:
    first, second, third = Functions(slope(t), slope(t - 1), slope(k)).put()
    assert (first.name, first.index, second.index, third.index) == (second.name, t, t - 1, k)


@pytest.mark.parametrize("other", [phi(W * d[t] + d[t]), phi(W * d[t - 2] + d[t]), phi(W * d[t - 1] + d[t], order=2)])
def test_other_functions_have_other_names(other: sp.MatrixExpr) -> None:
    first, second = Functions(slope(t), other).put()
    assert first.name != second.name
    assert not meet((slope(t), other))


def test_a_function_with_a_bound_index_left_has_no_name() -> None:
    """Under Σ_s a name at t would hide s."""
    term = MatrixSum(slope(t, also=s * d[t]), (s, 0, 1))
    assert Functions(term).put() == (term,)
    assert not meet((term, MatrixSum(slope(t, also=(s + 1) * d[t]), (s, 0, 1))))


def test_names_of_functions_are_new() -> None:
    (named,) = Functions(phi(Sequence("V1", n)[t])).put()
    assert named.name != "V1"
    taken = Sequence("V1", n)
    assert not meet((slope(t), taken[t]))


def test_the_identity_keeps_its_name() -> None:
    assert meet((Elementwise("identity")(W * d[t], order=1), sp.OneMatrix(n, 1)))


def test_what_is_differentiated_keeps_its_name() -> None:
    loss = ImmediateJacobian(B[t], d[t])
    assert Functions(loss * slope(t)).put()[0].has(loss)


def test_sums_beside_a_product_are_named_only_where_that_suffices() -> None:
    """Distributed on one side and not on the other, they meet without names."""
    forcing = B[s] + W * B[s]
    together = MatrixSum(steps(s, t) * forcing, (s, 1, t))
    apart = MatrixSum(steps(s, t) * B[s], (s, 1, t)) + MatrixSum(steps(s, t) * W * B[s], (s, 1, t))
    assert meet((together, apart))
    assert not meet((together, MatrixSum(steps(s, t) * (B[s] + B[s] * W), (s, 1, t))))
