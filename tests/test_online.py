"""Forms that need no past, or only a chunk of it: where they equal the recurrence, and what they leave out."""

from __future__ import annotations

from typing import Any

import pytest
import sympy as sp

from symrnn import (
    Cell,
    Elementwise,
    Elman,
    Equation,
    ImmediateJacobian,
    Kind,
    MatrixSum,
    OrderedProduct,
    Sequence,
    T,
    TotalJacobian,
    activation,
    m,
    n,
    t,
    verify,
)
from symrnn.cells import entrywise
from symrnn.expr import StopGradient

PROVED, REFUTED = Kind.PROVED, Kind.REFUTED
C, E, r, s = sp.symbols("C E r s", integer=True)
i, j, e = sp.symbols("i j e", integer=True, nonnegative=True)
A, B, W, U = (sp.MatrixSymbol(name, n, cols) for name, cols in (("A", n), ("B", m), ("W", n), ("U", m)))
h, f, v, x = Sequence("h", n), Sequence("f", n), Sequence("v", n), Sequence("x", m)
S, key, value = Sequence("S", n, m), Sequence("p", m), Sequence("q", n)
decay, alpha = sp.Symbol("lambda", real=True), sp.Symbol("alpha", real=True)
FROM_0 = (t >= 0, C >= 0)
phi = Elementwise("phi")

linear = Cell("linear", {h: A * h[t - 1] + B * x[t]}, (h,), (A, B), (x,))
gated = Cell("gated", {h: entrywise(f[t], h[t - 1]) + B * x[t]}, (h,), (B,), (x, f))
attention = Cell("attention", {S: decay * S[t - 1] + value[t] * key[t].T}, (S,), (), (value, key))
rnn = Elman()


def kind_of(net: Any, left: Any, right: Any, *where: Any) -> Kind:
    return verify(Equation(left, right, where=where), net).kind


# -- chunks ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("before", "exponent", "wanted"),
    [(C, C - 1 - r, PROVED), (C, C - r, REFUTED), (C - 1, C - 1 - r, REFUTED), (C, r, REFUTED)],
)
def test_a_chunk_of_a_linear_recurrence(before: Any, exponent: Any, wanted: Kind) -> None:
    came = MatrixSum(A**exponent * B * x[t + 1 + r], (r, 0, C - 1))
    assert kind_of(linear, h[t + C], A**before * h[t] + came, t >= 0, C >= 1) is wanted


@pytest.mark.parametrize(("first", "wanted"), [(s + 1, PROVED), (s, REFUTED)])
def test_a_chunk_under_gates(first: Any, wanted: Kind) -> None:
    def kept(since: Any) -> Any:
        return OrderedProduct(sp.DiagMatrix(f[r]), (r, since, t + C), "descending")

    came = MatrixSum(kept(first) * B * x[s], (s, t + 1, t + C))
    assert kind_of(gated, h[t + C], kept(t + 1) * h[t] + came, *FROM_0) is wanted


@pytest.mark.parametrize(("exponent", "wanted"), [(C - 1 - r, PROVED), (C - r, REFUTED)])
def test_a_chunk_of_linear_attention(exponent: Any, wanted: Kind) -> None:
    came = MatrixSum(decay**exponent * value[t + 1 + r] * key[t + 1 + r].T, (r, 0, C - 1))
    assert kind_of(attention, S[t + C], decay**C * S[t] + came, *FROM_0) is wanted


@pytest.mark.parametrize(("exponent", "wanted"), [(E, PROVED), (C, REFUTED)])
def test_a_scan_puts_chunks_together(exponent: Any, wanted: Kind) -> None:
    def local(first: Any, last: Any) -> MatrixSum:
        return MatrixSum(A ** (last - s) * B * x[s], (s, first + 1, last))

    both = A**exponent * local(t, t + C) + local(t + C, t + C + E)
    assert kind_of(linear, local(t, t + C + E), both, *FROM_0, E >= 0) is wanted


# -- forwards ----------------------------------------------------------------------------------------------------------


def by_weights(at: Any) -> TotalJacobian:
    return TotalJacobian(rnn.h[at], rnn.W_hh)


STEP, OWN = TotalJacobian(rnn.h[t], rnn.h[t - 1]), ImmediateJacobian(rnn.h[t], rnn.W_hh)


@pytest.mark.parametrize(
    ("right", "wanted"),
    [
        (STEP * by_weights(t - 1) + OWN, PROVED),
        (
            rnn.D(t) * rnn.W_hh * by_weights(t - 1) + rnn.D(t) * sp.KroneckerProduct(rnn.h[t - 1].T, sp.Identity(n)),
            PROVED,
        ),
        (rnn.D(t) * rnn.W_hh * by_weights(t - 1) + rnn.D(t) * sp.KroneckerProduct(rnn.h[t].T, sp.Identity(n)), REFUTED),
        (STEP * by_weights(t - 1), REFUTED),
        (by_weights(t - 1) + OWN, REFUTED),
    ],
)
def test_the_recursion_of_real_time_recurrent_learning(right: Any, wanted: Kind) -> None:
    assert kind_of(rnn, by_weights(t), right, t >= 1) is wanted


@pytest.mark.parametrize(("of", "wanted"), [(rnn.ell[t], PROVED), (rnn.L, REFUTED)])
def test_the_gradient_that_is_summed_on_the_way(of: Any, wanted: Kind) -> None:
    summed = MatrixSum(TotalJacobian(of, rnn.h[t]) * by_weights(t), (t, 1, T))
    assert kind_of(rnn, TotalJacobian(rnn.L, rnn.W_hh), summed, T >= 0) is wanted


# -- eligibility traces ------------------------------------------------------------------------------------------------


def leaky(seen: Any) -> Cell:
    """v_t = α v_{t-1} + W φ(v_{t-1}) + U x_t."""
    equations = {v: alpha * v[t - 1] + W * phi(seen(v[t - 1])) + U * x[t]}
    return Cell("leaky units", equations, (v,), (W, U), (x,), (activation("phi"),))


whole, traced = leaky(lambda state: state), leaky(StopGradient)
P_before, P_now = TotalJacobian(v[t - 1], W), TotalJacobian(v[t], W)


def came(at: Any) -> Any:
    return sp.KroneckerProduct(phi(v[at]).T, sp.Identity(n))


def test_what_a_trace_leaves_out() -> None:
    trace, others = alpha * P_before + came(t - 1), W * sp.DiagMatrix(phi(v[t - 1], 1)) * P_before
    assert kind_of(traced, P_now, trace, t >= 1) is PROVED
    assert kind_of(whole, P_now, trace, t >= 1) is REFUTED
    assert kind_of(whole, P_now, trace + others, t >= 1) is PROVED
    assert kind_of(whole, P_now, trace + W.T * others, t >= 1) is REFUTED


@pytest.mark.parametrize(("exponent", "wanted"), [(t - s, PROVED), (t - s + 1, REFUTED)])
def test_a_trace_is_a_sum_that_fades(exponent: Any, wanted: Kind) -> None:
    assert kind_of(traced, P_now, MatrixSum(alpha**exponent * came(s - 1), (s, 1, t)), t >= 0) is wanted
    own = sp.Sum(alpha**exponent * phi(v[s - 1])[j, 0], (s, 1, t))
    by_weight = TotalJacobian(v[t][e, 0], W[i, j])
    assert kind_of(traced, by_weight, sp.Identity(n)[e, i] * own, t >= 0, i < n, j < n, e < n) is wanted
    assert kind_of(whole, by_weight, sp.Identity(n)[e, i] * own, t >= 0, i < n, j < n, e < n) is REFUTED
