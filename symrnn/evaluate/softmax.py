"""Softmax and the logarithm of a sum of exponentials in the number systems that have an exponential."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from functools import reduce
from operator import add
from typing import TYPE_CHECKING, Any

import numpy as np

from symrnn.errors import EvaluationError
from symrnn.evaluate.arrays import Array, filled

if TYPE_CHECKING:
    from symrnn.evaluate.systems import FormulaSystem

ONE = Fraction(1)


def softmax(column: Array, system: FormulaSystem) -> Array:
    """exp(y_i - c) / Σ_j exp(y_j - c), with the c that the system shifts by.

    Raises:
        EvaluationError: where the system has no exponential.

    >>> from symrnn.evaluate import Floats
    >>> softmax(np.array([[0.0], [800.0]], dtype=object), Floats()).tolist()
    [[0.0], [1.0]]
    """
    if len(column) == 1:
        return filled(1, 1, lambda i, j: system.number(ONE))
    weights, _ = _weights(column, system)
    shares: Array = weights / reduce(add, weights.ravel())
    return shares


def log_sum_exp(column: Array, system: FormulaSystem) -> Array:
    """Log Σ_i exp(y_i) = c + log Σ_i exp(y_i - c), with the c that the system shifts by, as a matrix of one entry.

    Raises:
        EvaluationError: where the system has no exponential or no logarithm.

    >>> from symrnn.evaluate import Floats
    >>> log_sum_exp(np.array([[-800.0], [800.0]], dtype=object), Floats()).item()
    800.0
    """
    if len(column) == 1:
        return column
    weights, shift = _weights(column, system)
    total = shift + _function("log", system)(reduce(add, weights.ravel()))
    return filled(1, 1, lambda i, j: total)


def _weights(column: Array, system: FormulaSystem) -> tuple[Array, Any]:
    shift, exp = system.shift(column), _function("exp", system)
    return np.frompyfunc(lambda entry: exp(entry - shift), 1, 1)(column), shift


def _function(name: str, system: FormulaSystem) -> Callable[[Any], Any]:
    found = system.elementary.get(name)
    if found is None:
        raise EvaluationError(f"the function {name} has no value in {system.name}")
    return found
