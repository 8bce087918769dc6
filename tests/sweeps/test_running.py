"""Workers, files and kills: the rows are the same whatever happens on the way to them."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from optional import require_distributed

from symrnn import Claim, Elman, Kind, Limit, Norm, TotalJacobian, k, t
from symrnn.errors import LimitError, MissingPackageError, OutputError, ParameterError, SelectionError, SymrnnError
from symrnn.sweeps import ClaimSweep, NormSweep, sweep

SMALL = NormSweep(["Elman"], [2, 3], draws=6, steps=4)
rnn = Elman()
right = Claim("right", "a step", rnn.derive(rnn.h[t], wrt=rnn.h[t - 1]).equation, Kind.PROVED, rnn)
limit = Claim("limit", "a limit", Limit(Norm(TotalJacobian(rnn.h[t], rnn.h[t - k])), k, 0, (k >= 0, t >= k)),
              Kind.REFUTED, rnn)  # fmt: skip


@pytest.mark.parametrize("asked", [SMALL, ClaimSweep([right], [2], draws=10)], ids=["norms", "claims"])
def test_two_workers_find_what_one_finds(tmp_path: Path, asked: Any) -> None:
    alone, both, memory = (
        sweep(asked, tmp_path / "1", jobs=1),
        sweep(asked, tmp_path / "2", jobs=2),
        sweep(asked, jobs=1),
    )
    assert sorted((tmp_path / "1").read_bytes().split(b"\n")) == sorted((tmp_path / "2").read_bytes().split(b"\n"))
    assert alone.rows == both.rows == memory.rows
    assert len(alone.rows) == len(asked)


def test_what_is_there_is_not_done_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file, counts = tmp_path / "rows", list[int]()
    whole = sweep(SMALL, file, jobs=1, done=counts.append)
    assert (counts[0], counts[-1]) == (0, 12)
    before = file.read_bytes()
    monkeypatch.setattr(NormSweep, "row", lambda *_: pytest.fail("it is known"))
    assert sweep(SMALL, file, jobs=1, done=counts.append).rows == whole.rows
    assert (counts[-1], file.read_bytes()) == (12, before)


def test_a_torn_line_is_dropped_wherever_it_is_torn(tmp_path: Path) -> None:
    file = tmp_path / "rows"
    whole = sweep(SMALL, file, jobs=1)
    text = file.read_bytes()
    for length in (1, text.index(b"\n"), text.index(b"\n") + 1, len(text) - 1, len(text) - 40, len(text) // 2):
        file.write_bytes(text[:length])
        assert sweep(SMALL, file, jobs=1).rows == whole.rows
        assert sorted(file.read_bytes().splitlines()) == sorted(text.splitlines())


@pytest.mark.skipif(os.name == "nt", reason="signals are those of POSIX")
@pytest.mark.table(quick=("kill-2",))
@pytest.mark.parametrize(
    ("number", "jobs"),
    [(signal.SIGKILL, 1), (signal.SIGKILL, 2), (signal.SIGINT, 2)],
    ids=["kill-1", "kill-2", "ctrl-c-2"],
)
def test_a_sweep_that_was_killed_goes_on(tmp_path: Path, number: int, jobs: int) -> None:
    file = tmp_path / "rows"
    command = [sys.executable, "-m", "symrnn", "sweep", "norms", "--size", "2", "--steps", "4", "--draws", "1000",
               "--jobs", f"{jobs}", "-o", "rows"]  # fmt: skip
    process = subprocess.Popen(
        command, cwd=tmp_path, stderr=subprocess.PIPE, text=True, start_new_session=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )  # fmt: skip
    try:
        deadline = time.monotonic() + 180
        while not (file.exists() and len(file.read_bytes().splitlines()) > 9) and time.monotonic() < deadline:
            time.sleep(0.02)
        if number == signal.SIGKILL:
            process.kill()  # the first process alone, as where memory runs out: workers may be at work still
            process.wait()
        else:
            os.killpg(process.pid, number)
            stderr = process.communicate(timeout=60)[1].splitlines()
            assert process.returncode == 130
            assert stderr[-1] == "symrnn: interrupted"
            assert stderr[-2].endswith("of 1000 draws were done and are kept in rows; the same command goes on")
            assert not [line for line in stderr if "Traceback" in line]
        there = len(file.read_bytes().splitlines()) - 1
        assert 9 <= there < 1000
        asked = NormSweep(["Elman"], [2], draws=1000, steps=4)
        counts: list[int] = []
        resumed = sweep(asked, file, jobs=1, done=counts.append)
        assert abs(counts[0] - there) <= 1  # a torn line counts as one there
        assert resumed.rows[:200] == tuple(asked.row(("Elman", 2, 1.0, at)) for at in range(200))
        assert [row["at"][-1] for row in resumed.rows] == list(range(1000))
    finally:
        os.killpg(process.pid, signal.SIGKILL) if _runs(process.pid) else None
        process.stderr.close() if process.stderr else None


def _runs(group: int) -> bool:
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True


def test_a_worker_that_is_killed_is_one_message(tmp_path: Path) -> None:
    with pytest.raises(LimitError, match="a process was killed"):
        sweep(_Deadly(["Elman"], [2], draws=4), tmp_path / "rows", jobs=2)
    assert json.loads((tmp_path / "rows").read_bytes().splitlines()[0])["sweep"] == "norms"


class _Deadly(NormSweep):
    def row(self, at: Any) -> Any:
        os.kill(os.getpid(), signal.SIGKILL)


@pytest.mark.table(quick=0)
def test_a_file_in_the_working_directory_is_no_module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "random.py").write_text("raise SystemExit('this is not the one')")
    monkeypatch.chdir(tmp_path)
    assert len(sweep(NormSweep(draws=4, steps=2), jobs=2).rows) == 4


def test_two_sweeps_do_not_write_one_file(tmp_path: Path) -> None:
    pytest.importorskip("fcntl")

    def again(count: int) -> None:
        with pytest.raises(OutputError, match="another sweep writes"):
            sweep(SMALL, tmp_path / "rows", jobs=1)

    sweep(SMALL, tmp_path / "rows", jobs=1, done=again)


@pytest.mark.table(quick=0)
def test_a_dask_cluster_of_two_workers_finds_the_same(tmp_path: Path) -> None:
    distributed = require_distributed()
    with distributed.LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster:
        for asked in (SMALL, ClaimSweep([right], [2], draws=10)):
            file = tmp_path / asked.described()["sweep"]
            found = sweep(asked, file, cluster=cluster.scheduler_address)
            assert found.rows == sweep(asked, jobs=1).rows
            assert len(file.read_bytes().splitlines()) == len(asked) + 1


def test_a_cluster_without_dask_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(MissingPackageError, match=r"symrnn\[cluster\]"):
        sweep(SMALL, cluster="tcp://127.0.0.1:8786")


@pytest.mark.parametrize("address", ["nonsense", "", "tcp://127.0.0.1:1", "http://127.0.0.1:1", "127.0.0.1:99999"])
def test_a_cluster_that_does_not_answer(address: str) -> None:
    require_distributed()
    with pytest.raises(SelectionError, match="no Dask cluster answers"):
        sweep(SMALL, cluster=address)


REFUSED: dict[str, tuple[Callable[[], Any], type[SymrnnError], str]] = {
    "no cell": (lambda: NormSweep([]), SelectionError, "no cells"),
    "an unknown cell": (lambda: NormSweep(["Elmann"]), SelectionError, "no cell Elmann"),
    "a cell without time": (lambda: NormSweep(["Layered"]), SelectionError, "Layered"),
    "a number for a cell": (lambda: NormSweep([3]), ParameterError, "cells = 3"),  # type: ignore[list-item]
    "no size": (lambda: NormSweep(sizes=[]), SelectionError, "no sizes"),
    "a size of 0": (lambda: NormSweep(sizes=[0]), LimitError, "sizes = 0; use 1 to 32"),
    "a large size": (lambda: NormSweep(sizes=[33]), LimitError, "sizes = 33"),
    "half a size": (lambda: NormSweep(sizes=[2.5]), ParameterError, "sizes = 2.5"),  # type: ignore[list-item]
    "a radius of 0": (lambda: NormSweep(radii=[0]), LimitError, "radii = 0"),
    "a radius that is none": (lambda: NormSweep(radii=[float("nan")]), LimitError, "radii = nan"),
    "no draws": (lambda: NormSweep(draws=0), LimitError, "draws = 0"),
    "true draws": (lambda: NormSweep(draws=True), ParameterError, "draws = True"),
    "draws beyond memory": (lambda: NormSweep(draws=10**6), LimitError, "at most 80645, as in draws=80645"),
    "steps without end": (lambda: NormSweep(steps=10**9), LimitError, "steps"),
    "a negative seed": (lambda: NormSweep(seed=-1), LimitError, "seed = -1"),
    "an unknown norm": (lambda: NormSweep(norm="3"), SelectionError, "norm = '3'"),
    "unknown weights": (lambda: NormSweep(weights="uniform"), SelectionError, "orthogonal"),
    "no activation": (lambda: NormSweep(activation="tanh("), SymrnnError, "tanh"),
    "no claim": (lambda: ClaimSweep([]), SelectionError, "no claims"),
    "a statement for a claim": (lambda: ClaimSweep([right.statement]), ParameterError, "Claim"),  # type: ignore[list-item]
    "a limit": (lambda: ClaimSweep([limit]), SelectionError, "no claim is an equation"),
    "two of one id": (lambda: ClaimSweep([right, Claim("right", "b", limit.statement, Kind.REFUTED, rnn), right,
                                          Claim("right", "c", right.statement, Kind.REFUTED, rnn)]),
                      SelectionError, "one id"),
    "a large size of claims": (lambda: ClaimSweep([right], sizes=[13]), LimitError, "sizes = 13; use 1 to 12"),
    "far indices": (lambda: ClaimSweep([right], steps=41), LimitError, "steps = 41; use 0 to 40"),
    "claims beyond memory": (lambda: ClaimSweep([right], [1, 2], draws=10**6), LimitError, "draws=500000"),
    "no jobs": (lambda: sweep(SMALL, jobs=0), ParameterError, "jobs = 0"),
    "half a job": (lambda: sweep(SMALL, jobs=1.5), ParameterError, "jobs = 1.5"),  # type: ignore[arg-type]
    "jobs on a cluster": (lambda: sweep(SMALL, jobs=2, cluster="tcp://a:1"), SelectionError, "leave one of them out"),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_bad_input_is_refused(name: str) -> None:
    ask, kind, words = REFUSED[name]
    with pytest.raises(kind) as refused:
        ask()
    assert words in str(refused.value)


def _rows(path: Path, text: str) -> Path:
    path.write_text(text)
    return path


def test_files_that_are_something_else_are_left_as_they_are(tmp_path: Path) -> None:
    for text in ("my notes", "my notes\n", "{}\n", "[1]\n", '{"symrnn": 1', "\n", '{"at": 1}\n'):
        file = _rows(tmp_path / "notes", text)
        with pytest.raises(SymrnnError, match=r"not the file of a sweep|another sweep"):
            sweep(SMALL, file, jobs=1)
        assert file.read_text() == text
    with pytest.raises(OutputError, match="not a regular file"):
        sweep(SMALL, tmp_path, jobs=1)
    with pytest.raises(OutputError, match="this is a file, not a folder"):
        sweep(SMALL, tmp_path / "notes" / "rows", jobs=1)


def test_rows_of_another_question_are_left_as_they_are(tmp_path: Path) -> None:
    file = tmp_path / "rows"
    sweep(SMALL, file, jobs=1)
    text = file.read_bytes()
    for other in (
        NormSweep(["Elman"], [2, 3], draws=7, steps=4),
        NormSweep(["Elman"], [2, 3], draws=6, steps=4, seed=1),
    ):
        with pytest.raises(SelectionError, match=r"another sweep \((draws was 6, now 7|seed was 0, now 1)\)"):
            sweep(other, file, jobs=1)
    with pytest.raises(SelectionError, match="another sweep"):
        sweep(ClaimSweep([right], draws=1), file, jobs=1)
    assert file.read_bytes() == text


def test_rows_of_another_symrnn_are_left_as_they_are(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sweep(SMALL, tmp_path / "rows", jobs=1)
    monkeypatch.setattr("symrnn.sweeps.keeping.own_sources", lambda: "0" * 64)
    with pytest.raises(SelectionError, match="symrnn has changed"):
        sweep(SMALL, tmp_path / "rows", jobs=1)


def test_a_claim_that_was_changed_is_another_question(tmp_path: Path) -> None:
    sweep(ClaimSweep([right], draws=1), tmp_path / "rows", jobs=1)
    other = Claim("right", "a step", rnn.derive(rnn.h[t], wrt=rnn.h[t - 2]).equation, Kind.PROVED, rnn)
    with pytest.raises(SelectionError, match="another sweep"):
        sweep(ClaimSweep([other], draws=1), tmp_path / "rows", jobs=1)


@pytest.mark.parametrize(
    "line",
    [
        '{"at":["GRU",2,1.0,0]}',
        '{"at":["Elman",2,1.0,0]}',
        '{"at":["Elman",2,1.0,0],"seed":1,"value":3.5}',
        '{"at":3}',
        "[]",
        "no JSON",
        "",
        '{"at":[[1]]}',
    ],
)
def test_a_damaged_line_is_named(tmp_path: Path, line: str) -> None:
    file = tmp_path / "rows"
    sweep(SMALL, file, jobs=1)
    lines = file.read_text().splitlines()
    text = "\n".join([*lines[:4], line, *lines[4:]]) + "\n"
    file.write_text(text)
    with pytest.raises(OutputError, match="line 5"):
        sweep(SMALL, file, jobs=1)
    assert file.read_text() == text
