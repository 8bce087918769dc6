"""A recurrence written out: explicit SymPy expressions of every quantity at every index up to T."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import sympy as sp
from sympy.matrices.expressions import MatrixSymbol

from symrnn.errors import EvaluationError, IndexRangeError, LimitError, UnknownTermError
from symrnn.evaluate.arrays import Array
from symrnn.evaluate.evaluator import Evaluator
from symrnn.evaluate.symbolic import SymbolicAssignment
from symrnn.evaluate.systems import Entries
from symrnn.expr import Element, GenericFunction, Variable
from symrnn.recurrence import Definition, Recurrence, Role

LONGEST = {"substituted": 12, "named": 1000}
"""Largest T: substituted entries hold every earlier one n times over, those in named states stay short."""

FORMS = ("entries", "scalar")


@dataclass(frozen=True)
class Unrolled:
    """What :func:`unroll` found: an expression for every quantity at every index.

    Args:
        T: the last index.
        form: ``"entries"`` or ``"scalar"``.
        states: ``"substituted"`` or ``"named"``.
        values: the expressions by quantity; a matrix of entries each, or one expression each in scalar form.
        symbols: the symbols of what is given (and of named states), in the same way.
    """

    T: int
    form: str
    states: str
    values: Mapping[Variable, Any]
    symbols: Mapping[Variable, Any]

    def __getitem__(self, quantity: Variable) -> Any:
        """The expression of a defined quantity, or the symbols of a given one.

        Raises:
            UnknownTermError: for a quantity that was not written out.
        """
        return self._find(quantity, self.values, self.symbols)

    def jacobian(self, of: Variable, wrt: Variable) -> sp.Matrix:
        """The Jacobian of one by the symbols of the other, entry by entry, as SymPy differentiates.

        Numerator layout, columns stacked: shape (dim of, dim wrt). With named states it is the immediate one.

        >>> from symrnn.cells import Elman
        >>> rnn = Elman("identity", 1, 1, 1).undriven()
        >>> rnn.unroll(2).jacobian(rnn.h[2], rnn.W_hh)
        Matrix([[2*W_hh*h_0]])
        """
        value, by = sp.Matrix([[self[of]]]), sp.Matrix([[self._find(wrt, self.symbols)]])
        return value.vec().jacobian(by.vec())

    @cached_property
    def _places(self) -> dict[tuple[str, Any], Variable]:
        """The quantities at numeric sizes by name and index: one that is asked for may have symbolic sizes."""
        return {(key.name, getattr(key, "index", None)): key for key in (*self.values, *self.symbols)}

    def _find(self, quantity: Variable, *among: Mapping[Variable, Any]) -> Any:
        key = self._places.get((quantity.name, getattr(quantity, "index", None)))
        for known in among:
            if key in known:
                return known[key]
        raise UnknownTermError(
            f"{quantity} was not written out", where=f"unroll(T={self.T})", advice="ask for an index from 0 to T"
        )


def unroll(
    recurrence: Recurrence,
    T: int,
    *,
    form: str = "entries",
    states: str = "substituted",
    sizes: Mapping[Any, int] | None = None,
) -> Unrolled:
    """Write a recurrence out up to index T.

    Args:
        recurrence: the definitions. A generic φ stays the SymPy function ``phi``.
        T: the last index.
        form: ``"entries"`` gives a SymPy matrix of entries for each quantity; ``"scalar"`` gives one expression, for a
            network whose sizes are all 1.
        states: ``"substituted"`` writes everything in the initial state; ``"named"`` stops at the symbols of the
            states, so that h_t is written in the entries of h_{t-1}.
        sizes: numbers for symbolic sizes, as ``{n: 2, m: 1}``; a width d(l) as ``{("d", l): 2}`` for each layer l.

    Raises:
        IndexRangeError: for T < 0 or a size that is not positive.
        LimitError: for T beyond :data:`LONGEST`, which differs for the two ways to treat states.
        EvaluationError: for a size without a number, or scalar form with a size other than 1.
        UnknownTermError: for an unknown form.

    >>> from symrnn.cells import Elman
    >>> rnn = Elman(hidden=1).undriven().scalar()
    >>> rnn.unroll(2, form="scalar")[rnn.h[2]]
    phi(W_hh*phi(W_hh*h_0))
    >>> rnn.unroll(2, form="scalar", states="named")[rnn.h[2]]
    phi(W_hh*h_1)
    >>> Elman("tanh", hidden=2, inputs=1, outputs=1).undriven().unroll(1)[rnn.h[1]]
    Matrix([
    [tanh(W_hh_1_1*h_0_1 + W_hh_1_2*h_0_2)],
    [tanh(W_hh_2_1*h_0_1 + W_hh_2_2*h_0_2)]])
    """
    _require_options(T, form, states)
    if recurrence.graph.lasts:
        raise IndexRangeError(
            f"{recurrence.graph.lasts[0]} is not a number",
            where=recurrence.name,
            advice="write out a network in which states begin with an element at a number, such as h_e[3]",
        )
    assignment = SymbolicAssignment(sizes or {})
    evaluator = Evaluator(Entries(), assignment, recurrence)
    if states == "named":
        _name_states(evaluator, recurrence, T)
    values: dict[Variable, Any] = {}
    symbols: dict[Variable, Any] = {}
    for definition in recurrence.definitions:
        for at in range(definition.sequence.first, T + 1):
            element = evaluator.ground(definition.sequence.at(sp.Integer(at)), {})
            given = at < definition.begins or isinstance(definition.body, GenericFunction)
            if given or (states == "named" and definition.role is Role.STATE):
                symbols[element] = _shown(evaluator.value(element), form, element)
            if not given:
                values[element] = _shown(_right_side(evaluator, definition, element, states), form, element)
    for given_one in _given(recurrence, T):
        key = evaluator.ground(given_one, {})
        symbols[key] = _shown(evaluator.value(key), form, key)
    return Unrolled(T, form, states, values, symbols)


def _require_options(T: int, form: str, states: str) -> None:
    if form not in FORMS:
        raise UnknownTermError(f"the form {form} is not known", advice=f"use one of {', '.join(FORMS)}")
    if states not in LONGEST:
        raise UnknownTermError(f"states cannot be {states}", advice=f"use one of {', '.join(LONGEST)}")
    if isinstance(T, bool) or not isinstance(T, int | sp.Integer):
        raise IndexRangeError(f"T is {T}, which is not a number", where="unroll", advice="use an integer T >= 0")
    if T < 0:
        raise IndexRangeError("T is negative", where=f"unroll({T})", advice="use T >= 0")
    if LONGEST[states] < T:
        raise LimitError(
            f"T = {T} is too long to write out with {states} states",
            where="unroll",
            advice=f"the limit is {LONGEST[states]}; keep t symbolic, or evaluate at numbers",
        )


def _name_states(evaluator: Evaluator, recurrence: Recurrence, T: int) -> None:
    for definition in recurrence.states():
        for at in range(definition.begins, T + 1):
            element = evaluator.ground(definition.sequence.at(sp.Integer(at)), {})
            rows, cols = (int(size) for size in element.shape)
            evaluator.values[element] = evaluator.assignment.matrix(element.name, at, rows, cols, evaluator.system)


def _right_side(evaluator: Evaluator, definition: Definition, element: Element, states: str) -> Array:
    """The value of a defined quantity; that of a named state by its equation, since its name stands for itself."""
    if states == "named" and definition.role is Role.STATE:
        return evaluator.element(element)
    return evaluator.value(element)


def _given(recurrence: Recurrence, T: int) -> list[Variable]:
    out: list[Variable] = []
    for known in (*recurrence.parameters, *recurrence.inputs):
        if isinstance(known, MatrixSymbol):
            out.append(known)
        else:
            out.extend(known.at(sp.Integer(at)) for at in range(known.first, T + 1))
    return out


def _shown(entries: Array, form: str, quantity: Variable) -> Any:
    if form == "entries":
        return sp.Matrix(entries.tolist())
    if entries.shape != (1, 1):
        raise EvaluationError(
            f"{quantity} is {entries.shape[0]} x {entries.shape[1]}, so it is not a scalar",
            where="unroll",
            advice='use form="entries", or a network of sizes 1',
        )
    return entries[0, 0]
