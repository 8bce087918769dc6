"""Sweeps on their way: draws go to processes by joblib, or to a Dask cluster, and rows come back as they are ready."""

from __future__ import annotations

import os
import signal
import socket
import warnings
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import BrokenExecutor
from contextlib import closing, contextmanager
from importlib import import_module
from multiprocessing import resource_tracker
from typing import Any

from symrnn.errors import LimitError, MissingPackageError, ParameterError, SelectionError
from symrnn.library.keeping import own_sources
from symrnn.library.runs import sensible_jobs
from symrnn.library.workers import apart_from_the_working_directory
from symrnn.sweeps.keeping import Kept
from symrnn.sweeps.questions import Place, Question, Row, Swept

LARGEST_BATCH = 25
"""Most draws that a worker has at a time: what it was at when it is killed is done again."""
BATCHES = 40
"""How many of them each worker has, if that makes them smaller."""
IDLE = 60
"""Seconds after which a worker without work ends."""
PATIENCE = 10
"""Seconds within which a cluster has to answer."""


def sweep(
    question: Question,
    file: str | os.PathLike[str] | None = None,
    *,
    jobs: int | None = None,
    cluster: str | None = None,
    done: Callable[[int], object] = lambda count: None,
) -> Swept:
    """Find the rows of all draws that a file does not have yet.

    The rows are the same whatever the number of workers. After a kill at any moment the same call goes on where it was.

    Args:
        question: a :class:`NormSweep` or a :class:`ClaimSweep`.
        file: where rows are kept as they are found, as lines of JSON; None to keep them in memory only.
        jobs: how many processes work; None for as many as pay.
        cluster: the address of a Dask scheduler whose workers are used instead; they need this version of symrnn.
        done: called with the number of rows that are there, first with those of the file.

    Raises:
        SelectionError: for the file of another question, or a cluster that does not answer.
        OutputError: for a file that cannot be written, is damaged, or is something else.
        LimitError: when a worker was killed; what was found before is kept.
        MissingPackageError: when Dask is not installed, here or on the cluster.
        ParameterError: for a number of processes that is none.

    >>> from symrnn.sweeps import NormSweep
    >>> found = sweep(NormSweep(sizes=[3], draws=4, steps=8), jobs=1)
    >>> found.closest(1)[0]["value"] <= 1
    True
    """
    if jobs is not None and (isinstance(jobs, bool) or not isinstance(jobs, int) or jobs < 1):
        raise ParameterError(f"jobs = {jobs!r}", advice="give a number of processes from 1 on")
    if jobs is not None and cluster is not None:
        raise SelectionError("both jobs and a cluster are given", advice="leave one of them out")
    kept = None if file is None else Kept(file, question)
    rows: dict[Place, Row] = {} if kept is None else kept.rows
    try:
        done(len(rows))
        missing = [at for at in question.places() if at not in rows]
        with closing(_found(question, missing, jobs or sensible_jobs(len(missing)), cluster)) as found:
            for new in found:
                if kept is None:
                    rows.update((tuple(row["at"]), row) for row in new)
                else:
                    kept.append(new)
                done(len(rows))
    finally:
        if kept is not None:
            kept.close()
    return Swept(question, tuple(rows[at] for at in question.places()))


def _found(question: Question, places: Sequence[Place], jobs: int, cluster: str | None) -> Generator[list[Row]]:
    """The rows of some draws in batches, each as it is ready."""
    from joblib import Parallel, delayed

    if not places:
        return
    with _workers(jobs, cluster) as count:
        size = min(max(len(places) // (count * BATCHES), 1), LARGEST_BATCH)
        batches = (places[at : at + size] for at in range(0, len(places), size))
        try:
            with Parallel(return_as="generator_unordered", batch_size=1) as run:
                with _without_ctrl_c():
                    ready = run(delayed(_rows)(question.part(batch), batch) for batch in batches)
                try:
                    yield from ready
                finally:
                    with warnings.catch_warnings(action="ignore"):  # what is cancelled by Ctrl-C is meant to be
                        ready.close()
        except BrokenExecutor:
            advice = "use fewer at a time, as with jobs=1; what was found before is kept where there is a file"
            raise LimitError("a process was killed, as happens where memory runs out", advice=advice) from None


def _rows(question: Question, places: Sequence[Place]) -> list[Row]:
    """What runs in a worker."""
    return [question.row(at) for at in places]


@contextmanager
def _workers(jobs: int, cluster: str | None) -> Iterator[int]:
    """Where joblib has its work done inside; how many workers there are."""
    from joblib import parallel_config
    from joblib.externals.loky import get_reusable_executor

    if cluster is None:
        # Threads of their own would only wait; what a kill of the first process leaves behind ends soon.
        own = {"inner_max_num_threads": 1, "idle_worker_timeout": IDLE} if jobs > 1 else {}
        try:
            with apart_from_the_working_directory(), parallel_config("loky", n_jobs=jobs, **own):
                yield jobs
        finally:
            if jobs > 1:  # those that are left may end of themselves just as the next sweep counts on them
                get_reusable_executor(reuse=True).shutdown(kill_workers=True)
        return
    with _client(cluster) as client, parallel_config("dask", n_jobs=-1, client=client):
        yield max(sum(client.ncores().values()), 1)


@contextmanager
def _without_ctrl_c() -> Iterator[None]:
    """Processes that are started inside leave Ctrl-C to this one, which answers it afterwards."""
    if not hasattr(signal, "pthread_sigmask"):  # Windows
        yield
        return
    resource_tracker.ensure_running()  # joblib would start it inside, and that lets Ctrl-C through again
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


@contextmanager
def _client(address: str) -> Iterator[Any]:
    """A connexion to a cluster whose workers have this very symrnn."""
    try:
        distributed: Any = import_module("distributed")
    except ImportError:
        advice = "install it: pip install 'symrnn[cluster]'"
        raise MissingPackageError("a cluster needs Dask, which is not installed", advice=advice) from None
    try:
        place = import_module("distributed.comm").get_address_host_port(address, strict=True)
        socket.create_connection(place, PATIENCE).close()  # a client that finds nobody takes long to say so
        client = distributed.Client(address, timeout=PATIENCE, set_as_default=False)
    except (OSError, ValueError):
        advice = "give the address of its scheduler, as in tcp://10.0.0.1:8786"
        raise SelectionError(f"no Dask cluster answers at {address}", advice=advice) from None
    with client:
        try:
            there = set(client.run(own_sources).values())
        except ImportError:
            raise MissingPackageError(
                "the workers of the cluster have no symrnn", advice="install it where they run"
            ) from None
        if not there:
            raise SelectionError(f"the cluster at {address} has no workers", advice="start some: dask worker ADDRESS")
        if there != {own_sources()}:
            raise SelectionError("the workers of the cluster have another symrnn", advice="install this one there")
        yield client
