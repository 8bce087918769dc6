"""Counterexamples made simple: zeros and ones where they do, and nothing printed that does not matter."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from dataclasses import replace
from fractions import Fraction
from typing import Any, TypeAlias

import numpy as np
from sympy.matrices.expressions.matexpr import MatrixElement

from symrnn.activations import Activation, z
from symrnn.check.instances import width_names
from symrnn.check.search import Finding, Instance, examine, find_difference, formula_text, generic_names
from symrnn.derivation.statement import Equation, size_symbols
from symrnn.derivation.verdict import Counterexample
from symrnn.errors import EvaluationError, LimitError
from symrnn.evaluate.arrays import Array
from symrnn.evaluate.assignment import Key, label
from symrnn.expr import UnitVector
from symrnn.recurrence import Recurrence

Rows: TypeAlias = list[list[Fraction]]

WRITTEN_OUT = 10**40
"""Below which an integer is written out; a ball may hold one that has more digits than there is memory."""

ZERO, ONE, TWO = Fraction(0), Fraction(1), Fraction(2)


def find_counterexample(equation: Equation, recurrence: Recurrence, seed: int = 0) -> tuple[Counterexample | None, int]:
    """Search for a counterexample, and make it as simple as it gets.

    Args:
        equation: the statement.
        recurrence: what its names mean.
        seed: what the drawn matrices follow from; the same seed finds the same counterexample.

    Returns:
        The smallest counterexample found, or None; and the number of instances at which both sides were compared.

    >>> from symrnn.cells import Elman
    >>> from symrnn.expr import TotalJacobian
    >>> from symrnn.symbols import t
    >>> rnn = Elman()
    >>> wrong = Equation(TotalJacobian(rnn.h[t], rnn.h[t - 1]), rnn.W_hh * rnn.D(t), where=(t >= 1,))
    >>> print(find_counterexample(wrong, rnn)[0])
    t = 1, n = 2, ...
    """
    found = find_difference(equation, recurrence, seed)
    if found.finding is None:
        return None, found.evaluated
    return counterexample(found.finding, equation, recurrence, seed), found.evaluated


def counterexample(finding: Finding, equation: Equation, recurrence: Recurrence, seed: int) -> Counterexample:
    """A finding as a counterexample to print: simple values, and only those that matter."""
    left, right = finding.sides
    if isinstance(left, str) or isinstance(right, str):
        numbers = finding.instance.numbers
        text = {symbol.name: str(at) for symbol, at in numbers.indices.items()}
        if any(side.has(UnitVector, MatrixElement) for side in (equation.lhs, equation.rhs)):
            text |= {size.name: str(numbers.sizes[size]) for size in equation.sizes}
        first, second = (side if isinstance(side, str) else "has a value" for side in (left, right))
        return Counterexample(text, first, second, finding.certainty, seed)
    drawn = {key: [list(row) for row in rows] for key, rows in finding.assignment.drawn.items()}
    finding, values = simplified(finding, drawn, equation, recurrence)
    values = {key: values[key] for key in needed(finding, values, equation, recurrence)}
    text = _numbers_text(finding, values, equation, recurrence)
    if _depends_on_function(finding, equation, recurrence):
        text |= _function_text(finding.instance, equation, recurrence)
    text |= matrices_text(values)
    left, right = finding.sides
    return Counterexample(text, _text(left), _text(right), finding.certainty, seed)


# -- simpler values ------------------------------------------------------------------------------------------------


def simplified(
    finding: Finding, values: Mapping[Key, Rows], equation: Equation, recurrence: Recurrence
) -> tuple[Finding, dict[Key, Rows]]:
    """Replace one matrix, then one entry, after the other by something simpler, as long as the sides still differ."""
    values = dict(values)
    for key in sorted(values, key=lambda key: _rank(key, recurrence)):
        for candidate in _simpler(values[key], is_drive=_rank(key, recurrence)[0] < 2):
            tried = {**values, key: candidate}
            found = _still_differs(finding.instance, tried, equation, recurrence)
            if found is not None:
                finding, values = found, tried
                break
        finding, values = _simpler_entries(finding, values, key, equation, recurrence)
    return finding, values


def _rank(key: Key, recurrence: Recurrence) -> tuple[int, str]:
    """What is made simple first: the inputs, then the biases, then all else."""
    name, index = key
    if any(sequence.name == name for sequence in recurrence.inputs):
        return 0, f"{name}{index}"
    if any(getattr(p, "cols", None) == 1 and p.name == name for p in recurrence.parameters):
        return 1, name
    return 2, f"{name}{index}"


def _simpler(rows: Rows, is_drive: bool) -> Iterator[Rows]:
    height, width = len(rows), len(rows[0])
    if is_drive:
        yield [[ZERO] * width for _ in rows]
    if height == width > 1:
        yield [[ONE if i == j else ZERO for j in range(width)] for i in range(height)]
    yield [[ONE] * width for _ in rows]


def _simpler_entries(
    finding: Finding, values: dict[Key, Rows], key: Key, equation: Equation, recurrence: Recurrence
) -> tuple[Finding, dict[Key, Rows]]:
    rows = values[key]
    single = len(rows) == len(rows[0]) == 1
    for i, j in np.ndindex(len(rows), len(rows[0])):
        for entry in (ONE, TWO) if single else (ZERO, ONE, TWO):
            if values[key][i][j] in (ZERO, entry):
                break
            candidate = [list(row) for row in values[key]]
            candidate[i][j] = entry
            if not any(any(row) for row in candidate):
                continue  # a weight matrix of zeros makes a poor example
            tried = {**values, key: candidate}
            found = _still_differs(finding.instance, tried, equation, recurrence)
            if found is not None:
                finding, values = found, tried
                break
    return finding, values


def _still_differs(
    instance: Instance, values: Mapping[Key, Rows], equation: Equation, recurrence: Recurrence
) -> Finding | None:
    try:
        return examine(equation, recurrence, replace(instance, given=values))
    except (EvaluationError, LimitError):
        return None


# -- what matters --------------------------------------------------------------------------------------------------


def needed(finding: Finding, values: Mapping[Key, Rows], equation: Equation, recurrence: Recurrence) -> list[Key]:
    """The matrices without which neither side could be recomputed.

    A matrix is left out when three other values of it change nothing; from then on it has such a value, so that
    of two matrices that matter only together one stays: W_xh goes, x = 0 stays.
    """
    current, kept = dict(values), []
    order = sorted(values, key=lambda key: (-_rank(key, recurrence)[0], label(key)))
    for key in order:
        others = list(_others(current[key], key))
        if all(_changes_nothing(finding, {**current, key: other}, equation, recurrence) for other in others):
            current[key] = others[0]
        else:
            kept.append(key)
    return _in_reading_order(kept, recurrence)


def _others(rows: Rows, key: Key) -> Iterator[Rows]:
    """Other values of either sign, and zero, which differs from all of them at a kink."""
    for sign in (1, -1, 0):
        source = random.Random(f"other:{key}:{sign}")
        yield [[Fraction(sign * source.randint(2, 10**6), 7) for _ in row] for row in rows]


def _changes_nothing(finding: Finding, values: Mapping[Key, Rows], equation: Equation, recurrence: Recurrence) -> bool:
    found = _still_differs(finding.instance, values, equation, recurrence)
    return found is not None and [*map(_text, found.sides)] == [*map(_text, finding.sides)]


def _text(side: Array | str) -> str:
    return side if isinstance(side, str) else shown(side)


def _in_reading_order(keys: list[Key], recurrence: Recurrence) -> list[Key]:
    """Parameters as the recurrence lists them, then initial values and inputs by index, then slopes."""
    names = [p.name for p in recurrence.parameters] + [d.sequence.name for d in recurrence.definitions]
    names += [s.name for s in recurrence.inputs]
    place = {name: at for at, name in enumerate(names)}
    return sorted(keys, key=lambda key: (place.get(key[0], len(place)), key[1] or 0, key[0]))


# -- text ----------------------------------------------------------------------------------------------------------


def _numbers_text(
    finding: Finding, values: Mapping[Key, Rows], equation: Equation, recurrence: Recurrence
) -> dict[str, str]:
    """Indices, the sizes of what is printed, and what stands for φ."""
    instance = finding.instance
    text = {symbol.name: str(at) for symbol, at in instance.numbers.indices.items()}
    matter = set(equation.sizes)
    for key in values:
        quantity = recurrence.quantity(*key)
        matter |= set() if quantity is None else size_symbols(quantity)
    text |= {s.name: str(at) for s, at in instance.numbers.sizes.items() if s in matter}
    if width_names(recurrence):
        text |= {f"{name}({at})": str(size) for (name, at), size in sorted(finding.assignment.widths.items())}
    return text


def _depends_on_function(finding: Finding, equation: Equation, recurrence: Recurrence) -> bool:
    """Tell whether another function in the place of a generic φ would change a side."""
    instance = finding.instance
    if instance.stand_in is None:
        return False
    other = replace(instance, stand_in=Activation("z^3 + 5z", z**3 + 5 * z))
    try:
        found = examine(equation, recurrence, replace(other, given=finding.instance.given))
    except (EvaluationError, LimitError):
        return True
    return found is None or [*map(_text, found.sides)] != [*map(_text, finding.sides)]


def _function_text(instance: Instance, equation: Equation, recurrence: Recurrence) -> dict[str, str]:
    assert instance.stand_in is not None  # the sides depend on it
    return {f"{name}(z)": formula_text(instance.stand_in) for name in generic_names(equation, recurrence)}


def matrices_text(values: Mapping[Key, Rows]) -> dict[str, str]:
    """Matrices by name; a run of equal elements of a sequence is written once."""
    text: dict[str, str] = {}
    entries = {key: shown(np.array(rows, dtype=object)) for key, rows in values.items()}
    keys = list(entries)
    while keys:
        first = keys.pop(0)
        last = first
        while keys and _follows(last, keys[0]) and entries[keys[0]] == entries[first]:
            last = keys.pop(0)
        text[_run(first, last)] = entries[first]
    return text


def _follows(key: Key, following: Key) -> bool:
    return key[1] is not None and following == (key[0], key[1] + 1)


def _run(first: Key, last: Key) -> str:
    if first == last:
        return label(first)
    between = ", " if _follows(first, last) else ", ..., "
    return label(first) + between + label(last)


def shown(array: Array) -> str:
    """A matrix of numbers as text; a 1 x 1 matrix as its number."""
    rows = [[number_text(entry) for entry in row] for row in array]
    if len(rows) == 1 and len(rows[0]) == 1:
        return rows[0][0]
    return "[" + ", ".join("[" + ", ".join(row) + "]" for row in rows) + "]"


def number_text(entry: Any) -> str:
    """A rational exactly, a ball by its sure digits, or exactly where it is one integer."""
    if not hasattr(entry, "overlaps"):
        return str(entry)
    is_whole = entry.is_exact() and entry.is_integer() and abs(entry) < WRITTEN_OUT
    whole = entry.unique_fmpz() if is_whole else None
    return str(entry.str(20)) if whole is None else str(whole)


__all__ = ["counterexample", "needed", "number_text", "shown", "simplified"]
