"""Arguments of the wrong names and shapes for the code of a network, and what is said of each."""

from __future__ import annotations

import re
from collections.abc import Callable
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from codegen.harness import Drawn, draw, gap, gradients

from symrnn.cells import LSTM

NET = LSTM()
"""n = 3, m = 2; drawn for T = 7 and a batch of n, so that a bias without a second axis would be broadcast along it."""

FORWARD: dict[str, tuple[str, str, Callable[[Any], Any], str]] = {
    "bias without a second axis": ("params", "b_i", lambda b: b[:, 0], "has shape (3,); it is (n, 1) = (3, 1)"),
    "bias as a row": ("params", "b_f", lambda b: b.T, "has shape (1, 3); it is (n, 1) = (3, 1)"),
    "transposed": ("params", "W_f", lambda W: W.T, "has shape (2, 3); it is (n, m) = (3, 2)"),
    "not square": ("params", "U_g", lambda U: U[:, :2], "has shape (3, 2); it is (n, n) = (3, 3)"),
    "missing parameter": ("params", "b_i", None, "params has no 'b_i'; its names are W_i, "),
    "unknown parameter": ("params", "c_i", lambda _: 1, "params has 'c_i', which is unknown"),
    "no array": ("params", "b_o", lambda _: 0.5, "is of type float; it is (n, 1) = (3, 1)"),
    "batch first": ("inputs", "x", lambda x: x[:, 0], "has shape (7, 3); it is (T, m, batch)"),
    "other rows of an input": (
        "inputs",
        "x",
        lambda x: x[:, :1],
        "has shape (7, 1, 3); it is (T, m, batch) = (7, 2, 3)",
    ),
    "missing input": ("inputs", "x", None, "inputs has no 'x'; its names are x"),
    "another batch": ("initial", "h", lambda h: h[:, :1], "has shape (3, 1); it is (n, batch) = (3, 3)"),
    "initial state without a batch": ("initial", "c", lambda c: c[:, 0], "has shape (3,); it is (n, batch) = (3, 3)"),
    "missing state": ("initial", "c", None, "initial has no 'c'; its names are c, h"),
}
"""The argument, the name in it, what becomes of the array, and what is said."""
BACKWARD: dict[str, tuple[str, str, Callable[[Any], Any], str]] = {
    "slopes of too few steps": (
        *("slopes", "dell_dh", lambda s: s[:3]),
        "has shape (3, 3, 3); it is (T, n, batch) = (7, 3, 3), T = 7 as in quantities['x']",
    ),
    "slopes of one step": (
        "slopes",
        "dell_dh",
        lambda s: s[:1],
        "has shape (1, 3, 3); it is (T, n, batch) = (7, 3, 3)",
    ),
    "slopes of too many": (
        *("slopes", "dell_dh", lambda s: s[np.array([0, *range(7)])]),
        "has shape (8, 3, 3); it is (T, n, batch) = (7, 3, 3)",
    ),
    "slopes of another batch": ("slopes", "dell_dh", lambda s: s[..., :1], "has shape (7, 3, 1); it is (T, n, batch)"),
    "slopes of the last step": ("slopes", "dell_dh", lambda s: s[-1], "has shape (3, 3); it is (T, n, batch)"),
    "missing slopes": ("slopes", "dell_dh", None, "slopes has no 'dell_dh'; its names are dell_dh"),
    "slopes by another quantity": ("slopes", "dell_dc", lambda _: 1, "slopes has 'dell_dc', which is unknown"),
    "other parameters": ("params", "U_i", lambda U: U[0], "has shape (3,); it is (n, n) = (3, 3)"),
    "missing parameter": ("params", "U_i", None, "params has no 'U_i'"),
    "missing quantity": ("quantities", "h", None, "quantities has no 'h'"),
}

GIVEN_BACK = ("params", "quantities", "slopes")


def drawn() -> Drawn:
    """Numbers that fit."""
    return draw(NET, steps=7, batch=3)


def require_refused(module: ModuleType, given: Drawn, case: str) -> None:
    """Of the case, the message: a ValueError for a shape, a KeyError for a name."""
    is_forward = case in FORWARD
    part, name, change, said = (FORWARD if is_forward else BACKWARD)[case]
    quantities = {} if is_forward else module.forward(given.params, given.inputs, given.initial)
    parts = {"params": given.params, "inputs": given.inputs, "initial": given.initial}
    parts |= {"quantities": quantities, "slopes": given.slopes}
    arrays = dict(parts[part])
    if change is None:
        del arrays[name]
    else:
        arrays[name] = change(arrays.get(name))
    parts[part] = arrays
    is_name = "its names are" in said or "unknown" in said or change is None
    message = re.escape(said) if is_name else re.escape(f"{part}['{name}'] {said}")
    function, names = ("forward", ("params", "inputs", "initial")) if is_forward else ("backward", GIVEN_BACK)
    with pytest.raises(KeyError if is_name else ValueError, match=message):
        getattr(module, function)(*(parts[each] for each in names))


def require_right(module: ModuleType, given: Drawn, plain: ModuleType) -> None:
    """What fits passes, and gives the gradients of the plain form."""
    for ours, theirs in zip(gradients(module, given), gradients(plain, drawn()), strict=True):
        for key, gradient in ours.items():
            assert gap(np.asarray(gradient), theirs[key]) < 1e-5, key
