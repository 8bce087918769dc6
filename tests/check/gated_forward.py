"""The equations of the GRU and of the LSTM by heart, for :mod:`check.independent`: plain NumPy, complex numbers too."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

Array = np.ndarray
Value = Callable[[tuple[str, Any]], Array]

STATES = {"GRU": ("h",), "LSTM": ("h", "c")}
"""What is held fixed by an immediate derivative, the loss aside."""

GATES = {"GRU": {"r": "sigmoid", "z": "sigmoid", "g": "tanh"}, "LSTM": dict.fromkeys("ifo", "sigmoid") | {"g": "tanh"}}


def squash(name: str, order: int, z: Array) -> Array:
    """Sigmoid or tanh, and derivatives up to the second."""
    if name == "sigmoid":
        s = 1 / (1 + np.exp(-z))
        return (s, s * (1 - s), s * (1 - s) * (1 - 2 * s))[order]
    y = np.tanh(z)
    return (y, 1 - y * y, -2 * y * (1 - y * y))[order]


def forward(cell: str, name: str, t: Any, v: Value) -> Array | None:
    """The right side of the equation of a quantity; None for what is given."""
    gates = GATES[cell]
    if name in gates:
        return squash(gates[name], 0, v((f"a_{name}", t)))
    if name.startswith("a_"):
        return preactivation(cell, name[2:], t, v)
    if name == "h" and t >= 1 and cell == "GRU":
        return v(("z", t)) * v(("h", t - 1)) + (1 - v(("z", t))) * v(("g", t))
    if name == "h" and t >= 1:
        return v(("o", t)) * np.tanh(v(("c", t)))
    if name == "c" and t >= 1:
        return v(("f", t)) * v(("c", t - 1)) + v(("i", t)) * v(("g", t))
    return None


def preactivation(cell: str, gate: str, t: int, v: Value) -> Array:
    """What goes into a gate; the candidate of the GRU has the weights of h, and sees the state after the reset."""
    weights, state = gate, v(("h", t - 1))
    if cell == "GRU" and gate == "g":
        weights, state = "h", v(("r", t)) * state
    return v((f"W_{weights}", None)) @ v(("x", t)) + v((f"U_{weights}", None)) @ state + v((f"b_{weights}", None))
