"""Lines of passes in PyTorch in ways that are not the usual ones; a name given as ``slip`` plants that slip."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable
from typing import Any

import pytest
from optional import require_torch

from symrnn.cells import Elman, ResetAfterGRU
from symrnn.testing import checking, compare_backward, differentiated

torch = require_torch()


def gru_reset_after(slip: str) -> Any:
    """PyTorch's own equations, with both biases, and a cache that is read from its end."""

    def gru(W_ih: Any, W_hh: Any, b_ih: Any, b_hh: Any, x: Any, h0: Any, dh: Any) -> Any:
        h, cache = h0, []
        for x_t in x.unbind(0):
            ir, iz, i_n = torch.chunk(torch.nn.functional.linear(x_t, W_ih, b_ih), 3, -1)
            hr, hz, hn = torch.chunk(torch.nn.functional.linear(h, W_hh, b_hh), 3, -1)
            r, z = torch.sigmoid(ir + hr), torch.sigmoid(iz + hz)
            n = torch.tanh(i_n + r * hn)
            cache.append((x_t, h, r, z, n, hn))
            h = (1 - z) * n + z * h
        dW_ih, dW_hh = torch.zeros_like(W_ih), torch.zeros_like(W_hh)
        db_ih, db_hh = torch.zeros_like(b_ih), torch.zeros_like(b_hh)
        dx, back = [], torch.zeros_like(h0)
        for (x_t, h_prev, r, z, n, hn), dh_t in zip(reversed(cache), dh.flip(0).unbind(0), strict=True):
            d = dh_t + back
            dz = d * (n - h_prev if slip == "sign" else h_prev - n)
            dn = d * (1 - z) * (1 - n.square())
            dr = dn * (h_prev if slip == "reset" else hn)
            az, ar = dz * z * (1 - z), dr * r * (1 - (z if slip == "slope" else r))
            gi = torch.cat([ar, az, dn], -1)
            gh = torch.cat([ar, az, dn if slip == "gate" else dn * r], -1)
            dW_ih.addmm_(gi.t(), x_t)
            dW_hh.addmm_(gh.t(), h_prev)
            db_ih.add_(gi.sum(0))
            db_hh.add_((gi if slip == "bias" else gh).sum(0))
            dx.append(gi @ W_ih)
            back = gh @ W_hh + d * (1 - z if slip == "leak" else z)
        dx = torch.stack(dx[::-1])
        return {"W_ih": dW_ih, "W_hh": dW_hh, "b_ih": db_ih, "b_hh": db_hh, "x": dx, "h0": back}

    return gru


NAMES = {
    "W_ih": ("W_ir", "W_iz", "W_in"),
    "W_hh": ("W_hr", "W_hz", "W_hn"),
    "b_ih": ("b_ir", "b_iz", "b_in"),
    "b_hh": ("b_hr", "b_hz", "b_hn"),
}


def elman_functions(slip: str) -> Any:
    """One sequence, with functions in the place of signs."""

    def elman(W_hh: Any, W_xh: Any, W_hy: Any, b_h: Any, b_y: Any, x: Any, h0: Any, h: Any, dy: Any) -> Any:
        grads = {
            k: torch.zeros_like(v)
            for k, v in {"W_hh": W_hh, "W_xh": W_xh, "W_hy": W_hy, "b_h": b_h, "b_y": b_y}.items()
        }
        delta = torch.zeros_like(h0)
        T = h.size(0)
        for s in range(T):
            t = T - 1 - s
            prev = h0 if t == 0 else h.select(0, t - 1)
            grads["W_hy"] += dy[t].unsqueeze(1) * (prev if slip == "readout" else h[t]).unsqueeze(0)
            grads["b_y"] += dy[t]
            delta = torch.mv(W_hy.t(), dy[t]) + (0 if slip == "cut" else delta)
            delta = torch.mul(delta, torch.ones_like(delta) - h[t].pow(3 if slip == "power" else 2))
            grads["W_hh"] += torch.einsum("i,j->ij", delta, h[t] if slip == "state" else prev)
            grads["W_xh"] += torch.ger(delta, x[t])
            grads["b_h"] += delta
            delta = torch.mv(W_hh if slip == "turned" else W_hh.t(), delta)
        return {**grads, "h0": delta}

    return elman


def elman_arrays(slip: str) -> Any:
    """Errors of all steps are filled into arrays, which begin with what the loss gives."""

    @torch.no_grad()
    def elman(W_hh: Any, W_xh: Any, b_h: Any, W_hy: Any, x: Any, h0: Any, dy: Any) -> Any:
        H = torch.empty(x.shape[0] + 1, *h0.shape, dtype=x.dtype)
        H[0] = h0
        for t, x_t in enumerate(x):
            H[t + 1] = (x_t @ W_xh.mT + H[t] @ W_hh.mT + b_h).tanh_()
        G = torch.zeros_like(H)
        G[1:] = dy @ W_hy
        A = torch.empty_like(H[1:])
        for t in range(x.shape[0] - 1, -1, -1):
            A[t] = G[t + 1] * (1 - H[t if slip == "slope" else t + 1].square())
            G[t] += A[t] @ (W_hh.mT if slip == "turned" else W_hh)
        return {
            "W_hh": torch.einsum("tbi,tbj->ij", A, H[1:] if slip == "state" else H[:-1]),
            "x": A @ W_xh,
            "b_h": A.sum((0, 1)),
            "h0": G[0],
        }

    return elman


def elman_step(slip: str) -> Any:
    """A function of autograd that does one step."""

    class Step(torch.autograd.Function):  # type: ignore[misc]
        @staticmethod
        def forward(ctx: Any, x: Any, h: Any, W: Any, U: Any, b: Any) -> Any:
            new = torch.tanh(x @ W.T + h @ U.T + b)
            ctx.save_for_backward(x, h, W, U, new)
            return new

        @staticmethod
        def backward(ctx: Any, grad: Any) -> Any:
            x, h, W, U, new = ctx.saved_tensors
            da = grad * (1 - (new if slip == "square" else new * new))
            dW = da.T @ x
            dU = da.T @ (new if slip == "state" else h)
            db = da.sum(0)
            dh = da @ (U.T if slip == "turned" else U)
            dx = da @ W
            return dx, dh, dW, dU, db

    def elman(W_hh: Any, W_xh: Any, b_h: Any, W_hy: Any, b_y: Any, x: Any, h0: Any) -> Any:
        h, ys = h0, []
        for x_t in x:
            h = Step.apply(x_t, h, W_xh, W_hh, b_h)
            ys.append(h @ W_hy.T + b_y)
        return torch.stack(ys)

    return elman


@pytest.fixture(autouse=True)
def unexplained(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checking, "explanations", lambda *_: ())  # they have tests of their own


PASSES: dict[Callable[[str], Any], tuple[Any, dict[str, Any]]] = {
    gru_reset_after: (ResetAfterGRU(), {"layout": "TBn", "names": NAMES, "convert": torch.tensor}),
    elman_functions: (Elman("tanh"), {"layout": "Tn", "convert": torch.tensor}),
    elman_arrays: (Elman("tanh"), {"layout": "TBn", "convert": torch.tensor}),
    elman_step: (Elman("tanh"), {"layout": "TBn"}),
}
SLIPS = [(make, name) for make in PASSES for name in re.findall(r'slip == "(\w+)"', inspect.getsource(make))]


def report_of(make: Callable[[str], Any], slip: str) -> Any:
    cell, options = PASSES[make]
    backward = make(slip)
    return compare_backward(cell, differentiated(backward) if make is elman_step else backward, **options)


@pytest.mark.parametrize("make", PASSES, ids=lambda f: f.__name__)
def test_no_line_of_a_right_pass_is_wrong(make: Callable[[str], Any]) -> None:
    report = report_of(make, "")
    assert report, str(report)
    assert report.lines
    assert {each.kind for each in report.lines} <= {"right", "helps"}


@pytest.mark.parametrize(("make", "slip"), SLIPS, ids=lambda each: getattr(each, "__name__", each))
def test_the_line_with_the_slip_is_named(make: Callable[[str], Any], slip: str) -> None:
    report = report_of(make, slip)
    assert not report
    named = report.first_wrong
    if (make, slip) == (elman_arrays, "state"):  # it is in what is returned
        assert named is None
        assert "look at what is returned" in str(report)
        return
    assert named is not None, str(report)
    assert f'"{slip}"' in named.text, str(report)
    assert named.function == ("Step.backward" if make is elman_step else "")
