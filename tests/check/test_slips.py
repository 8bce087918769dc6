"""True formulas, each damaged in a usual way: always REFUTED, and what was meant is named and PROVED."""

from __future__ import annotations

from typing import Any

import pytest
import sympy as sp
from sympy import DiagMatrix, MatMul, OneMatrix

from symrnn import (
    GRU,
    LSTM,
    Elementwise,
    Elman,
    Equation,
    Gradient,
    ImmediateJacobian,
    Kind,
    MatrixSum,
    T,
    TotalJacobian,
    k,
    n,
    t,
    verify,
)
from symrnn.cells import entrywise
from symrnn.expr import OrderedProduct

s, u = sp.symbols("s u", integer=True)
K = sp.Symbol("K", integer=True, positive=True)
rnn, lstm, gru = Elman(), LSTM(), GRU()
h, W, D = rnn.h, rnn.W_hh, rnn.D
one = OneMatrix(n, 1)
phi_of = DiagMatrix(Elementwise("phi")(rnn.a[t]))


def error(net: Any, name: str, at: Any = t) -> Gradient:
    return Gradient(net.L, getattr(net, name)[at])


def summed(term: Any, first: Any = 1, last: Any = T) -> MatrixSum:
    return MatrixSum(term, (t, first, last))


def chain(factor: Any, first: Any = k + 1, last: Any = t, direction: str = "descending") -> OrderedProduct:
    return OrderedProduct(factor, (u, first, last), direction)


def paths(before: Any, behind: Any, first: Any = 1, last: Any = t) -> MatrixSum:
    return MatrixSum(before * behind, (s, first, last))


J, I = TotalJacobian, ImmediateJacobian
back = W.T * D(t + 1) * error(rnn, "h", t + 1)
own = Gradient(rnn.ell[t], h[t])
slope = entrywise(lstm.f[t], one - lstm.f[t])
update = entrywise(gru.z[t], one - gru.z[t])
newer = MatrixSum(J(h[t], h[t - k]) * I(h[t - k], W), (k, 0, K - 1))
BACK, STEP, EVERY, WHOLE = (t >= k, k >= 0), (t >= 1,), (t >= 1, t <= T), (T >= 1,)

FORMULAS: dict[str, tuple[Any, Any, tuple[Any, ...], Any]] = {
    "back": (rnn, J(h[t], h[k]), BACK, chain(D(u) * W)),
    "step": (rnn, J(h[t], h[t - 1]), STEP, D(t) * W),
    "weights": (rnn, Gradient(rnn.L, W), WHOLE, summed(error(rnn, "a") * h[t - 1].T)),
    "paths": (rnn, J(h[t], W), STEP, paths(J(h[t], h[s]), I(h[s], W))),
    "forward": (rnn, J(h[t], W), STEP, J(h[t], h[t - 1]) * J(h[t - 1], W) + I(h[t], W)),
    "error": (rnn, Gradient(rnn.L, h[t]), (t >= 1, t < T), back + own),
    "cut": (rnn, J(h[t], W), (t >= K,), newer + J(h[t], h[t - K]) * J(h[t - K], W)),
    "LSTM": (lstm, Gradient(lstm.L, lstm.U_f), WHOLE, summed(error(lstm, "a_f") * lstm.h[t - 1].T)),
    "gate": (lstm, error(lstm, "a_f"), EVERY, entrywise(entrywise(error(lstm, "c"), lstm.c[t - 1]), slope)),
    "GRU": (gru, error(gru, "a_z"), EVERY, entrywise(entrywise(error(gru, "h"), gru.h[t - 1] - gru.g[t]), update)),
}


def damaged(name: str, left: Any, right: Any) -> Any:
    """A formula with something else in it."""
    return FORMULAS[name][3].xreplace({left: right})


DAMAGED: list[tuple[str, Any, str]] = [
    ("back", chain(D(u) * W.T), "without the transpose of W_hh"),
    ("back", chain(W * D(u)), "in the other order"),
    ("back", chain(D(u) * W, k, t), "from k + 1 to t"),
    ("back", chain(D(u) * W, k + 1, t - 1), "from k + 1 to t"),
    ("back", chain(D(u - 1) * W), "with a[u] in the place of a[u-1]"),
    ("back", chain(D(u) * W, direction="ascending"), "with a descending product"),
    ("back", -chain(D(u) * W), "with another sign"),
    ("step", W, "with D[t] added"),
    ("step", phi_of * W, "with φ'(a[t]) in the place of φ(a[t])"),
    ("step", D(t) * W + D(t), "without D[t]"),
    ("step", D(t - 1) * W, "with a[t] in the place of a[t-1]"),
    ("weights", summed(error(rnn, "a") * h[t].T), "with h[t-1] in the place of h[t]"),
    ("weights", summed(error(rnn, "a") * h[t - 1].T, 2), "from 1 to T"),
    ("weights", summed(error(rnn, "a") * h[t - 1].T, 1, T - 1), "from 1 to T"),
    ("weights", summed(error(rnn, "h") * h[t - 1].T), "with a[t] in the place of h[t]"),
    ("weights", summed(h[t - 1] * error(rnn, "a").T), "transposed"),
    ("weights", summed(error(rnn, "a") * h[t - 1].T) / T, "without the factor 1/T"),
    ("weights", summed(Gradient(rnn.ell[t], rnn.a[t]) * h[t - 1].T), "with ∇_{a[t]} L in the place of ∇_{a[t]} ℓ[t]"),
    ("paths", paths(J(h[t], h[s]), J(h[s], W)), "with the immediate derivative of h[s]"),
    ("paths", paths(I(h[t], h[s]), I(h[s], W)), "with the total derivative of h[t]"),
    ("paths", paths(J(h[t], h[s]), I(h[s], W)) / t, "without the factor 1/t"),
    ("paths", MatrixSum(I(h[s], W), (s, 1, t)), "with dh[t]/dh[s] before ∂⁺h[s]/∂⁺W_hh"),
    ("forward", J(h[t], h[t - 1]) * J(h[t - 1], W), "with ∂⁺h[t]/∂⁺W_hh added"),
    ("forward", J(h[t - 1], W) + I(h[t], W), "with dh[t]/dh[t-1] before dh[t-1]/dW_hh"),
    ("forward", J(h[t], h[t - 1]) * I(h[t - 1], W) + I(h[t], W), "with the total derivative of h[t-1]"),
    ("error", W * D(t + 1) * error(rnn, "h", t + 1) + own, "with W_hh transposed"),
    ("error", back, "with ∇_{h[t]} ℓ[t] added"),
    ("error", W.T * error(rnn, "h", t + 1) + own, "with a[t+1] in the place of h[t+1]"),
    ("error", back - own, "with another sign"),
    ("cut", newer, ""),
    ("LSTM", summed(error(lstm, "a_i") * lstm.h[t - 1].T), "with a_f[t] in the place of a_i[t]"),
    ("LSTM", summed(error(lstm, "f") * lstm.h[t - 1].T), "with a_f[t] in the place of f[t]"),
    ("LSTM", summed(error(lstm, "a_f") * lstm.c[t - 1].T), "with h[t-1] in the place of c[t-1]"),
    ("gate", damaged("gate", lstm.f[t], lstm.i[t]), "with f[t] in the place of i[t]"),
    ("gate", damaged("gate", lstm.f[t], lstm.f[t - 1]), "with f[t] in the place of f[t-1]"),
    ("gate", entrywise(error(lstm, "c"), lstm.c[t - 1]), "with D_f[t] added"),
    ("GRU", damaged("GRU", gru.z[t], gru.r[t]), "with z[t] in the place of r[t]"),
    ("GRU", -FORMULAS["GRU"][3], "with another sign"),
    ("GRU", entrywise(error(gru, "h"), gru.h[t - 1] - gru.g[t]), "with D_z[t] added"),
]


@pytest.mark.parametrize("name", FORMULAS)
def test_the_formula_is_proved(name: str) -> None:
    net, left, where, right = FORMULAS[name]
    assert verify(Equation(left, right, where=where), net).kind is Kind.PROVED


@pytest.mark.table(quick=8)
@pytest.mark.parametrize(("name", "wrong", "words"), DAMAGED)
def test_a_damaged_one_is_refuted_and_mended(name: str, wrong: Any, words: str) -> None:
    net, left, where, _ = FORMULAS[name]
    verdict = verify(Equation(left, wrong, where=where), net)
    assert verdict.kind is Kind.REFUTED
    meant = [each for each in verdict.advice if each.kind == "did you mean"]
    assert bool(meant) is bool(words)
    if meant:
        assert words in meant[0].text
        assert meant[0].verdict is not None
        assert meant[0].verdict.kind is Kind.PROVED


def test_a_derivative_is_not_explained_by_itself() -> None:
    """dh/dW = (dh_t/dh_t) (dh_t/dW) is true, and of no help."""
    net, left, where, _ = FORMULAS["forward"]
    verdict = verify(Equation(left, MatMul(J(h[t], h[t - 1]), J(h[t - 1], W)), where=where), net)
    assert not any(each.statement is not None and each.statement.rhs.has(left) for each in verdict.advice)


def test_that_little_is_left_is_no_advice() -> None:
    """k >= t beside t >= k leaves an empty product."""
    net, left, where, _ = FORMULAS["back"]
    for advice in verify(Equation(left, chain(phi_of * W), where=where), net).advice:
        assert advice.kind != "holds where"
