"""Where a forward pass overwrites what it has stored, that is said, and no line is blamed that reads it."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import pytest
from testing import overwritten

from symrnn import LSTM, Elman
from symrnn.testing import checking, compare_backward

CELLS = {"elman": Elman("tanh"), "lstm": LSTM()}
LAYOUTS = {"elman": "Tn", "lstm": "TnB"}
SLIPS = [f for f in vars(overwritten).values() if inspect.isfunction(f) and "# slip" in inspect.getsource(f)]


@pytest.fixture(autouse=True)
def unexplained(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checking, "explanations", lambda *_: ())  # they have tests of their own


@pytest.mark.parametrize("backward", SLIPS, ids=lambda f: f.__name__)
def test_the_line_that_overwrites_is_named(backward: Callable[..., Any]) -> None:
    cell = backward.__name__.partition("_")[0]
    report = compare_backward(CELLS[cell], backward, layout=LAYOUTS[cell])
    text, first = inspect.getsourcelines(backward)
    (at,) = [first + number for number, line in enumerate(text) if line.rstrip().endswith("# slip")]
    assert report.first_wrong is not None
    assert report.first_wrong.line == at, str(report)
    assert "it overwrites what " in str(report)
    assert "store a copy" in str(report)
    others = {text[line - first].strip() for line in report.first_wrong.others}
    assert all(line.startswith(("hs", "columns", "cache", "hp, cp")) for line in others)


def test_what_was_lost_and_where_it_was_stored_is_told() -> None:
    report = compare_backward(CELLS["elman"], overwritten.elman_one_array, layout="Tn")
    assert report.first_wrong is not None
    at = report.first_wrong.line
    assert (
        report.first_wrong.why
        == f"it overwrites what hs holds, for the array is the same: h, which line {at + 1} had stored there, is lost; "
        "store a copy, or compute into a new array"
    )
    assert report.first_wrong.others == (at + 1,)


@pytest.mark.parametrize(
    ("make", "slip"),
    [
        *((overwritten.written_through_views, slip) for slip in ("", "slope", "state", "turned")),
        *((overwritten.added_through_views, slip) for slip in ("", "square", "state", "turned")),
    ],
)
def test_writing_through_a_second_name_is_no_slip(make: Callable[[str], Any], slip: str) -> None:
    report = compare_backward(CELLS["elman"], make(slip), layout="Tn")
    assert bool(report) == (not slip)
    named = report.first_wrong
    if slip:
        assert named is not None
        assert f'"{slip}"' in named.text, str(report)
        assert "overwrites" not in named.why
    else:
        assert named is None
        assert {each.kind for each in report.lines} <= {"right", "helps"}
