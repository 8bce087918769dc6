"""Which line is the first wrong one, of passes with a planted slip; and no line of passes that are right."""

from __future__ import annotations

import inspect
import re
import runpy
import sys
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import pytest
from testing import lines, passes

from symrnn import GRU, LSTM, Elman
from symrnn.cells import Leaky
from symrnn.testing import check_backward, checking
from symrnn.testing.checking import compare_backward
from symrnn.testing.report import Report, WrongGradientError

CELLS = {"elman": Elman("tanh"), "gru": GRU(), "lstm": LSTM()}
LAYOUTS = {"elman": "Tn", "gru": "TBn", "lstm": "TnB"}
SLIPS = [f for name, f in vars(lines).items() if inspect.isfunction(f) and "# slip" in inspect.getsource(f)]
STYLES: dict[str, dict[str, Any]] = {
    "elman_plain": {"layout": "Tn"},
    "elman_at_the_end": {"layout": "TBn"},
    "gru_dictionaries": {"layout": "TBn"},
    "lstm_columns": {"layout": "TnB"},
    "lstm_stacked": {"layout": "TBn", "names": lines.STACKED},
}


def report_of(backward: Callable[..., Any], **options: Any) -> Report:
    cell = backward.__name__.partition("_")[0]
    return compare_backward(CELLS[cell], backward, **{"layout": LAYOUTS[cell], "seconds": 0.0, **options})


def marked(backward: Callable[..., Any]) -> int:
    text, first = inspect.getsourcelines(backward)
    (at,) = [number for number, line in enumerate(text) if line.rstrip().endswith("# slip")]
    return first + at


def test_there_are_ten_slips_in_three_cells() -> None:
    assert len(SLIPS) >= 10
    assert {f.__name__.partition("_")[0] for f in SLIPS} == {*CELLS}


@pytest.mark.parametrize("backward", SLIPS, ids=lambda f: f.__name__)
def test_the_first_wrong_line_is_named(backward: Callable[..., Any]) -> None:
    report = report_of(backward)
    assert report.first_wrong is not None
    assert report.first_wrong.line == marked(backward), str(report)
    assert sum(each.kind == "wrong" for each in report.lines) == 1
    assert f"> {report.first_wrong.line:4}" in str(report)


@pytest.mark.parametrize("name", STYLES)
def test_no_line_of_a_right_pass_is_wrong(name: str) -> None:
    report = report_of(getattr(lines, name), **STYLES[name])
    assert report, str(report)
    assert report.lines
    assert {each.kind for each in report.lines} <= {"right", "helps"}
    assert "line by line" not in str(report)


@pytest.mark.parametrize(
    "slip", ["", "begun too late", "cell of the step before", "slope of the cell", "order of gates", "order in one"]
)
def test_no_right_line_is_blamed_for_one_in_which_gates_or_times_are_exchanged(slip: str) -> None:
    make = lines.lstm_gates_side_by_side
    report = compare_backward(LSTM(), make(slip), layout="TBn", names=lines.SIDE_BY_SIDE, seconds=0.0)
    text, first = inspect.getsourcelines(make)
    (at, *_) = [first + number for number, line in enumerate(text) if f'"{slip}" else' in line or not slip]
    assert bool(report) == (not slip)
    named = report.first_wrong
    if slip in ("", "begun too late"):
        assert named is None
    else:
        assert named is not None
        assert at in (named.line, *named.others)
        assert named.line == at or slip == "order in one"
    assert "every line in the loop" not in str(report)


@pytest.mark.parametrize("slip", ["", "not turned", "first for initial", "no square"])
def test_a_line_before_the_loop_is_among_those_that_may_be_wrong(slip: str) -> None:
    make = lines.elman_last_step_first
    report = compare_backward(Elman("tanh"), make(slip), layout="Tn", seconds=0.0)
    assert bool(report) == (not slip)
    text, first = inspect.getsourcelines(make)
    named = report.first_wrong
    if slip:
        assert named is not None
        assert next(first + at for at, line in enumerate(text) if f'"{slip}"' in line) in (named.line, *named.others)


def test_another_line_that_may_be_the_wrong_one_is_told() -> None:
    report = report_of(lines.lstm_cell_not_forgotten)
    assert report.first_wrong is not None
    assert "dc_next is dc[t], which is not what is needed" in report.first_wrong.why
    assert report.first_wrong.others == (marked(lines.lstm_cell_not_forgotten) - 8,)
    assert f"(or else line {report.first_wrong.others[0]})" in str(report)


PASSES = (passes.elman, passes.gru, passes.leaky)
PLANTED = [
    (make, name) for make in PASSES for name in dict.fromkeys(re.findall(r'"([^"]+)" in slip', inspect.getsource(make)))
]
AT_THE_END = {"mean for sum", "truncated", "slope forgotten"}
"""What is in no line that assigns an array: a factor of the result, when a loop ends, a slope that is the number 1."""


@pytest.mark.table(quick=6)
@pytest.mark.parametrize(("make", "name"), PLANTED, ids=lambda each: getattr(each, "__name__", each))
def test_a_slip_is_in_the_line_that_is_named_or_in_those_beside_it(
    make: Callable[..., Any], name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checking, "explanations", lambda *_: ())  # they have tests of their own
    cell = {"elman": Elman("tanh"), "gru": GRU(), "leaky": Leaky("tanh")}[make.__name__]
    report = compare_backward(cell, make(name))
    text, first = inspect.getsourcelines(make)
    asked = [first + at for at, line in enumerate(text) if f'"{name}" in slip' in line]
    named = report.first_wrong
    if named is None:
        assert name in AT_THE_END
    elif name not in AT_THE_END:
        assert {*asked, *(at + 1 for at in asked)} & {named.line, *named.others}


def test_names_of_quantities_are_told() -> None:
    report = report_of(lines.elman_plain, layout="Tn")
    assert {each.name: each.found for each in report.lines} == {
        "dh": "dh[t]",
        "da": "da",
        "dW": "dW_hh",
        "dx": "dx[t]",
        "back": "dh[t - 1]",
    }


def test_a_scaled_result_is_no_line_of_the_loop() -> None:
    def elman_mean(W_hh, W_hy, h0, h, dy):
        before, dW, back = [h0, *h[:-1]], np.zeros_like(W_hh), np.zeros_like(h0)
        for t in reversed(range(len(h))):
            da = (1 - h[t] ** 2) * (W_hy.T @ dy[t] + back)
            dW += np.outer(da, before[t])
            back = W_hh.T @ da
        return {"W_hh": dW / len(h), "h0": back}

    report = report_of(elman_mean)
    assert not report
    assert report.first_wrong is None
    assert "every line in the loop assigns a number of the proved pass" in str(report)


def test_a_pass_without_source_has_no_lines() -> None:
    space: dict[str, Any] = {"np": np}
    text = inspect.getsource(lines.elman_bias_not_summed)
    exec(text, space)
    report = report_of(space["elman_bias_not_summed"])
    assert not report
    assert report.lines == ()


def test_partial_and_bound_functions_are_read() -> None:
    class Passes:
        def elman_bias(self, W_hh, W_hy, b_h, h0, h, dy):
            return lines.elman_bias_not_summed(W_hh, W_hy, b_h, h0, h, dy)

    half = partial(lines.elman_bias_not_summed)
    report = compare_backward(CELLS["elman"], half, layout="Tn", seconds=0.0)
    assert report.first_wrong is not None
    assert report.first_wrong.line == marked(lines.elman_bias_not_summed)
    assert report.first_wrong.function == ""
    report = report_of(Passes().elman_bias)  # the loop is in what it calls
    assert report.first_wrong is not None
    assert report.first_wrong.line == marked(lines.elman_bias_not_summed)
    assert "line by line, as elman_bias_not_summed runs:" in str(report)


def test_a_loop_of_the_forward_pass_is_not_taken_for_one_back_in_time() -> None:
    def gru_forward_alone(W_z, W_r, W_h, U_z, U_r, U_h, b_z, b_r, b_h, x, h0, dh):
        h, states = h0, []
        for t in range(len(x)):
            z = lines.sigmoid(x[t] @ W_z.T + h @ U_z.T + b_z)
            r = lines.sigmoid(x[t] @ W_r.T + h @ U_r.T + b_r)
            g = np.tanh(x[t] @ W_h.T + (r * h) @ U_h.T + b_h)
            keep = 1 - z
            h = z * h + keep * g
            states.append(h)
        return {"h0": 0 * h0}

    assert report_of(gru_forward_alone).lines == ()


def test_what_is_no_number_is_found_like_anything_else() -> None:
    def elman_no_number(W_hh, W_hy, h0, h, dy):
        back = np.zeros_like(h0)
        for t in reversed(range(len(h))):
            da = (1 - h[t] ** 2) * (W_hy.T @ dy[t] + back)
            back = W_hh.T @ da * np.inf * np.inf  # slip
        return {"h0": back - back}

    with np.errstate(all="ignore"):
        report = report_of(elman_no_number)
    assert report.first_wrong is not None
    assert report.first_wrong.line == marked(elman_no_number)


def test_a_pass_that_raises_the_next_time_has_no_lines() -> None:
    before, watched = sys.gettrace(), []

    def elman_shy(h0, dy):
        back = 0 * h0
        if sys.gettrace() is not before:
            watched.append(True)
            raise ValueError("somebody is looking")
        return {"h0": back}

    report = report_of(elman_shy)
    assert not report
    assert watched == [True]
    assert report.lines == ()


def test_whoever_traces_goes_on_afterwards() -> None:
    calls: list[str] = []

    def tracer(frame: Any, event: str, _: Any) -> None:
        calls.append(event)

    before = sys.gettrace()
    sys.settrace(tracer)
    try:
        report_of(lines.elman_bias_not_summed)
        assert sys.gettrace() is tracer
    finally:
        sys.settrace(before)
    assert calls


def test_the_report_of_a_failure_shows_the_lines() -> None:
    with pytest.raises(WrongGradientError, match=r"the first wrong|line by line") as raised:
        check_backward(CELLS["elman"], lines.elman_not_transposed, layout="Tn", seconds=0.0)
    assert "back is not a number of the proved pass; it is made of da" in str(raised.value)


BATCHED = """
def lstm(x, h0, c0, W_i, W_f, W_g, W_o, U_i, U_f, U_g, U_o, i, f, g, o, h, c, dh):
    W, U = np.concatenate([W_i, W_f, W_g, W_o]), np.concatenate([U_i, U_f, U_g, U_o])
    n, H, C, gates = h0.shape[1], [h0, *h], [c0, *c], {}
    dW, dU, dx = np.zeros_like(W), np.zeros_like(U), np.zeros_like(x)
    gh, gc = np.zeros_like(h0), np.zeros_like(c0)
    for t in reversed(range(len(x))):
        gh = gh + dh[t]
        tc = np.tanh(c[t])
        do = gh * tc
        gc = gc + gh * o[t] * (1 - tc**2)
        di, df, dg = gc * g[t], gc * C[t], gc * i[t]
        a, b = di * i[t] * (1 - i[t]), df * f[t] * (1 - f[t])
        dz = np.concatenate([a, b, dg * (1 - g[t] ** 2), do * o[t] * (1 - o[t])], axis=1)
        dW += dz.T @ x[t]
        dU += dz.T @ H[t]
        dx[t] = dz @ W
        gh = dz @ U
        gc = gc * f[t]
    for k, gate in enumerate("ifgo"):
        gates["W_" + gate] = dW[k * n : (k + 1) * n]
        gates["U_" + gate] = dU[k * n : (k + 1) * n]
    return {**gates, "x": dx, "h0": gh, "c0": gc}
"""


@pytest.mark.parametrize(
    ("old", "new", "line"),
    [
        ("dx[t] = dz @ W", "dx[t] = dz[:, :n] @ W[:n]", "dx[t] = dz[:, :n] @ W[:n]"),
        ("di, df, dg = gc * g[t]", "di, df, dg = gc * o[t]", "di, df, dg = gc * o[t], gc * C[t], gc * i[t]"),
        ('enumerate("ifgo")', 'enumerate("ifog")', ""),
        ('"h0": gh, "c0": gc', '"h0": gc, "c0": gh', ""),
        ('"c0": gc}', '"c0": gc * f[0]}', ""),
    ],
)
def test_a_loop_over_gates_is_none_over_time(
    old: str, new: str, line: str, tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As many gates as steps hid the lines; what is handed out wrongly after the loop is in none of them."""
    monkeypatch.setattr(checking, "explanations", lambda *_: ())  # they have tests of their own
    assert old in BATCHED
    file = tmp_path / "batched.py"
    file.write_text("import numpy as np\n" + BATCHED.replace(old, new))
    space = runpy.run_path(str(file))
    report = compare_backward(LSTM(), space["lstm"], layout="TBn", seconds=0)
    assert not report
    if line:
        assert report.first_wrong is not None
        assert report.first_wrong.text == line
    else:
        assert report.first_wrong is None
        assert ": look at " in str(report)


def test_a_loop_that_begins_late_is_told() -> None:
    def late(W_hh: Any, W_hy: Any, h0: Any, h: Any, dy: Any) -> Any:
        dW, back, before = np.zeros_like(W_hh), np.zeros_like(h0), [h0, *h]
        for t in range(len(h) - 2, -1, -1):
            da = (1 - h[t] ** 2) * (W_hy.T @ dy[t] + back)
            dW += np.outer(da, before[t])
            back = W_hh.T @ da
        return {"W_hh": dW, "h0": back}

    report = compare_backward(Elman("tanh"), late, layout="Tn", seconds=0)
    assert report.first_wrong is None
    assert "at where the loop begins and ends" in str(report)


@pytest.mark.parametrize("little", [1e-6, 1e-8])
def test_a_small_error_is_in_its_own_line(little: float) -> None:
    def off(W_hh: Any, W_hy: Any, h0: Any, h: Any, dy: Any) -> Any:
        dW, back, before = np.zeros_like(W_hh), np.zeros_like(h0), [h0, *h]
        for t in reversed(range(len(h))):
            dh = W_hy.T @ dy[t] + back
            da = (1 - h[t] ** 2 + little) * dh
            dW += np.outer(da, before[t])
            back = W_hh.T @ da
        return {"W_hh": dW, "h0": back}

    report = compare_backward(Elman("tanh"), off, layout="Tn", seconds=0)
    assert report.first_wrong is not None
    assert report.first_wrong.text == "da = (1 - h[t] ** 2 + little) * dh"


@pytest.mark.parametrize("tolerance", [None, 1e-11])
@pytest.mark.parametrize("little", [1e-6, 1e-8, 1e-9])
def test_a_small_error_is_in_its_line_and_not_where_it_has_grown(little: float, tolerance: float | None) -> None:
    def off(W_hh: Any, W_hy: Any, h0: Any, h: Any, dy: Any) -> Any:
        back = np.zeros_like(h0)
        for t in reversed(range(len(h))):
            dh = W_hy.T @ dy[t] + back
            slope = 1 - h[t] ** 2 + little
            da = slope * dh * 1.0
            back = W_hh.T @ da
        return {"h0": back}

    report = compare_backward(Elman("tanh"), off, layout="Tn", seconds=0, tolerance=tolerance)
    assert report.first_wrong is not None
    assert report.first_wrong.text == "slope = 1 - h[t] ** 2 + little"


def test_a_small_number_that_was_put_in_on_purpose_hides_no_slip() -> None:
    def off(W_hh: Any, W_hy: Any, h0: Any, h: Any, dy: Any) -> Any:
        dW, back, before = np.zeros_like(W_hh), np.zeros_like(h0), [h0, *h]
        for t in reversed(range(len(h))):
            dh = W_hy.T @ dy[t] + back
            da = (1 - h[t] ** 2 + 1e-12) * dh
            dW += np.outer(da, before[t + 1])
            back = W_hh.T @ da
        return {"W_hh": dW, "h0": back}

    report = compare_backward(Elman("tanh"), off, layout="Tn", seconds=0)
    assert report.first_wrong is not None
    assert report.first_wrong.text == "dW += np.outer(da, before[t + 1])"
