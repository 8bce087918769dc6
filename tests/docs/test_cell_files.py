"""What docs/cell_files.md shows is read, and its commands do what it says."""

from __future__ import annotations

import doctest
import re
import shlex
from pathlib import Path

import pytest
from click.testing import CliRunner
from docs.blocks import ROOT, blocks, commands

from symrnn import Cell
from symrnn.cli import main

FILE = "docs/cell_files.md"
TEXT = (ROOT / FILE).read_text(encoding="utf-8")
SHOWN = re.findall(r"^```cell\n(.*?)^```$", TEXT, re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("text", SHOWN, ids=[text.splitlines()[0] for text in SHOWN])
def test_every_cell_that_is_shown_is_read(text: str) -> None:
    cell = Cell.parse(text)
    assert str(Cell.parse(str(cell))) == str(cell)


@pytest.mark.table(quick=("0",))
@pytest.mark.parametrize("place", range(len(SHOWN)), ids=str)
def test_every_cell_that_is_shown_has_proved_gradients(place: int) -> None:
    cell = Cell.parse(SHOWN[place])
    for parameter in cell.parameters:
        assert cell.derive(cell.L, wrt=parameter).verify(), parameter


@pytest.mark.parametrize("command", commands(FILE, "Cells as text"))
def test_the_commands(command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (text,) = blocks(FILE, "Cells as text", "cell")
    (tmp_path / "mine.cell").write_text(text, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    if "plot" in command:
        pytest.importorskip("matplotlib")
    program, *words = shlex.split(command)
    assert program == "symrnn"
    done = CliRunner().invoke(main, words, catch_exceptions=False)
    assert done.exit_code == 0, done.output


def test_the_session() -> None:
    flags = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
    for session in re.findall(r"^```pycon\n(.*?)^```$", TEXT, re.MULTILINE | re.DOTALL):
        test = doctest.DocTestParser().get_doctest(session, {}, FILE, FILE, 0)
        assert doctest.DocTestRunner(optionflags=flags).run(test).failed == 0
