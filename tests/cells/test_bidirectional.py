"""Two chains from both ends: every gradient proved for symbolic T, and each trap of mirrored indices closed."""

from __future__ import annotations

import numpy as np
import pytest
import sympy as sp
from cells.quotients import DIGITS, REALS, draws, quotient
from check.tools import check
from sympy.core.symbol import Str

from symrnn.activations import activation
from symrnn.cells import GRU, LSTM, Bidirectional, Cell, Elman, Network, matrices
from symrnn.derivation import Kind
from symrnn.errors import IndexRangeError, ParameterError, SymrnnError, UnknownTermError
from symrnn.evaluate import Evaluator
from symrnn.expr import Elementwise, GenericFunction, ImmediateJacobian, MatrixSum, Sequence, TotalJacobian
from symrnn.recurrence import Definition, Recurrence, Role
from symrnn.symbols import T, n, s, t

NETS = {"Elman": Bidirectional(Elman()), "GRU": Bidirectional(GRU()), "LSTM": Bidirectional(LSTM())}
NET = NETS["Elman"]
BACK, ELL, L = NET.h_reverse, NET.ell, NET.L
INSIDE = (t >= 1, t <= T)
zero = sp.ZeroMatrix(1, n)


def test_names_and_the_loss() -> None:
    net = NETS["LSTM"]
    assert [d.sequence.name for d in net.states()] == ["c", "h", "c_reverse", "h_reverse"]
    assert [i.name for i in net.inputs] == ["x", "x_reverse"]
    assert net.body(net.ell[t]).arguments == (net.h[t], net.h_reverse.at(T + 1 - t))
    assert net.inlined(net.i_reverse[t]).has(net.x_reverse[t], net.W_i_reverse)
    assert len(net.parameters) == 24
    assert {p.name for p in NET.parameters} == {"W_hh", "W_xh", "b_h", "W_hh_reverse", "W_xh_reverse", "b_h_reverse"}


def test_two_cells_of_different_kinds_and_sizes() -> None:
    net = Bidirectional(GRU(hidden=3), LSTM(hidden=2))
    assert net.h.at(t).rows == 3
    assert net.h_reverse.at(t).rows == 2
    with pytest.raises(ParameterError, match="has no input to read from both ends"):
        Bidirectional(Elman().undriven())


# -- proofs -------------------------------------------------------------------------------------------------------


@pytest.mark.table(quick=3)
@pytest.mark.parametrize(
    ("name", "parameter"),
    [
        pytest.param(name, p.name, marks=[] if name == "Elman" or p.name == "U_r" else [pytest.mark.exhaustive])
        for name in ("Elman", "GRU")
        for p in NETS[name].parameters
    ],
)
def test_the_loss_by_every_parameter_of_both_directions_is_proved(name: str, parameter: str) -> None:
    net = NETS[name]
    assert net.derive(net.L, wrt=getattr(net, parameter)).verify().kind is Kind.PROVED


@pytest.mark.parametrize(
    "parameter",
    [
        pytest.param(name, marks=[] if name == "U_f_reverse" else [pytest.mark.exhaustive])
        for name in ("W_i", "U_f", "b_g", "W_i_reverse", "U_f_reverse", "b_g_reverse")
    ],
)
def test_the_lstm(parameter: str) -> None:
    net = NETS["LSTM"]
    assert net.derive(net.L, wrt=getattr(net, parameter)).verify().kind is Kind.PROVED


@pytest.mark.table(quick=1)
@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=[pytest.mark.exhaustive] if name == "LSTM" else []) for name in NETS]
)
def test_the_loss_by_states_and_inputs_of_both_directions_is_proved(name: str) -> None:
    net = NETS[name]
    for sequence, at in ((net.h, 0), (net.h_reverse, 0), (net.x, s), (net.x_reverse, s), (net.h_reverse, s)):
        assert net.derive(net.L, wrt=sequence[at]).verify().kind is Kind.PROVED, (sequence.name, at)


def test_gradients_are_proved() -> None:
    for wrt in (NET.W_hh, NET.W_hh_reverse):
        assert NET.derive(L, wrt=wrt, form="gradient").verify().kind is Kind.PROVED


def test_one_direction_does_not_see_the_other() -> None:
    for of, wrt in ((NET.h[t], NET.W_hh_reverse), (BACK[t], NET.W_hh)):
        whole = TotalJacobian(of, wrt)
        assert check(whole, sp.ZeroMatrix(*whole.shape), NET, t >= 1).kind is Kind.PROVED
    assert NET.derive(BACK[t], wrt=NET.W_hh).closed_form == sp.ZeroMatrix(n, n**2)


# -- traps: an earlier output may depend on a later state of the other chain -----------------------------------------


def test_causality_does_not_hold_at_mirrored_indices() -> None:
    """ℓ_t reads g_{T+1-t}: it depends on g_s for s <= T + 1 - t, whether t < s or not."""
    early = TotalJacobian(ELL[t], BACK[s])
    assert check(early, zero, NET, *INSIDE, t < s, s <= T).kind is Kind.REFUTED
    assert check(TotalJacobian(ELL[1], BACK[T]), zero, NET, T >= 2).kind is not Kind.PROVED
    assert check(early, zero, NET, *INSIDE, s <= T, s > T + 1 - t).kind is Kind.PROVED
    assert check(TotalJacobian(ELL[t], NET.h[s]), zero, NET, *INSIDE, t < s, s <= T).kind is Kind.PROVED


def test_a_loss_that_forgets_one_end_is_refuted() -> None:
    whole = TotalJacobian(L, BACK[s])
    one = TotalJacobian(ELL[t], BACK[s])
    inside = (s >= 1, s <= T)
    assert check(whole, MatrixSum(one, (t, 1, T + 1 - s)), NET, *inside).kind is Kind.PROVED
    for low, high in ((s, T), (1, T - s), (1, s), (2, T + 1 - s)):
        wrong = MatrixSum(one, (t, low, high))
        assert check(whole, wrong, NET, *inside, T >= 2, s <= T - 1).kind is not Kind.PROVED, (low, high)
    assert check(whole, MatrixSum(one, (t, s, T)), NET, *inside).kind is Kind.REFUTED


def test_the_slope_at_the_mirrored_index_is_the_one() -> None:
    right = ImmediateJacobian(ELL[t], BACK.at(T + 1 - t)) * TotalJacobian(BACK.at(T + 1 - t), NET.W_hh_reverse)
    whole = TotalJacobian(ELL[t], NET.W_hh_reverse)
    assert check(whole, right, NET, *INSIDE).kind is Kind.PROVED
    wrong = ImmediateJacobian(ELL[t], BACK.at(T + 1 - t)) * TotalJacobian(BACK[t], NET.W_hh_reverse)
    assert check(whole, wrong, NET, *INSIDE).kind is Kind.REFUTED


def test_an_immediate_jacobian_is_zero_only_where_the_indices_never_meet() -> None:
    meets = ImmediateJacobian(ELL[t], BACK[t])  # at 2 t = T + 1
    assert check(meets, zero, NET, *INSIDE).kind is not Kind.PROVED
    assert check(ImmediateJacobian(ELL[t], BACK[s]), zero, NET, *INSIDE, s >= 1).kind is not Kind.PROVED


def test_outputs_beyond_the_end_do_not_exist() -> None:
    same = TotalJacobian(ELL[t], NET.W_hh)
    for where in ((t >= 1,), (t >= 1, t <= T + 2)):  # T, the end of the network, is tried either way
        verdict = check(same, same, NET, *where)
        assert verdict.kind is Kind.REFUTED
        assert "h_reverse[-1] does not exist" in str(verdict.counterexample)


def test_a_bound_index_called_T_is_not_the_end() -> None:
    inside = MatrixSum(TotalJacobian(ELL[T], NET.W_hh_reverse), (T, 1, 3))
    assert check(inside, inside, NET).kind is not Kind.PROVED


# -- traps: one chain read in both directions --------------------------------------------------------------------------


def palindrome() -> Network:
    """ℓ_t reads h_t and h_{T+1-t} of one chain."""
    h, ell, loss = Sequence("h", n), Sequence("ell", 1, first=1), sp.MatrixSymbol("L", 1, 1)
    (W,), phi = matrices("W", n, n), Elementwise("phi")
    slope = GenericFunction(Str("ell"), sp.S.One, sp.S.One, h[t], h.at(T + 1 - t))
    definitions = (Definition(h, phi(W * h[t - 1]), Role.STATE), Definition(ell, slope, Role.OUTPUT))
    totals = {loss: MatrixSum(ell[t], (t, 1, T))}
    return Network(Recurrence("palindrome", t, definitions, (W,), totals=totals, activations=(activation("phi"),)))


def test_a_chain_that_is_read_both_ways() -> None:
    net = palindrome()
    for wrt in (net.W, net.h[0], net.h[s]):  # in the middle both arguments of the loss are the same
        with pytest.raises(UnknownTermError, match=r"h\[t\] and h\[T - t \+ 1\] may be the same"):
            net.derive(net.L, wrt=wrt)
    one = TotalJacobian(net.ell[t], net.h[s])
    for low, high in ((s, T), (1, T + 1 - s)):
        wrong = MatrixSum(one, (t, low, high))
        assert check(TotalJacobian(net.L, net.h[s]), wrong, net, s >= 1, s <= T).kind is not Kind.PROVED
    assert check(one, zero, net, *INSIDE, t < s, s <= T).kind is not Kind.PROVED
    assert check(one, zero, net, *INSIDE, s <= T, s > T + 1 - t).kind is not Kind.PROVED


# -- what is refused ---------------------------------------------------------------------------------------------------


def with_output(*outputs: Definition, state: sp.MatrixExpr | None = None) -> Recurrence:
    h, g = Sequence("h", n), Sequence("g", n)
    (W,) = matrices("W", n, n)
    phi = Elementwise("phi")
    states = (
        Definition(h, phi(W * h[t - 1]) if state is None else state, Role.STATE),
        Definition(g, phi(W * g[t - 1]), Role.STATE),
    )
    x = Sequence("x", n, first=1)
    return Recurrence("mine", t, (*states, *outputs), (W,), (x,), activations=(activation("phi"),))


def test_only_outputs_read_states_at_mirrored_indices() -> None:
    h, g, x, y, z = (Sequence(name, n, first=int(name in "xyz")) for name in "hgxyz")
    mirror = Definition(y, h[t] + g.at(T + 1 - t), Role.OUTPUT)
    assert with_output(mirror).mirrored(y[s]) == (g.at(T + 1 - s),)
    above = Definition(z, y[t] + h[t], Role.OUTPUT)
    assert with_output(mirror, above).mirrored(z[s]) == (g.at(T + 1 - s),)
    with pytest.raises(IndexRangeError, match="may use index t and earlier"):
        with_output(state=g.at(T + 1 - t))
    with pytest.raises(IndexRangeError, match="may use index t and earlier"):
        with_output(Definition(y, g.at(T + 1 - t), Role.INTERMEDIATE))
    with pytest.raises(IndexRangeError, match="may use index t and earlier"):
        with_output(Definition(y, x.at(T + 1 - t), Role.OUTPUT))
    with pytest.raises(IndexRangeError, match="may use index t and earlier"):
        with_output(Definition(y, g.at(T + 1 - 2 * t), Role.OUTPUT))
    with pytest.raises(IndexRangeError, match="may use index t and earlier"):
        with_output(mirror, Definition(z, y.at(T + 1 - t), Role.OUTPUT))
    late = Sequence("z", n, first=2)
    with pytest.raises(IndexRangeError, match="reads a state at a mirrored index"):
        with_output(mirror, Definition(late, y[t - 1], Role.OUTPUT, first=2))
    early = Sequence("y", n)
    with pytest.raises(SymrnnError):
        with_output(Definition(early, g.at(T + 1 - t), Role.OUTPUT), state=early[t - 1])


# -- against difference quotients --------------------------------------------------------------------------------------


def readout(net: Cell) -> Network:
    """y_t = A h_t + B g_{T+1-t} in the place of the generic loss."""
    y, (A, B) = Sequence("y", 2, first=1), matrices("A B", sp.Integer(2), sp.Integer(2))
    read = Definition(y, A * net.h[t] + B * net.h_reverse.at(T + 1 - t), Role.OUTPUT)
    states = tuple(d for d in net.definitions if d.role is not Role.OUTPUT)
    return Network(net.replaced(definitions=(*states, read), parameters=(*net.parameters, A, B), totals={}))


@pytest.mark.parametrize("at", [1, 3])
def test_closed_forms_agree_with_difference_quotients_to_fifty_digits(at: int) -> None:
    net = readout(Bidirectional(GRU(2, 1)))
    for wrt in (net.U_r, net.U_r_reverse, net.h[0], net.h_reverse[0], net.A, net.B):
        closed = net.derive(net.y[t], wrt=wrt).closed_form.xreplace({t: sp.Integer(at)})
        value = Evaluator(REALS, draws(net, {}), net).value(closed)
        gap = np.max(np.abs(value - quotient(net, net.y[at], wrt)))
        assert gap < 10**-DIGITS * max(1, np.max(np.abs(value))), wrt
