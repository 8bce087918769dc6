"""Forward-mode differentiation of a recurrence: exact Jacobians in any number system.

A tangent is an array of shape (directions, rows, columns), or None for zero.
Source: Williams and Zipser (1989), A learning algorithm for continually running fully recurrent networks.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import singledispatchmethod
from math import isqrt
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
import sympy as sp
from sympy.matrices.expressions import DiagMatrix, HadamardPower, HadamardProduct, MatAdd, MatMul, MatPow, MatrixSymbol

from symrnn.budget import tick
from symrnn.errors import LimitError, UnknownTermError
from symrnn.evaluate.arrays import Array, times
from symrnn.evaluate.assignment import Bound, key_of
from symrnn.expr import (
    Apply,
    Concatenation,
    Differential,
    Element,
    GenericFunction,
    ImmediateJacobian,
    LogSumExp,
    MatrixSum,
    Selector,
    Softmax,
    UnitVector,
    Variable,
)
from symrnn.expr.readings import partials
from symrnn.recurrence import Role

if TYPE_CHECKING:
    from symrnn.evaluate.evaluator import Evaluator

Tangent: TypeAlias = Array | None

MAX_DIRECTIONS = 4_000_000
"""Most entries of the identity matrix that a tangent begins with."""


class Tangents:
    """Derivatives of the quantities of a recurrence, propagated from its first index on.

    Args:
        evaluator: where the values come from.
    """

    def __init__(self, evaluator: Evaluator) -> None:
        self.of = evaluator
        self.recurrence = evaluator.recurrence
        self.memory: dict[tuple[Variable | None, bool], dict[Variable, Tangent]] = {}
        self.seed: Variable | None = None
        """What is differentiated by; None while differentials are propagated."""
        self.stop_at_states = False

    # -- what is asked for -----------------------------------------------------------------------------------

    def jacobian(self, of: Variable, wrt: Variable) -> Array:
        """The total Jacobian, (dim of, dim wrt)."""
        with self._seeded(wrt):
            return self._flat(self.quantity(of), of, wrt)

    def immediate(self, of: Variable, wrt: Variable) -> Array:
        """The immediate Jacobian: states and outputs other than `of` itself do not vary, wrt does."""
        if of == wrt:
            return self.of.identity(int(of.rows * of.cols))
        drawn = self._drawn_slope(of, wrt)
        if drawn is not None:
            return drawn
        with self._seeded(wrt, stop=True):
            return self._flat(self._body(of), of, wrt)

    def differential(self, of: Variable) -> Array:
        """The differential when the varying quantities move by their drawn differentials."""
        with self._seeded(None):
            tangent = self.quantity(of)
        rows, cols = (int(size) for size in of.shape)
        return self.of.zeros(rows, cols) if tangent is None else tangent[0]

    @contextmanager
    def _seeded(self, seed: Variable | None, stop: bool = False) -> Iterator[None]:
        before = self.seed, self.stop_at_states
        self.seed, self.stop_at_states = seed, stop
        try:
            yield
        finally:
            self.seed, self.stop_at_states = before

    def _flat(self, tangent: Tangent, of: Variable, wrt: Variable) -> Array:
        rows, cols = int(of.rows * of.cols), int(wrt.rows * wrt.cols)
        if tangent is None:
            return self.of.zeros(rows, cols)
        return np.stack([direction.reshape(-1, order="F") for direction in tangent], axis=1)

    def _drawn_slope(self, of: Variable, wrt: Variable) -> Array | None:
        """The slope of a generic function such as ℓ_t, which is free: given, or drawn like a parameter."""
        body = self._definition_body(of)
        if not isinstance(body, GenericFunction):
            return None
        arguments = [self.of.ground(arg, self._bound(of)) for arg in body.arguments]
        rows, cols = int(of.rows * of.cols), int(wrt.rows * wrt.cols)
        if wrt not in arguments:
            return self.of.zeros(rows, cols)
        name, index = key_of(ImmediateJacobian(of, wrt))
        return self.of.assignment.matrix(name, index, rows, cols, self.of.system)

    # -- propagation -----------------------------------------------------------------------------------------

    def _definition_body(self, quantity: Variable) -> Any:
        if self.recurrence is None:
            return None
        if isinstance(quantity, MatrixSymbol):
            return self.recurrence.total(quantity.name)
        definition = self.of.definition(quantity)
        return None if definition is None else definition.body

    def _bound(self, quantity: Variable) -> Bound:
        if self.recurrence is None or not isinstance(quantity, Element):
            return {}
        return {self.recurrence.index: int(quantity.index)}

    def quantity(self, quantity: Variable) -> Tangent:
        """Tangent of a named quantity, remembered."""
        if quantity == self.seed:
            return self._basis(quantity)
        if self.seed is None and self._varies(quantity):
            rows, cols = (int(size) for size in quantity.shape)
            name, index = key_of(Differential(quantity))
            move = self.of.assignment.matrix(name, index, rows, cols, self.of.system)
            return move.reshape(1, rows, cols)
        memory = self.memory.setdefault((self.seed, self.stop_at_states), {})
        if quantity not in memory:
            if isinstance(quantity, Element):
                self.of.require_existing(quantity)
                for earlier in self.of.states_before(quantity, lambda e: e in memory or e == self.seed):
                    memory[earlier] = self._body(earlier)
            memory[quantity] = self._body(quantity)
        return memory[quantity]

    def _varies(self, quantity: Variable) -> bool:
        return any(self.of.ground(v, {}) == quantity for v in self.of.varying)

    def _basis(self, quantity: Variable) -> Array:
        rows, cols = (int(size) for size in quantity.shape)
        if (rows * cols) ** 2 > MAX_DIRECTIONS:
            raise LimitError(
                f"the derivatives by all {rows * cols} entries of {quantity} are too many",
                advice=f"the limit is {isqrt(MAX_DIRECTIONS)} entries",
            )
        out = np.empty((rows * cols, rows, cols), dtype=object)
        for direction in range(rows * cols):
            tick()
            row, col = direction % rows, direction // rows
            out[direction] = self.of.zeros(rows, cols)
            out[direction, row, col] = self.of.one
        return out

    def _body(self, quantity: Variable) -> Tangent:
        tick()
        moved = self._moved(quantity)
        return None if moved is None else self._bounded(moved)

    def _bounded(self, moved: Array) -> Array:
        return self.of.system.bounded(moved)

    def _moved(self, quantity: Variable) -> Tangent:
        body = self._definition_body(quantity)
        if not isinstance(body, GenericFunction):
            return None if body is None else self.tangent(body, self._bound(quantity))
        parts = []
        grounded = [self.of.ground(arg, self._bound(quantity)) for arg in body.arguments]
        for argument in dict.fromkeys(grounded):  # the slope by one that stands there twice is that of both places
            slope, inner = self._drawn_slope(quantity, argument), self._argument(argument)
            if slope is not None and inner is not None:
                columns = [slope @ direction.reshape((-1, 1), order="F") for direction in inner]
                parts.append(np.stack(columns).reshape(len(columns), int(quantity.rows), int(quantity.cols)))
        return _add(parts)

    def _argument(self, quantity: Variable) -> Tangent:
        if self.stop_at_states and quantity != self.seed and self._is_carried(quantity):
            return None
        return self.quantity(quantity)

    def _is_carried(self, quantity: Variable) -> bool:
        return self.recurrence is not None and self.recurrence.role(quantity) is not Role.INTERMEDIATE

    @singledispatchmethod
    def tangent(self, term: sp.Basic, bound: Bound) -> Tangent:
        """Tangent of a term.

        Raises:
            UnknownTermError: for a node without a rule.
        """
        raise UnknownTermError(f"no tangent is known for {type(term).__name__}", where=str(term)[:80])

    @tangent.register(MatrixSymbol)
    @tangent.register(Element)
    def _(self, term: Variable, bound: Bound) -> Tangent:
        return self._argument(self.of.ground(term, bound))

    @tangent.register(sp.Identity)
    @tangent.register(sp.ZeroMatrix)
    @tangent.register(sp.OneMatrix)
    @tangent.register(UnitVector)
    @tangent.register(Selector)
    def _(self, term: sp.MatrixExpr, bound: Bound) -> Tangent:
        return None

    @tangent.register
    def _(self, term: Concatenation, bound: Bound) -> Tangent:
        moved = [self.tangent(part, bound) for part in term.parts]
        ways = next((len(each) for each in moved if each is not None), None)
        if ways is None:
            return None
        blocks = [self.of.walk(part, bound) * self.of.zero for part in term.parts]
        fixed = [np.stack([block] * ways) for block in blocks]
        return np.concatenate([each if each is not None else at for each, at in zip(moved, fixed, strict=True)], axis=1)

    @tangent.register
    def _(self, term: MatAdd, bound: Bound) -> Tangent:
        return _add([self.tangent(part, bound) for part in term.args])

    @tangent.register
    def _(self, term: MatMul, bound: Bound) -> Tangent:
        matrices = [part for part in term.args if isinstance(part, sp.MatrixExpr)]
        scalar = sp.Mul(*(part for part in term.args if not isinstance(part, sp.MatrixExpr)))
        parts: list[Tangent] = []
        moved_scalar = self._scalar(scalar, bound)
        if moved_scalar is not None:
            parts.append(moved_scalar * self.of.walk(MatMul(*matrices), bound))
        for place, part in enumerate(matrices):
            moved = self.tangent(part, bound)
            if moved is None:
                continue
            for left in reversed(matrices[:place]):
                moved = self._bounded(times(self.of.walk(left, bound), moved))
            for right in matrices[place + 1 :]:
                moved = self._bounded(times(moved, self.of.walk(right, bound)))
            parts.append(moved if scalar == 1 else moved * self.of.scalar(scalar, bound))
        return _add(parts)

    def _scalar(self, scalar: sp.Expr, bound: Bound) -> Tangent:
        """Tangent of a scalar, (directions, 1, 1), by the chain rule through the entries of matrices in it."""
        parts: list[Tangent] = []
        for entry, slope in partials(scalar):
            inner = self.tangent(entry.args[0], bound)
            if inner is not None:
                row, col = self.of.place(entry, bound)
                parts.append(inner[:, row : row + 1, col : col + 1] * self.of.scalar(slope, bound))
        return _add(parts)

    @tangent.register
    def _(self, term: MatPow, bound: Bound) -> Tangent:
        exponent = self.of.assignment.index(term.exp, bound)
        if exponent == -1:
            inner = self.tangent(term.base, bound)
            if inner is None:
                return None
            inverse = self.of.walk(term, bound)
            return -times(times(inverse, inner), inverse)
        if exponent < 0:
            raise UnknownTermError(f"no tangent is known for the power {exponent}", where=str(term))
        if exponent == 0:
            return None
        return self.tangent(MatMul(*[term.base] * exponent, evaluate=False), bound)

    @tangent.register
    def _(self, term: sp.Transpose, bound: Bound) -> Tangent:
        inner = self.tangent(term.arg, bound)
        return None if inner is None else inner.transpose(0, 2, 1)

    @tangent.register
    def _(self, term: HadamardProduct, bound: Bound) -> Tangent:
        parts: list[Tangent] = []
        for place, part in enumerate(term.args):
            moved = self.tangent(part, bound)
            if moved is not None:
                for other in (arg for i, arg in enumerate(term.args) if i != place):
                    moved = self._bounded(moved * self.of.walk(other, bound))
                parts.append(moved)
        return _add(parts)

    @tangent.register
    def _(self, term: HadamardPower, bound: Bound) -> Tangent:
        exponent = self.of.assignment.index(term.exp, bound)
        if exponent < 0:
            raise UnknownTermError(f"no tangent is known for the entrywise power {exponent}", where=str(term))
        if exponent == 0:
            return None
        return self.tangent(HadamardProduct(*[term.base] * exponent), bound)

    @tangent.register
    def _(self, term: DiagMatrix, bound: Bound) -> Tangent:
        inner = self.tangent(term.args[0], bound)
        if inner is None:
            return None
        return np.stack([self.of.diagonal(direction) for direction in inner])

    @tangent.register
    def _(self, term: Apply, bound: Bound) -> Tangent:
        inner = self.tangent(term.argument, bound)
        if inner is None:
            return None
        slope = self.of.apply(term, bound, self.of.walk(term.argument, bound), term.order + 1)
        return inner * slope

    @tangent.register
    def _(self, term: Softmax, bound: Bound) -> Tangent:
        inner = self.tangent(term.argument, bound)
        if inner is None:
            return None
        shares = self.of.walk(term, bound)
        weighted: Array = inner * shares
        return weighted - weighted.sum(axis=1, keepdims=True) * shares

    @tangent.register
    def _(self, term: LogSumExp, bound: Bound) -> Tangent:
        inner = self.tangent(term.argument, bound)
        if inner is None:
            return None
        weighted: Array = inner * self.of.walk(Softmax(term.argument), bound)
        return weighted.sum(axis=1, keepdims=True)

    @tangent.register
    def _(self, term: MatrixSum, bound: Bound) -> Tangent:
        total: Tangent = None
        for at in self.of.range_of(term, bound):
            total = _add([total, self.tangent(term.body, {**bound, term.variable: at})])
        return total


def _add(parts: Sequence[Tangent]) -> Tangent:
    present = [part for part in parts if part is not None]
    if not present:
        return None
    total = present[0]
    for part in present[1:]:
        total = total + part
    return total
