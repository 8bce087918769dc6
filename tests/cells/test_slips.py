"""What is told of the LSTM, proved or refuted, and slips in the Jacobians of gated cells: all of them refuted."""

from __future__ import annotations

from typing import Any

import pytest
import sympy as sp
from check.tools import check

from symrnn.cells import GRU, LSTM
from symrnn.derivation import Kind
from symrnn.expr import Elementwise, ImmediateJacobian, OrderedProduct, TotalJacobian
from symrnn.symbols import k, n, t, u

lstm, gru = LSTM(), GRU()
c, h, f = lstm.c, lstm.h, lstm.f
total, immediate, diag = TotalJacobian, ImmediateJacobian, sp.DiagMatrix
sigma, tanh = Elementwise("sigmoid"), Elementwise("tanh")
PROVED, REFUTED = Kind.PROVED, Kind.REFUTED


def forgetting(after: Any) -> OrderedProduct:
    """diag(f_t) diag(f_{t-1}) ⋯, as many factors as said."""
    return OrderedProduct(diag(f[t - u]), (u, 0, after - 1), "ascending")


STORY = {
    "the cell by itself, h held": (immediate(c[t], c[t - 1]), diag(f[t]), (t >= 1,), PROVED),
    "the first step": (total(c[1], c[0]), diag(f[1]), (), PROVED),
    "the forget gates alone, one step": (total(c[t], c[t - 1]), diag(f[t]), (t >= 2,), REFUTED),
    "the forget gates alone, many steps": (total(c[t], c[t - k]), forgetting(k), (k >= 0, k <= t - 1), REFUTED),
    "the paths through the gates": (
        total(c[t], c[t - 1]),
        immediate(c[t], c[t - 1]) + immediate(c[t], h[t - 1]) * immediate(h[t - 1], c[t - 1]),
        (t >= 2,),
        PROVED,
    ),
    "a product of immediate Jacobians": (
        OrderedProduct(immediate(c[t - u], c[t - u - 1]), (u, 0, k - 1), "ascending"),
        forgetting(k),
        (k >= 0, k <= t),
        PROVED,
    ),
    "a chain rule of cells": (
        total(c[t], c[t - 2]),
        total(c[t], c[t - 1]) * total(c[t - 1], c[t - 2]),
        (t >= 3,),
        REFUTED,
    ),
    "a chain rule with the path past the cell": (
        total(c[t], c[t - 2]),
        total(c[t], c[t - 1]) * total(c[t - 1], c[t - 2])
        + total(c[t], h[t - 1]) * immediate(h[t - 1], h[t - 2]) * immediate(h[t - 2], c[t - 2]),
        (t >= 3,),
        PROVED,
    ),
}


@pytest.mark.table(quick=3)
@pytest.mark.parametrize("name", STORY)
def test_the_story_of_the_lstm(name: str) -> None:
    lhs, rhs, where, kind = STORY[name]
    assert check(lhs, rhs, lstm, *where).kind is kind


# -- slips ------------------------------------------------------------------------------------------------------


def of_gru(
    *,
    reset_path: bool = True,
    update_slope: Any = None,
    previous: Any = None,
    bracket: bool = True,
) -> sp.MatrixExpr:
    """dh_t/dh_{t-1} of the GRU with what can be written wrong."""
    at = t - 1 if previous is None else previous
    z, r, g = gru.z[t], gru.r[t], gru.g[t]
    inner = gru.W_h * gru.x[t] + gru.U_h * sp.HadamardProduct(r, gru.h[t - 1]) + gru.b_h
    a_r = gru.W_r * gru.x[t] + gru.U_r * gru.h[t - 1] + gru.b_r
    a_z = gru.W_z * gru.x[t] + gru.U_z * gru.h[t - 1] + gru.b_z
    slope = sigma(a_z if update_slope is None else a_r, order=1)
    through = diag(r) + diag(gru.h[at]) * diag(sigma(a_r, order=1)) * gru.U_r if reset_path else diag(r)
    ones = sp.OneMatrix(n, 1)
    candidate = diag(ones - z) * diag(tanh(inner, order=1)) * gru.U_h * through
    if not bracket:
        candidate = diag(ones - z) * diag(tanh(inner, order=1)) * (gru.U_h * diag(r)) + (
            diag(gru.h[at]) * diag(sigma(a_r, order=1)) * gru.U_r
        )
    return diag(z) + diag(gru.h[at] - g) * diag(slope) * gru.U_z + candidate


SLIPS = {
    "path through the reset gate dropped": {"reset_path": False},
    "slope of the wrong gate": {"update_slope": "r"},
    "state at the wrong time": {"previous": t},
    "bracket missing": {"bracket": False},
}


def test_the_jacobian_of_the_gru_as_one_would_write_it_is_proved() -> None:
    assert check(total(gru.h[t], gru.h[t - 1]), of_gru(), gru, t >= 1).kind is PROVED


@pytest.mark.table(quick=3)
@pytest.mark.parametrize("name", SLIPS)
def test_a_slip_in_one_step_of_the_gru_is_refuted(name: str) -> None:
    assert check(total(gru.h[t], gru.h[t - 1]), of_gru(**SLIPS[name]), gru, t >= 1).kind is REFUTED


@pytest.mark.parametrize("name", [name for name in SLIPS if name != "state at the wrong time"])
def test_a_slip_is_refuted_over_many_steps_too(name: str) -> None:
    factor = of_gru(**SLIPS[name]).xreplace({t: t - u})
    product = OrderedProduct(factor, (u, 0, k - 1), "ascending")
    assert check(total(gru.h[t], gru.h[t - k]), product, gru, k >= 0, k <= t).kind is REFUTED


def slips_of_lstm() -> dict[str, sp.MatrixExpr]:
    """Closed forms of dc_t/dU_f, each with one slip."""
    closed = lstm.derive(c[t], wrt=lstm.U_f).closed_form
    body = closed.args[0]
    gate_i, gate_f = (sigma(gate[t], order=1) for gate in (lstm.a_i, lstm.a_f))
    at = t - closed.variable
    wrong = {
        "slope of the wrong gate": {gate_f.xreplace({t: at}): gate_i.xreplace({t: at})},
        "cell at the wrong time": {c[at - 1]: c[at]},
    }
    found = {name: closed.func(body.xreplace(rule), *closed.args[1:]) for name, rule in wrong.items()}
    found["last step missing"] = closed.func(body, closed.variable, sp.S.One, closed.upper)
    found["state for cell"] = lstm.derive(h[t], wrt=lstm.U_f).closed_form
    found["candidate's weights for the forget gate's"] = lstm.derive(c[t], wrt=lstm.U_g).closed_form
    return found


LSTM_SLIPS = slips_of_lstm()


@pytest.mark.table(quick=4)
@pytest.mark.parametrize("name", LSTM_SLIPS)
def test_a_slip_in_the_closed_form_of_the_lstm_is_refuted(name: str) -> None:
    assert check(total(c[t], lstm.U_f), LSTM_SLIPS[name], lstm, t >= 1).kind is REFUTED


def test_the_closed_form_itself_is_proved() -> None:
    assert check(total(c[t], lstm.U_f), lstm.derive(c[t], wrt=lstm.U_f).closed_form, lstm, t >= 1).kind is PROVED
