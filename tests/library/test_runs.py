import json
import multiprocessing as mp
import os
import signal
import subprocess
import sys
from types import SimpleNamespace

import pytest
from library.samples import RIGHT, SWAPPED, good_folder, step, write

from symrnn.budget import Limits
from symrnn.errors import LimitError, ProofError
from symrnn.library import check_entries, check_entry, load_library, results, sensible_jobs
from symrnn.library.workers import in_processes


def undone(number):
    return abs(number), True


def entries_of(folder):
    return load_library([folder]).entries


def test_a_result_says_everything_in_plain_text(tmp_path):
    entries = entries_of(good_folder(tmp_path))
    proved, refuted, informal = (check_entry(entry) for entry in entries)
    assert (proved.verdict, refuted.verdict, informal.verdict) == ("PROVED", "REFUTED", "UNDECIDED")
    assert all(result.as_expected for result in (proved, refuted, informal))
    assert "differential" in proved.evidence
    assert any("layout" in hypothesis for hypothesis in proved.hypotheses)
    assert r"\frac" in proved.statement
    assert informal.reason == "needs norms"
    record = json.loads(json.dumps(refuted.record()))
    assert record["corrected_by"] == "J1"
    assert record["file"] == str(tmp_path / "a_step.py")
    assert record["line"] == entries[1].line
    assert set(record["counterexample"]) == {"values", "lhs", "rhs", "certainty", "seed"}
    assert record["counterexample"]["values"]["t"] == "1"


def test_processes_give_the_same_results_in_the_same_order(tmp_path):
    entries = entries_of(good_folder(tmp_path))
    seen = []
    apart = check_entries(entries, jobs=2, done=lambda result: seen.append(result.id))
    assert sorted(seen) == ["J1", "J2", "N1"]
    together = check_entries(entries)
    assert [{**r.record(), "seconds": 0} for r in apart] == [{**r.record(), "seconds": 0} for r in together]


def test_the_seed_is_passed_on(tmp_path):
    write(tmp_path / "a.py", step("J2", SWAPPED, "REFUTED"))
    (result,) = check_entries(entries_of(tmp_path), seed=123)
    assert result.counterexample.seed >= 123


@pytest.mark.parametrize("error", [ProofError("a contradiction", advice="report it"), TypeError("a bug")])
def test_an_exception_becomes_a_result_and_the_others_still_run(tmp_path, monkeypatch, error):
    write(tmp_path / "a.py", step("J1"), step("J2"))

    def verify(claim, seed):
        if claim.id == "J1":
            raise error
        return SimpleNamespace(
            kind=claim.expected, evidence="", hypotheses=(), counterexample=None, reason="", parts=()
        )

    monkeypatch.setattr(results, "verify", verify)
    failed, passed = check_entries(entries_of(tmp_path))
    assert (failed.verdict, failed.as_expected, passed.as_expected) == ("ERROR", False, True)
    assert str(error) in failed.reason
    assert bool(failed.trace) == isinstance(error, TypeError)


def test_processes_end_with_an_interruption():
    before = set(mp.active_children())
    done = in_processes([(-1,), (-2,), (-3,)], undone, 2)
    next(done)
    with pytest.raises(KeyboardInterrupt):
        done.throw(KeyboardInterrupt)
    assert set(mp.active_children()) <= before


def test_a_process_that_is_killed_is_reported(tmp_path):
    killer = "import os, multiprocessing\nif multiprocessing.parent_process():\n    os._exit(9)\n"
    write(tmp_path / "a.py", step("J1"), step("J2"), killer)
    with pytest.raises(LimitError, match="--jobs 1"):
        check_entries(entries_of(tmp_path), jobs=2)


LATER = """
far = Claim("F1", "later", Equation(TotalJacobian(h[300], W), TotalJacobian(h[299], W)), Kind.REFUTED, rnn)
"""

LOOP = """
class Loop(Equation):
    @property
    def spoken(self):
        import multiprocessing, traceback
        while any("check_entry" in frame.name for frame in traceback.extract_stack()):
            pass
        return super().spoken

loop = Claim("F2", "loop", Loop(TotalJacobian(h[t], h[t - 1]), D(t) * W, where=(t >= 1,)), Kind.PROVED, rnn)
"""


@pytest.mark.parametrize("jobs", [1, 2])
def test_a_claim_that_takes_too_long_is_undecided_and_the_others_are_not(tmp_path, jobs):
    write(tmp_path / "a.py", step("J1"), LATER)
    proved, far = check_entries(entries_of(tmp_path), jobs=jobs, limits=Limits(time=1))
    assert (proved.verdict, far.verdict) == ("PROVED", "UNDECIDED")
    assert far.reason.startswith("no verdict within 1 s of CPU time; raise it with --time")


@pytest.mark.parametrize("jobs", [1, 2])
def test_what_asks_no_budget_is_interrupted(tmp_path, jobs):
    write(tmp_path / "a.py", step("J1"), LOOP, step("J2"))
    results = check_entries(entries_of(tmp_path), jobs=jobs, limits=Limits(time=1), own_process=True)
    assert [result.verdict for result in results] == ["PROVED", "UNDECIDED", "PROVED"]
    assert "CPU time" in results[1].reason


ENDED = """
class Ended(Equation):
    @property
    def spoken(self):
        import multiprocessing, os, traceback
        if multiprocessing.parent_process() and any("check_entry" in f.name for f in traceback.extract_stack()):
            os.kill(os.getpid(), {signal})
        return super().spoken

ended = Claim("F3", "ended", Ended(TotalJacobian(h[t], h[t - 1]), D(t) * W, where=(t >= 1,)), Kind.PROVED, rnn)
"""


@pytest.mark.skipif(os.name == "nt", reason="signals are those of POSIX")
@pytest.mark.parametrize(
    ("number", "reason"),
    [
        (getattr(signal, "SIGXCPU", 0), "s of CPU time; raise it with --time"),
        (getattr(signal, "SIGABRT", 0), "MB of memory; raise it with --memory"),
        (getattr(signal, "SIGKILL", 0), "ended by SIGKILL, as happens where memory runs out"),
    ],
)
def test_a_process_that_the_system_ends_costs_one_verdict(tmp_path, number, reason):
    write(tmp_path / "a.py", step("J1"), ENDED.format(signal=int(number)), step("J2"), step("J3"))
    results = check_entries(entries_of(tmp_path), jobs=2)
    assert [result.verdict for result in results] == ["PROVED", "UNDECIDED", "PROVED", "PROVED"]
    assert reason in results[1].reason


def test_few_claims_are_not_worth_a_process():
    assert sensible_jobs(3) == 1
    assert sensible_jobs(100) >= 1


def test_the_right_hand_sides_of_the_samples_differ():
    assert RIGHT != SWAPPED


def test_workers_do_not_import_what_lies_in_the_working_directory(tmp_path):
    """As with the installed command, for which the working directory is not on the path either."""
    write(tmp_path / "a.py", step("J1"), step("J2"))
    (tmp_path / "random.py").write_text("raise SystemExit(3)\n")
    (tmp_path / "runner").mkdir()
    start = tmp_path / "runner" / "start.py"
    start.write_text("from symrnn.cli import main\nif __name__ == '__main__':\n    main()\n")
    command = [sys.executable, str(start), "verify", "a.py", "--jobs", "2"]
    run = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=300)
    assert run.returncode == 0, run.stderr
    assert "all as expected" in run.stdout
