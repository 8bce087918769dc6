"""Slopes by a chain that runs backwards may be in its own time or in that of the outputs; the report says which."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from symrnn.cells import Bidirectional, Elman
from symrnn.testing import compare_backward

Found = dict[str, Any]
NET = Bidirectional(Elman("tanh"))


def in_own_time(W_hh_reverse: Any, h_reverse0: Any, h_reverse: Any, dh_reverse: Any) -> Found:
    states, dW, back = [h_reverse0, *h_reverse], np.zeros_like(W_hh_reverse), np.zeros_like(h_reverse0)
    for t in reversed(range(len(h_reverse))):
        da = (dh_reverse[t] + back) * (1 - states[t + 1] ** 2)
        dW += np.outer(da, states[t])
        back = W_hh_reverse.T @ da
    return {"W_hh_reverse": dW, "h_reverse0": back}


def in_output_time(W_hh_reverse: Any, h_reverse0: Any, h_reverse: Any, dh_reverse: Any) -> Found:
    return in_own_time(W_hh_reverse, h_reverse0, h_reverse, dh_reverse[::-1])


def by_slopes(W_hh_reverse: Any, h_reverse0: Any, h_reverse: Any, slopes: Any) -> Found:
    return in_own_time(W_hh_reverse, h_reverse0, h_reverse, slopes["dh_reverse"])


@pytest.mark.parametrize(
    ("function", "told"),
    [
        (in_own_time, "by h_reverse[t], in the chain's own time"),
        (by_slopes, "by h_reverse[t], in the chain's own time"),
        (in_output_time, "by h_reverse[T - t + 1], at output time t"),
    ],
)
def test_either_time_is_right(function: Any, told: str) -> None:
    report = compare_backward(NET, function, layout="Tn", seconds=0)
    assert report, str(report)
    assert f"dh_reverse[t] is taken to be the slope of the loss {told}" in str(report)


@pytest.mark.parametrize("function", [in_own_time, in_output_time])
def test_a_slip_is_found_in_either_time(function: Any) -> None:
    def doubled(W_hh_reverse: Any, h_reverse0: Any, h_reverse: Any, dh_reverse: Any) -> Found:
        found: Found = function(W_hh_reverse, h_reverse0, h_reverse, dh_reverse)
        return found | {"W_hh_reverse": 2 * found["W_hh_reverse"]}

    report = compare_backward(NET, doubled, layout="Tn", seconds=0)
    assert [each.name for each in report.wrong] == ["W_hh_reverse"]
    assert "dW_hh_reverse is doubled" in str(report)


def test_of_one_direction_nothing_is_said_of_time() -> None:
    def forward(W_hh: Any, h0: Any, h: Any, dh: Any) -> Found:
        found = in_own_time(W_hh, h0, h, dh)
        return {"W_hh": found["W_hh_reverse"], "h0": found["h_reverse0"]}

    report = compare_backward(NET, forward, layout="Tn", seconds=0)
    assert report, str(report)
    assert not report.read_as
