"""The deep network without tied weights: y_(l) = phi(W_(l) y_(l-1)) for l = 1..L, with L = g . y_(L).

Every layer has a matrix of its own, of its own width: W_(l) has the shape (width_l, width_{l-1}). A
recurrent network unrolled over time is this network with all W_(l) equal; then the gradient of the one
shared matrix is the sum of the gradients of the layers. Source: Rumelhart, Hinton & Williams 1986, Nature
323, 533-536.

>>> tied = layered_gradients([[[3.0]], [[3.0]]], [5.0], "identity", [1.0]).gradients
>>> [gradient.item() for gradient in tied]  # they add up to d(w^2 y_0)/dw = 2 w y_0 = 30
[15.0, 15.0]
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from oracles.mpmath_bptt import MpMatrix, mp_activation, mp_apply, mp_array, mp_context

from symrnn.errors import EvaluationError, IndexRangeError, ShapeError
from symrnn.oracles._checks import float_array
from symrnn.oracles.activations import Array, activation


@dataclass(frozen=True, eq=False)
class LayeredPass:
    """The values of a forward and a backward pass; entry l - 1 of each list belongs to layer l.

    Attributes:
        outputs: y_(1)..y_(L), each of shape (width_l,), or (width_l, 1) in mpmath.
        gradients: dL/dW_(1)..dL/dW_(L), each in the shape of its matrix.
        deltas: dL/d(W_(l) y_(l-1)), each in the shape of its output.
    """

    outputs: list[Any]
    gradients: list[Any]
    deltas: list[Any]


def layered_forward(weights: Sequence[ArrayLike], y_0: ArrayLike, phi: str) -> list[Array]:
    """Return [y_(0), y_(1), .., y_(L)] in NumPy (float64 or complex128).

    Args:
        weights: W_(1)..W_(L), each of shape (width_l, width_{l-1}), real or complex.
        y_0: the input, of shape (width_0,).
        phi: the name of the activation.

    Raises:
        ShapeError: when a matrix does not fit the layer before it.
        IndexRangeError: when there is no layer.
        UnknownTermError: when ``phi`` is unknown.
        EvaluationError: when an input is NaN or infinite, or a value overflows.

    >>> [y.tolist() for y in layered_forward([[[1.0], [2.0]], [[1.0, 1.0]]], [3.0], "identity")]
    [[3.0], [3.0, 6.0], [9.0]]
    """
    function = activation(phi)
    matrices = [float_array(f"W_({l})", W, complex_too=True) for l, W in enumerate(weights, start=1)]
    outputs = [float_array("y_0", y_0, complex_too=True)]
    _check_widths([W.shape for W in matrices], outputs[0].shape)
    with np.errstate(over="ignore", invalid="ignore"):
        for W in matrices:
            outputs.append(function.value(W @ outputs[-1]))
    if not all(np.isfinite(y).all() for y in outputs):
        raise EvaluationError(
            "an output is too large for float64", where="layered_forward", advice="use smaller weights"
        )
    return outputs


def layered_gradients(weights: Sequence[ArrayLike], y_0: ArrayLike, phi: str, g: ArrayLike) -> LayeredPass:
    """Return the gradient of L = g . y_(L) with respect to every matrix, in NumPy (float64).

    Args:
        weights: W_(1)..W_(L), each of shape (width_l, width_{l-1}).
        y_0: the input, of shape (width_0,).
        phi: the name of the activation; "relu" has phi'(0) = 0 by convention.
        g: dL/dy_(L), of shape (width_L,).

    Returns:
        The outputs, the gradients and the deltas, layer by layer.

    Raises:
        SymrnnError: as ``layered_forward``; ShapeError also when ``g`` does not fit the last layer.
    """
    matrices = [float_array(f"W_({l})", W) for l, W in enumerate(weights, start=1)]
    y = layered_forward(weights, float_array("y_0", y_0), phi)
    reaching = float_array("g", g)  # dL/dy_(l), for l = L at first
    _check_loss(reaching.shape, y[-1].shape)
    gradients, deltas = [], []
    for l in range(len(matrices), 0, -1):
        W = matrices[l - 1]
        delta = activation(phi).slope(W @ y[l - 1]) * reaching
        gradients.append(np.outer(delta, y[l - 1]))
        deltas.append(delta)
        reaching = W.T @ delta
    return LayeredPass(y[1:], gradients[::-1], deltas[::-1])


def mp_layered_gradients(weights: Sequence[Any], y_0: Any, phi: str, g: Any, *, digits: int = 50) -> LayeredPass:
    """Return the gradient of L = g . y_(L) with respect to every matrix, in mpmath.

    Args:
        weights: W_(1)..W_(L), each of shape (width_l, width_{l-1}), with entries as in ``mp_forward``.
        y_0: the input, of shape (width_0,).
        phi: the name of the activation.
        g: dL/dy_(L), of shape (width_L,).
        digits: the number of decimal digits, at least 1.

    Returns:
        The outputs, the gradients and the deltas, layer by layer, as mpmath matrices.

    Raises:
        SymrnnError: as ``layered_gradients``; IndexRangeError also when ``digits`` < 1.

    >>> tied = mp_layered_gradients([[["0.1"]], [["0.1"]]], [1], "identity", [1], digits=30)
    >>> tied.gradients[0].ctx.nstr(tied.gradients[0][0, 0], 30)
    '0.1'
    """
    mp, function = mp_context(digits), mp_activation(phi)
    arrays = [mp_array(mp, f"W_({l})", W) for l, W in enumerate(weights, start=1)]
    first, last = mp_array(mp, "y_0", y_0), mp_array(mp, "g", g)
    _check_widths([W.shape for W in arrays], first.shape)
    _check_loss(last.shape, arrays[-1].shape[:1])
    matrices: list[MpMatrix] = [mp.matrix(W.tolist()) for W in arrays]
    sums, y = [], [mp.matrix(first.tolist())]
    for W in matrices:
        sums.append(W * y[-1])
        y.append(mp_apply(mp, function, sums[-1]))
    reaching = mp.matrix(last.tolist())
    gradients, deltas = [], []
    for W, a, before in zip(matrices[::-1], sums[::-1], y[-2::-1], strict=True):
        delta = mp.diag([function.slope(mp, z) for z in a]) * reaching
        gradients.append(delta * before.T)
        deltas.append(delta)
        reaching = W.T * delta
    return LayeredPass(y[1:], gradients[::-1], deltas[::-1])


def _check_widths(shapes: Sequence[tuple[int, ...]], start: tuple[int, ...]) -> None:
    if not shapes:
        raise IndexRangeError("there is no layer, L = 0", where="weights", advice="use L >= 1")
    if len(start) != 1 or start[0] == 0:
        raise ShapeError(f"y_0 has shape {start} instead of (width_0,)", where="y_0")
    width = start[0]
    for l, shape in enumerate(shapes, start=1):
        if len(shape) != 2 or shape[1] != width or shape[0] == 0:
            raise ShapeError(
                f"W_({l}) has shape {shape} but y_({l - 1}) has shape ({width},)",
                where=f"W_({l})",
                advice=f"W_({l}) is (width_{l}, {width})",
            )
        width = shape[0]


def _check_loss(g: tuple[int, ...], last: tuple[int, ...]) -> None:
    if g != last:
        raise ShapeError(f"g has shape {g} but the last output has shape {last}", where="g")
