"""Backward passes written by hand, each with one slip in the line that ends with ``# slip``, and right ones.

They are written from the equations of the cells, in ways that differ: one sequence or a batch, states as columns or as
rows, gates one by one or stacked, lists, arrays and dictionaries, sums on the way or at the end.
"""

from __future__ import annotations

import numpy as np


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


# -- Elman, one sequence -----------------------------------------------------------------------------------------------


def elman_not_transposed(W_hh, W_xh, W_hy, x, h0, h, dy):
    before = np.concatenate([h0[None], h[:-1]])
    dW, dx, back = np.zeros_like(W_hh), np.zeros_like(x), np.zeros_like(h0)
    for t in reversed(range(len(x))):
        dh = W_hy.T @ dy[t] + back
        da = (1 - h[t] ** 2) * dh
        dW += np.outer(da, before[t])
        dx[t] = W_xh.T @ da
        back = W_hh @ da  # slip
    return {"W_hh": dW, "x": dx, "h0": back}


def elman_state_of_the_step(W_hh, W_hy, h0, h, dy):
    dW, back = np.zeros_like(W_hh), np.zeros_like(h0)
    for t in range(len(h) - 1, -1, -1):
        slope = 1 - h[t] ** 2
        da = slope * (W_hy.T @ dy[t] + back)
        dW = dW + np.outer(da, h[t])  # slip
        back = W_hh.T @ da
    return {"W_hh": dW, "h0": back}


def elman_square_forgotten(W_hh, W_hy, h0, h, dy):
    before = [h0, *h[:-1]]
    dW, back = np.zeros_like(W_hh), np.zeros_like(h0)
    for t in reversed(range(len(h))):
        dh = W_hy.T @ dy[t] + back
        slope = 1 - h[t]  # slip
        da = slope * dh
        dW += np.outer(da, before[t])
        back = W_hh.T @ da
    return {"W_hh": dW, "h0": back}


def elman_without_what_comes_back(W_hh, W_xh, W_hy, x, h0, h, dy):
    grads = {"W_xh": np.zeros_like(W_xh), "W_hy": np.zeros_like(W_hy)}
    back = np.zeros_like(h0)
    for t in reversed(range(len(h))):
        dh = W_hy.T @ dy[t]  # slip
        da = (1 - h[t] ** 2) * dh
        grads["W_xh"] += np.outer(da, x[t])
        grads["W_hy"] += np.outer(dy[t], h[t])
        back = W_hh.T @ da
    return {**grads, "h0": back}


def elman_slope_forgotten(W_hh, W_xh, W_hy, b_h, x, h0, h, dy):
    before = [h0, *h[:-1]]
    dW, dU, db, back = np.zeros_like(W_hh), np.zeros_like(W_xh), np.zeros_like(b_h), np.zeros_like(h0)
    for t in reversed(range(len(h))):
        da = W_hy.T @ dy[t] + back  # slip
        dW += np.outer(da, before[t])
        dU += np.outer(da, x[t])
        db += da
        back = W_hh.T @ da
    return {"W_hh": dW, "W_xh": dU, "b_h": db, "h0": back}


def elman_bias_not_summed(W_hh, W_hy, b_h, h0, h, dy):
    db, back = np.zeros_like(b_h), np.zeros_like(h0)
    for t in reversed(range(len(h))):
        da = (1 - h[t] ** 2) * (W_hy.T @ dy[t] + back)
        db = da  # slip
        back = W_hh.T @ da
    return {"b_h": db, "h0": back}


# -- GRU, batches of rows ----------------------------------------------------------------------------------------------


def gru_reset_forgotten(U_z, U_r, U_h, h0, h, z, r, g, dh):
    carry = np.zeros_like(h0)
    dU_h = np.zeros_like(U_h)
    for t in reversed(range(len(h))):
        prev = h[t - 1] if t else h0
        d = dh[t] + carry
        da_g = d * (1 - z[t]) * (1 - g[t] ** 2)
        drh = da_g @ U_h
        dU_h += da_g.T @ prev  # slip
        da_r = drh * prev * r[t] * (1 - r[t])
        da_z = d * (prev - g[t]) * z[t] * (1 - z[t])
        carry = d * z[t] + drh * r[t] + da_r @ U_r + da_z @ U_z
    return {"U_h": dU_h, "h0": carry}


def gru_sign_of_the_update_gate(W_z, U_z, U_r, U_h, x, h0, h, z, r, g, dh):
    carry, dW_z = np.zeros_like(h0), np.zeros_like(W_z)
    for t in reversed(range(len(h))):
        prev = h[t - 1] if t else h0
        d = dh[t] + carry
        da_g = d * (1 - z[t]) * (1 - g[t] ** 2)
        drh = da_g @ U_h
        da_r = drh * prev * r[t] * (1 - r[t])
        da_z = d * (g[t] - prev) * z[t] * (1 - z[t])  # slip
        dW_z += da_z.T @ x[t]
        carry = d * z[t] + drh * r[t] + da_r @ U_r + da_z @ U_z
    return {"W_z": dW_z, "h0": carry}


def gru_way_left_out(U_z, U_r, U_h, b_z, h0, h, z, r, g, dh):
    carry, db_z = np.zeros_like(h0), np.zeros_like(b_z)
    for t in reversed(range(len(h))):
        prev = h[t - 1] if t else h0
        d = dh[t] + carry
        da_g = d * (1 - z[t]) * (1 - g[t] ** 2)
        drh = da_g @ U_h
        da_z = d * (prev - g[t]) * z[t] * (1 - z[t])
        db_z = db_z + da_z.sum(axis=0)
        carry = d * z[t] + drh * r[t] + da_z @ U_z  # slip
    return {"b_z": db_z, "h0": carry}


# -- LSTM, batches of columns ------------------------------------------------------------------------------------------


def lstm_cell_not_forgotten(U_i, U_f, U_o, U_g, h0, c0, i, f, o, g, c, dh):
    back, dc_next, dU_f = np.zeros_like(h0), np.zeros_like(c0), np.zeros_like(U_f)
    for t in reversed(range(len(c))):
        d = dh[t] + back
        tc = np.tanh(c[t])
        dc = d * o[t] * (1 - tc**2) + dc_next
        c_prev = c[t - 1] if t else c0
        di, df, do, dg = dc * g[t], dc * c_prev, d * tc, dc * i[t]
        da_i, da_f = di * i[t] * (1 - i[t]), df * f[t] * (1 - f[t])
        da_o, da_g = do * o[t] * (1 - o[t]), dg * (1 - g[t] ** 2)
        h_prev = o[t - 1] * np.tanh(c[t - 1]) if t else h0
        dU_f += da_f @ h_prev.T
        back = U_i.T @ da_i + U_f.T @ da_f + U_o.T @ da_o + U_g.T @ da_g
        dc_next = dc  # slip
    return {"U_f": dU_f, "h0": back, "c0": dc_next}


def lstm_cell_of_the_step(U_i, U_f, U_o, U_g, h0, c0, i, f, o, g, c, dh):
    back, dc_next = np.zeros_like(h0), np.zeros_like(c0)
    for t in reversed(range(len(c))):
        d = dh[t] + back
        tc = np.tanh(c[t])
        dc = d * o[t] * (1 - tc**2) + dc_next
        da_i = dc * g[t] * i[t] * (1 - i[t])
        da_f = dc * c[t] * f[t] * (1 - f[t])  # slip
        da_o = d * tc * o[t] * (1 - o[t])
        da_g = dc * i[t] * (1 - g[t] ** 2)
        back = U_i.T @ da_i + U_f.T @ da_f + U_o.T @ da_o + U_g.T @ da_g
        dc_next = dc * f[t]
    return {"h0": back, "c0": dc_next}


def lstm_tanh_forgotten(U_i, U_f, U_o, U_g, b_o, h0, c0, i, f, o, g, c, dh):
    back, dc_next, db_o = np.zeros_like(h0), np.zeros_like(c0), np.zeros_like(b_o)
    for t in reversed(range(len(c))):
        d = dh[t] + back
        tc = np.tanh(c[t])
        dc = d * o[t] + dc_next  # slip
        c_prev = c[t - 1] if t else c0
        da_i, da_f = dc * g[t] * i[t] * (1 - i[t]), dc * c_prev * f[t] * (1 - f[t])
        da_o = d * tc * o[t] * (1 - o[t])
        db_o += da_o.sum(axis=1)
        da_g = dc * i[t] * (1 - g[t] ** 2)
        back = U_i.T @ da_i + U_f.T @ da_f + U_o.T @ da_o + U_g.T @ da_g
        dc_next = dc * f[t]
    return {"b_o": db_o, "h0": back, "c0": dc_next}


# -- right ones --------------------------------------------------------------------------------------------------------


def elman_plain(W_hh, W_xh, W_hy, x, h0, h, dy):
    """One sequence, states as they are given, sums on the way."""
    before = np.concatenate([h0[None], h[:-1]])
    dW, dx, back = np.zeros_like(W_hh), np.zeros_like(x), np.zeros_like(h0)
    for t in reversed(range(len(x))):
        dh = W_hy.T @ dy[t] + back
        da = (1 - h[t] ** 2) * dh
        dW += np.outer(da, before[t])
        dx[t] = W_xh.T @ da
        back = W_hh.T @ da
    return {"W_hh": dW, "x": dx, "h0": back}


def elman_at_the_end(W_hh, W_xh, b_h, W_hy, x, h0, dy):
    """The forward pass is done again, errors are kept in a list, and sums are taken at the end, of a batch of rows."""
    states = [h0]
    for x_t in x:
        pre = x_t @ W_xh.T + states[-1] @ W_hh.T + b_h
        states.append(np.tanh(pre))
    errors, carry = [], 0 * h0
    for step in range(len(x) - 1, -1, -1):
        from_loss = dy[step] @ W_hy
        both = from_loss + carry
        squares = states[step + 1] * states[step + 1]
        errors.insert(0, both - squares * both)
        carry = errors[0] @ W_hh
    stacked = np.stack(errors)
    dW_hh = np.einsum("tbi,tbj->ij", stacked, np.stack(states[:-1]))
    return {"W_hh": dW_hh, "b_h": stacked.sum(axis=(0, 1)), "h0": carry}


def gru_dictionaries(U_z, U_r, U_h, b_z, h0, h, z, r, g, dh):
    """Gradients in a dictionary, errors named by their gates, and 1 - z by a name of its own."""
    grads = {"U_h": np.zeros_like(U_h), "b_z": np.zeros_like(b_z)}
    carry = np.zeros_like(h0)
    t = len(h) - 1
    while t >= 0:
        prev = h[t - 1] if t else h0
        d = dh[t] + carry
        keep = 1 - z[t]
        dg = d * keep
        dg *= 1 - g[t] ** 2
        drh = dg @ U_h
        dr = drh * prev * r[t] * (1 - r[t])
        dz = d * (prev - g[t]) * z[t] * keep
        grads["U_h"] += dg.T @ (r[t] * prev)
        grads["b_z"] += dz.sum(0)
        carry = d * z[t] + drh * r[t] + dr @ U_r + dz @ U_z
        t -= 1
    return {**grads, "h0": carry}


def lstm_columns(U_i, U_f, U_o, U_g, h0, c0, i, f, o, g, c, dh):
    """Batches of columns, gates one by one, several to a line."""
    back, dc_next, dU_f = np.zeros_like(h0), np.zeros_like(c0), np.zeros_like(U_f)
    for t in reversed(range(len(c))):
        d = dh[t] + back
        tc = np.tanh(c[t])
        dc = d * o[t] * (1 - tc**2) + dc_next
        c_prev = c[t - 1] if t else c0
        di, df, do, dg = dc * g[t], dc * c_prev, d * tc, dc * i[t]
        da_i, da_f = di * i[t] * (1 - i[t]), df * f[t] * (1 - f[t])
        da_o, da_g = do * o[t] * (1 - o[t]), dg * (1 - g[t] ** 2)
        h_prev = o[t - 1] * np.tanh(c[t - 1]) if t else h0
        dU_f += da_f @ h_prev.T
        back = U_i.T @ da_i + U_f.T @ da_f + U_o.T @ da_o + U_g.T @ da_g
        dc_next = dc * f[t]
    return {"U_f": dU_f, "h0": back, "c0": dc_next}


def lstm_stacked(W, b, x, h0, c0, dh):
    """The gates i, f, o, g in one matrix, states as rows, and everything that comes forward done again."""
    T, n = len(x), h0.shape[-1]
    hs, cs, gates = [h0], [c0], []
    for t in range(T):
        a = np.concatenate([hs[-1], x[t]], axis=1) @ W.T + b
        s = np.concatenate([sigmoid(a[:, : 3 * n]), np.tanh(a[:, 3 * n :])], axis=1)
        i, f, o, g = np.split(s, 4, axis=1)
        gates.append((i, f, o, g))
        cs.append(f * cs[-1] + i * g)
        hs.append(o * np.tanh(cs[-1]))
    dW, db, dh_next, dc_next = np.zeros_like(W), np.zeros_like(b), np.zeros_like(h0), np.zeros_like(c0)
    for t in range(T - 1, -1, -1):
        i, f, o, g = gates[t]
        d = dh[t] + dh_next
        tc = np.tanh(cs[t + 1])
        dc = dc_next + d * o * (1 - tc**2)
        da = np.concatenate(
            [dc * g * i * (1 - i), dc * cs[t] * f * (1 - f), d * tc * o * (1 - o), dc * i * (1 - g**2)],
            axis=1,
        )
        both = np.concatenate([hs[t], x[t]], axis=1)
        dW += da.T @ both
        db += da.sum(axis=0)
        dh_next, dc_next = (da @ W)[:, :n], dc * f
    return {"W": dW, "b": db, "h0": dh_next, "c0": dc_next}


GATES = ("i", "f", "o", "g")
STACKED = {"W": tuple((f"U_{gate}", f"W_{gate}") for gate in GATES), "b": tuple(f"b_{gate}" for gate in GATES)}


# -- lines that are right, though nothing right is made of what they assign --------------------------------------------


def gru_slope_forgotten(params, inputs, initial, slopes, quantities):
    h, r, z, g = (quantities[name] for name in "hrzg")
    U_h, U_r, U_z = params["U_h"], params["U_r"], params["U_z"]
    grads, dx, dh = {name: np.zeros_like(value) for name, value in params.items()}, [], np.zeros_like(h[0])
    for t in range(len(h) - 1, -1, -1):
        before = initial["h"] if t == 0 else h[t - 1]
        dh = dh + slopes["dh"][t]
        dg = dh * (1 - z[t])
        da_g = dg  # slip
        da_z = dh * (before - g[t]) * z[t] * (1 - z[t])
        dr = da_g @ U_h
        da_r = dr * before * r[t] * (1 - r[t])
        grads["U_h"] += da_g.T @ (before * r[t])
        for name, da in (("h", da_g), ("z", da_z), ("r", da_r)):
            grads["b_" + name] += da.sum(axis=0)
        dx.insert(0, da_g @ params["W_h"] + da_z @ params["W_z"] + da_r @ params["W_r"])
        dh = dh * z[t] + dr * r[t] + da_z @ U_z + da_r @ U_r
    return {"U_h": grads["U_h"], "b_h": grads["b_h"], "b_z": grads["b_z"], "b_r": grads["b_r"], "x": dx, "h0": dh}


def gru_state_from_the_end(params, inputs, initial, slopes, quantities):
    h, r, z, g = (quantities[name] for name in "hrzg")
    U_h, U_r, U_z = params["U_h"], params["U_r"], params["U_z"]
    dU, dx, dh = np.zeros_like(U_h), [], np.zeros_like(h[0])
    for t in range(len(h) - 1, -1, -1):
        before = h[t - 1]  # slip
        dh = dh + slopes["dh"][t]
        da_g = dh * (1 - z[t]) * (1 - g[t] ** 2)
        da_z = dh * (before - g[t]) * z[t] * (1 - z[t])
        dr = da_g @ U_h
        da_r = dr * before * r[t] * (1 - r[t])
        dU += da_g.T @ (before * r[t])
        dx.insert(0, da_g @ params["W_h"] + da_z @ params["W_z"] + da_r @ params["W_r"])
        dh = dh * z[t] + dr * r[t] + da_z @ U_z + da_r @ U_r
    return {"U_h": dU, "x": dx, "h0": dh}


def elman_turned_before_the_loop(W_hh, W_hy, h0, h, dy):
    turned, full = W_hh.T, np.concatenate([h0[None], h])
    dW, back = np.zeros_like(W_hh), 0 * h0
    for t in range(len(h), 0, -1):
        dh = W_hy.T @ dy[t - 1] + back
        da = dh  # slip
        dW += np.outer(da, full[t - 1])
        back = turned @ da
    return {"W_hh": dW, "h0": back}


def lstm_gates_side_by_side(slip):
    """A pass with a slip that is asked for; one without it for another name."""

    def backward(W_ih, W_hh, bias, x, h0, c0, h, c, dh):
        dW_ih, dW_hh, db = np.zeros_like(W_ih), np.zeros_like(W_hh), np.zeros_like(bias)
        dh_next, dc_next = np.zeros_like(h0), np.zeros_like(c0)
        for t in range(len(h) - (2 if slip == "begun too late" else 1), -1, -1):
            h_before, c_before = (h[t - 1], c[t - 1]) if t else (h0, c0)
            a = x[t] @ W_ih.T + h_before @ W_hh.T + bias
            i, f, g, o = np.split(a, 4, axis=1)
            i, f, g, o = sigmoid(i), sigmoid(f), np.tanh(g), sigmoid(o)
            tanh_c = np.tanh(c_before if slip == "cell of the step before" else c[t])
            total = dh[t] + dh_next
            d_o = total * tanh_c * o * (1 - o)
            dc = dc_next + total * o * (1 if slip == "slope of the cell" else 1 - tanh_c**2)
            d_i, d_f, d_g = dc * g * i * (1 - i), dc * c_before * f * (1 - f), dc * i * (1 - g**2)
            da = np.concatenate([d_f, d_i, d_g, d_o] if slip == "order of gates" else [d_i, d_f, d_g, d_o], axis=1)
            turned = np.concatenate([d_f, d_i, d_g, d_o] if slip == "order in one" else [d_i, d_f, d_g, d_o], axis=1)
            dW_ih += turned.T @ x[t]
            dW_hh += da.T @ h_before
            db += da.sum(0)
            dh_next = da @ W_hh
            dc_next = dc * f
        return {"W_ih": dW_ih, "W_hh": dW_hh, "bias": db, "h0": dh_next, "c0": dc_next}

    return backward


SIDE_BY_SIDE = {
    name: tuple(f"{own}_{gate}" for gate in "ifgo") for name, own in {"W_ih": "W", "W_hh": "U", "bias": "b"}.items()
}


def elman_last_step_first(slip):
    """The last step stands before the loop, as do all slopes and states; with a slip, or without."""

    def backward(W_hh, W_hy, h0, h, dy):
        turned = W_hh if slip == "not turned" else W_hh.T
        before = np.vstack([h[:1] if slip == "first for initial" else h0[None], h[:-1]])
        slope = 1 - (h if slip == "no square" else h * h)
        da = slope[-1] * (W_hy.T @ dy[-1])
        dW, back = np.outer(da, before[-1]), turned @ da
        for t in range(len(h) - 2, -1, -1):
            dh = W_hy.T @ dy[t] + back
            da = slope[t] * dh
            dW = dW + np.outer(da, before[t])
            back = turned @ da
        return {"W_hh": dW, "h0": back}

    return backward
