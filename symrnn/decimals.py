"""Numbers in binary as the fractions that they are read as: those of the decimals that they are printed as."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from itertools import count
from typing import Any

import numpy as np
import sympy as sp
from mpmath import libmp

from symrnn.errors import LimitError, ParameterError

MAX_NUMBER = 1_000
"""Most decimal digits of a number in a statement."""

TYPES: dict[int, Any] = {53: np.float64, 24: np.float32, 11: np.float16}
"""The types of numbers of so many binary digits; for them, NumPy knows the shortest decimal."""

NOT_FINITE = tuple(type(each) for each in (sp.nan, sp.oo, -sp.oo, sp.zoo))


def as_fraction(number: Any) -> sp.Rational:
    """The fraction that a number stands for: if it is binary, the shortest decimal that rounds to it.

    It is the decimal that Python prints, so different numbers of one type are different fractions, and the fraction
    rounds to the number. One of SymPy with a precision of its own is read in the same way at that precision.

    Args:
        number: a float, a NumPy scalar, a ``Decimal``, a ``sp.Float`` or another number of SymPy.

    Raises:
        ParameterError: for what is not finite.
        LimitError: for more digits than :data:`MAX_NUMBER`.

    >>> as_fraction(0.1), as_fraction(np.float32(0.1)), as_fraction(sp.Float("0.1", 40)), as_fraction(Decimal("0.1"))
    (1/10, 1/10, 1/10, 1/10)
    >>> as_fraction(0.1 + 0.2) == as_fraction(0.3)
    False
    """
    if isinstance(number, sp.Rational):
        return number
    if isinstance(number, Decimal):
        if not number.is_finite():
            raise _not_finite(number)
        _require_few_digits(abs(number.adjusted()), len(number.as_tuple().digits))
        found = Fraction(number)
        return sp.Rational(found.numerator, found.denominator)
    binary = number if isinstance(number, sp.Float) else _binary(number)
    _, mantissa, exponent, bits = binary._mpf_
    if mantissa == 0:
        return sp.S.Zero
    _require_few_digits(abs(exponent + bits) * 3 // 10, binary._prec * 3 // 10)
    return sp.Rational(_shortest(binary))


def in_fractions(term: Any) -> Any:
    """A term or relation in which each decimal is the fraction that it reads as, by :func:`as_fraction`.

    A decimal stands for what Python prints, with all digits that tell it from others, and not for the binary number.

    Raises:
        ParameterError: for a number that is not finite.
        LimitError: for one of too many digits.

    >>> in_fractions(0.1 * sp.Symbol("x"))
    x/10
    """
    found = term.atoms(sp.Float, *NOT_FINITE) if isinstance(term, sp.Basic) else ()
    return term.xreplace({each: as_fraction(each) for each in found}) if found else term


def _binary(number: Any) -> sp.Float:
    if isinstance(number, sp.Basic) or not np.isfinite(number):
        raise _not_finite(number)
    return sp.Float(0) if number == 0 else sp.sympify(number)


def _shortest(number: sp.Float) -> str:
    """The shortest decimal that rounds to it."""
    if (of_type := TYPES.get(number._prec)) is not None:
        with np.errstate(all="ignore"):
            near = of_type(float(number))
        if np.isfinite(near) and libmp.from_float(float(near)) == number._mpf_:
            return str(np.format_float_scientific(near, unique=True))
    decimals = (libmp.to_str(number._mpf_, digits) for digits in count(1))
    return next(text for text in decimals if libmp.from_str(text, number._prec, "n") == number._mpf_)


def _not_finite(number: Any) -> ParameterError:
    return ParameterError(f"{number} is not a finite number", advice="write a number, or a symbol")


def _require_few_digits(*lengths: int) -> None:
    if max(lengths) > MAX_NUMBER:
        raise LimitError(f"a number has more than {MAX_NUMBER} digits", advice="use a symbol")
