"""Rows of a table of ratios: what they are, how they are measured, and what is printed, kept and drawn.

A file of this folder whose name begins with `rows_` has a list `ROWS` of :class:`Row`, :class:`Growth` and
:class:`Cost`; the command `python -m benchmarks` finds it. Single times say little on a busy machine: in each round
everything of a row runs in turn, each ratio is one of neighbours in time, and the median over the rounds is printed
with the middle half of them.
"""

from __future__ import annotations

import json
import math
import os
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from importlib.util import find_spec
from typing import Any

Work = Callable[[], Any]
"""One call of what is measured; it returns the result, which is compared."""


SECONDS, MEGABYTES = "CPU seconds", "megabytes at most"


@dataclass(frozen=True)
class Case:
    """What one row runs.

    Args:
        ours: the work of symrnn.
        peers: the same work by others, by name; what is not installed is left out.
        differ: says by what two results differ, the peer's second; empty if they agree. None compares by ``==``.
        limits: work whose time says how fast ours could be at best, by name; it has no result to compare.
    """

    ours: Work
    peers: Mapping[str, Work]
    differ: Callable[[Any, Any], str] | None = None
    limits: Mapping[str, Work] = field(default_factory=dict)


@dataclass(frozen=True)
class Row:
    """A line of the table: how many times as long as ours each peer takes.

    Args:
        name: begins with what it is selected by, as in "P5 n = 64".
        make: builds the case when its turn comes, with all that is not to be timed.
        goals: the ratio that is wanted, by peer.
        needs: packages without which there is nothing to compare with.
        rounds: how often everything runs; None for what the command says.
        once: runs of one piece of work within one round, for what takes microseconds.
    """

    name: str
    make: Callable[[], Case]
    goals: Mapping[str, float] = field(default_factory=dict)
    needs: tuple[str, ...] = ()
    rounds: int | None = None
    once: int = 1


@dataclass(frozen=True)
class Growth:
    """A line of the table: the exponent with which the time of our work grows with a size.

    Args:
        name: as of a row.
        make: the work at a size.
        sizes: two or more, from the smallest on.
        goals: the exponent that is wanted at most, by "slope".
        needs, rounds, once: as of a row.
    """

    name: str
    make: Callable[[int], Work]
    sizes: Sequence[int]
    goals: Mapping[str, float] = field(default_factory=dict)
    needs: tuple[str, ...] = ()
    rounds: int | None = None
    once: int = 1


@dataclass(frozen=True)
class Cost:
    """A line of the table: the seconds of CPU and the megabytes that our work takes, in a process as a user has it.

    Args:
        name: as of a row.
        make: what the interpreter is told, such as ``("-c", CODE)``; what this call does itself is not measured.
        goals: what is wanted at most, by :data:`SECONDS` or :data:`MEGABYTES`; it is this that is measured.
        needs, rounds, once: as of a row.
    """

    name: str
    make: Callable[[], Sequence[str]]
    goals: Mapping[str, float] = field(default_factory=dict)
    needs: tuple[str, ...] = ()
    rounds: int | None = None
    once: int = 1


@dataclass(frozen=True)
class Found:
    """One measured number: a ratio, or a slope."""

    row: str
    what: str
    median: float
    low: float
    high: float
    rounds: int
    goal: float | None = None

    def text(self) -> str:
        """A line of the table."""
        goal = "" if self.goal is None else f"  goal {self.goal:g}"
        return f"  {self.what:36} {self.median:9.3g}  ({self.low:.3g} to {self.high:.3g}){goal}"


def is_installed(*packages: str) -> bool:
    """Whether every one of some packages can be imported."""
    return all(find_spec(package) is not None for package in packages)


def seconds(work: Work, times: int = 1) -> float:
    """CPU time of some calls, of all threads and processes: another program on the machine hardly counts."""
    start = time.process_time(), _of_children()
    for _ in range(times):
        work()
    return time.process_time() - start[0] + _of_children() - start[1]


def _of_children() -> float:
    """CPU time of processes that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


MEASURING = """
import json, os, subprocess, sys
process = subprocess.Popen([sys.executable, *sys.argv[1:]], stdout=subprocess.DEVNULL)
_, status, used = os.wait4(process.pid, 0)
print(json.dumps([os.waitstatus_to_exitcode(status), used.ru_utime + used.ru_stime, used.ru_maxrss / 1024]))
"""
"""A small process between: the memory of the one that starts another counts as that of the other."""


def in_a_process(command: Sequence[str]) -> dict[str, float]:
    """What a fresh interpreter takes, imports included; bytecode is there from the second time on.

    Raises:
        ValueError: when it fails.
    """
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    between = [sys.executable, "-c", MEASURING, *command]
    said = subprocess.run(between, env=environment, stdout=subprocess.PIPE, text=True, check=True).stdout
    status, seconds, megabytes = json.loads(said)
    if status:
        raise ValueError(f"{command} ended with {status}")
    return {SECONDS: seconds, MEGABYTES: megabytes}


def measured(row: Row | Growth | Cost, rounds: int) -> list[Found]:
    """The numbers of one row.

    Raises:
        ValueError: where results differ.
    """
    rounds = row.rounds or rounds
    if isinstance(row, Cost):
        used = [in_a_process(row.make()) for _ in range(rounds)]
        return [_spread(row, what, [each[what] for each in used], goal) for what, goal in row.goals.items()]
    return _growth(row, rounds) if isinstance(row, Growth) else _ratios(row, rounds)


def _ratios(row: Row, rounds: int) -> list[Found]:
    case = row.make()
    right = case.ours()
    for name, peer in case.peers.items():
        theirs = peer()
        difference = ("" if right == theirs else "not equal") if case.differ is None else case.differ(right, theirs)
        if difference:
            raise ValueError(f"{row.name}: ours and {name} differ, so their times are not compared: {difference}")
    others = {**case.peers, **case.limits}
    times: dict[str, list[float]] = {name: [] for name in ("", *others)}
    for _ in range(rounds):
        for name, work in (("", case.ours), *others.items()):
            times[name].append(seconds(work, row.once))
    return [
        _spread(
            row, f"{name} / ours", [t / o for t, o in zip(times[name], times[""], strict=True)], row.goals.get(name)
        )
        for name in others
    ]


def _growth(row: Growth, rounds: int) -> list[Found]:
    works = [row.make(size) for size in row.sizes]
    for work in works:
        work()
    x = [math.log(size) for size in row.sizes]
    found = []
    for _ in range(rounds):
        y = [math.log(seconds(work, row.once)) for work in works]
        found.append(statistics.linear_regression(x, y).slope)
    sizes = ", ".join(map(str, row.sizes))
    return [_spread(row, f"slope over {sizes}", found, row.goals.get("slope"))]


def _spread(row: Row | Growth | Cost, what: str, numbers: list[float], goal: float | None) -> Found:
    """The median, and the middle half around it."""
    low, _, high = statistics.quantiles(numbers, n=4, method="inclusive") if len(numbers) > 1 else numbers * 3
    return Found(row.name, what, statistics.median(numbers), low, high, len(numbers), goal)
