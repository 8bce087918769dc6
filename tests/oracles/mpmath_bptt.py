"""Derivatives of the Elman network at any precision, by hand in mpmath.

Everything runs in a context of its own, so the precision of ``mpmath.mp`` is neither used nor changed.
The work is done with 20 digits more than asked for. A Python float is taken at its exact binary value; for
the decimal 0.1 give the text "0.1" or a ``fractions.Fraction``. The Jacobians come from the reverse sweep

    dh_t/dw = sum_{s=1..t} dh_t/da_s (da_s/dw for h_{s-1} held fixed),    dh_t/da_s = dh_t/dh_s D_s,

in numerator layout with columns stacked, vec(W)[a + n b] = W[a, b]. Source: Werbos 1990, Proc. IEEE
78(10), 1550-1560; the arithmetic is mpmath's (Johansson et al.).

>>> from fractions import Fraction
>>> params = {"W_hh": [[Fraction(1, 3)]], "W_xh": [[0]], "W_hy": [[1]], "b_h": [0], "b_y": [0]}
>>> J = mp_jacobian(params, [[0], [0]], [1], "identity", t=2, digits=40)  # dh_2/dw = 2 w h_0 = 2/3
>>> J.ctx.nstr(J[0, 0], 40)
'0.6666666666666666666666666666666666666667'
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from numbers import Rational
from typing import Any, TypeAlias

import mpmath
import numpy as np

from symrnn.errors import EvaluationError, IndexRangeError, LimitError, ShapeError
from symrnn.oracles._checks import check_names, check_time, check_wrt, network, rectangular, require_finite
from symrnn.oracles.activations import Array, activation
from symrnn.oracles.compare import check_shapes
from symrnn.oracles.losses import Loss

MpMatrix: TypeAlias = Any
"""An mpmath matrix; a vector is a matrix of one column.

mpmath multiplies and adds only matrices of one context, which is ``matrix.ctx``. Results of the same
``digits`` share theirs; to compare others, use ``mp_disagreement``.
"""

GUARD_DIGITS = 20
MAGNITUDE_LIMIT = 100_000


@dataclass(frozen=True)
class MpActivation:
    """One activation phi with its slope phi', on one number of a context: ``value(context, z)``."""

    name: str
    value: Callable[[Any, Any], Any]
    slope: Callable[[Any, Any], Any]


def _sigmoid(mp: Any, z: Any) -> Any:
    return 1 / (1 + mp.exp(-z))


_TABLE = {
    entry.name: entry
    for entry in (
        MpActivation("identity", lambda mp, z: z, lambda mp, z: mp.one),
        MpActivation("tanh", lambda mp, z: mp.tanh(z), lambda mp, z: mp.sech(z) ** 2),
        MpActivation("sigmoid", _sigmoid, lambda mp, z: _sigmoid(mp, z) * _sigmoid(mp, -z)),
        MpActivation("relu", lambda mp, z: z if z > 0 else mp.zero, lambda mp, z: mp.one if z > 0 else mp.zero),
        MpActivation("softplus", lambda mp, z: mp.log1p(mp.exp(z)), _sigmoid),
        MpActivation("sin", lambda mp, z: mp.sin(z), lambda mp, z: mp.cos(z)),
        MpActivation("square", lambda mp, z: z * z, lambda mp, z: 2 * z),
        MpActivation("exp", lambda mp, z: mp.exp(z), lambda mp, z: mp.exp(z)),
        MpActivation("arctan", lambda mp, z: mp.atan(z), lambda mp, z: 1 / (1 + z * z)),
    )
}


def mp_activation(name: str) -> MpActivation:
    """The activation of a name that the NumPy table has, too."""
    return _TABLE[activation(name).name]


@dataclass(frozen=True, eq=False)
class MpForwardPass:
    """The values of a forward pass, each vector a matrix of one column.

    Attributes:
        a: a_1..a_T, each (n, 1); entry t - 1 belongs to time t.
        h: h_0..h_T, each (n, 1); entry t belongs to time t.
        y: y_1..y_T, each (q, 1); entry t - 1 belongs to time t.
    """

    a: list[MpMatrix]
    h: list[MpMatrix]
    y: list[MpMatrix]


@dataclass(frozen=True, eq=False)
class _Run:
    """A context with the network in it, and its forward pass."""

    mp: Any
    phi: MpActivation
    W_hh: MpMatrix
    W_hy: MpMatrix
    x: list[MpMatrix]
    states: MpForwardPass

    def slopes(self, t: int) -> MpMatrix:
        """D_t = diag(phi'(a_t)), of shape (n, n)."""
        return self.mp.diag([self.phi.slope(self.mp, z) for z in self.states.a[t - 1]])


def mp_forward(params: Mapping[str, Any], x: Any, h_0: Any, phi: str, *, digits: int = 50) -> MpForwardPass:
    """Run the network.

    Args:
        params: W_hh (n, n), W_xh (n, m), W_hy (q, n), b_h (n,), b_y (q,), as nested lists, NumPy arrays or
            mpmath matrices; an entry is an int, a float, a Fraction, an mpmath number or decimal text.
        x: the inputs, of shape (T, m).
        h_0: the initial state, of shape (n,).
        phi: the name of the activation; "relu" has phi'(0) = 0 by convention.
        digits: the number of decimal digits, at least 1.

    Returns:
        All a_t, h_t and y_t.

    Raises:
        ShapeError: when two shapes do not fit.
        IndexRangeError: when T = 0 or ``digits`` < 1.
        UnknownTermError: when ``phi`` or a parameter name is unknown.
        EvaluationError: when an entry is not a real number, or is NaN or infinite.
        LimitError: when some |a_t| exceeds 2^100000, as a fast growing activation such as exp can reach.
    """
    return _run(params, x, h_0, phi, digits).states


def mp_jacobian(
    params: Mapping[str, Any], x: Any, h_0: Any, phi: str, t: int, wrt: str = "W_hh", *, digits: int = 50
) -> MpMatrix:
    """Return dh_t/d(wrt), where ``wrt`` is "W_hh" (n, n*n), "W_xh" (n, n*m), "b_h" or "h_0" (n, n).

    The other arguments and the errors are those of ``mp_forward``; a time outside 0..T raises
    IndexRangeError, and a ``wrt`` outside these four UnknownTermError.
    """
    check_wrt(wrt, ("W_hh", "W_xh", "b_h", "h_0"))
    run = _run(params, x, h_0, phi, digits)
    mp, h, n = run.mp, run.states.h, len(run.W_hh)
    reach = mp.eye(n)  # dh_t/dh_s, for s = t at first
    columns = {"W_hh": n * n, "W_xh": n * len(run.x[0])}.get(wrt, n)
    jacobian = mp.zeros(n, columns)
    for s in range(check_time("t", t, len(run.x)), 0, -1):
        to_a = reach * run.slopes(s)  # dh_t/da_s
        factors = {"W_hh": h[s - 1], "W_xh": run.x[s - 1], "b_h": [mp.one], "h_0": []}[wrt]
        for b, factor in enumerate(factors):
            for a in range(n):
                for i in range(n):
                    jacobian[i, a + n * b] += to_a[i, a] * factor
        reach = to_a * run.W_hh
    return reach if wrt == "h_0" else jacobian


def mp_state_jacobian(
    params: Mapping[str, Any], x: Any, h_0: Any, phi: str, t: int, s: int, *, digits: int = 50
) -> MpMatrix:
    """Return dh_t/dh_s, of shape (n, n): I for s = t, and 0 for s > t, since no state looks ahead.

    The other arguments and the errors are those of ``mp_forward``; a time outside 0..T raises
    IndexRangeError.
    """
    run = _run(params, x, h_0, phi, digits)
    t, s = check_time("t", t, len(run.x)), check_time("s", s, len(run.x))
    if s > t:
        return run.mp.zeros(len(run.W_hh))
    reach = run.mp.eye(len(run.W_hh))
    for r in range(t, s, -1):
        reach = reach * run.slopes(r) * run.W_hh
    return reach


def mp_output_jacobian(
    params: Mapping[str, Any], x: Any, h_0: Any, phi: str, t: int, wrt: str = "W_hh", *, digits: int = 50
) -> MpMatrix:
    """Return dy_t/d(wrt) = W_hy dh_t/d(wrt) for 1 <= t <= T, of shape (q, p); see ``mp_jacobian``."""
    run = _run(params, x, h_0, phi, digits)
    check_time("t", t, len(run.x), first=1)
    return run.W_hy * mp_jacobian(params, x, h_0, phi, t, wrt, digits=digits)


def mp_gradients(
    params: Mapping[str, Any], x: Any, h_0: Any, phi: str, loss: Loss, *, digits: int = 50
) -> dict[str, MpMatrix]:
    """Return dL/dW_hh and so on by backpropagation through time.

    Args:
        params: as in ``mp_forward``.
        x: the inputs, of shape (T, m).
        h_0: the initial state, of shape (n,).
        phi: the name of the activation.
        loss: ``squared_error(targets)`` or ``linear(g)`` with data of shape (T, q).
        digits: the number of decimal digits, at least 1.

    Returns:
        The gradients for W_hh, W_xh, W_hy, b_h, b_y and h_0, each in the shape of its parameter; a vector
        is a matrix of one column.

    Raises:
        SymrnnError: as ``mp_forward``, and ShapeError when the loss does not fit.
    """
    run = _run(params, x, h_0, phi, digits)
    mp, h, y = run.mp, run.states.h, run.states.y
    n, m, q = len(h[0]), len(run.x[0]), len(y[0])
    data = mp_array(mp, f"the data of {loss.name}", loss.data)
    if data.shape != (len(y), q):
        raise ShapeError(
            f"the data of the loss has shape {data.shape} but the outputs have shape {(len(y), q)}",
            where=loss.name,
            advice="give one row of q numbers for every time step",
        )
    shapes = {"W_hh": (n, n), "W_xh": (n, m), "W_hy": (q, n), "b_h": (n, 1), "b_y": (q, 1), "h_0": (n, 1)}
    total = {name: mp.zeros(*shape) for name, shape in shapes.items()}
    carried = mp.zeros(n, 1)  # dL/dh_t through the later states, zero at t = T
    for t in range(len(y), 0, -1):
        row = mp.matrix(list(data[t - 1]))
        g = _loss_slope(mp, loss, y[t - 1], row)
        delta = run.slopes(t) * (run.W_hy.T * g + carried)
        total["W_hh"] += delta * h[t - 1].T
        total["W_xh"] += delta * run.x[t - 1].T
        total["W_hy"] += g * h[t].T
        total["b_h"] += delta
        total["b_y"] += g
        carried = run.W_hh.T * delta
    total["h_0"] = carried
    return total


def _loss_slope(mp: Any, loss: Loss, y: MpMatrix, row: MpMatrix) -> MpMatrix:
    """Return dl_t/dy_t as a column."""
    if loss.name == "linear":
        return row
    if loss.name == "squared_error":
        return y - row
    if loss.name == "binary_cross_entropy":
        return mp.matrix([1 / (1 + mp.exp(-entry)) for entry in y]) - row
    weights = mp.matrix([mp.exp(entry - max(y)) for entry in y])
    return weights / mp.fsum(weights) - row


def to_numpy(matrix: MpMatrix) -> Array:
    """Return an mpmath matrix, rounded to float64, as an array of the same shape.

    >>> to_numpy(mpmath.mp.matrix([["0.5", 1]])).tolist()
    [[0.5, 1.0]]
    """
    return np.array([[float(entry) for entry in row] for row in matrix.tolist()])


def mp_context(digits: int) -> Any:
    """Return the oracles' own mpmath context that works with ``digits`` + 20 decimal digits.

    The same digits give the same context, since mpmath multiplies and adds only matrices of one context.
    """
    if isinstance(digits, bool) or not isinstance(digits, int) or digits < 1:
        raise IndexRangeError(
            f"cannot compute with {digits!r} digits", where=f"digits={digits!r}", advice="use digits >= 1"
        )
    context = _context(digits)
    context.dps = digits + GUARD_DIGITS  # every time, in case that somebody has turned it
    return context


@cache
def _context(digits: int) -> Any:
    return mpmath.mp.clone()


def mp_array(mp: Any, name: str, value: Any) -> Array:
    """Return ``value`` as an array of finite numbers of the context ``mp``."""
    array = rectangular(name, value, object)

    def number(entry: Any) -> Any:
        if isinstance(entry, Rational):
            return mp.mpf(int(entry.numerator)) / int(entry.denominator)
        try:
            return mp.mpf(float(entry) if isinstance(entry, np.floating) else entry)
        except (TypeError, ValueError) as error:
            raise EvaluationError(
                f"{name} has the entry {entry!r}, which is not a real number",
                where=name,
                advice='give ints, floats, fractions, mpmath numbers or decimal text such as "0.1"',
            ) from error

    numbers = np.empty(array.shape, dtype=object)
    finite = np.empty(array.shape, dtype=bool)
    for place in np.ndindex(array.shape):
        numbers[place] = number(array[place])
        finite[place] = mp.isfinite(numbers[place])
    require_finite(name, finite)
    return numbers


def mp_apply(mp: Any, function: MpActivation, a: MpMatrix) -> MpMatrix:
    """Return phi of every entry of a column, refusing numbers on which exp or sin would run for ever."""
    for z in a:
        if z and mp.mag(z) > MAGNITUDE_LIMIT:
            raise LimitError(
                f"a number to which {function.name} is applied is larger than 2^{MAGNITUDE_LIMIT}",
                where=f"phi={function.name!r}",
                advice="use smaller weights or fewer steps",
            )
    return mp.matrix([function.value(mp, z) for z in a])


def _run(params: Mapping[str, Any], x: Any, h_0: Any, phi: str, digits: int) -> _Run:
    mp, function = mp_context(digits), mp_activation(phi)
    check_names(params)
    arrays = {name: mp_array(mp, name, value) for name, value in {**params, "x": x, "h_0": h_0}.items()}
    for name in ("b_h", "b_y", "h_0"):  # mpmath has no vectors but matrices of one column
        if arrays[name].ndim == 2 and arrays[name].shape[1] == 1:
            arrays[name] = arrays[name][:, 0]
    net = network(arrays)
    W_hh, W_xh, W_hy = _matrix(mp, net.W_hh), _matrix(mp, net.W_xh), _matrix(mp, net.W_hy)
    b_h, b_y = mp.matrix(list(net.b_h)), mp.matrix(list(net.b_y))
    inputs = [mp.matrix(list(row)) for row in net.x]
    a, h, y = [], [mp.matrix(list(net.h_0))], []
    for x_t in inputs:
        a.append(W_xh * x_t + W_hh * h[-1] + b_h)
        h.append(mp_apply(mp, function, a[-1]))
        y.append(W_hy * h[-1] + b_y)
    return _Run(mp, function, W_hh, W_hy, inputs, MpForwardPass(a, h, y))


def _matrix(mp: Any, rows: Array | Sequence[Sequence[Any]]) -> MpMatrix:
    return mp.matrix([list(row) for row in rows])


def mp_disagreement(left: Any, right: Any, *, digits: int = 50) -> Any:
    """Return max |left - right| / max(|left|, |right|) as an mpmath number, without rounding to float64.

    Args:
        left: an mpmath matrix of any context, an array, or nested lists with entries as in ``mp_forward``.
        right: one of the same shape; nothing is broadcast.
        digits: the number of decimal digits to compare with, at least 1.

    Returns:
        0 when both are equal, even when both are zero throughout; otherwise a number up to 2.

    Raises:
        ShapeError: when the shapes differ.
        EvaluationError: when an entry is not a real number, or is NaN or infinite.
        IndexRangeError: when ``digits`` < 1.

    >>> mp_disagreement([["1"]], [["1.0000000000000000000000000000002"]]) > 1e-31
    True
    """
    mp = mp_context(digits)
    one, other = mp_array(mp, "left", left), mp_array(mp, "right", right)
    check_shapes(one, other)
    largest = max((abs(entry) for entry in (*one.flat, *other.flat)), default=mp.zero)
    return max(abs(entry) for entry in (one - other).flat) / largest if largest else mp.zero
