"""Enclosures of exact numbers, and of formulas on intervals, by ball arithmetic (Arb).

A ball holds the true number; everything said here about signs and digits is said of all numbers in the ball.

Source: Johansson (2017), Arb: efficient arbitrary-precision midpoint-radius interval arithmetic.
"""

from __future__ import annotations

from decimal import Context, Decimal
from fractions import Fraction
from functools import cache, reduce
from operator import add, mul
from typing import Any

import flint
import sympy as sp

from symrnn.activations import Root, z
from symrnn.errors import EvaluationError, LimitError, ProofError
from symrnn.evaluate.systems import MAX_DIGITS, NAMES, Balls

MAX_BITS = 4096
"""Precision up to which two numbers are told apart, unless more digits are asked for."""


def enclose(expression: sp.Expr, at: Any = None) -> Any:
    """A ball around a constant, or around all values of a formula on a ball, at the precision that is set.

    Args:
        expression: exact; its only symbol is :data:`symrnn.activations.z`.
        at: the ball that z ranges over.

    Raises:
        EvaluationError: for a function without an enclosure, or a symbol without a value.

    >>> with Balls(60).precision():
    ...     print(enclose(sp.sqrt(sp.pi)).str(10, radius=False))
    1.772453851
    """
    match expression:
        case sp.Rational():
            return flint.arb(flint.fmpq(int(expression.p), int(expression.q)))
        case Root():
            return enclose_root(expression, flint.ctx.prec)
        case sp.Add():
            return reduce(add, (enclose(arg, at) for arg in expression.args))
        case sp.Mul():
            return reduce(mul, (enclose(arg, at) for arg in expression.args))
        case sp.Pow():
            return _power(enclose(expression.base, at), expression.exp, at)
        case sp.Max() | sp.Min():
            choose = flint.arb.max if isinstance(expression, sp.Max) else flint.arb.min
            return reduce(choose, (enclose(arg, at) for arg in expression.args))
        case _ if expression == z and at is not None:
            return at
        case _ if expression is sp.pi:
            return flint.arb.pi()
        case _ if expression is sp.E:
            return flint.arb(1).exp()
    name = type(expression).__name__
    if name in NAMES:
        return getattr(enclose(expression.args[0], at), name)()
    raise EvaluationError(f"{expression} has no enclosure")


def _power(base: Any, exponent: sp.Expr, at: Any) -> Any:
    if exponent.is_Integer:
        return base ** int(exponent)
    if exponent == sp.Rational(1, 2):
        return base.sqrt()
    if exponent == sp.Rational(-1, 2):
        return base.rsqrt()
    return (enclose(exponent, at) * base.log()).exp()


def span(low: Fraction, high: Fraction) -> Any:
    """The ball around an interval with rational ends.

    >>> span(Fraction(0), Fraction(1)).contains(flint.arb(1))
    True
    """
    return rational(low).union(rational(high))


def rational(number: Fraction) -> Any:
    """A ball around a rational number, of radius 0 where it has few enough digits."""
    return flint.arb(flint.fmpq(number.numerator, number.denominator))


def sign(ball: Any) -> int | None:
    """The sign of all numbers in a ball; None when they differ.

    >>> sign(flint.arb(2)), sign(flint.arb(0)), sign(flint.arb(0, 1))
    (1, 0, None)
    """
    if ball > 0:
        return 1
    if ball < 0:
        return -1
    return 0 if ball == 0 else None


@cache
def enclose_root(root: Root, bits: int) -> Any:
    """A ball around a root, by bisection and then by interval Newton steps.

    The function has opposite signs at the two ends, which is checked; a Newton step that maps an interval
    into its own interior shows that there is just one root in it.

    Raises:
        ProofError: when the signs at the ends are not opposite, or no step contracts.

    >>> print(enclose_root(Root(z**2 - 2, 1, 2), 100).str(20, radius=False))
    1.4142135623730950488
    """
    slope = sp.diff(root.function, z)
    with Balls(bits + 64).precision():
        low, high = (Fraction(int(end.p), int(end.q)) for end in root.interval)
        first, last = (sign(enclose(root.function, rational(end))) for end in (low, high))
        if first is None or last is None or first * last != -1:
            raise ProofError(f"{root.function} has no change of sign on ({low}, {high})")
        for _ in range(bits):
            interval = span(low, high)
            contracted = _newton(root.function, slope, interval)
            if contracted is not None:
                return _refined(root.function, slope, contracted, bits)
            low, high = _half(root.function, low, high, first)
    raise ProofError(f"no Newton step contracts around {root.definition}")


def _newton(function: sp.Expr, slope: sp.Expr, interval: Any) -> Any | None:
    """The image of an interval under a Newton step if it lies in the interior, else None."""
    rise = enclose(slope, interval)
    if sign(rise) in (0, None):
        return None
    middle = interval.mid()
    image = middle - enclose(function, middle) / rise
    return image if interval.contains_interior(image) else None


def _refined(function: sp.Expr, slope: sp.Expr, interval: Any, bits: int) -> Any:
    """Newton steps until the radius is below 2^-bits."""
    while interval.rad() > flint.arb(2) ** -bits:
        image = _newton(function, slope, interval)
        if image is None:
            raise ProofError(f"the precision of {bits} bits is not reached")
        interval = image
    return interval


def _half(function: sp.Expr, low: Fraction, high: Fraction, first: int) -> tuple[Fraction, Fraction]:
    """The half of an interval in which the function changes its sign."""
    for place in (Fraction(1, 2), Fraction(5, 11)):
        middle = low + (high - low) * place
        at_middle = sign(enclose(function, rational(middle)))
        if at_middle in (1, -1):
            return (middle, high) if at_middle == first else (low, middle)
    raise ProofError(f"the sign of {function} at {middle} is not decided")


# -- decimals ----------------------------------------------------------------------------------------------


def decimal(number: sp.Expr, digits: int = 50) -> str:
    """A number rounded to significant decimal digits, all of them certified.

    Both ends of a ball around the number round to these digits.

    Raises:
        LimitError: for too many digits.

    >>> decimal(sp.Rational(1, 4), 10), decimal(2 / sp.sqrt(sp.pi), 10), decimal(-sp.oo)
    ('0.2500000000', '1.128379167', '-oo')
    """
    if not 1 <= digits <= MAX_DIGITS:
        raise LimitError(f"{digits} digits", advice=f"ask for 1 to {MAX_DIGITS}")
    if number.is_infinite:
        return str(number)
    if isinstance(number, sp.Rational):
        return rounded(Fraction(int(number.p), int(number.q)), digits)
    bits = 4 * digits + 64
    for _ in range(6):
        with Balls(bits).precision():
            low, high = ends(enclose(number))
        if (text := rounded(low, digits)) == rounded(high, digits):
            return text
        bits *= 2
    raise ProofError(f"{digits} digits of {number} are not certified", advice="it may be a rational number")


def ends(ball: Any) -> tuple[Fraction, Fraction]:
    """Two rational numbers around all numbers in a ball.

    >>> ends(flint.arb(1))
    (Fraction(1, 1), Fraction(1, 1))
    """
    if not ball.is_finite():
        raise ProofError("the enclosure is not finite")
    middle, radius = _dyadic(ball.mid()), _dyadic(ball.rad())
    return middle - radius, middle + radius


def _dyadic(exact: Any) -> Fraction:
    mantissa, exponent = (int(part) for part in exact.man_exp())
    return Fraction(mantissa) * Fraction(2) ** exponent


def rounded(number: Fraction, digits: int) -> str:
    """A rational number rounded to significant digits, the trailing zeros written out.

    >>> rounded(Fraction(-2, 3), 5), rounded(Fraction(3, 2), 3)
    ('-0.66667', '1.50')
    """
    context = Context(prec=digits)
    quotient = context.divide(Decimal(number.numerator), Decimal(number.denominator))
    return f"{quotient:.{max(0, digits - 1 - quotient.adjusted() if quotient else digits)}f}"


MAX_PRINTED = 60
"""Most characters of a number that is printed in full."""


def brief(number: sp.Expr) -> str:
    """A number in print: a long rational number as a power, or rounded, which it then says.

    >>> brief(sp.Rational(6, 25)), brief(-sp.Integer(2) ** 999), brief(sp.Rational(1, 3**200))
    ('6/25', '-2^999', 'about 3.765e-96')
    """
    if not isinstance(number, sp.Rational) or len(str(number)) <= MAX_PRINTED:
        return str(number)
    sign, size = ("-" if number < 0 else ""), abs(number)
    turned, whole = (1, size.p) if size.q == 1 else (-1, size.q)
    if 1 in (size.p, size.q):
        for base, power in ((2, whole.bit_length() - 1), (10, len(str(whole)) - 1)):
            if base**power == whole:
                return f"{sign}{base}^{turned * power}"
    context = Context(prec=4)
    return f"about {context.divide(Decimal(int(number.p)), Decimal(int(number.q))):.3e}"
