"""Derivatives from the forward pass alone, by central differences and by the complex step (float64).

Neither knows a derivative rule; both only run the network at shifted points. Expected accuracy, relative
to the largest entry and for a network whose values are of order 1:

* central differences, (f(w + d) - f(w - d)) / (2 d) with d = 6e-6 max(1, |w|): about 1e-9, because the
  truncation error of order d^2 and the rounding error of order 1e-16/d balance near 4e-11;
* complex step, Im f(w + i d) / d with d = 1e-30: about 1e-14, because nothing is subtracted. It needs an
  analytic activation, so it refuses relu. Source: Squire & Trapp 1998, SIAM Review 40(1), 110-112.

>>> import numpy as np
>>> cube = lambda z: z**3
>>> complex_step(cube, np.array([2.0])).item()
12.0
>>> abs(central_difference(cube, np.array([2.0])).item() - 12.0) < 1e-8
True
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Literal, TypeAlias

import numpy as np
from numpy.typing import ArrayLike

from symrnn.errors import EvaluationError, NotDifferentiableError, UnknownTermError
from symrnn.oracles._checks import Network, check_time, check_wrt, float_array, float_network
from symrnn.oracles.activations import Array, activation
from symrnn.oracles.losses import Loss
from symrnn.oracles.numpy_bptt import ForwardPass, forward

Method: TypeAlias = Literal["central", "complex"]

CENTRAL_STEP = float(np.finfo(np.float64).eps) ** (1 / 3)
COMPLEX_STEP = 1e-30


def central_difference(function: Callable[[Array], Array], point: ArrayLike) -> Array:
    """Return the Jacobian of ``function`` at ``point`` by central differences.

    Args:
        function: takes an array of the shape of ``point`` and returns a vector or a number.
        point: of any shape with p entries; a matrix is flattened by stacking its columns.

    Returns:
        The Jacobian, of shape (outputs, p).

    Raises:
        EvaluationError: when ``point`` is complex, NaN or infinite.
    """
    start = float_array("point", point)
    columns = []
    for place in _by_columns(start):
        up, down = start.copy(), start.copy()
        step = CENTRAL_STEP * max(1.0, abs(start[place]))
        up[place] += step
        down[place] -= step
        columns.append(np.ravel(function(up) - function(down)) / (up[place] - down[place]))
    return np.stack(columns, axis=1)


def complex_step(function: Callable[[Array], Array], point: ArrayLike) -> Array:
    """Return the Jacobian of ``function`` at ``point`` by the complex step.

    Args:
        function: takes a complex array of the shape of ``point`` and returns a vector or a number; it has to
            be analytic, thus without abs, max and complex conjugates.
        point: of any shape with p entries; a matrix is flattened by stacking its columns.

    Returns:
        The Jacobian, of shape (outputs, p).

    Raises:
        EvaluationError: when ``point`` is complex, NaN or infinite.
    """
    start = float_array("point", point)
    columns = []
    for place in _by_columns(start):
        shifted = start.astype(np.complex128)
        shifted[place] += 1j * COMPLEX_STEP
        columns.append(np.ravel(function(shifted)).imag / COMPLEX_STEP)
    return np.stack(columns, axis=1)


def difference_jacobian(
    params: Mapping[str, ArrayLike],
    x: ArrayLike,
    h_0: ArrayLike,
    phi: str,
    t: int,
    wrt: str = "W_hh",
    *,
    method: Method = "complex",
) -> Array:
    """Return dh_t/d(wrt) from forward passes.

    Args:
        params: W_hh (n, n), W_xh (n, m), W_hy (q, n), b_h (n,), b_y (q,).
        x: the inputs, of shape (T, m).
        h_0: the initial state, of shape (n,).
        phi: the name of the activation.
        t: the time, 0 <= t <= T.
        wrt: one of the five parameter names or "h_0".
        method: "central" or "complex".

    Returns:
        The Jacobian, of shape (n, p) with p the number of entries of ``wrt``, columns stacked.

    Raises:
        NotDifferentiableError: when the complex step meets an activation that is not analytic.
        UnknownTermError: when ``phi``, ``wrt``, ``method`` or a parameter name is unknown.
        IndexRangeError: when T = 0 or ``t`` is not one of 0..T.
        ShapeError: when two shapes do not fit.
        EvaluationError: when an input is complex, NaN or infinite, or a state overflows.
    """
    net = float_network(params, x, h_0)
    check_time("t", t, net.steps)
    return _differentiate(net, phi, wrt, method, lambda states: states.h[t])


def difference_state_jacobian(
    params: Mapping[str, ArrayLike],
    x: ArrayLike,
    h_0: ArrayLike,
    phi: str,
    t: int,
    s: int,
    *,
    method: Method = "complex",
) -> Array:
    """Return dh_t/dh_s, of shape (n, n), by starting the network again at time s from a shifted h_s.

    ``s`` = t gives I and ``s`` > t gives 0. The arguments and errors are those of ``difference_jacobian``.
    """
    net = float_network(params, x, h_0)
    t, s = check_time("t", t, net.steps), check_time("s", s, net.steps)
    if s >= t:
        return np.eye(len(net.h_0)) if s == t else np.zeros_like(net.W_hh)
    later = Network(**{**vars(net), "h_0": forward(params, x, h_0, phi).h[s], "x": net.x[s:]})
    return _differentiate(later, phi, "h_0", method, lambda states: states.h[t - s])


def difference_gradient(
    params: Mapping[str, ArrayLike],
    x: ArrayLike,
    h_0: ArrayLike,
    phi: str,
    loss: Loss,
    wrt: str = "W_hh",
    *,
    method: Method = "complex",
) -> Array:
    """Return dL/d(wrt) from forward passes, in the shape of the parameter.

    The arguments and errors are those of ``difference_jacobian``; here x may also be a batch, of shape
    (batch, T, m), and a loss that does not fit the outputs raises ShapeError.
    """
    net = float_network(params, x, h_0, batched=True)
    row = _differentiate(net, phi, wrt, method, lambda states: loss.terms(states.y).sum())
    return row.reshape(getattr(net, wrt).shape, order="F")  # undo vec


def _differentiate(net: Network, phi: str, wrt: str, method: Method, quantity: Callable[[ForwardPass], Array]) -> Array:
    check_wrt(wrt)
    if method not in ("central", "complex"):
        raise UnknownTermError(
            f"no method is called {method!r}", where=f"method={method!r}", advice="use central or complex"
        )
    if method == "complex" and not activation(phi).analytic:
        raise NotDifferentiableError(
            f"{phi} is not analytic, so the complex step does not give its derivative",
            where=f"phi={phi!r}",
            advice='use method="central"',
        )

    def run(value: Array) -> Array:
        given: dict[str, Any] = {**vars(net), wrt: value}
        x, h_0 = given.pop("x"), given.pop("h_0")
        return quantity(forward(given, x, h_0, phi))

    jacobian = (complex_step if method == "complex" else central_difference)(run, getattr(net, wrt))
    if not np.isfinite(jacobian).all():
        raise EvaluationError(
            "a difference is too large for float64", where=f"wrt={wrt!r}", advice="use smaller weights or fewer steps"
        )
    return jacobian


def _by_columns(array: Array) -> list[tuple[int, ...]]:
    """The places of an array, the first index running fastest."""
    return [place[::-1] for place in np.ndindex(array.shape[::-1])]
