"""Indices in double precision: a term is read once, and then calculated with NumPy for all values of an index at once.

A matrix that depends on a bound index is a stack of matrices, one for each value. What the general walk does entry by
entry is one call of NumPy here; what has no rule here is left to that walk.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import reduce, singledispatchmethod
from math import isfinite
from operator import add, mul
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
    MatrixExpr,
    MatrixSymbol,
)

from symrnn.budget import tick
from symrnn.errors import SymrnnError
from symrnn.evaluate import stacks
from symrnn.evaluate.arrays import as_column, as_row, stacked_columns
from symrnn.evaluate.assignment import Assignment
from symrnn.evaluate.doubled_formulas import function_of, index_of, index_symbol, number_of
from symrnn.evaluate.formulas import Found, WithoutRuleError, constantly
from symrnn.evaluate.stacks import (
    NOW,
    Ahead,
    Carried,
    Doubles,
    Indices,
    Steps,
    at_step,
    kronecker,
    matrix_product,
    stack_of,
    total_of,
    unstacked,
)
from symrnn.evaluate.systems import Floats
from symrnn.expr import (
    Apply,
    Concatenation,
    Element,
    GenericFunction,
    LogSumExp,
    MatrixSum,
    OrderedProduct,
    Selector,
    Softmax,
    Stack,
    StopGradient,
    UnitVector,
    Vec,
)
from symrnn.expr.shapes import numbers_and_matrices
from symrnn.recurrence import Recurrence, Role


def in_doubles(term: MatrixExpr, assignment: Assignment, recurrence: Recurrence) -> Doubles | None:
    """The value of a term; None where the general walk has to find it, or to say why there is none.

    >>> from symrnn.cells import Elman
    >>> from symrnn.symbols import t
    >>> rnn = Elman("tanh", hidden=1, inputs=1)
    >>> given = {rnn.W_hh: [[2]], rnn.W_xh: [[1]], rnn.b_h: [0], rnn.h[0]: [0], rnn.x[1]: [0], rnn.x[2]: [0]}
    >>> closed = rnn.derive(rnn.h[t], wrt=rnn.h[0]).closed_form
    >>> in_doubles(closed, Assignment(indices={t: 2}, given=given), rnn)
    array([[4.]])
    """
    found = all_in_doubles(term, assignment, recurrence, [{}])
    return None if found is None else found[0]


def all_in_doubles(
    term: MatrixExpr, assignment: Assignment, recurrence: Recurrence, indices: Sequence[dict[sp.Symbol, int]]
) -> Doubles | None:
    """The values of a term at several values of an index that is left open, stacked; it is read once for all of them.

    >>> from symrnn.cells import Elman
    >>> from symrnn.symbols import k, t
    >>> rnn = Elman("tanh", hidden=1, inputs=1)
    >>> given = {rnn.W_hh: [[2]], rnn.W_xh: [[1]], rnn.b_h: [0], rnn.h[0]: [0]} | {rnn.x[s]: [0] for s in (1, 2, 3)}
    >>> closed = rnn.derive(rnn.h[t], wrt=rnn.h[t - k]).closed_form
    >>> all_in_doubles(closed, Assignment(indices={t: 3}, given=given), rnn, [{k: 0}, {k: 2}]).ravel()
    array([1., 4.])
    """
    try:
        with np.errstate(over="raise", invalid="raise", divide="raise", under="ignore"):
            rows, cols = assignment.shape(term, indices[0])
            value = _Reading(assignment, recurrence).of(term)
            return np.array([np.broadcast_to(value(dict(at)), (rows, cols)) for at in indices])
    except (WithoutRuleError, SymrnnError, ArithmeticError, RecursionError, ValueError, TypeError):
        return None


def _sum_of(parts: list[Found]) -> Found:
    if len(parts) == 2:
        one, other = parts
        return lambda values: one(values) + other(values)
    return lambda values: reduce(add, [part(values) for part in parts])


class _Reading:
    """Turns terms into functions of the values of indices; equal parts into one."""

    def __init__(self, assignment: Assignment, recurrence: Recurrence) -> None:
        self.assignment, self.recurrence = assignment, recurrence
        self.read: dict[sp.Basic, Found] = {}
        self.sequences: dict[str, Steps] = {}
        self._first = min((definition.first for definition in recurrence.definitions), default=0)

    def of(self, term: sp.Basic) -> Found:
        """The function that finds a matrix."""
        if term not in self.read:
            self.read[term] = self.node(term)
        return self.read[term]

    def given(self, name: str, index: int | None, shape: tuple[int, int]) -> Doubles:
        """What is given for a quantity."""
        return self.all_given(name, [index], shape)[0]

    def all_given(self, name: str, indices: Iterable[int | None], shape: tuple[int, int]) -> Doubles:
        """The stack of what is given at some indices."""
        known = self.assignment.given
        try:
            found = np.asarray([known[name, index] for index in indices])
        except KeyError:
            raise WithoutRuleError from None
        if found.dtype.kind not in "biuf":
            raise WithoutRuleError
        found, each = found.astype(np.float64), found.shape[1:]
        fits = each == shape or (shape[1] == 1 and each == shape[:1]) or (shape == (1, 1) and found.size == len(found))
        if not fits or not isfinite(found.sum()):
            raise WithoutRuleError
        return found.reshape(len(found), *shape)

    # -- indices and numbers -------------------------------------------------------------------------------------

    def index(self, form: sp.Expr) -> Found:
        """The function that finds an index."""
        return index_of(form, self._symbol)

    def _symbol(self, symbol: sp.Basic) -> Found:
        return index_symbol(symbol, self.assignment)

    def number(self, scalar: sp.Expr) -> Found:
        """The function that finds a number, or a stack of matrices of one entry."""
        if not scalar.free_symbols:
            value = float(number_of(scalar, self._symbol)({}))
            return lambda values: value

        def double(symbol: sp.Basic) -> Found:  # an integer of NumPy has no room for a high power
            if (symbol.name, None) in self.assignment.given:
                return constantly(float(self.assignment.number(symbol, Floats())))
            at = self._symbol(symbol)
            return lambda values: np.asarray(at(values), dtype=np.float64)

        find = number_of(scalar, double)

        def found(values: Indices) -> Any:
            number = np.asarray(find(values), dtype=np.float64)
            return number.reshape(-1, 1, 1) if number.ndim else number

        return found

    def shape(self, term: MatrixExpr) -> tuple[int, int]:
        """Rows and columns, which may depend on no bound index here, nor on a width that is not given."""
        found = self.assignment.shape(term, {})
        if self.assignment.widths:
            raise WithoutRuleError
        return found

    # -- one rule for each kind of node --------------------------------------------------------------------------

    @singledispatchmethod
    def node(self, term: sp.Basic) -> Found:
        """The rule for one kind of node."""
        raise WithoutRuleError

    @node.register
    def _(self, term: MatrixSymbol) -> Found:
        total = self.recurrence.total(term.name)
        if total is not None:
            return self.of(total)
        return constantly(self.given(term.name, None, self.shape(term)))

    @node.register
    def _(self, term: Element) -> Found:
        steps, index = self._steps(term), self.index(term.index)
        lag = term.index - self.recurrence.index
        if not lag.is_Integer:
            return lambda values: steps.at(index(values))
        by = int(lag)  # as in equations, at every step
        if by == 0 and self._is_read_once(term.name):
            body = self.of(self.recurrence.graph.bodies[term.name])
            return lambda values: body(values) if NOW in values else steps.at(index(values))
        known, offset = steps.known, by - steps.first

        def find(values: Indices) -> Doubles:
            at = values.get(NOW)
            if at is None:
                return steps.at(index(values))
            if 0 <= (place := at + offset) < len(known):
                return known[place]
            return steps.at(at + by)

        return find

    def _is_read_once(self, name: str) -> bool:
        """Whether an intermediate stands in one place of the equations, where its equation may stand in its place."""
        definition = self.recurrence.definition(name)
        if definition is None or definition.role is not Role.INTERMEDIATE or definition.first > self._first:
            return False
        bodies = self.recurrence.graph.bodies.values()
        return sum(isinstance(p, Element) and p.name == name for b in bodies for p in sp.preorder_traversal(b)) == 1

    def _steps(self, term: Element) -> Steps:
        name, shape = term.name, self.shape(term)
        if name not in self.sequences:
            first, definition = self.recurrence.first_index(name), self.recurrence.definition(name)
            if first is None:
                raise WithoutRuleError
            body: list[Found] = []
            here = self.recurrence.index

            def find(index: int) -> Doubles:
                if definition is None or index < definition.begins:
                    return self.given(name, index, shape)
                if definition.initial is not None and index < definition.first:
                    return self.of(definition.initial)({})
                if not body:  # only now, since what a sequence is made of may be made of it
                    body.append(self.of(definition.body))
                found: Doubles = body[0](at_step(here, index))
                if found.shape != shape:
                    raise WithoutRuleError
                return found

            def find_all(indices: Any) -> Doubles:
                if definition is None:
                    return self.all_given(name, indices.tolist(), shape)
                return stack_of(self.of(definition.body)({self.recurrence.index: indices}), len(indices))

            if definition is not None and (isinstance(definition.body, GenericFunction) or first > definition.first):
                raise WithoutRuleError
            at_once = definition is None or (first == definition.first and self._is_read_once(name))
            self.sequences[name] = Steps(first, find, find_all if at_once else None)
        return self.sequences[name]

    @node.register(sp.Identity)
    @node.register(sp.ZeroMatrix)
    @node.register(sp.OneMatrix)
    def _(self, term: MatrixExpr) -> Found:
        shape = self.shape(term)
        if isinstance(term, sp.Identity):
            return constantly(np.eye(*shape))
        return constantly(np.full(shape, float(isinstance(term, sp.OneMatrix))))

    @node.register
    def _(self, term: UnitVector) -> Found:
        (size, _), at = self.shape(term), self.assignment.index(term.position, {})
        if not 1 <= at <= size:
            raise WithoutRuleError
        return constantly(np.eye(size)[:, at - 1 : at])

    @node.register
    def _(self, term: Selector) -> Found:
        (rows, cols), before = self.shape(term), term.sizes[: term.block - 1]
        return constantly(np.eye(rows, cols, -sum(self.assignment.index(size, {}) for size in before)))

    @node.register
    def _(self, term: MatAdd) -> Found:
        driven = [part for part in term.args if self._is_driven(part)]
        others = [part for part in term.args if part not in driven]
        if not others or not any(part.has(Element) for part in driven):
            return _sum_of([self.of(part) for part in term.args])
        steps = range(self._first, max(self.assignment.indices.values(), default=self._first) + 1)
        ahead = Ahead(_sum_of([self.of(part) for part in driven]), self.recurrence.index, steps)
        return _sum_of([*map(self.of, others), ahead])

    def _is_driven(self, part: MatrixExpr) -> bool:
        """Whether only what is given stands in a part, sequences at the step at hand."""
        here = self.recurrence.index
        return all(e.index == here and self.recurrence.definition(e.name) is None for e in part.atoms(Element))

    @node.register
    def _(self, term: HadamardProduct) -> Found:
        parts = [self.of(part) for part in term.args]
        return lambda values: reduce(mul, [part(values) for part in parts])

    @node.register
    def _(self, term: HadamardPower) -> Found:
        base, exponent = self.of(term.base), self.assignment.index(term.exp, {})
        if exponent < 0:
            raise WithoutRuleError
        return lambda values: base(values) ** exponent

    @node.register
    def _(self, term: MatPow) -> Found:
        base, exponent = self.of(term.base), self.assignment.index(term.exp, {})
        if exponent < 0:
            raise WithoutRuleError
        return lambda values: np.linalg.matrix_power(base(values), exponent)

    @node.register
    def _(self, term: MatMul) -> Found:
        numbers, matrices = numbers_and_matrices(term)
        product = self._product_of(matrices)
        if not numbers:
            return product
        number = self.number(sp.Mul(*numbers))
        return lambda values: product(values) * number(values)

    def _product_of(self, matrices: Iterable[MatrixExpr]) -> Found:
        """A product from left to right, where a diagonal matrix scales rows or columns."""
        first, *others = [each for each in matrices if not isinstance(each, sp.Identity)] or list(matrices)
        if isinstance(first, DiagMatrix) and others:
            scale, whole = self.of(first.args[0]), self.of(others.pop(0))
            result: Found = lambda values: as_column(scale(values)) * whole(values)  # noqa: E731
        else:
            result = self.of(first)
        if isinstance(first, MatrixSymbol) and others and not isinstance(others[0], DiagMatrix):
            result = self._fixed_times(first, others.pop(0))
        for part in others:
            result = self._times(result, part)
        return result

    def _times(self, left: Found, part: MatrixExpr) -> Found:
        if isinstance(part, DiagMatrix):
            scale = self.of(part.args[0])
            return lambda values: left(values) * as_row(scale(values))
        right = self.of(part)
        return lambda values: matrix_product(left(values), right(values))

    def _fixed_times(self, matrix: MatrixSymbol, part: MatrixExpr) -> Found:
        """The product of a matrix that is the same at every step."""
        left, right = self.of(matrix)({}), self.of(part)
        return lambda values: matrix_product(left, right(values))

    @node.register
    def _(self, term: sp.Transpose) -> Found:
        inner = self.of(term.arg)
        return lambda values: inner(values).swapaxes(-1, -2)

    @node.register
    def _(self, term: DiagMatrix) -> Found:
        inner, size = self.of(term.args[0]), self.shape(term)[0]
        return lambda values: as_column(inner(values)) * np.eye(size)

    @node.register
    def _(self, term: KroneckerProduct) -> Found:
        self.shape(term)  # refuses what is too large
        parts = [self.of(part) for part in term.args]
        return lambda values: reduce(kronecker, [part(values) for part in parts])

    @node.register
    def _(self, term: Vec) -> Found:
        inner = self.of(term.argument)
        return lambda values: stacked_columns(inner(values))

    @node.register(Concatenation)
    @node.register(Stack)
    def _(self, term: Any) -> Found:
        parts, change = [self.of(part) for part in term.parts], stacked_columns if isinstance(term, Stack) else None

        def find(values: Indices) -> Doubles:
            found = [part(values) if change is None else change(part(values)) for part in parts]
            ways = max((each.shape[:-2] for each in found), key=len)
            return np.concatenate([np.broadcast_to(each, (*ways, *each.shape[-2:])) for each in found], axis=-2)

        return find

    @node.register
    def _(self, term: StopGradient) -> Found:
        return self.of(term.argument)

    @node.register
    def _(self, term: Apply) -> Found:
        inner, known = self.of(term.argument), self.recurrence.activation(term.function)
        if known.is_generic:
            raise WithoutRuleError
        function = function_of(known, term.order)
        return lambda values: function(inner(values))

    @node.register(Softmax)
    @node.register(LogSumExp)
    def _(self, term: Any) -> Found:
        inner, is_softmax = self.of(term.argument), isinstance(term, Softmax)

        def find(values: Indices) -> Doubles:
            column = inner(values)
            largest = column.max(axis=-2, keepdims=True)
            weights = np.exp(column - largest)
            total = weights.sum(axis=-2, keepdims=True)
            found: Doubles = weights / total if is_softmax else largest + np.log(total)
            return found

        return find

    # -- sums and products over an index -------------------------------------------------------------------------

    @node.register
    def _(self, term: MatrixSum) -> Found:
        low, high, variable, free = self.index(term.lower), self.index(term.upper), term.variable, term.free_symbols
        shape, (summed, entries) = self.shape(term), self._summed(term.body, *self.shape(term))
        products = term.body.atoms(OrderedProduct)
        falls = any(product.length.coeff(variable).is_negative for product in products)  # the shortest come first

        def find(values: Indices) -> Doubles:
            alone = unstacked(values)
            if not free.isdisjoint(values.keys() - alone.keys()):
                raise WithoutRuleError  # a sum for each value of another index
            first, last = low(alone), high(alone)
            if last < first - 1:
                raise WithoutRuleError
            total, most = np.zeros(shape), max(1, stacks.AT_ONCE // entries)
            starts = range(first, last + 1, most)
            for start in reversed(starts) if falls else starts:
                tick()
                total += summed({**alone, variable: np.arange(start, min(start + most, last + 1))})
            return total

        return find

    def _summed(self, body: MatrixExpr, rows: int, cols: int) -> tuple[Found, int]:
        """The sum over a stack, and how many entries each matrix in it has, roughly.

        That of X (b ⊗ Y) with rows b is one product of all X Y by all b.
        """
        numbers, matrices = numbers_and_matrices(body) if isinstance(body, MatMul) else ([], [body])
        *others, last = matrices
        if not (isinstance(last, KroneckerProduct) and len(last.args) == 2 and last.args[0].rows == 1):
            whole = self.of(body)
            return lambda values: total_of(whole(values), values), rows * cols
        row, left = self.of(last.args[0]), self._product_of([*others, last.args[1]])
        number = self.number(sp.Mul(*numbers)) if numbers else None

        def find(values: Indices) -> Doubles:
            before, blocks = row(values), left(values)
            if number is not None:
                blocks = blocks * number(values)
            if before.ndim < 3 or blocks.ndim < 3:
                return total_of(kronecker(before, blocks), values)
            count, height, width = blocks.shape
            found = blocks.reshape(count, -1).T @ before.reshape(count, -1)
            return found.reshape(height, width, -1).swapaxes(1, 2).reshape(height, -1)

        return find, rows * (rows + self.shape(last.args[1])[1]) + self.shape(last.args[0])[1]

    @node.register
    def _(self, term: OrderedProduct) -> Found:
        low, high, body = self.index(term.lower), self.index(term.upper), self.of(term.body)
        size, steps = self.shape(term)[0], term.body.free_symbols - {term.variable}
        if term.body.rows != term.body.cols:
            raise WithoutRuleError
        carried = Carried(size)

        def find(values: Indices) -> Doubles:
            if any(isinstance(values.get(symbol), np.ndarray) for symbol in steps):
                raise WithoutRuleError  # the factors differ from one product to the next
            alone = unstacked(values)
            left, right = (low(values), high(values)) if term.step == 1 else (high(values), low(values))
            fixed = tuple(sorted((str(symbol), at) for symbol, at in alone.items() if symbol in steps))
            return carried.products(
                fixed, left, right, term.step, lambda at: stack_of(body({**alone, term.variable: at}), len(at))
            )

        return find
