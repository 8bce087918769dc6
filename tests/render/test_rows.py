r"""Rows of displays: their heights, which of them stay together, and displays that may be broken between pages."""

from __future__ import annotations

from itertools import pairwise

import pytest

from symrnn import LSTM, Claim, Kind, t
from symrnn.latex.layout import BREAK
from symrnn.render.fragments import Shape, proof_latex, rows_of
from symrnn.render.rows import height, is_high, paged, together


@pytest.mark.parametrize(
    ("lower", "higher"),
    [
        ("a", r"\frac{a}{b}"),
        (r"\frac{a}{b}", r"\frac{\frac{a}{b}}{c}"),
        (r"\frac{a}{b} \frac{c}{d}", r"\frac{\frac{a}{b}}{c}"),
        (r"\frac{\partial^{+} a_{t}}{\partial b}", r"\frac{\partial^{+} a^{(t)}}{\partial b}"),
        ("a", r"\sum_{k=1}^{t} a"),
        ("a", r"\begin{bmatrix} a \\ b \end{bmatrix}"),
        (r"\begin{bmatrix} a \\ b \end{bmatrix}", r"\begin{bmatrix} a \\ \frac{b}{c} \\ d \end{bmatrix}"),
    ],
)
def test_what_is_higher_takes_more_room(lower: str, higher: str) -> None:
    assert height(lower) < height(higher)


def long_proof() -> str:
    lstm = LSTM()
    derivation = lstm.derive(lstm.c[t], wrt=lstm.U_f)
    claim = Claim("c", "", derivation.equation, Kind.PROVED, lstm, derivation)
    return proof_latex(claim, Shape())


def test_a_high_display_goes_on_on_the_next_page_but_never_between_a_line_and_its_reason() -> None:
    latex = long_proof()
    assert is_high(latex)
    first, *lines, last = paged(latex).splitlines()
    assert (first, last) == (r"\begin{alignat*}{2}", r"\end{alignat*}")
    assert [line.strip().removesuffix("*").removesuffix(r" \\") for line in lines] == [
        row.replace("&&", r"&&\quad") for row in rows_of(latex)
    ]
    kept = [group for group in together(rows_of(latex)) if len(group) > 1]
    assert kept
    for line, below in pairwise(lines):
        if r"\text{" in below and "with" not in below:
            assert line.endswith(r" \\*"), line
    assert any(line.endswith(r" \\") for line in lines)


def test_a_display_that_is_not_high_stays_whole() -> None:
    rows = ["a &= b", r"&= \frac{c}{d}"]
    latex = rf"\begin{{aligned}} {BREAK.join(rows)} \end{{aligned}}"
    assert not is_high(latex)
    assert paged(latex).startswith("\\[\n\\begin{aligned}")
