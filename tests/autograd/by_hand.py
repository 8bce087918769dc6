"""Forward passes as a user of PyTorch or JAX would write them, for the gradients of their autograd.

The columns of a batch stand side by side: x is (steps, m, batch), a state (n, batch). ``xp`` is torch or jax.numpy.
"""

from __future__ import annotations

from typing import Any


def elman(xp: Any, p: Any, inputs: Any, initial: Any, slopes: Any) -> Any:
    h, total = initial["h"], 0.0
    for x, g in zip(inputs["x"], slopes["dell_dy"], strict=True):
        h = xp.tanh(p["W_xh"] @ x + p["W_hh"] @ h + p["b_h"])
        total = total + (g * (p["W_hy"] @ h + p["b_y"])).sum()
    return total


def lstm(xp: Any, p: Any, inputs: Any, initial: Any, slopes: Any) -> Any:
    h, c, total = initial["h"], initial["c"], 0.0
    for x, g in zip(inputs["x"], slopes["dell_dh"], strict=True):
        a = {gate: p[f"W_{gate}"] @ x + p[f"U_{gate}"] @ h + p[f"b_{gate}"] for gate in "ifog"}
        c = c * sigmoid(xp, a["f"]) + sigmoid(xp, a["i"]) * xp.tanh(a["g"])
        h = sigmoid(xp, a["o"]) * xp.tanh(c)
        total = total + (g * h).sum()
    return total


def gru(xp: Any, p: Any, inputs: Any, initial: Any, slopes: Any) -> Any:
    h, total = initial["h"], 0.0
    for x, g in zip(inputs["x"], slopes["dell_dh"], strict=True):
        new = {gate: p[f"W_i{gate}"] @ x + p[f"b_i{gate}"] for gate in "rzn"}
        old = {gate: p[f"W_h{gate}"] @ h + p[f"b_h{gate}"] for gate in "rzn"}
        z = sigmoid(xp, new["z"] + old["z"])
        h = (1 - z) * xp.tanh(new["n"] + sigmoid(xp, new["r"] + old["r"]) * old["n"]) + z * h
        total = total + (g * h).sum()
    return total


def peephole_lstm(xp: Any, p: Any, inputs: Any, initial: Any, slopes: Any) -> Any:
    h, c, total = initial["h"], initial["c"], 0.0
    for x, g in zip(inputs["x"], slopes["dell_dh"], strict=True):
        a = {gate: p[f"W_{gate}"] @ x + p[f"U_{gate}"] @ h + p[f"b_{gate}"] for gate in "ifog"}
        new = sigmoid(xp, a["i"] + p["p_i"] * c) * xp.tanh(a["g"])
        c = sigmoid(xp, a["f"] + p["p_f"] * c) * c + new
        h = sigmoid(xp, a["o"] + p["p_o"] * c) * xp.tanh(c)
        total = total + (g * h).sum()
    return total


def sigmoid(xp: Any, a: Any) -> Any:
    return (1 + xp.tanh(a / 2)) / 2


LOSSES = {"Elman": elman, "LSTM": lstm, "ResetAfterGRU": gru, "PeepholeLSTM": peephole_lstm}
