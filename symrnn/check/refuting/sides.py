"""Equations tried at small sizes, small indices and small integers, and counterexamples that are made simple."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from dataclasses import replace
from fractions import Fraction
from functools import partial
from typing import Any, TypeAlias

import flint
import numpy as np
import sympy as sp

from symrnn.activations import Activation, activation, z
from symrnn.certify.kept import example_kept, keep_example
from symrnn.check.refuting import showing
from symrnn.check.refuting.assumed import Assumed, constrained
from symrnn.check.refuting.instances import Numbers, choices, generic_functions, width_names
from symrnn.check.refuting.sampling import Sloped
from symrnn.check.refuting.search import (
    NO_VALUE,
    UNDEFINED,
    Finding,
    Instance,
    Search,
    nth,
    place_of,
    searched,
    value_or_reason,
)
from symrnn.check.refuting.trials import are_exact
from symrnn.derivation.counterexample import Counterexample, Named, value
from symrnn.derivation.statement import Equation, size_symbols
from symrnn.errors import EvaluationError, LimitError, UnknownTermError
from symrnn.evaluate import Balls, Enclosures, Evaluator, OutsideHypothesesError, Rationals
from symrnn.evaluate.arrays import Array
from symrnn.evaluate.assignment import Key, label
from symrnn.expr import ClipByValue, ClipFactor, Measure
from symrnn.recurrence import Recurrence

Rows: TypeAlias = list[list[Fraction]]

ZERO, ONE, TWO = Fraction(0), Fraction(1), Fraction(2)

OTHER = Sloped(Activation("z^3 + 5z", z**3 + 5 * z), sp.Integer(5), sp.oo)
"""Another function in the place of a generic φ, to see whether it matters."""

TRIALS = {True: 2, False: 4}
"""Draws for each choice of numbers: a generic φ has two stand-ins besides; a named one may need luck at its kinks."""

DRAWS = 6
"""How often matrices are drawn before an equation is said to have no value with any."""

BITS = 256
STAND_INS = (Sloped(activation("identity"), sp.S.One, sp.S.One), Sloped(activation("square"), sp.S.Zero, sp.oo))
"""Exact functions that take the place of a generic φ, simplest first: a claim for every φ holds for these."""


def instances(
    equation: Equation, recurrence: Recurrence, seed: int, chosen: list[Numbers] | None = None
) -> Iterator[Instance]:
    """All choices to try, in the order of what a reader would call smaller; those at some numbers, where given."""
    generic = functions_in(equation, recurrence)
    stand_ins: tuple[Sloped | None, ...] = STAND_INS if generic else (None,)
    assumed = Assumed(equation.given, recurrence)
    for numbers in choices(equation, recurrence) if chosen is None else chosen:
        for stand_in in stand_ins:
            for at, rows in enumerate(constrained(numbers, assumed)):
                yield Instance(numbers, seed + at, stand_in, rows)
            if assumed.equations:
                yield Instance(numbers, seed, stand_in, scale=ZERO)  # where all is 0 much holds
            for trial in range(TRIALS[bool(generic)]):
                yield Instance(numbers, seed + trial, stand_in)


def functions_in(equation: Equation, recurrence: Recurrence) -> list[str]:
    """Names of the generic activations of a statement and of the recurrence behind it."""
    return generic_functions(recurrence, equation.lhs, equation.rhs)


def find_difference(
    equation: Equation,
    recurrence: Recurrence,
    seed: int = 0,
    chosen: list[Numbers] | None = None,
    enough: int | None = None,
) -> Search:
    """Look for an instance at which the two sides differ, for certain.

    Exact rationals where the activation allows it, balls otherwise. A quantity that does not exist at an index the
    statement covers, such as h[-1], counts too: the statement then says nothing there. The numbers are the smallest
    that the conditions allow, unless some are chosen; they are looked at until there are enough with a value.
    """
    places = instances(equation, recurrence, seed, chosen)
    return searched(places, lambda instance: examine(equation, recurrence, instance), enough)


def without_value(numbers: Numbers, equation: Equation, recurrence: Recurrence, seed: int) -> str:
    """Why an equation has no value at some numbers, whatever is drawn; empty when it has one, or may have one.

    A number system that lacks a function says nothing of the equation, nor do sizes or exponents that are too large.
    """
    stand_in = STAND_INS[0] if functions_in(equation, recurrence) else None
    why = ""
    for trial in range(DRAWS):
        try:
            return examine(equation, recurrence, Instance(numbers, seed + trial, stand_in)).undefined
        except (OutsideHypothesesError, UnknownTermError, LimitError):
            return ""
        except EvaluationError as error:
            why = str(error)
    return why


def examine(equation: Equation, recurrence: Recurrence, instance: Instance) -> Finding:
    """Evaluate both sides at one instance.

    Raises:
        OutsideHypothesesError: when the statement does not speak of this instance.
        EvaluationError: when a side has no value in any number system.
    """
    try:
        return _examine_in(Rationals(), equation, recurrence, instance)
    except OutsideHypothesesError:
        raise
    except (EvaluationError, LimitError):  # balls have a fixed number of digits
        system = Enclosures(BITS) if is_measured(equation) else Balls(BITS)
        return _examine_in(system, equation, recurrence, instance)


def is_measured(equation: Equation) -> bool:
    """Whether it speaks of norms or of clipping, which have a value in exact numbers and enclosures only."""
    return any(side.has(Measure, ClipFactor, ClipByValue) for side in equation.terms)


def _examine_in(system: Rationals | Balls, equation: Equation, recurrence: Recurrence, instance: Instance) -> Finding:
    assignment, assumed = instance.assignment(), Assumed(equation.given, recurrence)
    assignment.meant = assumed.value
    evaluator = Evaluator(system, assignment, recurrence, instance.function, equation.varying)
    assumed.require(evaluator)
    left, right = (value_or_reason(evaluator.value, side) for side in (equation.lhs, equation.rhs))
    if isinstance(left, str) or isinstance(right, str):
        return Finding(instance, left, right, True, UNDEFINED, assignment)
    with system.precision():
        fails = differ_for_certain(left, right)
    certainty = "exact" if are_exact(left, right) else f"disjoint balls at {BITS} bits"
    return Finding(instance, left, right, fails, certainty, assignment)


def differ_for_certain(left: Array, right: Array) -> bool:
    """True when some entry differs: exactly for rationals, by disjoint balls for enclosures."""
    return any(_apart(a, b) for a, b in zip(left.ravel(), right.ravel(), strict=True))


def _apart(left: Any, right: Any) -> bool:
    if not hasattr(left, "overlaps") and not hasattr(right, "overlaps"):
        return bool(left != right)
    left, right = flint.arb(left), flint.arb(right)
    return bool(left.is_finite() and right.is_finite() and not left.overlaps(right))


# -- counterexamples ---------------------------------------------------------------------------------------------------


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
    at = place_of(finding.instance, instances(equation, recurrence, seed))
    if finding.undefined:
        keep_example(equation, {"at": at})
        return showing.told_undefined(finding, equation, seed)
    finding, values = simplified(finding, _drawn(finding), equation, recurrence)
    kept = needed(finding, values, equation, recurrence)
    keep_example(equation, {"at": at, "values": showing.plain(values), "shown": [list(key) for key in kept]})
    return _told(finding, {key: values[key] for key in kept}, equation, recurrence, seed)


def _drawn(finding: Finding) -> dict[Key, Rows]:
    return {
        key: [list(row) for row in rows] for key, rows in {**finding.instance.given, **finding.assignment.drawn}.items()
    }


def _told(
    finding: Finding, values: Mapping[Key, Rows], equation: Equation, recurrence: Recurrence, seed: int
) -> Counterexample:
    """What is printed of a finding, with the values that matter."""
    instance = finding.instance
    matter = {*equation.sizes, *(s for key in values for s in _sizes_of(key, recurrence))}
    given = [*showing.indices(instance.numbers), *showing.sizes(instance.numbers, matter)]
    if width_names(recurrence):
        widths = sorted(finding.assignment.widths.items())
        given += [(Named(name, argument=str(at)), size) for (name, at), size in widths]
    if _depends_on_function(finding, equation, recurrence):
        given += showing.functions(functions_in(equation, recurrence), instance.function)
    meant = _in_reading_order([key for key in finding.assignment.meanings if key not in values], recurrence)
    told = {key: finding.assignment.meanings[key].tolist() for key in meant}
    return showing.told(finding, (*given, *showing.matrices(told), *showing.matrices(values)), seed)


def counterexample_again(equation: Equation, recurrence: Recurrence, seed: int) -> Counterexample | None:
    """The counterexample that was kept, if the sides differ there; None where nothing was kept, or something else.

    It is one that a search may find: at one of its instances, with entries that were drawn there or are simple. Both
    sides are calculated anew, once as they are, and once with other values of what is not shown.
    """
    kept = example_kept(equation)
    if kept is None:
        return None
    try:
        finding = examine(equation, recurrence, nth(kept, instances(equation, recurrence, seed)))
        if finding.undefined:
            keep_example(equation, {"at": kept["at"]})
            return showing.told_undefined(finding, equation, seed)
        drawn = _drawn(finding)
        values, named = showing.read(kept["values"]), {(str(name), index) for name, index in kept["shown"]}
        if not _is_simpler(values, drawn) or not named <= set(drawn):
            return None
        values = {key: values[key] for key in drawn}  # the name of a slope or a differential knows what it is of
        shown = [key for key in drawn if key in named]
        finding = examine(equation, recurrence, replace(finding.instance, given=values))
    except (*NO_VALUE, *showing.MALFORMED):
        return None
    again = partial(_sides_again, finding.instance, equation, recurrence)
    if not finding.fails or finding.undefined or not showing.is_enough(finding, values, shown, _others, again):
        return None
    keep_example(equation, {name: kept[name] for name in ("at", "values", "shown")})
    return _told(
        finding, {key: values[key] for key in _in_reading_order(shown, recurrence)}, equation, recurrence, seed
    )


def _is_simpler(values: Mapping[Key, Rows], drawn: Mapping[Key, Rows]) -> bool:
    """Whether matrices are those that were drawn, but for simple entries."""
    return values.keys() == drawn.keys() and all(
        [len(row) for row in rows] == [len(row) for row in drawn[key]]
        and all(
            new in (old, ZERO, ONE, TWO)
            for row, before in zip(rows, drawn[key], strict=True)
            for new, old in zip(row, before, strict=True)
        )
        for key, rows in values.items()
    )


def _sizes_of(key: Key, recurrence: Recurrence) -> set[sp.Symbol]:
    quantity = recurrence.quantity(*key)
    return set() if quantity is None else size_symbols(quantity)


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
        found = examine(equation, recurrence, replace(instance, given=values))
    except (EvaluationError, LimitError):
        return None
    return found if found.fails else None


# -- what matters --------------------------------------------------------------------------------------------------


def needed(finding: Finding, values: Mapping[Key, Rows], equation: Equation, recurrence: Recurrence) -> list[Key]:
    """The matrices without which neither side could be recomputed; see :func:`symrnn.check.refuting.showing.needed`."""
    again = partial(_sides_again, finding.instance, equation, recurrence)
    order = sorted(values, key=lambda key: (-_rank(key, recurrence)[0], label(key)))
    kept = showing.needed(finding, {key: values[key] for key in order}, _others, again)
    return _in_reading_order(kept, recurrence)


def _sides_again(
    instance: Instance, equation: Equation, recurrence: Recurrence, values: Mapping[Key, Rows]
) -> tuple[Any, Any] | None:
    """Both sides with other values, where they differ."""
    found = _still_differs(instance, values, equation, recurrence)
    return None if found is None else found.sides


def _others(key: Key, rows: Rows) -> list[Rows]:
    """Other values of either sign, and zero, which differs from all of them at a kink."""
    found = []
    for sign in (1, -1, 0):
        source = random.Random(f"other:{key}:{sign}")
        found.append([[Fraction(sign * source.randint(2, 10**6), 7) for _ in row] for row in rows])
    return found


def _in_reading_order(keys: list[Key], recurrence: Recurrence) -> list[Key]:
    """Parameters as the recurrence lists them, then initial values and inputs by index, then slopes."""
    names = [p.name for p in recurrence.parameters] + [d.sequence.name for d in recurrence.definitions]
    names += [s.name for s in recurrence.inputs]
    place = {name: at for at, name in enumerate(names)}
    return sorted(keys, key=lambda key: (place.get(key[0], len(place)), key[1] or 0, key[0]))


def _depends_on_function(finding: Finding, equation: Equation, recurrence: Recurrence) -> bool:
    """Whether another function in the place of a generic φ would change a side."""
    if finding.instance.stand_in is None:
        return False
    try:
        found = examine(equation, recurrence, replace(finding.instance, stand_in=OTHER))
    except (EvaluationError, LimitError):
        return True
    return not found.fails or [*map(value, found.sides)] != [*map(value, finding.sides)]
