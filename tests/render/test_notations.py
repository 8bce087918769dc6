"""A lecture in every notation that ships, and in one with macros of its own."""

from __future__ import annotations

from pathlib import Path

import pytest
from latex.scanner import doubled_scripts
from library.samples import good_folder, write
from typesetting.harness import render_png, require_tex

from symrnn.latex import NOTATIONS, Notation
from symrnn.library import check_entries, load_library
from symrnn.render.build import build_lecture

DERIVED = """
chain = rnn.derive(h[t], wrt=W)
derived = Claim("J3", "the whole sum", chain.equation, Kind.PROVED, rnn, derivation=chain)
"""
MACROS = r"""
place = "above"
immediate = '\partial'
total = 'd'
preamble = ['\usepackage{amsfonts}']
[symbols]
W_hh = '\mat{W}'
h = '\vect{s}'
[macros]
vect = '\boldsymbol{#1}'
mat = '\mathsf{#1}'
"""


@pytest.fixture(scope="module")
def library(tmp_path_factory):
    folder = good_folder(tmp_path_factory.mktemp("lecture") / "derivations")
    write(folder / "c_sum.py", DERIVED)
    return load_library([folder])


def built(library, notation, folder: Path) -> Path:
    build_lecture(library, check_entries(library.entries, notation=notation), folder, notation=notation)
    return folder


@pytest.mark.table(quick=1)
@pytest.mark.parametrize("name", NOTATIONS)
def test_the_lecture_compiles(library, name, tmp_path):
    output = built(library, name, tmp_path / "out")
    text = (output / "lecture.tex").read_text(encoding="utf-8")
    assert "stacking its columns" in text
    assert doubled_scripts((output / "fragments" / "J3.tex").read_text(encoding="utf-8").partition(r"\[")[2]) == []
    require_tex()
    assert render_png(text, tmp_path)


def test_macros_are_defined_where_there_is_a_preamble_and_put_in_elsewhere(library, tmp_path):
    (tmp_path / "mine.toml").write_text(MACROS, encoding="utf-8")
    output = built(library, Notation.load(tmp_path / "mine.toml"), tmp_path / "out")
    lecture, fragment, page = (
        (output / name).read_text(encoding="utf-8") for name in ("lecture.tex", "fragments/J1.tex", "lecture.md")
    )
    assert r"\frac{d \vect{s}^{(t)}}{d \vect{s}^{(t-1)}}" in fragment
    assert fragment.count("\n% needs: ") == 4
    assert "% needs: \\newcommand{\\vect}[1]{\\boldsymbol{#1}}\n" in fragment
    assert r"\vect" not in page
    assert r"\frac{d \boldsymbol{s}^{(t)}}{d \boldsymbol{s}^{(t-1)}}" in page
    for text in (lecture, page):
        assert r"\partial^{+}" not in text
        assert "the total derivative: every path" in text
    require_tex()
    assert render_png(lecture, tmp_path)
    needed = [line.removeprefix("% needs: ") for line in fragment.splitlines() if line.startswith("% needs: ")]
    document = "\n".join([r"\documentclass{article}", *needed, r"\begin{document}", fragment, r"\end{document}"])
    assert render_png(document, tmp_path / "fragment")
