"""Cells from text: what ``Cell.parse`` does, and how such a cell is printed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields

import sympy as sp

from symrnn import late
from symrnn.activations import Activation
from symrnn.cells.cell import Cell
from symrnn.cells.written.inference import infer
from symrnn.cells.written.losses import given_loss
from symrnn.cells.written.places import Misread, Source, Span
from symrnn.cells.written.reading import read_text
from symrnn.cells.written.resolving import scope_of
from symrnn.cells.written.scope import STEP, Scope
from symrnn.cells.written.shapes import Shapes
from symrnn.cells.written.terms import Terms
from symrnn.errors import ReadingError, SymrnnError
from symrnn.recurrence import Definition, Recurrence
from symrnn.symbols import t


class WrittenCell(Cell):
    """A cell that was read from text; it prints as text that can be read again, with the shapes that were found.

    Args:
        recurrence: what was read.
    """

    def __init__(self, recurrence: Recurrence) -> None:
        Recurrence.__init__(self, **{f.name: getattr(recurrence, f.name) for f in fields(Recurrence)})

    def __str__(self) -> str:
        """The equations, the loss, and below ``where`` the shapes."""
        return late.cell_text(self)


@dataclass(frozen=True)
class Draft:
    """A text that was read, before its sizes and its generic activation are chosen.

    Args:
        source: the text.
        scope, shapes: what was found out about its names.
    """

    source: Source
    scope: Scope
    shapes: Shapes

    @property
    def hidden(self) -> sp.Expr:
        """The number of rows of its main state."""
        name = "h" if "h" in self.scope.states else self.scope.states[0]
        return self.shapes.of[name][0].resolved()

    @property
    def inputs(self) -> sp.Expr | None:
        """The number of rows of its first input; None without one."""
        return self.shapes.of[self.scope.inputs[0]][0].resolved() if self.scope.inputs else None

    @property
    def generic(self) -> tuple[str, ...]:
        """The activations that it leaves open."""
        found = self.scope.activations.items()
        return tuple(dict.fromkeys(entry.name for shown, entry in found if entry.is_generic and shown != STEP))

    def cell(
        self, name: str, sizes: Mapping[sp.Expr, sp.Expr] | None = None, activation: Activation | None = None
    ) -> WrittenCell:
        """The cell.

        Args:
            name: what it is called in messages.
            sizes: what is to stand in the place of a size.
            activation: φ, in the place of a generic one.

        Raises:
            CellTextError: for what cannot be a recurrence.
        """
        terms = Terms(self.scope, self.shapes, sizes or {}, activation)
        try:
            return WrittenCell(self._recurrence(name, terms))
        except Misread as misread:
            raise self.source.error(misread) from None

    def _recurrence(self, name: str, terms: Terms) -> Recurrence:
        scope = self.scope
        definitions = [
            Definition(terms.sequence(each), terms.right_side(equation), scope.role(each))
            for each, equation in scope.equations.items()
        ]
        activations = [terms.activation(shown) for shown in scope.activations if shown != STEP]
        try:
            bare = Recurrence(
                name=name,
                index=t,
                definitions=tuple(definitions),
                parameters=tuple(terms.parameter(each) for each in scope.parameters),
                inputs=tuple(map(terms.sequence, scope.inputs)),
                activations=tuple(dict.fromkeys(activations)),
            )
            return given_loss(bare, terms, scope.text.loss)
        except SymrnnError as error:
            whole = Span(0, len(self.source.text))
            first = next((scope.equations[each].left.span for each in scope.equations if each in error.what), whole)
            raise Misread(error.what, first, error.advice) from None


def draft(text: str, file: str = "") -> Draft:
    """Read a text as far as nothing has to be chosen.

    Raises:
        ReadingError: for something that is not text.
        CellTextError: for a text that is not a cell, with the place.
    """
    if not isinstance(text, str):
        raise ReadingError(f"a cell is written as text, not as {type(text).__name__}")
    source = Source(text, file)
    try:
        scope = scope_of(read_text(text))
        return Draft(source, scope, infer(scope, text))
    except Misread as misread:
        raise source.error(misread) from None


def parse_cell(text: str, name: str = "cell") -> WrittenCell:
    """A cell from its equations as they stand in a paper; see :meth:`symrnn.cells.Cell.parse`.

    Raises:
        CellTextError: for a text that is not a cell, with the line, the column and what to do.

    >>> print(parse_cell("h[t] = tanh(W x[t] + U h[t-1] + b)"))
    h[t] = tanh(U h[t-1] + W x[t] + b)
    loss = generic of h[t]
    where
      h: n  # state
      x: m  # input
      W: n x m  # parameter
      U: n x n  # parameter
      b: n  # parameter
    """
    return draft(text).cell(name)
