"""Lines of passes that are written in unusual ways: no right line is blamed, and the one with the slip is named."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable
from typing import Any

import pytest
from testing import unusual

from symrnn import GRU, LSTM, Elman
from symrnn.testing import checking, compare_backward

CELLS = {"elman": (Elman("tanh"), "Tn"), "gru": (GRU(), "TBn"), "lstm": (LSTM(), "TBn")}
STYLES = [f for f in vars(unusual).values() if inspect.isfunction(f) and "slip" in inspect.signature(f).parameters]
SLIPS = [(f, name) for f in STYLES for name in dict.fromkeys(re.findall(r'slip == "(\w+)"', inspect.getsource(f)))]


def report_of(make: Callable[[str], Any], slip: str) -> Any:
    cell, layout = CELLS[make.__name__.partition("_")[0]]
    names = unusual.NAMES if make is unusual.lstm_in_blocks else {}
    return compare_backward(cell, make(slip), layout=layout, names=names)


@pytest.fixture(autouse=True)
def unexplained(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checking, "explanations", lambda *_: ())  # they have tests of their own


@pytest.mark.parametrize("make", STYLES, ids=lambda f: f.__name__)
def test_no_line_of_a_right_pass_is_wrong(make: Callable[[str], Any]) -> None:
    report = report_of(make, "")
    assert report, str(report)
    assert report.lines
    assert {each.kind for each in report.lines} <= {"right", "helps"}


@pytest.mark.parametrize(("make", "slip"), SLIPS, ids=lambda each: getattr(each, "__name__", each))
def test_the_line_with_the_slip_is_named(make: Callable[[str], Any], slip: str) -> None:
    report = report_of(make, slip)
    assert not report
    named = report.first_wrong
    text, first = inspect.getsourcelines(make)
    asked = {first + at for at, line in enumerate(text) if f'"{slip}"' in line}
    assert named is not None, str(report)
    assert asked & {named.line, *named.others}, str(report)
