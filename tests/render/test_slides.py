r"""Slides: nothing outside of one, formulas broken and not shrunk, and no verdict among exercises."""

from __future__ import annotations

import re
from dataclasses import replace
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
from symrnn.render.documents import document
from symrnn.render.edition import Edition
from symrnn.render.fragments import Shape, proof_latex, rows_of, spread
from symrnn.render.packing import ROOM, Part, displayed, lines_of, packed
from symrnn.render.slides import LETTERS, opening, part_frames
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
    found = packed("c", list(displayed(latex)), "c")
    assert len(found) > 1
    assert all(len(frame.parts) == 1 for frame in found)  # what is on a slide of it is set as one
    squeezed = "".join("".join(frame.parts[0].split()) for frame in found)
    assert all("".join(row.split()) in squeezed for row in rows_of(latex))
    bodies = [frame.parts[0].partition("\n")[2].rpartition("\n")[0] for frame in found]
    assert [" ".join(body.split()) for body in bodies] != [latex]


def test_a_display_that_fits_is_set_as_it_is() -> None:
    latex = r"\begin{aligned} a &= b \\ &= c \end{aligned}"
    (frame,) = packed("", list(displayed(latex)), "")
    assert frame.parts == (f"\\[\n{spread(latex)}\n\\]",)


def lines(*numbers: float) -> list[Part]:
    return [Part(str(at), number) for at, number in enumerate(numbers)]


def told(parts: list[Part]) -> list[str]:
    return [" ".join(frame.parts) for frame in packed("t", parts, "t")]


def test_as_few_slides_as_hold_it_and_none_nearly_empty() -> None:
    assert told(lines(4, 4, 4, 4)) == ["0 1 2 3"]
    assert told(lines(4, 4, 4, 4, 1.4)) == ["0 1", "2 3 4"]
    assert told(lines(16, 1.4, 1.4)) == ["0", "1 2"]
    assert told(lines(30, 1)) == ["0", "1"]  # what is too high for a slide stands alone
    assert told([]) == []


def test_what_belongs_together_is_parted_last() -> None:
    parts = lines(6, 6, 4, 1.4)
    assert told(parts) == ["0", "1 2 3"]
    parts[1] = replace(parts[1], follows=True)
    assert told(parts) == ["0 1", "2 3"]
    parts = lines(8, 5, 1.4, 5)
    assert told(parts) == ["0", "1 2 3"]
    parts = [replace(part, leads=at == 0) for at, part in enumerate(parts)]
    assert told(parts) == ["0 1", "2 3"]


def test_a_display_is_parted_only_where_what_is_left_would_be_little() -> None:
    display = list(displayed(rf"\begin{{aligned}} {BREAK.join(f'x &= {at}' for at in range(10))} \end{{aligned}}"))
    judged = Part("PROVED", 1.4, follows=True)
    assert lines_of(display) == pytest.approx(14.4)

    def rows(*parts: Part) -> list[int]:
        return ["".join(frame.parts).count("x &=") for frame in packed("t", parts, "t")]

    assert rows(*display, judged) == [10]
    assert rows(Part("text", 4.6), *display) == [0, 10]
    assert rows(*display, Part("text", 4.0), judged) == [10, 0]
    assert sorted(rows(Part("text", 2.0), *display, judged)) in (
        [4, 6],
        [5, 5],
    )  # and neither the verdict alone nor the text


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
    ends = re.findall(
        r"(?:words\.|Many)(\\par)?\n", source
    )  # of the pieces of a paragraph, which is longer than a slide
    assert ends.count("") > ends.count(r"\par") > 0
    assert not (tmp_path / "slides.pdf").exists()
    assert any("slides.pdf, for want of TeX" in line for line in written.summary())
    assert (tmp_path / "mine.txt").read_text(encoding="utf-8") == "left alone"


def test_rows_that_belong_together_are_parted_where_they_need_more_than_a_slide() -> None:
    reason = [rf"&\qquad \text{{reason {at}}}" for at in range(20)]
    latex = rf"\begin{{aligned}} {BREAK.join(['a &= b', *reason])} \end{{aligned}}"
    parts = list(displayed(latex))
    assert len(parts) == 21
    assert all(lines_of([part]) <= ROOM for part in parts)
    assert len(packed("", parts, "")) == 2


@pytest.mark.parametrize(("words", "centred"), [(5, True), (250, False)])
def test_a_part_has_its_title_in_the_middle_of_a_slide_that_holds_it(tmp_path: Path, words: int, centred: bool) -> None:
    write(tmp_path / "a.py", f'\npart = "First\\n\\n{"begins " * words}"\n', step("J"))
    library = load_library([tmp_path])
    results = check_entries(library.entries, limits=Limits(time=20))
    (section,) = document(library, results).sections
    found = list(part_frames(section, document(library, results)))
    assert [frame.centred for frame in found] == ([True] if centred else [False] * len(found))
    assert "Part 1: First" in (found[0].parts[0] if centred else found[0].title)


def test_the_quantities_of_several_networks_share_a_slide(tmp_path: Path) -> None:
    write(tmp_path / "a.py", step("J"), "\nfrom symrnn import GRU\n", step("K").replace("rnn,", "GRU(),"))
    library = load_library([tmp_path])
    content = document(library, check_entries(library.entries, limits=Limits(time=20)))
    (networks,) = [frame for frame in opening(content, ()) if frame.title == "Notation: networks"]
    assert [part.partition(":")[0] for part in networks.parts] == [r"\textbf{GRU}", r"\textbf{Elman network}"]
