"""The Hessian of an Elman network's loss times a direction, by hand in mpmath.

Twice, by routes that have nothing in common but the forward pass: by Pearlmutter's operator R, which moves everything
in the forward and the backward pass along the direction, and as a difference quotient of gradients. Source:
Pearlmutter (1994), Fast exact multiplication by the Hessian, Neural Computation 6(1), 147-160, eqs. (3.3) to (3.6).

>>> from symrnn.oracles.losses import squared_error
>>> params = {"W_hh": [[0]], "W_xh": [[1]], "W_hy": [[1]], "b_h": [0], "b_y": [0]}
>>> direction = {"W_xh": [[1]]}  # L = (w x)^2 / 2 with x = 3: the second derivative is x^2
>>> product = mp_hessian_vector(params, [[3]], [0], "identity", squared_error([[0]]), direction)
>>> int(product["W_xh"][0, 0])
9
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from oracles.mpmath_bptt import MpMatrix, mp_array, mp_context, mp_forward, mp_gradients

from symrnn.errors import ShapeError, UnknownTermError
from symrnn.oracles.losses import Loss

NAMES = ("W_hh", "W_xh", "W_hy", "b_h", "b_y", "h_0")
"""What may move, and what the product has a block for."""

CURVATURES: dict[str, Callable[[Any, Any], Any]] = {
    "identity": lambda mp, z: mp.zero,
    "tanh": lambda mp, z: -2 * mp.tanh(z) * mp.sech(z) ** 2,
    "sigmoid": lambda mp, z: mp.exp(-z) * (mp.exp(-z) - 1) / (1 + mp.exp(-z)) ** 3,
    "softplus": lambda mp, z: mp.exp(-z) / (1 + mp.exp(-z)) ** 2,
    "sin": lambda mp, z: -mp.sin(z),
    "square": lambda mp, z: mp.mpf(2),
    "exp": lambda mp, z: mp.exp(z),
    "arctan": lambda mp, z: -2 * z / (1 + z * z) ** 2,
}
"""phi'' of one mpmath number, from a table of derivatives; relu has none."""

SLOPES: dict[str, Callable[[Any, Any], Any]] = {
    "identity": lambda mp, z: mp.one,
    "tanh": lambda mp, z: mp.sech(z) ** 2,
    "sigmoid": lambda mp, z: mp.exp(-z) / (1 + mp.exp(-z)) ** 2,
    "softplus": lambda mp, z: 1 / (1 + mp.exp(-z)),
    "sin": lambda mp, z: mp.cos(z),
    "square": lambda mp, z: 2 * z,
    "exp": lambda mp, z: mp.exp(z),
    "arctan": lambda mp, z: 1 / (1 + z * z),
}
"""phi', written here once more so that the difference quotient, which uses the other table, judges it."""


def mp_hessian_vector(
    params: Mapping[str, Any],
    x: Any,
    h_0: Any,
    phi: str,
    loss: Loss,
    direction: Mapping[str, Any],
    *,
    digits: int = 50,
) -> dict[str, MpMatrix]:
    """Return H v by Pearlmutter's operator R: a forward pass of the R-values, then a backward pass of them.

    Args:
        params: as in ``mp_forward``.
        x: the inputs, of shape (T, m).
        h_0: the initial state, of shape (n,).
        phi: the name of the activation.
        loss: ``squared_error(targets)`` or ``linear(g)`` with data of shape (T, q).
        direction: v, some of W_hh, W_xh, W_hy, b_h, b_y and h_0; what is left out does not move.
        digits: the number of decimal digits, at least 1.

    Returns:
        The blocks of H v for W_hh, W_xh, W_hy, b_h, b_y and h_0; a vector is a matrix of one column.

    Raises:
        SymrnnError: as ``mp_gradients``.
        UnknownTermError: when a name of the direction is unknown, and for relu, whose slope jumps.
        ShapeError: when a direction does not have the shape of what moves.
    """
    if phi not in CURVATURES:
        raise UnknownTermError(f"no phi'' is known for {phi!r}", advice=f"use one of {', '.join(CURVATURES)}")
    states = mp_forward(params, x, h_0, phi, digits=digits)
    mp = states.h[0].ctx
    W = {name: _column_or_matrix(mp, name, value) for name, value in {**params, "h_0": h_0}.items()}
    V = _direction(mp, direction, W)
    inputs = [mp.matrix(list(row)) for row in mp_array(mp, "x", x)]
    rows = [mp.matrix(list(row)) for row in mp_array(mp, "the data of the loss", loss.data)]

    Rh, Ra, Ry = [V["h_0"]], [], []
    for t, x_t in enumerate(inputs, 1):
        Ra.append(V["W_xh"] * x_t + V["W_hh"] * states.h[t - 1] + W["W_hh"] * Rh[-1] + V["b_h"])
        Rh.append(_times([SLOPES[phi](mp, z) for z in states.a[t - 1]], Ra[-1]))
        Ry.append(V["W_hy"] * states.h[t] + W["W_hy"] * Rh[-1] + V["b_y"])

    product = {name: mp.zeros(matrix.rows, matrix.cols) for name, matrix in W.items()}
    carried, R_carried = mp.zeros(W["W_hh"].rows, 1), mp.zeros(W["W_hh"].rows, 1)  # of dL/dh_t through later states
    for t in range(len(inputs), 0, -1):
        g = rows[t - 1] if loss.name == "linear" else states.y[t - 1] - rows[t - 1]
        Rg = mp.zeros(g.rows, 1) if loss.name == "linear" else Ry[t - 1]
        error = W["W_hy"].T * g + carried
        R_error = V["W_hy"].T * g + W["W_hy"].T * Rg + R_carried
        slopes = [SLOPES[phi](mp, z) for z in states.a[t - 1]]
        bends = [CURVATURES[phi](mp, z) for z in states.a[t - 1]]
        delta = _times(slopes, error)
        R_delta = _times(bends, _times(list(Ra[t - 1]), error)) + _times(slopes, R_error)
        product["W_hh"] += R_delta * states.h[t - 1].T + delta * Rh[t - 1].T
        product["W_xh"] += R_delta * inputs[t - 1].T
        product["W_hy"] += Rg * states.h[t].T + g * Rh[t].T
        product["b_h"] += R_delta
        product["b_y"] += Rg
        carried = W["W_hh"].T * delta
        R_carried = V["W_hh"].T * delta + W["W_hh"].T * R_delta
    product["h_0"] = R_carried
    return product


def mp_hessian_quotient(
    params: Mapping[str, Any],
    x: Any,
    h_0: Any,
    phi: str,
    loss: Loss,
    direction: Mapping[str, Any],
    *,
    digits: int = 50,
) -> dict[str, MpMatrix]:
    """Return (g(θ + ε v) - g(θ - ε v)) / (2 ε) for the gradient g; arguments and errors as above, relu apart.

    With ε = 10^-digits the error is of order ε²; the gradients are computed with three times the digits, so that what
    is lost in the difference does not matter.
    """
    high = 3 * digits
    mp = mp_context(high)
    W = {name: _column_or_matrix(mp, name, value) for name, value in {**params, "h_0": h_0}.items()}
    V = _direction(mp, direction, W)
    step = mp.mpf(10) ** -digits
    ends = []
    for sign in (1, -1):
        moved = {name: (W[name] + sign * step * V[name]).tolist() for name in NAMES}
        start = [entry for (entry,) in moved.pop("h_0")]
        biases = {name: [entry for (entry,) in moved[name]] for name in ("b_h", "b_y")}
        ends.append(mp_gradients({**moved, **biases}, x, start, phi, loss, digits=high))
    return {name: (ends[0][name] - ends[1][name]) / (2 * step) for name in NAMES}


def _column_or_matrix(mp: Any, name: str, value: Any) -> MpMatrix:
    array = mp_array(mp, name, value)
    return mp.matrix([[entry] for entry in array] if array.ndim == 1 else [list(row) for row in array])


def _direction(mp: Any, direction: Mapping[str, Any], W: Mapping[str, MpMatrix]) -> dict[str, MpMatrix]:
    unknown = set(direction) - set(NAMES)
    if unknown:
        raise UnknownTermError(f"{', '.join(sorted(unknown))} cannot move", advice=f"use {', '.join(NAMES)}")
    V = {name: mp.zeros(matrix.rows, matrix.cols) for name, matrix in W.items()}
    for name, value in direction.items():
        given = _column_or_matrix(mp, name, value)
        if (given.rows, given.cols) != (V[name].rows, V[name].cols):
            raise ShapeError(
                f"the direction of {name} has shape {(given.rows, given.cols)}, not {(V[name].rows, V[name].cols)}"
            )
        V[name] = given
    return V


def _times(diagonal: list[Any], column: MpMatrix) -> MpMatrix:
    """diag(d) v."""
    return column.ctx.matrix([factor * entry for factor, entry in zip(diagonal, column, strict=True)])
