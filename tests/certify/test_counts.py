"""A factor that counts summands is read only where it is shown not to be negative."""

from __future__ import annotations

import pytest
import sympy as sp

from symrnn import Cell, Elementwise, Equation, ImmediateJacobian, Sequence, n, t
from symrnn.activations import activation
from symrnn.certify.asked import require_asked
from symrnn.certify.equations import certificate
from symrnn.certify.errors import NotAskedError, NotFoundError
from symrnn.kernel.printer import show_facts
from symrnn.kernel.reader import replay

K = sp.Symbol("K", integer=True)
h, W = Sequence("h", n), sp.MatrixSymbol("W", n, n)


def test_a_count_in_a_definition_is_not_read_as_a_sum() -> None:
    cell = Cell("counted", {h: K * (W * h[t - 1])}, states=(h,), parameters=(W,), inputs=(), activations=())
    slip = Equation(ImmediateJacobian(h[t], h[t - 1]), sp.ZeroMatrix(n, n), where=(t >= 1, K <= -1))
    with pytest.raises(NotFoundError):
        certificate(slip, cell, "slip")


def test_a_count_in_a_statement_has_to_be_shown_not_to_be_negative() -> None:
    equations = {h: Elementwise("tanh")(W * h[t - 1])}
    cell = Cell("plain", equations, states=(h,), parameters=(W,), inputs=(), activations=(activation("tanh"),))
    twice = Equation(sp.MatMul(K, sp.Transpose(W)), sp.Transpose(sp.MatMul(K, W)), where=(K <= 3,))
    with pytest.raises(NotFoundError):
        certificate(twice, cell, "twice")
    certificate(Equation(twice.lhs, twice.rhs, where=(K >= 0,)), cell, "twice")


def test_a_count_in_a_definition_that_is_declared_not_to_be_negative() -> None:
    many = sp.Symbol("K", integer=True, nonnegative=True)
    cell = Cell("counted", {h: many * (W * h[t - 1])}, states=(h,), parameters=(W,), inputs=(), activations=())
    step = Equation(ImmediateJacobian(h[t], h[t - 1]), sp.MatMul(many, W), where=(t >= 1,))
    proved = replay(certificate(step, cell, "step").lines[1:])
    assert show_facts(proved.facts) == "t >= 1, K >= 0"
    require_asked(proved, step, cell)
    twice = Equation(step.rhs, sp.Transpose(sp.MatMul(many, sp.Transpose(W))), where=(t >= 1,))
    require_asked(replay(certificate(twice, cell, "twice").lines[1:]), twice, cell)


def test_a_condition_that_nobody_declared_is_not_added() -> None:
    same = Equation(sp.MatMul(K, W), sp.MatMul(K, W), where=(K >= 0,))
    proved = replay(certificate(same, None, "same").lines[1:])
    require_asked(proved, same, None)
    with pytest.raises(NotAskedError, match="it is shown where"):
        require_asked(proved, Equation(same.lhs, same.rhs), None)
