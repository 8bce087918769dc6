"""`symrnn sweep`: tables, files, pictures and the exit status."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from library.samples import SWAPPED, step, write

from symrnn.cli import main


def run(*words: str) -> Result:
    return CliRunner().invoke(main, ["sweep", *words])


def test_norms_are_a_table_a_file_and_a_picture(tmp_path: Path) -> None:
    file, folder = tmp_path / "rows.jsonl", tmp_path / "pictures"
    words = ["norms", "--cell", "elman", "--cell", "lstm", "--size", "2", "--draws", "4", "--steps", "3", "--jobs", "1"]
    first = run(*words, "-o", str(file), "--plot", str(folder))
    assert first.exit_code == 0
    header, elman, lstm, *written = first.stdout.splitlines()
    assert " ".join(header.split()) == "cell n ρ draws within bound median, k = 3 closest k draw"
    assert elman.split()[:7] == ["Elman", "2", "1", "4", "4", "of", "4"]
    assert "none is proved" in lstm
    assert [line.rpartition("/")[2] for line in written] == [
        f"swept-norms.{form}" for form in ("csv", "svg", "png", "pgf")
    ]
    assert len(file.read_text().splitlines()) == 9
    again = run(*words, "-o", str(file))
    assert again.stdout.splitlines() == [header, elman, lstm]


def test_claims_of_a_file_are_compared(tmp_path: Path) -> None:
    path = write(tmp_path / "mine.py", step("J1"), step("J2", SWAPPED, "REFUTED", more='corrected_by="J1"'))
    found = run("claims", str(path), "--size", "2", "--draws", "8", "--jobs", "1")
    assert found.exit_code == 0
    _, one, two = found.stdout.splitlines()
    assert one.split()[:6] == ["J1", "2", "8", "of", "8", "0"]
    assert int(two.split()[5]) > 0


def test_a_claim_that_fails_is_status_1(tmp_path: Path) -> None:
    path = write(tmp_path / "mine.py", step("J1", SWAPPED))
    assert run("claims", str(path), "--size", "2", "--draws", "8", "--jobs", "1").exit_code == 1


def test_what_has_no_two_sides_is_named(tmp_path: Path) -> None:
    found = run("claims", "L19*", "--draws", "1", "--size", "2", "--jobs", "1")
    assert "left out: L19, L19-vanishing, L19-exploding\n" in found.stderr
    assert "L19-bound.3" in found.stdout


@pytest.mark.parametrize(
    "words",
    [
        ["norms", "--size", "99"],
        ["norms", "--cell", "ltsm"],
        ["norms", "--draws", "many"],
        ["norms", "--jobs", "0"],
        ["norms", "--norm", "3"],
        ["claims", "L99"],
        ["claims", "L19"],
        ["claims", "L16", "--size", "99"],
        ["claims", "L16", "--jobs", "1", "--cluster", "tcp://127.0.0.1:1"],
        ["nothing"],
    ],
    ids=" ".join,
)
def test_wrong_use_is_status_2_and_one_message(words: list[str]) -> None:
    found = run(*words)
    assert (found.exit_code, found.stdout) == (2, "")
    assert "Traceback" not in found.stderr
