"""Terms as arrays of floats, or of certain digits, at parameters, inputs and initial states of one's own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import sympy as sp
from numpy.typing import NDArray
from sympy.matrices.expressions import MatrixExpr

from symrnn.errors import EvaluationError, ShapeError
from symrnn.evaluate.arrays import Array
from symrnn.evaluate.assignment import MAX_INDEX, Assignment, beyond, label
from symrnn.evaluate.certified import certified
from symrnn.evaluate.doubles import in_doubles
from symrnn.evaluate.enclosed import in_balls_at_once
from symrnn.evaluate.evaluator import Evaluator
from symrnn.evaluate.given import taken_apart
from symrnn.evaluate.systems import Balls, Floats, System
from symrnn.recurrence import Recurrence

MOST_DOUBLES = 20_000_000
"""Most entries of a matrix in double precision, where whole arrays are calculated: 160 megabytes."""


def numeric(
    term: MatrixExpr,
    recurrence: Recurrence,
    given: Mapping[Any, Any],
    indices: Mapping[sp.Symbol, int],
    digits: int | None = None,
) -> NDArray[Any]:
    """The value of a term, in double precision, or to as many digits as one likes.

    Args:
        term: what to evaluate.
        recurrence: what its names mean.
        given: arrays for the parameters, by symbol or name; for the inputs, by sequence or name, one step after the
            other from the first that there is; and for the initial states, as ``{rnn.h[0]: ...}``. Columns may be flat.
        indices: numbers for the free indices.
        digits: significant decimal digits of each entry, all certain, as :func:`certified` says; None for floats.

    Raises:
        LimitError: for too many digits, what would take too much memory, and an index beyond ``MAX_INDEX``.
        EvaluationError: naming what is needed and was not given, or was given and is not part of the recurrence.
        ShapeError: when arrays do not fit each other.

    >>> from symrnn.cells import Elman
    >>> from symrnn.symbols import t
    >>> rnn = Elman("tanh", hidden=1, inputs=1)
    >>> values = {rnn.W_hh: [[2]], rnn.W_xh: [[1]], rnn.b_h: [0], rnn.h[0]: [0], rnn.x: [[0], [0]]}
    >>> rnn.derive(rnn.h[t], wrt=rnn.h[0]).numeric(values, t=2)
    array([[4.]])
    """
    for symbol, at in indices.items():
        if abs(at) > MAX_INDEX:
            raise beyond(symbol, at)
    values = dict(taken_apart(recurrence, given))
    sizes = _sizes(recurrence, values)

    def assigned() -> Assignment:
        return Assignment(sizes=sizes, indices=dict(indices), given=values)

    def value(system: System) -> Array:
        assignment = assigned()
        found = Evaluator(system, assignment, recurrence).value(term)
        if assignment.drawn:
            names, alone = ", ".join(sorted(map(label, assignment.drawn))), len(assignment.drawn) == 1
            starts = [f"{{net.{name}[{at}]: ...}}" for name, at in sorted(assignment.drawn, key=str) if at is not None]
            raise EvaluationError(
                f"{names} is needed and has no value" if alone else f"{names} are needed and have no value",
                advice=f"give an array for {'it' if alone else 'each'}{f', such as {starts[0]}' if starts else ''}",
            )
        return found

    def at_once(system: Balls) -> Array | None:
        return in_balls_at_once(term, assigned(), recurrence, system)

    assignment = assigned()
    Evaluator(Floats(), assignment, recurrence)  # refuses values of what the recurrence defines
    if digits is None:
        in_arrays = replace(assignment, most=MOST_DOUBLES)
        in_arrays.shape(term, {})
        found = in_doubles(term, in_arrays, recurrence)
        return np.array(value(Floats()), dtype=np.float64) if found is None else found
    return certified(value, digits, _held(recurrence, Assignment(sizes, dict(indices))), at_once)


def _held(recurrence: Recurrence, assignment: Assignment) -> int:
    """How many numbers there are in all quantities whose sizes are known, up to the largest index."""
    steps = max(assignment.indices.values(), default=0)
    known, last = {*assignment.sizes, recurrence.index}, {recurrence.index: steps}
    elements = (definition.sequence.at(recurrence.index) for definition in recurrence.definitions)
    shapes = [e.shape for e in elements if set().union(*(sp.sympify(size).free_symbols for size in e.shape)) <= known]
    return steps * sum(assignment.size(rows, last) * assignment.size(cols, last) for rows, cols in shapes)


def _sizes(recurrence: Recurrence, values: Mapping[Any, Any]) -> dict[sp.Symbol, int]:
    """The sizes that the arrays have.

    Raises:
        ShapeError: naming two arrays that speak of different ones.
    """
    shapes = {p.name: p.shape for p in recurrence.parameters if isinstance(p, MatrixExpr)}
    elements = [*recurrence.inputs, *(d.sequence for d in recurrence.definitions)]
    shapes |= {each.name: each.at(recurrence.index).shape for each in elements}
    found: dict[sp.Symbol, tuple[int, str]] = {}
    seen: set[tuple[str, tuple[int, ...]]] = set()  # the steps of a sequence are as a rule of one shape
    for key, value in values.items():
        shape = value.shape if isinstance(value, np.ndarray) else np.asarray(value).shape
        if (key[0], shape) in seen:
            continue
        seen.add((key[0], shape))
        shape = (*shape, 1) if len(shape) == 1 else shape
        for size, number in zip(shapes[key[0]], shape, strict=False):
            if not isinstance(size, sp.Symbol) or len(shape) != 2:
                continue
            before = found.setdefault(size, (number, label(key)))
            if before[0] != number:
                raise ShapeError(f"{size} is {before[0]} in {before[1]}, and {number} in {label(key)}")
    return {size: number for size, (number, _) in found.items()}
