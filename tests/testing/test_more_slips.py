"""Slips that passes were seen with: each is named, and nothing else is."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from testing.runs import loaded

from symrnn import LSTM, Elman
from symrnn.cells import ResetAfterGRU
from symrnn.testing import compare_backward

ELMAN = """
def backward(W_hh, W_xh, b_h, W_hy, b_y, x, h0, dy):
    T, B, hs = len(x), len(h0), [h0]
    for t in range(T):
        hs.append(np.tanh(x[t] @ W_xh.T + hs[-1] @ W_hh.T + b_h))
    dW_hh, dW_xh, db_h = np.zeros_like(W_hh), np.zeros_like(W_xh), np.zeros_like(b_h)
    dW_hy, db_y, dx, nxt = np.zeros_like(W_hy), np.zeros_like(b_y), np.zeros_like(x), np.zeros_like(h0)
    for t in range(T - 1, -1, -1):
        dh = dy[t] @ W_hy + nxt
        da = dh * (1 - hs[t + 1] ** 2)
        dW_hh += da.T @ hs[t]
        dW_xh += da.T @ x[t]
        db_h += da.sum(0)
        dW_hy += dy[t].T @ hs[t + 1]
        db_y += dy[t].sum(0)
        dx[t] = da @ W_xh
        nxt = da @ W_hh
    return {"W_hh": dW_hh, "W_xh": dW_xh, "b_h": db_h, "W_hy": dW_hy, "b_y": db_y, "x": dx, "h0": nxt}
"""

LSTM_PASS = """
def backward(x, h0, c0, W_i, W_f, W_g, W_o, U_i, U_f, U_g, U_o, b_i, b_f, b_g, b_o, dh):
    sg = lambda z: 1 / (1 + np.exp(-z))
    W, U = np.concatenate([W_i, W_f, W_g, W_o]), np.concatenate([U_i, U_f, U_g, U_o])
    bias, n, S, h, c = np.concatenate([b_i, b_f, b_g, b_o]), h0.shape[1], [], h0, c0
    for t in range(len(x)):
        z = x[t] @ W.T + h @ U.T + bias
        p, q, r, s = z[:, :n], z[:, n : 2 * n], z[:, 2 * n : 3 * n], z[:, 3 * n :]
        i, f, g, o = sg(p), sg(q), np.tanh(r), sg(s)
        S.append((h, c, i, f, g, o, f * c + i * g))
        c = S[t][6]
        h = o * np.tanh(c)
    dW, dU, db, dx = np.zeros_like(W), np.zeros_like(U), np.zeros_like(bias), np.zeros_like(x)
    gh, gc, found = np.zeros_like(h0), np.zeros_like(c0), {}
    for t in reversed(range(len(x))):
        hp, cp, i, f, g, o, cn = S[t]
        tc, gh = np.tanh(cn), gh + dh[t]
        gc = gc + gh * o * (1 - tc**2)
        di, df, dg, do = gc * g, gc * cp, gc * i, gh * tc
        dp, dq, dr, ds = di * i * (1 - i), df * f * (1 - f), dg * (1 - g**2), do * o * (1 - o)
        dz = np.concatenate([dp, dq, dr, ds], axis=1)
        dW += dz.T @ x[t]
        dU += dz.T @ hp
        db += dz.sum(0)
        dx[t] = dz @ W
        gh = dz @ U
        gc = gc * f
    for k, q in enumerate("ifgo"):
        at = slice(k * n, (k + 1) * n)
        found["W_" + q], found["U_" + q], found["b_" + q] = dW[at], dU[at], db[at]
    return {**found, "x": dx, "h0": gh, "c0": gc}
"""

SLIPS: list[tuple[str, str, str, str]] = [
    (
        "elman",
        "dW_hh += da.T @ hs[t]",
        "dW_hh += da.T @ hs[t] if t else 0",
        "what the first step adds is missing in dW_hh",
    ),
    ("elman", "dW_hh += da.T @ hs[t]", "dW_hh += (nxt * (1 - hs[t + 1] ** 2)).T @ hs[t]", "k = 0 is missing"),
    ("elman", "db_h += da.sum(0)", "db_h += (nxt * (1 - hs[t + 1] ** 2)).sum(0)", "k = 0 is missing"),
    ("elman", "nxt = da @ W_hh", "nxt = dh @ W_hh", "dh[t] stands for da in dh[t - 1]: its slope is missing"),
    ("elman", "dx[t] = da @ W_xh", "dx[t] = dh @ W_xh", "dh[t] stands for da in dx[t]: its slope is missing"),
    (
        "elman",
        "dh = dy[t] @ W_hy + nxt",
        "dh = dy[t] @ W_hy * (t == T - 1) + nxt",
        "the loss of the last step alone counts",
    ),
    ("elman", "@ W_hy + nxt", "@ W_hy + 2 * nxt", "what comes back from the next step is doubled in dh[t]"),
    ("elman", "dh = dy[t]", "dh = 2 * dy[t]", "is doubled in dh[t]"),
    ("elman", "nxt = da @ W_hh", "nxt = np.clip(da @ W_hh, -5, 5)", "dh[t - 1] is clipped by value, at 5"),
    ("elman", '"W_hh": dW_hh', '"W_hh": np.clip(dW_hh, -1, 1)', "clipped by value, at 1 (those by W_hh)"),
    (
        "elman",
        '"W_hh": dW_hh',
        '"W_hh": dW_hh + 0.01 * W_hh',
        "0.01 times the parameter is added to the gradient by W_hh",
    ),
    ("elman", "dW_hh, dW_xh, db_h = np.zeros_like(W_hh)", "dW_hh, dW_xh, db_h = W_hh.copy()", "1 times the parameter"),
    (
        "elman",
        "dW_hh, dW_xh, db_h = np.zeros_like(W_hh)",
        "dW_hh, dW_xh, db_h = np.ones_like(W_hh)",
        "begins with ones",
    ),
    ("elman", "da.T @ hs[t]", "da.T @ hs[t - 1]", "h is read two steps back in dW_hh"),
    ("elman", '"h0": nxt', '"h0": da', "the error of the initial state is da of the first step"),
    ("elman", '"h0": nxt', '"h0": 0 * nxt', "everything is returned as zeros; in the gradients by h[0] alone"),
    ("elman", '"x": dx', '"x": dx[::-1]', "the errors of the inputs are returned from the last step to the first"),
    ("elman", "db_h += da.sum(0)", "db_h += da[0]", "db_h is that of the first sequence instead of the sum"),
    ("elman", '"W_hh": dW_hh', '"W_hh": dW_hh / B', "mean over the batch stands for the sum; in the gradients by W_hh"),
    (
        "lstm",
        '"h0": gh, "c0": gc',
        '"h0": gc, "c0": gh',
        "that by c[0] as the one by h[0], that by h[0] as the one by c[0]",
    ),
    ("lstm", 'enumerate("ifgo")', 'enumerate("ifog")', "that by W_g as the one by W_o"),
    ("lstm", "g, W_o, U_i", "o, W_g, U_i", "the parameters of g are read as those of o"),
    ("lstm", "dx[t] = dz @ W", "dx[t] = dz[:, :n] @ W[:n]", "dx[t] is W_i.T @ da_i alone"),
]
CELLS: dict[str, tuple[Any, str]] = {"elman": (Elman("tanh"), ELMAN), "lstm": (LSTM(), LSTM_PASS)}


@pytest.mark.parametrize("cell", CELLS)
def test_the_passes_are_right(cell: str, tmp_path: Path) -> None:
    network, text = CELLS[cell]
    assert compare_backward(network, loaded(text, tmp_path), layout="TBn")


@pytest.mark.table(quick=8)
@pytest.mark.parametrize(
    ("cell", "old", "new", "told"), SLIPS, ids=[f"{at}-{each[0]}" for at, each in enumerate(SLIPS)]
)
def test_each_is_named(cell: str, old: str, new: str, told: str, tmp_path: Path) -> None:
    network, text = CELLS[cell]
    changed = text.replace(old, new)
    if new.startswith("o, W_g"):  # stacked in another order, read and returned alike
        changed = text.replace('"ifgo"', '"ifog"')
        for name in "WUb":
            changed = changed.replace(f"{name}_g, {name}_o]", f"{name}_o, {name}_g]")
    assert changed != text
    report = compare_backward(network, loaded(changed, tmp_path), layout="TBn", seconds=0)
    assert not report
    assert told in str(report), str(report)


@pytest.mark.parametrize(
    ("slip", "told"),
    [
        ("turned", "W_hh is not transposed in dh[t - 1], but not for the initial state"),
        ("state", "h[t] stands for h[t - 1] in dW_hh, but not in the first step"),
    ],
)
def test_a_slip_that_the_first_step_does_not_have(slip: str, told: str) -> None:
    def backward(W_hh: Any, W_hy: Any, h0: Any, h: Any, dy: Any) -> Any:
        dW, back = np.zeros_like(W_hh), np.zeros_like(h0)
        for t in range(len(h) - 1, 0, -1):
            da = (1 - h[t] ** 2) * (W_hy.T @ dy[t] + back)
            dW += np.outer(da, h[t if slip == "state" else t - 1])
            back = (W_hh if slip == "turned" else W_hh.T) @ da
        da = (1 - h[0] ** 2) * (W_hy.T @ dy[0] + back)
        return {"W_hh": dW + np.outer(da, h0), "h0": W_hh.T @ da}

    report = compare_backward(Elman("tanh"), backward, layout="Tn", seconds=0)
    assert [each.what for (each,) in report.slips] == [told]


def test_parameters_of_other_shapes_are_not_taken_for_each_other() -> None:
    """The families W_ir, ..., W_hn have matrices of the input and of the state: these cannot be exchanged."""

    def backward(b_hn: Any, h0: Any, dh: Any) -> Any:
        return {"b_hn": 0 * b_hn}

    report = compare_backward(ResetAfterGRU(), backward, layout="TBn", seconds=0)
    assert [each.what for (each,) in report.slips]
    assert [each.name for each in report.wrong] == ["b_hn"]
