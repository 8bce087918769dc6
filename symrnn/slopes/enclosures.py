"""Enclosures of exact numbers, and of formulas on intervals, by ball arithmetic (Arb).

A ball holds the true number; everything said here about signs and digits is said of all numbers in the ball.

Source: Johansson (2017), Arb: efficient arbitrary-precision midpoint-radius interval arithmetic.
"""

from __future__ import annotations

from decimal import Context, Decimal
from fractions import Fraction
from functools import cache
from typing import Any

import flint
import sympy as sp

from symrnn.activations import Root, z
from symrnn.errors import LimitError, ProofError
from symrnn.evaluate.scalars import scalar_value
from symrnn.evaluate.systems import MAX_DIGITS, Balls
from symrnn.kernel.balls import exactly, hull

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
    values = {root: enclose_root(root, flint.ctx.prec) for root in expression.atoms(Root)}
    for power in expression.atoms(sp.Pow):
        if not (2 * power.exp).is_Integer:
            values[power] = (enclose(power.exp, at) * enclose(power.base, at).log()).exp()
    return scalar_value(expression, values if at is None else values | {z: at}, Balls(flint.ctx.prec))


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
    """A ball of radius 2^-bits around a root, at the ends of which the function has opposite signs.

    Raises:
        ProofError: when it is not seen to have.

    >>> print(enclose_root(Root(z**2 - 2, 1, 2), 100).str(20, radius=False))
    1.4142135623730950488
    """
    step = Fraction(1, 2 ** (bits + 1))
    middle = Fraction(round(sp.Rational(root.evalf(bits // 3 + 20)) / step)) * step
    ends = [max(middle - step, Fraction(root.interval[0])), min(middle + step, Fraction(root.interval[1]))]
    with Balls(bits + 64).precision():
        signs = [sign(enclose(root.function, exactly(end))) for end in ends]
        if signs not in ([1, -1], [-1, 1]):
            raise ProofError(f"{root.function} has no change of sign between {float(ends[0])} and {float(ends[1])}")
        return hull(*ends)


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

NEAR = sp.Rational(1, 10**6)
"""As a part of a number, what is too little to be seen where it is rounded: it is printed beside a shorter number."""


def brief(number: sp.Expr) -> str:
    """A number in print: a long rational number as a power, by what it differs from a short one, or rounded.

    >>> brief(sp.Rational(6, 25)), brief(-sp.Integer(2) ** 999), brief(sp.Rational(1, 3**200))
    ('6/25', '-2^999', 'about 3.765e-96')
    >>> brief(sp.Rational(1, 4) - sp.Rational(1, 10**60))
    '1/4 - 10^-60'
    """
    if not isinstance(number, sp.Rational) or len(str(number)) <= MAX_PRINTED:
        return str(number)
    sign, size = ("-" if number < 0 else ""), abs(number)
    turned, whole = (1, size.p) if size.q == 1 else (-1, size.q)
    if 1 in (size.p, size.q):
        for base, power in ((2, whole.bit_length() - 1), (10, len(str(whole)) - 1)):
            if base**power == whole:
                return f"{sign}{base}^{turned * power}"
    rounded_ = Context(prec=4).divide(Decimal(int(number.p)), Decimal(int(number.q)))
    short = sp.Rational(*rounded_.as_integer_ratio())
    if 0 < abs(number - short) < size * NEAR and len(str(short)) <= MAX_PRINTED:
        return f"{short} {'-' if number < short else '+'} {brief(abs(number - short))}"
    return f"about {rounded_:.3e}"
