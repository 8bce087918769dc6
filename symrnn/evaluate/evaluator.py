"""One walk over the terms, for every number system: values and Jacobians of a recurrence's quantities."""

from __future__ import annotations

from collections.abc import Mapping
from functools import reduce, singledispatchmethod
from itertools import product as cartesian
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

from symrnn.activations import Activation
from symrnn.budget import tick
from symrnn.errors import EvaluationError, UnknownTermError
from symrnn.evaluate.arrays import Array, filled, times
from symrnn.evaluate.assignment import Assignment, Bound
from symrnn.evaluate.clipping import clip_factor, clipped_entries, stacked
from symrnn.evaluate.ground import Ground
from symrnn.evaluate.moments import moment, require_drawn
from symrnn.evaluate.products import IntervalProducts
from symrnn.evaluate.scalars import scalar_value
from symrnn.evaluate.systems import System
from symrnn.evaluate.tangents import Tangents
from symrnn.evaluate.undefined import UndefinedElementError
from symrnn.expr import (
    Apply,
    ClipByValue,
    ClipFactor,
    Concatenation,
    Derivative,
    Differential,
    Element,
    Expectation,
    GenericFunction,
    Gradient,
    ImmediateJacobian,
    LogSumExp,
    MatrixSum,
    Measure,
    OrderedProduct,
    Selector,
    Softmax,
    Stack,
    TotalJacobian,
    UnitVector,
    Variable,
    Variance,
    Vec,
)
from symrnn.expr.readings import BINDING, readings
from symrnn.recurrence import Recurrence


class Evaluator(Ground):
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
        super().__init__(system, assignment, recurrence, activation, varying)
        self.products = IntervalProducts(system.bounded)
        self.tangents = Tangents(self)
        self.values: dict[Variable, Array] = {}
        """Values of elements that are known already, by element at a numeric index."""

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

    def walk(self, term: sp.Basic, bound: Bound) -> Array:
        """The value of a part of a term, with values of the indices that are bound around it."""
        tick()
        return self.system.bounded(self.node(term, bound))

    @singledispatchmethod
    def node(self, term: sp.Basic, bound: Bound) -> Array:
        """The rule for one kind of node."""
        raise UnknownTermError(f"no value is known for {type(term).__name__}", where=str(term)[:80])

    @node.register
    def _(self, term: MatrixSymbol, bound: Bound) -> Array:
        total = self.recurrence.total(term.name) if self.recurrence else None
        if total is not None and not isinstance(total, GenericFunction):
            return self.walk(total, {})
        return self.assignment.matrix(term.name, None, *self.assignment.shape(term, bound), self.system)

    @node.register
    def _(self, term: Element, bound: Bound) -> Array:
        ground = self.ground(term, bound)
        if ground not in self.values:
            for earlier in self.states_before(ground, self.values.__contains__):
                self.values[earlier] = self.element(earlier)
            self.values[ground] = self.element(ground)
        return self.values[ground]

    def element(self, element: Element) -> Array:
        """The value of an element at a numeric index by its definition, or what is given for it.

        The value of a generic function, such as ℓ_t, is free: it is drawn like a parameter.
        """
        self.require_existing(element)
        definition, at = self.definition(element), int(element.index)
        if definition is None or isinstance(definition.body, GenericFunction):
            rows, cols = (int(size) for size in element.shape)
            require_drawn(element, self.recurrence, self.assignment, self.system)
            return self.assignment.matrix(element.name, at, rows, cols, self.system)
        assert self.recurrence is not None  # it has definitions
        return self.walk(definition.body, {self.recurrence.index: at})

    @node.register
    def _(self, term: sp.Identity, bound: Bound) -> Array:
        return self.identity(self.assignment.shape(term, bound)[0])

    @node.register
    def _(self, term: sp.ZeroMatrix, bound: Bound) -> Array:
        return self.zeros(*self.assignment.shape(term, bound))

    @node.register
    def _(self, term: sp.OneMatrix, bound: Bound) -> Array:
        return filled(*self.assignment.shape(term, bound), lambda i, j: self.one)

    @node.register
    def _(self, term: UnitVector, bound: Bound) -> Array:
        size = self.assignment.shape(term, bound)[0]
        at = self.assignment.index(term.position, bound)
        if not 1 <= at <= size:
            raise UndefinedElementError(f"{term}: row {at} of a vector of length {size}")
        return filled(size, 1, lambda i, j: self.one if i == at - 1 else self.zero)

    @node.register
    def _(self, term: Selector, bound: Bound) -> Array:
        rows, cols = self.assignment.shape(term, bound)
        above = sum(self.assignment.index(size, bound) for size in term.sizes[: term.block - 1])
        return filled(rows, cols, lambda i, j: self.one if i == above + j else self.zero)

    @node.register
    def _(self, term: MatAdd, bound: Bound) -> Array:
        first, *rest = term.args
        total = self.walk(first, bound)
        for part in rest:
            total = total + self.walk(part, bound)
        return total

    @node.register
    def _(self, term: MatMul, bound: Bound) -> Array:
        matrices = [part for part in term.args if isinstance(part, sp.MatrixExpr)]
        scalar = sp.Mul(*(part for part in term.args if not isinstance(part, sp.MatrixExpr)))
        result = self.walk(matrices[0], bound)
        for part in matrices[1:]:
            result = self.system.bounded(self._times(result, part, bound))
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
        return times(left, self.walk(right, bound))

    def scalar(self, scalar: sp.Expr, bound: Bound) -> Any:
        """The value of a scalar; what it reads off matrices is evaluated first, other symbols are drawn.

        Raises:
            EvaluationError: for a division by zero, a function that the system does not have, or a bound symbol.
            UnknownTermError: for a number that is read off a matrix in a way without a rule, such as a trace.
        """
        if scalar.has(*BINDING):
            raise EvaluationError(f"{scalar} binds a symbol, so it has no value", advice="use symrnn's MatrixSum")
        numbers = self.assignment.numbers(bound)
        read = [(part, self._reading(part, bound)) for part in readings(scalar)]  # first: it refuses what is not there
        values = {part.xreplace(numbers): value for part, value in read}
        plain = scalar.xreplace(numbers)
        for symbol in plain.xreplace(dict.fromkeys(values, sp.S.One)).free_symbols:
            values[symbol] = self.assignment.number(symbol, self.system)
        found = scalar_value(plain, values, self.system)
        self.system.bounded(filled(1, 1, lambda i, j: found))
        return found

    def _reading(self, part: sp.Basic, bound: Bound) -> Any:
        """A number that is read off matrices."""
        if isinstance(part, ClipFactor):
            return clip_factor(self._reading(part.norm, bound), self.scalar(part.threshold, bound))
        if isinstance(part, Measure):
            return self.system.measure(part, [self.walk(matrix, bound) for matrix in part.matrices])
        if not isinstance(part, MatrixElement):
            raise UnknownTermError(f"no value is known for the number {type(part).__name__}", where=str(part)[:80])
        return self.walk(part.args[0], bound)[self.place(part, bound)]

    @node.register
    def _(self, term: MatPow, bound: Bound) -> Array:
        exponent = self.assignment.index(term.exp, bound)
        result = self.identity(self.assignment.shape(term, bound)[0])
        base = self.walk(term.base, bound)
        if exponent < 0:
            base = self.system.inverse(base, result)
        for _ in range(abs(exponent)):
            result = self.system.bounded(times(result, base))
        return result

    @node.register
    def _(self, term: sp.Transpose, bound: Bound) -> Array:
        return self.walk(term.arg, bound).T

    @node.register
    def _(self, term: DiagMatrix, bound: Bound) -> Array:
        return self.diagonal(self.walk(term.args[0], bound))

    @node.register
    def _(self, term: HadamardProduct, bound: Bound) -> Array:
        first, *rest = (self.walk(part, bound) for part in term.args)
        for part in rest:
            first = self.system.bounded(first * part)
        return first

    @node.register
    def _(self, term: HadamardPower, bound: Bound) -> Array:
        base, exponent = self.walk(term.base, bound), self.assignment.index(term.exp, bound)
        if exponent < 0:
            raise UndefinedElementError(f"{term}: the entrywise power {exponent}")
        if exponent == 0:
            return filled(base.shape[0], base.shape[1], lambda i, j: self.one)
        return reduce(lambda left, right: self.system.bounded(left * right), [base] * exponent)

    @node.register
    def _(self, term: KroneckerProduct, bound: Bound) -> Array:
        self.assignment.shape(term, bound)  # refuses what is too large
        first, *rest = (self.walk(part, bound) for part in term.args)
        for part in rest:
            first = _kronecker(first, part)
        return first

    @node.register
    def _(self, term: Vec, bound: Bound) -> Array:
        return self.walk(term.argument, bound).reshape((-1, 1), order="F")

    @node.register
    def _(self, term: Concatenation, bound: Bound) -> Array:
        return np.concatenate([self.walk(part, bound) for part in term.parts])

    @node.register
    def _(self, term: Stack, bound: Bound) -> Array:
        return stacked([self.walk(part, bound) for part in term.parts])

    @node.register
    def _(self, term: ClipByValue, bound: Bound) -> Array:
        return clipped_entries(self.walk(term.of, bound), self.scalar(term.threshold, bound))

    @node.register
    def _(self, term: Apply, bound: Bound) -> Array:
        return self.apply(term, bound, self.walk(term.argument, bound))

    @node.register
    def _(self, term: Softmax, bound: Bound) -> Array:
        return self.system.softmax(self.walk(term.argument, bound))

    @node.register
    def _(self, term: LogSumExp, bound: Bound) -> Array:
        total = self.system.log_sum_exp(self.walk(term.argument, bound))
        return filled(1, 1, lambda i, j: total)

    @node.register
    def _(self, term: MatrixSum, bound: Bound) -> Array:
        total = self.zeros(*self.assignment.shape(term, bound))
        for at in self.range_of(term, bound):
            total = self.system.bounded(total + self.walk(term.body, {**bound, term.variable: at}))
        return total

    @node.register
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
        return self.existing(term.of, bound), self.existing(term.wrt, bound)

    @node.register
    def _(self, term: TotalJacobian, bound: Bound) -> Array:
        return self.tangents.jacobian(*self._pair(term, bound))

    @node.register
    def _(self, term: ImmediateJacobian, bound: Bound) -> Array:
        return self.tangents.immediate(*self._pair(term, bound))

    @node.register
    def _(self, term: Gradient, bound: Bound) -> Array:
        of, wrt = self._pair(term, bound)
        rows, cols = (int(size) for size in wrt.shape)
        return self.tangents.jacobian(of, wrt).reshape((rows, cols), order="F")

    @node.register(Expectation)
    @node.register(Variance)
    def _(self, term: Expectation | Variance, bound: Bound) -> Array:
        return moment(term, self.existing(term.of, bound), self)

    def beside(self, values: Mapping[Variable, Array]) -> Evaluator:
        """An evaluator for the same assignment, in which some elements have values of their own."""
        other = Evaluator(self.system, self.assignment, self.recurrence, self.generic, self.varying)
        other.values.update(values)
        return other

    @node.register
    def _(self, term: Differential, bound: Bound) -> Array:
        return self.tangents.differential(self.existing(term.of, bound))


def _kronecker(left: Array, right: Array) -> Array:
    rows, cols = left.shape[0] * right.shape[0], left.shape[1] * right.shape[1]
    out = np.empty((rows, cols), dtype=object)
    height, width = right.shape
    for i, j in cartesian(range(left.shape[0]), range(left.shape[1])):
        tick()
        out[i * height : (i + 1) * height, j * width : (j + 1) * width] = left[i, j] * right
    return out
