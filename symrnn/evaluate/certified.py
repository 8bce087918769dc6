"""Decimal digits that are certain: balls, at a precision that is raised until they have them."""

from __future__ import annotations

from collections.abc import Callable
from decimal import MAX_EMAX, MIN_EMIN, Context, Decimal
from math import ceil, floor, log2
from typing import Any

import flint
import numpy as np

from symrnn.errors import LimitError
from symrnn.evaluate.arrays import Array, entrywise
from symrnn.evaluate.cutting import TooFarError
from symrnn.evaluate.systems import MAX_DIGITS, Balls
from symrnn.evaluate.undefined import UndecidedError

MAX_BITS = 100_000
"""Most binary digits that are calculated with on the way to the decimal ones that were asked for."""

MAX_MEMORY = 2_000
"""Most megabytes that the numbers of one calculation may take; what it would need is said before it begins."""

BYTES_EACH = 120
"""What a ball takes in an array, beside its digits."""

GUARD = 64
"""Binary digits in reserve at first, since nothing is known yet of how many get lost on the way."""

CUT_SHORT = 6
"""Most attempts that are given up when what they have found so far has no digit left."""

ATTEMPTS = 6
"""Most attempts of the quicker way, before numbers are walked through in balls alone."""

MOST_SHIFT = 100_000
"""The largest exponent of 2 for which a number is divided by that power as a whole number."""

MOST_GROWTH = 4
"""By how much an attempt that was given up may raise the precision: what it foresees may be far off."""


class _LostError(Exception):
    """No digit is left on the way.

    Args:
        bits: how many binary digits would have been enough for all steps, as far as can be seen.
    """

    def __init__(self, bits: int) -> None:
        super().__init__()
        self.bits = bits


class _Watched(Balls):
    """Balls that give up as soon as a state, or a product that is asked for, has no digit left.

    That costs little: states are found first, and a product early on tells how fast it loses digits. On the way it is
    calculated with the digits that are left, and some in reserve: those behind them are anybody's guess.
    """

    def __init__(self, bits: int, wanted: int) -> None:
        super().__init__(bits)
        self.wanted = wanted
        self.first, self.accuracy, self.last = 0, 0, 0

    def progress(self, numbers: Array, done: int, whole: int) -> None:
        """Give up if no entry has a digit left, or too few at the end; say what is enough if all steps lose as much."""
        accuracy = min(self.bits, max(entry.rel_accuracy_bits() for entry in numbers.flat))
        if done <= self.last or self.last == 0:  # the first step of other states, or of another product
            self.first, self.accuracy = done, accuracy
        self.last = done
        if accuracy <= 0:
            rate = max(self.accuracy, 1) / max(done - self.first, 1)
            raise _LostError(self.bits + self.wanted + GUARD + ceil(rate * (whole - done)))
        if done == whole and accuracy < self.wanted:
            raise _LostError(self.bits + self.wanted - accuracy + GUARD)
        flint.ctx.prec = self.bits if done == whole else min(self.bits, accuracy + GUARD)


def certified(
    value: Callable[[Balls], Array],
    digits: int,
    held: int = 0,
    at_once: Callable[[Balls], Array | None] | None = None,
) -> Array:
    """Decimal numbers of so many significant digits, each off by less than one unit in its last place.

    An entry that is not told from 0, though it is known to lie that close to it, to twice as many digits of the largest
    entry, is 0 with that many places.

    Args:
        value: finds the matrix in a number system; called again with more and more precise balls.
        digits: the significant decimal digits that each entry is to have.
        held: how many numbers are kept at a time.
        at_once: finds the same in another way, which loses fewer digits; None is returned where that does not go.

    Raises:
        UndecidedError: for a condition, such as the branch of a relu, that no precision decides.
        LimitError: for too many digits, for more memory than :data:`MAX_MEMORY`, or when :data:`MAX_BITS` are not
            enough; as for an entry whose balls all hold 0 and that has no larger one beside it.

    >>> import numpy as np
    >>> from fractions import Fraction
    >>> third = lambda balls: np.array([[balls.number(Fraction(1, 3))]])
    >>> certified(third, 20).item()
    Decimal('0.33333333333333333333')
    """
    if isinstance(digits, bool) or not isinstance(digits, int | np.integer) or not 1 <= digits <= MAX_DIGITS:
        raise LimitError(f"{digits} digits", advice=f"ask for 1 to {MAX_DIGITS}, a whole number")
    digits = int(digits)
    wanted = ceil(digits * log2(10)) + 2
    found = None if at_once is None else _at_once(at_once, digits, wanted, held)
    return _by_walks(value, digits, wanted, held) if found is None else found


def _at_once(value: Callable[[Balls], Array | None], digits: int, wanted: int, held: int) -> Array | None:
    """The same by the quicker way; None where that does not go, or not with a few attempts."""
    bits = wanted + GUARD
    for _ in range(ATTEMPTS):
        if bits > MAX_BITS:
            return None
        _require_memory(held, bits)
        system = Balls(bits)
        try:
            with system.precision():
                balls = value(system)
                if balls is None:
                    return None
                missing = _missing(balls, digits, wanted)
        except TooFarError as error:
            bits = max(bits + GUARD, wanted + GUARD + error.bits)
            continue
        if missing == 0:
            return entrywise(lambda ball: _decimal(ball, digits), balls)
        bits = 2 * bits if missing is None else bits + missing + GUARD // 4
    return None


def _by_walks(value: Callable[[Balls], Array], digits: int, wanted: int, held: int) -> Array:
    bits, given_up = wanted + GUARD, 0
    while bits <= MAX_BITS:
        _require_memory(held, bits)
        system = Balls(bits) if given_up == CUT_SHORT else _Watched(bits, wanted)
        try:
            with system.precision():
                balls = value(system)
                missing = _missing(balls, digits, wanted)
        except _LostError as lost:
            bits, given_up = max(bits + GUARD, min(MOST_GROWTH * bits, lost.bits)), given_up + 1
            continue
        except UndecidedError:
            if (bits := 2 * bits) > MAX_BITS:
                raise
            continue
        if missing == 0:
            return entrywise(lambda ball: _decimal(ball, digits), balls)
        bits = 2 * bits if missing is None else bits + missing + GUARD // 4
    raise LimitError(
        f"{digits} digits are not certain with {MAX_BITS} bits",
        where="numeric",
        advice="ask for fewer digits or an earlier index; an entry may be 0, which no ball around it shows",
    )


def _require_memory(held: int, bits: int) -> None:
    megabytes = held * (BYTES_EACH + bits // 8) // 10**6
    if megabytes > MAX_MEMORY:
        raise LimitError(
            f"{held} numbers of {bits} bits would take {megabytes} MB",
            where="numeric",
            advice=f"the limit is {MAX_MEMORY} MB; use an earlier index, or fewer digits",
        )


def _missing(balls: Array, digits: int, wanted: int) -> int | None:
    """How many binary digits the entries lack; None when that is not seen, as for one that has none."""
    largest = max((ball.abs_lower() for ball in balls.flat), default=flint.arb(0))
    negligible = largest * flint.arb(10) ** (-2 * digits)
    lacking = 0
    for ball in balls.flat:
        if not ball.is_finite():
            return None
        if ball.contains(0) and ball.abs_upper() <= negligible:
            continue
        accuracy = ball.rel_accuracy_bits()
        if accuracy <= 0:
            return None
        lacking = max(lacking, wanted - accuracy)
    return lacking


def _decimal(ball: Any, digits: int) -> Decimal:
    """The middle of a ball, rounded; that of one around 0 is 0, to the places that its radius leaves."""
    context = Context(prec=digits, Emax=MAX_EMAX, Emin=MIN_EMIN)
    if ball.contains(0) and not ball.is_zero():
        mantissa, exponent = (int(part) for part in ball.abs_upper().man_exp())
        return Decimal(f"0E{ceil((mantissa.bit_length() + exponent) / log2(10))}")
    mantissa, exponent = (int(part) for part in ball.mid().man_exp())
    if abs(exponent) > MOST_SHIFT:
        return context.plus(_scaled(ball, mantissa.bit_length() + exponent, digits))
    numerator, denominator = mantissa << max(exponent, 0), 1 << max(-exponent, 0)
    return context.divide(Decimal(numerator), Decimal(denominator))


def _scaled(ball: Any, size: int, digits: int) -> Decimal:
    """The middle of a ball with a few digits more than asked for, by way of a power of ten in balls.

    An integer with as many digits as the exponent says would take minutes.

    Args:
        ball: it does not hold 0.
        size: of its middle, as a power of 2.
        digits: how many are asked for.
    """
    places = digits + 8 - floor(size / log2(10))
    with Balls(ceil((digits + 16) * log2(10)) + GUARD + places.bit_length()).precision():
        mantissa, exponent = (int(part) for part in (ball.mid() * flint.arb(10) ** places).mid().man_exp())
    whole = mantissa << exponent if exponent >= 0 else mantissa >> -exponent
    return Decimal(whole).scaleb(-places, Context(prec=MAX_DIGITS + GUARD, Emax=MAX_EMAX, Emin=MIN_EMIN))
