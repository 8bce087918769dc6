"""A small table of activations phi and their slopes phi', for NumPy.

The oracles carry this table themselves so that a wrong derivative rule elsewhere in the package cannot
make a wrong gradient look right. Each slope is written out by hand from a table of derivatives
(Abramowitz & Stegun 1964, 4.2 to 4.5); nothing here differentiates anything.

>>> import numpy as np
>>> tanh = activation("tanh")
>>> float(tanh.value(np.array(0.0))), float(tanh.slope(np.array(0.0)))
(0.0, 1.0)

The slope is the limit of the difference quotient, so a small step comes close to it:

>>> z, step = np.array(0.3), 1e-6
>>> quotient = (tanh.value(z + step) - tanh.value(z - step)) / (2 * step)
>>> bool(abs(quotient - tanh.slope(z)) < 1e-9)
True
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from symrnn.errors import UnknownTermError

Array: TypeAlias = NDArray[Any]


@dataclass(frozen=True)
class Activation:
    """One elementwise activation phi with its slope phi'.

    Attributes:
        name: how it is asked for, such as "tanh".
        value: phi on a NumPy array of any shape, real or complex.
        slope: phi' on a NumPy array of any shape, real or complex.
        analytic: whether phi is complex-differentiable near the real line, as the complex step needs.
    """

    name: str
    value: Callable[[Array], Array]
    slope: Callable[[Array], Array]
    analytic: bool = True


def _sigmoid(z: Array) -> Array:
    # Only exponentials of numbers with a real part <= 0 are taken, so nothing overflows.
    positive = z.real >= 0
    e = np.exp(np.where(positive, -z, z))
    return np.where(positive, 1.0, e) / (1.0 + e)


def _sigmoid_slope(z: Array) -> Array:
    return _sigmoid(z) * _sigmoid(-z)


def _softplus(z: Array) -> Array:
    # log(1 + exp(z)) = max(z, 0) + log(1 + exp(-|z|))
    positive = z.real >= 0
    return np.where(positive, z, 0.0) + np.log1p(np.exp(np.where(positive, -z, z)))


_TABLE = {
    entry.name: entry
    for entry in (
        Activation("identity", lambda z: 1.0 * z, np.ones_like),
        Activation("tanh", np.tanh, lambda z: 1.0 - np.tanh(z) ** 2),
        Activation("sigmoid", _sigmoid, _sigmoid_slope),
        # The slope of relu does not exist at 0; this table uses the common convention phi'(0) = 0.
        Activation(
            "relu",
            lambda z: np.where(z.real > 0, z, 0.0),
            lambda z: np.where(z.real > 0, 1.0, 0.0),
            analytic=False,
        ),
        Activation("softplus", _softplus, _sigmoid),
        Activation("sin", np.sin, np.cos),
        Activation("square", lambda z: z * z, lambda z: 2.0 * z),
        Activation("exp", np.exp, np.exp),
        Activation("arctan", np.arctan, lambda z: 1.0 / (1.0 + z * z)),
    )
}

ACTIVATION_NAMES: tuple[str, ...] = tuple(_TABLE)


def activation(name: str) -> Activation:
    """Return the activation called ``name``.

    Args:
        name: one of ``ACTIVATION_NAMES``.

    Returns:
        phi and phi', both elementwise. For "relu", phi'(0) = 0 by convention.

    Raises:
        UnknownTermError: when the table has no such activation.

    >>> activation("relu").slope(np.array([-1.0, 0.0, 2.0])).tolist()
    [0.0, 0.0, 1.0]
    >>> activation("tahn")
    Traceback (most recent call last):
        ...
    symrnn.errors.UnknownTermError: no activation is called 'tahn' (at phi='tahn'); use one of identity, \
tanh, sigmoid, relu, softplus, sin, square, exp, arctan
    """
    if isinstance(name, str) and name in _TABLE:
        return _TABLE[name]
    raise UnknownTermError(
        f"no activation is called {name!r}",
        where=f"phi={name!r}",
        advice=f"use one of {', '.join(_TABLE)}",
    )
