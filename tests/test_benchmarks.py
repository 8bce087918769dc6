"""The table of ratios: what is measured is printed, and what differs is not timed. No time is asserted."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROWS = Path(__file__).parents[1] / "benchmarks" / "rows.py"


@pytest.fixture
def rows(monkeypatch: pytest.MonkeyPatch) -> Any:
    found = importlib.util.spec_from_file_location("rows_of_benchmarks", ROWS)
    assert found is not None
    assert found.loader is not None
    module = importlib.util.module_from_spec(found)
    monkeypatch.setitem(sys.modules, "rows_of_benchmarks", module)
    found.loader.exec_module(module)
    # In place of a clock: work says itself how long it takes.
    monkeypatch.setattr(module, "seconds", lambda work, times=1: times * work())
    return module


def test_ratios_are_those_to_ours(rows: Any) -> None:
    case = rows.Case(lambda: 2.0, {"slow": lambda: 6.0}, lambda ours, theirs: "", {"limit": lambda: 1.0})
    slow, limit = rows.measured(rows.Row("X", lambda: case, {"slow": 4}), 5)
    assert (slow.what, slow.median, slow.low, slow.high, slow.goal) == ("slow / ours", 3, 3, 3, 4)
    assert (limit.what, limit.median, limit.goal) == ("limit / ours", 0.5, None)
    assert "goal 4" in slow.text()


@pytest.mark.parametrize("differ", [None, lambda ours, theirs: f"by {theirs - ours}"])
def test_results_that_differ_are_not_compared(rows: Any, differ: Any) -> None:
    case = rows.Case(lambda: 1.0, {"other": lambda: 2.0}, differ)
    with pytest.raises(ValueError, match="X: ours and other differ, so their times are not compared"):
        rows.measured(rows.Row("X", lambda: case), 3)


def test_a_cost_is_what_a_process_takes(rows: Any) -> None:
    mine = b"y" * 1_200_000_000  # it does not count
    busy = "import time\nheld = b'x' * 200_000_000\nwhile time.process_time() < 0.2: pass"
    cost = rows.Cost("X", lambda: ("-c", busy), {rows.SECONDS: 2, rows.MEGABYTES: 1000})
    seconds, megabytes = rows.measured(cost, 2)
    assert (seconds.what, seconds.goal, megabytes.what, megabytes.goal) == ("CPU seconds", 2, "megabytes at most", 1000)
    assert 0.2 <= seconds.median < 100
    assert 190 < megabytes.median < 1000 < len(mine) / 1e6


def test_a_process_that_fails_is_not_measured(rows: Any) -> None:
    with pytest.raises(ValueError, match="ended with 3"):
        rows.measured(rows.Cost("X", lambda: ("-c", "raise SystemExit(3)"), {rows.SECONDS: 2}), 1)


def test_processes_that_have_ended_count(rows: Any) -> None:
    before = rows._of_children()
    subprocess.run([sys.executable, "-c", "import time\nwhile time.process_time() < 0.2: pass"], check=True)
    assert rows._of_children() > before + 0.19


def test_growth_is_an_exponent(rows: Any) -> None:
    (found,) = rows.measured(rows.Growth("X", lambda size: lambda: 3.0 * size**2, (10, 20, 40)), 3)
    assert found.median == pytest.approx(2)
    assert found.what == "slope over 10, 20, 40"


def test_one_round_has_no_spread(rows: Any) -> None:
    (found,) = rows.measured(rows.Row("X", lambda: rows.Case(lambda: 1.0, {"same": lambda: 1.0})), 1)
    assert found.low == found.median == found.high == 1
