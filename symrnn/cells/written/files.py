"""Cells in files of their own, which end in ``.cell``."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import sympy as sp

from symrnn.activations import Activation
from symrnn.cells.elman import Size, chosen, positive_size
from symrnn.cells.written.parsing import Draft, WrittenCell, draft
from symrnn.cells.written.reading import MAX_LENGTH
from symrnn.errors import SelectionError

SUFFIX = ".cell"


def load_cell(path: str | Path, name: str = "") -> WrittenCell:
    """The cell of a file; see :meth:`symrnn.cells.Cell.load`.

    Raises:
        SelectionError: for a file that is not there or no text.
        CellTextError: for a text that is not a cell, with file, line and column.
    """
    return draft_of(path).cell(name or Path(str(path)).stem)


def draft_of(path: str | Path) -> Draft:
    """The text of a file, read as far as nothing has to be chosen.

    Raises:
        SelectionError: for a file that is not there or no text.
        CellTextError: for a text that is not a cell.
    """
    file = Path(str(path))
    if not file.is_file():
        raise SelectionError(f"there is no file {path}", advice=f"name one, as in mine{SUFFIX}")
    try:
        with file.open("rb") as opened:
            found = opened.read(4 * MAX_LENGTH + 1)  # a longer one is refused whatever it says
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise SelectionError(f"{path} cannot be read: {reason}") from None
    if len(found) > 4 * MAX_LENGTH:
        raise SelectionError(f"{path} is too long for a cell", advice=f"use at most {MAX_LENGTH} characters")
    try:
        text = found.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        what = f"{path} is not text: byte {error.start} is not UTF-8"
        raise SelectionError(what, advice="save it as UTF-8") from None
    return draft(text.replace("\r\n", "\n").replace("\r", "\n"), str(path))


def maker_of(found: Draft, name: str) -> Callable[..., WrittenCell]:
    """What makes the cell of a text, like the class of a cell that ships.

    It takes ``hidden`` and ``inputs`` where these are letters, and ``activation`` where the text leaves one open.

    >>> make = maker_of(draft("h[t] = φ(W x[t] + U h[t-1])"), "mine")
    >>> make(activation="tanh", hidden=3).U.shape
    (3, 3)
    """
    n, m = found.hidden, found.inputs
    sized = isinstance(n, sp.Symbol) and isinstance(m, sp.Symbol) and n != m

    def build(activation: str | Activation | None, hidden: Size | None, inputs: Size | None) -> WrittenCell:
        sizes = {n: positive_size(hidden, "units")} if hidden is not None else {}
        if inputs is not None:
            sizes[m] = positive_size(inputs, "inputs")
        return found.cell(name, sizes, None if activation is None else chosen(activation))

    def plain() -> WrittenCell:
        return build(None, None, None)

    def of_sizes(hidden: Size = n, inputs: Size | None = m) -> WrittenCell:
        return build(None, hidden, inputs)

    def with_activation(activation: str | Activation | None = None) -> WrittenCell:
        return build(activation, None, None)

    def with_both(activation: str | Activation | None = None, hidden: Size = n, inputs: Size | None = m) -> WrittenCell:
        return build(activation, hidden, inputs)

    if len(found.generic) == 1:
        return with_both if sized else with_activation
    return of_sizes if sized else plain
