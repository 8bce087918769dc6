"""Terms as stacks of boxes, one for each step: the Jacobians of the steps of a recurrence, and factors of a product."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import reduce
from operator import add, itemgetter, mul
from typing import Any

import flint
import numpy as np
import sympy as sp
from sympy.matrices.expressions import DiagMatrix, HadamardProduct, MatAdd, MatMul, MatrixExpr, MatrixSymbol

from symrnn.activations import Activation
from symrnn.activations import z as argument
from symrnn.budget import tick
from symrnn.evaluate.boxes import Boxes
from symrnn.evaluate.formulas import Found, WithoutRuleError, constantly, formula_of
from symrnn.evaluate.systems import Balls
from symrnn.expr import Apply, Element
from symrnn.expr.shapes import numbers_and_matrices
from symrnn.recurrence import Recurrence

BITS = 96
"""Precision of the functions of one entry, whose values are rounded to doubles."""


def function_of_balls(formula: sp.Expr, symbol: sp.Symbol) -> Callable[[Any], Any]:
    """A formula of one symbol, which is smooth wherever it has a value, as a function of balls.

    Raises:
        WithoutRuleError: for what has branches, or more symbols.
    """
    if not formula.free_symbols <= {symbol}:
        raise WithoutRuleError
    found = formula_of(formula, itemgetter, _number, _power, Balls.elementary)
    if not formula.free_symbols:
        return lambda ball: flint.arb(found({}))
    return lambda ball: found({symbol: ball})


def _number(value: sp.Rational) -> Found:
    if value.is_Integer:
        return constantly(int(value))
    exact = flint.fmpq(int(value.p), int(value.q))
    return lambda values: flint.arb(exact)  # made anew each time: the precision may be another


def _power(base: Any, exponent: int) -> Any:
    return base * base if exponent == 2 else base**exponent


class BoxedTerms:
    """Turns terms into stacks of boxes.

    Args:
        shape: finds rows and columns of a term.
        constant: finds the balls of a parameter.
        leaf: finds the stack of an element, or of a function of one.
    """

    def __init__(
        self,
        shape: Callable[[MatrixExpr], tuple[int, int]],
        constant: Callable[[MatrixSymbol], Any],
        leaf: Callable[[MatrixExpr], Boxes],
    ) -> None:
        self.shape, self.constant, self.leaf = shape, constant, leaf
        self._known: dict[sp.Basic, Boxes] = {}

    def value(self, term: MatrixExpr) -> Boxes:
        """The values, one for each step, or one for all of them."""
        if term not in self._known:
            tick()
            self._known[term] = self._value(term)
        return self._known[term]

    def _value(self, term: MatrixExpr) -> Boxes:
        match term:
            case MatrixSymbol():
                return Boxes.around([self.constant(term)])
            case sp.Identity():
                return Boxes.exact(np.eye(self.shape(term)[0])[None])
            case sp.ZeroMatrix() | sp.OneMatrix():
                return Boxes.exact(np.full((1, *self.shape(term)), float(isinstance(term, sp.OneMatrix))))
            case MatAdd():
                return reduce(add, map(self.value, term.args))
            case HadamardProduct():
                return reduce(mul, map(self.value, term.args))
            case sp.Transpose():
                return self.value(term.arg).turned
            case DiagMatrix():
                return self.diagonal(term) * Boxes.exact(np.eye(self.shape(term)[0])[None])
            case MatMul():
                numbers, matrices = numbers_and_matrices(term)
                return scale(sp.Mul(*numbers)) * self.product([*matrices])
            case Apply() | Element():
                return self.leaf(term)
        raise WithoutRuleError

    def product(self, matrices: list[MatrixExpr]) -> Boxes:
        """From right to left, where a diagonal matrix scales rows."""
        *others, last = matrices
        found = self.value(last)
        for part in reversed(others):
            found = self.diagonal(part) * found if isinstance(part, DiagMatrix) else self.value(part) @ found
        return found

    def diagonal(self, term: DiagMatrix) -> Boxes:
        """The entries of a diagonal matrix, as a column: that scales rows, and a row would scale columns.

        Raises:
            WithoutRuleError: for those of a row.
        """
        if self.shape(term.args[0])[1] != 1:
            raise WithoutRuleError
        return self.value(term.args[0])


def scale(number: sp.Expr) -> Boxes:
    """A rational number in front of a matrix."""
    if not number.is_Rational:
        raise WithoutRuleError
    return Boxes.around([flint.arb_mat([[flint.arb(flint.fmpq(int(number.p), int(number.q)))]])])


class BoxedSteps(BoxedTerms):
    """The steps of a recurrence, from all states at t - 1 to all states at t, and their Jacobians, one for each t.

    States are held in boxes at t - 1 only; what the definitions say is calculated from there, so that no claim is made
    about the states at t. The chain rule goes forwards, in boxes: each is right for every point of the boxes.

    Args:
        shape, constant: as of :class:`BoxedTerms`.
        recurrence: the definitions.
        before: the boxes of the states at t - 1 by name, stacks of columns.
        given: finds the balls of an input at each t.
    """

    def __init__(
        self,
        shape: Callable[[MatrixExpr], tuple[int, int]],
        constant: Callable[[MatrixSymbol], Any],
        recurrence: Recurrence,
        before: Mapping[str, Boxes],
        given: Callable[[Element], list[Any]],
    ) -> None:
        super().__init__(shape, constant, self._leaf)
        self.recurrence, self.before, self.given = recurrence, before, given
        self._moving: dict[sp.Basic, Boxes | None] = {}
        sizes = [box.mid.shape[-2] for box in before.values()]
        ends = np.cumsum([0, *sizes])
        self._places = {name: np.eye(size, ends[-1], at) for name, size, at in zip(before, sizes, ends, strict=False)}

    def jacobian(self) -> Boxes:
        """Of all states by all states before, in the order in which they were given."""
        width = next(iter(self._places.values())).shape[1]
        count = max(len(box.mid) for box in self.before.values())
        rows = [self.tangent(self._body(name)) for name in self.before]
        shapes = [(count, len(self._places[name]), width) for name in self.before]
        boxes = [Boxes.exact(np.zeros(s)) if row is None else row for row, s in zip(rows, shapes, strict=True)]
        parts = [
            (np.broadcast_to(box.mid, s), np.broadcast_to(box.rad, s)) for box, s in zip(boxes, shapes, strict=True)
        ]
        return Boxes(*(np.concatenate(each, axis=-2) for each in zip(*parts, strict=True)))

    def _leaf(self, term: MatrixExpr) -> Boxes:
        if isinstance(term, Apply):
            return self._applied(term, 0)
        lag, definition = self._lag(term), self.recurrence.definition(term.name)
        if definition is None:
            return Boxes.around(self.given(term))
        if lag == 0:
            return self.value(self._body(term.name))
        if lag == -1 and term.name in self.before:
            return self.before[term.name]
        raise WithoutRuleError

    def _body(self, name: str) -> MatrixExpr:
        definition = self.recurrence.definition(name)
        if definition is None:
            raise WithoutRuleError
        return definition.body

    def _lag(self, term: Element) -> int:
        lag = term.index - self.recurrence.index
        if not lag.is_Integer:
            raise WithoutRuleError
        return int(lag)

    def _applied(self, term: Apply, further: int) -> Boxes:
        known: Activation = self.recurrence.activation(term.function)
        inner = self.value(term.argument)
        if not inner.is_finite:
            raise WithoutRuleError
        function = smooth(known, term.order + further)
        with Balls(BITS).precision():
            around = flint.arb(0, float(inner.rad.max(initial=0)))  # one for all: a ball of its own takes long
            column = [[function(middle + around)] for middle in map(flint.arb, inner.mid.ravel().tolist())]
            found = Boxes.around([flint.arb_mat(column)])
        return Boxes(found.mid.reshape(inner.mid.shape), found.rad.reshape(inner.mid.shape))

    def tangent(self, term: MatrixExpr) -> Boxes | None:
        """The Jacobian of a column by all states before; None where it does not depend on them."""
        if term not in self._moving:
            self._moving[term] = self._tangent(term)
        return self._moving[term]

    def _tangent(self, term: MatrixExpr) -> Boxes | None:
        match term:
            case MatrixSymbol() | sp.Identity() | sp.ZeroMatrix() | sp.OneMatrix():
                return None
            case MatAdd():
                moving = [part for part in map(self.tangent, term.args) if part is not None]
                return reduce(add, moving) if moving else None
            case HadamardProduct():
                return self._by_parts([*term.args])
            case MatMul():
                numbers, matrices = numbers_and_matrices(term)
                moving_product = self._of_product([*matrices])
                return None if moving_product is None else scale(sp.Mul(*numbers)) * moving_product
            case Apply():
                inner = self.tangent(term.argument)
                return None if inner is None else self._applied(term, 1) * inner
            case Element():
                return self._of_element(term)
        raise WithoutRuleError

    def _of_element(self, term: Element) -> Boxes | None:
        if self.recurrence.definition(term.name) is None:
            return None
        if self._lag(term) == 0:
            return self.tangent(self._body(term.name))
        if self._lag(term) == -1 and term.name in self._places and self.shape(term)[1] == 1:
            return Boxes.exact(self._places[term.name][None])
        raise WithoutRuleError

    def _by_parts(self, factors: list[MatrixExpr]) -> Boxes | None:
        found = None
        for at, part in enumerate(factors):
            moving = self.tangent(part)
            if moving is None:
                continue
            if part.shape[1] != 1:
                raise WithoutRuleError  # tangents are of columns
            others = [self.value(each) for place, each in enumerate(factors) if place != at]
            one = reduce(mul, others) * moving if others else moving
            found = one if found is None else found + one
        return found

    def _of_product(self, matrices: list[MatrixExpr]) -> Boxes | None:
        """Of a column, multiplied by what does not depend on states, or by diagonal matrices that may."""
        if len(matrices) == 1:
            return self.tangent(matrices[0])
        first, *rest = matrices
        moving = self._of_product(rest)
        if isinstance(first, DiagMatrix):
            self.diagonal(first)  # refuses rows
            scaling, column = self.tangent(first.args[0]), self.product(rest)
            if scaling is not None and column.mid.shape[-1] != 1:
                raise WithoutRuleError
            parts = [
                None if moving is None else self.diagonal(first) * moving,
                None if scaling is None else column * scaling,
            ]
            there = [part for part in parts if part is not None]
            return reduce(add, there) if there else None
        if self.tangent(first) is not None:
            raise WithoutRuleError
        if moving is None:
            return None
        is_all = len(rest) == 1 and moving.mid.shape[-2:] == (width := moving.mid.shape[-1], width)
        if is_all and not moving.rad.any() and (moving.mid == np.eye(width)).all():
            return self.value(first)  # times I
        return self.value(first) @ moving


def smooth(known: Activation, order: int) -> Callable[[Any], Any]:
    """An activation, or a slope, of one ball.

    Raises:
        WithoutRuleError: for one that has branches, a domain, or no formula.
    """
    if known.is_generic or known.domain is not None:
        raise WithoutRuleError
    return function_of_balls(known.derivative(order), argument)
