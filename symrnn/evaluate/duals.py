"""Dual numbers over any number system: matrices x + ε y with ε² = 0, where y says how x moves.

A tangent y is an array of shape (directions, rows, columns), or None for zero.
Source: Griewank and Walther (2008), Evaluating derivatives, ch. 3.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from functools import partial
from operator import mul
from typing import Any, TypeAlias

import numpy as np
import sympy as sp

from symrnn.activations import Activation
from symrnn.activations import z as argument
from symrnn.errors import UnknownTermError
from symrnn.evaluate.arrays import Array
from symrnn.evaluate.scalars import scalar_value
from symrnn.evaluate.systems import NAMES, System

Tangent: TypeAlias = Array | None


class Dual:
    """A matrix that moves, or a number, which moves as a matrix of one entry does.

    Its value is found when it is first asked for: the tangent of W h by W needs no W, so that W is not drawn for it.

    Args:
        find: finds the value.
        tangent: how it moves.

    >>> x = Dual(lambda: np.array([[3]]), np.array([[[1]]]))
    >>> (x * x + x).value.item(), (x * x + x).tangent.item()
    (12, 7)
    """

    __array_ufunc__ = None  # an array on the left leaves the operator to the dual number on its right

    def __init__(self, find: Callable[[], Any], tangent: Tangent) -> None:
        self._find: Callable[[], Any] | None = find
        self._value: Any = None
        self.tangent = tangent

    @property
    def value(self) -> Any:
        """The value, without the tangent."""
        if self._find is not None:
            self._value, self._find = self._find(), None
        return self._value

    @property
    def T(self) -> Dual:
        """The transpose."""
        return linear(lambda entries: entries.swapaxes(-1, -2), self)

    def __getitem__(self, place: tuple[int, int]) -> Dual:
        row, col = place
        tangent = None if self.tangent is None else self.tangent[:, row : row + 1, col : col + 1]
        return Dual(lambda: self.value[place], tangent)

    def __add__(self, other: Any) -> Dual:
        return Dual(lambda: self.value + value_of(other), total([self.tangent, tangent_of(other)]))

    __radd__ = __add__

    def __mul__(self, other: Any) -> Dual:
        return bilinear(mul, self, other)

    __rmul__ = __mul__

    def __eq__(self, other: object) -> bool:
        raise TypeError("what moves is not compared")

    __lt__ = __le__ = __gt__ = __ge__ = __ne__ = __eq__
    __hash__ = None  # type: ignore[assignment]


def value_of(matrix: Any) -> Any:
    """The value of what may move."""
    return matrix.value if isinstance(matrix, Dual) else matrix


def tangent_of(matrix: Any) -> Tangent:
    """The tangent of what may move."""
    return matrix.tangent if isinstance(matrix, Dual) else None


def held(matrix: Any) -> Any:
    """The same value, which does not move.

    >>> held(Dual(lambda: np.array([[3]]), np.array([[[1]]]))).tangent is None
    True
    """
    return Dual(lambda: matrix.value, None) if isinstance(matrix, Dual) else matrix


def total(tangents: Sequence[Tangent]) -> Tangent:
    """The sum of tangents."""
    present = [tangent for tangent in tangents if tangent is not None]
    return sum(present[1:], start=present[0]) if present else None


def linear(function: Callable[[Array], Array], matrix: Any) -> Any:
    """A linear function of a matrix, given by what it does to the last two axes: each direction moves by it."""
    if not isinstance(matrix, Dual):
        return function(matrix)
    tangent = matrix.tangent
    return Dual(lambda: function(matrix.value), None if tangent is None else function(tangent))


def bilinear(product: Callable[[Any, Any], Any], left: Any, right: Any) -> Any:
    """A product of two matrices, with the rule of Leibniz for their tangents."""
    if not (isinstance(left, Dual) or isinstance(right, Dual)):
        return product(left, right)
    at_left, at_right = tangent_of(left), tangent_of(right)
    moved = (
        None if at_left is None else product(at_left, value_of(right)),
        None if at_right is None else product(value_of(left), at_right),
    )
    return Dual(lambda: product(value_of(left), value_of(right)), total(moved))


def through(function: Callable[[Any], Any], slope: Callable[[Any], Any], x: Any) -> Any:
    """A function of each entry, given with its slope, by the chain rule."""
    if not isinstance(x, Dual):
        return function(x)
    return Dual(lambda: function(x.value), None if x.tangent is None else x.tangent * slope(x.value))


def concatenated(parts: Sequence[Any], zero: Any) -> Any:
    """Matrices below each other."""
    if not any(isinstance(part, Dual) for part in parts):
        return np.concatenate(parts)
    ways = next((len(part.tangent) for part in parts if tangent_of(part) is not None), None)

    def moved(part: Any) -> Array:
        tangent = tangent_of(part)
        return np.full((ways, *value_of(part).shape), zero, dtype=object) if tangent is None else tangent

    tangent = None if ways is None else np.concatenate([moved(part) for part in parts], axis=1)
    return Dual(lambda: np.concatenate([value_of(part) for part in parts]), tangent)


class Duals(System):
    """The number system of the dual numbers over another one; what does not move may be a number of that one.

    Args:
        base: what values and tangents are calculated with.
    """

    def __init__(self, base: System) -> None:
        self.base = base
        self.name = base.name
        self.elementary = {name: partial(self._elementary, name) for name in base.elementary}

    def number(self, fraction: Fraction) -> Any:
        """A rational number, which does not move."""
        return self.base.number(fraction)

    def _elementary(self, name: str, *numbers: Any) -> Any:
        function = self.base.elementary[name]
        if all(tangent_of(x) is None for x in numbers):
            return function(*map(value_of, numbers))
        if name not in NAMES:
            raise UnknownTermError(f"{name} is not known to be differentiable")
        slope = sp.diff(getattr(sp, name)(argument), argument)
        return through(function, lambda x: scalar_value(slope, {argument: x}, self.base), *numbers)

    def applied(self, activation: Activation, member: int | None, order: int, entries: Any) -> Any:
        """An activation at each entry, which moves by the derivative of the next order."""
        at = partial(self.base.applied, activation, member)
        return through(partial(at, order), partial(at, order + 1), entries)

    def softmax(self, column: Any) -> Any:
        """The entries s of a softmax: they move by s_i (dy_i - Σ_j s_j dy_j)."""
        if tangent_of(column) is None:
            return through(self.base.softmax, self.base.softmax, column)
        shares = self.base.softmax(column.value)
        weighted = column.tangent * shares
        return Dual(lambda: shares, weighted - weighted.sum(axis=1, keepdims=True) * shares)

    def log_sum_exp(self, column: Any) -> Any:
        """It moves by Σ_j s_j dy_j, with the softmax s."""
        tangent = tangent_of(column)
        if tangent is not None:
            tangent = (tangent * self.base.softmax(column.value)).sum(axis=1, keepdims=True)
        return Dual(lambda: self.base.log_sum_exp(value_of(column)), tangent)

    def power(self, base: Any, exponent: int) -> Any:
        """x^k, which moves by k x^(k-1) dx."""
        power, factor = self.base.power, self.number(Fraction(exponent))
        return through(lambda x: power(x, exponent), lambda x: power(x, exponent - 1) * factor, base)

    def reciprocals(self, entries: Any) -> Any:
        """1/x for each entry, which moves by -dx/x²."""
        base = self.base

        def slope(x: Any) -> Any:
            found = base.reciprocals(x)
            return found * found * base.number(Fraction(-1))

        return through(base.reciprocals, slope, entries)

    def inverse(self, matrix: Any, identity: Array) -> Any:
        """X^-1, which moves by -X^-1 dX X^-1."""
        tangent = tangent_of(matrix)
        if tangent is not None:
            inverse = self.base.inverse(matrix.value, identity)
            tangent = -self.base.times(self.base.times(inverse, tangent), inverse)
        return Dual(lambda: self.base.inverse(value_of(matrix), identity), tangent)

    def times(self, left: Any, right: Any) -> Any:
        """A matrix product, with the rule of Leibniz."""
        return bilinear(self.base.times, left, right)

    def bounded(self, numbers: Any) -> Any:
        """The same numbers, where no tangent has more digits than it may; whoever finds a value looks at that."""
        if (tangent := tangent_of(numbers)) is not None:
            self.base.bounded(tangent)
        return numbers
