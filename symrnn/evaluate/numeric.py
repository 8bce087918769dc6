"""Terms as arrays of floats, or of certain digits, at parameters, inputs and initial states of one's own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import sympy as sp
from numpy.typing import NDArray
from sympy.matrices.expressions import MatrixExpr

from symrnn.errors import EvaluationError, ShapeError
from symrnn.evaluate.arrays import Array
from symrnn.evaluate.assignment import Assignment, key_of, label
from symrnn.evaluate.certified import certified
from symrnn.evaluate.doubles import in_doubles
from symrnn.evaluate.enclosed import in_balls_at_once
from symrnn.evaluate.evaluator import Evaluator
from symrnn.evaluate.systems import Balls, Floats, System
from symrnn.expr import Sequence
from symrnn.recurrence import Recurrence


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
        LimitError: for too many digits, or what would take too much memory.
        EvaluationError: naming what is needed and was not given, or was given and is not part of the recurrence.
        ShapeError: when arrays do not fit each other.

    >>> from symrnn.cells import Elman
    >>> from symrnn.symbols import t
    >>> rnn = Elman("tanh", hidden=1, inputs=1)
    >>> values = {rnn.W_hh: [[2]], rnn.W_xh: [[1]], rnn.b_h: [0], rnn.h[0]: [0], rnn.x: [[0], [0]]}
    >>> rnn.derive(rnn.h[t], wrt=rnn.h[0]).numeric(values, t=2)
    array([[4.]])
    """
    values = dict(_by_element(recurrence, given))
    sizes = _sizes(recurrence, values)

    def assigned() -> Assignment:
        return Assignment(sizes=sizes, indices=dict(indices), given=values)

    def value(system: System) -> Array:
        assignment = assigned()
        found = Evaluator(system, assignment, recurrence).value(term)
        if assignment.drawn:
            missing = ", ".join(sorted(map(label, assignment.drawn)))
            raise EvaluationError(f"{missing} is needed and has no value", advice="give an array for it")
        return found

    def at_once(system: Balls) -> Array | None:
        return in_balls_at_once(term, assigned(), recurrence, system)

    assignment = assigned()
    Evaluator(Floats(), assignment, recurrence)  # refuses values of what the recurrence defines
    if digits is None:
        found = in_doubles(term, assignment, recurrence)
        return np.array(value(Floats()), dtype=np.float64) if found is None else found
    return certified(value, digits, _held(recurrence, Assignment(sizes, dict(indices))), at_once)


def _held(recurrence: Recurrence, assignment: Assignment) -> int:
    """How many numbers there are in all quantities whose sizes are known, up to the largest index."""
    steps = max(assignment.indices.values(), default=0)
    known, last = {*assignment.sizes, recurrence.index}, {recurrence.index: steps}
    elements = (definition.sequence.at(recurrence.index) for definition in recurrence.definitions)
    shapes = [e.shape for e in elements if set().union(*(sp.sympify(size).free_symbols for size in e.shape)) <= known]
    return steps * sum(assignment.size(rows, last) * assignment.size(cols, last) for rows, cols in shapes)


def _by_element(recurrence: Recurrence, given: Mapping[Any, Any]) -> Iterator[tuple[Any, Any]]:
    """What is given for each parameter and each element; sequences are taken apart."""
    inputs = {each.name: each for each in recurrence.inputs}
    defined = {definition.sequence.name: definition for definition in recurrence.definitions}
    known = {*inputs, *(p.name for p in recurrence.parameters), *defined}
    for quantity, value in given.items():
        sequence = quantity if isinstance(quantity, Sequence) else inputs.get(quantity) if _is_name(quantity) else None
        key = (sequence.name, None) if sequence is not None else key_of(quantity)
        bare = str(key[0]).partition("[")[0]
        if bare in defined and key[1] is None:  # "h", or "h[0]" as text
            first = defined[bare].sequence.at(defined[bare].first - 1)
            raise EvaluationError(f"{bare} is computed", advice=f"for its initial value, write {{net.{first}: ...}}")
        if key[0] not in known:
            raise EvaluationError(
                f"{label(key)} is not part of this recurrence", advice=f"it has {', '.join(sorted(known))}"
            )
        if np.iscomplexobj(np.asarray(value)):
            raise EvaluationError(f"{label(key)} has complex entries", advice="give real numbers")
        if sequence is None:
            yield key, value
            continue
        steps = np.asarray(value)
        if steps.ndim == 0:
            raise ShapeError(
                f"{sequence.name} is given as {value!r}", advice="give an array of all steps, one after the other"
            )
        for at, step in enumerate(steps, start=sequence.first):
            yield (sequence.name, at), step


def _is_name(quantity: Any) -> bool:
    return isinstance(quantity, str)


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
