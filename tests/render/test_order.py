"""A document as a story: parts, questions, a slip beside what holds instead, code at the end, no empty titles."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from library.samples import SWAPPED, step, write
from typesetting.harness import require_engine

from symrnn.library import check_entries, load_library
from symrnn.render.build import build_lecture
from symrnn.render.edition import PLAIN, Edition
from symrnn.render.order import told
from symrnn.render.tex import ENGINES, typeset

SLIP = 'corrected_by="J1"'
STORY = """What is one step?

It is a product.

>>> 1 + 1
2"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two parts, the second of which is gone on with by the last file."""
    folder = tmp_path_factory.mktemp("story")
    slips = step("J2", SWAPPED, "REFUTED", more=SLIP), step("J3", SWAPPED, "REFUTED", more=SLIP)
    numbers = 'worked={t: 1, "phi": "square", W: 3, h[0]: 2}'
    right = step("J1", more=numbers)
    write(
        folder / "a.py",
        '\npart = "First\\n\\nIt begins."\n',
        slips[0],
        step("J0"),
        right,
        step("J4"),
        slips[1],
        text=STORY,
    )
    write(folder / "b.py", '\npart = "Second"\n', step("K1"), title="Two.")
    write(folder / "c.py", '\npart = "First"\n', step("K2"), title="Three.")
    return folder


def built(folder: Path, output: Path, edition: Edition = PLAIN, formats: tuple[str, ...] = ("md", "tex")) -> Path:
    library = load_library([folder])
    build_lecture(library, check_entries(library.entries), output, formats=formats, edition=edition)
    return output


@pytest.fixture(scope="module")
def output(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return built(folder, tmp_path_factory.mktemp("out"), formats=("md", "tex", "html", "slides", "ipynb"))


@pytest.mark.parametrize("name", ["lecture.md", "lecture.tex", "lecture.html"])
def test_slips_stand_beside_what_holds_instead(output: Path, name: str) -> None:
    text = (output / name).read_text(encoding="utf-8").partition("It is a product")[2].partition("Part 2")[0]
    order = [text.index(words) for words in ("J0", "J2", "What holds instead:", "J1", "A slip beside it:", "J3", "J4")]
    assert order == sorted(order)
    assert text.index("In numbers") > text.index("J3")  # which would come between the boxes
    assert "Corrected by" not in text


@pytest.mark.parametrize("name", ["lecture.md", "lecture.tex", "lecture.html"])
def test_parts_group_files_and_say_how_they_begin(output: Path, name: str) -> None:
    text = (output / name).read_text(encoding="utf-8")
    order = [text.rindex(words) for words in ("First", "It begins.", "One step", "Three", "Second", "Two")]
    assert order == sorted(order)


def test_the_question_is_asked_first_and_code_comes_last(output: Path) -> None:
    text = (output / "lecture.md").read_text(encoding="utf-8")
    order = [
        text.index(words) for words in ("*What is one step?*", "It is a product.", "J4", "```pycon\n>>> 1 + 1\n2\n```")
    ]
    assert order == sorted(order)
    notebook = json.loads((output / "lecture.ipynb").read_text(encoding="utf-8"))
    assert "1 + 1" in ["".join(cell["source"]) for cell in notebook["cells"] if cell["cell_type"] == "code"]


def test_exercises_ask_and_show_no_numbers(folder: Path, tmp_path: Path) -> None:
    built(folder, tmp_path, Edition(exercises=True), ("md", "tex", "slides"))
    for name in ("exercises.md", "exercises.tex", "exercises-slides.tex"):
        text = (tmp_path / name).read_text(encoding="utf-8")
        assert "What is one step?" in text
        assert not re.search(r"In numbers|in numbers|It is a product|At a prompt|What holds instead|A slip", text)
    for name in ("solutions.md", "solutions.tex", "solutions-slides.tex"):
        text = (tmp_path / name).read_text(encoding="utf-8")
        assert re.search(r"In numbers|in numbers", text)
        assert "At a prompt" in text


def test_frames_that_go_on_say_so(output: Path) -> None:
    text = (output / "slides.tex").read_text(encoding="utf-8")
    titles = re.findall(r"\\begin{frame}\[t.*?\]\{(.*)\}\n", text)
    assert len(set(titles) - {"At a prompt"}) == len([title for title in titles if title != "At a prompt"])


def test_nothing_has_an_empty_heading(tmp_path: Path) -> None:
    untitled = step("U1").replace("one step of the state", "")
    write(tmp_path / "in" / "untitled.py", untitled, title=".", text="")
    built(tmp_path / "in", tmp_path, Edition(title=""), ("md", "tex", "html", "slides"))
    text = {
        name: (tmp_path / name).read_text(encoding="utf-8")
        for name in ("lecture.md", "lecture.tex", "lecture.html", "slides.tex")
    }
    assert not re.search(r"^#+\s*$", text["lecture.md"], flags=re.MULTILINE)
    assert "## untitled" in text["lecture.md"]
    assert not re.search(r"<h\d[^>]*>(<span[^>]*>\d*</span>)?\s*</h\d>", text["lecture.html"])
    assert r"\maketitle" not in text["lecture.tex"]
    assert r"\titlepage" not in text["slides.tex"]
    assert not re.search(r"\\begin{frame}\[t.*\]\{[^}]*: *\}", text["slides.tex"])


@pytest.mark.table(quick=0)
@pytest.mark.parametrize("engine", ENGINES)
def test_it_compiles_and_nothing_runs_over(output: Path, engine: str) -> None:
    require_engine(engine)
    for name in ("lecture.tex", "slides.tex"):
        made = typeset((output / name).read_text(encoding="utf-8"), {}, engine=engine)
        assert made.why == ""
        assert re.findall(r"Overfull .*", made.log) == []


def test_a_docstring_without_a_question_or_code_is_text() -> None:
    assert told("It is so.\n\nIs it?") == {"question": "", "text": "It is so.\n\nIs it?", "code": ""}
