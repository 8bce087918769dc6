"""Scripts put together, and the scanner that the tests of notations rely on."""

from __future__ import annotations

from fractions import Fraction

import pytest
import sympy as sp
from latex.scanner import doubled_scripts

from symrnn.errors import NotationError
from symrnn.latex import latex
from symrnn.latex.scripts import Scripted, rows_of_matrix, scripted
from symrnn.latex.width import width
from symrnn.render.values import latex_value

SOUND = [
    "x",
    "x_a^b",
    "x'^{b}_c",
    "x''",
    "{x^a}^b",
    r"\mathbf{h}_{(t)}'",
    "x^{a^b}",
    r"\prod\limits_{u}^{k} x^a",
    "x^a x^b",
]
DOUBLED = ["x^a^b", "x_a_b", "x^a'", "x'_a^b", r"\mathbf{h}^{(t)}^{\top}", "{x^{a^b^c}}", "x^{(t)}'", "x_a^b_c"]


@pytest.mark.parametrize("latex", SOUND)
def test_the_scanner_passes_what_tex_passes(latex: str) -> None:
    assert doubled_scripts(latex) == []


@pytest.mark.parametrize("latex", DOUBLED)
def test_the_scanner_finds_what_tex_refuses(latex: str) -> None:
    assert len(doubled_scripts(latex)) == 1


@pytest.mark.parametrize(
    ("symbol", "parts"),
    [
        ("x", Scripted("x")),
        ("x_a^b", Scripted("x", "a", "", "b")),
        ("h'_x^{a}", Scripted("h", "x", "'", "a")),
        (r"W_\mathrm{rec}", Scripted("W", r"\mathrm{rec}")),
        (r"\mathbf{W}^{*}", Scripted(r"\mathbf{W}", "", "", "*")),
        ("{x^a}^b", Scripted("{x^a}", "", "", "b")),
        ("a_1 b", Scripted("{a_1 b}")),
        (r"\dot{\mathbf{W}}_{hh}", Scripted(r"\dot{\mathbf{W}}", "hh")),
    ],
)
def test_a_symbol_is_taken_apart(symbol: str, parts: Scripted) -> None:
    assert scripted(symbol) == parts


@pytest.mark.parametrize("symbol", ["x", "x_a^b", r"x'^{b}_c", r"\mathbf{h}^{(t)}", "a_1 b", "{x^a}^b", "f''"])
def test_no_script_that_is_added_is_a_second_one(symbol: str) -> None:
    parts = scripted(symbol)
    for more in (parts.lowered("i"), parts.raised(r"\top"), parts.primed(2), parts.raised("T").primed(1).lowered("k")):
        assert doubled_scripts(str(more)) == []


@pytest.mark.parametrize(
    ("symbol", "message"),
    [
        ("x^a^b", "two superscripts"),
        ("x_a_b", "two subscripts"),
        ("x^a'", "two superscripts"),
        ("x_", "a script is missing"),
        ("x^_a", "a script is missing"),
        ("{x", "the braces do not match"),
        ("x}", "the braces do not match"),
    ],
)
def test_what_tex_refuses_is_refused(symbol: str, message: str) -> None:
    with pytest.raises(NotationError, match=message):
        scripted(symbol)


def test_rows_of_a_matrix_that_would_touch_are_farther_apart() -> None:
    half = sp.Matrix([[sp.Rational(3, 5), sp.Rational(-4, 5)], [sp.Rational(4, 5), sp.Rational(3, 5)]])
    assert latex(half) == (
        r"\begin{bmatrix} \frac{3}{5} & -\frac{4}{5} \\[4pt] \frac{4}{5} & \frac{3}{5} \end{bmatrix}"
    )
    assert latex_value(((Fraction(3, 5),), (1,))) == r"\begin{pmatrix} \tfrac{3}{5} \\[4pt] 1 \end{pmatrix}"
    assert width(latex(half)) == width(latex(half).replace("[4pt]", ""))
    assert "[" not in latex(sp.Matrix([[1], [2]]))
    assert r"\\[2pt]" in rows_of_matrix([["D_{f}"], [r"\tanh'(c)"]])
