"""The lecture's true claims, for layers and vectors of one size, so that slips fit wherever shapes allow."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sympy as sp

from symrnn.cells import GRU, LSTM, Elman, Layered
from symrnn.derivation import Equation
from symrnn.expr import (
    DESCENDING,
    Differential,
    Elementwise,
    Gradient,
    ImmediateJacobian,
    MatrixSum,
    OrderedProduct,
    TotalJacobian,
    Vec,
)
from symrnn.recurrence import Recurrence
from symrnn.symbols import L, T, k, l, n, s, t, u

d, immediate = TotalJacobian, ImmediateJacobian


@dataclass(frozen=True)
class TrueClaim:
    """A claim that holds; ``every`` says which share of its slips is tried, beside the first of each kind."""

    id: str
    equation: Equation
    model: Recurrence
    every: int = 1


def elman(activation: str = "phi") -> Elman:
    """An Elman network with as many inputs and outputs as units."""
    return Elman(activation, n, n, n)


def state_product(rnn: Elman, length: sp.Expr) -> OrderedProduct:
    """D_t W D_{t-1} W ⋯ with a number of factors."""
    return OrderedProduct(rnn.D(t - u) * rnn.W_hh, (u, 0, length - 1), "ascending")


def closed_form(rnn: Elman) -> MatrixSum:
    """Σ_{k=0}^{t-1} (∏_{u=0}^{k-1} D_{t-u} W_hh) D_{t-k} (h_{t-k-1}ᵀ ⊗ I)."""
    last = sp.KroneckerProduct(rnn.h[t - k - 1].T, sp.Identity(rnn.n))
    return MatrixSum(state_product(rnn, k) * rnn.D(t - k) * last, (k, 0, t - 1))


def layered_claims() -> list[TrueClaim]:
    """L02 to L08."""
    net = Layered(units=n)
    loss, y, f, W = net.loss, net.y, net.f, net.W
    inside = (l >= 1, l <= L + 1)
    factors = OrderedProduct(net.D(u) * W[u], (u, l + 1, L + 1), DESCENDING)
    equations = {
        "L02": Equation(d(loss, y[l - 1]), d(loss, y[l]) * d(y[l], y[l - 1]), inside),
        "L03": Equation(d(loss, W[l]), d(loss, y[l]) * d(y[l], W[l]), inside),
        "L05": Equation(d(y[l], y[l - 1]), d(y[l], f[l]) * d(f[l], y[l - 1]), (l >= 1,)),
        "L05-written": Equation(d(y[l], y[l - 1]), net.D(l) * W[l], (l >= 1,)),
        "L07": Equation(d(loss, y[l - 1]), d(loss, y[l]) * net.D(l) * W[l], inside),
        "L08": Equation(d(loss, y[l]), d(loss, y[L + 1]) * factors, (l >= 0, l <= L + 1)),
    }
    return [TrueClaim(id, equation, net) for id, equation in equations.items()]


def recurrent_claims() -> list[TrueClaim]:
    """L12 to L17 for a generic activation."""
    rnn = elman()
    h, y, W = rnn.h, rnn.y, rnn.W_hh
    one_step = OrderedProduct(d(h[t - u], h[t - u - 1]), (u, 0, k - 1), "ascending")
    forced = MatrixSum(state_product(rnn, k) * rnn.D(t - k) * Differential(W) * h[t - k - 1], (k, 0, t - 1))
    blocks = Differential(rnn.W_hy) * h[t] + d(y[t], h[t]) * d(h[t], W) * Vec(Differential(W))
    equations = {
        "L12": Equation(d(y[t], W), d(y[t], h[t]) * d(h[t], W), (t >= 1,)),
        "L12-written": Equation(d(y[t], W), rnn.W_hy * d(h[t], W), (t >= 1,)),
        "L13": Equation(Differential(y[t]), blocks, (t >= 1,), varying=(W, rnn.W_hy)),
        "L15": Equation(d(h[t], W), MatrixSum(d(h[t], h[t - k]) * immediate(h[t - k], W), (k, 0, t - 1)), (t >= 0,)),
        "L15-closed-form": Equation(d(h[t], W), closed_form(rnn), (t >= 0,)),
        "L15-differential": Equation(Differential(h[t]), forced, (t >= 0,), varying=(W,)),
        "L16": Equation(d(h[t], h[t - k]), one_step, (k >= 0, t >= k)),
        "L16-written": Equation(d(h[t], h[t - k]), state_product(rnn, k), (k >= 0, t >= k)),
        "one-step": Equation(d(h[t], W), d(h[t], h[t - 1]) * d(h[t - 1], W) + immediate(h[t], W), (t >= 1,)),
        "gradient": Equation(
            Gradient(rnn.L, W), MatrixSum(rnn.D(s) * d(rnn.L, h[s]).T * h[s - 1].T, (s, 1, T)), (T >= 0,)
        ),
        "delta": Equation(
            d(rnn.L, h[s]),
            MatrixSum(immediate(rnn.ell[t], y[t]) * rnn.W_hy * d(h[t], h[s]), (t, s, T)),
            (s >= 1, s <= T),
        ),
    }
    return [TrueClaim(id, equation, rnn) for id, equation in equations.items()]


def special_claims() -> list[TrueClaim]:
    """L17 and L21: the identity as activation, and one unit."""
    linear, one = elman("identity"), Elman("identity", 1, 1, 1).undriven()
    h, w = linear.h, one.W_hh
    power = Equation(d(h[t], h[t - k]), linear.W_hh**k, (k >= 0, t >= k))
    scalar = Equation(d(one.h[t], w), t * w ** (t - 1) * one.h[0], (t >= 1,))
    return [TrueClaim("L17", power, linear), TrueClaim("L21", scalar, one)]


def gated_claims() -> list[TrueClaim]:
    """One step of the GRU, a sum of products of such steps, and what is told of the LSTM."""
    gru, lstm = GRU(n, n), LSTM(n, n)
    h, c, diag, ones = gru.h, lstm.c, sp.DiagMatrix, sp.OneMatrix(n, 1)

    def slope(name: str, gate: Any) -> sp.MatrixExpr:
        return diag(Elementwise(name)(gate[t], order=1))

    reset = diag(gru.r[t]) + diag(h[t - 1]) * slope("sigmoid", gru.a_r) * gru.U_r
    update = diag(h[t - 1] - gru.g[t]) * slope("sigmoid", gru.a_z) * gru.U_z
    step = diag(gru.z[t]) + update + diag(ones - gru.z[t]) * slope("tanh", gru.a_g) * gru.U_h * reset
    into_cell = (
        diag(c[t - 1]) * slope("sigmoid", lstm.a_f) * lstm.U_f
        + diag(lstm.g[t]) * slope("sigmoid", lstm.a_i) * lstm.U_i
        + diag(lstm.i[t]) * slope("tanh", lstm.a_g) * lstm.U_g
    )
    paths = d(c[t], c[t - 1]) * d(c[t - 1], c[t - 2])
    past = d(c[t], lstm.h[t - 1]) * immediate(lstm.h[t - 1], lstm.h[t - 2]) * immediate(lstm.h[t - 2], c[t - 2])
    equations = {
        "GRU-step": (gru, Equation(d(h[t], h[t - 1]), step, (t >= 1,))),
        "GRU-bias": (
            gru,
            Equation(d(h[t], gru.b_z), MatrixSum(d(h[t], h[s]) * immediate(h[s], gru.b_z), (s, 1, t)), (t >= 0,)),
        ),
        "LSTM-gates": (lstm, Equation(immediate(c[t], lstm.h[t - 1]), into_cell, (t >= 1,))),
        "LSTM-paths": (lstm, Equation(d(c[t], c[t - 2]), paths + past, (t >= 3,))),
    }
    return [TrueClaim(id, equation, cell, every=12) for id, (cell, equation) in equations.items()]


TRUE_CLAIMS = [*layered_claims(), *recurrent_claims(), *special_claims(), *gated_claims()]
