"""Which numbers are tried."""

from __future__ import annotations

import sympy as sp
from check.claims import elman
from check.tools import H, check, one_state

from symrnn.cells import Elman, Layered
from symrnn.check.refuting.instances import choices, index_symbols, spread
from symrnn.derivation import Equation, Kind
from symrnn.expr import MatrixSum, TotalJacobian, UnitVector
from symrnn.symbols import L, T, k, l, m, n, q, s, t

rnn = Elman()
J = TotalJacobian(rnn.h[t], rnn.h[s])


def test_smallest_first() -> None:
    found = choices(Equation(J, J, (s >= 1, t > s)), rnn)
    assert found[0].indices == {s: 1, t: 2}
    assert found[0].sizes == {n: 1, m: 1, q: 1}
    assert all(1 <= c.indices[s] < c.indices[t] for c in found)
    assert {(c.sizes[n], c.sizes[m]) for c in found} == {(1, 1), (2, 1), (2, 2)}


def test_conditions_between_indices_move_both() -> None:
    found = choices(Equation(J, J, (s >= 7, t >= s + 20)), rnn)
    assert found[0].indices == {s: 7, t: 27}


def test_conditions_on_sizes() -> None:
    found = choices(Equation(J, J, (sp.Eq(n, 3), t >= s)), rnn)
    assert {c.sizes[n] for c in found} == {3}
    assert choices(Equation(J, J, (t >= 1, t <= 0)), rnn) == []


def test_upper_bounds() -> None:
    assert {c.indices[t] for c in choices(Equation(rnn.W_hh, rnn.W_hh, (t <= 2, t >= 1)), rnn)} == {1, 2}
    below = [c.indices[t] for c in choices(Equation(rnn.W_hh, rnn.W_hh, (t <= -3,)), rnn)]
    assert list(dict.fromkeys(below)) == [-3, -4, -5, -6, -7]
    assert {-1, 0, 9, 10} <= {c.indices[t] for c in choices(Equation(rnn.W_hh, rnn.W_hh, (t <= 10,)), rnn)}
    assert {c.indices[t] for c in choices(Equation(rnn.W_hh, rnn.W_hh, (sp.Eq(t, 6),)), rnn)} == {6}


def test_the_end_of_a_total_is_an_index() -> None:
    equation = Equation(TotalJacobian(rnn.L, rnn.b_y), TotalJacobian(rnn.L, rnn.b_y))
    assert {T} == {symbol for c in choices(equation, rnn) for symbol in c.indices}
    net = Layered()
    deep = Equation(TotalJacobian(net.loss, net.y[l]), TotalJacobian(net.loss, net.y[l]), (l >= 0, l <= L + 1))
    assert choices(deep, net)[0].indices == {L: -1, l: 0} or choices(deep, net)[0].indices[L] >= 0
    assert {c.sizes["d"] for c in choices(deep, net)} == {2, 3}


def test_what_need_not_exist_is_tried_as_well() -> None:
    i = sp.Symbol("i", integer=True, positive=True)
    row = UnitVector(n, i).T * rnn.W_hh
    assert any(c.indices[i] > c.sizes[n] for c in choices(Equation(row, row), rnn))
    total = MatrixSum(rnn.h[k], (k, 1, t - 3))
    assert min(c.indices[t] for c in choices(Equation(total, total, (t >= 0,)), rnn)) == 0
    power = rnn.W_hh ** (k - 1)
    assert choices(Equation(power, power, (k >= 0,)), rnn)[0].indices == {k: 0}


def test_without_a_lower_bound_on_both_sides_of_0() -> None:
    found = [c.indices[k] for c in choices(Equation(rnn.W_hh**k, rnn.W_hh**k), rnn)]
    assert list(dict.fromkeys(found)) == [0, 1, -1, 2, -2, 3, 4]


def test_a_total_has_a_range_where_the_statement_does_not_speak_of_its_end() -> None:
    gradient = TotalJacobian(rnn.L, rnn.b_y)
    hidden = choices(Equation(gradient, gradient), rnn)
    assert min(c.indices[T] for c in hidden) == 0
    shown = MatrixSum(TotalJacobian(rnn.ell[s], rnn.b_y), (s, 1, T))
    assert min(c.indices[T] for c in choices(Equation(gradient, shown), rnn)) < 0


def test_many_indices_do_not_explode() -> None:
    symbols = sp.symbols("i1:9", integer=True)
    term = sum((rnn.h[i] for i in symbols[1:]), rnn.h[symbols[0]])
    found = choices(Equation(term, term, tuple(i >= 0 for i in symbols)), rnn)
    assert 0 < len(found) <= 6_000


def test_sizes_that_differ_tell_slips_apart() -> None:
    """True for square weights only, as in a network with as many inputs as units."""
    square = elman()
    assert check(square.W_xh * square.W_xh.T, square.W_xh.T * square.W_xh, square).kind is Kind.REFUTED


def test_larger_numbers_are_far_apart() -> None:
    found = spread(Equation(J, J, (s >= 1, t > s)), rnn, 0)
    assert found
    assert all(1 <= c.indices[s] < c.indices[t] for c in found)
    assert max(c.indices[t] for c in found) > 20
    assert max(c.sizes[n] for c in found) > 3
    capped = spread(Equation(J, J, (s >= 1, s <= 3, t >= 9, sp.Eq(n, 2))), rnn, 0)
    assert {c.indices[s] for c in capped} <= {1, 2, 3}
    assert {c.sizes[n] for c in capped} == {2}
    assert all(c.indices[t] <= -5 for c in spread(Equation(rnn.W_hh, rnn.W_hh, (t <= -5,)), rnn, 0))
    odd = sp.Symbol("j", odd=True)
    assert all(c.indices[odd] % 2 for c in spread(Equation(rnn.h[odd], rnn.h[odd]), rnn, 0))


def test_indices_of_the_recurrence_are_among_them() -> None:
    K = sp.Symbol("K", integer=True)
    model = one_state(sp.MatMul(rnn.W_hh**K, H[t - 1]), rnn.W_hh)
    assert index_symbols(Equation(H[t], H[t]), model) == [K, t]
    assert index_symbols(Equation(rnn.W_hh, rnn.W_hh), model) == []
