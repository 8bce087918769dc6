"""Processes that check claims for this one: each has one claim at a time, and may end without taking others along."""

from __future__ import annotations

import multiprocessing as mp
import os
import signal
import sys
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from typing import Any, TypeAlias

from symrnn.budget import collect_rarely
from symrnn.errors import LimitError

Task: TypeAlias = tuple[Any, ...]
Work: TypeAlias = Callable[..., tuple[Any, bool]]
"""Does a task; a result, and whether the process is as good as new after it."""


@dataclass
class Ended:
    """Stands in place of a result where the process ended before it had one.

    Args:
        signal: the number of the signal that ended it.
    """

    signal: int


class Worker:
    """A process that does one task after the other.

    Args:
        context: how processes are started.
        work: does a task; what is sent has to be a function of a module.
    """

    def __init__(self, context: Any, work: Work) -> None:
        self.connection, theirs = context.Pipe()
        self.process = context.Process(target=_serve, args=(theirs, work), daemon=True)
        with apart_from_the_working_directory():
            self.process.start()
        theirs.close()  # so that the end of the process is the end of the pipe
        self.at: int | None = None

    def give(self, at: int, task: Task) -> None:
        """Let the process do a task."""
        self.at = at
        self.connection.send(task)

    def take(self) -> tuple[int, Any, bool]:
        """The place of the task, its result, and whether the process can go on.

        Raises:
            LimitError: when the process ended of itself.
        """
        assert self.at is not None  # only those at work are waited for
        at, self.at = self.at, None
        try:
            done, result, goes_on = self.connection.recv()
        except (EOFError, OSError):
            self.process.join()
            code = self.process.exitcode or 0
            if code >= 0:
                raise LimitError("a process that checked claims was killed", advice="use fewer: --jobs 1") from None
            return at, Ended(-code), False
        if not done:
            raise result
        return at, result, goes_on

    def stop(self) -> None:
        """End the process at once, whatever it does."""
        self.connection.close()
        self.process.kill()


@contextmanager
def apart_from_the_working_directory() -> Iterator[None]:
    """New processes do not look for modules where the command is run: a file called random.py may lie there."""
    before = os.environ.get("PYTHONSAFEPATH")
    os.environ["PYTHONSAFEPATH"] = "1"
    try:
        yield
    finally:
        del os.environ["PYTHONSAFEPATH"]
        if before is not None:
            os.environ["PYTHONSAFEPATH"] = before


def _serve(connection: Connection, work: Work) -> None:
    """What runs in a worker: tasks until the pipe is closed. Ctrl-C is answered by the first process alone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    collect_rarely()
    goes_on = True
    while goes_on:
        try:
            task = connection.recv()
        except EOFError:
            return
        try:
            result, goes_on = work(*task)
        except Exception as error:
            connection.send((False, error, True))
        else:
            connection.send((True, result, goes_on))
    sys.exit(0)


@contextmanager
def crew() -> Iterator[list[Worker]]:
    """A list of workers that end with it, also in the middle of a task."""
    workers: list[Worker] = []
    try:
        yield workers
    finally:
        for worker in workers:
            worker.stop()
        for worker in workers:
            worker.process.join()


def in_processes(tasks: Iterable[Task], work: Work, jobs: int) -> Iterator[tuple[int, Any]]:
    """Do tasks in processes; yields the place of each with its result, or an :class:`Ended`, as they are ready.

    Processes are started fresh, not forked: a fork of a process with threads, such as NumPy's, may hang. One that
    ended, or that was interrupted in the middle of something, is replaced.

    Raises:
        LimitError: when a process ended of itself.
    """
    context = mp.get_context("forkserver" if "forkserver" in mp.get_all_start_methods() else "spawn")
    waiting = deque(enumerate(tasks))
    with crew() as workers:
        while True:
            while waiting and len(workers) < jobs:
                workers.append(Worker(context, work))
                workers[-1].give(*waiting.popleft())
            busy: dict[Any, Worker] = {worker.connection: worker for worker in workers}
            if not busy:
                return
            for ready in wait(list(busy)):
                worker = busy[ready]
                at, result, goes_on = worker.take()
                if goes_on and waiting:
                    worker.give(*waiting.popleft())
                else:
                    workers.remove(worker)
                    worker.stop()
                    worker.process.join()
                yield at, result
