"""Numbers written as text, such as 1e-3, sqrt(2)/4 or e^-1: exact, and within limits.

The limits keep every later comparison short: an expression of few terms is multiplied out in no time, and its
sign is found by enclosures of few bits.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from math import comb

import sympy as sp

from symrnn.errors import EvaluationError, LimitError, ProofError, ReadingError
from symrnn.evaluate.systems import Balls
from symrnn.slopes.assumptions import number_sign
from symrnn.slopes.enclosures import enclose, ends

MAX_DIGITS = 1200
"""Most digits of a numerator or denominator."""

MAX_EXPONENT = 64
"""Largest exponent of a number that is not rational."""

MAX_TERMS = 64
"""Most terms of an expression that is multiplied out."""

MAX_FUNCTIONS = 8
"""Most roots, exponentials and error functions in an expression."""

MAX_IN_EXP = 1000
"""Largest argument of exp, in absolute value."""


@dataclass(frozen=True)
class Numeral:
    """A number, or an expression in parameters, with a count of its parts.

    Args:
        value: exact.
        terms: how many terms it has at most when it is multiplied out.
        functions: how many functions are in it.

    >>> half = Numeral.read("0.5")
    >>> (half + half.power(Numeral.read("2"))).value
    3/4
    """

    value: sp.Expr
    terms: int = 1
    functions: int = 0

    def __post_init__(self) -> None:
        for number, limit, what in (
            (self.terms, MAX_TERMS, "terms"),
            (self.functions, MAX_FUNCTIONS, "functions"),
        ):
            if number > limit:
                raise LimitError(f"the number has more than {limit} {what}", advice="write a simpler one")
        if isinstance(self.value, sp.Rational):
            _require_few_digits(max(abs(int(self.value.p)), int(self.value.q)).bit_length())

    @classmethod
    def read(cls, text: str) -> Numeral:
        """A decimal number as it is written.

        Raises:
            LimitError: for too large an exponent.
        """
        mantissa, _, exponent = text.lower().partition("e")
        if len(exponent.strip("+-").lstrip("0")) > 4 or abs(int(exponent or 0)) > MAX_DIGITS:
            raise LimitError(f"the exponent of {text[:40]} is beyond {MAX_DIGITS}", advice="write a simpler number")
        number = Fraction(mantissa) * Fraction(10) ** int(exponent or 0)
        return cls(sp.Rational(number.numerator, number.denominator))

    def _with(self, other: Numeral, value: sp.Expr, terms: int) -> Numeral:
        return Numeral(value, terms, self.functions + other.functions)

    def __add__(self, other: Numeral) -> Numeral:
        return self._with(other, self.value + other.value, self.terms + other.terms)

    def __sub__(self, other: Numeral) -> Numeral:
        return self + -other

    def __neg__(self) -> Numeral:
        return Numeral(-self.value, self.terms, self.functions)

    def __mul__(self, other: Numeral) -> Numeral:
        return self._with(other, self.value * other.value, self.terms * other.terms)

    def __truediv__(self, other: Numeral) -> Numeral:
        """The quotient by a number that is certainly not 0.

        Raises:
            ReadingError: otherwise.
        """
        if _sign(other, "a divisor") == 0:
            raise ReadingError(f"{self.value} is divided by 0", advice="write another number")
        return self._with(other, self.value / other.value, self.terms * other.terms)

    def power(self, exponent: Numeral) -> Numeral:
        """A power with an integer exponent, or a square root.

        Raises:
            ReadingError: for another exponent, or a power of 0.
            LimitError: for too large an exponent.

        >>> Numeral(sp.Integer(2)).power(Numeral(sp.Rational(-1, 2))).value
        sqrt(2)/2
        """
        if exponent.value in (sp.Rational(1, 2), sp.Rational(-1, 2)):
            root = self.root()
            return root if exponent.value > 0 else Numeral(sp.S.One) / root
        if not exponent.value.is_Integer:
            raise ReadingError(f"the exponent {exponent.value} is not an integer", advice="use sqrt for a square root")
        if abs(exponent.value) > 10**4:
            raise LimitError("an exponent is beyond 10000", advice="write a simpler number")
        n = int(exponent.value)
        if n < 0:
            return Numeral(sp.S.One) / self.power(-exponent)
        if isinstance(self.value, sp.Rational):
            _require_few_digits(n * (max(abs(int(self.value.p)), int(self.value.q)).bit_length() - 1))
            return Numeral(self.value**n, 1, self.functions)
        if n > MAX_EXPONENT:
            raise LimitError(
                f"the exponent {n} of a number that is not rational is beyond {MAX_EXPONENT}",
                advice="write a simpler number",
            )
        return Numeral(self.value**n, comb(self.terms + n - 1, n), self.functions)

    def root(self) -> Numeral:
        """The square root.

        Raises:
            ReadingError: of a number that is negative, or not known to be positive.
        """
        if _sign(self, "what is below a root") == -1:
            raise ReadingError(f"sqrt({self.value}) is not real", advice="take the root of a positive number")
        return Numeral(sp.sqrt(self.value), self.terms, self.functions + 1)

    def exp(self) -> Numeral:
        """The exponential.

        Raises:
            LimitError: of a large number.
        """
        self._require_number("exp")
        try:
            with Balls(64).precision():
                low, high = ends(enclose(self.value))
        except (ProofError, EvaluationError) as error:
            raise LimitError(f"the size of {self.value} is not known", advice="write a simpler number") from error
        if max(-low, high) > MAX_IN_EXP:
            raise LimitError(f"exp of a number beyond {MAX_IN_EXP}", advice="write a smaller one")
        return Numeral(sp.exp(self.value), self.terms, self.functions + 1)

    def erf(self) -> Numeral:
        """The error function."""
        self._require_number("erf")
        return Numeral(sp.erf(self.value), self.terms, self.functions + 1)

    def _require_number(self, what: str) -> None:
        if self.value.free_symbols:
            raise ReadingError(f"{what} of {self.value}, which is not a number", advice="use + - * and powers of it")


def _require_few_digits(bits: int) -> None:
    if bits > MAX_DIGITS * 10 / 3:
        raise LimitError(f"a number has more than {MAX_DIGITS} digits", advice="write a simpler one")


def _sign(part: Numeral, what: str) -> int:
    if part.value.free_symbols:
        raise ReadingError(f"{part.value} is {what}", advice="use + - * and powers of a parameter only")
    found = number_sign(part.value)
    if found is None:
        raise ReadingError(f"the sign of {part.value}, {what}, is not decided", advice="write it in a simpler way")
    return found
