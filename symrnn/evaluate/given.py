"""What is given for the quantities of a recurrence, read into numbers, one element after the other."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import sympy as sp

from symrnn.errors import EvaluationError, ShapeError
from symrnn.evaluate.assignment import Key, key_of, label
from symrnn.expr import Sequence
from symrnn.recurrence import Definition, Recurrence

NUMBERS = (int, float, Fraction, Decimal, np.bool_, np.integer, np.floating, sp.Expr)
"""What an entry may be."""


def taken_apart(recurrence: Recurrence, given: Any) -> Iterator[tuple[Any, Any]]:
    """What is given for each parameter and each element; sequences are taken apart.

    Raises:
        EvaluationError: for what is not part of the recurrence, is computed, given twice, or has an entry that is no
            number.
        ShapeError: for rows of different lengths, and for too many dimensions.
    """
    if not isinstance(given, Mapping):
        raise EvaluationError(
            f"the values are given as {given!r}", advice="give a dictionary, such as {net.W_hh: [[2]], net.h[0]: [1]}"
        )
    inputs = {each.name: each for each in recurrence.inputs}
    defined = {definition.sequence.name: definition for definition in recurrence.definitions}
    known = {*inputs, *(p.name for p in recurrence.parameters), *defined}
    seen: set[Key] = set()
    for quantity, value in given.items():
        is_name = isinstance(quantity, str)
        sequence = quantity if isinstance(quantity, Sequence) else inputs.get(quantity) if is_name else None
        key = (sequence.name, None) if sequence is not None else key_of(quantity)
        _require_known(key, known, defined)
        if key in seen:
            raise EvaluationError(f"{label(key)} is given twice", advice="give it by symbol or by name, once")
        seen.add(key)
        read = numbers(value, label(key), dimensions=3 if sequence is not None else 2)
        if sequence is None:
            yield key, read
            continue
        if read.ndim == 0:
            raise ShapeError(
                f"{sequence.name} is given as {value!r}", advice="give an array of all steps, one after the other"
            )
        for at, step in enumerate(read, start=sequence.first):
            yield (sequence.name, at), step


def _require_known(key: Key, known: set[str], defined: Mapping[str, Definition]) -> None:
    name, index = key
    bare = name.partition("[")[0]
    start = bare if bare in defined else name.rpartition("_")[0]  # "h", "h[0]" or "h_0" as text
    if index is None and name not in known - {*defined} and start in defined:
        first = defined[start].sequence.at(defined[start].first - 1)
        what = f"{start} is computed" if start == bare else f"{name} is not the name of a matrix"
        raise EvaluationError(what, advice=f"for its initial value, write {{net.{first}: ...}}")
    if name not in known:
        raise EvaluationError(
            f"{label(key)} is not part of this recurrence", advice=f"it has {', '.join(sorted(known))}"
        )


def numbers(value: Any, name: str, dimensions: int = 2) -> np.ndarray[Any, Any]:
    """What is given for a quantity as an array of numbers; decimals are fractions in it.

    Args:
        value: an array, or nested lists.
        name: of the quantity, for errors.
        dimensions: how many it has at most.

    Raises:
        ShapeError: for rows of different lengths, and for more dimensions.
        EvaluationError: for an entry that is no real number.

    >>> numbers([[Decimal("0.5")]], "W_hh").tolist()
    [[Fraction(1, 2)]]
    """
    try:
        array = value if isinstance(value, np.ndarray) else np.asarray(value)
    except ValueError:
        raise ShapeError(f"the rows of {name} have different lengths") from None
    if array.ndim > dimensions:
        shape = " x ".join(map(str, array.shape))
        raise ShapeError(f"{name} is given as {shape}", advice=f"give at most {dimensions} dimensions")
    if array.dtype.kind == "c":
        raise EvaluationError(f"{name} has complex entries", advice="give real numbers")
    if array.dtype.kind != "O":
        return array
    read = np.empty(array.shape, dtype=object)
    for at in np.ndindex(array.shape):
        read[at] = _number(array[at], name)
    return read


def _number(entry: Any, name: str) -> Any:
    if isinstance(entry, complex | np.complexfloating):
        raise EvaluationError(f"{name} has complex entries", advice="give real numbers")
    if isinstance(entry, Decimal):
        if not entry.is_finite():
            raise EvaluationError(f"{name} has the entry {entry}", advice="give finite numbers")
        return Fraction(entry)
    if isinstance(entry, (str, *NUMBERS)):
        return entry
    if isinstance(entry, list | tuple | np.ndarray):
        raise ShapeError(f"the rows of {name} have different lengths")
    raise EvaluationError(f"{name} has the entry {entry!r}, which is no number", advice="give numbers or fractions")
