"""Calculating modulo a prime, and with the degrees of the polynomials that are tested there."""

from __future__ import annotations

import random
from fractions import Fraction
from functools import lru_cache

import flint
import sympy as sp

from symrnn.activations import Activation, value
from symrnn.activations import activation as look_up
from symrnn.activations import z as argument
from symrnn.errors import EvaluationError
from symrnn.evaluate.arrays import Array, filled
from symrnn.evaluate.scalars import scalar_value
from symrnn.evaluate.systems import System

PRIME = 2**61 - 1
"""The Mersenne prime modulo which identities are tested."""


class Modulo(System):
    """Integers modulo a prime, with every generic value drawn at random.

    φ(z), φ'(z), ... at distinct z are independent indeterminates: a smooth φ can take any values there (Hermite
    interpolation). A named φ whose slope is a polynomial in φ, or another named function, keeps that relation; the
    sigmoid keeps σ(-z) = 1 - σ(z), and tanh is made of it. Any other is treated as generic, sound for confirming
    an identity and never used to refute one. The entries of a softmax are drawn for each column, and sum to 1.

    Args:
        seed: what the values of generic functions are determined by.
        prime: the modulus.
    """

    def __init__(self, seed: int, prime: int = PRIME) -> None:
        self.name = f"integers mod {prime}"
        self.prime = prime
        self.seed = seed
        self.points: set[tuple[str, int | None, int | tuple[int, ...]]] = set()

    def number(self, fraction: Fraction) -> flint.nmod:
        """The residue of a rational number."""
        return flint.nmod(fraction.numerator, self.prime) / flint.nmod(fraction.denominator, self.prime)

    def function(self, activation: Activation, member: int | None, order: int, x: flint.nmod) -> flint.nmod:
        """The value of a polynomial or of 1/z; for any other function, the one that was drawn for this point."""
        if activation.formula is not None and (quotient := _quotient(activation.formula, order)) is not None:
            return scalar_value(quotient, {argument: x}, self)
        if order == 0 and activation.name == "tanh":  # tanh z = 2 σ(2 z) - 1
            return 2 * self.function(look_up("sigmoid"), member, 0, 2 * x) - 1
        if order == 0 and activation.name == "sigmoid" and int(x) > self.prime // 2:  # σ(-z) = 1 - σ(z)
            return 1 - self.function(activation, member, 0, -x)
        if order >= 1 and activation.slope_name:
            return self.function(look_up(activation.slope_name), member, order - 1, x)
        if order >= 1 and activation.slope_in_value is not None:
            at = self.function(activation, member, 0, x)
            return scalar_value(_slope(activation.slope_in_value, order), {value: at}, self)
        return self._drawn(activation.name, member, order, int(x))

    def softmax(self, column: Array) -> Array:
        """Drawn values for all entries but the last, which makes their sum 1: what the kernel knows of them."""
        drawn = [self._drawn_at("softmax", column, place) for place in range(len(column) - 1)]
        entries = [*drawn, self.number(Fraction(1)) - sum(drawn, self.number(Fraction(0)))]
        return filled(len(column), 1, lambda i, j: entries[i])

    def log_sum_exp(self, column: Array) -> Array:
        """A drawn value; log exp y = y for one number."""
        return column if len(column) == 1 else filled(1, 1, lambda i, j: self._drawn_at("log_sum_exp", column, 0))

    def _drawn(self, name: str, member: int | None, order: int, x: int) -> flint.nmod:
        self.points.add((name, member, x))
        return self._random(f"{name}:{member}:{order}:{x}")

    def _drawn_at(self, name: str, column: Array, place: int) -> flint.nmod:
        """The value of a function of a whole column: indeterminates of their own for each column."""
        at = tuple(int(entry) for entry in column.ravel())
        self.points.add((name, None, at))
        return self._random(f"{name}:{place}:{at}")

    def _random(self, key: str) -> flint.nmod:
        source = random.Random(f"{self.seed}:{key}")
        return flint.nmod(source.randrange(self.prime), self.prime)


def slope(activation: Activation, order: int) -> sp.Expr:
    """The derivative of an order as a polynomial in the value, where the first one is: φ'' = s'(φ) s(φ), and so on.

    >>> from symrnn.activations import activation
    >>> slope(activation("sigmoid"), 2).expand()
    2*p**3 - 3*p**2 + p
    """
    return _slope(activation.slope_in_value, order)


@lru_cache(1000)
def _slope(first: sp.Expr, order: int) -> sp.Expr:
    result = first
    for _ in range(order - 1):
        result = sp.diff(result, value) * first
    return result


@lru_cache(1000)
def _quotient(formula: sp.Expr, order: int) -> sp.Expr | None:
    """The derivative of an order of a quotient of polynomials; None of anything else."""
    return sp.diff(formula, argument, order) if formula.is_rational_function(argument) else None


class Degree:
    """Bound on the degree of a polynomial, in place of the polynomial: + takes the larger, * adds."""

    __slots__ = ("bound",)

    def __init__(self, bound: int) -> None:
        self.bound = bound

    def __add__(self, other: Degree) -> Degree:
        if not isinstance(other, Degree):
            return NotImplemented
        return self if self.bound >= other.bound else other

    __sub__ = __add__

    def __mul__(self, other: Degree) -> Degree:
        if not isinstance(other, Degree):
            return NotImplemented  # a scalar times an array: NumPy takes the entries
        return Degree(self.bound + other.bound)

    def __truediv__(self, other: Degree) -> Degree:
        raise EvaluationError("a quotient is not a polynomial, so its degree is not bounded")

    def __neg__(self) -> Degree:
        return self

    def __eq__(self, other: object) -> bool:
        raise EvaluationError("what a comparison decides is not a polynomial, so its degree is not bounded")

    __lt__ = __le__ = __gt__ = __ge__ = __ne__ = __eq__
    __hash__ = None  # type: ignore[assignment]


class Degrees(System):
    """Degrees of the polynomials that :class:`Modulo` evaluates, for the error bound of the test."""

    name = "degrees"

    def __init__(self) -> None:
        self.largest_argument = 0
        """Largest degree of a polynomial that a drawn function is applied to."""
        self.inverses = 0
        """Number of inverses that were taken, those of numbers included."""

    def number(self, fraction: Fraction) -> Degree:
        """Numbers have degree 0."""
        return Degree(0)

    def inverse(self, matrix: Array, identity: Array) -> Array:
        """The degree n δ (2 + r) for every entry, with δ that of the matrix and r inverses taken before.

        Every value is a quotient p / ∏ d_i^{e_i} of polynomials over the determinants d_i that were divided by, and its
        bound b is kept at least 2 e_i deg d_i for each i, and deg p at most b + Σ e_i deg d_i. Sums take the largest
        e_i and b, products add both, so this stays true. For a matrix with such entries, the numerator of det has a
        degree of at most n (δ + r δ / 2), half of what is returned, and adj / det has the degree -δ at most. Both sides
        of an equation are compared after multiplication by all d_i^{e_i}, which adds at most b / 2 for each inverse;
        see :func:`symrnn.check.deciding.numeric.degree_bound`.
        """
        largest = max(entry.bound for entry in matrix.ravel())
        bound = len(matrix) * largest * (2 + self.inverses)
        self.inverses += 1
        return filled(matrix.shape[0], matrix.shape[1], lambda i, j: Degree(bound))

    def reciprocal(self, x: Degree) -> Degree:
        """The same for a matrix of one entry."""
        bound = x.bound * (2 + self.inverses)
        self.inverses += 1
        return Degree(bound)

    def function(self, activation: Activation, member: int | None, order: int, x: Degree) -> Degree:
        """The degree of a polynomial activation; drawn values are indeterminates, of degree 1."""
        formula = activation.formula
        if formula is not None and formula.is_polynomial(argument):
            slope_degree = sp.degree(sp.diff(formula, argument, order), argument)
            return Degree(x.bound * max(0, int(slope_degree) if slope_degree.is_finite else 0))
        if activation.name == "inverse":  # ± order! / x^(order + 1)
            over = self.reciprocal(x)
            return Degree(over.bound * (order + 1))
        if order >= 1 and activation.slope_name:
            return self.function(look_up(activation.slope_name), member, order - 1, x)
        self.largest_argument = max(self.largest_argument, x.bound)
        if order >= 1 and activation.slope_in_value is not None:
            return Degree(max(0, int(sp.degree(slope(activation, order), value))))
        return Degree(1)

    def softmax(self, column: Array) -> Array:
        """Drawn values are indeterminates, of degree 1; so is 1 minus their sum."""
        self._applied_to(column)
        return filled(len(column), 1, lambda i, j: Degree(min(1, len(column) - 1)))

    def log_sum_exp(self, column: Array) -> Array:
        """The same; for one number it is that number."""
        self._applied_to(column)
        return column if len(column) == 1 else filled(1, 1, lambda i, j: Degree(1))

    def _applied_to(self, column: Array) -> None:
        self.largest_argument = max(self.largest_argument, *(entry.bound for entry in column.ravel()))
