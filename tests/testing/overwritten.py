"""Passes whose forward part overwrites what it has stored, and others that write through a second name as they should.

The line with ``# slip`` is the one at which something that is still needed is lost.
"""

from __future__ import annotations

import numpy as np
from testing.lines import sigmoid


def elman_one_array(W_hh, W_xh, W_hy, b_h, x, h0, dy):
    """Every entry of the list is the same array."""
    h, hs = h0.copy(), [h0]
    for t in range(len(x)):
        h[:] = np.tanh(W_xh @ x[t] + W_hh @ h + b_h)  # slip
        hs.append(h)
    dW_hh, back = np.zeros_like(W_hh), np.zeros_like(h0)
    for t in reversed(range(len(x))):
        dh = W_hy.T @ dy[t] + back
        da = (1 - hs[t + 1] ** 2) * dh
        dW_hh += np.outer(da, hs[t])
        back = W_hh.T @ da
    return {"W_hh": dW_hh, "h0": back}


def elman_by_an_argument(W_hh, W_xh, W_hy, b_h, x, h0, dy):
    """The result is asked for in the array that is kept; states are taken out under a name of their own."""
    h, hs = np.zeros_like(h0), [h0]
    for t in range(len(x)):
        a = W_xh @ x[t] + W_hh @ hs[-1] + b_h
        np.tanh(a, out=h)  # slip
        hs.append(h)
    dW_hh, back = np.zeros_like(W_hh), np.zeros_like(h0)
    for t in reversed(range(len(x))):
        h_t, h_before = hs[t + 1], hs[t]
        da = (1 - h_t**2) * (W_hy.T @ dy[t] + back)
        dW_hh += np.outer(da, h_before)
        back = W_hh.T @ da
    return {"W_hh": dW_hh, "h0": back}


def elman_repeated(W_hh, W_xh, W_hy, b_h, x, h0, dy):
    """A list that is made by repetition."""
    hs = [h0.copy()] * (len(x) + 1)
    for t in range(len(x)):
        hs[t + 1][:] = np.tanh(W_xh @ x[t] + W_hh @ hs[t] + b_h)  # slip
    dW_hh, back = np.zeros_like(W_hh), np.zeros_like(h0)
    for t in reversed(range(len(x))):
        da = (1 - hs[t + 1] ** 2) * (W_hy.T @ dy[t] + back)
        dW_hh += np.outer(da, hs[t])
        back = W_hh.T @ da
    return {"W_hh": dW_hh, "h0": back}


def elman_views(W_hh, W_xh, W_hy, b_h, x, h0, dy):
    """What is kept are columns that look at one array."""
    h, columns = h0.copy(), [h0[:, None]]
    for t in range(len(x)):
        np.tanh(W_xh @ x[t] + W_hh @ h + b_h, out=h)  # slip
        columns.append(h[:, None])
    dW_hh, back = np.zeros_like(W_hh), np.zeros((len(h0), 1))
    for t in reversed(range(len(x))):
        da = (1 - columns[t + 1] ** 2) * (W_hy.T @ dy[t][:, None] + back)
        dW_hh += da @ columns[t].T
        back = W_hh.T @ da
    return {"W_hh": dW_hh, "h0": back}


def lstm_cell_in_place(W_i, W_f, W_o, W_g, U_i, U_f, U_o, U_g, b_i, b_f, b_o, b_g, x, h0, c0, dh):
    """The cell is multiplied and added to where it stands, under two names and in the cache."""
    h, c, cache = h0, c0.copy(), []
    for t in range(len(x)):
        hp, cp = h, c
        i = sigmoid(W_i @ x[t] + U_i @ h + b_i)
        f = sigmoid(W_f @ x[t] + U_f @ h + b_f)
        o = sigmoid(W_o @ x[t] + U_o @ h + b_o)
        g = np.tanh(W_g @ x[t] + U_g @ h + b_g)
        c *= f  # slip
        c += i * g
        cn = c
        tc = np.tanh(cn)
        h = o * tc
        cache.append((hp, cp, i, f, o, g, tc))
    dU_f, dhn, dcn = np.zeros_like(U_f), np.zeros_like(h0), np.zeros_like(c0)
    for t in reversed(range(len(x))):
        hp, cp, i, f, o, g, tc = cache[t]
        d = dh[t] + dhn
        dc = dcn + d * o * (1 - tc**2)
        da_o, da_i = d * tc * o * (1 - o), dc * g * i * (1 - i)
        da_f, da_g = dc * cp * f * (1 - f), dc * i * (1 - g**2)
        dU_f += da_f @ hp.T
        dhn = U_i.T @ da_i + U_f.T @ da_f + U_o.T @ da_o + U_g.T @ da_g
        dcn = dc * f
    return {"U_f": dU_f, "h0": dhn, "c0": dcn}


def lstm_start_in_place(W_i, W_f, W_o, W_g, U_i, U_f, U_o, U_g, b_i, b_f, b_o, b_g, x, h0, c0, dh):
    """Copies are kept, but the state before the first step, which was handed in, is overwritten."""
    h, c, hs, cs, gates = h0, c0, [h0], [], []
    for t in range(len(x)):
        i = sigmoid(W_i @ x[t] + U_i @ h + b_i)
        f = sigmoid(W_f @ x[t] + U_f @ h + b_f)
        o = sigmoid(W_o @ x[t] + U_o @ h + b_o)
        g = np.tanh(W_g @ x[t] + U_g @ h + b_g)
        c *= f  # slip
        c += i * g
        cs.append(c.copy())
        h = o * np.tanh(c)
        hs.append(h)
        gates.append((i, f, o, g))
    dU_f, dhn, dcn = np.zeros_like(U_f), np.zeros_like(h0), np.zeros_like(h0)
    for t in reversed(range(len(x))):
        i, f, o, g = gates[t]
        cp = cs[t - 1] if t else c0
        tc, d = np.tanh(cs[t]), dh[t] + dhn
        dc = dcn + d * o * (1 - tc**2)
        da_o, da_i = d * tc * o * (1 - o), dc * g * i * (1 - i)
        da_f, da_g = dc * cp * f * (1 - f), dc * i * (1 - g**2)
        dU_f += da_f @ hs[t].T
        dhn = U_i.T @ da_i + U_f.T @ da_f + U_o.T @ da_o + U_g.T @ da_g
        dcn = dc * f
    return {"U_f": dU_f, "h0": dhn, "c0": dcn}


def written_through_views(slip):
    """Gates are written into blocks of one array, and sums through a name of their own, as they should be."""

    def elman(W_hh, W_xh, W_hy, b_h, x, h0, dy):
        T, n = len(x), len(h0)
        states = np.empty((T + 1, n))
        states[0] = h0
        for t in range(T):
            row = states[t + 1]
            row[:] = W_xh @ x[t] + W_hh @ states[t] + b_h
            np.tanh(row, out=row)
        grads = {"W_hh": np.zeros_like(W_hh), "b_h": np.zeros_like(b_h)}
        dW, both, back = grads["W_hh"], np.empty((2, n)), np.zeros_like(h0)
        dh, da = both
        for t in reversed(range(T)):
            dh[:] = W_hy.T @ dy[t]
            dh += back
            np.multiply(dh, states[t + 1] if slip == "slope" else 1 - states[t + 1] ** 2, out=da)
            dW += np.outer(da, states[t + 1] if slip == "state" else states[t])
            grads["b_h"] += both[1]
            back[:] = both[1] @ (W_hh.T if slip == "turned" else W_hh)
        return {**grads, "h0": back}

    return elman


def added_through_views(slip):
    """What comes back is added to views of what the loss gives, which is read under its own name again."""

    def elman(W_hh, W_hy, h0, h, dy):
        dW, from_loss, carried = np.zeros_like(W_hh), {"h": dy @ W_hy}, np.zeros_like(h0)
        for t in reversed(range(len(h))):
            before, total = h[t - 1] if t else h0, from_loss["h"][t]
            total += carried
            da = from_loss["h"][t] * (1 - h[t] if slip == "square" else 1 - h[t] ** 2)
            dW += np.outer(da, h[t] if slip == "state" else before)
            carried = (W_hh if slip == "turned" else W_hh.T) @ da
        return {"W_hh": dW, "h0": carried}

    return elman
