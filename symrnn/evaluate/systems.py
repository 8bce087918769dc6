"""Number systems: what the one evaluator calculates with.

A system says how a rational number looks in it and what the elementary functions are. Its numbers only need ``+ - * /``,
so that matrices can be NumPy object arrays.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from fractions import Fraction
from typing import Any, Protocol

import flint
import mpmath
import sympy as sp

from symrnn.activations import Activation, value
from symrnn.activations import z as argument
from symrnn.errors import EvaluationError, LimitError
from symrnn.evaluate.scalars import scalar_value

Number = Any

PRIME = 2**61 - 1
"""The Mersenne prime modulo which identities are tested."""

MAX_DIGITS = 10_000
"""Most decimal digits that can be asked for."""


class System(Protocol):
    """A number system."""

    name: str

    def number(self, fraction: Fraction) -> Number:
        """A rational number in this system."""

    def function(self, activation: Activation, member: int | None, order: int, x: Number) -> Number:
        """The derivative of an order of an activation at a number."""

    def precision(self) -> Any:
        """A context in which the numbers have their precision."""


class _Formula:
    """Systems in which an activation is evaluated by its formula."""

    name = ""
    elementary: dict[str, Callable[[Number], Number]]

    def number(self, fraction: Fraction) -> Number:
        raise NotImplementedError

    def function(self, activation: Activation, member: int | None, order: int, x: Number) -> Number:
        if activation.is_generic:
            raise EvaluationError(
                f"{activation.name} is generic and has no value in {self.name}",
                advice="choose an activation, or test modulo a prime",
            )
        return scalar_value(activation.derivative(order), {argument: x}, self)

    @contextmanager
    def precision(self) -> Iterator[None]:
        yield


class Rationals(_Formula):
    """Exact rational numbers; only functions with rational values have a value."""

    name = "rational numbers"
    elementary: dict[str, Callable[[Number], Number]] = {}

    def number(self, fraction: Fraction) -> flint.fmpq:
        return flint.fmpq(fraction.numerator, fraction.denominator)


class Reals(_Formula):
    """Floating-point numbers of any precision (mpmath), in a context of their own.

    Args:
        digits: decimal digits; ten guard digits are added.

    Raises:
        LimitError: beyond :data:`MAX_DIGITS`.
    """

    def __init__(self, digits: int = 50) -> None:
        if not 1 <= digits <= MAX_DIGITS:
            raise LimitError(f"{digits} digits", advice=f"ask for 1 to {MAX_DIGITS}")
        self.name = f"{digits}-digit numbers"
        self.digits = digits
        self.context = mpmath.mp.clone()
        self.context.dps = digits + 10
        c = self.context
        names = {"exp": c.exp, "tanh": c.tanh, "cosh": c.cosh, "sin": c.sin, "cos": c.cos, "atan": c.atan}
        self.elementary = {**names, "sinh": c.sinh, "log": c.log, "erf": c.erf, "sqrt": c.sqrt}

    def number(self, fraction: Fraction) -> Any:
        return self.context.mpf(fraction.numerator) / fraction.denominator


class Floats(_Formula):
    """Double precision."""

    name = "double precision"
    elementary = {name: getattr(math, name) for name in ("exp", "tanh", "cosh", "sinh", "sin", "cos", "log", "erf")}
    elementary["atan"] = math.atan
    elementary["sqrt"] = math.sqrt

    def number(self, fraction: Fraction) -> float:
        return float(fraction)


class Balls(_Formula):
    """Rigorous enclosures (Arb): every result is a ball that holds the true number.

    Source: Johansson (2017), Arb: efficient arbitrary-precision midpoint-radius interval arithmetic.
    """

    elementary = {
        name: (lambda x, method=name: getattr(x, method)())
        for name in ("exp", "tanh", "cosh", "sinh", "sin", "cos", "log", "atan", "erf", "sqrt")
    }

    def __init__(self, bits: int = 200) -> None:
        self.name = f"{bits}-bit balls"
        self.bits = bits

    def number(self, fraction: Fraction) -> flint.arb:
        return flint.arb(flint.fmpq(fraction.numerator, fraction.denominator))

    @contextmanager
    def precision(self) -> Iterator[None]:
        """Python-flint has one precision for all balls: set it for the calculation, then put it back."""
        before = flint.ctx.prec
        flint.ctx.prec = self.bits
        try:
            yield
        finally:
            flint.ctx.prec = before


class Entries(_Formula):
    """SymPy expressions; a generic φ stays a function, with φ' as its SymPy derivative."""

    name = "symbolic entries"
    elementary = {name: getattr(sp, name) for name in ("exp", "tanh", "cosh", "sinh", "sin", "cos", "log", "erf")}
    elementary["atan"] = sp.atan
    elementary["sqrt"] = sp.sqrt

    def number(self, fraction: Fraction) -> sp.Rational:
        return sp.Rational(fraction.numerator, fraction.denominator)

    def function(self, activation: Activation, member: int | None, order: int, x: sp.Expr) -> sp.Expr:
        if not activation.is_generic:
            return activation.derivative(order).subs(argument, x)
        name = activation.name if member is None else f"{activation.name}_{member}"
        inner = sp.Symbol("xi")
        applied = sp.Function(name)(inner)
        return (applied.diff(inner, order) if order else applied).subs(inner, x)


class Modulo(_Formula):
    """Integers modulo a prime, with every generic value drawn at random.

    φ(z), φ'(z), ... at distinct z are independent indeterminates: a smooth φ can take any values there (Hermite
    interpolation). A named φ whose slope is a polynomial in φ keeps that relation; any other is treated as generic,
    which is sound for confirming an identity and never used to refute one.
    """

    def __init__(self, seed: int, prime: int = PRIME) -> None:
        self.name = f"integers mod {prime}"
        self.prime = prime
        self.seed = seed
        self.points: set[tuple[str, int | None, int]] = set()

    def number(self, fraction: Fraction) -> flint.nmod:
        return flint.nmod(fraction.numerator, self.prime) / flint.nmod(fraction.denominator, self.prime)

    def function(self, activation: Activation, member: int | None, order: int, x: flint.nmod) -> flint.nmod:
        formula = activation.formula
        if formula is not None and formula.is_polynomial(argument):
            return scalar_value(sp.diff(formula, argument, order), {argument: x}, self)
        if order >= 1 and activation.slope_in_value is not None:
            slope = activation.slope_in_value
            for _ in range(order - 1):
                slope = sp.diff(slope, value) * activation.slope_in_value
            at = self._draw(activation.name, member, 0, int(x))
            return scalar_value(slope, {value: at}, self)
        return self._draw(activation.name, member, order, int(x))

    def _draw(self, name: str, member: int | None, order: int, x: int) -> flint.nmod:
        self.points.add((name, member, x))
        source = random.Random(f"{self.seed}:{name}:{member}:{order}:{x}")
        return flint.nmod(source.randrange(self.prime), self.prime)


class Degree:
    """Bound on the degree of a polynomial, in place of the polynomial: + takes the larger, * adds."""

    __slots__ = ("bound",)

    def __init__(self, bound: int) -> None:
        self.bound = bound

    def __add__(self, other: Degree) -> Degree:
        return self if self.bound >= other.bound else other

    __sub__ = __add__

    def __mul__(self, other: Degree) -> Degree:
        return Degree(self.bound + other.bound)

    def __neg__(self) -> Degree:
        return self


class Degrees(_Formula):
    """Degrees of the polynomials that :class:`Modulo` evaluates, for the error bound of the test."""

    name = "degrees"

    def number(self, fraction: Fraction) -> Degree:
        return Degree(0)

    def function(self, activation: Activation, member: int | None, order: int, x: Degree) -> Degree:
        formula = activation.formula
        if formula is not None and formula.is_polynomial(argument):
            return Degree(x.bound * max(0, sp.degree(sp.diff(formula, argument, order), argument)))
        if order >= 1 and activation.slope_in_value is not None:
            return Degree((order + 1) * sp.degree(activation.slope_in_value, value))
        return Degree(1)
