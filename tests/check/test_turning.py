"""A number that turns at some index is not said to be what it is before."""

from __future__ import annotations

import pytest
import sympy as sp

from symrnn import Elman, Equation, Kind, n, t, verify

rnn = Elman()
W = rnn.W_hh
FALSE_LATER = {
    "max": (sp.Max(t, 50) * W, 50 * W),
    "abs": (sp.Abs(t - 50) * W, (50 - t) * W),
    "floor": (sp.floor(t / 40) * W, sp.ZeroMatrix(n, n)),
    "a size": (sp.Max(n, 50) * W, 50 * W),
}


@pytest.mark.parametrize("sides", FALSE_LATER.values(), ids=FALSE_LATER)
def test_small_indices_show_nothing(sides: tuple[sp.MatrixExpr, sp.MatrixExpr]) -> None:
    verdict = verify(Equation(*sides, where=(t >= 1,)), rnn)
    assert verdict.kind is Kind.UNDECIDED
    assert "may turn at larger numbers" in verdict.reason
