"""Softmax and the logarithm of a sum of exponentials in the number systems that have an exponential."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from functools import reduce
from operator import add
from typing import TYPE_CHECKING, Any

from symrnn.errors import EvaluationError

if TYPE_CHECKING:
    from symrnn.evaluate.arrays import Array
    from symrnn.evaluate.systems import FormulaSystem

ONE = Fraction(1)


def softmax(column: Array, system: FormulaSystem) -> Array:
    """exp(y_i - c) / Σ_j exp(y_j - c), with the c that the system shifts by.

    Raises:
        EvaluationError: where the system has no exponential.

    >>> import numpy as np
    >>> from symrnn.evaluate import Floats
    >>> softmax(np.array([[0.0], [800.0]], dtype=object), Floats()).tolist()
    [[0.0], [1.0]]
    """
    from symrnn.evaluate.arrays import filled

    if len(column) == 1:
        return filled(1, 1, lambda i, j: system.number(ONE))
    weights, _ = _weights(column, system)
    shares: Array = weights / reduce(add, weights.ravel())
    return shares


def log_sum_exp(column: Array, system: FormulaSystem) -> Any:
    """Log Σ_i exp(y_i) = c + log Σ_i exp(y_i - c), with the c that the system shifts by.

    Raises:
        EvaluationError: where the system has no exponential or no logarithm.

    >>> import numpy as np
    >>> from symrnn.evaluate import Floats
    >>> log_sum_exp(np.array([[-800.0], [800.0]], dtype=object), Floats())
    800.0
    """
    if len(column) == 1:
        return column[0, 0]
    weights, shift = _weights(column, system)
    return shift + _function("log", system)(reduce(add, weights.ravel()))


def _weights(column: Array, system: FormulaSystem) -> tuple[Array, Any]:
    import numpy as np

    shift, exp = system.shift(column), _function("exp", system)
    return np.frompyfunc(lambda entry: exp(entry - shift), 1, 1)(column), shift


def _function(name: str, system: FormulaSystem) -> Callable[[Any], Any]:
    found = system.elementary.get(name)
    if found is None:
        raise EvaluationError(f"the function {name} has no value in {system.name}")
    return found
