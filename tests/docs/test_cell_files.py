"""The cells that docs/cell_files.md shows are read, and their gradients proved; test_pages.py runs its commands."""

from __future__ import annotations

import pytest
from docs.pages import DOCS, files_of

from symrnn import Cell

SHOWN = {file: text for file, text in files_of(DOCS / "cell_files.md").items() if file.endswith(".cell")}


def test_there_are_cells() -> None:
    assert len(SHOWN) >= 4


@pytest.mark.parametrize("file", SHOWN)
def test_every_cell_that_is_shown_is_read(file: str) -> None:
    cell = Cell.parse(SHOWN[file])
    assert str(Cell.parse(str(cell))) == str(cell)


@pytest.mark.table(quick=("mine.cell",))
@pytest.mark.parametrize("file", SHOWN)
def test_every_cell_that_is_shown_has_proved_gradients(file: str) -> None:
    cell = Cell.parse(SHOWN[file])
    for parameter in cell.parameters:
        assert cell.derive(cell.L, wrt=parameter).verify(), parameter
