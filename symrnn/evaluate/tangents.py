"""Forward-mode differentiation of a recurrence: the walk in dual numbers, from the first index on.

Source: Williams and Zipser (1989), A learning algorithm for continually running fully recurrent networks.
"""

from __future__ import annotations

from math import isqrt
from typing import Any

import numpy as np
import sympy as sp
from sympy.matrices.expressions import MatrixSymbol
from sympy.matrices.expressions.matexpr import MatrixElement

from symrnn.budget import tick
from symrnn.errors import LimitError, UnknownTermError
from symrnn.evaluate.arrays import Array
from symrnn.evaluate.assignment import Bound, key_of
from symrnn.evaluate.duals import Dual, Duals, Tangent, tangent_of, total
from symrnn.evaluate.walk import Walk
from symrnn.expr import Differential, Element, GenericFunction, ImmediateJacobian, Variable
from symrnn.expr.readings import readings
from symrnn.recurrence import Role

MAX_DIRECTIONS = 4_000_000
"""Most entries of the identity matrix that a tangent begins with."""


class Tangents(Walk):
    """How the quantities of a recurrence move with one of them.

    Args:
        plain: the walk that finds the values.
        seed: what is differentiated by; None where the varying quantities move by their drawn differentials.
        is_immediate: whether states and outputs other than the seed are held.
    """

    def __init__(self, plain: Walk, seed: Variable | None, is_immediate: bool = False) -> None:
        super().__init__(Duals(plain.system), plain.assignment, plain.recurrence, plain.generic, plain.varying)
        self.plain = plain
        self.seed = seed
        self.is_immediate = is_immediate
        self.memory: dict[Variable, Tangent] = {}

    # -- what is asked for -----------------------------------------------------------------------------------

    def jacobian(self, of: Variable) -> Array:
        """The Jacobian by the seed, (dim of, dim seed): the total one, or the immediate one."""
        wrt = self.seed
        assert wrt is not None  # without one there are differentials
        if not self.is_immediate:
            return self._flat(self._tangent(of), of, wrt)
        if of == wrt:
            return self.identity(int(of.rows * of.cols))
        drawn = self._drawn_slope(of, wrt)
        return self._flat(self._body(of), of, wrt) if drawn is None else drawn

    def differential(self, of: Variable) -> Array:
        """The differential when the varying quantities move by their drawn differentials."""
        tangent = self._tangent(of)
        return self.zeros(int(of.rows), int(of.cols)) if tangent is None else tangent[0]

    def _flat(self, tangent: Tangent, of: Variable, wrt: Variable) -> Array:
        if tangent is None:
            return self.zeros(int(of.rows * of.cols), int(wrt.rows * wrt.cols))
        return np.stack([direction.reshape(-1, order="F") for direction in tangent], axis=1)

    def _drawn_slope(self, of: Variable, wrt: Variable) -> Array | None:
        """The slope of a generic function such as ℓ_t, which is free: given, or drawn like a parameter."""
        body = self._definition_body(of)
        if not isinstance(body, GenericFunction):
            return None
        arguments = [self.ground(arg, self._bound(of)) for arg in body.arguments]
        rows, cols = int(of.rows * of.cols), int(wrt.rows * wrt.cols)
        if wrt not in arguments:
            return self.zeros(rows, cols)
        name, index = key_of(ImmediateJacobian(of, wrt))
        return self.assignment.matrix(name, index, rows, cols, self.plain.system)

    # -- the walk --------------------------------------------------------------------------------------------

    def walk(self, term: sp.Basic, bound: Bound) -> Any:
        """A part of a term as a dual number, its value by the walk that finds the values."""
        found: Any = super().walk(term, bound)
        return Dual(lambda: self.plain.walk(term, bound), found.tangent) if isinstance(found, Dual) else found

    def quantity(self, term: Variable, bound: Bound) -> Any:
        """What a name stands for, and how that moves."""
        return Dual(lambda: self.plain.quantity(term, bound), self._argument(self.ground(term, bound)))

    def without_tangent(self, term: sp.MatrixExpr, bound: Bound) -> Array:
        """Nothing: how these move is not known.

        Raises:
            UnknownTermError: always.
        """
        raise UnknownTermError(f"no tangent is known for {type(term).__name__}", where=str(term)[:80])

    def scalar(self, scalar: sp.Expr, bound: Bound) -> Any:
        """A scalar as a dual number; it moves with the entries of matrices in it."""
        tangent = tangent_of(super().scalar(scalar, bound)) if readings(scalar) else None
        return Dual(lambda: self.plain.scalar(scalar, bound), tangent)

    def reading(self, part: sp.Basic, bound: Bound) -> Any:
        """An entry of a matrix as a dual number.

        Raises:
            UnknownTermError: for any other number that is read off matrices, such as a norm.
        """
        if not isinstance(part, MatrixElement):
            raise UnknownTermError(f"no tangent is known for the number {type(part).__name__}", where=str(part)[:80])
        return super().reading(part, bound)

    # -- quantities ------------------------------------------------------------------------------------------

    def _definition_body(self, quantity: Variable) -> Any:
        if self.recurrence is None:
            return None
        if isinstance(quantity, MatrixSymbol):
            return self.recurrence.total(quantity.name)
        definition = self.definition(quantity)
        return None if definition is None else definition.at(quantity.index)

    def _bound(self, quantity: Variable) -> Bound:
        if self.recurrence is None or not isinstance(quantity, Element):
            return {}
        return {self.recurrence.index: int(quantity.index)}

    def _argument(self, quantity: Variable) -> Tangent:
        held = self.is_immediate and quantity != self.seed and self._is_carried(quantity)
        return None if held else self._tangent(quantity)

    def _is_carried(self, quantity: Variable) -> bool:
        return self.recurrence is not None and self.recurrence.role(quantity) is not Role.INTERMEDIATE

    def _tangent(self, quantity: Variable) -> Tangent:
        """Tangent of a named quantity, remembered."""
        if quantity not in self.memory:
            self.memory[quantity] = self._moved(quantity)
        return self.memory[quantity]

    def _moved(self, quantity: Variable) -> Tangent:
        if quantity == self.seed:
            return self._basis(quantity)
        if self.seed is None and self._varies(quantity):
            rows, cols = (int(size) for size in quantity.shape)
            name, index = key_of(Differential(quantity))
            return self.assignment.matrix(name, index, rows, cols, self.plain.system).reshape(1, rows, cols)
        if isinstance(quantity, Element):
            self.require_existing(quantity)
            for earlier in self.states_before(quantity, lambda e: e in self.memory or e == self.seed):
                self.memory[earlier] = self._body(earlier)
        return self._body(quantity)

    def _varies(self, quantity: Variable) -> bool:
        return any(self.ground(v, {}) == quantity for v in self.varying)

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
            out[direction] = self.zeros(rows, cols)
            out[direction, row, col] = self.one
        return out

    def _body(self, quantity: Variable) -> Tangent:
        tick()
        body = self._definition_body(quantity)
        if isinstance(body, GenericFunction):
            moved = self._of_generic(quantity, body)
            return None if moved is None else self.plain.system.bounded(moved)
        return None if body is None else tangent_of(self.walk(body, self._bound(quantity)))

    def _of_generic(self, quantity: Variable, body: GenericFunction) -> Tangent:
        parts = []
        grounded = [self.ground(arg, self._bound(quantity)) for arg in body.arguments]
        for argument in dict.fromkeys(grounded):  # the slope by one that stands there twice is that of both places
            slope, inner = self._drawn_slope(quantity, argument), self._argument(argument)
            if slope is not None and inner is not None:
                columns = [slope @ direction.reshape((-1, 1), order="F") for direction in inner]
                parts.append(np.stack(columns).reshape(len(columns), int(quantity.rows), int(quantity.cols)))
        return total(parts)
