"""The losses of the oracles, L = sum_t l_t(y_t).

``squared_error(targets)`` is l_t = 1/2 |y_t - target_t|^2, and ``linear(g)`` is l_t = g_t . y_t. The
linear loss stands for any loss at all: backpropagation sees a loss only through its slope dl_t/dy_t,
which the linear loss lets one choose freely (Rumelhart, Hinton & Williams 1986, Nature 323, 533-536).
``binary_cross_entropy(targets)`` and ``softmax_cross_entropy(targets)`` take logits (Bishop 2006, sec. 4.3).

>>> import numpy as np
>>> loss = squared_error([[1.0], [2.0]])
>>> y = np.array([[4.0], [2.0]])
>>> loss.value(y)
4.5
>>> loss.slope(y).tolist()
[[3.0], [0.0]]
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike

from symrnn.errors import EvaluationError, ShapeError
from symrnn.oracles._checks import float_array
from symrnn.oracles.activations import Array


@dataclass(frozen=True, eq=False)
class Loss:
    """A loss that is a sum over time; made by one of the functions of this module.

    Attributes:
        name: the name of that function.
        data: the targets or the g_t as they were given, of shape (T, q) or (batch, T, q).
    """

    name: Literal["squared_error", "linear", "binary_cross_entropy", "softmax_cross_entropy"]
    data: Any

    def terms(self, y: Array) -> Array:
        """Return l_t for every t; no conjugate is taken, so that a complex step may pass through.

        Args:
            y: outputs, of shape (T, q) or (batch, T, q).

        Returns:
            The l_t, of shape (T,) or (batch, T).

        Raises:
            ShapeError: when ``y`` and the data of the loss differ in shape.
        """
        data = self._data_like(y)
        with np.errstate(over="ignore", invalid="ignore"):
            if self.name == "squared_error":
                terms: Array = ((y - data) ** 2 / 2).sum(axis=-1)
            elif self.name == "linear":
                terms = (data * y).sum(axis=-1)
            elif self.name == "binary_cross_entropy":
                above = np.maximum(y.real, 0)
                terms = (above + np.log(np.exp(y - above) + np.exp(-above)) - data * y).sum(axis=-1)
            else:
                top = y.real.max(axis=-1, keepdims=True)
                terms = top[..., 0] + np.log(np.exp(y - top).sum(axis=-1)) - (data * y).sum(axis=-1)
        return terms

    def value(self, y: Array) -> float:
        """Return L, summed over time and over the batch.

        Args:
            y: real outputs, of shape (T, q) or (batch, T, q).

        Raises:
            ShapeError: when ``y`` and the data of the loss differ in shape.
            EvaluationError: when the loss is too large for float64.
        """
        value = float(self.terms(y).sum())
        if not np.isfinite(value):
            raise EvaluationError("the loss is too large for float64", where=self.name, advice="scale it down")
        return value

    def slope(self, y: Array) -> Array:
        """Return g_t = dl_t/dy_t for every t, in the shape of ``y``.

        Raises:
            ShapeError: when ``y`` and the data of the loss differ in shape.
        """
        data = self._data_like(y)
        if self.name == "linear":
            return data.copy()
        if self.name == "squared_error":
            return y - data
        if self.name == "binary_cross_entropy":
            return (1 + np.tanh(y / 2)) / 2 - data
        weights = np.exp(y - y.max(axis=-1, keepdims=True))
        return weights / weights.sum(axis=-1, keepdims=True) - data

    def _data_like(self, y: Array) -> Array:
        data = float_array(f"the data of {self.name}", self.data)
        if data.shape != y.shape:
            raise ShapeError(
                f"the data of the loss has shape {data.shape} but the outputs have shape {y.shape}",
                where=self.name,
                advice="give one row of q numbers for every time step",
            )
        return data


def squared_error(targets: ArrayLike) -> Loss:
    """Return the loss with l_t = 1/2 |y_t - target_t|^2.

    Args:
        targets: of shape (T, q), or (batch, T, q) for a batch; row t - 1 belongs to time t.

    >>> import numpy as np
    >>> squared_error([[0.0, 0.0]]).value(np.array([[3.0, 4.0]]))
    12.5
    """
    return Loss("squared_error", targets)


def linear(g: ArrayLike) -> Loss:
    """Return the loss with l_t = g_t . y_t.

    Args:
        g: of shape (T, q), or (batch, T, q) for a batch; row t - 1 belongs to time t.

    >>> import numpy as np
    >>> linear([[1.0, -1.0]]).value(np.array([[3.0, 4.0]]))
    -1.0
    """
    return Loss("linear", g)


def binary_cross_entropy(targets: ArrayLike) -> Loss:
    """Return the loss with l_t = sum_i log(1 + exp(y_ti)) - target_ti y_ti, for logits y_t.

    Args:
        targets: of shape (T, q), or (batch, T, q) for a batch; row t - 1 belongs to time t.

    >>> import numpy as np
    >>> bool(np.isclose(binary_cross_entropy([[1.0]]).value(np.array([[0.0]])), np.log(2)))
    True
    """
    return Loss("binary_cross_entropy", targets)


def softmax_cross_entropy(targets: ArrayLike) -> Loss:
    """Return the loss with l_t = log(sum_i exp(y_ti)) - target_t . y_t, for logits y_t.

    Args:
        targets: of shape (T, q), or (batch, T, q) for a batch; row t - 1 belongs to time t. Where they sum to 1,
            l_t is the cross-entropy of the target and the softmax of y_t.

    >>> import numpy as np
    >>> bool(np.isclose(softmax_cross_entropy([[1.0, 0.0]]).value(np.array([[0.0, 0.0]])), np.log(2)))
    True
    """
    return Loss("softmax_cross_entropy", targets)
