"""Slips planted by hand in passes written by hand are seen, dated, and explained by the slip that they are."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import testing.passes as passes

from symrnn.cells import GRU, LSTM, Elman, Leaky
from symrnn.testing import Report, compare_backward

CELLS: dict[str, tuple[Any, Any, dict[str, Any]]] = {
    "elman": (Elman("tanh"), passes.elman, {}),
    "lstm": (LSTM(), passes.lstm, {"names": passes.STACKED}),
    "gru": (GRU(), passes.gru, {}),
    "leaky": (Leaky("tanh"), passes.leaky, {}),
}

SLIPS: list[tuple[str, str, str, int | None, int | None]] = [
    # cell, slip, what the explanation has to say, shortest wrong sequence, last wrong step of four (None: of no input)
    ("elman", "readout reads the state before", "h[t - 1] stands for h[t] in dW_hy", 1, None),
    ("elman", "only the loss of the step", "the error that comes back from the next step is overwritten", 2, 3),
    ("elman", "slope forgotten", "the slope 1 - h[t] ** 2 is missing in da", 1, 4),
    ("elman", "slope at the state before", "h[t - 1] stands for h[t] in da", 1, 4),
    ("elman", "square forgotten", "the square in the slope of tanh at h[t] is missing", 1, 4),
    ("elman", "h_t for h_{t-1}", "h[t] stands for h[t - 1] in dW_hh", 1, None),
    ("elman", "bias not summed", "the sum over time is overwritten: db_h", 2, None),
    ("elman", "not transposed", "W_hh is not transposed in dh[t - 1]", 1, 3),
    ("elman", "factor order", "in dh[t - 1] the factor 1 - h[t] ** 2 stands on the wrong side", 1, 3),
    ("elman", "truncated", "the pass ends after 2 steps (truncated)", 3, 2),
    ("elman", "sign", "the sign of W_hh.T @ da in dh[t - 1] is wrong", 1, 3),
    ("elman", "mean for sum", "everything is divided by T: a mean over time", 2, 4),
    ("lstm", "slope forgotten", "the slope 1 - tanh_c[t] ** 2 is missing in dc[t]", 1, 4),
    ("lstm", "c overwritten", "the error that comes back from the next step is overwritten: dc[t]", 2, 3),
    ("lstm", "c_t for c_{t-1}", "c[t] stands for c[t - 1] in df", 1, 4),
    ("lstm", "wrong gate", "f[t] stands for i[t] in dg", 1, 4),
    ("lstm", "half of the slope", "1 - f[t] is missing in da_f", 1, 4),
    ("lstm", "sigmoid's slope for tanh", "the slope of the sigmoid stands for that of tanh at g[t]", 1, 4),
    ("lstm", "h_t for h_{t-1}", "h[t] stands for h[t - 1] in dU_i, and likewise 3 more", 1, None),
    ("lstm", "mean over the batch", "db_i is the mean over the batch instead of the sum, and likewise 3", 1, None),
    ("lstm", "path through a gate", "dh[t - 1] lacks U_f.T @ da_f", 1, 3),
    ("lstm", "forget gate forgotten", "the factor f[t] is missing in dc[t - 1]", 1, 3),
    ("lstm", "truncated", "dh[t - 1] cut between chunks of 1 step", 1, 3),
    ("lstm", "gates exchanged", "U_i and U_f are exchanged in dh[t - 1]", 1, 3),
    ("lstm", "biases not summed", "db_i keeps only what is computed last, and likewise 3 more", 2, None),
    ("lstm", "loss a step early", "dell_dh[T] at the first step in dh[t], as -1 counts from the end", 2, 4),
    ("gru", "not reset", "dh[t - 1] is added to the error that came from the next step", 2, 2),
    ("gru", "no transposes", "no matrix is transposed in dh[t - 1]", 1, 3),
    ("gru", "sign", "the sign of z[t] * (1 - z[t]) * dz in da_z is wrong", 1, 4),
    ("gru", "z for 1 - z", "as if  dg = z[t] * dh[t]", 1, 4),
    ("gru", "slope forgotten", "the slope z[t] * (1 - z[t]) is missing in da_z", 1, 4),
    ("gru", "slope twice", "the slope z[t] * (1 - z[t]) stands twice in da_z", 1, 4),
    ("gru", "wrong time", "h[t] stands for h[t - 1] in dr", 1, 4),
    ("gru", "slope of another gate", "z[t] stands for r[t] in da_r", 1, 4),
    ("gru", "slope of the step before", "r[t - 1 if t > 1 else T] stands for r[t] in da_r", 2, 4),
    ("gru", "detached", "of 5 steps, counted from the first one (truncated); not the one of the initial", 6, None),
    ("gru", "reset gate forgotten", "h[t - 1] stands for r_h[t] in dU_h", 1, None),
    ("gru", "path kept out", "dh[t - 1] lacks z[t] * dh[t]", 1, 3),
    ("gru", "path through reset", "dh[t - 1] lacks U_r.T @ da_r", 1, 3),
    ("gru", "not transposed", "U_z is not transposed in dh[t - 1]", 1, 3),
    ("leaky", "rate forgotten", "the factor alpha is missing in dtanh_a", 1, 4),
    ("leaky", "slope in the state", "h[t] stands for tanh_a[t] in da", 1, 4),
    ("leaky", "slope forgotten", "the slope 1 - tanh_a[t] ** 2 is missing in da", 1, 4),
    ("leaky", "h_t for h_{t-1}", "h[t] stands for h[t - 1] in dU", 1, None),
    ("leaky", "bias doubled", "db is doubled", 1, None),
    ("leaky", "alpha for 1 - alpha", "alpha stands for 1 - alpha in dh[t - 1]", 1, 3),
    ("leaky", "not transposed", "U is not transposed in dh[t - 1]", 1, 3),
    ("leaky", "leak forgotten", "dh[t - 1] lacks (1 - alpha) * dh[t]", 1, 3),
    ("leaky", "truncated", "errors cut between chunks of 1 step", 1, 3),
    ("leaky", "sign", "the sign of da @ h[t - 1].T in dU is wrong", 1, None),
]


def compared(cell: str, slip: str) -> Report:
    network, make, options = CELLS[cell]
    return compare_backward(network, make(slip), **options)


@pytest.mark.parametrize("cell", CELLS)
def test_right_passes_are_right(cell: str) -> None:
    report = compared(cell, "")
    assert report, str(report)
    assert not report.left_out


@pytest.mark.table(quick=8)
@pytest.mark.parametrize(
    ("cell", "slip", "explanation", "length", "step"), SLIPS, ids=[f"{cell}-{slip}" for cell, slip, *_ in SLIPS]
)
def test_slips_are_explained(cell: str, slip: str, explanation: str, length: int | None, step: int | None) -> None:
    report = compared(cell, slip)
    assert not report
    assert explanation in str(report), str(report)
    assert (report.length, report.step) == (length, step)


@pytest.mark.table(quick=1)
@pytest.mark.parametrize(
    ("cell", "first", "second"),
    [
        ("elman", "h_t for h_{t-1}", "not transposed"),
        ("lstm", "wrong gate", "c_t for c_{t-1}"),
        ("gru", "slope forgotten", "path through reset"),
        ("lstm", "mean over the batch", "half of the slope"),
    ],
)
def test_two_slips_at_once(cell: str, first: str, second: str) -> None:
    network, make, options = CELLS[cell]
    wanted = {slip: text for name, slip, text, *_ in SLIPS if name == cell}
    report = compare_backward(network, make(passes.Slips(first, second)), **options)
    texts = [" and ".join(slip.what for slip in pair) for pair in report.slips]
    assert any(wanted[first] in text and wanted[second] in text for text in texts), str(report)


@pytest.mark.parametrize(
    ("how", "explanation"),
    [
        ("value", "the gradients are clipped by value, at 1"),
        ("each", "each gradient is clipped by its norm, at 1"),
        ("all", "the gradients are clipped by their norm all together, at 1"),
    ],
)
def test_clipped_gradients(how: str, explanation: str) -> None:
    def backward(W: Any, U: Any, b: Any, alpha: float, x: Any, h0: Any, h: Any, dh: Any) -> dict[str, Any]:
        found = passes.leaky()(W, U, b, alpha, x, h0, h, dh)
        whole = np.sqrt(sum((value**2).sum() for value in found.values()))
        if how == "value":
            return {name: np.clip(value, -1, 1) for name, value in found.items()}
        return {n: v / max(1, whole if how == "all" else np.linalg.norm(v)) for n, v in found.items()}

    assert explanation in str(compare_backward(Leaky("tanh"), backward))


def test_what_no_slip_explains_is_said() -> None:
    def wrong(W: Any, U: Any, b: Any, alpha: float, x: Any, h0: Any, h: Any, dh: Any) -> dict[str, Any]:
        found = passes.leaky()(W, U, b, alpha, x, h0, h, dh)
        return found | {"U": found["U"] + np.cos(found["U"])}

    report = compare_backward(Leaky("tanh"), wrong, seconds=1)
    assert [each.name for each in report.wrong] == ["U"]
    assert "no slip that is known explains" in str(report)


def test_a_report_lists_nothing_where_nothing_is_right() -> None:
    def wrong(W_hh: Any, W_hy: Any, h0: Any, h: Any, dy: Any) -> dict[str, Any]:
        dW, back = np.zeros_like(W_hh), 0
        for t in reversed(range(len(h))):
            da = (1 - h[t] ** 2) * (W_hy.T @ dy[t] + back)
            dW, back = dW + np.outer(da, h[t - 1] if t else h0), W_hh @ da
        return {"W_hh": dW}

    report = str(compare_backward(Elman("tanh"), wrong, layout="Tn", seconds=1))
    assert "right: ;" not in report
    assert "not returned: " in report
    assert "right for sequences of 1 step, wrong from 2 on" in report
