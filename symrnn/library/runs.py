"""Checking many claims, in several processes where that pays."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from symrnn.budget import DEFAULT, Limits, out_of_memory, out_of_time
from symrnn.library.keeping import Keep
from symrnn.library.loading import DerivationFile, Entry, load_file
from symrnn.library.results import Result, check_entry, undecided
from symrnn.library.watch import confine, watched

if TYPE_CHECKING:
    from symrnn.latex import Notation
    from symrnn.library.workers import Ended

FEW = 8
"""Up to so many claims are checked in this process: others would still be importing SymPy when it is done."""


def sensible_jobs(count: int) -> int:
    """The number of processes for a number of claims.

    >>> sensible_jobs(3)
    1
    """
    return 1 if count <= FEW else min(count, os.cpu_count() or 1)


class How(NamedTuple):
    """How every claim of a run is checked; see :func:`symrnn.library.results.check_entry`."""

    seed: int | None
    notation: str | Notation
    limits: Limits
    certify: bool


def check_entries(
    entries: Sequence[Entry],
    *,
    jobs: int = 1,
    seed: int | None = None,
    notation: str | Notation = "lecture",
    limits: Limits = DEFAULT,
    own_process: bool = False,
    done: Callable[[Result], None] = lambda result: None,
    certify: bool = False,
    keep: Sequence[Keep | None] = (),
) -> tuple[Result, ...]:
    """Check claims; the results come in the order of the entries, whatever the number of processes.

    A claim that needs more than the limits allow is UNDECIDED. In processes of their own claims are held to their
    limits by the system, too, wherever they are.

    Args:
        entries: the claims.
        jobs: the number of processes. With more than one, each loads the derivation files again.
        seed: what the drawn matrices follow from; None for the usual one.
        notation: how statements are written.
        limits: the time, memory and digits for each claim.
        own_process: whether nobody else needs the timers of this process, so that claims that are checked in it can be
            interrupted wherever they are.
        done: called with each result as it is ready.
        certify: whether certificates are looked for where claims are proved.
        keep: for each claim the certificates that were kept, see :mod:`symrnn.library.keeping`; empty for none.

    Raises:
        LimitError: when a process ended in the middle of a check, though no signal ended it.
    """
    results: dict[int, Result] = {}
    run = _in_processes if min(jobs, len(entries)) > 1 else _watched_here if own_process else _here
    for at, result in run(entries, jobs, How(seed, notation, limits, certify), keep or [None] * len(entries)):
        results[at] = result
        done(result)
    return tuple(results[at] for at in range(len(entries)))


def _here(entries: Sequence[Entry], jobs: int, how: How, keep: Sequence[Keep | None]) -> Iterator[tuple[int, Result]]:
    for at, entry in enumerate(entries):
        yield at, check_entry(entry, keep=keep[at], **how._asdict())


def _watched_here(
    entries: Sequence[Entry], jobs: int, how: How, keep: Sequence[Keep | None]
) -> Iterator[tuple[int, Result]]:
    for at, entry in enumerate(entries):
        with watched():
            result = check_entry(entry, keep=keep[at], **how._asdict())
        yield at, result


def _in_processes(
    entries: Sequence[Entry], jobs: int, how: How, keep: Sequence[Keep | None]
) -> Iterator[tuple[int, Result]]:
    from symrnn.library.workers import Ended, in_processes  # it costs what a single claim need not

    tasks = [(str(entry.path.resolve()), entry.claim.id, how, keep[at]) for at, entry in enumerate(entries)]
    for at, result in in_processes(tasks, _check_named, min(jobs, len(entries))):
        yield at, _of_ended(entries[at], result, how.limits) if isinstance(result, Ended) else result


def _of_ended(entry: Entry, ended: Ended, limits: Limits) -> Result:
    """The result of a claim at which a process was ended by the system."""
    if ended.signal == getattr(signal, "SIGXCPU", None) and limits.time is not None:
        return undecided(entry, str(out_of_time(limits)))
    if limits.memory is not None and ended.signal == getattr(signal, "SIGABRT", None):
        return undecided(entry, str(out_of_memory(limits)))
    name = signal.Signals(ended.signal).name
    if ended.signal != getattr(signal, "SIGKILL", None):
        return undecided(entry, f"the process that checked it was ended by {name}")
    advice = "use fewer at a time, as with --jobs 1, or lower --memory"
    return undecided(entry, f"its process was ended by {name}, as happens where memory runs out; {advice}")


@cache
def _file(path: str) -> DerivationFile:
    return load_file(Path(path))


def _check_named(path: str, claim_id: str, how: How, keep: Keep | None) -> tuple[Result, bool]:
    """Check a claim in a worker process; the result, and whether nothing was interrupted on the way to it."""
    for entry in _file(path).entries:
        if entry.id == claim_id:
            confine(how.limits)
            with watched() as watch:
                result = check_entry(entry, keep=keep, **how._asdict())
            return result, not watch.interrupted
    raise LookupError(f"{path} defines {claim_id} no more: it changed during the run")
