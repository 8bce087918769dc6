"""Backward passes with a slip in a line that is marked, beside right lines that are easily blamed for it."""

from __future__ import annotations

import numpy as np

PREPENDED = """
def backward(W_hh, W_xh, W_hy, h0, h, x, dy):
    dW, db, back = np.zeros_like(W_hh), np.zeros_like(h0), np.zeros_like(h0)
    dx = {start}
    for t in reversed(range(len(h))):
        da = (1 - h[t] ** 2) * (W_hy.T @ dy[t] + back)
        {line}
        db = da  # slip
        back = W_hh.T @ da
    return {{"b_h": db, "x": np.array({dx}), "h0": back}}
"""


def bidirectional_summed(slip):
    def backward(W_hh, W_xh, W_hh_reverse, W_xh_reverse, x, h0, h_reverse0, h, h_reverse, dh, dh_reverse):
        T = len(x)
        dx, db = np.zeros_like(x), np.zeros_like(h_reverse0)
        back = np.zeros_like(h0)
        for t in reversed(range(T)):
            da = (dh[t] + back) * (1 - h[t] ** 2)
            dx[t] += W_xh.T @ da
            back = W_hh.T @ da
        dh0, back = back, np.zeros_like(h_reverse0)
        for s in reversed(range(T)):
            da = (dh_reverse[T - 1 - s] + back) * (1 - h_reverse[s] ** 2)
            db = da if slip == "sum" else db + da  # "sum"
            dx[T - 1 - s] += W_xh_reverse.T @ da
            back = (W_hh_reverse if slip == "transpose" else W_hh_reverse.T) @ da  # "transpose"
        return {"b_h_reverse": db, "x": dx, "h0": dh0, "h_reverse0": back}

    return backward


def gru_gates_in_a_loop(U_r, U_z, U_h, h0, h, r, z, g, dh):
    dU_r, dU_z, dU_h = (np.zeros_like(U_r) for _ in range(3))
    db_r, db_z, db_h = (np.zeros_like(h0) for _ in range(3))
    back = np.zeros_like(h0)
    for t in reversed(range(len(h))):
        d = dh[t] + back
        before = h[t - 1] if t else h0
        dz = d * (before - g[t]) * z[t] * (1 - z[t])
        dg = d * (1 - z[t]) * (1 - g[t] ** 2)
        dr = (U_h.T @ dg) * before * r[t] * (1 - r[t])
        for dU, db, da, s in ((dU_r, db_r, dr, before), (dU_z, db_z, dz, before), (dU_h, db_h, dg, r[t] * before)):
            dU += np.outer(s, da)  # slip
            db += da
        back = d * z[t] + U_r.T @ dr + U_z.T @ dz + r[t] * (U_h.T @ dg)
    return {"U_r": dU_r, "U_z": dU_z, "U_h": dU_h, "b_r": db_r, "b_z": db_z, "b_h": db_h, "h0": back}


def elman_chunks(slip):
    def backward(W_hh, W_hy, h0, h, dy):
        T, K = len(h), 4
        dW, db, back = np.zeros_like(W_hh), np.zeros_like(h0), np.zeros_like(h0)
        for start in reversed(range(0, T, K)):
            for t in reversed(range(start, min(start + K, T))):
                dh = W_hy.T @ dy[t] + back
                da = dh * (1 - h[t] ** 2)
                dW += np.outer(da, h[t - 1] if t else h0)
                db = da if slip == "sum" else db + da  # "sum"
                back = W_hh.T @ da
            back = back * (slip != "cut")  # "cut"
        return {"W_hh": dW, "b_h": db, "h0": back}

    return backward


def lstm_array_of_gates(slip):
    def backward(U_i, U_f, U_o, U_g, h0, c0, i, f, o, g, c, h, dh):
        T, n = dh.shape
        D = np.zeros((T, 4, n))
        dhn, dcn = np.zeros(n), np.zeros(n)
        for t in reversed(range(T)):
            tc = np.tanh(c[t])
            d = dh[t] + dhn
            dc = dcn + d * o[t] * (1 - tc**2)
            D[t, 0] = dc * g[t] * i[t] * (1 - i[t] * (slip != 0))  # 0
            D[t, 1] = dc * (c[t - 1] if t else c0) * f[t] * (1 - f[t] * (slip != 1))  # 1
            D[t, 2] = d * tc * o[t] * (1 - o[t] * (slip != 2))  # 2
            D[t, 3] = dc * i[t] * (1 - g[t] ** (1 + (slip != 3)))  # 3
            dhn = U_i.T @ D[t, 0] + U_f.T @ D[t, 1] + U_o.T @ D[t, 2] + U_g.T @ D[t, 3]
            dcn = dc * f[t]
        return {"b_i": D[:, 0].sum(0), "b_f": D[:, 1].sum(0), "b_g": D[:, 3].sum(0), "h0": dhn, "c0": dcn}

    return backward


def elman_zeros_like_a_state(W_xh, W_hh, W_hy, b_h, x, h0, dy):
    hs = {-1: np.copy(h0)}
    for t in range(len(x)):
        hs[t] = np.tanh(W_xh @ x[t] + W_hh.T @ hs[t - 1] + b_h)  # slip
    dW, back = np.zeros_like(W_hh), np.zeros_like(hs[0])
    for t in reversed(range(len(x))):
        dh = np.dot(W_hy.T, dy[t]) + back
        da = (1 - hs[t] * hs[t]) * dh
        dW += np.outer(da, hs[t - 1])
        back = np.dot(W_hh.T, da)
    return {"W_hh": dW, "h0": back}


def lstm_other_gate_in_a_bias(U_i, U_f, U_o, U_g, h0, c0, i, f, o, g, c, h, dh):
    back, carry = 0 * h0, 0 * c0
    db_i, db_f = 0 * h0, 0 * h0
    for t in reversed(range(len(dh))):
        d = dh[t] + back
        tc = np.tanh(c[t])
        do = d * tc * o[t] * (1 - o[t])
        dc = carry + d * o[t] * (1 - tc**2)
        di = dc * g[t] * i[t] * (1 - i[t])
        df = dc * (c[t - 1] if t else c0) * f[t] * (1 - f[t])
        dg = dc * i[t] * (1 - g[t] ** 2)
        db_i += di
        db_f += di  # slip
        back = U_i.T @ di + U_f.T @ df + U_o.T @ do + U_g.T @ dg
        carry = dc * f[t]
    grads = {"b_i": db_i, "b_f": db_f, "h0": back}
    grads["c0"] = carry
    return grads


def lstm_other_gate_in_a_dictionary(U_i, U_f, U_o, U_g, h0, c0, i, f, o, g, c, h, dh):
    grads = {"b_i": 0 * h0, "b_f": 0 * h0}
    back, carry = 0 * h0, 0 * c0
    for t in reversed(range(len(dh))):
        d = dh[t] + back
        tc = np.tanh(c[t])
        do = d * tc * o[t] * (1 - o[t])
        dc = carry + d * o[t] * (1 - tc**2)
        di = dc * g[t] * i[t] * (1 - i[t])
        df = dc * (c[t - 1] if t else c0) * f[t] * (1 - f[t])
        dg = dc * i[t] * (1 - g[t] ** 2)
        grads["b_i"] += di
        grads["b_f"] += di  # slip
        back = U_i.T @ di + U_f.T @ df + U_o.T @ do + U_g.T @ dg
        carry = dc * f[t]
    return grads


def elman_written_in_place(W_hh, W_xh, b_h, W_hy, x, h0, dy):
    T, n = len(x), len(h0)
    tmp, da, back = np.empty(n), np.empty(n), np.zeros(n)
    H = np.empty((T + 1, n))
    H[0] = h0
    for t in range(T):
        np.matmul(W_hh, H[t], out=tmp)
        tmp += W_xh @ x[t]
        tmp += b_h
        np.tanh(tmp, out=H[t + 1])
    dW, db, dx = np.zeros_like(W_hh), np.zeros(n), np.empty_like(x)
    for t in range(T - 1, -1, -1):
        np.matmul(dy[t], W_hy, out=tmp)
        back += tmp
        np.square(H[t + 1], out=da)
        np.subtract(1, da, out=da)
        da *= back
        dW += da[:, None] * H[t]
        db[:] = da  # slip
        np.matmul(da, W_xh, out=dx[t])
        np.matmul(da, W_hh, out=back)
    return {"W_hh": dW, "b_h": db, "x": dx, "h0": back}


class Kept:
    """What sums are kept in: nobody sees what goes in and comes out."""

    def __init__(self):
        self.sums = {}

    def add(self, name, value):
        self.sums[name] = self.sums.get(name, 0) + value


def elman_summed_in_an_object(W_hh, W_hy, h0, h, dy):
    kept, back = Kept(), np.zeros_like(h0)
    for t in reversed(range(len(h))):
        dh = W_hy.T @ dy[t] + back
        da = dh * (1 - h[t])  # slip
        kept.add("W_hh", np.outer(da, h[t - 1] if t else h0))
        back = W_hh.T @ da
    dW = kept.sums["W_hh"]
    return {"W_hh": dW}


AT_THE_MARGIN = """
if True:
    def backward(W_hh, W_hy, h0, h, dy):
        '''A docstring
that is not indented.
        '''
        dW, back = np.zeros_like(W_hh), 0
        for t in reversed(range(len(h))):
            da = (1 - h[t] ** 2) * (W_hy.T @ dy[t] + back)
# a comment at the margin
            dW = dW + np.outer(da, h[t])  # slip
            back = W_hh.T @ da
        return {"W_hh": dW, "h0": back}
"""
