"""Names for sums that repeat: what they make provable, and that they hide no index."""

from __future__ import annotations

import pytest
import sympy as sp

from symrnn.check.naming import Names, meet
from symrnn.expr import MatrixSum, OrderedProduct, Sequence
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
