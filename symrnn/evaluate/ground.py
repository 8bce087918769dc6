"""What stands for a name, an index or a range at numbers, before anything is calculated."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from fractions import Fraction
from functools import lru_cache

import numpy as np
import sympy as sp
from sympy.core.symbol import Str
from sympy.matrices.expressions import MatrixSymbol
from sympy.matrices.expressions.matexpr import MatrixElement

from symrnn.activations import Activation, activation
from symrnn.errors import EvaluationError
from symrnn.evaluate.arrays import Array, filled
from symrnn.evaluate.assignment import Assignment, Bound, label, numbers_in
from symrnn.evaluate.systems import System
from symrnn.evaluate.undefined import UndefinedElementError
from symrnn.expr import Apply, Binder, Element, GenericFunction, Variable
from symrnn.recurrence import Definition, Recurrence, Role


class Ground:
    """The quantities of a recurrence at numeric indices and sizes, in a number system.

    Args:
        system: what to calculate with.
        assignment: what the symbols stand for.
        recurrence: the definitions by which states are computed; None leaves every name free.
        activation: a function to put in the place of every generic one.
        varying: the quantities whose differentials are free; all others are held constant.
    """

    def __init__(
        self,
        system: System,
        assignment: Assignment,
        recurrence: Recurrence | None = None,
        activation: Activation | None = None,
        varying: tuple[Variable, ...] = (),
    ) -> None:
        self.system = system
        self.assignment = assignment
        self.recurrence = recurrence
        self.generic = activation
        self.varying = varying
        self._grounded: dict[tuple[Variable, Hashable], Variable] = {}
        self.zero, self.one = system.number(Fraction(0)), system.number(Fraction(1))
        self._require_given_only()

    def _require_given_only(self) -> None:
        """Refuse values for what the recurrence defines; those of a generic function are free."""
        definitions = self.recurrence.definitions if self.recurrence else ()
        defined = {definition.sequence.name: definition for definition in definitions}
        for name, index in self.assignment.given:
            definition = defined.get(name)
            if definition is None or index is None or index < definition.begins:
                continue
            if not isinstance(definition.body, GenericFunction):
                raise EvaluationError(f"{label((name, index))} is defined by the network, so it cannot be given")

    # -- matrices of the system ----------------------------------------------------------------------------

    def zeros(self, rows: int, cols: int) -> Array:
        """A zero matrix of the system."""
        return filled(rows, cols, lambda i, j: self.zero)

    def identity(self, size: int) -> Array:
        """An identity matrix of the system."""
        return filled(size, size, lambda i, j: self.one if i == j else self.zero)

    def diagonal(self, vector: Array) -> Array:
        """The diagonal matrix of a column; SymPy turns the one of a transposed row into that of the row."""
        entries = vector.reshape(*vector.shape[:-2], -1)
        size = entries.shape[-1]
        out = np.full((*entries.shape, size), self.zero, dtype=object)
        out[..., range(size), range(size)] = entries
        return out

    def ground(self, variable: Variable, bound: Bound) -> Variable:
        """A named quantity with its index and its sizes put to numbers."""
        key = variable, numbers_in(variable, bound)
        found = self._grounded.get(key)
        if found is None:
            rows, cols = self.assignment.shape(variable, bound)
            if isinstance(variable, Element):
                found = _element(variable.args[0], self.assignment.index(variable.index, bound), rows, cols)
            else:
                found = MatrixSymbol(variable.name, rows, cols)
            self._grounded[key] = found
        return found

    def apply(self, node: Apply, bound: Bound, entries: Array) -> Array:
        """Apply a node's function to the entries of an array."""
        known = self.recurrence.activation(node.function) if self.recurrence else activation(node.function)
        member = None if node.member is None else self.assignment.index(node.member, bound)
        if known.is_generic and self.generic is not None:
            known = self.generic
        return self.system.applied(known, member, node.order, entries)

    def definition(self, element: Element) -> Definition | None:
        """The definition that holds for an element at a numeric index, None when it is given there."""
        found = self.recurrence.definition(element.name) if self.recurrence else None
        return found if found is not None and int(element.index) >= found.begins else None

    def states_before(self, element: Element, is_known: Callable[[Element], bool]) -> list[Element]:
        """The elements of a state before one of them, back to one that is known, the earliest first.

        Taken in this order, a long recurrence does not recurse deeply.
        """
        definition = self.definition(element)
        if definition is None or definition.role is not Role.STATE:
            return []
        missing: list[Element] = []
        for at in range(int(element.index) - 1, definition.begins - 1, -1):
            earlier = self.ground(definition.sequence.at(sp.Integer(at)), {})
            if is_known(earlier):
                break
            missing.append(earlier)
        return missing[::-1]

    def require_existing(self, element: Element) -> None:
        """Refuse an element before the first of its sequence.

        Raises:
            UndefinedElementError: naming the element.
        """
        first = self.recurrence.first_index(element.name) if self.recurrence else None
        if first is not None and element.index < first:
            raise UndefinedElementError(
                f"{element} does not exist: {element.name} starts at {first}", advice="check the range of the index"
            )

    def existing(self, quantity: Variable, bound: Bound) -> Variable:
        """A quantity at a numeric index, where it exists."""
        ground = self.ground(quantity, bound)
        if isinstance(ground, Element):
            self.require_existing(ground)
        return ground

    # -- indices -------------------------------------------------------------------------------------------

    def place(self, entry: MatrixElement, bound: Bound) -> tuple[int, int]:
        """Row and column of an entry as numbers, counted from 0.

        Raises:
            UndefinedElementError: when the matrix has no such entry.
        """
        matrix, row, col = entry.args
        i, j = self.assignment.index(row, bound), self.assignment.index(col, bound)
        rows, cols = self.assignment.shape(matrix, bound)
        if not (0 <= i < rows and 0 <= j < cols):  # NumPy would count a negative one from the end
            raise UndefinedElementError(f"{entry}: entry ({i}, {j}) of a matrix of {rows} x {cols}")
        return i, j

    def range_of(self, term: Binder, bound: Bound) -> range:
        """The values of the index of a sum or product.

        Raises:
            UndefinedElementError: for a negative length.
        """
        low, high = (self.assignment.index(end, bound) for end in (term.lower, term.upper))
        if high < low - 1:
            raise UndefinedElementError(
                f"the range {term.variable} = {low}..{high} has a negative length", where=str(term)[:80]
            )
        return range(low, high + 1)


@lru_cache(maxsize=10_000)
def _element(name: Str, at: int, rows: int, cols: int) -> Element:
    return Element(name, sp.Integer(at), sp.Integer(rows), sp.Integer(cols))
