"""Lines of backward passes in PyTorch: functions on tensors, and those that autograd calls."""

from __future__ import annotations

import re
from typing import Any

import pytest
from optional import require_torch

from symrnn.cells import LSTM, Elman
from symrnn.testing import checking, compare_backward, differentiated

torch = require_torch()


@pytest.fixture(autouse=True)
def unexplained(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checking, "explanations", lambda *_: ())  # they have tests of their own


def elman(slip: str) -> Any:
    """One sequence, in plain functions on tensors."""

    def backward(W_hh: Any, W_xh: Any, W_hy: Any, b_h: Any, x: Any, h0: Any, h: Any, dy: Any) -> Any:
        dW, dU, db = torch.zeros_like(W_hh), torch.zeros_like(W_xh), torch.zeros_like(b_h)
        dx, back = torch.empty_like(x), torch.zeros_like(h0)
        for t in reversed(range(len(h))):
            before = h[t - 1] if t else h0
            dh = (W_hy.T @ dy[t].unsqueeze(-1)).squeeze(-1) + back
            da = dh * (1 - (before if slip == "slope" else h[t]) ** 2)
            dW += torch.outer(da, h[t] if slip == "state" else before)
            dU.addr_(x[t], da) if slip == "order" and len(x[t]) == len(da) else dU.addr_(da, x[t])
            db += 0 * da if slip == "bias" else da
            dx[t] = W_xh.mT @ da
            back = (W_hh if slip == "turned" else W_hh.mT) @ da
        return {"W_hh": dW, "W_xh": dU, "b_h": db, "x": dx, "h0": back}

    return backward


def lstm(slip: str) -> Any:
    """Batches of rows, the gates in one matrix, and everything that comes forward done again."""

    def backward(W_ih: Any, W_hh: Any, bias: Any, x: Any, h0: Any, c0: Any, dh: Any) -> Any:
        hs, cs, gates = [h0], [c0], []
        for step in x:
            i, f, g, o = (step @ W_ih.mT + hs[-1] @ W_hh.mT + bias).chunk(4, dim=-1)
            i, f, g, o = i.sigmoid(), f.sigmoid(), g.tanh(), o.sigmoid()
            cs.append(torch.addcmul(f * cs[-1], i, g))
            hs.append(o * cs[-1].tanh())
            gates.append((i, f, g, o))
        dW_ih, dW_hh, db = map(torch.zeros_like, (W_ih, W_hh, bias))
        back, dc = torch.zeros_like(h0), torch.zeros_like(c0)
        for t in range(len(x) - 1, -1, -1):
            i, f, g, o = gates[t]
            total = dh[t] + back
            tc = torch.tanh(cs[t + 1])
            dc = dc + total * o * (1 - tc if slip == "square" else 1 - tc**2)
            da = torch.cat(
                [
                    dc * g * i * (1 - i),
                    dc * (cs[t + 1] if slip == "cell" else cs[t]) * f * (1 - f),
                    dc * i * (1 - g**2),
                    total * tc * o * (1 - o),
                ],
                dim=-1,
            )
            dW_ih += da.mT @ x[t]
            dW_hh += da.mT @ (hs[t + 1] if slip == "state" else hs[t])
            db += da.mean(0) if slip == "mean" else da.sum(0)
            back = da @ W_hh
            dc = dc * (i if slip == "gate" else f)
        return {"W_ih": dW_ih, "W_hh": dW_hh, "bias": db, "h0": back, "c0": dc}

    return backward


def own(slip: str) -> Any:
    """A function of autograd with a backward pass of its own, in a network with a readout."""

    class Recurrence(torch.autograd.Function):  # type: ignore[misc]
        @staticmethod
        def forward(ctx: Any, W_hh: Any, W_xh: Any, b_h: Any, x: Any, h0: Any) -> Any:
            states = [h0]
            for each in x:
                states.append(torch.tanh(each @ W_xh.T + states[-1] @ W_hh.T + b_h))
            ctx.save_for_backward(W_hh, W_xh, x, torch.stack(states))
            return torch.stack(states[1:])

        @staticmethod
        def backward(ctx: Any, dh: Any) -> Any:
            W_hh, W_xh, x, h = ctx.saved_tensors
            dW_hh, dW_xh, dx = torch.zeros_like(W_hh), torch.zeros_like(W_xh), torch.empty_like(x)
            db, back = W_hh.new_zeros(W_hh.shape[0]), torch.zeros_like(h[0])
            for t in range(len(x) - 1, -1, -1):
                total = dh[t] + (0 * back if slip == "cut" else back)
                da = total * (1 - (h[t] if slip == "slope" else h[t + 1]) ** 2)
                dW_hh += da.T @ (h[t + 1] if slip == "state" else h[t])
                dW_xh += da.T @ x[t]
                db += da.sum(0)
                dx[t] = da @ W_xh
                back = da @ (W_hh.T if slip == "turned" else W_hh)
            return dW_hh, dW_xh, db, dx, back

    def network(W_hh: Any, W_xh: Any, b_h: Any, W_hy: Any, b_y: Any, x: Any, h0: Any) -> Any:
        return Recurrence.apply(W_hh, W_xh, b_h, x, h0) @ W_hy.mT + b_y

    return network


STACKED = {
    name: tuple(f"{part}_{gate}" for gate in "ifgo") for name, part in {"W_ih": "W", "W_hh": "U", "bias": "b"}.items()
}


def single(value: Any) -> Any:
    return torch.tensor(value, dtype=torch.float32)


def named(report: Any, slip: str) -> None:
    """The line with the slip is the first wrong one, or is named beside it; of a right pass none is."""
    assert report.lines
    if not slip:
        assert report, str(report)
        assert {each.kind for each in report.lines} <= {"right", "helps"}
        return
    assert not report
    assert report.first_wrong is not None, str(report)
    assert f'"{slip}"' in report.first_wrong.text, str(report)


@pytest.mark.parametrize("convert", [torch.tensor, single])
@pytest.mark.parametrize("slip", ["", "slope", "state", "bias", "turned"])
def test_the_line_of_a_function_on_tensors_is_named(slip: str, convert: Any) -> None:
    named(compare_backward(Elman("tanh"), elman(slip), layout="Tn", convert=convert), slip)


@pytest.mark.parametrize("slip", ["", "square", "state", "mean", "gate"])
def test_the_line_of_an_lstm_with_stacked_gates_is_named(slip: str) -> None:
    named(compare_backward(LSTM(), lstm(slip), layout="TBn", names=STACKED, convert=torch.tensor), slip)


def test_a_statement_of_several_lines_is_named_by_its_first_one() -> None:
    report = compare_backward(LSTM(), lstm("cell"), layout="TBn", names=STACKED, convert=torch.tensor)
    assert report.first_wrong is not None
    assert report.first_wrong.text == "da = torch.cat("


@pytest.mark.parametrize("slip", ["", "cut", "slope", "state", "turned"])
def test_the_line_of_a_function_that_autograd_calls_is_named(slip: str) -> None:
    report = compare_backward(Elman("tanh"), differentiated(own(slip)), layout="TBn")
    named(report, slip)
    assert {each.function for each in report.lines} == {"Recurrence.backward"}
    assert bool(re.search("line by line, as Recurrence.backward runs", str(report))) == bool(slip)


def test_a_tensor_that_is_overwritten_where_it_is_kept() -> None:
    def backward(W_hh: Any, W_xh: Any, W_hy: Any, b_h: Any, x: Any, h0: Any, dy: Any) -> Any:
        h, hs = h0.clone(), [h0]
        for each in x:
            h.copy_(torch.tanh(W_xh @ each + W_hh @ h + b_h))
            hs.append(h)
        dW, back = torch.zeros_like(W_hh), torch.zeros_like(h0)
        for t in reversed(range(len(x))):
            da = (1 - hs[t + 1] ** 2) * (W_hy.T @ dy[t] + back)
            dW += torch.outer(da, hs[t])
            back = W_hh.T @ da
        return {"W_hh": dW, "h0": back}

    report = compare_backward(Elman("tanh"), backward, layout="Tn", convert=torch.tensor)
    assert report.first_wrong is not None
    assert report.first_wrong.text.startswith("h.copy_(")
    assert "it overwrites what hs holds" in report.first_wrong.why
