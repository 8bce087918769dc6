"""No right line is blamed: one that feeds right gradients alone, or that stands in a loop of another kind."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from testing import blameless
from testing.runs import loaded

from symrnn import GRU, LSTM, Elman
from symrnn.cells import Bidirectional, Cell
from symrnn.recurrence import Recurrence
from symrnn.testing.checking import compare_backward
from symrnn.testing.report import Report

CELLS = {
    "elman": Elman("tanh"),
    "gru": GRU(),
    "lstm": LSTM(),
    "bidirectional": Bidirectional(Elman("tanh")),
    "backward": Elman("tanh"),
}


def report_of(function: Callable[..., Any], cell: Recurrence | None = None) -> Report:
    own = cell or CELLS[function.__name__.partition("_")[0]]
    return compare_backward(own, function, layout="Tn", seconds=0.0)


def blamed(report: Report, source: Callable[..., Any], mark: str) -> bool:
    """Whether the one line is blamed that ends with a mark."""
    text, first = inspect.getsourcelines(source)
    (at,) = [number for number, line in enumerate(text) if line.rstrip().endswith(f"# {mark}")]
    named = report.first_wrong
    return named is not None and named.line == first + at


PREPENDING = {
    "dx = [W_xh.T @ da] + dx": ("[]", "dx"),
    "dx = dx + [W_xh.T @ da]": ("[]", "dx[::-1]"),
    "dx += [W_xh.T @ da]": ("[]", "dx[::-1]"),
    "dx = [W_xh.T @ da, *dx]": ("[]", "dx"),
    "dx[:0] = [W_xh.T @ da]": ("[]", "dx"),
    "dx = np.concatenate([(W_xh.T @ da)[None], dx])": ("np.zeros((0, x.shape[1]))", "dx"),
    "dx = np.vstack([dx, W_xh.T @ da])": ("np.zeros((0, x.shape[1]))", "dx[::-1]"),
}


@pytest.mark.parametrize("line", PREPENDING)
def test_what_is_put_in_front_of_a_right_gradient_is_not_blamed(line: str, tmp_path: Path) -> None:
    start, dx = PREPENDING[line]
    report = report_of(loaded(blameless.PREPENDED.format(start=start, line=line, dx=dx), tmp_path))
    assert [each.name for each in report.wrong] == ["b_h"]
    assert report.first_wrong is not None
    assert report.first_wrong.text == "db = da  # slip"


MARKED = [
    blameless.gru_gates_in_a_loop,
    blameless.lstm_other_gate_in_a_bias,
    blameless.lstm_other_gate_in_a_dictionary,
    blameless.elman_written_in_place,
    blameless.elman_summed_in_an_object,
]


@pytest.mark.parametrize("function", MARKED, ids=lambda each: each.__name__)
def test_the_one_line_with_the_slip_is_blamed(function: Callable[..., Any]) -> None:
    report = report_of(function)
    assert blamed(report, function, "slip"), str(report)


MADE = [
    (blameless.bidirectional_summed, ("sum", "transpose")),
    (blameless.elman_chunks, ("sum", "cut")),
    (blameless.lstm_array_of_gates, (0, 1, 2, 3)),
]


@pytest.mark.parametrize(
    ("make", "slip"),
    [(make, slip) for make, slips in MADE for slip in slips],
    ids=lambda each: getattr(each, "__name__", str(each)),
)
def test_of_slips_in_loops_over_chunks_chains_and_gates_the_line_is_blamed(make: Callable[..., Any], slip: Any) -> None:
    report = report_of(make(slip), CELLS[make.__name__.partition("_")[0]])
    assert blamed(report, make, f'"{slip}"' if isinstance(slip, str) else str(slip)), str(report)


@pytest.mark.parametrize("make", [make for make, _ in MADE], ids=lambda each: each.__name__)
def test_they_are_right_without_the_slip(make: Callable[..., Any]) -> None:
    assert report_of(make(None), CELLS[make.__name__.partition("_")[0]])


def test_a_wrong_state_is_not_right_because_zeros_have_its_shape() -> None:
    function = blameless.elman_zeros_like_a_state
    report = report_of(function)
    text, first = inspect.getsourcelines(function)
    assert report.first_wrong is not None
    assert text[report.first_wrong.line - first].rstrip().endswith("# slip"), str(report)


def test_lines_are_told_whatever_begins_at_the_margin(tmp_path: Path) -> None:
    report = report_of(loaded(blameless.AT_THE_MARGIN, tmp_path))
    assert report.first_wrong is not None
    assert report.first_wrong.text == "dW = dW + np.outer(da, h[t])  # slip"


def test_only_slips_of_what_is_returned_are_named() -> None:
    report = report_of(blameless.bidirectional_summed("sum"), CELLS["bidirectional"])
    assert [slip.what for slips in report.slips for slip in slips] == [
        "the sum over time is overwritten: db_h_reverse keeps only what is computed last"
    ]


def test_matrices_stand_on_the_left_where_no_shape_tells() -> None:
    def not_transposed(W: Any, h0: Any, h: Any, dh: Any) -> Any:
        dW, back = np.zeros_like(W), np.zeros_like(h0)
        for t in reversed(range(len(h))):
            da = (1 - h[t] ** 2) * (dh[t] + back)
            dW += np.outer(da, h[t - 1] if t else h0)
            back = W @ da
        return {"W": dW, "h0": back}

    report = report_of(not_transposed, Cell.parse("h_t = tanh(W h_{t-1} + U x_t)"))
    assert not report.layout.rows
    assert report.first_wrong is not None
    assert report.first_wrong.text == "back = W @ da"


def test_a_gradient_without_entries_is_told() -> None:
    report = report_of(lambda W_hh, h0: {"b_h": np.zeros((len(h0), 0)), "W_hh": W_hh}, Elman("tanh"))
    assert "b_h    has the shape (3, 0) instead of (3,)" in str(report)


@pytest.mark.filterwarnings("error")
def test_what_is_too_large_to_be_squared_is_wrong_and_no_more() -> None:
    report = report_of(lambda W_hh, h0: {"W_hh": 1e200 * W_hh}, Elman("tanh"))
    assert [each.name for each in report.wrong] == ["W_hh"]


def test_nothing_is_said_of_the_cause_of_what_begins_with_the_second_step() -> None:
    def first_for_all(W_hh: Any, W_xh: Any, b_h: Any, W_hy: Any, x: Any, h0: Any, dy: Any) -> Any:
        hs = []
        for xt in x:
            h = np.tanh(W_xh @ xt + W_hh @ h0 + b_h)
            hs.append(h)
        dW, back = np.zeros_like(W_hh), np.zeros_like(h0)
        for t in reversed(range(len(x))):
            before = hs[t - 1] if t else h0
            da = (W_hy.T @ dy[t] + back) * (1 - hs[t] ** 2)
            dW += np.outer(da, before)
            back = W_hh.T @ da
        return {"W_hh": dW, "h0": back}

    report = report_of(first_for_all, Elman("tanh"))
    assert report.onset == "right for sequences of 1 step, wrong from 2 on"
    assert report.first_wrong is None
    assert "no single line is sure to be the first wrong one: look at the forward pass" in str(report)
