"""Derivations: chains of steps from a term to its closed form, each with its rule and its reason."""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Sequence as Row
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import TypeAlias, overload

import numpy as np
import sympy as sp
from sympy.core.relational import Relational
from sympy.matrices.expressions import MatrixExpr

from symrnn import late
from symrnn.derivation.statement import Equation
from symrnn.derivation.verdict import Verdict
from symrnn.errors import IndexRangeError, UnknownTermError
from symrnn.expr import Sequence, Variable
from symrnn.expr.base import operand
from symrnn.recurrence import Recurrence

Array: TypeAlias = np.ndarray[tuple[int, ...], np.dtype[np.float64]]
"""An array of floats."""

Decimals: TypeAlias = np.ndarray[tuple[int, ...], np.dtype[np.object_]]
"""An array of decimal numbers."""

Number: TypeAlias = float | Fraction
Numbers: TypeAlias = Number | Row[Number] | Row[Row[Number]] | Row[Row[Row[Number]]] | np.ndarray[tuple[int, ...]]
"""What is taken for an array: of numbers, in lists or not."""

Given: TypeAlias = Mapping[Variable | Sequence | str, Numbers]
"""Arrays by what they are the values of."""


@dataclass(frozen=True)
class Step:
    """One equality of a derivation.

    Args:
        before, after: the two sides.
        rule: name of the rule, as the checker knows it.
        reason: one sentence for a reader.
        hypotheses: what the rule asks for, in words.
    """

    before: MatrixExpr
    after: MatrixExpr
    rule: str
    reason: str
    hypotheses: tuple[str, ...] = ()


@dataclass(frozen=True, repr=False)
class Derivation:
    """A chain ``first = … = closed_form``, as a producer wrote it; only the checker decides whether it holds.

    Args:
        recurrence: whose quantities it speaks of.
        steps: each begins where the one before it ends.
        where: conditions on the free indices.
        varying: the quantities whose differentials are free.

    Raises:
        UnknownTermError: when there is no step.

    >>> from symrnn.cells import Elman
    >>> from symrnn.symbols import t
    >>> rnn = Elman()
    >>> derivation = rnn.derive(rnn.h[t], wrt=rnn.W_hh)
    >>> print(derivation.verify().kind)
    PROVED
    """

    recurrence: Recurrence
    steps: tuple[Step, ...]
    where: tuple[Relational, ...] = ()
    varying: tuple[Variable, ...] = ()

    def __post_init__(self) -> None:
        if not self.steps:
            raise UnknownTermError("a derivation without steps derives nothing")

    @property
    def start(self) -> MatrixExpr:
        """The term that is derived."""
        return self.steps[0].before

    @property
    def closed_form(self) -> MatrixExpr:
        """The last term of the chain."""
        return self.steps[-1].after

    @cached_property
    def equation(self) -> Equation:
        """What the whole chain says."""
        return Equation(self.start, self.closed_form, self.where, varying=self.varying)

    @property
    def terms(self) -> tuple[MatrixExpr, ...]:
        """The start, and what each step ends with."""
        return (self.start, *(step.after for step in self.steps))

    def then(self, after: MatrixExpr, rule: str, reason: str, *hypotheses: str) -> Derivation:
        """The derivation with one more step."""
        step = Step(self.closed_form, after, rule, reason, hypotheses)
        return Derivation(self.recurrence, (*self.steps, step), self.where, self.varying)

    def at(self, **indices: int) -> MatrixExpr:
        """The closed form with indices put to numbers and the sums written out.

        Raises:
            IndexRangeError: for an index that the derivation does not have, a number outside its conditions, or
                a number too large to write out.

        >>> from symrnn.cells import Elman
        >>> from symrnn.symbols import t
        >>> rnn = Elman("identity")
        >>> rnn.derive(rnn.h[t], wrt=rnn.h[0]).at(t=2)
        W_hh**2
        """
        return late.written_out(self, self.replacements(indices))

    @overload
    def numeric(self, given: Given, *, digits: None = None, **indices: int) -> Array: ...

    @overload
    def numeric(self, given: Given, *, digits: int, **indices: int) -> Decimals: ...

    def numeric(self, given: Given, *, digits: int | None = None, **indices: int) -> Array | Decimals:
        """The closed form as an array, at parameters, inputs and initial states of yours.

        Args:
            given: arrays for the parameters, by symbol or name; for the inputs, by sequence or name, one step after the
                other from the first that there is; and for the initial states, as ``{rnn.h[0]: ...}``.
            digits: significant decimal digits of each entry, all certain: the precision is raised until they are.
                The entries are of type ``Decimal`` then, and a float that is given stands for itself, 0.1 for what the
                computer takes it for; give fractions where that matters. None for floats.
            indices: numbers for the free indices, such as ``t=5``.

        Raises:
            LimitError: for digits that are too many, or would take too much memory.
            EvaluationError: naming what is needed and was not given, or what is not part of the recurrence.
            ShapeError: when arrays do not fit each other.
            IndexRangeError: for an index that is missing, or that the derivation does not have.

        >>> from symrnn.cells import Elman
        >>> from symrnn.symbols import t
        >>> rnn = Elman("identity")
        >>> values = {"W_hh": [[0, 2], [1, 0]], "W_xh": [[1], [0]], "b_h": [0, 0], "x": [[0], [0]], rnn.h[0]: [1, 1]}
        >>> rnn.derive(rnn.h[t], wrt=rnn.h[0]).numeric(values, t=2)
        array([[2., 0.],
               [0., 2.]])
        >>> net = Elman("tanh", 1, 1).undriven()
        >>> by_start = net.derive(net.h[t], wrt=net.h[0])
        >>> print(by_start.numeric({"W_hh": [[2]], net.h[0]: [1]}, t=3, digits=30).item())
        0.00379898855353767579695595061865
        """
        rule = self.replacements(indices)
        missing = [symbol.name for symbol in self.equation.indices if symbol not in rule]
        if missing:
            raise IndexRangeError(f"{', '.join(missing)} has no value", advice=f"write numeric(..., {missing[0]}=5)")
        return late.numeric(self.closed_form, self.recurrence, given, {s: int(at) for s, at in rule.items()}, digits)

    def replacements(self, indices: Mapping[str, int]) -> dict[sp.Symbol, sp.Integer]:
        """Index names with their values, checked against the conditions."""
        known = {symbol.name: symbol for symbol in self.equation.indices}
        rule = {}
        for name, number in indices.items():
            if name not in known:
                raise IndexRangeError(
                    f"{name} is not an index of this derivation",
                    advice=f"its indices are {', '.join(sorted(known))}" if known else "it has none",
                )
            rule[known[name]] = operand(number)
        for condition in self.where:
            if condition.subs(rule) == sp.false:
                asked = ", ".join(f"{name} = {number}" for name, number in indices.items())
                raise IndexRangeError(f"{asked} is outside the range of the derivation: {condition}")
        return rule

    def verify(self) -> Verdict:
        """Let the checker replay every step; returns a :class:`symrnn.check.Verdict`."""
        return late.verify_derivation(self)

    def explain(self) -> str:
        """The steps with their rules and reasons, as plain text."""
        return late.explain(self)

    def latex(self, notation: str | late.Notation = "lecture") -> str:
        """An ``aligned`` block with the reason beside each line."""
        return late.derivation_latex(self, notation)

    def _repr_latex_(self) -> str:
        return late.displayed(self.latex)

    def __str__(self) -> str:
        return self.explain()

    def __repr__(self) -> str:
        count = len(self.steps)
        return f"<Derivation of {self.start} in {count} step{'s' * (count > 1)}: {self.closed_form}>"
