"""Parts of cells: normalisations, the larger of two columns, states further back, and losses divided by totals."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import sympy as sp
from codegen.harness import draw, module_of

from symrnn.activations import activation
from symrnn.cells import Cell, Elman, first_order, gates, largest, layer_norm, matrices, maximum
from symrnn.cells.training import rebuilt
from symrnn.check import verify
from symrnn.derivation import Equation, Kind
from symrnn.errors import ShapeError, SymbolClashError, UnknownTermError
from symrnn.evaluate import Assignment, Evaluator, Rationals
from symrnn.expr import Elementwise, MatrixSum, Sequence, TotalJacobian
from symrnn.symbols import T, m, n, t

PROVED, REFUTED = Kind.PROVED, Kind.REFUTED
h, phi = Sequence("h", n), Elementwise("phi")
W, V = matrices("W V", n, n)


# -- the larger of two -------------------------------------------------------------------------------------------------


def value(term: sp.MatrixExpr, **given: Any) -> list[Any]:
    found = Evaluator(Rationals(), Assignment({n: 3}, given=given)).value(term)
    return [int(each) for each in found.ravel()]


def test_the_largest_has_its_value() -> None:
    a, b, c = matrices("a b c", n, sp.S.One)
    numbers = {"a": [1, -2, 5], "b": [0, -1, 5], "c": [2, -3, 4]}
    assert value(maximum(a, b), a=numbers["a"], b=numbers["b"]) == [1, -1, 5]
    assert value(maximum(a, b, c), **numbers) == [2, -1, 5]
    assert value(largest(sp.MatrixSymbol("a", 3, 1)), a=numbers["a"]) == [5]
    assert value(largest(sp.MatrixSymbol("a", 1, 1)), a=[-4]) == [-4]
    with pytest.raises(ShapeError, match="no largest entry"):
        largest(a)
    with pytest.raises(ShapeError):
        maximum(a, W)


def tied(at_kink: Any) -> Cell:
    """Both pieces are the same, so that every step is a tie."""
    a, b = gates("a b", n)
    equations = {a: W * h[t - 1], b: W * h[t - 1], h: maximum(a[t], b[t])}
    return Cell("tied", equations, (h,), (W,), (), (activation("relu", at_kink=at_kink),))


@pytest.mark.parametrize("at_kink", [0, sp.S.Half, 1])
def test_at_a_tie_the_error_goes_where_the_kink_says(at_kink: Any) -> None:
    net, zero, one = tied(at_kink), sp.ZeroMatrix(n, n), sp.Identity(n)
    to_both = Equation(TotalJacobian(net.h[t], net.h[t - 1]), W, (t >= 1,))
    assert verify(to_both, net).kind is PROVED
    for piece, share, kept in ((net.a, at_kink, zero), (net.b, 1 - at_kink, one)):
        slope = TotalJacobian(net.h[t], piece[t])
        assert (verify(Equation(slope, kept, (t >= 1,)), net).kind is REFUTED) is (share not in (0, 1) or at_kink == 1)
        halves = Equation(slope, sp.MatMul(share, one), (t >= 1,))
        assert verify(halves, net).kind is not REFUTED


# -- normalisations ----------------------------------------------------------------------------------------------------


def test_a_normalisation_is_a_few_equations() -> None:
    v, a = gates("v a", n)
    assert [each.name for each in layer_norm(v, a[t])] == ["m_v", "c_v", "s_v", "r_v", "v"]
    assert [each.name for each in layer_norm(v, W * h[t - 1])] == ["u_v", "m_v", "c_v", "s_v", "r_v", "v"]
    with pytest.raises(ShapeError):
        layer_norm(v, sp.MatrixSymbol("x", m, 1))
    with pytest.raises(ShapeError, match="not a column"):
        layer_norm(Sequence("v", n, n, first=1), W)


def test_a_normalised_column_has_mean_zero_and_deviation_one(tmp_path: Any) -> None:
    (v,) = gates("v", n)
    net = Cell("normalised", {**layer_norm(v, W * h[t - 1]), h: v[t]}, (h,), (W,))
    drawn = draw(net)
    found = module_of(net, tmp_path).forward(drawn.params, {}, drawn.initial, T=3)
    for at in range(1, 4):
        assert np.abs(found["v"][at].mean(axis=0)).max() < 1e-14
        assert np.abs(found["v"][at].std(axis=0) - 1).max() < 1e-14


# -- states further back -----------------------------------------------------------------------------------------------


def lagging() -> Cell:
    late, (x,), (U,) = Sequence("h", n, first=-2), gates("x", m), matrices("U", n, m)
    return Cell("lag 3", {late: phi(W * late[t - 1] + V * late[t - 3] + U * x[t])}, (late,), (W, V, U), (x,))


@pytest.mark.table(quick=1)
@pytest.mark.parametrize("parameter", ["W", "V", "U"])
def test_states_further_back_are_states_of_their_own(parameter: str) -> None:
    cell = lagging()
    with pytest.raises(UnknownTermError, match="first_order"):
        cell.derive(cell.L, wrt=getattr(cell, parameter))
    net = first_order(cell)
    assert net.derive(net.L, wrt=getattr(net, parameter)).verify().kind is PROVED


def test_what_was_before_is_what_it_was() -> None:
    net = first_order(lagging())
    assert verify(Equation(net.h_1[t], net.h[t - 1], (t >= 1,)), net).kind is PROVED
    assert verify(Equation(net.h_1[t], net.h[t], (t >= 1,)), net).kind is REFUTED


def test_first_order_stays_as_it_is() -> None:
    assert first_order(Elman()).definitions == Elman().definitions
    late, h_1 = Sequence("h", n, first=-1), Sequence("h_1", n)
    equations = {late: phi(W * late[t - 1] + V * late[t - 2]), h_1: phi(h_1[t - 1])}
    taken = Cell("taken", equations, (late, h_1), (W, V))
    with pytest.raises(SymbolClashError, match="h_1 is taken"):
        first_order(taken)


# -- totals that divide ------------------------------------------------------------------------------------------------


def test_a_mean_over_a_mask_is_a_quotient_of_totals() -> None:
    masked = Elman("tanh").with_loss("squared error", masked=True)
    count, L = sp.MatrixSymbol("N", 1, 1), masked.L
    totals = {L: sp.MatMul(1 / count[0, 0], masked.totals[L]), count: MatrixSum(masked.mu[t], (t, 1, T))}
    net = rebuilt(masked, totals=totals)
    verdict = net.derive(net.L, wrt=net.W_hh).verify()
    assert verdict.kind is PROVED
    assert "N[0, 0] not 0" in str(verdict)
