"""``symrnn notation``, and ``--notation`` wherever LaTeX is printed."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from library.samples import good_folder

from symrnn.cli import main
from symrnn.cli.options import shipped_notations
from symrnn.latex import NOTATIONS, Notation
from symrnn.latex.notation import SHIPPED

MINE = "extends = 'plain'\nplace = 'above'\nindex = '(#)'\n[symbols]\nW_hh = 'W'\nh = 's'\n"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    good_folder(tmp_path / "derivations")
    (tmp_path / "mine.toml").write_text(MINE, encoding="utf-8")
    return tmp_path


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, arguments, catch_exceptions=False)


def test_what_ships_is_listed() -> None:
    done = run("notation")
    assert (done.exit_code, done.stderr) == (0, "")
    assert [line.split()[0] for line in done.stdout.splitlines()[: len(SHIPPED)]] == list(SHIPPED)
    assert r"a^{\langle t \rangle}" in done.stdout


def test_the_files_that_ship_are_the_notations_there_are() -> None:
    assert sorted(shipped_notations()) == sorted(SHIPPED) == sorted(NOTATIONS)


@pytest.mark.parametrize("name", SHIPPED)
def test_what_is_printed_is_a_file_to_start_from(name: str, folder: Path) -> None:
    done = run("notation", name)
    assert (done.exit_code, done.stderr) == (0, "")
    (folder / "start.toml").write_text(done.stdout, encoding="utf-8")
    assert Notation.load(folder / "start.toml") == NOTATIONS[name]


def test_a_file_of_ones_own_is_completed(folder: Path) -> None:
    done = run("notation", "mine.toml")
    (folder / "whole.toml").write_text(done.stdout, encoding="utf-8")
    assert "extends" not in done.stdout
    assert Notation.load(folder / "whole.toml") == Notation.load("mine.toml")


@pytest.mark.parametrize(
    "arguments",
    [
        ["latex", "J1"],
        ["derive", "Elman", "--of", "h", "--wrt", "h[t-1]", "--latex"],
        ["derive", "Elman", "--of", "h", "--wrt", "h[t-1]", "--json"],
        ["list", "J1", "--json"],
        ["cells", "Elman", "--json"],
    ],
    ids=" ".join,
)
def test_latex_is_printed_in_it(arguments: list[str], folder: Path) -> None:
    done = run(*arguments, "--notation", "mine.toml")
    assert (done.exit_code, done.stderr) == (0, "")
    assert "s^{(t" in done.stdout
    assert "h_{" not in done.stdout


def test_a_gradient_says_which_macros_it_needs(folder: Path) -> None:
    (folder / "macros.toml").write_text("symbols.h = '\\v{s}'\nmacros.v = '\\mathsf{#1}'\n", encoding="utf-8")
    done = run("derive", "Elman", "--of", "h", "--wrt", "h[t-1]", "--latex", "--notation", "macros.toml")
    first, rest = done.stdout.split("\n", maxsplit=1)
    assert first == r"% needs: \renewcommand{\v}[1]{\mathsf{#1}}"
    assert r"\v{s}_{(t)}" in rest
    assert "needs" not in run("derive", "Elman", "--of", "h", "--wrt", "h[t-1]", "--latex").stdout


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_claims_are_checked_and_the_lecture_is_built_in_it(jobs: str, folder: Path) -> None:
    done = run("verify", "J1", "J2", "--json", "--jobs", jobs, "--notation", "mine.toml")
    assert done.exit_code == 0
    assert all("s^{(t)}" in record["statement"] for record in json.loads(done.stdout))
    assert run("build", "--jobs", jobs, "--notation", "mine.toml", "-o", "out").exit_code == 0
    assert r"\frac{d s^{(t)}}{d s^{(t-1)}}" in (folder / "out" / "lecture.tex").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("notation", "message"),
    [
        (
            "gone.toml",
            "the notation cannot be read: No such file or directory (at gone.toml); name a TOML file, or one",
        ),
        ("lectur", "unknown notation 'lectur'; the known ones are: lecture"),
        ("clash.toml", "h and x are both written x (at clash.toml:3); write another symbol for one of them"),
    ],
)
def test_what_is_wrong_is_one_message(notation: str, message: str, folder: Path) -> None:
    (folder / "clash.toml").write_text("extends = 'plain'\n[symbols]\nh = 'x'\n", encoding="utf-8")
    done = run("latex", "J1", "--notation", notation)
    assert (done.exit_code, done.stdout) == (2, "")
    assert message in done.stderr
    assert done.stderr.count("\n") == 1


def test_a_name_is_known_without_importing_sympy() -> None:
    code = "import sys; from symrnn.cli.options import shipped_notations as s; s(); print('sympy' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"


@pytest.mark.parametrize("command", [("latex", "J1"), ("build", "--jobs", "1")])
def test_a_symbol_of_a_name_that_no_claim_has_is_noted(folder: Path, command: tuple[str, ...]) -> None:
    (folder / "typo.toml").write_text("[symbols]\nW_hx = 'V'\nh = 's'\nzebra = 'z'\n", encoding="utf-8")
    done = run(*command, "--notation", "typo.toml")
    assert done.exit_code == 0
    (noted,) = [line for line in done.stderr.splitlines() if "typo" in line]
    assert noted == "symrnn: the notation typo has symbols that no claim needs: W_hx (did you mean W_xh?), zebra"
    assert "typo" not in run(*command, "--notation", "mine.toml").stderr
