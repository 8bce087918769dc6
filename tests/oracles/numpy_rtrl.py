"""Forward-mode derivatives of the Elman network by real-time recurrent learning, in NumPy (float64).

While backpropagation walks from t = T down to 1, this route walks with the states from t = 1 up to T and
carries the whole Jacobian along, by the chain rule applied to h_t = phi(W_hh h_{t-1} + ...):

    dh_t/dw = diag(phi'(a_t)) (W_hh dh_{t-1}/dw + da_t/dw for h_{t-1} held fixed).

It shares no step with the backward pass, so the two agree only when both are right. Numerator layout; a
matrix is flattened by stacking its columns, vec(W)[a + n b] = W[a, b], so that W h = (h^T kron I) vec(W).
Source: Williams & Zipser 1989, Neural Computation 1(2), 270-280.

Two steps of the scalar network h_t = w h_{t-1} give h_2 = w^2 h_0, hence dh_2/dw = 2 w h_0:

>>> params = {"W_hh": [[3.0]], "W_xh": [[0.0]], "W_hy": [[1.0]], "b_h": [0.0], "b_y": [0.0]}
>>> jacobians = rtrl_jacobians(params, [[0.0], [0.0]], [5.0], "identity")
>>> jacobians.ravel().tolist()  # dh_0/dw, dh_1/dw, dh_2/dw
[0.0, 5.0, 30.0]
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import ArrayLike

from symrnn.errors import EvaluationError
from symrnn.oracles._checks import Network, check_time, check_wrt, float_network
from symrnn.oracles.activations import Array, activation
from symrnn.oracles.losses import Loss

STATE_NAMES = ("W_hh", "W_xh", "b_h", "h_0")


def rtrl_jacobians(params: Mapping[str, ArrayLike], x: ArrayLike, h_0: ArrayLike, phi: str, wrt: str = "W_hh") -> Array:
    """Return dh_t/d(wrt) for every t.

    Args:
        params: W_hh (n, n), W_xh (n, m), W_hy (q, n), b_h (n,), b_y (q,).
        x: the inputs, of shape (T, m).
        h_0: the initial state, of shape (n,).
        phi: the name of the activation; "relu" has phi'(0) = 0 by convention.
        wrt: "W_hh", "W_xh", "b_h" or "h_0".

    Returns:
        An array of shape (T + 1, n, p), with p = n*n, n*m, n or n; entry t is dh_t/d(wrt).

    Raises:
        ShapeError: when two shapes do not fit.
        IndexRangeError: when T = 0.
        UnknownTermError: when ``phi``, ``wrt`` or a parameter name is unknown.
        EvaluationError: when an input is complex, NaN or infinite, or a value overflows.
    """
    check_wrt(wrt, STATE_NAMES)
    net = float_network(params, x, h_0)
    return _walk(net, phi, wrt)[1]


def rtrl_state_jacobian(
    params: Mapping[str, ArrayLike], x: ArrayLike, h_0: ArrayLike, phi: str, t: int, s: int
) -> Array:
    """Return dh_t/dh_s = D_t W_hh D_{t-1} W_hh ... D_{s+1} W_hh with D_r = diag(phi'(a_r)).

    Args:
        params: W_hh (n, n), W_xh (n, m), W_hy (q, n), b_h (n,), b_y (q,).
        x: the inputs, of shape (T, m).
        h_0: the initial state, of shape (n,).
        phi: the name of the activation.
        t: the later time, 0 <= t <= T.
        s: the earlier time, 0 <= s <= T; s = t gives I, and s > t gives 0, since no state looks ahead.

    Returns:
        The Jacobian, of shape (n, n).

    Raises:
        IndexRangeError: when ``t`` or ``s`` is not one of 0..T; otherwise as ``rtrl_jacobians``.

    >>> params = {"W_hh": [[3.0]], "W_xh": [[0.0]], "W_hy": [[1.0]], "b_h": [0.0], "b_y": [0.0]}
    >>> rtrl_state_jacobian(params, [[0.0]] * 4, [5.0], "identity", t=4, s=2).item()
    9.0
    """
    net = float_network(params, x, h_0)
    t, s = check_time("t", t, net.steps), check_time("s", s, net.steps)
    if s > t:
        return np.zeros_like(net.W_hh)
    later = Network(**{**vars(net), "h_0": _walk(net, phi, "h_0")[0][s], "x": net.x[s:]})
    return np.eye(len(net.h_0)) if s == t else _walk(later, phi, "h_0")[1][t - s]


def rtrl_output_jacobians(
    params: Mapping[str, ArrayLike], x: ArrayLike, h_0: ArrayLike, phi: str, wrt: str = "W_hh"
) -> Array:
    """Return dy_t/d(wrt) = W_hy dh_t/d(wrt) for t = 1..T, of shape (T, q, p); row t - 1 belongs to t.

    The arguments and the errors are those of ``rtrl_jacobians``.
    """
    W_hy = float_network(params, x, h_0).W_hy
    outputs: Array = W_hy @ rtrl_jacobians(params, x, h_0, phi, wrt)[1:]
    return outputs


def rtrl_gradients(
    params: Mapping[str, ArrayLike], x: ArrayLike, h_0: ArrayLike, phi: str, loss: Loss
) -> dict[str, Array]:
    """Return dL/dW_hh and so on, from dL/dw = sum_t g_t . dy_t/dw.

    Args:
        params: W_hh (n, n), W_xh (n, m), W_hy (q, n), b_h (n,), b_y (q,).
        x: the inputs, of shape (T, m).
        h_0: the initial state, of shape (n,).
        phi: the name of the activation.
        loss: ``squared_error(targets)`` or ``linear(g)`` with data of shape (T, q).

    Returns:
        The gradients for W_hh, W_xh, W_hy, b_h, b_y and h_0, each in the shape of its parameter.

    Raises:
        SymrnnError: as ``rtrl_jacobians``, and ShapeError when the loss does not fit.
    """
    net = float_network(params, x, h_0)
    h = _walk(net, phi, "h_0")[0]
    g = loss.slope(h[1:] @ net.W_hy.T + net.b_y)
    gradients = {"W_hy": g.T @ h[1:], "b_y": g.sum(axis=0)}
    for name in STATE_NAMES:
        flat = np.einsum("ti,tip->p", g, rtrl_output_jacobians(params, x, h_0, phi, name))
        gradients[name] = flat.reshape(getattr(net, name).shape, order="F")  # undo vec
    return gradients


def _walk(net: Network, phi: str, wrt: str) -> tuple[Array, Array]:
    """Return the states (T + 1, n) and the Jacobians (T + 1, n, p) of one forward walk."""
    function, n = activation(phi), len(net.h_0)
    h = [net.h_0]
    J = [np.eye(n) if wrt == "h_0" else np.zeros((n, getattr(net, wrt).size))]
    with np.errstate(over="ignore", invalid="ignore"):
        for x_t in net.x:
            factors = {"W_hh": h[-1], "W_xh": x_t, "b_h": np.ones(1)}  # what each is multiplied by in a_t
            direct = np.kron(factors[wrt], np.eye(n)) if wrt in factors else np.zeros((n, n))
            a = net.W_xh @ x_t + net.W_hh @ h[-1] + net.b_h
            J.append(function.slope(a)[:, np.newaxis] * (net.W_hh @ J[-1] + direct))
            h.append(function.value(a))
    if not (np.isfinite(h).all() and np.isfinite(J).all()):
        raise EvaluationError(
            f"a state or its derivative by {wrt} is too large for float64",
            where="rtrl",
            advice="use smaller weights, fewer steps or the mpmath oracle",
        )
    return np.array(h), np.array(J)
