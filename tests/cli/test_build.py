"""``symrnn build`` with formats and options of its own, and what it makes the second time."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from library.samples import good_folder

from symrnn.cli import build, main, shared
from symrnn.library import keeping
from symrnn.render import build as rendering

Run = Callable[..., Result]
OUT = "symrnn-lecture"


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs ``symrnn build`` in a folder with a few derivation files."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "100")
    good_folder(tmp_path / "derivations")

    def runner(*arguments: str) -> Result:
        return CliRunner().invoke(main, ["build", *arguments], catch_exceptions=False)

    return runner


def test_the_formats_of_the_help_are_those_that_there_are() -> None:
    assert build.FORMATS == rendering.FORMATS


def test_formats_are_listed_or_the_option_is_repeated(run: Run, tmp_path: Path) -> None:
    assert run("--format", "md, tex", "--format", "md").exit_code == 0
    assert {path.name for path in (tmp_path / OUT).iterdir()} == {
        "lecture.md",
        "lecture.tex",
        "report.json",
        "fragments",
        "certificates",
    }
    assert run("--format", "md", "-o", "other").exit_code == 0
    assert not (tmp_path / "other" / "lecture.tex").exists()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--format", "doc"], "'doc' is none of tex, pdf, slides, md, html, ipynb"),
        (["--format", ","], "name one or more of tex, pdf"),
        (["-o", ""], "name a folder; . is the one that you are in"),
        (["--preamble", "nowhere.tex"], "'nowhere.tex' does not exist"),
        (["--width", "wide"], "'wide' is none of a4, article, beamer"),
        (["--preamble", "binary.tex"], "the preamble cannot be read: it is not UTF-8 (at binary.tex)"),
    ],
)
def test_what_is_wrong_is_said_before_anything_is_checked(
    run: Run, tmp_path: Path, arguments: list[str], said: str
) -> None:
    (tmp_path / "binary.tex").write_bytes(b"\xff")
    done = run(*arguments)
    assert done.exit_code == 2
    assert said in done.stderr
    assert not (tmp_path / OUT).exists()


def test_title_author_preamble_and_exercises_reach_the_files(run: Run, tmp_path: Path) -> None:
    (tmp_path / "mine.tex").write_text("\\newcommand{\\mine}{x}\n", encoding="utf-8")
    options = ("--title", "Gradients", "--author", "Ada", "--preamble", "mine.tex", "--exercises", "--width", "article")
    done = run(*options)
    assert done.exit_code == 0
    assert "Written to symrnn-lecture:\n  exercises.tex\n  exercises.md\n  solutions.tex\n" in done.stdout
    text = (tmp_path / OUT / "exercises.tex").read_text(encoding="utf-8")
    for words in (r"\title{Gradients: exercises}", r"\author{Ada}", r"\newcommand{\mine}{x}", "textwidth=115mm"):
        assert words in text


def test_a_pdf_that_cannot_be_made_is_no_failure_and_the_summary_stays_short(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "")
    done = run("--format", ",".join(build.FORMATS))
    assert done.exit_code == 0
    assert "  left out: lecture.pdf, for want of TeX; to get it install pdflatex or lualatex" in done.stdout
    assert len(done.stdout.splitlines()) <= 40


def test_in_a_file_there_are_lines_that_say_how_far_it_is(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    assert run("--format", "md").stderr == ""  # what is quick has none
    monkeypatch.setattr(shared, "EVERY", 0.0)
    lines = run("--format", "md,tex").stderr.splitlines()
    assert [line for line in lines if line.startswith("checking: ")][-1].startswith("checking: 3 of 3, ")
    assert lines[-2:] == ["writing: 1 of 2, lecture.tex", "writing: 2 of 2, lecture.md"]


def test_the_second_build_makes_the_same_whatever_stood_in_its_report(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = run()
    before = {path: path.read_bytes() for path in (tmp_path / OUT).rglob("*") if path.is_file()}
    report = tmp_path / OUT / "report.json"
    altered = json.loads(report.read_text(encoding="utf-8"))
    for record in altered:
        record["verdict"] = "PROVED"
    report.write_text(json.dumps(altered), encoding="utf-8")
    assert run().stdout == first.stdout
    assert {path: path.read_bytes() for path in (tmp_path / OUT).rglob("*") if path.is_file()} == before
    assert [record["verdict"] for record in json.loads(report.read_text(encoding="utf-8"))] == [
        "PROVED",
        "REFUTED",
        "UNDECIDED",
    ]


def test_a_certificate_is_kept_by_the_text_of_its_file_and_the_sources_of_the_program(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def key() -> str:
        assert run().exit_code == 0
        (file,) = (tmp_path / OUT / "certificates").glob("*.jsonl")
        return str(json.loads(file.read_text(encoding="utf-8").splitlines()[0])["key"])

    keys = [key(), key()]
    file = tmp_path / "derivations" / "a_step.py"
    file.write_text(file.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    keys.append(key())
    monkeypatch.setattr(keeping, "own_sources", lambda: "others")
    keys.append(key())
    assert keys[0] == keys[1]
    assert len(set(keys)) == 3
