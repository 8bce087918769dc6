r"""Worked instances: a statement at small numbers, both sides written with the numbers in them, exactly."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import sympy as sp
from sympy.core.function import AppliedUndef

from symrnn.activations import Activation, activation
from symrnn.check.proving.meaning import MATRICES
from symrnn.check.refuting import showing
from symrnn.check.refuting.instances import (
    Numbers,
    generic_functions,
    index_symbols,
    size_symbols_of,
    width_names,
)
from symrnn.check.refuting.sampling import Sloped
from symrnn.check.refuting.search import Instance
from symrnn.check.refuting.values import Values
from symrnn.derivation import Claim, Coincide, Equation, Inequality, SameDirection
from symrnn.derivation.counterexample import Named, Value, value
from symrnn.errors import EvaluationError, LimitError, ParameterError
from symrnn.evaluate import Entries, Evaluator, OutsideHypothesesError, Rationals, System
from symrnn.evaluate.assignment import Key, key_of
from symrnn.expr import Element, Sequence
from symrnn.latex import Notation, find_notation
from symrnn.recurrence import Recurrence
from symrnn.render.inserted import Inserted, Sides
from symrnn.render.values import latex_given, single_entries
from symrnn.slopes import slope_bounds

MOST_ON_THE_WAY = 8
"""How many values on the way are all printed."""


@dataclass(frozen=True)
class Worked:
    """A worked instance in LaTeX.

    Args:
        given: the numbers that were chosen, each as an equation.
        is_rest_zero: whether something else was taken as 0.
        on_the_way: what the network computes from them, each as an equation; of many those that are not 0.
        displays: the two sides of each part of the statement, worked out.
        outcome: what is to be seen there, in words.
    """

    given: tuple[str, ...]
    is_rest_zero: bool
    on_the_way: tuple[str, ...]
    displays: tuple[str, ...]
    outcome: str


def worked_out(claim: Claim, notation: str | Notation = "lecture", *, letters: float) -> Worked | None:
    r"""The instance that a claim asks for; None where it asks for none.

    Args:
        claim: what is claimed.
        notation: how formulas are written.
        letters: how many letters fit on a line.

    Raises:
        ParameterError: for numbers at which there is nothing to be worked out, or at which what is claimed to be proved
            fails.

    >>> from symrnn import Elman, Kind, TotalJacobian, t
    >>> rnn = Elman("square").scalar()
    >>> step = Equation(TotalJacobian(rnn.h[t], rnn.h[t - 1]), rnn.D(t) * rnn.W_hh, where=(t >= 1,))
    >>> claim = Claim("J", "one step", step, Kind.PROVED, rnn, worked={t: 1, rnn.W_hh: 3, rnn.h[0]: 2})
    >>> found = worked_out(claim, "plain", letters=60)
    >>> found.given, found.is_rest_zero, found.on_the_way
    (('t = 1', 'W_{hh} = 3', 'h_{0} = 2'), True, ('a_{1} = 6',))
    >>> print(found.displays[0].replace(r" \\ ", "\n"))
    \begin{aligned} &\frac{d h_{1}}{d h_{0}} = \frac{d}{d h_{0}} \left(9 h_{0}^{2}\right) = 18 h_{0} = 36
    &D_{1} W_{hh} = 12 \cdot 3 = 36 \end{aligned}
    """
    if not claim.worked:
        return None
    style = find_notation(notation)
    try:
        return _Instance(claim, style, letters).worked()
    except (EvaluationError, OutsideHypothesesError, LimitError) as error:
        raise ParameterError(
            f"there is nothing to be worked out at the numbers chosen: {error}",
            where=claim.id,
            advice="choose numbers that the conditions allow, and at which all values are rational",
        ) from error


class _Instance:
    """A claim at its numbers."""

    def __init__(self, claim: Claim, notation: Notation, letters: float) -> None:
        self.claim, self.notation, self.letters = claim, notation, letters
        self.recurrence: Recurrence = claim.recurrence or MATRICES
        stated: tuple[Any, ...] = getattr(claim.statement, "parts", (claim.statement,))
        self.parts = [part for part in stated if isinstance(part, Equation | Inequality | Coincide | SameDirection)]
        self.entries = single_entries(claim, self.recurrence)
        self.stand_in: Sloped | None = None
        self.sizes: dict[Any, int] = {}
        self.indices: dict[sp.Symbol, int] = {}
        self.given: dict[Key, Any] = {}
        self.told: list[tuple[Named, Value]] = []
        for key, chosen in claim.worked.items():
            self._take(key, chosen)
        self.told += showing.matrices({key: _as_rows(given) for key, given in self.given.items()})

    # -- what is given ---------------------------------------------------------------------------------------

    def _take(self, key: Any, chosen: Any) -> None:
        """Keep one of the numbers, as what it is a number of."""
        if isinstance(key, str) and isinstance(chosen, str | Activation):
            self._function(key, activation(chosen) if isinstance(chosen, str) else chosen)
        elif isinstance(key, AppliedUndef):
            self.sizes[key.func.__name__, int(key.args[0])] = chosen
            self.told.append((Named(key.func.__name__, argument=str(key.args[0])), chosen))
        elif isinstance(key, sp.Symbol) and key.is_integer:
            (self.sizes if key.is_positive and key in self._size_symbols() else self.indices)[key] = int(chosen)
            self.told.append((Named(key.name), chosen))
        elif isinstance(key, Sequence):
            self.given |= {(key.name, key.first + at): entry for at, entry in enumerate(chosen)}
        else:
            self.given[(key.name, None) if isinstance(key, sp.Symbol) else key_of(key)] = chosen

    def _size_symbols(self) -> set[sp.Symbol]:
        parts: list[Any] = self.parts
        return {size for part in parts for size in (*part.sizes, *size_symbols_of(part, self.recurrence))}

    def _function(self, name: str, function: Activation) -> None:
        terms = [term for part in self.parts for term in part.terms if isinstance(term, sp.Basic)]
        known = generic_functions(self.recurrence, *terms)
        if name not in known:
            raise EvaluationError(f"{name} is not a generic function here; there is {', '.join(known) or 'none'}")
        bounds = slope_bounds(function)
        least = sp.S.Zero if bounds.inf <= 0 <= bounds.sup else min(abs(bounds.inf), abs(bounds.sup))
        self.stand_in = Sloped(function, least, bounds.abs_sup, increasing=bool(bounds.inf >= 0))
        self.told += showing.functions([name], function)

    def _place(self, part: Any) -> Instance:
        """Everything that a part needs, with the rest zero."""
        sizes = dict.fromkeys(size_symbols_of(part, self.recurrence), 1) | dict.fromkeys(part.sizes, 1)
        sizes |= dict.fromkeys(width_names(self.recurrence), 1)
        numbers = Numbers(self.indices, {**sizes, **self.sizes})
        for symbol in index_symbols(part, self.recurrence) if isinstance(part, Equation | Inequality) else ():
            if symbol not in self.indices:
                raise EvaluationError(f"the index {symbol} has no value")
        for condition in part.where:
            if condition.subs({**numbers.indices, **self._symbols(numbers)}) == sp.false:
                raise OutsideHypothesesError(f"{condition} does not hold")
        return Instance(numbers, stand_in=self.stand_in, given=self.given, draw=lambda source: Fraction(0))

    def _symbols(self, numbers: Numbers) -> dict[sp.Symbol, int]:
        return {size: at for size, at in numbers.sizes.items() if isinstance(size, sp.Symbol)}

    # -- what follows ----------------------------------------------------------------------------------------

    def worked(self) -> Worked:
        """All parts worked out, in rational numbers, or else in expressions such as exp(0), which SymPy simplifies."""
        try:
            return self._worked(Rationals())
        except OutsideHypothesesError:
            raise
        except EvaluationError:
            return self._worked(Entries())

    def _worked(self, system: System) -> Worked:
        drawn: dict[Key, Any] = {}
        fitted: dict[Key, Any] = {}
        reached: dict[Element, Any] = {}
        displays, holds, parts = [], [], []
        outside = OutsideHypothesesError("it compares nothing")
        for part in self.parts:
            try:
                inserted = self._evaluated(part, system)
            except OutsideHypothesesError as error:
                outside = error
                continue  # one of several parts may be for other numbers
            parts.append(part)
            if any(_reversed(part, other) for other in parts):
                continue  # both inequalities of an equation: one of them shows it
            sides = Sides(part.lhs, part.rhs, *(inserted.of(side) for side in (part.lhs, part.rhs)))
            holds.append(_holds(part, sides))
            displays.append(inserted.display(sides, self.letters))
            assignment = inserted.evaluator.assignment
            drawn |= assignment.drawn
            fitted |= {key: found for key, found in assignment.given.items() if key not in self.given}
            reached |= inserted.evaluator.values
        if not parts:
            raise outside
        proved = self.claim.expected.value != "REFUTED"
        if all(holds) != proved:
            raise EvaluationError(f"the two sides {'differ' if proved else 'agree'} there")
        rest = {key: entries for key, entries in drawn.items() if any(any(row) for row in entries)}
        told = [*self.told, *showing.matrices({**fitted, **rest})]
        return Worked(
            given=tuple(latex_given(name, given, self.notation, self.entries) for name, given in told),
            is_rest_zero=len(rest) < len(drawn),
            on_the_way=tuple(self._reached(reached)),
            displays=tuple(displays),
            outcome=_outcome(parts, proved),
        )

    def _reached(self, reached: Mapping[Element, Any]) -> Iterator[str]:
        """What was computed by a definition, in the order of the network."""
        names = [definition.sequence.name for definition in self.recurrence.definitions]
        own = [each for each in reached if each.name in names and (each.name, int(each.index)) not in self.given]
        if not any(found for each in own for found in reached[each].ravel()):
            return  # without input, and from 0, nothing happens
        if len(own) > MOST_ON_THE_WAY:
            own = [each for each in own if any(reached[each].ravel())]
        for each in sorted(own, key=lambda each: (int(each.index), names.index(each.name))):
            definition = self.recurrence.definition(each.name)
            if definition is not None and each.index >= definition.begins:
                name = Named(each.name, int(each.index))
                yield latex_given(name, value(reached[each]), self.notation, self.entries)

    def _evaluated(self, part: Any, system: System) -> Inserted:
        """What has the values of the terms of a part, and writes them."""
        place = self._place(part)
        rule = {**place.numbers.indices}
        if not isinstance(part, Equation):
            values = Values((*part.where, *part.given), self.recurrence, place)
            return Inserted(values.evaluator, values.of, self.notation, rule)
        evaluator = Evaluator(system, place.assignment(), self.recurrence, place.function, part.varying)
        return Inserted(evaluator, lambda scalar: evaluator.scalar(scalar, {}), self.notation, rule)


def _as_rows(given: Any) -> list[list[Any]]:
    rows = given if isinstance(given, list | tuple) else [given]
    return [list(row) if isinstance(row, list | tuple) else [row] for row in rows]


def _holds(part: Any, sides: Sides) -> bool:
    """Whether a part is true at the numbers, which are exact."""
    if isinstance(part, Inequality):
        return bool(sides.left <= sides.right)
    left, right = sides.left.ravel(), sides.right.ravel()
    if isinstance(part, SameDirection):
        pairs = list(zip(left, right, strict=True))
        return all(a * d == b * c for a, b in pairs for c, d in pairs) and all(a * b >= 0 for a, b in pairs)
    return all(sp.simplify(a - b) == 0 if isinstance(a, sp.Expr) else a == b for a, b in zip(left, right, strict=True))


def _reversed(part: Any, other: Any) -> bool:
    return isinstance(part, Inequality) and (part.lhs, part.rhs) == (other.rhs, other.lhs)


def _outcome(parts: list[Any], proved: bool) -> str:
    if all(isinstance(part, Equation | Coincide) or any(_reversed(part, other) for other in parts) for part in parts):
        return "Both sides agree." if proved else "The two sides differ."
    if any(isinstance(part, SameDirection) for part in parts):
        return "They point in one direction." if proved else "They point in different directions."
    return (
        "The left side is not larger than the right one." if proved else "The left side is larger than the right one."
    )
