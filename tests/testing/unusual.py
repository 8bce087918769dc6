"""Backward passes in ways that are not the usual ones; a name given as ``slip`` plants that slip in its line."""

from __future__ import annotations

import numpy as np
from testing.lines import sigmoid


def elman_object(slip):
    """An object that remembers its forward pass."""

    class Network:
        def __init__(self, W_hh, W_xh, b_h, W_hy):
            self.W_hh, self.W_xh, self.b_h, self.W_hy = W_hh, W_xh, b_h, W_hy
            self.cache = []

        def forward(self, x, h):
            for each in x:
                before, h = h, np.tanh(self.W_xh @ each + self.W_hh @ h + self.b_h)
                self.cache.append({"x": each, "before": before, "h": h})

        def backward(self, dy):
            dW_hh, dW_xh, carried = np.zeros_like(self.W_hh), np.zeros_like(self.W_xh), np.zeros_like(self.b_h)
            for step, slope in zip(reversed(self.cache), dy[::-1], strict=True):
                dh = self.W_hy.T @ slope + carried
                dz = dh * (1 - step["h"] if slip == "square" else 1 - step["h"] ** 2)
                dW_hh += np.outer(dz, step["h"] if slip == "state" else step["before"])
                dW_xh += np.outer(dz, step["x"])
                carried = (self.W_hh if slip == "turned" else self.W_hh.T) @ dz
            return {"W_hh": dW_hh, "W_xh": dW_xh, "h0": carried}

    def elman(W_hh, W_xh, b_h, W_hy, x, h0, dy):
        network = Network(W_hh, W_xh, b_h, W_hy)
        network.forward(x, h0)
        return network.backward(dy)

    return elman


def elman_taken_from_a_stack(slip):
    """A stack of steps that is emptied."""

    def elman(W_hh, W_hy, h0, h, dy):
        stack = list(zip([h0, *h], h, dy, strict=False))
        dW, dh = np.zeros_like(W_hh), np.zeros_like(h0)
        while stack:
            before, state, slope = stack.pop()
            dh += W_hy.T @ slope
            dh *= 1 - (before if slip == "slope" else state) ** 2
            dW += dh[:, None] * (state if slip == "state" else before)[None, :]
            dh = dh @ (W_hh.T if slip == "turned" else W_hh)
        return {"W_hh": dW, "h0": dh}

    return elman


def elman_errors_first(slip):
    """All errors are filled into one array; sums are taken at the end."""

    def elman(W_hh, W_xh, W_hy, x, h0, h, dy):
        T = len(h)
        before = np.vstack([h0, h[:-1]])
        dh, da = dy @ W_hy, np.empty_like(h)
        for t in range(T)[::-1]:
            if t < T - 1:
                dh[t] += da[t + 1] @ (W_hh.T if slip == "turned" else W_hh)
            da[t] = dh[t] * (1 - (before[t] if slip == "slope" else h[t]) ** 2)
        return {"W_hh": da.T @ before, "W_xh": da.T @ x, "x": da @ W_xh, "h0": da[0] @ W_hh}

    return elman


def elman_sums_over_all(slip):
    """Errors stand in a list, put in front; a state is a column."""

    def elman(W_hh, W_hy, h0, h, dy):
        errors, carried = [], np.zeros((len(h0), 1))
        for t in reversed(range(len(h))):
            column = h[t].reshape(-1, 1)
            error = (W_hy.T @ dy[t].reshape(-1, 1) + carried) * (1.0 - (column if slip == "square" else column**2))
            errors = [error, *errors]
            carried = np.dot(W_hh if slip == "turned" else W_hh.T, error)
        states = [h0, *h[:-1]]
        return {"W_hh": sum(e @ s[None] for e, s in zip(errors, states, strict=True)), "h0": carried}

    return elman


def gru_by_steps(slip):
    """A step is a function of its own, which returns what goes back and a dictionary."""

    def back_one(p, before, z, r, g, dh):
        da_g = dh * (1 - z) * (1 - g**2)
        da_z = dh * (before - g) * z * (1 - z)
        through = da_g @ p["U_h"]
        da_r = through * before * r * (1 - r)
        carried = dh * z + through * r + da_z @ p["U_z"] + da_r @ p["U_r"]
        return carried, {"h": da_g, "z": da_z, "r": da_r}

    def gru(params, h0, h, z, r, g, x, dh):
        grads = {name: np.zeros_like(value) for name, value in params.items()}
        carried = np.zeros_like(h0)
        for t in range(len(h) - 1, -1, -1):
            before = h0 if t == 0 else h[t if slip == "state" else t - 1]
            total = carried if slip == "loss" else carried + dh[t]
            carried, errors = back_one(params, before, z[t], r[t], g[t], total)
            for gate, error in errors.items():
                grads[f"W_{gate}"] += error.T @ x[t]
                grads[f"b_{gate}"] += error.sum(0)
            grads["U_z"] += errors["z"].T @ before
            grads["U_r"] += errors["r"].T @ before
            grads["U_h"] += errors["h"].T @ (before if slip == "reset" else r[t] * before)
        return {**grads, "h0": carried}

    return gru


def lstm_in_blocks(slip):
    """Gates in one array whose blocks are written in place; everything that comes forward is done again."""

    def lstm(W, b, x, h0, c0, dh):
        T, n = len(x), h0.shape[-1]
        hs, cs = np.empty((T + 1, *h0.shape)), np.empty((T + 1, *c0.shape))
        gates = np.empty((T, len(h0), 4 * n))
        hs[0], cs[0] = h0, c0
        for t in range(T):
            gates[t] = np.hstack([hs[t], x[t]]) @ W.T + b
            gates[t, :, : 3 * n] = sigmoid(gates[t, :, : 3 * n])
            gates[t, :, 3 * n :] = np.tanh(gates[t, :, 3 * n :])
            i, f, o, g = np.split(gates[t], 4, axis=-1)
            cs[t + 1] = f * cs[t] + i * g
            hs[t + 1] = o * np.tanh(cs[t + 1])
        dW, db, da = np.zeros_like(W), np.zeros_like(b), np.empty((len(h0), 4 * n))
        carried, dc = np.zeros_like(h0), np.zeros_like(c0)
        for t in reversed(range(T)):
            i, f, o, g = np.split(gates[t], 4, axis=-1)
            total, tc = dh[t] + carried, np.tanh(cs[t + 1])
            dc += total * o * (1 - tc**2)
            da[:, :n] = dc * g * i * (1 - i)
            da[:, n : 2 * n] = dc * (cs[t + 1] if slip == "cell" else cs[t]) * f * (1 - f)
            da[:, 2 * n : 3 * n] = total * tc * o * (1 - o)
            da[:, 3 * n :] = dc * (o if slip == "gate" else i) * (1 - g**2)
            dW += da.T @ np.hstack([hs[t + 1] if slip == "state" else hs[t], x[t]])
            db += da.sum(0)
            carried = da @ W[:, :n]
            dc *= 1 if slip == "forget" else f
        return {"W": dW, "b": db, "h0": carried, "c0": dc}

    return lstm


def lstm_slopes_first(slip):
    """Slopes of all gates are found for all steps at once."""

    def lstm(U_i, U_f, U_o, U_g, b_f, h0, c0, i, f, o, g, c, dh):
        tc, before = np.tanh(c), np.concatenate([c0[None], c if slip == "cell" else c[:-1]])
        by_o, by_c = tc * o * (1 - o), o * (1 - tc if slip == "square" else 1 - tc * tc)
        by_i, by_g = g * i * (1 - i), i * (1 - g * g)
        by_f = before[1:] * f * (1 - f) if slip == "cell" else before * f * (1 - f)
        back, dc, db_f = np.zeros_like(h0), np.zeros_like(c0), np.zeros_like(b_f)
        for t in reversed(range(len(c))):
            d = dh[t] + back
            dc = dc + d * by_c[t]
            e_i, e_f, e_o, e_g = dc * by_i[t], dc * by_f[t], d * by_o[t], dc * by_g[t]
            db_f = db_f + e_f.sum(axis=0)
            back = e_i @ U_i + e_f @ U_f + e_o @ U_o + e_g @ (U_o if slip == "matrix" else U_g)
            dc = dc * f[t]
        return {"b_f": db_f, "h0": back, "c0": dc}

    return lstm


GATES = ("i", "f", "o", "g")
NAMES = {"W": tuple((f"U_{gate}", f"W_{gate}") for gate in GATES), "b": tuple(f"b_{gate}" for gate in GATES)}
