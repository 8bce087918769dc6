"""Backpropagation through time for the Elman network, by hand in NumPy (float64).

The network is a_t = W_xh x_t + W_hh h_{t-1} + b_h, h_t = phi(a_t), y_t = W_hy h_t + b_y for t = 1..T.
The backward pass carries delta_t = dL/da_t (written as a column) from t = T down to t = 1. Source:
Rumelhart, Hinton & Williams 1986, Nature 323, 533-536; Werbos 1990, Proc. IEEE 78(10), 1550-1560.

Two steps of the scalar network h_t = w h_{t-1} give h_2 = w^2 h_0, hence dh_2/dw = 2 w h_0:

>>> from symrnn.oracles.losses import linear
>>> params = {"W_hh": [[3.0]], "W_xh": [[0.0]], "W_hy": [[1.0]], "b_h": [0.0], "b_y": [0.0]}
>>> result = backward(params, [[0.0], [0.0]], [5.0], "identity", linear([[0.0], [1.0]]))
>>> result.gradients["W_hh"].item(), 2 * 3.0 * 5.0
(30.0, 30.0)
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy import diag, outer, transpose
from numpy.typing import ArrayLike

from symrnn.errors import EvaluationError
from symrnn.oracles._checks import Network, float_network
from symrnn.oracles.activations import Activation, Array, activation
from symrnn.oracles.losses import Loss


@dataclass(frozen=True, eq=False)
class ForwardPass:
    """The values of a forward pass; a batch adds one axis in front.

    Attributes:
        a: the a_t, of shape (T, n); row t - 1 belongs to time t.
        h: the h_t, of shape (T + 1, n); row t belongs to time t, and row 0 is h_0.
        y: the y_t, of shape (T, q); row t - 1 belongs to time t.
    """

    a: Array
    h: Array
    y: Array


@dataclass(frozen=True, eq=False)
class BackwardPass:
    """The values of a backward pass.

    Attributes:
        loss: L, summed over the batch.
        gradients: dL/dW_hh and so on for W_hh, W_xh, W_hy, b_h, b_y and h_0, each in the shape of its
            parameter and summed over the batch.
        delta: the dL/da_t, of shape (T, n) or (batch, T, n); row t - 1 belongs to time t.
    """

    loss: float
    gradients: dict[str, Array]
    delta: Array


def forward(params: Mapping[str, ArrayLike], x: ArrayLike, h_0: ArrayLike, phi: str) -> ForwardPass:
    """Run the network.

    Args:
        params: W_hh (n, n), W_xh (n, m), W_hy (q, n), b_h (n,), b_y (q,), real or complex.
        x: the inputs, of shape (T, m) or (batch, T, m).
        h_0: the initial state, of shape (n,); a batch shares it.
        phi: the name of the activation.

    Returns:
        All a_t, h_t and y_t.

    Raises:
        ShapeError: when two shapes do not fit.
        IndexRangeError: when T = 0.
        UnknownTermError: when ``phi`` or a parameter name is unknown.
        EvaluationError: when an input is NaN or infinite, or a state overflows.

    >>> params = {"W_hh": [[2.0]], "W_xh": [[1.0]], "W_hy": [[10.0]], "b_h": [0.0], "b_y": [1.0]}
    >>> states = forward(params, [[1.0], [1.0]], [3.0], "identity")
    >>> states.h.ravel().tolist(), states.y.ravel().tolist()
    ([3.0, 7.0, 15.0], [71.0, 151.0])
    """
    net = float_network(params, x, h_0, batched=True, complex_too=True)
    function = activation(phi)
    if net.x.ndim == 2:
        return _forward_one(net, net.x, function)
    passes = [_forward_one(net, sequence, function) for sequence in net.x]
    return ForwardPass(
        np.stack([one.a for one in passes]),
        np.stack([one.h for one in passes]),
        np.stack([one.y for one in passes]),
    )


def _forward_one(net: Network, x: Array, phi: Activation) -> ForwardPass:
    a, h, y = [], [net.h_0], []
    with np.errstate(over="ignore", invalid="ignore"):
        for x_t in x:
            a.append(net.W_xh @ x_t + net.W_hh @ h[-1] + net.b_h)
            h.append(phi.value(a[-1]))
            y.append(net.W_hy @ h[-1] + net.b_y)
            if not (np.isfinite(h[-1]).all() and np.isfinite(y[-1]).all()):
                raise EvaluationError(
                    f"h_{len(a)} or y_{len(a)} is too large for float64",
                    where=f"t={len(a)}",
                    advice="use smaller weights or fewer steps",
                )
    return ForwardPass(np.array(a), np.array(h), np.array(y))


# This is the whole of backpropagation through time. Its statements are plain enough for latexify to typeset
# them; its docstring stands below the body since latexify would typeset it as a statement of the algorithm.
def hidden_weight_gradient(  # noqa: D103
    T: int, W_hh: Array, W_hy: Array, h: Array, slope: Array, g: Array, delta: Array, gradient: Array
) -> Array:
    for t in range(T, 0, -1):
        delta[t] = diag(slope[t]) @ (transpose(W_hy) @ g[t] + transpose(W_hh) @ delta[t + 1])
        gradient = gradient + outer(delta[t], h[t - 1])
    return gradient


hidden_weight_gradient.__doc__ = """Return dL/dW_hh of one sequence, and fill in the deltas.

Every index is a time, so row 0 of ``slope`` and of ``g`` is not used. Nothing is checked here; ``backward``
checks its arguments and then calls this function.

Args:
    T: the last time.
    W_hh: of shape (n, n).
    W_hy: of shape (q, n).
    h: the states, of shape (T + 1, n).
    slope: the phi'(a_t), of shape (T + 1, n).
    g: the dl_t/dy_t, of shape (T + 1, q).
    delta: zeros, of shape (T + 2, n); row t is filled with dL/da_t, and row T + 1 stays zero.
    gradient: zeros, of shape (n, n).

Returns:
    The gradient, of shape (n, n).

>>> W_hh, W_hy, h = np.array([[3.0]]), np.array([[1.0]]), np.array([[5.0], [15.0], [45.0]])
>>> slope, g, delta = np.ones((3, 1)), np.array([[0.0], [0.0], [1.0]]), np.zeros((4, 1))
>>> hidden_weight_gradient(2, W_hh, W_hy, h, slope, g, delta, np.zeros((1, 1))).tolist()
[[30.0]]
>>> delta.ravel().tolist()  # dL/da_1 = 3 and dL/da_2 = 1
[0.0, 3.0, 1.0, 0.0]
"""


def backward(params: Mapping[str, ArrayLike], x: ArrayLike, h_0: ArrayLike, phi: str, loss: Loss) -> BackwardPass:
    """Return the gradient of the loss with respect to every parameter and h_0.

    Args:
        params: W_hh (n, n), W_xh (n, m), W_hy (q, n), b_h (n,), b_y (q,).
        x: the inputs, of shape (T, m) or (batch, T, m).
        h_0: the initial state, of shape (n,); a batch shares it.
        phi: the name of the activation; "relu" has phi'(0) = 0 by convention.
        loss: ``squared_error(targets)`` or ``linear(g)`` with data of the shape of the outputs.

    Returns:
        The loss, the gradients and the deltas; a batch sums the loss and the gradients.

    Raises:
        ShapeError: when two shapes do not fit.
        IndexRangeError: when T = 0.
        UnknownTermError: when ``phi`` or a parameter name is unknown.
        EvaluationError: when an input is complex, NaN or infinite, or a value overflows.
    """
    net = float_network(params, x, h_0, batched=True)
    states = forward(params, x, h_0, phi)
    g = loss.slope(states.y)
    with np.errstate(over="ignore"):
        slope = activation(phi).slope(states.a)
    if net.x.ndim == 2:
        gradients, delta = _backward_one(net, net.x, states.h, slope, g)
    else:
        pairs = [_backward_one(net, *one) for one in zip(net.x, states.h, slope, g, strict=True)]
        gradients = {name: np.sum([pair[0][name] for pair in pairs], axis=0) for name in pairs[0][0]}
        delta = np.stack([pair[1] for pair in pairs])
    for name, gradient in gradients.items():
        if not np.isfinite(gradient).all():
            raise EvaluationError(
                f"dL/d{name} is too large for float64",
                where="backward",
                advice="use smaller weights or fewer steps",
            )
    return BackwardPass(loss.value(states.y), gradients, delta)


def _backward_one(net: Network, x: Array, h: Array, slope: Array, g: Array) -> tuple[dict[str, Array], Array]:
    T, n = slope.shape
    padded = np.zeros((T + 2, n))
    with np.errstate(over="ignore", invalid="ignore"):
        W_hh = hidden_weight_gradient(
            T,
            net.W_hh,
            net.W_hy,
            h,
            np.vstack([np.zeros(n), slope]),  # a row in front, so that the index is the time
            np.vstack([np.zeros(g.shape[1]), g]),
            padded,
            np.zeros((n, n)),
        )
        delta = padded[1 : T + 1]
        gradients = {
            "W_hh": W_hh,
            "W_xh": delta.T @ x,
            "W_hy": g.T @ h[1:],
            "b_h": delta.sum(axis=0),
            "b_y": g.sum(axis=0),
            "h_0": net.W_hh.T @ delta[0],
        }
    return gradients, delta
