"""One walk over the terms, for every number system: values and Jacobians of a recurrence's quantities."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from functools import reduce, singledispatchmethod
from itertools import product as cartesian
from operator import mul
from typing import Any

import numpy as np
import sympy as sp
from sympy.matrices.expressions import (
    DiagMatrix,
    HadamardPower,
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
from symrnn.evaluate.arrays import Array, filled
from symrnn.evaluate.assignment import Assignment, Bound, label
from symrnn.evaluate.products import IntervalProducts
from symrnn.evaluate.scalars import scalar_value
from symrnn.evaluate.systems import System
from symrnn.evaluate.tangents import Tangents
from symrnn.evaluate.undefined import OutsideHypothesesError, UndefinedElementError
from symrnn.expr import (
    Apply,
    Binder,
    Derivative,
    Differential,
    Element,
    GenericFunction,
    Gradient,
    ImmediateJacobian,
    MatrixSum,
    OrderedProduct,
    TotalJacobian,
    UnitVector,
    Variable,
    Vec,
)
from symrnn.recurrence import Definition, Recurrence, Role


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
    >>> values = {rnn.W_hh: 2, rnn.W_xh: 1, rnn.b_h: 0, rnn.h[0]: 1, rnn.x[1]: 3}
    >>> Evaluator(Rationals(), Assignment(given=values), rnn).value(rnn.h[1])[0, 0]
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
        self.tangents = Tangents(self)
        self.values: dict[Variable, Array] = {}
        """Values of elements that are known already, by element at a numeric index."""
        self.zero, self.one = system.number(Fraction(0)), system.number(Fraction(1))
        self._require_given_only()

    def _require_given_only(self) -> None:
        """Refuse values for what the recurrence defines; those of a generic function are free."""
        for name, index in self.assignment.given:
            definition = self.recurrence.definition(name) if self.recurrence and index is not None else None
            if definition is None or index is None or index < definition.first:
                continue
            if not isinstance(definition.body, GenericFunction):
                raise EvaluationError(f"{label((name, index))} is defined by the network, so it cannot be given")

    # -- helpers -------------------------------------------------------------------------------------------

    def zeros(self, rows: int, cols: int) -> Array:
        """A zero matrix of the system."""
        return filled(rows, cols, lambda i, j: self.zero)

    def identity(self, size: int) -> Array:
        """An identity matrix of the system."""
        return filled(size, size, lambda i, j: self.one if i == j else self.zero)

    def diagonal(self, vector: Array) -> Array:
        """The diagonal matrix of a column; SymPy turns the one of a transposed row into that of the row."""
        entries = vector.reshape(-1)
        return filled(entries.size, entries.size, lambda i, j: entries[i] if i == j else self.zero)

    def ground(self, variable: Variable, bound: Bound) -> Variable:
        """A named quantity with its index and its sizes put to numbers."""
        rows, cols = (sp.Integer(size) for size in self.assignment.shape(variable, bound))
        if isinstance(variable, Element):
            at = sp.Integer(self.assignment.index(variable.index, bound))
            return Element(variable.args[0], at, rows, cols)
        return MatrixSymbol(variable.name, rows, cols)

    def apply(self, node: Apply, bound: Bound, entries: Array, order: int | None = None) -> Array:
        """Apply a node's function, or its derivative of another order, to the entries of an array."""
        known = self.recurrence.activation(node.function) if self.recurrence else activation(node.function)
        member = None if node.member is None else self.assignment.index(node.member, bound)
        if known.is_generic and self.generic is not None:
            known = self.generic
        order = node.order if order is None else order
        out = np.empty(entries.shape, dtype=object)
        for place in np.ndindex(entries.shape):
            out[place] = self.system.function(known, member, order, entries[place])
        return out

    def definition(self, element: Element) -> Definition | None:
        """The definition that holds for an element at a numeric index, None when it is given there."""
        found = self.recurrence.definition(element.name) if self.recurrence else None
        return found if found is not None and int(element.index) >= found.first else None

    # -- the walk ------------------------------------------------------------------------------------------

    def value(self, term: sp.MatrixExpr, bound: Bound | None = None) -> Array:
        """The value of a term as an object array of the system's numbers.

        Raises:
            EvaluationError: for a quantity that does not exist at its index, or a symbol without a value.
            UnknownTermError: for a node without a rule.
            LimitError: for an absurd size or index.
        """
        with self.system.precision():
            return self.walk(term, bound or {})

    @singledispatchmethod
    def walk(self, term: sp.Basic, bound: Bound) -> Array:
        """The value of a part of a term, with values of the indices that are bound around it."""
        raise UnknownTermError(f"no value is known for {type(term).__name__}", where=str(term)[:80])

    @walk.register
    def _(self, term: MatrixSymbol, bound: Bound) -> Array:
        total = self.recurrence.total(term.name) if self.recurrence else None
        if total is not None and not isinstance(total, GenericFunction):
            return self.walk(total, {})
        return self.assignment.matrix(term.name, None, *self.assignment.shape(term, bound), self.system)

    @walk.register
    def _(self, term: Element, bound: Bound) -> Array:
        ground = self.ground(term, bound)
        if ground not in self.values:
            for earlier in self.states_before(ground, self.values.__contains__):
                self.values[earlier] = self.element(earlier)
            self.values[ground] = self.element(ground)
        return self.values[ground]

    def states_before(self, element: Element, is_known: Callable[[Element], bool]) -> list[Element]:
        """The elements of a state before one of them, back to one that is known, the earliest first.

        Taken in this order, a long recurrence does not recurse deeply.
        """
        definition = self.definition(element)
        if definition is None or definition.role is not Role.STATE:
            return []
        missing: list[Element] = []
        for at in range(int(element.index) - 1, definition.first - 1, -1):
            earlier = self.ground(definition.sequence.at(sp.Integer(at)), {})
            if is_known(earlier):
                break
            missing.append(earlier)
        return missing[::-1]

    def element(self, element: Element) -> Array:
        """The value of an element at a numeric index by its definition, or what is given for it.

        The value of a generic function, such as ℓ_t, is free: it is drawn like a parameter.
        """
        self.require_existing(element)
        definition, at = self.definition(element), int(element.index)
        if definition is None or isinstance(definition.body, GenericFunction):
            rows, cols = (int(size) for size in element.shape)
            return self.assignment.matrix(element.name, at, rows, cols, self.system)
        assert self.recurrence is not None  # it has definitions
        return self.walk(definition.body, {self.recurrence.index: at})

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

    @walk.register
    def _(self, term: sp.Identity, bound: Bound) -> Array:
        return self.identity(self.assignment.shape(term, bound)[0])

    @walk.register
    def _(self, term: sp.ZeroMatrix, bound: Bound) -> Array:
        return self.zeros(*self.assignment.shape(term, bound))

    @walk.register
    def _(self, term: sp.OneMatrix, bound: Bound) -> Array:
        return filled(*self.assignment.shape(term, bound), lambda i, j: self.one)

    @walk.register
    def _(self, term: UnitVector, bound: Bound) -> Array:
        size = self.assignment.shape(term, bound)[0]
        at = self.assignment.index(term.position, bound)
        if not 1 <= at <= size:
            raise self._nowhere((term.position,), bound)(f"{term}: row {at} of a vector of length {size}")
        return filled(size, 1, lambda i, j: self.one if i == at - 1 else self.zero)

    @walk.register
    def _(self, term: MatAdd, bound: Bound) -> Array:
        first, *rest = term.args
        total = self.walk(first, bound)
        for part in rest:
            total = total + self.walk(part, bound)
        return total

    @walk.register
    def _(self, term: MatMul, bound: Bound) -> Array:
        matrices = [part for part in term.args if isinstance(part, sp.MatrixExpr)]
        scalar = sp.Mul(*(part for part in term.args if not isinstance(part, sp.MatrixExpr)))
        result = self.walk(matrices[0], bound)
        for part in matrices[1:]:
            result = self._times(result, part, bound)
        return result if scalar == 1 else result * self.scalar(scalar, bound)

    def _times(self, left: Array, right: sp.MatrixExpr, bound: Bound) -> Array:
        """A product whose right factor may have a shortcut: M (b ⊗ I) = b ⊗ M for a row b."""
        if isinstance(right, sp.Identity):
            return left
        if isinstance(right, DiagMatrix):
            return left * self.walk(right.args[0], bound).reshape(1, -1)
        if isinstance(right, KroneckerProduct) and len(right.args) == 2 and right.args[0].rows == 1:
            row, block = right.args
            return _kronecker(self.walk(row, bound), self._times(left, block, bound))
        return left @ self.walk(right, bound)

    def scalar(self, scalar: sp.Expr, bound: Bound) -> Any:
        """The value of a scalar coefficient; matrix elements in it are evaluated first, other symbols are drawn."""
        numbers = self.assignment.numbers(bound)
        values: dict[sp.Basic, Any] = {}
        for element in _outermost_elements(scalar):
            matrix, row, col = element.args
            i, j = self.assignment.index(row, bound), self.assignment.index(col, bound)
            values[element.xreplace(numbers)] = self.walk(matrix, bound)[i, j]
        plain = scalar.xreplace(numbers)
        for symbol in plain.xreplace(dict.fromkeys(values, sp.S.One)).free_symbols:
            values[symbol] = self.assignment.matrix(str(symbol), None, 1, 1, self.system)[0, 0]
        return scalar_value(plain, values, self.system)

    @walk.register
    def _(self, term: MatPow, bound: Bound) -> Array:
        exponent = self.assignment.index(term.exp, bound)
        result = self.identity(self.assignment.shape(term, bound)[0])
        base = self.walk(term.base, bound)
        if exponent < 0:
            base = self.system.inverse(base, result)
        for _ in range(abs(exponent)):
            result = result @ base
        return result

    @walk.register
    def _(self, term: sp.Transpose, bound: Bound) -> Array:
        return self.walk(term.arg, bound).T

    @walk.register
    def _(self, term: DiagMatrix, bound: Bound) -> Array:
        return self.diagonal(self.walk(term.args[0], bound))

    @walk.register
    def _(self, term: HadamardProduct, bound: Bound) -> Array:
        first, *rest = (self.walk(part, bound) for part in term.args)
        for part in rest:
            first = first * part
        return first

    @walk.register
    def _(self, term: HadamardPower, bound: Bound) -> Array:
        base, exponent = self.walk(term.base, bound), self.assignment.index(term.exp, bound)
        if exponent < 0:
            raise EvaluationError(f"{term}: the entrywise power {exponent}")
        if exponent == 0:
            return filled(base.shape[0], base.shape[1], lambda i, j: self.one)
        return reduce(mul, [base] * exponent)

    @walk.register
    def _(self, term: KroneckerProduct, bound: Bound) -> Array:
        first, *rest = (self.walk(part, bound) for part in term.args)
        for part in rest:
            first = _kronecker(first, part)
        return first

    @walk.register
    def _(self, term: Vec, bound: Bound) -> Array:
        return self.walk(term.argument, bound).reshape((-1, 1), order="F")

    @walk.register
    def _(self, term: Apply, bound: Bound) -> Array:
        return self.apply(term, bound, self.walk(term.argument, bound))

    @walk.register
    def _(self, term: MatrixSum, bound: Bound) -> Array:
        total = self.zeros(*self.assignment.shape(term, bound))
        for at in self.range_of(term, bound):
            total = total + self.walk(term.body, {**bound, term.variable: at})
        return total

    @staticmethod
    def _nowhere(indices: tuple[sp.Expr, ...], bound: Bound) -> type[EvaluationError]:
        """The error for indices at which a term does not exist: its own fault, when they move with an outer index."""
        inner = any(symbol in bound for index in indices for symbol in index.free_symbols)
        return UndefinedElementError if inner else OutsideHypothesesError

    def range_of(self, term: Binder, bound: Bound) -> range:
        """The values of the index of a sum or product.

        Raises:
            OutsideHypothesesError: for a negative length over free indices.
            UndefinedElementError: for a negative length that moves with an outer index.
        """
        low, high = (self.assignment.index(end, bound) for end in (term.lower, term.upper))
        if high < low - 1:
            kind = self._nowhere((term.lower, term.upper), bound)
            raise kind(f"the range {term.variable} = {low}..{high} has a negative length", where=str(term)[:80])
        return range(low, high + 1)

    @walk.register
    def _(self, term: OrderedProduct, bound: Bound) -> Array:
        indices = self.range_of(term, bound)
        if not indices:
            return self.identity(self.assignment.shape(term, bound)[0])
        free = tuple((s, at) for s, at in bound.items() if s in term.body.free_symbols and s != term.variable)
        key = (term.body, term.variable, term.step, free)
        return self.products.interval(
            key,
            indices[0] if term.step == 1 else -indices[-1],
            len(indices),
            lambda at: self.walk(term.body, {**bound, term.variable: at if term.step == 1 else -at}),
        )

    def _pair(self, term: Derivative, bound: Bound) -> tuple[Variable, Variable]:
        return self._existing(term.of, bound), self._existing(term.wrt, bound)

    def _existing(self, quantity: Variable, bound: Bound) -> Variable:
        """A quantity at a numeric index, where it exists."""
        ground = self.ground(quantity, bound)
        if isinstance(ground, Element):
            self.require_existing(ground)
        return ground

    @walk.register
    def _(self, term: TotalJacobian, bound: Bound) -> Array:
        return self.tangents.jacobian(*self._pair(term, bound))

    @walk.register
    def _(self, term: ImmediateJacobian, bound: Bound) -> Array:
        return self.tangents.immediate(*self._pair(term, bound))

    @walk.register
    def _(self, term: Gradient, bound: Bound) -> Array:
        of, wrt = self._pair(term, bound)
        rows, cols = (int(size) for size in wrt.shape)
        return self.tangents.jacobian(of, wrt).reshape((rows, cols), order="F")

    @walk.register
    def _(self, term: Differential, bound: Bound) -> Array:
        return self.tangents.differential(self._existing(term.of, bound))


def _outermost_elements(scalar: sp.Basic) -> list[MatrixElement]:
    """The matrix elements of a coefficient, those inside other elements left out."""
    if isinstance(scalar, MatrixElement):
        return [scalar]
    return [found for part in scalar.args for found in _outermost_elements(part)]


def _kronecker(left: Array, right: Array) -> Array:
    rows, cols = left.shape[0] * right.shape[0], left.shape[1] * right.shape[1]
    out = np.empty((rows, cols), dtype=object)
    height, width = right.shape
    for i, j in cartesian(range(left.shape[0]), range(left.shape[1])):
        out[i * height : (i + 1) * height, j * width : (j + 1) * width] = left[i, j] * right
    return out
