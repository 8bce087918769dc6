"""What one check may use of time, memory and digits: whoever calculates asks here before it goes on.

A limit on digits stops one calculation, so that another way may still be found. Time and memory are those of the whole
check: once they are used up, nothing else is tried.
"""

from __future__ import annotations

import gc
import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from fractions import Fraction
from math import isfinite, log2
from pathlib import Path

from symrnn.errors import ExhaustedError, LimitError, ParameterError

TICKS_PER_LOOK = 8
"""How many steps of a calculation pass between two looks at the clock."""

SECONDS_PER_MEASUREMENT = 0.02
"""How much CPU time passes between two looks at the memory."""

OBJECTS_PER_COLLECTION = 200_000
"""How many new objects there are before Python looks for circles; its own default is 700."""

BITS_PER_DIGIT = log2(10)

_STATM = Path("/proc/self/statm")


@dataclass(frozen=True)
class Limits:
    """What the check of one claim may use; None for no limit.

    Args:
        time: seconds of CPU time.
        memory: megabytes, beyond what the process had when the check began.
        digits: decimal digits of a number that is calculated exactly.

    Raises:
        ParameterError: for a limit that is not positive.

    >>> Limits(time=5)
    Limits(time=5, memory=2000, digits=20000)
    """

    time: float | None = 60
    memory: float | None = 2000
    digits: int | None = 20_000

    def __post_init__(self) -> None:
        for name in ("time", "memory", "digits"):
            value = getattr(self, name)
            number = isinstance(value, int | float) and not isinstance(value, bool) and isfinite(value) and value > 0
            whole = name != "digits" or isinstance(value, int)
            if value is not None and not (number and whole):
                raise ParameterError(f"the limit {name}={value!r} is not above 0", advice="use None for no limit")


DEFAULT = Limits()


class _Running:
    """A check under way: when it has to stop."""

    def __init__(self, limits: Limits, outer: _Running | None, attempt: str = "") -> None:
        self.limits = limits
        self.outer = outer
        self.attempt = attempt
        self.deadline = None if limits.time is None else time.thread_time() + limits.time
        self.most = None if limits.memory is None else resident_memory() + limits.memory
        self.ticks = 0
        self.measured = 0.0

    def tick(self) -> None:
        self.ticks += 1
        if self.ticks % TICKS_PER_LOOK == 0:
            self.look()

    def look(self) -> None:
        if self.outer is not None:
            self.outer.look()
        now = time.thread_time()
        if self.deadline is not None and now > self.deadline:
            raise self._given_up() if self.attempt else out_of_time(self.limits)
        if self.most is not None and now - self.measured > SECONDS_PER_MEASUREMENT:
            self.measured = now
            if resident_memory() > self.most:
                raise out_of_memory(self.limits)

    def _given_up(self) -> LimitError:
        return LimitError(f"no {self.attempt} within {self.limits.time:g} s of CPU time")

    def left(self) -> float | None:
        """The seconds that are left."""
        outer = None if self.outer is None else self.outer.left()
        own = None if self.deadline is None else max(0.0, self.deadline - time.thread_time())
        return min((seconds for seconds in (own, outer) if seconds is not None), default=None)

    @property
    def digits(self) -> int | None:
        outer = None if self.outer is None else self.outer.digits
        given = [digits for digits in (self.limits.digits, outer) if digits is not None]
        return min(given, default=None)


_RUNNING: ContextVar[_Running | None] = ContextVar("symrnn_running", default=None)


@contextmanager
def spending(limits: Limits | None = None) -> Iterator[None]:
    """Limit what is calculated inside; limits that hold already go on holding. Circles are looked for rarely there.

    Args:
        limits: what may be used; None for those that hold already, or the usual ones where none do.
    """
    outer = _RUNNING.get()
    if limits is None and outer is not None:
        yield
        return
    token = _RUNNING.set(_Running(DEFAULT if limits is None else limits, outer))
    usual = gc.get_threshold()[0]
    if often := 0 < usual < OBJECTS_PER_COLLECTION:
        collect_rarely()
    try:
        yield
    finally:
        _RUNNING.reset(token)
        if often:  # whoever found it so puts it back, and nobody else
            gc.set_threshold(usual)


@contextmanager
def attempting(what: str, share: float = 0.75, most: float | None = None) -> Iterator[None]:
    """Give an attempt its share of the time that is left, so that there is time for others after it.

    Args:
        what: what is attempted, as in "no proof within 30 s".
        share: the part of the time that is left.
        most: the seconds of CPU time that it gets at most, also where nothing else is limited.

    Raises:
        LimitError: when its share is used up.
    """
    outer = _RUNNING.get()
    left = None if outer is None else outer.left()
    given = min((seconds for seconds in (most, left and left * share) if seconds), default=None)
    if given is None:
        yield
        return
    token = _RUNNING.set(_Running(Limits(given, None, None), outer, what))
    try:
        yield
    finally:
        _RUNNING.reset(token)


@contextmanager
def refusing_depth() -> Iterator[None]:
    """Let terms that are nested too deeply be an error of their own.

    Raises:
        LimitError: where Python's stack is not deep enough.
    """
    try:
        yield
    except RecursionError:
        raise too_deep() from None


def too_deep() -> LimitError:
    """What to say of a term that Python's stack is not deep enough for."""
    return LimitError("a term is nested too deeply", advice="give its inner parts names of their own, as states")


def tick() -> None:
    """Note one step of a calculation; call it wherever steps may become many.

    Raises:
        ExhaustedError: when the time or the memory of the check is used up.
    """
    running = _RUNNING.get()
    if running is not None:
        running.tick()


def look() -> None:
    """Compare at once what was used with what may be; :func:`tick` does so now and then.

    Raises:
        ExhaustedError: when the time or the memory of the check is used up.
    """
    running = _RUNNING.get()
    if running is not None:
        running.look()


def most_digits() -> int | None:
    """How many digits a number may have now."""
    running = _RUNNING.get()
    return DEFAULT.digits if running is None else running.digits


def require_bits(bits: float) -> None:
    """Refuse a number of so many binary digits, before it is calculated.

    Raises:
        LimitError: beyond the limit on digits.

    >>> require_bits(1000)
    >>> require_bits(10**9)
    Traceback (most recent call last):
    symrnn.errors.LimitError: an exact number has more than 20000 digits; raise the limit with --digits, or with ...
    """
    digits = most_digits()
    if digits is not None and bits > digits * BITS_PER_DIGIT:
        raise LimitError(
            f"an exact number has more than {digits} digits",
            advice="raise the limit with --digits, or with Limits(digits=...)",
        )


def power(base: Fraction, exponent: int) -> Fraction:
    """A power of a rational number, if it has no more digits than it may.

    Raises:
        LimitError: beyond the limit on digits.
        ZeroDivisionError: for a negative power of 0.

    >>> power(Fraction(-2, 3), 2), power(Fraction(-1), 10**30)
    (Fraction(4, 9), Fraction(1, 1))
    """
    if base in (0, 1, -1):
        odd = exponent % 2 == 1
        return base ** ((1 if odd else 2) if exponent > 0 else 0 if exponent == 0 else -1 if odd else -2)
    bits = max(base.numerator.bit_length(), base.denominator.bit_length())
    require_bits((bits - 1) * abs(exponent))
    return base**exponent


def out_of_time(limits: Limits) -> ExhaustedError:
    """What to say when the time is up."""
    advice = "raise it with --time, in pytest --symrnn-timeout, or with Limits(time=...)"
    return ExhaustedError(f"no verdict within {limits.time:g} s of CPU time", advice=advice)


def out_of_memory(limits: Limits) -> ExhaustedError:
    """What to say when the memory is used up."""
    advice = "raise it with --memory, or with Limits(memory=...)"
    return ExhaustedError(f"no verdict within {limits.memory:g} MB of memory", advice=advice)


def resident_memory() -> float:
    """Megabytes that this process holds in memory; where that is not known, the most that it ever held."""
    if _STATM.exists():
        pages = int(_STATM.read_bytes().split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE") / 1e6
    try:
        import resource
    except ImportError:  # Windows
        return 0.0
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most / 1e6 if sys.platform == "darwin" else most / 1e3


def collect_rarely() -> None:
    """Look for circles among objects rarely: terms are in few, and looking takes a fifth of the time of a proof."""
    gc.set_threshold(OBJECTS_PER_COLLECTION)
