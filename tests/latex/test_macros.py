"""Macros of a notation, defined and put in."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from typesetting.harness import require_tex

from symrnn.errors import NotationError
from symrnn.latex.macros import KNOWN, definition, expanded

MACROS = {"vect": r"\mathbf{#1}", "R": r"\mathbb{R}", "x": r"\vect{x}_{#1}^{#2}", "al": r"\alpha"}


@pytest.mark.parametrize(
    ("latex", "without"),
    [
        (r"\vect{h}_{t}", r"\mathbf{h}_{t}"),
        (r"\vect h \vect\alpha", r"\mathbf{h} \mathbf{\alpha}"),
        (r"\R^n \Re \al x", r"\mathbb{R}^n \Re \alpha x"),
        (r"\x{a{b}}{\vect{c}}", r"\mathbf{x}_{a{b}}^{\mathbf{c}}"),
        (r"\vect{\{}", r"\mathbf{\{}"),
        (r"\vector{h}", r"\vector{h}"),
    ],
)
def test_macros_are_put_in(latex: str, without: str) -> None:
    assert expanded(latex, MACROS) == without


@pytest.mark.parametrize(
    ("latex", "macros", "message"),
    [
        (r"\a", {"a": r"\b", "b": r"\a"}, "a macro calls itself"),
        (r"\vect", MACROS, "a macro lacks an argument"),
        (r"{\vect} x", MACROS, "a macro lacks an argument"),
        (r"\vect{x", MACROS, "the braces do not match"),
    ],
)
def test_what_cannot_be_put_in_is_refused(latex: str, macros: dict[str, str], message: str) -> None:
    with pytest.raises(NotationError, match=message):
        expanded(latex, macros)


def test_definitions_count_the_arguments() -> None:
    assert [definition(name, body).partition(r"}")[2][:3] for name, body in MACROS.items()] == [
        "[1]",
        r"{\m",
        "[2]",
        r"{\a",
    ]


@pytest.mark.parametrize("document", ["article", "beamer"])
def test_a_command_of_latex_is_redefined(document: str, tmp_path: Path) -> None:
    require_tex()
    lines = [definition(name, "x") for name in sorted(KNOWN)] + [definition("vect", r"\mathbf{#1}")]
    text = [
        rf"\documentclass{{{document}}}",
        r"\usepackage{amsmath,amssymb}",
        *lines,
        r"\begin{document}x\end{document}",
    ]
    (tmp_path / "a.tex").write_text("\n".join(text), encoding="utf-8")
    done = subprocess.run(
        ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "a.tex"],
        cwd=tmp_path,
        capture_output=True,
        check=False,
    )
    assert b"! " not in done.stdout.partition(b"(./a.aux)")[0]
