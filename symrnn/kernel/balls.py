"""Enclosures of terms by balls, with python-flint.

Source: Johansson (2017), Arb: efficient arbitrary-precision midpoint-radius interval arithmetic.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from fractions import Fraction
from typing import Any

import flint

from symrnn.kernel.errors import NotProvedError, need
from symrnn.kernel.formulas import Term, derivative

STEPS = 3_000_000
"""What one certificate may cost: about one for a product of two numbers of a few words."""

MAX_BITS = 8192

Bracket = tuple[Fraction, Fraction]


class Balls:
    """Enclosures at one precision, and the count of what the certificate has cost so far.

    Args:
        brackets: for each root that the certificate defines, two numbers that it lies between.
    """

    def __init__(self) -> None:
        self.bits = 128
        self.left = STEPS
        self.brackets: dict[str, Bracket] = {}
        self.derivatives: dict[Term, Term] = {}

    def spend(self, steps: int) -> None:
        """Count what is done."""
        self.left -= steps
        need(self.left >= 0, "the certificate takes too long to check")

    def rise(self, term: Term) -> Term:
        """The derivative, made once for each term."""
        if term not in self.derivatives:
            self.spend(20_000)
            self.derivatives[term] = derivative(term)
        return self.derivatives[term]

    @contextmanager
    def precision(self) -> Iterator[None]:
        """Set the precision, and leave what was there before."""
        before = flint.ctx.prec
        flint.ctx.prec = self.bits
        try:
            yield
        finally:
            flint.ctx.prec = before

    def sign(self, term: Term, low: Fraction | None = None, high: Fraction | None = None) -> int:
        """The sign of all values of a term for z from low to high, one value of z if high is left out; 0 if not told.

        An enclosure that is positive or negative and finite also shows that the term is defined and continuous
        there: none of the functions has a finite enclosure around a pole. Where the enclosure is too wide, the mean
        value theorem gives another one, from the value in the middle and the derivative.
        """
        with self.precision():
            z = None if low is None else hull(low, low if high is None else high)
            found = sign_of(self.enclose(term, z))
            if found or low is None or high is None:
                return found
            middle = (low + high) / 2
            rise = self.enclose(self.rise(term), z)
            return sign_of(self.enclose(term, exactly(middle)) + rise * (z - exactly(middle)))

    def enclose(self, term: Term, z: Any = None) -> Any:
        """A ball around all values of a term for z in a ball."""
        self.spend(1 + (self.bits // 512) ** 2)
        match term:
            case ("num", q):
                return exactly(q)
            case ("z",) if z is not None:
                return z
            case ("pi",):
                return flint.arb.pi()
            case ("root", name):
                return hull(*self.brackets[name])
            case ("add", *parts):
                return sum((self.enclose(part, z) for part in parts), flint.arb(0))
            case ("mul", first, *parts):
                product = self.enclose(first, z)
                for part in parts:
                    product = product * self.enclose(part, z)
                return product
            case ("pow", base, n):
                return self.enclose(base, z) ** n
            case ("exp" | "log" | "tanh" | "erf" | "atan" | "sin" | "cos" | "sqrt" as name, u):
                return getattr(self.enclose(u, z), name)()
        raise NotProvedError(f"{term[0]} has no enclosure here")


def exactly(q: Fraction) -> Any:
    """A ball around a rational number."""
    return flint.arb(flint.fmpq(q.numerator, q.denominator))


def hull(low: Fraction, high: Fraction) -> Any:
    """A ball around two numbers and all between them."""
    return exactly(low).union(exactly(high))


def sign_of(ball: Any) -> int:
    """The sign of all numbers in a ball; 0 when it is not told."""
    if not ball.is_finite():
        return 0
    return 1 if ball > 0 else -1 if ball < 0 else 0
