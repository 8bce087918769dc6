"""Statements as plain text, as verdicts print them: mathematics, not the words of SymPy."""

from __future__ import annotations

from typing import Any

import pytest
import sympy as sp

from symrnn import Elman, Equation, Gradient, Inequality, Norm, T, TotalJacobian, k, t, verify
from symrnn.derivation import AllOf, BoundedSlope, ForEvery, Limit, Maximum
from symrnn.expr import SpectralRadius
from symrnn.latex.text import conditions_text, statement_text

rnn, gamma = Elman(), sp.Symbol("gamma", positive=True)
s = sp.Symbol("s", integer=True)
h, W = rnn.h, rnn.W_hh
LONG = Norm(TotalJacobian(h[t], h[t - k]))


@pytest.mark.parametrize(
    ("statement", "text"),
    [
        (
            Inequality(LONG, sp.Max(1, gamma * Norm(W)) ** k, (k >= 0, t >= k)),
            "max(1, γ ‖W_hh‖₂)^k  for k >= 0, t >= k, γ > 0",
        ),
        (
            Inequality(LONG, 1, (k >= 0,), (BoundedSlope("phi", gamma, 0),)),
            "<= 1  for k >= 0, γ > 0; given |φ'(z)| <= γ for",
        ),
        (Inequality(LONG, 1, (k >= 0,), (BoundedSlope("phi", at_least=gamma),)), "given γ <= |φ'(z)| for every z"),
        (Inequality(0, 1, given=BoundedSlope("phi", at_least=0, increasing=True)), "given 0 <= φ'(z) for every z"),
        (Inequality(0, 1, given=BoundedSlope("phi", at_least=gamma, increasing=True)), "given γ <= φ'(z) for every z"),
        (Inequality(0, 1, given=(ForEvery(Norm(h[s]) <= 1, s, (s >= 0, s <= T)),)), "for every s >= 0 with s <= T"),
        (Inequality(0, 1, given=(ForEvery(Norm(h[s]) <= 1, s),)), "given ‖h[s]‖₂ <= 1 for every s"),
        (Limit(Norm(W**k), k, 0, (), (SpectralRadius(W) < 1,)), "‖W_hh^k‖₂ → 0 as k → ∞; given ρ(W_hh) < 1"),
        (Limit(Norm(W**k), k, sp.oo, (k >= 1,)), "‖W_hh^k‖₂ → ∞ as k → ∞  for k >= 1"),
        (Equation(W, W.T, given=Equation(W, sp.Identity(rnn.n))), "W_hh = W_hhᵀ; given W_hh = I_n"),
        (Equation(h[t], h[k], where=(sp.Eq(k, t), sp.Ne(t, 0))), "h[t] = h[k]  for k = t, t not 0"),
        (AllOf((Equation(W, W), Equation(h[t], h[t], where=(t >= 1,)))), "W_hh = W_hh and h[t] = h[t]  for t >= 1"),
        (Maximum("sigmoid", sp.Rational(1, 4), sp.S.Zero), "max sigmoid'(z) = 1/4 at z = 0"),
    ],
)
def test_a_statement(statement: Any, text: str) -> None:
    assert text in statement_text(statement)


@pytest.mark.parametrize(
    ("where", "text"),
    [
        ((T >= 0, T >= 1), ["T >= 1"]),
        ((t >= 1, t >= 1), ["t >= 1"]),
        ((t >= k, t >= k + 2, k >= 0), ["t >= k + 2", "k >= 0"]),
        ((t <= T, t <= T - 1), ["t <= T - 1"]),
        ((t >= 1, t <= 4), ["t >= 1", "t <= 4"]),
        ((t > 0, t >= 0), ["t > 0", "t >= 0"]),
    ],
)
def test_conditions_that_others_say_are_left_out(where: Any, text: list[str]) -> None:
    assert conditions_text(where) == text


def test_a_verdict_and_its_advice() -> None:
    right = verify(Equation(TotalJacobian(h[t], h[t - 1]), rnn.D(t) * W, where=(t >= 1,)), rnn)
    assert "statement: dh[t]/dh[t-1] = D[t] W_hh  for t >= 1" in str(right)
    wrong = verify(Equation(TotalJacobian(h[t], h[t - 1]), rnn.D(t - 1) * W, where=(t >= 1,)), rnn)
    assert "did you mean D[t] W_hh on the right side, with a[t] in the place of a[t-1]?" in str(wrong)


def test_a_verdict_on_an_entry() -> None:
    i, j = sp.symbols("i j", integer=True, nonnegative=True)
    summand = Gradient(rnn.L, rnn.a[t])[i, 0] * h[t - 1][j, 0]
    stated = Equation(
        Gradient(rnn.L, W)[i, j], sp.Sum(summand, (t, 1, T)), where=(T >= 0, T >= 1, i < rnn.n, j < rnn.n)
    )
    assert str(verify(stated, rnn)).splitlines()[1].endswith("  for T >= 1, i < n, j < n, i >= 0, j >= 0")
