"""What a prompt is given by mistake: every one is refused by an error of the program's own that says what to write."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import sympy as sp

from symrnn import (
    Cell,
    Claim,
    Elementwise,
    Elman,
    Equation,
    Kind,
    MatrixSum,
    Sequence,
    n,
    t,
    verify,
)
from symrnn.cells import entrywise
from symrnn.derivation import BoundedSlope
from symrnn.errors import SymrnnError

rnn = Elman()
W = rnn.W_hh
anything: Any = object()
untyped: Any = W

MISTAKES: dict[str, Callable[[], Any]] = {
    "an activation with half a bracket": lambda: Elman("elu(alpha="),
    "an activation without a name": lambda: Elman(""),
    "a seed of letters": lambda: verify(Equation(W, W.T), rnn, seed=anything),
    "a sum without bounds": lambda: MatrixSum(W, t),
    "a name of two words": lambda: Sequence("h h", n),
    "a first index of letters": lambda: Sequence("h", n, first=anything),
    "a cell at no place": lambda: Cell.load(anything),
    "inputs that are one number": lambda: rnn.derive(rnn.h[t], wrt=W).numeric({"x": 3}, t=3),
    "a notation that is a number": lambda: rnn.derive(rnn.h[t], wrt=W).latex(anything),
    "half a derivative": lambda: Elementwise("tanh")(W, anything),
    "a function without a name": lambda: Elementwise("")(W),
    "a verdict in letters": lambda: Claim("a", "b", Equation(W, W), anything),
    "a matrix as a statement": lambda: Claim("a", "b", untyped, Kind.PROVED),
    "a number as a recurrence": lambda: Claim("a", "b", Equation(W, W), Kind.PROVED, anything),
    "an entrywise product of nothing": lambda: entrywise(),
    "an entrywise product of two shapes": lambda: entrywise(W, rnn.h[t]),
    "a slope of a number": lambda: BoundedSlope(anything, sp.S.One),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_is_named(name: str) -> None:
    with pytest.raises(SymrnnError):
        MISTAKES[name]()
