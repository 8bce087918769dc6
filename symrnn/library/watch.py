"""What holds a check to its limits from outside, where no calculation asks its budget: inside SymPy, or in C."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from symrnn.budget import Limits, look
from symrnn.errors import SymrnnError

EVERY = 0.25
"""Seconds of CPU time between two looks at the budget."""

GRACE = 3
"""Seconds of CPU time beyond the limit after which the system ends a process."""

SPARE = 500
"""Megabytes beyond the limit that a process may map into its memory, used or not."""


class Watch:
    """Whether something was interrupted in the middle, where it may have left a cache of SymPy half done."""

    def __init__(self) -> None:
        self.interrupted = False

    def __call__(self, number: int, frame: FrameType | None) -> None:
        """Answer the timer.

        Raises:
            ExhaustedError: when the time or the memory of the check is used up.
            LimitError: when an attempt has used up its share of the time.
        """
        try:
            look()
        except SymrnnError:
            self.interrupted = True
            raise


@contextmanager
def watched() -> Iterator[Watch]:
    """Interrupt whatever goes on when the limits that hold inside are reached, as a signal does.

    For processes of symrnn's own: a timer of the whole process is used, where the system has it and nobody else does.
    """
    watch = Watch()
    alone = threading.current_thread() is threading.main_thread() and hasattr(signal, "setitimer")
    if not alone or signal.getsignal(signal.SIGPROF) is not signal.SIG_DFL:
        yield watch
        return
    signal.signal(signal.SIGPROF, watch)
    signal.setitimer(signal.ITIMER_PROF, EVERY, EVERY)
    try:
        yield watch
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, signal.SIG_DFL)


def confine(limits: Limits) -> None:
    """Let the system end this process soon after its limits, counted from now; for worker processes only."""
    try:
        import resource
    except ImportError:  # Windows
        return
    used = resource.getrusage(resource.RUSAGE_SELF)
    spent = used.ru_utime + used.ru_stime
    _lower(resource.RLIMIT_CPU, None if limits.time is None else int(spent + limits.time) + GRACE)
    mapped = _mapped_memory()
    if mapped is not None:
        most = None if limits.memory is None else int((limits.memory + SPARE) * 1e6) + mapped
        _lower(resource.RLIMIT_AS, most)


def _lower(kind: int, soft: int | None) -> None:
    """Set a limit of the system that can be raised again; None for none."""
    import resource

    _, hard = resource.getrlimit(kind)
    wanted = hard if soft is None else soft if hard == resource.RLIM_INFINITY else min(soft, hard)
    resource.setrlimit(kind, (wanted, hard))


def _mapped_memory() -> int | None:
    """Bytes that are mapped by this process; None where that is not known."""
    import resource

    try:
        with open("/proc/self/statm", "rb") as statm:
            return int(statm.read().split()[0]) * resource.getpagesize()
    except OSError:
        return None
