"""Advice: only what is proved is offered, where there is something to offer, and for every kind of slip."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest
import sympy as sp

from symrnn.calculus import derive
from symrnn.cells import LSTM, Elman
from symrnn.check import verify
from symrnn.check.advising import SECONDS
from symrnn.clipping import norm_clipped
from symrnn.derivation import AllOf, Claim, Equation, Inequality, Kind, Verdict
from symrnn.expr import Gradient, ImmediateJacobian, MatrixSum, Norm, OrderedProduct, Softmax, TotalJacobian
from symrnn.library import check_entry, load_file
from symrnn.pytest_plugin import explained
from symrnn.recurrence import Recurrence
from symrnn.symbols import k, n, s, t, u

rnn, linear = Elman(), Elman("identity")
h, W, D = rnn.h, rnn.W_hh, rnn.D
A, B, C = (sp.MatrixSymbol(name, n, n) for name in "ABC")
STEP = TotalJacobian(h[t], h[t - 1])


def asked(statement: Any, recurrence: Recurrence | None = rnn) -> Verdict:
    return verify(statement, recurrence)


def offered(statement: Any, kind: str, recurrence: Recurrence | None = rnn) -> Any:
    """The one statement that is offered, which is proved by itself, too."""
    verdict = asked(statement, recurrence)
    assert verdict.kind is Kind.REFUTED
    (advice,) = verdict.advice
    assert advice.kind == kind
    assert advice.verdict is not None
    assert advice.verdict.kind is Kind.PROVED
    assert advice.verdict.statement == advice.statement
    assert asked(advice.statement, recurrence).kind is Kind.PROVED
    assert advice.text in str(verdict)
    return advice.statement


# -- where it holds ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("statement", "more", "net"),
    [
        (Equation(STEP, D(t) * W), {t >= 1}, rnn),
        (Equation(TotalJacobian(h[t], h[t - 2]), D(t) * W * D(t - 1) * W, where=(t >= 1,)), {t >= 2}, rnn),
        (Equation(TotalJacobian(linear.h[t], linear.h[s]), linear.W_hh ** (t - s), where=(s >= 0,)), {t >= s}, linear),
        (
            Equation(TotalJacobian(linear.h[s], linear.h[t]), sp.ZeroMatrix(n, n), where=(s >= 0, t >= 0)),
            {t >= s + 1},
            linear,
        ),
        (Inequality(Norm(A) ** (k - 1), 1, (k >= 0,), (Norm(A) <= 1,)), {k >= 1}, None),
        (Inequality(1, sp.Integer(2) ** k), {k >= 0}, None),
    ],
)
def test_a_forgotten_condition_is_named(statement: Any, more: set[Any], net: Recurrence | None) -> None:
    found = offered(statement, "holds where", net)
    assert set(found.where) - set(statement.where) == more
    assert {*statement.where} <= {*found.where}


# -- what may have been meant ------------------------------------------------------------------------------------------

LOCAL = ImmediateJacobian(h[t - k], W)
EACH = TotalJacobian(h[t], h[t - k])
RIGHT = {
    "other order": (STEP, D(t) * W),
    "sum": (TotalJacobian(h[t], W), MatrixSum(EACH * LOCAL, (k, 0, t - 1))),
    "chain": (TotalJacobian(h[t], h[0]), OrderedProduct(D(u) * W, (u, 1, t), "descending")),
    "state": (rnn.a[t], W * h[t - 1] + rnn.W_xh * rnn.x[t] + rnn.b_h),
    "gradient": (Gradient(rnn.ell[t], rnn.b_y), TotalJacobian(rnn.ell[t], rnn.y[t]).T),
}


@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        ("other order", W * D(t)),
        ("other order", D(t) * W.T),
        ("other order", sp.Transpose(D(t) * W)),
        ("other order", D(t - 1) * W),
        ("other order", -D(t) * W),
        ("sum", MatrixSum(EACH * LOCAL, (k, 1, t))),
        ("sum", MatrixSum(EACH * LOCAL, (k, 1, t - 1))),
        ("sum", MatrixSum(EACH * TotalJacobian(h[t - k], W), (k, 0, t - 1))),
        ("sum", MatrixSum(TotalJacobian(h[t - 1], h[t - k]) * LOCAL, (k, 0, t - 1))),
        ("sum", -RIGHT["sum"][1]),
        ("chain", OrderedProduct(D(u) * W, (u, 1, t), "ascending")),
        ("chain", OrderedProduct(D(u) * W, (u, 0, t), "descending")),
        ("chain", OrderedProduct(W * D(u), (u, 1, t), "descending")),
        ("chain", OrderedProduct(D(u) * W.T, (u, 1, t), "descending")),
        ("state", W * h[t] + rnn.W_xh * rnn.x[t] + rnn.b_h),
        ("state", W.T * h[t - 1] + rnn.W_xh * rnn.x[t] + rnn.b_h),
        ("state", W * h[t - 1] + rnn.W_xh * rnn.x[t] - rnn.b_h),
        ("state", W * h[t - 1] + rnn.W_xh * rnn.x[t - 1] + rnn.b_h),
        ("gradient", -TotalJacobian(rnn.ell[t], rnn.y[t]).T),
    ],
)
def test_one_slip_is_found(name: str, wrong: Any) -> None:
    left, right = RIGHT[name]
    assert asked(Equation(left, right, where=(t >= 1,))).kind is Kind.PROVED
    found = offered(Equation(left, wrong, where=(t >= 1,)), "did you mean")
    assert found.lhs == left


@pytest.mark.parametrize(
    ("left", "right"),
    [
        (sp.Transpose(A * B), A.T * B.T),
        ((A * B) ** (k + 1), A * (B * A) ** (k - 1) * B),
        ((A + B) * C, A * C + C * B),
        ((A + B) * C, A * C - B * C),
    ],
)
def test_slips_in_algebra_are_found(left: Any, right: Any) -> None:
    offered(Equation(left, right, where=(k >= 1,)), "did you mean", None)


def test_what_is_far_from_true_is_offered_nothing() -> None:
    for wrong in (D(t) * D(t), W + D(t), W * W):
        verdict = asked(Equation(STEP, wrong, where=(t >= 1,)))
        assert verdict.kind is Kind.REFUTED
        assert [advice.kind for advice in verdict.advice] == ["sides part"]


def test_a_part_is_advised_on() -> None:
    both = AllOf((Equation(STEP, D(t) * W, where=(t >= 1,)), Equation(STEP, W * D(t), where=(t >= 1,))))
    (advice,) = asked(both).advice
    assert advice.statement == both.parts[0]


# -- where the sides part ----------------------------------------------------------------------------------------------


def test_the_summands_that_differ_are_told() -> None:
    verdict = asked(Equation(STEP + W + 2 * D(t), W * W + W + D(t), where=(t >= 1,)))
    (advice,) = verdict.advice
    assert set(advice.left) == {"diag(phi'(a[t])) W_hh", "diag(phi'(a[t]))"}
    assert advice.right == ("W_hh W_hh",)
    assert all(summand in str(verdict) for summand in (*advice.left, *advice.right))


def test_an_identity_says_what_is_left() -> None:
    K = sp.Symbol("K", integer=True)
    verdict = asked(Equation(MatrixSum(A**k, (k, 0, K)), sp.Identity(n) + A, where=(K >= 1, K <= 1)), None)
    if verdict.kind is Kind.IDENTITY:
        (advice,) = verdict.advice
        assert advice.right == ("A", "I_n")
        assert len(advice.left) == 1


# -- when, and where it is shown ---------------------------------------------------------------------------------------


def test_what_is_proved_needs_none() -> None:
    assert asked(Equation(STEP, D(t) * W, where=(t >= 1,))).advice == ()
    assert derive(rnn, h[t], W).verify().advice == ()


def test_nobody_is_advised_before_asking() -> None:
    verdict = asked(Equation(STEP, W * D(t), where=(t >= 1,)))
    assert "advice" not in vars(verdict)
    assert verdict.advice is verdict.advice


@pytest.mark.table(quick=0)
def test_advice_takes_a_few_seconds_at_most() -> None:
    lstm = LSTM()
    wrong = Equation(Gradient(lstm.L, lstm.b_f), MatrixSum(Gradient(lstm.L, lstm.b_i), (k, 1, k - k + 1)))
    verdict = verify(wrong, lstm)
    started = time.process_time()
    assert isinstance(verdict.advice, tuple)
    assert time.process_time() - started < 2 * SECONDS


FILE = """
from symrnn import Claim, Elman, Equation, Kind, TotalJacobian, t
rnn = Elman()
wrong = Claim("W", "swapped", Equation(TotalJacobian(rnn.h[t], rnn.h[t - 1]), rnn.W_hh * rnn.D(t), where=(t >= 1,)),
    Kind.{expected}, rnn)
"""


@pytest.mark.parametrize("expected", ["PROVED", "REFUTED"])
def test_results_have_advice_where_the_verdict_is_unexpected(tmp_path: Path, expected: str) -> None:
    path = tmp_path / "swapped.py"
    path.write_text(FILE.format(expected=expected))
    (entry,) = load_file(path).entries
    result = check_entry(entry)
    shown = explained(entry, result)
    assert bool(result.advice) is (expected == "PROVED")
    assert ("did you mean" in shown) is (expected == "PROVED")
    assert result.record()["advice"] == list(result.advice)


def test_a_claim_of_one_recurrence_is_advised_on_in_it() -> None:
    claim = Claim("J", "", Equation(STEP, W * D(t), where=(t >= 1,)), Kind.PROVED, rnn)
    (advice,) = claim.verify().advice
    assert advice.statement.rhs == D(t) * W


@pytest.mark.parametrize("name", ["square", "sign", "factor", "softmax", "clipped"])
def test_advice_is_never_that_something_is_itself(name: str) -> None:
    x, a, c = sp.MatrixSymbol("x", n, 1), sp.Symbol("a", real=True), sp.Symbol("c", positive=True)
    false = {
        "square": Equation(rnn.D(t) * rnn.D(t), rnn.D(t), (t >= 1,)),
        "sign": Equation((-A) ** k, A**k, (k >= 0,)),
        "factor": Equation(sp.exp(a) * A, A),
        "softmax": Equation(2 * Softmax(x), Softmax(x)),
        "clipped": Equation(norm_clipped(x, c), x),
    }
    verdict = verify(false[name], rnn if name == "square" else None)
    assert verdict.kind is Kind.REFUTED
    for advice in verdict.advice:
        assert not isinstance(advice.statement, Equation) or str(advice.statement.lhs.doit()) != str(
            advice.statement.rhs.doit()
        )
