"""A number that turns at some index is not said to be what it is before."""

from __future__ import annotations

import pytest
import sympy as sp

from symrnn import Elman, Equation, Kind, Recurrence, Sequence, n, t, verify
from symrnn.check import kernel
from symrnn.recurrence import Definition, Role

rnn = Elman()
W = rnn.W_hh
FALSE_LATER = {
    "max": (sp.Max(t, 50) * W, 50 * W),
    "abs": (sp.Abs(t - 50) * W, (50 - t) * W),
    "floor": (sp.floor(t / 40) * W, sp.ZeroMatrix(n, n)),
    "a size": (sp.Max(n, 50) * W, 50 * W),
    "a binomial coefficient": (sp.binomial(t, 60) * W, sp.ZeroMatrix(n, n)),
}


@pytest.mark.parametrize("sides", FALSE_LATER.values(), ids=FALSE_LATER)
def test_small_indices_show_nothing(sides: tuple[sp.MatrixExpr, sp.MatrixExpr]) -> None:
    verdict = verify(Equation(*sides, where=(t >= 1,)), rnn)
    assert verdict.kind is Kind.UNDECIDED
    assert "may turn at larger numbers" in verdict.reason


def test_neither_do_they_where_an_equation_of_the_recurrence_turns() -> None:
    """h[t] is A h[t-1] up to t = 50."""
    A, h = sp.MatrixSymbol("A", n, n), Sequence("h", n)
    weight = sp.MatMul(sp.Max(t, 50) - 49, A)
    late = Recurrence("late", t, (Definition(h, weight * h[t - 1], Role.STATE),), (A,))
    assert verify(Equation(h[t], A * h[t - 1], where=(t >= 1,)), late).kind is Kind.UNDECIDED


def test_a_product_of_many_factors_is_given_up_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is false from t = 61 on; the product written out has 2**60 terms."""
    monkeypatch.setattr(kernel, "WORK_PER_SEARCH", 100_000)
    verdict = verify(Equation(sp.MatMul(sp.ff(t, 60), W), sp.ZeroMatrix(n, n), where=(t >= 1,)), rnn)
    assert verdict.kind in (Kind.UNDECIDED, Kind.REFUTED)
