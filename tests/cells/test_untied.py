"""Weights for every step: the shared gradient is the sum of theirs, proved for symbolic T."""

from __future__ import annotations

import pytest
import sympy as sp
from cells.quotients import require_fifty_digits
from check.tools import check

from symrnn.cells import GRU, LSTM, Cell, Copied, Elman, Stacked, Untied
from symrnn.check.refuting.sequences import rewrite
from symrnn.derivation import Kind
from symrnn.errors import UnknownTermError
from symrnn.expr import Element, MatrixSum, TotalJacobian
from symrnn.recurrence import Recurrence
from symrnn.symbols import T, l, n, s, t

MAKERS = {"Elman": Elman, "GRU": GRU, "LSTM": LSTM}
SHARED = [("Elman", "W_hh"), ("Elman", "W_xh"), ("Elman", "b_h"), ("Elman", "W_hy"), ("Elman", "b_y")]
SHARED += [("GRU", name) for name in ("W_r", "U_r", "U_z", "U_h", "b_h")]
SHARED += [("LSTM", name) for name in ("W_i", "U_i", "U_f", "U_o", "U_g", "b_f")]


def made(name: str) -> Recurrence:
    return MAKERS[name]()


@pytest.mark.table(quick=2)
@pytest.mark.parametrize(("name", "parameter"), SHARED)
def test_the_shared_gradient_is_the_sum_of_the_untied_ones(name: str, parameter: str) -> None:
    cell = made(name)
    W = cell.quantity(parameter)
    net = Copied(cell, W)
    whole = TotalJacobian(net.L, W)
    assert check(whole, net.summed(net.L, W, T), net, T >= 0).kind is Kind.PROVED


def test_a_sum_that_misses_a_step_is_refuted() -> None:
    net = Copied(Elman(), Elman().W_hh)
    whole, copy = TotalJacobian(net.L, net.W_hh), net.W_hh_copy
    one = TotalJacobian(net.L, copy[s])
    assert check(whole, MatrixSum(one, (s, 2, T)), net, T >= 1).kind is Kind.REFUTED
    assert check(whole, MatrixSum(one, (s, 1, T - 1)), net, T >= 1).kind is Kind.REFUTED
    assert check(whole, T * TotalJacobian(net.L, copy[T]), net, T >= 1).kind is Kind.REFUTED


def test_a_single_copy_is_not_the_whole() -> None:
    net = Copied(GRU(), GRU().U_r)
    assert check(TotalJacobian(net.h[t], net.U_r), TotalJacobian(net.h[t], net.U_r_copy[t]), net, t >= 1).kind is (
        Kind.REFUTED
    )


def test_the_same_for_a_state() -> None:
    gru = GRU()
    net = Copied(gru, gru.U_z)
    whole = TotalJacobian(net.h[t], net.U_z)
    assert check(whole, net.summed(net.h[t], net.U_z, t), net, t >= 1).kind is Kind.PROVED
    assert check(whole, net.summed(net.h[t], net.U_z, t - 1), net, t >= 1).kind is Kind.REFUTED


def test_several_at_once_and_layers_of_their_own() -> None:
    net = Stacked(Elman("tanh"), Elman("tanh", inputs=n))
    copied = Copied(net, net.W_hh_1, net.W_hh_2)
    for W in (net.W_hh_1, net.W_hh_2):
        right = copied.summed(copied.L, W, T)
        assert check(TotalJacobian(copied.L, W), right, copied, T >= 0).kind is Kind.PROVED


@pytest.mark.table(quick=1)
@pytest.mark.parametrize(("name", "parameter"), [("Elman", "W_hh"), ("GRU", "U_r"), ("LSTM", "U_f"), ("LSTM", "W_o")])
def test_gradients_of_the_untied_network_are_proved(name: str, parameter: str) -> None:
    cell = made(name)
    net = Untied(cell, cell.quantity(parameter))
    weights = getattr(net, parameter)
    assert net.derive(net.L, wrt=weights[s]).verify().kind is Kind.PROVED
    assert net.derive(net.h[t], wrt=weights[s]).verify().kind is Kind.PROVED
    other = next(p for p in net.parameters if isinstance(p, sp.MatrixSymbol))
    assert net.derive(net.L, wrt=other).verify().kind is Kind.PROVED


@pytest.mark.table(quick=1)
@pytest.mark.parametrize(("name", "parameter"), [("Elman", "W_hh"), ("GRU", "U_r"), ("LSTM", "U_f")])
def test_a_copys_derivative_is_the_untied_networks_where_all_weights_are_equal(name: str, parameter: str) -> None:
    """In the untied network's closed form, W in the place of every W_t gives the derivative by a copy."""
    cell = made(name)
    W = cell.quantity(parameter)
    net, untied = Copied(cell, W), Untied(cell, W)
    closed = untied.derive(untied.L, wrt=getattr(untied, parameter)[s]).closed_form
    copy = getattr(net, f"{parameter}_copy")
    tied = rewrite(closed, lambda node, _: W if isinstance(node, Element) and node.name == parameter else None, ())
    assert tied != closed
    assert check(TotalJacobian(net.L, copy[s]), tied, net, s >= 1, s <= T).kind is Kind.PROVED
    assert check(TotalJacobian(net.L, copy[s]), 2 * tied, net, s >= 1, s <= T).kind is Kind.REFUTED


def test_what_is_not_shared_is_refused() -> None:
    rnn = Elman()
    untied = Untied(rnn, rnn.W_hh)
    with pytest.raises(UnknownTermError, match=r"is not a shared parameter.*it has W_xh, b_h"):
        Untied(untied, rnn.W_hh)
    with pytest.raises(UnknownTermError, match="is not a shared parameter"):
        Copied(rnn, sp.MatrixSymbol("V", n, n))
    with pytest.raises(UnknownTermError, match="W_xh has no copies"):
        Copied(rnn, rnn.W_hh).summed(rnn.L, rnn.W_xh, T)
    with pytest.raises(UnknownTermError, match="is not a shared parameter"):
        Copied(rnn, rnn.h[l])


def test_fifty_digits() -> None:
    gru: Cell = GRU(2, 1)
    net = Untied(gru, gru.U_r, gru.b_z)
    for wrt in (net.U_r[2], net.b_z[1], net.U_h, net.h[0]):
        require_fifty_digits(net, net.h, wrt)
