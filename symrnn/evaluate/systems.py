"""Number systems: what the one evaluator calculates with.

A system says how a rational number looks in it and what the elementary functions are. Its numbers only need
``+ - * /``, so that matrices can be NumPy object arrays.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from fractions import Fraction
from functools import cached_property, reduce
from operator import add, itemgetter
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, TypeAlias

import flint
import mpmath
import sympy as sp

from symrnn.activations import Activation
from symrnn.activations import z as argument
from symrnn.budget import require_bits, tick
from symrnn.errors import EvaluationError, LimitError
from symrnn.evaluate.formulas import Found, WithoutRuleError, formula_of
from symrnn.evaluate.inverses import inverse
from symrnn.evaluate.norms import largest, measured, root, smallest
from symrnn.evaluate.scalars import holds, scalar_value
from symrnn.evaluate.undefined import OutsideHypothesesError
from symrnn.expr import Measure

if TYPE_CHECKING:
    from symrnn.evaluate.arrays import Array

Number: TypeAlias = Any
Elementary: TypeAlias = Mapping[str, Callable[[Any], Any]]


def _each(function: Callable[[Any], Any], entries: Array) -> Array:
    from symrnn.evaluate.arrays import entrywise  # only here: bounds of slopes need no NumPy, which is slow to import

    return entrywise(function, entries)


NAMES = ("exp", "tanh", "cosh", "sinh", "sin", "cos", "log", "atan", "erf", "sqrt")
"""The elementary functions that a formula may use."""

ORDER: Elementary = MappingProxyType(
    {"Abs": abs, "Max": lambda *x: largest(list(x)), "Min": lambda *x: smallest(list(x))}
)
"""What a formula may use where numbers are ordered, rational ones and balls."""

MAX_DIGITS = 10_000
"""Most decimal digits that can be asked for."""


class System:
    """A number system; in most, an activation is evaluated by its formula."""

    name = ""
    elementary: Elementary = MappingProxyType({})

    def number(self, fraction: Fraction) -> Number:
        """A rational number in this system."""
        raise NotImplementedError

    def function(self, activation: Activation, member: int | None, order: int, x: Number) -> Number:
        """The formula of the activation, or of its derivative, at a number.

        Raises:
            EvaluationError: for a generic activation, or a function that the system does not have.
            OutsideHypothesesError: for a number that is not in its domain.
        """
        if activation.is_generic:
            raise EvaluationError(
                f"{activation.name} is generic and has no value in {self.name}",
                advice="choose an activation, or test modulo a prime",
            )
        if activation.domain is not None and not holds(activation.domain, {argument: x}, self):
            raise OutsideHypothesesError(f"{activation.name} has no value outside of {activation.domain}")
        return scalar_value(activation.derivative(order), {argument: x}, self)

    def applied(self, activation: Activation, member: int | None, order: int, entries: Array) -> Array:
        """The same for each entry."""
        at = self._read(activation, order)

        def value(x: Number) -> Number:
            tick()
            try:
                return self.function(activation, member, order, x) if at is None else at({argument: x})
            except ZeroDivisionError:
                return self.function(activation, member, order, x)  # which says where

        return _each(value, entries)

    def _read(self, activation: Activation, order: int) -> Found | None:
        """The formula of an activation as a function, where there is no more to it than its value."""
        if activation.is_generic or activation.domain is not None or type(self).function is not System.function:
            return None
        formula = activation.derivative(order)
        if formula not in self._formulas:
            found = None
            if formula.free_symbols <= {argument}:
                with suppress(WithoutRuleError):
                    found = formula_of(formula, itemgetter, self._number, self.power, self.elementary)
            self._formulas[formula] = found
        return self._formulas[formula]

    def _number(self, value: sp.Rational) -> Found:
        exact = Fraction(int(value.p), int(value.q))
        return lambda values: self.number(exact)  # made anew each time: the precision may be another

    @cached_property
    def _formulas(self) -> dict[sp.Expr, Found | None]:
        """Formulas that were read already."""
        return {}

    def shift(self, column: Array) -> Number:
        """What is taken off every exponent of a softmax, which changes nothing but how large the numbers get."""
        return self.number(Fraction(0))

    def softmax(self, column: Array) -> Array:
        """exp(y_i - c) / Σ_j exp(y_j - c) for the entries of a column, with the c that the system shifts by.

        Raises:
            EvaluationError: where the system has no exponential; the softmax of one number is 1 everywhere.

        >>> import numpy as np
        >>> Floats().softmax(np.array([[0.0], [800.0]], dtype=object)).tolist()
        [[0.0], [1.0]]
        """
        if len(column) == 1:
            return _each(lambda y: self.number(Fraction(1)), column)
        weights, _ = self._weights(column)
        shares: Array = weights / reduce(add, weights.ravel())
        return shares

    def log_sum_exp(self, column: Array) -> Array:
        """The number c + log Σ_i exp(y_i - c) for the entries of a column, as a matrix of one entry.

        Raises:
            EvaluationError: where the system has no exponential or no logarithm; for one number it is that number.

        >>> import numpy as np
        >>> Floats().log_sum_exp(np.array([[-800.0], [800.0]], dtype=object)).item()
        800.0
        """
        if len(column) == 1:
            return column
        weights, shift = self._weights(column)
        total = shift + self.named("log")(reduce(add, weights.ravel()))
        return _each(lambda y: total, column[:1])

    def _weights(self, column: Array) -> tuple[Array, Number]:
        shift, exp = self.shift(column), self.named("exp")
        return _each(lambda entry: exp(entry - shift), column), shift

    def named(self, name: str) -> Callable[..., Number]:
        """An elementary function.

        Raises:
            EvaluationError: where the system does not have it.
        """
        found = self.elementary.get(name)
        if found is None:
            raise EvaluationError(f"the function {name} has no value in {self.name}")
        return found

    def reciprocal(self, x: Number) -> Number:
        """1/x; a ZeroDivisionError where it has no value."""
        return self.number(Fraction(1)) / x

    def reciprocals(self, entries: Array) -> Array:
        """The same for each entry."""
        return _each(self.reciprocal, entries)

    def power(self, base: Number, exponent: int) -> Number:
        """A number to an integer power, by repeated squares; a ZeroDivisionError where it has no value.

        Raises:
            LimitError: for a power of a rational number that has too many digits.
        """
        if exponent < 0:
            return self.reciprocal(self.power(base, -exponent))
        if isinstance(base, flint.fmpq):
            require_bits((base.height_bits() - 1) * exponent)
        result = self.number(Fraction(1))
        for bit in bin(exponent)[2:]:
            result = result * result
            if bit == "1":
                result = result * base
        return result

    def inverse(self, matrix: Array, identity: Array) -> Array:
        """The inverse of a square matrix.

        Raises:
            EvaluationError: when it is singular, or may be.
        """
        return inverse(matrix, identity)

    def times(self, left: Array, right: Array) -> Array:
        """A matrix product; one of the factors may be a stack of matrices."""
        from symrnn.evaluate.arrays import times  # only here, as above

        return times(left, right)

    def progress(self, numbers: Array, done: int, whole: int) -> None:
        """Hear of what was found at one of many steps; most systems do nothing.

        Args:
            numbers: a state, or a growing product of matrices.
            done: how many steps have been taken.
            whole: how many there will be.
        """

    def measure(self, measure: Measure, matrices: list[Array]) -> Number:
        """A norm, or another number that is read off matrices.

        Raises:
            EvaluationError: always; most norms are irrational, and only enclosures know how far off they are.
        """
        raise EvaluationError(f"{measure} has no value in {self.name}")

    @contextmanager
    def precision(self) -> Iterator[None]:
        """Nothing to set."""
        yield

    def bounded(self, numbers: Array) -> Array:
        """The same numbers; most systems have a fixed precision."""
        return numbers


def bounded_rationals(numbers: Array) -> Array:
    """The same numbers, where no rational one among them has more digits than it may.

    As soon as one has too many it is multiplied no more, so that what is calculated has at most twice as many.

    Raises:
        LimitError: beyond the limit on digits.
    """
    require_bits(max((entry.height_bits() for entry in numbers.flat if isinstance(entry, flint.fmpq)), default=0))
    return numbers


class Rationals(System):
    """Exact rational numbers; only functions with rational values have a value."""

    name = "rational numbers"
    elementary: Elementary = ORDER

    def number(self, fraction: Fraction) -> flint.fmpq:
        """A rational number."""
        return flint.fmpq(fraction.numerator, fraction.denominator)

    def bounded(self, numbers: Array) -> Array:
        """The same numbers.

        Raises:
            LimitError: when one has more digits than it may.
        """
        return bounded_rationals(numbers)


class Reals(System):
    """Floating-point numbers of any precision (mpmath), in a context of their own.

    Args:
        digits: decimal digits; ten guard digits are added.

    Raises:
        LimitError: beyond :data:`MAX_DIGITS`.

    >>> Reals(30).number(Fraction(1, 3))
    mpf('0.3333333333333333333333333333333333333333352')
    """

    def __init__(self, digits: int = 50) -> None:
        if not 1 <= digits <= MAX_DIGITS:
            raise LimitError(f"{digits} digits", advice=f"ask for 1 to {MAX_DIGITS}")
        self.name = f"{digits}-digit numbers"
        self.digits = digits
        self.context = mpmath.mp.clone()
        self.context.dps = digits + 10
        self.elementary = {name: getattr(self.context, name) for name in NAMES} | {"Abs": abs, "Max": max, "Min": min}

    def number(self, fraction: Fraction) -> mpmath.mpf:
        """The nearest number."""
        return self.context.mpf(fraction.numerator) / fraction.denominator

    def shift(self, column: Array) -> mpmath.mpf:
        """The largest exponent, so that no exponential overflows."""
        return max(column.ravel())

    def inverse(self, matrix: Array, identity: Array) -> Array:
        """The inverse of a square matrix; what rounding may have left of a zero is not a pivot.

        Raises:
            EvaluationError: when it is singular, or may be.
        """
        rounding = max(abs(entry) for entry in matrix.ravel()) * self.context.mpf(10) ** -self.digits
        return inverse(matrix, identity, lambda entry: abs(entry) <= rounding)


class Floats(System):
    """Double precision."""

    name = "double precision"
    elementary: Elementary = MappingProxyType({name: getattr(math, name) for name in NAMES})

    def number(self, fraction: Fraction) -> float:
        """The nearest double.

        Raises:
            EvaluationError: for a number that is larger than any.
        """
        try:
            return float(fraction)
        except OverflowError:
            raise EvaluationError("a number is too large for double precision", advice="ask for digits") from None

    def shift(self, column: Array) -> float:
        """The largest exponent, so that no exponential overflows."""
        return float(max(column.ravel()))

    def inverse(self, matrix: Array, identity: Array) -> Array:
        """The inverse of a square matrix; what rounding may have left of a zero is not a pivot.

        Raises:
            EvaluationError: when it is singular, or may be.
        """
        rounding = max(abs(entry) for entry in matrix.ravel()) * 1e-13
        return inverse(matrix, identity, lambda entry: abs(entry) <= rounding)


def _method(name: str) -> Callable[[Any], Any]:
    return lambda x: getattr(x, name)()


def _of_ball(name: str) -> Callable[[Any], Any]:
    return lambda x: getattr(flint.arb(x), name)()


def _square_root(x: Any) -> Any:
    """Rational where it is so for certain; no number for what may be negative."""
    return root(x) if isinstance(x, flint.fmpq) and x >= 0 else flint.arb(x).sqrt()


class Balls(System):
    """Rigorous enclosures (Arb): every result is a ball that holds the true number.

    Source: Johansson (2017), Arb: efficient arbitrary-precision midpoint-radius interval arithmetic.

    Args:
        bits: the precision of the midpoints.
    """

    elementary: Elementary = MappingProxyType({**{name: _method(name) for name in NAMES}, **ORDER})

    def __init__(self, bits: int = 200) -> None:
        self.name = f"{bits}-bit balls"
        self.bits = bits

    def number(self, fraction: Fraction) -> Number:
        """A ball around a rational number; of radius 0 where it has few enough digits."""
        return flint.arb(flint.fmpq(fraction.numerator, fraction.denominator))

    def times(self, left: Array, right: Array) -> Array:
        """A matrix product, in one operation of FLINT."""
        from symrnn.evaluate.arrays import in_balls, times

        return times(left, right, in_balls)

    @contextmanager
    def precision(self) -> Iterator[None]:
        """Python-flint has one precision for all balls: set it for the calculation, then put it back."""
        before = flint.ctx.prec
        flint.ctx.prec = self.bits
        try:
            yield
        finally:
            flint.ctx.prec = before


class Enclosures(Balls):
    """Exact rational numbers as long as possible, balls from the first irrational one on.

    >>> from symrnn.activations import activation
    >>> half = Enclosures().number(Fraction(1, 2))
    >>> Enclosures().function(activation("square"), None, 1, half), Enclosures().number(Fraction(1, 3)) * 3
    (1, 1)
    """

    elementary: Elementary = MappingProxyType(
        {**{name: _of_ball(name) for name in NAMES}, **ORDER, "sqrt": _square_root}
    )

    def number(self, fraction: Fraction) -> Number:
        """A rational number."""
        return flint.fmpq(fraction.numerator, fraction.denominator)

    def times(self, left: Array, right: Array) -> Array:
        """A matrix product, entry by entry, so that what is rational stays so."""
        return System.times(self, left, right)

    def measure(self, measure: Measure, matrices: list[Array]) -> Number:
        """A norm, a singular value or a spectral radius, rational where it is so for certain.

        Raises:
            EvaluationError: when no enclosure is found.
        """
        return measured(measure, matrices)

    def bounded(self, numbers: Array) -> Array:
        """The same numbers; balls have a fixed precision.

        Raises:
            LimitError: when a rational one has more digits than it may.
        """
        return bounded_rationals(numbers)


class Entries(System):
    """SymPy expressions; a generic φ stays a function, with φ' as its SymPy derivative."""

    name = "symbolic entries"
    elementary: Elementary = MappingProxyType({name: getattr(sp, name) for name in NAMES})

    def number(self, fraction: Fraction) -> sp.Rational:
        """A SymPy number."""
        return sp.Rational(fraction.numerator, fraction.denominator)

    def reciprocal(self, x: sp.Expr) -> sp.Expr:
        """1/x; a ZeroDivisionError where it has no value, which SymPy would make an infinite number."""
        if x.is_zero:
            raise ZeroDivisionError
        return sp.S.One / x

    def inverse(self, matrix: Array, identity: Array) -> Array:
        """The inverse of a square matrix in general position; an entry is zero when it cancels out.

        Raises:
            EvaluationError: when it is singular for all values of the symbols.
        """
        return inverse(matrix, identity, lambda entry: bool(sp.cancel(entry) == 0))

    def function(self, activation: Activation, member: int | None, order: int, x: sp.Expr) -> sp.Expr:
        """φ(x) or a derivative at x, as an expression."""
        if not activation.is_generic:
            return activation.derivative(order).subs(argument, x)
        name = activation.name if member is None else f"{activation.name}_{member}"
        inner = sp.Symbol("xi")
        applied = sp.Function(name)(inner)
        return (applied.diff(inner, order) if order else applied).subs(inner, x)
