r"""What the pages and README show is run as it stands there, and prints what they show.

Sessions at ``>>>`` are doctests, which pytest collects itself; see ``doctest-glob`` in pyproject.toml.
"""

from __future__ import annotations

import doctest
import os
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner
from docs.pages import ROOT, Block, blocks_of, files_of, pages, words

from symrnn.cli import main

PAGES = pages()
RUN = {name: path for name, path in PAGES.items() if any(block.language == "console" for block in blocks_of(path))}
OWN_TESTS = {"docs/how-to/site"}
"""Pages whose commands need what not everybody has: tests of their own run them where it is there."""

READ_ELSEWHERE = {"docs/cell_files": "cell"}
"""Blocks of a language that tests of their own read."""

SLOW = {"docs/tutorials/lecturer", "docs/tutorials/programmer"}
FLAGS = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE


def is_session(block: Block) -> bool:
    """Whether pytest collects a block by itself."""
    return block.language in {"python", "pycon"} and ">>> " in block.code


@pytest.mark.parametrize("name", PAGES)
def test_every_block_is_run(name: str) -> None:
    for block in blocks_of(PAGES[name]):
        run = (
            READ_ELSEWHERE.get(name) == block.language
            or block.file
            or block.reason
            or is_session(block)
            or block.language in {"console", "text"}
        )
        assert run, (
            f"{name} has a block that nothing runs; tests/docs/pages.py says which forms there are:\n{block.code}"
        )


@pytest.mark.parametrize("name", PAGES)
def test_sessions_can_be_collected(name: str) -> None:
    """A block without its closing empty line would have the fence for output."""
    for block in filter(is_session, blocks_of(PAGES[name])):
        assert block.code.endswith("\n\n"), f"an empty line is missing at the end of\n{block.code}"


@pytest.mark.table(quick=[name for name in RUN if name not in SLOW | OWN_TESTS])
@pytest.mark.parametrize("name", RUN)
def test_commands_do_what_is_shown(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if name in OWN_TESTS:
        pytest.skip("its tests are in a file of their own")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "100")
    for file, text in files_of(PAGES[name]).items():
        (tmp_path / file).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / file).write_text(text, encoding="utf-8")
    for block in blocks_of(PAGES[name]):
        if block.language == "console" and not block.reason:
            for command, shown in block.commands:
                printed = run(command, shown or "")
                if shown is not None:
                    same = doctest.OutputChecker().check_output(shown, printed, FLAGS)
                    assert same, f"{name} shows of {command!r}\n{shown}\nand it prints\n{printed}"


def run(command: str, shown: str) -> str:
    """What a command prints, on either stream; it fails where a page shows an error of pytest, and only there."""
    (program, *rest), into = words(command)
    if program == "symrnn":
        done = CliRunner().invoke(main, rest, catch_exceptions=False)
        assert done.exit_code == 0, f"{command}: {done.output}"
        if into:
            Path(into).write_text(done.stdout, encoding="utf-8")
        return done.output
    assert program in {"python", "pytest"}, f"{command!r} is run by nothing; a comment above it can say why"
    program_words = ["-m", "pytest", "-p", "no:cacheprovider"] if program == "pytest" else []
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, (str(ROOT), os.environ.get("PYTHONPATH"))))}
    ended = subprocess.run(
        [sys.executable, *program_words, *rest], capture_output=True, text=True, timeout=300, env=environment
    )
    assert ended.returncode == ("\nE  " in shown), ended.stdout + ended.stderr
    return ended.stdout + ended.stderr
