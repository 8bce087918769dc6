"""One walk over the terms, for every number system: values and Jacobians of a recurrence's quantities."""

from __future__ import annotations

from fractions import Fraction
from functools import singledispatchmethod
from itertools import product as cartesian
from typing import Any

import numpy as np
import sympy as sp
from sympy.matrices.expressions import (
    DiagMatrix,
    HadamardProduct,
    KroneckerProduct,
    MatAdd,
    MatMul,
    MatPow,
    MatrixSymbol,
)
from sympy.matrices.expressions.matexpr import MatrixElement

from symrnn.activations import Activation, activation
from symrnn.errors import EvaluationError, UnknownTermError
from symrnn.evaluate.assignment import Array, Assignment, filled
from symrnn.evaluate.products import IntervalProducts
from symrnn.evaluate.scalars import scalar_value
from symrnn.evaluate.systems import System
from symrnn.expr import (
    Apply,
    Differential,
    Element,
    Gradient,
    ImmediateJacobian,
    MatrixSum,
    OrderedProduct,
    TotalJacobian,
    UnitVector,
    Variable,
    Vec,
)
from symrnn.recurrence import Recurrence, Role

Bound = dict[sp.Symbol, int]


class Evaluator:
    """Values of terms in a number system.

    Args:
        system: what to calculate with.
        assignment: what the symbols stand for.
        recurrence: the definitions by which states are computed; None leaves every name free.
        activation: a function to put in the place of every generic one.
        varying: the quantities whose differentials are free; all others are held constant.

    Ordered products are carried along: a sum over k of products of length k costs one multiplication for each k.

    >>> import sympy as sp
    >>> from symrnn.cells import Elman
    >>> from symrnn.evaluate import Assignment, Rationals
    >>> rnn = Elman("square", hidden=1, inputs=1, outputs=1)
    >>> where = Assignment(given={"W_hh": [[2]], "W_xh": [[1]], "b_h": [[0]], ("h", 0): [[1]], ("x", 1): [[3]]})
    >>> Evaluator(Rationals(), where, rnn).value(rnn.h[1])[0, 0]
    25
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
        self.products = IntervalProducts()
        self._values: dict[Variable, Array] = {}
        self._tangents: Any = None
        self.zero, self.one = system.number(Fraction(0)), system.number(Fraction(1))

    # -- helpers -------------------------------------------------------------------------------------------

    def shape(self, term: sp.Basic, bound: Bound) -> tuple[int, int]:
        """Numeric shape of a term."""
        return self.assignment.size(term.rows, bound), self.assignment.size(term.cols, bound)

    def zeros(self, rows: int, cols: int) -> Array:
        """A zero matrix of the system."""
        return filled(rows, cols, lambda i, j: self.zero)

    def identity(self, size: int) -> Array:
        """An identity matrix of the system."""
        return filled(size, size, lambda i, j: self.one if i == j else self.zero)

    def ground(self, variable: Variable, bound: Bound) -> Variable:
        """A named quantity with its index and its sizes put to numbers."""
        rows, cols = (sp.Integer(size) for size in self.shape(variable, bound))
        if isinstance(variable, Element):
            at = sp.Integer(self.assignment.index(variable.index, bound))
            return Element(variable.args[0], at, rows, cols)
        return MatrixSymbol(variable.name, rows, cols)

    def apply(self, node: Apply, bound: Bound, entries: Array, order: int | None = None) -> Array:
        """Apply a node's function to the entries of an array."""
        known = self.recurrence.activation(node.function) if self.recurrence else activation(node.function)
        member = None if node.member is None else self.assignment.index(node.member, bound)
        if known.is_generic and self.generic is not None:
            known = self.generic
        order = node.order if order is None else order
        out = np.empty(entries.shape, dtype=object)
        for place in np.ndindex(entries.shape):
            out[place] = self.system.function(known, member, order, entries[place])
        return out

    # -- the walk ------------------------------------------------------------------------------------------

    def value(self, term: sp.MatrixExpr, bound: Bound | None = None) -> Array:
        """The value of a term as an object array of the system's numbers.

        Raises:
            EvaluationError: for a quantity that does not exist at its index, or a symbol without a value.
            UnknownTermError: for a node without a rule.
            LimitError: for an absurd size or index.
        """
        with self.system.precision():
            return self._value(term, bound or {})

    @singledispatchmethod
    def _value(self, term: sp.Basic, bound: Bound) -> Array:
        raise UnknownTermError(f"no value is known for {type(term).__name__}", where=str(term)[:80])

    @_value.register
    def _(self, term: MatrixSymbol, bound: Bound) -> Array:
        ground = self.ground(term, bound)
        total = self.recurrence.totals.get(self._total(term)) if self.recurrence else None
        if total is not None:
            return self._value(total, bound)
        return self.assignment.matrix(term.name, None, *(int(size) for size in ground.shape), self.system)

    def _total(self, symbol: MatrixSymbol) -> MatrixSymbol:
        return next((key for key in self.recurrence.totals if key.name == symbol.name), symbol)

    @_value.register
    def _(self, term: Element, bound: Bound) -> Array:
        ground = self.ground(term, bound)
        if ground not in self._values:
            for earlier in self._earlier(ground):
                if earlier not in self._values:
                    self._values[earlier] = self._element(earlier)
            self._values[ground] = self._element(ground)
        return self._values[ground]

    def _earlier(self, element: Element) -> list[Element]:
        """The elements before a defined one, in order, so that a long recurrence does not recurse deeply."""
        definition = self.recurrence.definition(element.name) if self.recurrence else None
        if definition is None or definition.role is not Role.STATE:
            return []
        indices = range(definition.first, int(element.index))
        return [self.ground(definition.sequence.at(sp.Integer(at)), {}) for at in indices]

    def _element(self, element: Element) -> Array:
        at = int(element.index)
        definition = self.recurrence.definition(element.name) if self.recurrence else None
        self.require_existing(element)
        if definition is None or at < definition.first:
            rows, cols = (int(size) for size in element.shape)
            return self.assignment.matrix(element.name, at, rows, cols, self.system)
        return self._value(definition.body, {self.recurrence.index: at})

    def require_existing(self, element: Element) -> None:
        """Refuse an element before the first of its sequence.

        Raises:
            UndefinedElementError: naming the element.
        """
        if self.recurrence is None:
            return
        sequences = [d.sequence for d in self.recurrence.definitions] + [
            s for s in (*self.recurrence.inputs, *self.recurrence.parameters) if not isinstance(s, MatrixSymbol)
        ]
        first = next((s.first for s in sequences if s.name == element.name), 0)
        if element.index < first:
            raise UndefinedElementError(
                f"{element} does not exist: {element.name} starts at {first}", advice="check the range of the index"
            )

    @_value.register
    def _(self, term: sp.Identity, bound: Bound) -> Array:
        return self.identity(self.shape(term, bound)[0])

    @_value.register
    def _(self, term: sp.ZeroMatrix, bound: Bound) -> Array:
        return self.zeros(*self.shape(term, bound))

    @_value.register
    def _(self, term: sp.OneMatrix, bound: Bound) -> Array:
        return filled(*self.shape(term, bound), lambda i, j: self.one)

    @_value.register
    def _(self, term: UnitVector, bound: Bound) -> Array:
        size = self.shape(term, bound)[0]
        at = self.assignment.index(term.position, bound)
        if not 1 <= at <= size:
            raise UndefinedElementError(f"{term}: row {at} of a vector of length {size}")
        return filled(size, 1, lambda i, j: self.one if i == at - 1 else self.zero)

    @_value.register
    def _(self, term: MatAdd, bound: Bound) -> Array:
        first, *rest = term.args
        total = self._value(first, bound)
        for part in rest:
            total = total + self._value(part, bound)
        return total

    @_value.register
    def _(self, term: MatMul, bound: Bound) -> Array:
        matrices = [part for part in term.args if isinstance(part, sp.MatrixExpr)]
        scalar = sp.Mul(*(part for part in term.args if not isinstance(part, sp.MatrixExpr)))
        result = self._value(matrices[0], bound)
        for part in matrices[1:]:
            result = self._times(result, part, bound)
        return result if scalar == 1 else result * self.scalar(scalar, bound)

    def _times(self, left: Array, right: sp.MatrixExpr, bound: Bound) -> Array:
        """A product whose right factor may have a shortcut: M (b ⊗ I) = b ⊗ M for a row b."""
        if isinstance(right, sp.Identity):
            return left
        if isinstance(right, DiagMatrix):
            return left * self._value(right.args[0], bound).T
        if isinstance(right, KroneckerProduct) and len(right.args) == 2 and right.args[0].rows == 1:
            row, block = right.args
            return _kronecker(self._value(row, bound), self._times(left, block, bound))
        return left @ self._value(right, bound)

    def scalar(self, scalar: sp.Expr, bound: Bound) -> Any:
        """The value of a scalar coefficient; matrix elements in it are evaluated first."""
        values: dict[sp.Basic, Any] = {}
        for element in scalar.atoms(MatrixElement):
            if any(element in other.args[0].atoms(MatrixElement) for other in scalar.atoms(MatrixElement)):
                continue
            matrix, row, col = element.args
            i, j = self.assignment.index(row, bound), self.assignment.index(col, bound)
            values[element] = self._value(matrix, bound)[i, j]
        numbers = {**self.assignment.indices, **bound}
        plain = scalar.xreplace({symbol: sp.Integer(at) for symbol, at in numbers.items()})
        values = {
            key.xreplace({symbol: sp.Integer(at) for symbol, at in numbers.items()}): number
            for key, number in values.items()
        }
        return scalar_value(plain, values, self.system)

    @_value.register
    def _(self, term: MatPow, bound: Bound) -> Array:
        exponent = self.assignment.index(term.exp, bound)
        if exponent < 0:
            raise EvaluationError(f"{term}: the power {exponent} of a matrix")
        result = self.identity(self.shape(term, bound)[0])
        base = self._value(term.base, bound)
        for _ in range(exponent):
            result = result @ base
        return result

    @_value.register
    def _(self, term: sp.Transpose, bound: Bound) -> Array:
        return self._value(term.arg, bound).T

    @_value.register
    def _(self, term: DiagMatrix, bound: Bound) -> Array:
        vector = self._value(term.args[0], bound)
        size = vector.shape[0]
        return filled(size, size, lambda i, j: vector[i, 0] if i == j else self.zero)

    @_value.register
    def _(self, term: HadamardProduct, bound: Bound) -> Array:
        first, *rest = (self._value(part, bound) for part in term.args)
        for part in rest:
            first = first * part
        return first

    @_value.register
    def _(self, term: KroneckerProduct, bound: Bound) -> Array:
        first, *rest = (self._value(part, bound) for part in term.args)
        for part in rest:
            first = _kronecker(first, part)
        return first

    @_value.register
    def _(self, term: Vec, bound: Bound) -> Array:
        return self._value(term.argument, bound).reshape(-1, 1, order="F")

    @_value.register
    def _(self, term: Apply, bound: Bound) -> Array:
        return self.apply(term, bound, self._value(term.argument, bound))

    @_value.register
    def _(self, term: MatrixSum, bound: Bound) -> Array:
        total = self.zeros(*self.shape(term, bound))
        for at in self._range(term, bound):
            total = total + self._value(term.body, {**bound, term.variable: at})
        return total

    def _range(self, term: Any, bound: Bound) -> range:
        low, high = (self.assignment.index(end, bound) for end in (term.lower, term.upper))
        if high < low - 1:
            raise NegativeRangeError(f"the range {term.variable} = {low}..{high} has a negative length", where=str(term))
        return range(low, high + 1)

    @_value.register
    def _(self, term: OrderedProduct, bound: Bound) -> Array:
        indices = self._range(term, bound)
        if not indices:
            return self.identity(self.shape(term, bound)[0])
        free = tuple((s, at) for s, at in bound.items() if s in term.body.free_symbols and s != term.variable)
        key = (term.body, term.variable, term.step, free)
        return self.products.interval(
            key,
            indices[0] if term.step == 1 else -indices[-1],
            len(indices),
            lambda at: self._value(term.body, {**bound, term.variable: at if term.step == 1 else -at}),
        )

    @_value.register
    def _(self, term: TotalJacobian, bound: Bound) -> Array:
        return self.tangents.jacobian(self.ground(term.of, bound), self.ground(term.wrt, bound))

    @_value.register
    def _(self, term: ImmediateJacobian, bound: Bound) -> Array:
        return self.tangents.immediate(self.ground(term.of, bound), self.ground(term.wrt, bound))

    @_value.register
    def _(self, term: Gradient, bound: Bound) -> Array:
        of, wrt = self.ground(term.of, bound), self.ground(term.wrt, bound)
        rows, cols = (int(size) for size in wrt.shape)
        return self.tangents.jacobian(of, wrt).reshape(rows, cols, order="F")

    @_value.register
    def _(self, term: Differential, bound: Bound) -> Array:
        return self.tangents.differential(self.ground(term.of, bound))

    @property
    def tangents(self) -> Any:
        """Forward-mode derivatives along the recurrence."""
        if self._tangents is None:
            from symrnn.evaluate.tangents import Tangents

            self._tangents = Tangents(self)
        return self._tangents


class UndefinedElementError(EvaluationError):
    """A quantity asked for at an index where it does not exist, such as h[-1]."""


class NegativeRangeError(EvaluationError):
    """A sum or product whose range has a negative length: outside the hypotheses of the term."""


def _kronecker(left: Array, right: Array) -> Array:
    rows, cols = left.shape[0] * right.shape[0], left.shape[1] * right.shape[1]
    out = np.empty((rows, cols), dtype=object)
    height, width = right.shape
    for i, j in cartesian(range(left.shape[0]), range(left.shape[1])):
        out[i * height : (i + 1) * height, j * width : (j + 1) * width] = left[i, j] * right
    return out
