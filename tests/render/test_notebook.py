"""The notebook: valid, runs from its first cell to its last, and finds what the lecture says."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from library.samples import SWAPPED, step, write

from symrnn.library import Library, Result, check_entries, load_library
from symrnn.render.build import build_lecture
from symrnn.render.edition import Edition
from symrnn.render.notebook import HOW, LONG

nbformat: Any = pytest.importorskip("nbformat")

FALSE = 'verdict = verify(j2)\nprint(f"{verdict.kind.value}: {verdict.counterexample}")'
DERIVED = """
chain = rnn.derive(h[t], wrt=W)
claims = [Claim(id="J3", title="all", statement=chain.equation, expected=Kind.PROVED, recurrence=rnn)]
named = {"J4": Claim("J4", "not told by the text", chain.equation, Kind.PROVED, rnn)}["J4"]
"""


@pytest.fixture(scope="module")
def checked(tmp_path_factory: pytest.TempPathFactory) -> tuple[Library, tuple[Result, ...]]:
    folder = tmp_path_factory.mktemp("notebook")
    write(folder / "a.py", step("J1"), step("J2", SWAPPED, "REFUTED", more='corrected_by="J1"'), DERIVED)
    library = load_library([folder])
    return library, check_entries(library.entries)


def read(path: Path) -> Any:
    book = nbformat.read(path, as_version=4)
    nbformat.validate(book)
    return book


def code_of(book: Any) -> list[str]:
    return [cell.source for cell in book.cells if cell.cell_type == "code"]


def test_it_has_the_text_and_the_code(checked: tuple[Library, tuple[Result, ...]], tmp_path: Path) -> None:
    build_lecture(*checked, tmp_path, formats=["ipynb"], edition=Edition("Mine: $h_t$", "Ada"))
    book = read(tmp_path / "lecture.ipynb")
    texts = [cell.source for cell in book.cells if cell.cell_type == "markdown"]
    assert texts[0].startswith("# Mine: $\\mathbf{h}_{(t)}$\n\nAda\n")
    assert "### J1" in texts[2]
    assert texts[-1].startswith("## Evidence")
    first, source, *checks = code_of(book)
    assert first == "from symrnn import verify"
    assert source.startswith("from symrnn.cells import Elman")
    assert checks == ["print(verify(j1))", FALSE, "print(verify(claims[0]))"]


def test_what_takes_long_is_left_to_the_reader(checked: tuple[Library, tuple[Result, ...]], tmp_path: Path) -> None:
    library, (first, *others) = checked
    long = replace(first, kept=(("J1.jsonl", "{}\n" * (LONG + 1)), ("J1.json", "{}\n")))
    build_lecture(library, (long, *others), tmp_path, formats=["ipynb"])
    first_cell, _, *checks = code_of(read(tmp_path / "lecture.ipynb"))
    assert first_cell == f"from symrnn import verify\n\n{HOW}"
    assert checks == ["# print(verify(j1))", FALSE, "print(verify(claims[0]))"]


def test_the_same_claims_give_the_same_notebook(checked: tuple[Library, tuple[Result, ...]], tmp_path: Path) -> None:
    made = []
    for _ in range(2):
        build_lecture(*checked, tmp_path, formats=["ipynb"])
        made.append((tmp_path / "lecture.ipynb").read_bytes())
    assert made[0] == made[1]


def test_exercises_leave_a_cell_for_each_answer(checked: tuple[Library, tuple[Result, ...]], tmp_path: Path) -> None:
    build_lecture(*checked, tmp_path, formats=["ipynb"], edition=Edition(exercises=True))
    assert set(code_of(read(tmp_path / "exercises.ipynb"))) == {"# Your answer."}
    assert "REFUTED" not in (tmp_path / "exercises.ipynb").read_text(encoding="utf-8")
    assert FALSE in code_of(read(tmp_path / "solutions.ipynb"))


def test_it_runs_and_finds_what_the_lecture_says(checked: tuple[Library, tuple[Result, ...]], tmp_path: Path) -> None:
    nbclient = pytest.importorskip("nbclient")
    pytest.importorskip("ipykernel")
    build_lecture(*checked, tmp_path, formats=["ipynb"])
    book = read(tmp_path / "lecture.ipynb")
    nbclient.NotebookClient(book, timeout=300, resources={"metadata": {"path": str(tmp_path)}}).execute()
    printed = [output.text for cell in book.cells for output in cell.get("outputs", []) if output.name == "stdout"]
    assert [text.partition(":")[0] for text in printed] == ["PROVED", "REFUTED", "PROVED"]


def test_without_nbformat_it_is_said_what_is_missing(
    checked: tuple[Library, tuple[Result, ...]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("symrnn.render.build.has_nbformat", lambda: False)
    written = build_lecture(*checked, tmp_path, formats=["ipynb"])
    assert (
        "left out: lecture.ipynb, for want of nbformat; to get it: pip install 'symrnn[notebook]'" in written.summary()
    )
