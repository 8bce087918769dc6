"""Layers on top of each other: names, shapes, refusals, and every gradient proved and equal to difference quotients."""

from __future__ import annotations

from typing import Any

import pytest
import sympy as sp
from cells.literature import ugrnn
from cells.quotients import require_fifty_digits
from check.tools import check

from symrnn.activations import activation
from symrnn.cells import GRU, IRNN, LSTM, Cell, Elman, Jordan, Network, Stacked, deep, gates, matrices
from symrnn.cells.network import visible
from symrnn.derivation import Kind
from symrnn.errors import IndexRangeError, ParameterError, ShapeError
from symrnn.expr import Elementwise, Sequence, TotalJacobian
from symrnn.recurrence import Role
from symrnn.symbols import T, k, m, n, q, s, t

TWO = {"Elman": deep(Elman, 2), "GRU": deep(GRU, 2), "LSTM": deep(LSTM, 2)}
MIXED = Stacked(GRU(hidden=q), LSTM(inputs=q))


def test_names_and_shapes() -> None:
    net = TWO["LSTM"]
    assert [d.sequence.name for d in net.states()] == ["c_1", "h_1", "c_2", "h_2"]
    assert (net.W_i_1.shape, net.W_i_2.shape, net.U_i_2.shape) == ((n, m), (n, n), (n, n))
    assert [i.name for i in net.inputs] == ["x"]
    assert net.body(net.a_o_1[t]) == net.W_o_1 * net.x[t] + net.U_o_1 * net.h_1[t - 1] + net.b_o_1
    assert net.body(net.a_o_2[t]) == net.W_o_2 * net.h_1[t] + net.U_o_2 * net.h_2[t - 1] + net.b_o_2
    assert net.body(net.ell[t]).arguments == (net.h_2[t],)


def test_what_is_read_off_the_top_keeps_its_name_and_the_rest_falls_away() -> None:
    net = TWO["Elman"]
    assert net.body(net.y[t]) == net.W_hy * net.h_2[t] + net.b_y
    names = {p.name for p in net.parameters}
    assert names == {"W_hh_1", "W_xh_1", "b_h_1", "W_hh_2", "W_xh_2", "b_h_2", "W_hy", "b_y"}
    assert {d.sequence.name for d in net.definitions if d.role is Role.OUTPUT} == {"y", "ell"}


@pytest.mark.table(quick=0)
def test_one_layer_is_the_cell_itself() -> None:
    single, gru = Stacked(GRU()), GRU()
    closed = single.derive(single.h_1[t], wrt=single.U_r_1).closed_form
    assert str(closed).replace("_1", "") == str(gru.derive(gru.h[t], wrt=gru.U_r).closed_form)


# -- what is refused, and where -----------------------------------------------------------------------------------


def test_layers_that_do_not_fit_are_refused() -> None:
    with pytest.raises(ShapeError, match=r"h_1\[t\] is n x 1.*input x\[t\] of m x 1.*make that cell with inputs=n"):
        Stacked(LSTM(), LSTM())
    with pytest.raises(ParameterError, match="no cell is stacked"):
        Stacked()
    with pytest.raises(ParameterError, match="layer 2, Elman network, has no input"):
        Stacked(Elman(inputs=n), Elman().undriven())
    with pytest.raises(ParameterError, match="relu with different conventions"):
        Stacked(Elman("relu", at_kink=0), Elman("relu", inputs=n, at_kink=1))
    with pytest.raises(IndexRangeError, match="the number of layers is 0"):
        deep(LSTM, 0)


def two_states() -> Cell:
    h, c, (x,), (A,) = Sequence("h", n), Sequence("c", n), gates("x", n), matrices("A", n, n)
    return Cell("pair", {h: A * c[t - 1] + x[t], c: A * h[t - 1]}, (c, h), (A,), (x,))


def test_which_state_is_read_can_be_said() -> None:
    assert visible(two_states()).name == "c"
    net = Stacked(two_states(), two_states(), reads=("h",))
    assert net.body(net.h_2[t]) == net.A_2 * net.c_2[t - 1] + net.h_1[t]
    with pytest.raises(ParameterError, match="has the states h, c"):
        Stacked(two_states(), two_states(), reads=("q",))
    silent = two_states().replaced(definitions=tuple(two_states().states()), totals={})
    with pytest.raises(ParameterError, match="not clear"):
        Stacked(silent, two_states())


def test_the_state_of_a_jordan_network_is_its_output() -> None:
    net = Stacked(Jordan("tanh", "identity", outputs=q), Elman("tanh", inputs=q))
    assert net.body(net.a_2[t]).has(net.y_1[t])
    assert net.derive(net.L, wrt=net.U_h_1).verify().kind is Kind.PROVED


# -- proofs -----------------------------------------------------------------------------------------------------


USUAL = {"b_f_2"}
"""Parameters of two LSTMs, whose gradients take longest, that every run proves; the others are exhaustive."""


def every_parameter() -> list[Any]:
    exhaustive = [pytest.mark.exhaustive]
    return [
        pytest.param(name, p.name, marks=exhaustive if name in ("GRU", "LSTM") and p.name not in USUAL else [])
        for name, net in TWO.items()
        for p in net.parameters
    ]


@pytest.mark.table(quick=3)
@pytest.mark.parametrize(("name", "parameter"), every_parameter())
def test_the_loss_by_every_parameter_of_every_layer_is_proved(name: str, parameter: str) -> None:
    net = TWO[name]
    assert net.derive(net.L, wrt=getattr(net, parameter)).verify().kind is Kind.PROVED


@pytest.mark.table(quick=1)
@pytest.mark.parametrize("name", TWO)
def test_the_loss_by_initial_states_and_inputs_is_proved(name: str) -> None:
    net = TWO[name]
    for wrt in (*(d.sequence[0] for d in net.states()), net.x[s]):
        assert net.derive(net.L, wrt=wrt).verify().kind is Kind.PROVED, wrt


@pytest.mark.table(quick=1)
@pytest.mark.parametrize("name", TWO)
def test_upper_layers_by_lower_states_are_proved(name: str) -> None:
    net = TWO[name]
    for wrt in (net.h_1[t], net.h_1[t - k], net.h_2[t - k], net.h_1[0]):
        assert net.derive(net.h_2[t], wrt=wrt).verify().kind is Kind.PROVED, wrt


OWN = Stacked(ugrnn(n, m), GRU(inputs=n))


@pytest.mark.table(quick=0)
def test_cells_can_be_mixed_and_a_users_own_among_them() -> None:
    for net, wrt in ((MIXED, MIXED.U_f_2), (OWN, OWN.b_z_2)):
        assert net.derive(net.L, wrt=wrt).verify().kind is Kind.PROVED, wrt


@pytest.mark.exhaustive
@pytest.mark.parametrize(("net", "name"), [(MIXED, "U_r_1"), (OWN, "W_hg_1")])
def test_parameters_of_the_lower_of_two_cells(net: Network, name: str) -> None:
    assert net.derive(net.L, wrt=getattr(net, name)).verify().kind is Kind.PROVED


@pytest.mark.table(quick=0)
def test_three_layers() -> None:
    net = deep(Elman, 3)
    for wrt in (net.W_hh_1, net.W_hh_2, net.W_hh_3):
        assert net.derive(net.L, wrt=wrt).verify().kind is Kind.PROVED, wrt


@pytest.mark.table(quick=0)
def test_a_lower_layer_never_sees_an_upper_one() -> None:
    net = TWO["GRU"]
    below = net.derive(net.h_1[t], wrt=net.U_r_2)
    assert below.closed_form == sp.ZeroMatrix(n, n**2)
    assert below.verify().kind is Kind.PROVED
    above = net.derive(net.h_2[t], wrt=net.U_r_2).closed_form
    single = GRU()
    assert str(above).replace("_2", "").replace("h_1", "x") == str(
        single.derive(single.h[t], wrt=single.U_r).closed_form
    )


def test_slips_are_refuted() -> None:
    net = deep(Elman, 2, hidden=n, inputs=m)
    into = sp.DiagMatrix(net.body(net.h_2[t]).with_argument(net.a_2[t], 1)) * net.W_xh_2
    assert check(TotalJacobian(net.h_2[t], net.h_1[t]), into, net, t >= 1).kind is Kind.PROVED
    slope = sp.DiagMatrix(net.body(net.h_1[t]).with_argument(net.a_1[t], 1))
    slips = {
        "the wrong layer's slope": slope * net.W_xh_2,
        "the wrong weights": into.args[0] * net.W_hh_2,
        "transposed": net.W_xh_2.T * into.args[0],
        "nothing at all": sp.ZeroMatrix(n, n),
    }
    for name, slip in slips.items():
        assert check(TotalJacobian(net.h_2[t], net.h_1[t]), slip, net, t >= 1).kind is Kind.REFUTED, name
    direct = TotalJacobian(net.h_2[t], net.h_2[t - 1]) * TotalJacobian(net.h_2[t - 1], net.h_1[t - 1])
    through = into * TotalJacobian(net.h_1[t], net.h_1[t - 1])
    whole = TotalJacobian(net.h_2[t], net.h_1[t - 1])
    assert check(whole, direct + through, net, t >= 2).kind is Kind.PROVED
    assert check(whole, direct, net, t >= 2).kind is Kind.REFUTED
    assert check(whole, through, net, t >= 2).kind is Kind.REFUTED


def test_the_derivative_of_an_upper_layer_is_not_lost() -> None:
    """The states that a quantity does not enter are left out; those that it enters must not be."""
    net = TWO["GRU"]
    zero = sp.ZeroMatrix(n, n**2)
    assert check(TotalJacobian(net.h_2[t], net.U_r_1), zero, net, t >= 1).kind is Kind.REFUTED
    assert check(TotalJacobian(net.h_1[t], net.U_r_1), zero, net, t >= 1).kind is Kind.REFUTED
    assert check(TotalJacobian(net.h_1[t], net.U_r_2), zero, net, t >= 1).kind is Kind.PROVED
    assert check(TotalJacobian(net.h_1[t], net.h_2[s]), sp.ZeroMatrix(n, n), net, t >= 1, s >= 0).kind is Kind.PROVED


def test_rectifiers_keep_their_convention() -> None:
    net = deep(lambda hidden, inputs: IRNN(hidden, inputs), 2)
    assert isinstance(net, Network)
    assert net.activation("relu") == activation("relu", 0)
    assert net.derive(net.L, wrt=net.W_xh_1).verify().kind is Kind.PROVED


# -- against difference quotients -----------------------------------------------------------------------------

SMALL = {
    "Elman": deep(lambda hidden, inputs: Elman("tanh", hidden, inputs, 2), 2, hidden=2, inputs=3),
    "GRU": deep(GRU, 2, hidden=2, inputs=3),
    "LSTM": deep(LSTM, 2, hidden=2, inputs=1),
    "mixed": Stacked(GRU(hidden=3, inputs=2), LSTM(hidden=2, inputs=3)),
}


@pytest.mark.table(quick=2)
@pytest.mark.parametrize("name", SMALL)
def test_closed_forms_agree_with_difference_quotients_to_fifty_digits(name: str) -> None:
    net = SMALL[name]
    first = next(p for p in net.parameters if p.name.endswith("_1") and p.cols != 1)
    second = next(p for p in net.parameters if p.name.endswith("_2") and p.cols == 1)
    for wrt in (first, second, net.h_1[0], net.h_2[0], net.x[2]):
        require_fifty_digits(net, net.h_2, wrt)
    require_fifty_digits(net, net.h_1, first)


def test_the_total_of_a_network_is_summed_up_to_a_symbolic_end() -> None:
    assert TWO["LSTM"].totals[TWO["LSTM"].L].upper == T


def scalar_cell() -> Cell:
    h, (x,), (w, b) = Sequence("h", 1), gates("x", 1), matrices("w b", sp.S.One, sp.S.One)
    sine = Elementwise("sin")
    return Cell("scalar", {h: sine(w * h[t - 1] + x[t] + b)}, (h,), (w, b), (x,), (activation("sin"),))


def test_an_own_cell_of_one_unit() -> None:
    net = Stacked(scalar_cell(), scalar_cell())
    assert net.derive(net.L, wrt=net.w_1).verify().kind is Kind.PROVED
