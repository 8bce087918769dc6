"""Slips in the course of a pass are explained: the order of its loop, how it begins, the forward pass before it."""

from __future__ import annotations

from pathlib import Path

import pytest
from testing.runs import loaded

from symrnn.cells import LSTM, Elman
from symrnn.testing import Report, compare_backward

ELMAN = """
def mine(W_hh, W_xh, b_h, W_hy, b_y, x, h0, dy):
    T, hs = len(x), [h0]
    for t in range(T):
        h = np.tanh(W_hh @ hs[t] + W_xh @ x[t] + b_h)
        hs.append(h)
    dW_hh, dW_xh, db_h = np.zeros_like(W_hh), np.zeros_like(W_xh), np.zeros_like(b_h)
    dx, dnext = np.zeros_like(x), np.zeros_like(h0)
    for t in reversed(range(T)):
        dh = W_hy.T @ dy[t] + dnext
        da = (1 - hs[t + 1] ** 2) * dh
        dW_hh += np.outer(da, hs[t])
        dW_xh += np.outer(da, x[t])
        db_h += da
        dx[t] = W_xh.T @ da
        dnext = W_hh.T @ da
    return dict(W_hh=dW_hh, W_xh=dW_xh, b_h=db_h, x=dx, h0=dnext)
"""
STACKED = """
def mine(W_ih, W_hh, b, x, h0, c0, dh):
    T, h, c, kept = len(x), h0, c0, []
    for t in range(T):
        i, f, g, o = np.split(x[t] @ W_ih.T + h @ W_hh.T + b, 4, axis=1)
        i, f, g, o = 1 / (1 + np.exp(-i)), 1 / (1 + np.exp(-f)), np.tanh(g), 1 / (1 + np.exp(-o))
        kept.append((h, c, i, f, g, o, f * c + i * g))
        c = kept[-1][-1]
        h = o * np.tanh(c)
    dW_ih, dW_hh, db, dx = np.zeros_like(W_ih), np.zeros_like(W_hh), np.zeros_like(b), np.zeros_like(x)
    kh, kc = np.zeros_like(h0), np.zeros_like(c0)
    for t in reversed(range(T)):
        hp, cp, i, f, g, o, cn = kept[t]
        d = dh[t] + kh
        dc = kc + d * o * (1 - np.tanh(cn) ** 2)
        di, df = dc * g * i * (1 - i), dc * cp * f * (1 - f)
        dg, do = dc * i * (1 - g ** 2), d * np.tanh(cn) * o * (1 - o)
        dz = np.concatenate([di, df, dg, do], axis=1)
        dW_ih += dz.T @ x[t]
        dW_hh += dz.T @ hp
        db += dz.sum(0)
        dx[t] = dz @ W_ih
        kh, kc = dz @ W_hh, dc * f
    return {"W_ih": dW_ih, "W_hh": dW_hh, "b": db, "x": dx, "h0": kh, "c0": kc}
"""
GATES = {name: tuple(f"{kind}_{gate}" for gate in "ifgo") for name, kind in (("W_ih", "W"), ("W_hh", "U"), ("b", "b"))}


def told(report: Report) -> list[str]:
    assert not report
    return [slip.what for slips in report.slips for slip in slips]


@pytest.mark.parametrize(
    ("right", "wrong", "what"),
    [
        ("reversed(range(T))", "range(T)", "the loop runs forwards in time"),
        (
            "dnext = np.zeros_like(x), np.zeros_like(h0)",
            "dnext = np.zeros_like(x), np.ones_like(h0)",
            "begins with ones",
        ),
        ("np.tanh(W_hh @", "np.tanh(W_hh.T @", "W_hh is transposed in the forward pass"),
        ("x[t] + b_h", "x[t]", "b_h is missing in the forward pass"),
        ("dy[t] + dnext", "dy[t] + (dnext if T - t < 5 else 0)", "counts in the last 4 steps only (truncated)"),
        ("db_h += da", "db_h += dh", "dh[t] stands for da in db_h: its slope is missing"),
        ("np.outer(da, hs[t])", "np.outer(da, h)", "h[T], the last one, stands for h[t - 1] in dW_hh"),
    ],
)
def test_slips_of_an_elman_network(right: str, wrong: str, what: str, tmp_path: Path) -> None:
    assert ELMAN.count(right) == 1
    report = compare_backward(Elman("tanh"), loaded(ELMAN.replace(right, wrong), tmp_path), layout="Tn", seconds=0)
    assert any(what in each for each in told(report)), str(report)


@pytest.mark.parametrize(
    ("right", "wrong", "what"),
    [
        ("[di, df, dg, do]", "[di, df, do, dg]", "stacked in another order: da_o for da_g, da_g for da_o"),
        ("[di, df, dg, do]", "[df, dg, di, do]", "da_f for da_i, da_i for da_g, da_g for da_f"),
        ("dz.T @ hp", "dz.T @ h", "h[T], the last one, stands for h[t - 1] in dU_i, and likewise 3 more"),
        (
            "kh, kc = np.zeros_like(h0),",
            "kh, kc = np.ones_like(h0),",
            "dh of the last step begins with ones, not zeros",
        ),
    ],
)
def test_slips_of_stacked_gates(right: str, wrong: str, what: str, tmp_path: Path) -> None:
    assert STACKED.count(right) == 1
    mine = loaded(STACKED.replace(right, wrong), tmp_path)
    report = compare_backward(LSTM(), mine, layout="TBn", names=GATES, seconds=0)
    assert any(_parts(what) <= _parts(each) for each in told(report)), str(report)


def _parts(what: str) -> set[str]:
    """Which error is used for which has no order."""
    return set(what.rpartition(": ")[2].split(", "))


@pytest.mark.parametrize(("text", "cell", "layout"), [(ELMAN, Elman("tanh"), "Tn"), (STACKED, LSTM(), "TBn")])
def test_without_a_slip_it_is_right(text: str, cell: Elman, layout: str, tmp_path: Path) -> None:
    names = GATES if layout == "TBn" else {}
    assert compare_backward(cell, loaded(text, tmp_path), layout=layout, names=names, seconds=0)


@pytest.mark.parametrize(
    ("right", "wrong", "line", "why"),
    [
        (
            "hs.append(h)",
            "hs.append(h * (t < 2))",
            7,
            "hs has been h in each turn of its loop so far, but is not in turn 3",
        ),
        ("hs.append(h)", "hs.append(h if t < 3 else h0)", 7, "hs has been h in each turn of its loop so far"),
        ("h = np.tanh(W_hh", "h = (t != 2) * np.tanh(W_hh", 6, "h is not a number of the proved pass"),
        ("hs.append(h)", "hs.append(h * (t < 1))", None, ""),  # it may be a sum, of which the first summand is right
        ("reversed(range(T))", "range(T)", None, ""),
        ("db_h += da", "db_h += dh", 15, "db_h is not a number of the proved pass; it is made of db_h so far, dh"),
        ("db_h += da", "db_h += da * (1 if t > 1 else 3)", 15, "at t = 2, after it has been right"),
    ],
)
def test_no_right_line_is_blamed(right: str, wrong: str, line: int | None, why: str, tmp_path: Path) -> None:
    report = compare_backward(Elman("tanh"), loaded(ELMAN.replace(right, wrong), tmp_path), layout="Tn", seconds=0)
    assert not report
    first = report.first_wrong
    assert (first.line if first else None) == line, str(report)
    assert first is None or why in first.why


def test_a_sum_in_the_forward_loop_hides_no_slip(tmp_path: Path) -> None:
    text = ELMAN.replace("hs.append(h)", "hs.append(h)\n        sums = h if t == 0 else sums + h")
    report = compare_backward(
        Elman("tanh"), loaded(text.replace("db_h += da", "db_h += 2 * da"), tmp_path), layout="Tn", seconds=0
    )
    assert report.first_wrong is not None
    assert report.first_wrong.name == "db_h"
