"""Closed forms against central differences of the forward pass, in numbers of 140 digits."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import sympy as sp

from symrnn.evaluate import Assignment, Evaluator, Reals, draw_fraction
from symrnn.expr import Element, Sequence
from symrnn.expr.derivatives import Variable
from symrnn.recurrence import Recurrence
from symrnn.symbols import T, t

STEPS, DIGITS, STEP = 3, 50, Fraction(1, 10**40)
REALS = Reals(140)


def draws(cell: Recurrence, given: dict[Any, Any]) -> Assignment:
    return Assignment(indices={t: STEPS, T: STEPS}, seed=7, draw=draw_fraction, given=given)


def quotient(cell: Recurrence, of: Element, wrt: Variable) -> np.ndarray:
    """d of / d wrt by central differences of the forward pass, columns as vec has them."""
    rows, cols = (int(size) for size in wrt.shape)
    at = int(wrt.index) if isinstance(wrt, Element) else None
    base = draws(cell, {}).matrix(wrt.name, at, rows, cols, REALS)
    columns = []
    for j in range(cols):
        for i in range(rows):
            ends = []
            for sign in (1, -1):
                moved = base.copy()
                moved[i, j] = moved[i, j] + sign * REALS.number(STEP)
                ends.append(Evaluator(REALS, draws(cell, {wrt: moved}), cell).value(of))
            columns.append((ends[0] - ends[1]) / (2 * REALS.number(STEP)))
    return np.concatenate(columns, axis=1)


def require_fifty_digits(cell: Recurrence, state: Sequence, wrt: Variable) -> None:
    """The closed form of a state at t = 3 agrees with the difference quotient to 50 digits."""
    closed = cell.derive(state[t], wrt=wrt).closed_form
    value = Evaluator(REALS, draws(cell, {}), cell).value(closed.xreplace({t: sp.Integer(STEPS)}))
    gap = np.max(np.abs(value - quotient(cell, state[STEPS], wrt)))
    assert gap < 10**-DIGITS * max(1, np.max(np.abs(value))), (state.name, wrt)
    assert np.max(np.abs(value)) > 0
