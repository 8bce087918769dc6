r"""What README says of one's own notes is done as it stands there, and makes what it promises."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
from click.testing import CliRunner
from docs.blocks import blocks, commands
from typesetting.harness import require_engine, require_tex

from symrnn.cli import main
from symrnn.render.html import has_mathml
from symrnn.render.notebook import has_nbformat
from symrnn.render.tex import ENGINES, typeset

SHOWN = ("README.md", "Five minutes for a lecturer")
EVERY, NARROW, EXERCISES = commands("docs/how-to/lecture.md", "Formats")


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Run a command in a folder with the files that README shows."""
    (derivations,), (notation,) = blocks(*SHOWN, "python"), blocks(*SHOWN, "toml")
    (tmp_path / "mine.py").write_text(derivations, encoding="utf-8")
    (tmp_path / "mine.toml").write_text(notation, encoding="utf-8")
    (tmp_path / "macros.tex").write_text("\\newcommand{\\mine}{m}\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)

    def run(command: str) -> Path:
        program, *words = shlex.split(command)
        assert program == "symrnn"
        done = CliRunner().invoke(main, words, catch_exceptions=False)
        assert done.exit_code == 0, done.output
        assert "3 claims: 2 PROVED, 1 REFUTED; all as expected" in done.output
        assert "left out" not in done.output
        return tmp_path / "symrnn-lecture"

    return run


def test_they_are_about_ten_lines() -> None:
    (derivations,), (notation,) = blocks(*SHOWN, "python"), blocks(*SHOWN, "toml")
    assert len([line for line in derivations.splitlines() if line]) <= 11
    assert len(notation.splitlines()) <= 10
    assert max(map(len, derivations.splitlines())) <= 120


def test_the_notation_is_that_of_the_file(run) -> None:
    page = (run(EVERY.replace("tex,pdf,slides,md,html,ipynb", "md")) / "lecture.md").read_text(encoding="utf-8")
    assert page.startswith("# Leaks\n\nA. Teacher\n")
    assert r"\frac{d \boldsymbol{s}^{\langle t \rangle}}{d \boldsymbol{s}^{\langle t-1 \rangle}}" in page
    assert r"\boldsymbol{R}^{\prime} \boldsymbol{D}^{\langle t \rangle}" in page  # columns: the weights come first
    assert "Counterexample: $t = 1$, $n = 1$" in page
    assert not re.search(r"boldsymbol\{h\}|\\phi|\\vect", page)


@pytest.mark.table(quick=0)
def test_all_formats_are_made(run) -> None:
    require_tex()
    if not (has_mathml() and has_nbformat()):
        pytest.skip("math-core and nbformat are not installed here")
    folder = run(EVERY)
    for name in (
        "lecture.tex",
        "lecture.pdf",
        "slides.tex",
        "slides.pdf",
        "lecture.md",
        "lecture.html",
        "lecture.ipynb",
    ):
        assert (folder / name).stat().st_size > 1000, name
    assert "$" not in re.sub(r"<style>.*?</style>", "", (folder / "lecture.html").read_text(encoding="utf-8"))


@pytest.mark.table(quick=0)
@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("command", [EVERY, NARROW], ids=["every format", "narrow"])
def test_nothing_runs_over(run, command: str, engine: str) -> None:
    require_engine(engine)
    folder = run(re.sub(r"--format \S+", "--format tex,slides", command))
    for name in ("lecture.tex", "slides.tex"):
        made = typeset((folder / name).read_text(encoding="utf-8"), {}, engine=engine)
        assert made.why == ""
        assert re.findall(r"Overfull .*|undefined.*", made.log) == []


@pytest.mark.table(quick=0)
def test_exercises_and_solutions_are_made(run) -> None:
    require_tex()
    folder = run(EXERCISES)
    assert {path.name for path in folder.glob("*.pdf")} == {"exercises.pdf", "solutions.pdf"}
