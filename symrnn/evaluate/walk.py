"""One walk over the terms, for every number system."""

from __future__ import annotations

from functools import lru_cache, reduce, singledispatchmethod
from operator import mul
from typing import Any

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

from symrnn.budget import tick
from symrnn.errors import EvaluationError, UnknownTermError
from symrnn.evaluate.arrays import Array, as_column, as_row, filled, kronecker, stacked_columns
from symrnn.evaluate.assignment import Bound, replaced
from symrnn.evaluate.clipping import clip_factor
from symrnn.evaluate.duals import bilinear, concatenated, held, linear
from symrnn.evaluate.ground import Ground
from symrnn.evaluate.scalars import scalar_value
from symrnn.evaluate.undefined import OutsideHypothesesError, UndefinedElementError
from symrnn.expr import (
    Apply,
    ClipByValue,
    ClipFactor,
    Concatenation,
    Derivative,
    Differential,
    Element,
    Expectation,
    LogSumExp,
    MatrixSum,
    Measure,
    OrderedProduct,
    Selector,
    Softmax,
    Stack,
    StopGradient,
    UnitVector,
    Variable,
    Variance,
    Vec,
)
from symrnn.expr.powers import multiplied_out
from symrnn.expr.readings import BINDING, readings
from symrnn.expr.shapes import numbers_and_matrices


class Walk(Ground):
    """The rules by which a term has a value, one for each kind of node; in dual numbers they give its tangent, too."""

    def walk(self, term: sp.Basic, bound: Bound) -> Array:
        """The value of a part of a term, with values of the indices that are bound around it."""
        tick()
        return self.system.bounded(_rule(type(term))(self, term, bound))

    @singledispatchmethod
    def node(self, term: sp.Basic, bound: Bound) -> Array:
        """The rule for one kind of node."""
        raise UnknownTermError(f"no value is known for {type(term).__name__}", where=str(term)[:80])

    @node.register(MatrixSymbol)
    @node.register(Element)
    def _(self, term: Variable, bound: Bound) -> Array:
        return self.quantity(term, bound)

    def quantity(self, term: Variable, bound: Bound) -> Array:
        """What a name stands for."""
        raise NotImplementedError

    @node.register(ClipByValue)
    @node.register(Derivative)
    @node.register(Differential)
    @node.register(Expectation)
    @node.register(OrderedProduct)
    @node.register(Variance)
    def _(self, term: sp.MatrixExpr, bound: Bound) -> Array:
        return self.without_tangent(term, bound)

    def without_tangent(self, term: sp.MatrixExpr, bound: Bound) -> Array:
        """The value of a node of which no tangent is known."""
        raise NotImplementedError

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
        scalar, (first, *others) = _parted(term)
        if isinstance(first, DiagMatrix) and others and not isinstance(others[0], sp.Identity):
            result = bilinear(mul, linear(as_column, self.walk(first.args[0], bound)), self.walk(others.pop(0), bound))
        else:
            result = self.walk(first, bound)
        for part in others:
            result = self.system.bounded(self._times(result, part, bound))
        return result if scalar == 1 else result * self.scalar(scalar, bound)

    def _times(self, left: Array, right: sp.MatrixExpr, bound: Bound) -> Array:
        """A product whose right factor may have a shortcut: M (b ⊗ I) = b ⊗ M for a row b."""
        if isinstance(right, sp.Identity):
            return left
        if isinstance(right, DiagMatrix):
            return left * linear(as_row, self.walk(right.args[0], bound))
        if isinstance(right, KroneckerProduct) and len(right.args) == 2 and right.args[0].rows == 1:
            row, block = right.args
            return bilinear(kronecker, self.walk(row, bound), self._times(left, block, bound))
        return self.system.times(left, self.walk(right, bound))

    def scalar(self, scalar: sp.Expr, bound: Bound) -> Any:
        """The value of a scalar; what it reads off matrices is evaluated first, other symbols are drawn.

        Raises:
            EvaluationError: for a division by zero, a function that the system does not have, or a bound symbol.
            UnknownTermError: for a number that is read off a matrix in a way without a rule, such as a trace.
        """
        binds, parts = _read_in(scalar)
        if binds:
            raise EvaluationError(f"{scalar} binds a symbol, so it has no value", advice="use symrnn's MatrixSum")
        read = [(part, self.reading(part, bound)) for part in parts]  # first: it refuses what is not there
        numbers = self.assignment.numbers_in(scalar, bound)
        values = {replaced(part, numbers): value for part, value in read}
        plain = replaced(scalar, numbers)
        for symbol in (plain.xreplace(dict.fromkeys(values, sp.S.One)) if values else plain).free_symbols:
            values[symbol] = self.assignment.number(symbol, self.system)
        found = scalar_value(plain, values, self.system)
        self.system.bounded(filled(1, 1, lambda i, j: found))
        return found

    def reading(self, part: sp.Basic, bound: Bound) -> Any:
        """A number that is read off matrices."""
        if isinstance(part, ClipFactor):
            return clip_factor(self.reading(part.norm, bound), self.scalar(part.threshold, bound))
        if isinstance(part, Measure):
            return self.system.measure(part, [self.walk(matrix, bound) for matrix in part.matrices])
        if not isinstance(part, MatrixElement):
            raise UnknownTermError(f"no value is known for the number {type(part).__name__}", where=str(part)[:80])
        return self.walk(part.args[0], bound)[self.place(part, bound)]

    @node.register
    def _(self, term: MatPow, bound: Bound) -> Array:
        exponent = self.assignment.index(term.exp, bound)
        base, identity = self.walk(term.base, bound), self.identity(self.assignment.shape(term, bound)[0])
        if exponent == 0:
            return identity
        if exponent < 0:
            base = self.system.inverse(base, identity)
        return reduce(lambda left, right: self.system.bounded(self.system.times(left, right)), [base] * abs(exponent))

    @node.register
    def _(self, term: sp.Transpose, bound: Bound) -> Array:
        return self.walk(term.arg, bound).T

    @node.register
    def _(self, term: DiagMatrix, bound: Bound) -> Array:
        return linear(self.diagonal, self.walk(term.args[0], bound))

    @node.register
    def _(self, term: HadamardProduct, bound: Bound) -> Array:
        first, *rest = (self.walk(part, bound) for part in term.args)
        for part in rest:
            first = self.system.bounded(first * part)
        return first

    @node.register
    def _(self, term: HadamardPower, bound: Bound) -> Array:
        if term.exp.is_Rational and not term.exp.is_Integer:
            return self.walk(multiplied_out(term), bound)
        base, exponent = self.walk(term.base, bound), self.assignment.index(term.exp, bound)
        if exponent == 0:
            return filled(*self.assignment.shape(term, bound), lambda i, j: self.one)
        if exponent < 0:
            base = self._reciprocals(term.base, base)
        return reduce(lambda left, right: self.system.bounded(left * right), [base] * abs(exponent))

    def _reciprocals(self, term: sp.MatrixExpr, base: Array) -> Array:
        """1/x for each entry, none of which may be 0: so it is assumed of an entrywise inverse."""
        try:
            return self.system.reciprocals(base)
        except ZeroDivisionError:
            raise OutsideHypothesesError(f"an entry of {term} is 0") from None

    @node.register
    def _(self, term: KroneckerProduct, bound: Bound) -> Array:
        self.assignment.shape(term, bound)  # refuses what is too large
        first, *rest = (self.walk(part, bound) for part in term.args)
        for part in rest:
            first = bilinear(kronecker, first, part)
        return first

    @node.register
    def _(self, term: Vec, bound: Bound) -> Array:
        return linear(stacked_columns, self.walk(term.argument, bound))

    @node.register
    def _(self, term: Concatenation, bound: Bound) -> Array:
        return concatenated([self.walk(part, bound) for part in term.parts], self.zero)

    @node.register
    def _(self, term: Stack, bound: Bound) -> Array:
        return concatenated([linear(stacked_columns, self.walk(part, bound)) for part in term.parts], self.zero)

    @node.register
    def _(self, term: Apply, bound: Bound) -> Array:
        return self.apply(term, bound, self.walk(term.argument, bound))

    @node.register
    def _(self, term: StopGradient, bound: Bound) -> Array:
        return held(self.walk(term.argument, bound))

    @node.register
    def _(self, term: Softmax, bound: Bound) -> Array:
        return self.system.softmax(self.walk(term.argument, bound))

    @node.register
    def _(self, term: LogSumExp, bound: Bound) -> Array:
        return self.system.log_sum_exp(self.walk(term.argument, bound))

    @node.register
    def _(self, term: MatrixSum, bound: Bound) -> Array:
        total = self.zeros(*self.assignment.shape(term, bound))
        for at in self.range_of(term, bound):
            total = self.system.bounded(total + self.walk(term.body, {**bound, term.variable: at}))
        return total


@lru_cache(10_000)
def _parted(product: MatMul) -> tuple[sp.Expr, tuple[sp.MatrixExpr, ...]]:
    """The number before a product, and its factors."""
    numbers, matrices = numbers_and_matrices(product)
    return sp.Mul(*numbers), tuple(matrices)


@lru_cache(10_000)
def _read_in(scalar: sp.Expr) -> tuple[bool, tuple[sp.Basic, ...]]:
    """Whether a scalar binds a symbol, and what it reads off matrices."""
    return scalar.has(*BINDING), tuple(readings(scalar))


_rule = Walk.__dict__["node"].dispatcher.dispatch
"""The rule for a kind of node, without the wrapper that Python makes for each call of such a method."""
