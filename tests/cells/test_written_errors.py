"""Texts that are not cells: each is refused at the place of the mistake, in plain words, and none takes long."""

from __future__ import annotations

import random
import re

import pytest
from cells.as_typed import CELLS
from cells.not_cells import TEXTS
from hypothesis import given, settings
from hypothesis import strategies as st

from symrnn.cells import Cell
from symrnn.cells.written.reading import MAX_LENGTH
from symrnn.errors import CellTextError, ReadingError

JARGON = re.compile(r"token|terminal|Lark|None|NAME|_NL|LPAR|ELEMENT|Traceback|<|object at")


@pytest.mark.parametrize(("text", "line", "column", "what"), TEXTS, ids=[repr(text[:40]) for text, *_ in TEXTS])
def test_a_mistake_is_shown_where_it_is(text: str, line: int, column: int, what: str) -> None:
    with pytest.raises(CellTextError) as caught:
        Cell.parse(text)
    error = caught.value
    assert (error.line, error.column, error.what) == (line, column, what)
    assert str(error).startswith(f"line {line}, column {column}: {what}")
    assert not JARGON.search(error.what + error.advice)


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("h[t] = " + "(" * 10_000 + "h[t-1]" + ")" * 10_000, "is too long"),
        ("h[t] = " + "(" * 5_000, "more than 40 brackets inside each other"),
        ("h[t] = " + "[" * 5_000, "more than 40 brackets inside each other"),
        ("h[t] = W" + "'" * 5_000 + " h[t-1]", "more than 40 signs behind one another"),
        ("h[t] = " + "- " * 5_000 + "h[t-1]", "follows on"),
        ("h[t] = " + "h[t-1] + " * 2_000 + "x[t]", "more than 60 summands in a row"),
        ("h[t] = " + "W " * 5_000 + "h[t-1]", "more than 60 factors in a row"),
        ("h[t] = " + "x[t] ⊙ " * 2_000 + "h[t-1]", "more than 60 factors in a row"),
        ("h[t] = " + "9" * 10_000 + " h[t-1]", "this number is too long"),
        ("x" * 10_000_000, "a cell of 10000000 characters is too long"),
        ("\n".join(f"a{i}[t] = h[t-1]" for i in range(300)), "there are more than 200 equations"),
        ("\0" * 10_000, r"the sign U\+0000 means nothing here"),
        ("h[t] = \u202eW\ufeff h[t-1]", r"the sign U\+202E"),
        ("#" * MAX_LENGTH, "there is no equation"),
    ],
    ids=lambda text: repr(text[:24]),
)
def test_what_is_large_or_strange_is_refused(text: str, what: str) -> None:
    with pytest.raises(CellTextError, match=what) as caught:
        Cell.parse(text)
    assert len(str(caught.value)) < 1_000


def test_deep_nesting_within_the_limits_is_read() -> None:
    deep = "tanh(" * 40 + "h[t-1]" + ")" * 40
    assert Cell.parse(f"h[t] = {deep}").h.first == 0


def test_what_is_no_text_is_refused() -> None:
    with pytest.raises(ReadingError, match="written as text, not as int"):
        Cell.parse(3)  # type: ignore[arg-type]


def test_both_places_of_a_contradiction_are_shown() -> None:
    with pytest.raises(CellTextError) as caught:
        Cell.parse("f[t] = W x[t]\nh[t] = f[t] + h[t-1]\nwhere\n  x: n\n  W: n x n\n  h: m")
    shown = str(caught.value)
    assert "line 2, column 15" in shown
    assert "line 5, column 6" in shown or "line 6, column 6" in shown
    assert shown.count("^") >= 2


def test_the_caret_is_below_the_sign_whatever_stands_before_it() -> None:
    with pytest.raises(CellTextError) as caught:
        Cell.parse("h̃_t = \tσ(h_{t-1}) $")
    line, carets = str(caught.value).splitlines()[1:]
    assert line.index("$") - 1 == carets.index("^")  # the tilde takes no column


PIECES = [
    *re.findall(r"\w+|\s|.", " ".join(CELLS.values())),
    *"()[]{};:,'^_=+-*/⊙ᵀ²₁ₜ\\#\n\t\0",
    "where",
    "loss",
    "^T",
    "1e99",
]


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(sorted(CELLS)), st.integers(0, 2**32))
def test_a_text_is_read_or_refused_in_order(name: str, seed: int) -> None:
    drawn = random.Random(seed)
    pieces = re.findall(r"\w+|\s|.", CELLS[name])
    for _ in range(drawn.choice((1, 1, 2, 3, 8))):
        at = drawn.randrange(len(pieces))
        pieces[at : at + drawn.choice((0, 1))] = drawn.choice(([], [drawn.choice(PIECES)]))
    said = ""
    try:
        Cell.parse("".join(pieces))
    except CellTextError as error:
        said = error.what + error.advice
    assert not JARGON.search(said)
