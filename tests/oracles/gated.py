"""Backpropagation through time by hand for the LSTM and for the GRU with the reset after the product.

The entries may be float64, or mpmath numbers in object arrays for any precision. Sources of the equations: Gers,
Schmidhuber and Cummins (2000) for the LSTM, and the documentation of ``torch.nn.GRU``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeAlias

import mpmath
import numpy as np

Array: TypeAlias = np.ndarray[Any, np.dtype[Any]]
Gradients: TypeAlias = dict[str, Array]


def lstm_gradients(params: Mapping[str, Array], x: Array, h_0: Array, c_0: Array, slopes: Array) -> Gradients:
    """Gradients of L = Σ_t slopes_t · h_t for an LSTM, run backwards.

    Args:
        params: ``W_i`` (n, m), ``U_i`` (n, n), ``b_i`` (n,), and the same for the gates f and o and the candidate g.
        x: the inputs, (T, m).
        h_0: the initial state, (n,).
        c_0: the initial cell, (n,).
        slopes: the derivative of the loss by each h_t, (T, n).

    Returns:
        A gradient for every parameter, and for ``h_0``, ``c_0`` and ``x``.

    >>> one = {f"{kind}_{gate}": np.ones((1, 1) if kind != "b" else 1) for kind in "WUb" for gate in "ifog"}
    >>> lstm_gradients(one, np.zeros((1, 1)), np.zeros(1), np.ones(1), np.ones((1, 1)))["c_0"].round(4)
    array([0.1405])
    """
    h, c, steps = h_0, c_0, []
    for now in x:
        inner = {gate: params[f"W_{gate}"] @ now + params[f"U_{gate}"] @ h + params[f"b_{gate}"] for gate in "ifog"}
        i, f, o, g = _sigmoid(inner["i"]), _sigmoid(inner["f"]), _sigmoid(inner["o"]), _tanh(inner["g"])
        before, c = (h, c), f * c + i * g
        squashed = _tanh(c)
        h = o * squashed
        steps.append((now, *before, i, f, o, g, squashed))
    out = {name: value * 0 for name, value in params.items()}
    dh, dc, dx = h_0 * 0, c_0 * 0, []
    for slope, (now, h_before, c_before, i, f, o, g, squashed) in zip(slopes[::-1], steps[::-1], strict=True):
        dh = dh + slope
        dc = dc + dh * o * (1 - squashed**2)
        inner = {
            "i": dc * g * i * (1 - i),
            "f": dc * c_before * f * (1 - f),
            "o": dh * squashed * o * (1 - o),
            "g": dc * i * (1 - g**2),
        }
        for gate, error in inner.items():
            out[f"W_{gate}"] = out[f"W_{gate}"] + np.outer(error, now)
            out[f"U_{gate}"] = out[f"U_{gate}"] + np.outer(error, h_before)
            out[f"b_{gate}"] = out[f"b_{gate}"] + error
        dx.append(sum((params[f"W_{gate}"].T @ error for gate, error in inner.items()), now * 0))
        dh = sum((params[f"U_{gate}"].T @ error for gate, error in inner.items()), dh * 0)
        dc = dc * f
    return {**out, "h_0": dh, "c_0": dc, "x": np.stack(dx[::-1])}


def gru_gradients(params: Mapping[str, Array], x: Array, h_0: Array, slopes: Array) -> Gradients:
    """Gradients of L = Σ_t slopes_t · h_t for a GRU with the reset after the product, run backwards.

    Args:
        params: ``W_ir`` (n, m), ``b_ir`` (n,), ``W_hr`` (n, n), ``b_hr`` (n,), and the same for z and n.
        x: the inputs, (T, m).
        h_0: the initial state, (n,).
        slopes: the derivative of the loss by each h_t, (T, n).

    Returns:
        A gradient for every parameter, and for ``h_0`` and ``x``.

    >>> one = {f"{kind}_{to}{gate}": np.ones((1, 1) if kind == "W" else 1) for kind in "Wb" for to in "ih"
    ...        for gate in "rzn"}
    >>> gru_gradients(one, np.zeros((1, 1)), np.zeros(1), np.ones((1, 1)))["b_in"].round(4)
    array([0.0106])
    """
    h, steps = h_0, []
    for now in x:
        inputs = {gate: params[f"W_i{gate}"] @ now + params[f"b_i{gate}"] for gate in "rzn"}
        states = {gate: params[f"W_h{gate}"] @ h + params[f"b_h{gate}"] for gate in "rzn"}
        r, z = (_sigmoid(inputs[gate] + states[gate]) for gate in "rz")
        g = _tanh(inputs["n"] + r * states["n"])
        steps.append((now, h, r, z, g, states["n"]))
        h = (1 - z) * g + z * h
    out = {name: value * 0 for name, value in params.items()}
    dh, dx = h_0 * 0, []
    for slope, (now, before, r, z, g, state) in zip(slopes[::-1], steps[::-1], strict=True):
        dh = dh + slope
        candidate = dh * (1 - z) * (1 - g**2)
        reset, update = candidate * state * r * (1 - r), dh * (before - g) * z * (1 - z)
        from_input = {"r": reset, "z": update, "n": candidate}
        from_state = {"r": reset, "z": update, "n": candidate * r}
        for kind, errors, source in (("i", from_input, now), ("h", from_state, before)):
            for gate, error in errors.items():
                out[f"W_{kind}{gate}"] = out[f"W_{kind}{gate}"] + np.outer(error, source)
                out[f"b_{kind}{gate}"] = out[f"b_{kind}{gate}"] + error
        dx.append(sum((params[f"W_i{gate}"].T @ error for gate, error in from_input.items()), now * 0))
        dh = sum((params[f"W_h{gate}"].T @ error for gate, error in from_state.items()), dh * z)
    return {**out, "h_0": dh, "x": np.stack(dx[::-1])}


def _tanh(a: Array) -> Array:
    return np.frompyfunc(mpmath.tanh, 1, 1)(a) if a.dtype == object else np.tanh(a)


def _sigmoid(a: Array) -> Array:
    return (1 + _tanh(a / 2)) / 2
