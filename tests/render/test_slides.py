r"""Slides: nothing outside of one, formulas broken and not shrunk, and no verdict among exercises."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from library.samples import SWAPPED, step, write
from typesetting.harness import require_engine

from symrnn import GRU, LSTM, Claim, Kind, t
from symrnn.budget import Limits
from symrnn.files import write_all
from symrnn.latex.layout import BREAK
from symrnn.library import Library, Result, check_entries, load_library
from symrnn.render.build import build_lecture
from symrnn.render.edition import Edition
from symrnn.render.fragments import Shape, proof_latex, rows_of
from symrnn.render.slides import LETTERS, ROOM, displayed
from symrnn.render.tex import ENGINES, typeset

LONG = """
from symrnn import GRU, LSTM
gru, lstm = GRU(), LSTM()
one, two = gru.derive(gru.h[t], wrt=gru.U_r), lstm.derive(lstm.c[t], wrt=lstm.U_f)
# nothing is said to be proved here: what counts is that the formulas are long
claims = [Claim(f"long{n}", "a title that goes on and on, " * 4, d.equation, Kind.UNDECIDED, d.recurrence, d)
          for n, d in enumerate((one, two))]
"""


@pytest.fixture(scope="module")
def checked(tmp_path_factory: pytest.TempPathFactory) -> tuple[Library, tuple[Result, ...]]:
    folder = tmp_path_factory.mktemp("slides")
    false = step("J2", SWAPPED, "REFUTED", more='corrected_by="J1", note="The factors are swapped."')
    write(folder / "L20_clipping.py", step("L20"), step("J1"), false, LONG, text="Many words. " * 200)
    library = load_library([folder])

    return library, check_entries(library.entries, limits=Limits(time=20))


@pytest.mark.table(quick=0)
@pytest.mark.parametrize("engine", ENGINES)
def test_nothing_stands_outside_of_a_slide(
    checked: tuple[Library, tuple[Result, ...]], tmp_path: Path, engine: str
) -> None:
    require_engine(engine)
    build_lecture(*checked, tmp_path, formats=["slides"], edition=Edition("Gradients $h_t$", "Ada Teacher"))
    text = (tmp_path / "slides.tex").read_text(encoding="utf-8")
    drawn = (tmp_path / "pictures").rglob("*.pgf")
    beside = {path.relative_to(tmp_path).as_posix(): path.read_bytes() for path in drawn}
    made = typeset(text, beside, engine=engine)
    assert made.why == ""
    assert re.findall(r"Overfull .*", made.log) == []
    assert not re.search(r"\\resizebox|\\scalebox|\\tiny|shrink|allowframebreaks", text)


@pytest.mark.table(quick=0)
def test_exercises_on_slides_tell_nothing(checked: tuple[Library, tuple[Result, ...]], tmp_path: Path) -> None:
    build_lecture(*checked, tmp_path, formats=["slides"], edition=Edition(exercises=True))
    asked = (tmp_path / "exercises-slides.tex").read_text(encoding="utf-8").partition(r"\begin{document}")[2]
    assert re.findall(r"PROVED|REFUTED|UNDECIDED|Counterexample|swapped|J2|why", asked) == []
    assert "Exercise 1.1" in asked
    assert "Counterexample" in (tmp_path / "solutions-slides.tex").read_text(encoding="utf-8")


def test_a_long_display_goes_on_in_the_next_frame_and_loses_no_row() -> None:
    lstm = LSTM()
    derivation = lstm.derive(lstm.c[t], wrt=lstm.U_f)
    claim = Claim("c", "", derivation.equation, Kind.PROVED, lstm, derivation)
    latex = proof_latex(claim, Shape(letters=LETTERS), LETTERS)
    parts = list(displayed(latex))
    assert len(parts) > 1
    assert all(part.lines <= ROOM for part in parts)
    together = " ".join(part.latex for part in parts)
    squeezed = "".join(together.split())
    assert all("".join(row.split()) in squeezed for row in rows_of(latex))


def test_rows_of_a_display_put_together_are_the_display() -> None:
    gru = GRU()
    derivation = gru.derive(gru.h[t], wrt=gru.U_r)
    latex = proof_latex(Claim("h", "", derivation.equation, Kind.PROVED, gru, derivation), Shape(), LETTERS)
    assert rf"\begin{{aligned}} {BREAK.join(rows_of(latex))} \end{{aligned}}" == latex
    assert rows_of("x") == ["x"]


def test_slides_without_tex_are_left_as_a_source(
    checked: tuple[Library, tuple[Result, ...]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_all(tmp_path, {"mine.txt": "left alone"})
    monkeypatch.setenv("PATH", "")
    written = build_lecture(*checked, tmp_path, formats=["slides"])
    source = (tmp_path / "slides.tex").read_text(encoding="utf-8")
    ends = re.findall(r"words\.(\\par)?\n", source)  # of the pieces of a paragraph, which is longer than a slide
    assert ends.count("") > ends.count(r"\par") > 0
    assert not (tmp_path / "slides.pdf").exists()
    assert any("slides.pdf, for want of TeX" in line for line in written.summary())
    assert (tmp_path / "mine.txt").read_text(encoding="utf-8") == "left alone"


def test_rows_that_belong_together_are_parted_where_they_need_more_than_a_slide() -> None:
    reason = [rf"&\qquad \text{{reason {at}}}" for at in range(20)]
    latex = rf"\begin{{aligned}} {BREAK.join(['a &= b', *reason])} \end{{aligned}}"
    parts = list(displayed(latex))
    assert len(parts) == 2
    assert all(part.lines <= ROOM for part in parts)
