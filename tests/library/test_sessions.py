"""The code in the docstrings of the lecture: what is typed at a prompt gives what is printed, file by file."""

from __future__ import annotations

import ast
import doctest
from pathlib import Path

import pytest

from symrnn.library import default_folder

FILES = sorted(default_folder().glob("L*.py"))
MOST_LINES = 7


@pytest.mark.table(quick=("L01_loss_gradient", "L15_hidden_weight_jacobian", "L20_clipping"))
@pytest.mark.parametrize("path", FILES, ids=[path.stem for path in FILES])
def test_code_gives_what_is_printed(path: Path) -> None:
    docstring = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
    session = doctest.DocTestParser().get_doctest(docstring, {}, path.stem, str(path), 0)
    assert 1 < sum(len(example.source.splitlines()) for example in session.examples) <= MOST_LINES
    said: list[str] = []
    results = doctest.DocTestRunner().run(session, out=said.append)
    assert results.failed == 0, "".join(said)
