"""What cannot be compared is refused in words, and what takes too long is given up."""

from __future__ import annotations

from typing import Any

import pytest
import sympy as sp

from symrnn.equality import comparing, equal, normal_form
from symrnn.errors import LimitError, SymrnnError
from symrnn.expr import Elementwise, MatrixSum, Sequence
from symrnn.symbols import k, n, s, t, u

V, h = sp.MatrixSymbol("V", n, n), Sequence("h", n)


@pytest.mark.parametrize("facts", [(n <= 0,), (t**2 < 0,), ("t >= 1",), (sp.Or(t <= s, s <= t),), (sp.false,)], ids=str)
def test_what_is_no_fact(facts: Any) -> None:
    with pytest.raises(SymrnnError):
        equal(V, V, facts)


def test_one_fact_needs_no_tuple() -> None:
    assert equal(MatrixSum(V, (k, 1, t)), t * V, t >= 0)


@pytest.mark.parametrize("side", [k, 1, None, "V"], ids=str)
def test_what_is_no_matrix(side: Any) -> None:
    for ask in (normal_form, lambda side: equal(side, side)):
        with pytest.raises(SymrnnError):
            ask(side)


def test_what_is_nested_too_deeply_is_a_limit() -> None:
    deep: Any = V
    for _ in range(400):
        deep = Elementwise("phi")(deep)
    with pytest.raises(LimitError, match=r"nested too deeply|too deep a term"):
        normal_form(deep)


def test_what_takes_too_long_is_a_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(comparing, "MOST_SECONDS", 1.0)

    def sums(low: Any, high: Any) -> MatrixSum:
        return MatrixSum(MatrixSum(h[s], (s, 1, k)), (k, low, high))

    with pytest.raises(LimitError, match="within 1 s"):
        equal(sums(t, u), sums(t, u + 1))
