"""Checking many claims, in several processes where that pays."""

from __future__ import annotations

import multiprocessing as mp
import os
import signal
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from symrnn.errors import LimitError
from symrnn.library.collection import Entry
from symrnn.library.loading import DerivationFile, load_file
from symrnn.library.results import Result, check_entry

FEW = 8
"""Up to so many claims are checked in this process: others would still be importing SymPy when it is done."""


def sensible_jobs(count: int) -> int:
    """The number of processes for a number of claims.

    >>> sensible_jobs(3)
    1
    """
    return 1 if count <= FEW else min(count, os.cpu_count() or 1)


def check_entries(
    entries: Sequence[Entry],
    *,
    jobs: int = 1,
    seed: int | None = None,
    notation: str = "lecture",
    done: Callable[[Result], None] = lambda result: None,
) -> tuple[Result, ...]:
    """Check claims; the results come in the order of the entries, whatever the number of processes.

    Args:
        entries: the claims.
        jobs: the number of processes. With more than one, each loads the derivation files again.
        seed: what the drawn matrices follow from; None for the usual one.
        notation: how statements are written.
        done: called with each result as it is ready.

    Raises:
        LimitError: when a process was killed from outside, as happens where memory runs out.
    """
    results: dict[int, Result] = {}
    run = _in_processes if min(jobs, len(entries)) > 1 else _here
    for at, result in run(entries, jobs, seed, notation):
        results[at] = result
        done(result)
    return tuple(results[at] for at in range(len(entries)))


def _here(entries: Sequence[Entry], jobs: int, seed: int | None, notation: str) -> Iterator[tuple[int, Result]]:
    for at, entry in enumerate(entries):
        yield at, check_entry(entry, seed=seed, notation=notation)


def _in_processes(entries: Sequence[Entry], jobs: int, seed: int | None, notation: str) -> Iterator[tuple[int, Result]]:
    with _pool(min(jobs, len(entries))) as pool:
        waiting = {
            pool.submit(_check_named, str(entry.path.resolve()), entry.claim.id, seed, notation): at
            for at, entry in enumerate(entries)
        }
        for future in as_completed(waiting):
            yield waiting[future], future.result()


@contextmanager
def _pool(jobs: int) -> Iterator[ProcessPoolExecutor]:
    """A pool whose processes end with it, also in the middle of a check.

    Processes are started fresh, not forked: a fork of a process with threads, such as NumPy's, may hang.
    """
    before = set(mp.active_children())
    method = "forkserver" if "forkserver" in mp.get_all_start_methods() else "spawn"
    pool = ProcessPoolExecutor(jobs, mp.get_context(method), initializer=_ignore_interrupts)
    try:
        yield pool
    except BrokenProcessPool:
        raise LimitError("a process that checked claims was killed", advice="use fewer: --jobs 1") from None
    except BaseException:
        pool.shutdown(wait=False, cancel_futures=True)
        started = set(mp.active_children()) - before
        for process in started:
            process.terminate()
        for process in started:
            process.join()
        raise
    finally:
        pool.shutdown()


def _ignore_interrupts() -> None:
    """Ctrl-C goes to every process of a terminal; only the first one answers it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


@cache
def _file(path: str) -> DerivationFile:
    return load_file(Path(path))


def _check_named(path: str, claim_id: str, seed: int | None, notation: str) -> Result:
    file = _file(path)
    for claim, line in zip(file.claims, file.lines, strict=True):
        if claim.id == claim_id:
            return check_entry(Entry(claim, file.path, line), seed=seed, notation=notation)
    raise LookupError(f"{path} defines {claim_id} no more: it changed during the run")
