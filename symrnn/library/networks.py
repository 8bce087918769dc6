"""Networks as a command line names them: a cell that ships or one of a file, its layers, directions and loss."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import sympy as sp

from symrnn.activations import Activation
from symrnn.cells import Bidirectional, Stacked, deep
from symrnn.cells.reading import maker
from symrnn.cells.table import Shipped, shipped
from symrnn.cells.written.files import SUFFIX, draft_of, maker_of
from symrnn.errors import SelectionError, SymrnnError
from symrnn.library.loading import run_file
from symrnn.library.places import shown_path
from symrnn.recurrence import Recurrence


class Wishes(NamedTuple):
    """What is wanted of a network besides its cell.

    Args:
        activation: φ of a cell that leaves it open.
        layers: how many on top of each other.
        bidirectional: whether a second chain reads the input from its end.
        loss: the loss of a step, see :data:`symrnn.cells.LOSSES`.
        readout: how many outputs a readout has, a number or a letter.
        over: ``"sum"``, ``"mean"`` or ``"last"``.
    """

    activation: Activation | None = None
    layers: int = 1
    bidirectional: bool = False
    loss: str | None = None
    readout: str | None = None
    over: str | None = None

    @property
    def has_loss(self) -> bool:
        """Whether anything is said of the loss."""
        return not self.loss is self.readout is self.over is None


def find_network(text: str, wishes: Wishes | None = None) -> tuple[Shipped, Recurrence]:
    """The cell that a text names, and the network that is made of it.

    Args:
        text: the name of a cell that ships, or ``FILE.py:NAME`` for one of a file: a recurrence at its top level, or
            what makes one from ``hidden`` and ``inputs``; or ``FILE.cell`` for one that is written as text.
        wishes: what is wanted of it; None for nothing.

    Raises:
        SelectionError: for a name that there is not, and for wishes that do not go together or with the cell.
        CellTextError: for a text that is not a cell, with the place.
        DerivationFileError: for a file that raises.
        ParameterError: for an activation where the cell has its own.

    >>> entry, net = find_network("lstm", Wishes(layers=2, loss="squared error", over="last"))
    >>> entry.name, net
    ('LSTM', <LSTM on LSTM: states c_1, h_1, c_2, h_2; inputs x, d; 24 parameters>)
    """
    wishes = Wishes() if wishes is None else wishes
    entry = find_entry(text)
    make = maker(entry, wishes.activation)
    try:
        return entry, _built(entry, make, wishes)
    except SelectionError:
        raise
    except SymrnnError as error:
        if wishes.layers == 1 and not wishes.bidirectional and not wishes.has_loss:
            raise
        raise SelectionError(f"{entry.name}: {error.what}", advice=error.advice) from None


def find_entry(text: str) -> Shipped:
    """The cell that a text names, in the words of those that ship; argument and errors as for :func:`find_network`.

    >>> find_entry("gru").name
    'GRU'
    """
    return _of_file(text) if is_file(text) else shipped(text)


def _built(entry: Shipped, make: Callable[..., Recurrence], wishes: Wishes) -> Recurrence:
    cell = make()
    if wishes.bidirectional and wishes.has_loss:
        raise SelectionError(
            "the loss of a bidirectional network looks at both chains, and is generic",
            advice="leave --loss, --readout and --over out, or --bidirectional",
        )
    if wishes.layers > 1:
        cell = _stacked(entry, make, cell, wishes.layers)
    if wishes.bidirectional:
        cell = Bidirectional(cell)
    if not wishes.has_loss:
        return cell
    readout = None if wishes.readout is None else _size(wishes.readout)
    return cell.with_loss(wishes.loss or "generic", over=wishes.over or "sum", readout=readout)


def _stacked(entry: Shipped, make: Callable[..., Recurrence], cell: Recurrence, layers: int) -> Recurrence:
    if not cell.inputs:
        raise SelectionError(f"{entry.name} has no input that could be a layer below", advice="leave --layers out")
    if {"hidden", "inputs"} <= set(inspect.signature(make).parameters):
        return deep(make, layers)
    try:
        return Stacked(*[cell] * layers)
    except SymrnnError as error:
        advice = "write a function of hidden and inputs that makes the cell, and name that"
        raise SelectionError(f"{entry.name} does not fit on itself: {error.what}", advice=advice) from None


def _size(text: str) -> sp.Expr:
    """A number of outputs, or a letter for it."""
    if text.isascii() and text.isdecimal() and int(text):
        return sp.Integer(text)
    if text.isascii() and text.isidentifier():
        return sp.Symbol(text, integer=True, positive=True)
    raise SelectionError(f"{text!r} is not a number of outputs", advice="use one such as 10, or a letter such as q")


# -- cells of files ----------------------------------------------------------------------------------------------------


def is_file(text: str) -> bool:
    """Whether a text names a file of Python, and perhaps a cell in it, or a file with the text of one.

    >>> is_file("lstm"), is_file("mine.py:mine"), is_file("cells/mine.py"), is_file("mine.cell")
    (False, True, True, True)
    """
    return _split(text)[0].endswith((".py", SUFFIX))


def _split(text: str) -> tuple[str, str]:
    """A path, and a name behind the last colon, unless that is part of the path as on other systems."""
    path, colon, name = text.rpartition(":")
    return (path, name) if colon and path.endswith((".py", SUFFIX)) else (text, "")


def find_function(text: str) -> Callable[..., Any]:
    """The function that ``FILE.py:NAME`` names.

    Raises:
        SelectionError: for a text that names none.
        DerivationFileError: for a file that raises.
    """
    name, wanted = _split(text)
    if not name.endswith(".py") or not wanted:
        raise SelectionError(f"{text!r} names no function", advice="write FILE.py:NAME, as in mine.py:backward")
    bound = _bound(name)
    if wanted not in bound or not callable(bound[wanted]):
        there = ", ".join(key for key, value in bound.items() if inspect.isfunction(value)) or "none"
        raise SelectionError(f"{name} has no function {wanted}", advice=f"its functions: {there}")
    found: Callable[..., Any] = bound[wanted]
    return found


def _bound(name: str) -> dict[str, Any]:
    """What the names of a file are bound to, when it has been run."""
    path = Path(name)
    if not path.is_file():
        raise SelectionError(f"there is no file {name}", advice="name one, as in mine.py:mine")
    return {key: value for key, value in vars(run_file(path)).items() if not key.startswith("_")}


def _of_file(text: str) -> Shipped:
    name, wanted = _split(text)
    if name.endswith(SUFFIX):
        if wanted:
            raise SelectionError(f"{name} is one cell, without a name {wanted}", advice=f"write {name}")
        return _of_text(Path(name))
    path, bound = Path(name), _bound(name)
    cells = {key: value for key, value in bound.items() if isinstance(value, Recurrence)}
    if not wanted and len(cells) == 1:
        (wanted,) = cells
    if wanted not in bound:
        there = f"it has {', '.join(cells)}" if cells else "bind one to a name, as in mine = Cell(…)"
        what = f"no cell {wanted}" if wanted else f"{len(cells) or 'no'} cells, so which one is open"
        raise SelectionError(f"{name} has {what}", advice=f"{there}; write {name}:NAME")
    return _entry(wanted, bound[wanted], path)


def _of_text(path: Path) -> Shipped:
    """The cell of a file of text in the words of those that ship."""
    make = maker_of(draft_of(path), path.stem)
    return Shipped(path.stem, make, "a cell as text", shown_path(path))


def _entry(name: str, value: Any, path: Path) -> Shipped:
    """A cell of a file in the words of those that ship."""
    if isinstance(value, Recurrence):
        return Shipped(name, lambda: value, value.name, shown_path(path))

    if not callable(value):
        what = f"{name} in {shown_path(path)} is not a recurrence"
        raise SelectionError(what, advice="name a Cell, or what makes one")
    try:
        made = value()
    except (TypeError, SymrnnError) as error:
        advice = "give its arguments values that it has without being asked, such as hidden=n, inputs=m"
        raise SelectionError(f"{name} in {shown_path(path)} makes no cell: {error}", advice=advice) from None
    if not isinstance(made, Recurrence):
        raise SelectionError(f"{name} in {shown_path(path)} makes no recurrence", advice="name what makes a Cell")
    return Shipped(name, value, made.name, shown_path(path))
