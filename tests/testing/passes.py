"""Backward passes written by hand, in the ways people write them, each with slips that can be asked for.

Nothing here comes from symrnn: they are written from the equations, as a programmer would. ``slip`` is the name of what
goes wrong; with none it is the right pass.
"""

from __future__ import annotations

from typing import Any

import numpy as np


class Slips:
    """Several slips at once; a name alone is one."""

    def __init__(self, *names: str) -> None:
        self.names = names

    def __contains__(self, name: str) -> bool:
        return name in self.names


def sigmoid(z: Any) -> Any:
    return 1 / (1 + np.exp(-z))


def elman(slip: str | Slips = "") -> Any:
    """One sequence of plain vectors; the loss looks at y."""

    slip = slip if isinstance(slip, Slips) else Slips(slip)

    def backward(W_hh: Any, W_xh: Any, b_h: Any, W_hy: Any, b_y: Any, x: Any, h0: Any, dy: Any) -> dict[str, Any]:
        T = len(x)
        h = [h0]
        for t in range(T):
            h.append(np.tanh(W_xh @ x[t] + W_hh @ h[t] + b_h))
        dW_hh, dW_xh, db_h = np.zeros_like(W_hh), np.zeros_like(W_xh), np.zeros_like(b_h)
        dW_hy, db_y, dx = np.zeros_like(W_hy), np.zeros_like(b_y), np.zeros_like(x)
        dh = np.zeros_like(h0)
        for t in reversed(range(T)):
            dW_hy += np.outer(dy[t], h[t] if "readout reads the state before" in slip else h[t + 1])
            db_y += dy[t]
            total = W_hy.T @ dy[t] + dh
            if "only the loss of the step" in slip:
                total = W_hy.T @ dy[t]
            slope = 1 - h[t + 1] ** 2
            if "slope forgotten" in slip:
                slope = 1.0
            if "slope at the state before" in slip:
                slope = 1 - h[t] ** 2
            if "square forgotten" in slip:
                slope = 1 - h[t + 1]
            da = slope * total
            dW_hh += np.outer(da, h[t + 1] if "h_t for h_{t-1}" in slip else h[t])
            dW_xh += np.outer(da, x[t])
            db_h = da if "bias not summed" in slip else db_h + da
            dx[t] = W_xh.T @ da
            dh = W_hh @ da if "not transposed" in slip else W_hh.T @ da
            if "factor order" in slip:
                dh = slope * (W_hh.T @ total)
            if "truncated" in slip and T - t >= 2:
                break
            if "sign" in slip:
                dh = -dh
        scale = 1 / T if "mean for sum" in slip else 1.0
        names = ("W_hh", "W_xh", "b_h", "W_hy", "b_y", "x", "h0")
        return {
            name: scale * value for name, value in zip(names, (dW_hh, dW_xh, db_h, dW_hy, db_y, dx, dh), strict=True)
        }

    return backward


def lstm(slip: str | Slips = "") -> Any:
    """Batches first, stacked gates i, f, g, o and states as rows, h Wᵀ: as PyTorch stores its weights."""

    slip = slip if isinstance(slip, Slips) else Slips(slip)

    def backward(W_ih: Any, W_hh: Any, bias: Any, x: Any, h0: Any, c0: Any, dh: Any) -> dict[str, Any]:
        _, T, _ = x.shape
        n = h0.shape[1]
        H, C, I, F, G, O = [h0], [c0], [], [], [], []
        for t in range(T):
            a = x[:, t] @ W_ih.T + H[-1] @ W_hh.T + bias
            I.append(sigmoid(a[:, :n]))
            F.append(sigmoid(a[:, n : 2 * n]))
            G.append(np.tanh(a[:, 2 * n : 3 * n]))
            O.append(sigmoid(a[:, 3 * n :]))
            C.append(F[t] * C[-1] + I[t] * G[t])
            H.append(O[t] * np.tanh(C[-1]))
        dW_ih, dW_hh, db, dx = np.zeros_like(W_ih), np.zeros_like(W_hh), np.zeros_like(bias), np.zeros_like(x)
        back, dc = np.zeros_like(h0), np.zeros_like(c0)
        for t in range(T - 1, -1, -1):
            total = dh[:, t - 1 if "loss a step early" in slip else t] + back
            tanh_c = np.tanh(C[t + 1])
            do = total * tanh_c
            through = total * O[t] * (1.0 if "slope forgotten" in slip else 1 - tanh_c**2)
            dc = through if "c overwritten" in slip else dc + through
            before = C[t + 1] if "c_t for c_{t-1}" in slip else C[t]
            df, di, dg = dc * before, dc * G[t], dc * I[t]
            if "wrong gate" in slip:
                dg = dc * F[t]
            da = np.concatenate(
                [
                    di * I[t] * (1 - I[t]),
                    df * (F[t] if "half of the slope" in slip else F[t] * (1 - F[t])),
                    dg * (G[t] * (1 - G[t]) if "sigmoid's slope for tanh" in slip else 1 - G[t] ** 2),
                    do * O[t] * (1 - O[t]),
                ],
                axis=1,
            )
            dW_ih += da.T @ x[:, t]
            dW_hh += da.T @ (H[t + 1] if "h_t for h_{t-1}" in slip else H[t])
            if "biases not summed" in slip:
                db = 0 * db
            db += da.mean(0) if "mean over the batch" in slip else da.sum(0)
            dx[:, t] = da @ W_ih
            kept = da.copy()
            if "gates exchanged" in slip:
                kept[:, : 2 * n] = np.concatenate([da[:, n : 2 * n], da[:, :n]], axis=1)
            if "path through a gate" in slip:
                kept[:, n : 2 * n] = 0
            back = kept @ W_hh
            dc = dc if "forget gate forgotten" in slip else dc * F[t]
            if "truncated" in slip:
                back, dc = 0 * back, dc
        return {"dW_ih": dW_ih, "dW_hh": dW_hh, "dbias": db, "dx": dx, "dh0": back, "dc0": dc}

    return backward


GATES = ("i", "f", "g", "o")
STACKED = {
    "W_ih": tuple(f"W_{gate}" for gate in GATES),
    "W_hh": tuple(f"U_{gate}" for gate in GATES),
    "bias": tuple(f"b_{gate}" for gate in GATES),
}


def gru(slip: str | Slips = "") -> Any:
    """Columns (units, batch), with a dictionary of parameters, and h_t = (1 - z) g + z h_{t-1}."""

    slip = slip if isinstance(slip, Slips) else Slips(slip)

    def backward(params: Any, x: Any, h0: Any, dh: Any) -> dict[str, Any]:
        p = params
        h, r, z, g = [h0], [], [], []
        for t in range(len(x)):
            r.append(sigmoid(p["W_r"] @ x[t] + p["U_r"] @ h[t] + p["b_r"]))
            z.append(sigmoid(p["W_z"] @ x[t] + p["U_z"] @ h[t] + p["b_z"]))
            g.append(np.tanh(p["W_h"] @ x[t] + p["U_h"] @ (r[t] * h[t]) + p["b_h"]))
            h.append((1 - z[t]) * g[t] + z[t] * h[t])
        d = {name: np.zeros_like(value) for name, value in p.items()}
        dx, back = np.zeros_like(x), np.zeros_like(h0)
        for t in reversed(range(len(x))):
            total, came = dh[t] + back, back
            dz = total * (g[t] - h[t] if "sign" in slip else h[t] - g[t])
            dg = total * (z[t] if "z for 1 - z" in slip else 1 - z[t])
            da_g = dg * (1 - g[t] ** 2)
            da_z = dz if "slope forgotten" in slip else dz * z[t] * (1 - z[t])
            if "slope twice" in slip:
                da_z = da_z * z[t] * (1 - z[t])
            through = p["U_h"].T @ da_g
            da_r = through * h[t] * r[t] * (1 - r[t])
            if "wrong time" in slip:
                da_r = through * h[t + 1] * r[t] * (1 - r[t])
            if "slope of another gate" in slip:
                da_r = through * h[t] * z[t] * (1 - z[t])
            if "slope of the step before" in slip:
                da_r = through * h[t] * r[t - 1] * (1 - r[t - 1])
            for name, da in (("r", da_r), ("z", da_z), ("h", da_g)):
                d[f"W_{name}"] += da @ x[t].T
                d[f"b_{name}"] += da.sum(axis=1, keepdims=True)
            d["U_r"] += da_r @ h[t].T
            d["U_z"] += da_z @ h[t].T
            d["U_h"] += da_g @ (h[t] if "reset gate forgotten" in slip else r[t] * h[t]).T
            dx[t] = p["W_r"].T @ da_r + p["W_z"].T @ da_z + p["W_h"].T @ da_g
            back = total * z[t] + through * r[t] + p["U_r"].T @ da_r + p["U_z"].T @ da_z
            if "not reset" in slip:
                back = back + came
            if "no transposes" in slip:
                back = total * z[t] + through * r[t] + p["U_r"] @ da_r + p["U_z"] @ da_z
            if "path kept out" in slip:
                back = back - total * z[t]
            if "path through reset" in slip:
                back = back - p["U_r"].T @ da_r
            if "not transposed" in slip:
                back = back - p["U_z"].T @ da_z + p["U_z"] @ da_z
            if "detached" in slip and t % 5 == 0 < t:
                back = 0 * back
        return {**d, "x": dx, "h0": back}

    return backward


def leaky(slip: str | Slips = "") -> Any:
    """Rows (batch, units) with time first, W x as x Wᵀ, and tanh; the rate alpha is handed in."""

    slip = slip if isinstance(slip, Slips) else Slips(slip)

    def backward(W: Any, U: Any, b: Any, alpha: float, x: Any, h0: Any, h: Any, dh: Any) -> dict[str, Any]:
        before = np.concatenate([h0[None], h[:-1]])
        dW, dU, db, dx = np.zeros_like(W), np.zeros_like(U), np.zeros_like(b), np.zeros_like(x)
        back = 0 * h0
        for t in range(len(x) - 1, -1, -1):
            phi = np.tanh(x[t] @ W.T + before[t] @ U.T + b)
            total = dh[t] + back
            rate = 1.0 if "rate forgotten" in slip else alpha
            da = rate * (1 - (h[t] if "slope in the state" in slip else phi) ** 2) * total
            if "slope forgotten" in slip:
                da = rate * total
            dW += da.T @ x[t]
            dU += da.T @ (h[t] if "h_t for h_{t-1}" in slip else before[t])
            db += 2 * da.sum(0) if "bias doubled" in slip else da.sum(0)
            dx[t] = da @ W
            leak = alpha if "alpha for 1 - alpha" in slip else 1 - alpha
            back = leak * total + da @ (U.T if "not transposed" in slip else U)
            if "leak forgotten" in slip:
                back = da @ U
            if "truncated" in slip:
                back = 0 * back
        if "sign" in slip:
            dU = -dU
        return {"W": dW, "U": dU, "b": db, "x": dx, "h_0": back}

    return backward
