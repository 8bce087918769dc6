"""A cell as text that ``Cell.parse`` reads: its equations, its loss, and the shapes of everything."""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Sequence as Rows
from itertools import groupby
from textwrap import wrap

import sympy as sp
from sympy.matrices.expressions import MatrixExpr

from symrnn.activations import Activation
from symrnn.activations import activation as look_up
from symrnn.cells.losses import LOSSES
from symrnn.cells.training import LOSS, MASKS, OVER, STEP, with_loss, without_loss
from symrnn.cells.written.functions import GENERIC, is_letter
from symrnn.cells.written.names import is_greek
from symrnn.errors import SymrnnError
from symrnn.expr import Element, Sequence, Variable
from symrnn.latex.precedence import Piece
from symrnn.latex.spelling import spelling_of
from symrnn.latex.text import TextStyle, to_text
from symrnn.latex.walk import write
from symrnn.recurrence import Recurrence, Role

WIDTH = 100


class Unmistakable(TextStyle):
    """Text that can be read again: [h; x] is written so."""

    def matrix(self, rows: Rows[Rows[Piece]]) -> Piece:
        """Rows are parted by semicolons."""
        return Piece(f"[{'; '.join(', '.join(entry.text for entry in row) for row in rows)}]")


def cell_text(recurrence: Recurrence) -> str:
    """The equations of a cell, its loss, and below ``where`` what is not plain from them; it can be read again.

    >>> from symrnn.cells import Cell
    >>> from symrnn.cells.simple import Leaky
    >>> text = cell_text(Leaky("tanh"))
    >>> print(text)
    a[t] = U h[t-1] + W x[t] + b
    h[t] = (1 - α) h[t-1] + α tanh(a[t])
    loss = generic of h[t]
    where
      h: n  # state
      a: n  # intermediate
      x: m  # input
      W: n x m  # parameter
      U: n x n  # parameter
      b: n  # parameter
      α: positive number
    >>> str(Cell.parse(text)).splitlines()[-1]
    '  α: positive number'
    """
    bare: Recurrence = without_loss(recurrence)
    at = recurrence.index
    lines = [f"{to_text(of)} = {_text(body)}" for d in bare.definitions for of, body in d.equations(at)]
    named = _named_loss(recurrence, bare)
    if named:
        lines.append(named)
    else:
        bare = Recurrence.replaced(recurrence)
        lines = [f"{to_text(of)} = {_text(body)}" for d in recurrence.definitions for of, body in d.equations(at)]
        lines += [f"{to_text(total)} = {to_text(body)}" for total, body in recurrence.totals.items()]
    return "\n".join([*lines, "where", *(f"  {line}" for line in _declared(bare))])


def _text(body: MatrixExpr) -> str:
    return write(body, Unmistakable(spelling_of(body, abbreviations={}))).text


# -- the loss ----------------------------------------------------------------------------------------------------------


def _named_loss(recurrence: Recurrence, bare: Recurrence) -> str:
    """The line that asks for the loss of a recurrence; empty where no line does."""
    step, total = recurrence.definition(STEP), recurrence.total(LOSS)
    if step is None or total is None or len(recurrence.totals) > 1:
        return ""
    at = recurrence.index
    targets = [given for given in recurrence.inputs if given not in bare.inputs and given.name not in MASKS]
    masked = any(each.name in MASKS for each in total.atoms(Element))
    looked_at = {use.name for use in recurrence.graph.uses[STEP]}
    columns = (d.sequence for d in bare.definitions if d.sequence.at(at).cols == 1)
    for of in (sequence for sequence in columns if sequence.name in looked_at):
        for loss in LOSSES.values():
            against = targets[:1] if loss.has_targets else []
            if loss.term(of.at(at), (against or [of])[0].at(at)) != step.body:
                continue
            for over in OVER:
                name = against[0].name if against else ""
                try:
                    found = with_loss(bare, loss.name, of=of, over=over, masked=masked, targets=name)
                except SymrnnError:  # a loss over the last step has no mask
                    continue
                if found.totals == recurrence.totals and found.definitions == recurrence.definitions:
                    words = [f"loss = {loss.name} of {to_text(of.at(at))}"]
                    words += [f"against {to_text(each.at(at))}" for each in against]
                    words += [f"over {over}"] if over != "sum" else []
                    return " ".join([*words, *(["masked"] if masked else [])])
    return ""


# -- below where -------------------------------------------------------------------------------------------------------


def _declared(recurrence: Recurrence) -> Iterator[str]:
    at = recurrence.index
    for role in Role:
        named = [d.sequence.at(at) for d in recurrence.definitions if d.role is role and d.sequence.name != STEP]
        yield from _shaped(named, role.value)
    yield from _shaped([given.at(at) for given in recurrence.inputs], "input")
    yield from _shaped([p.at(at) if isinstance(p, Sequence) else p for p in recurrence.parameters], "parameter")
    sizes = {symbol for part in recurrence.spoken for each in part.atoms(Element, sp.MatrixSymbol)
             for symbol in sp.Tuple(*each.shape).free_symbols}  # fmt: skip
    numbers = {
        symbol for body in recurrence.graph.right_sides for symbol in body.free_symbols if isinstance(symbol, sp.Symbol)
    }
    for number in sorted(numbers - sizes - {at}, key=str):
        yield f"{to_text(number)}: {'positive ' if number.is_positive else ''}number"
    for entry in recurrence.activations:
        said = _stated(entry)
        if said:
            yield said


def _shaped(quantities: list[Variable], role: str) -> Iterator[str]:
    """Names with their shapes, those of one shape that stand side by side on one line."""
    for (rows, cols), group in groupby(quantities, lambda each: each.shape):
        names = [to_text(each).partition("[")[0] for each in group]
        shape = _size(rows) if cols == 1 else f"{_size(rows)} x {_size(cols)}"
        for line in wrap(", ".join(names), WIDTH):
            yield f"{line.rstrip(',')}: {shape}  # {role}{'s' if ',' in line.rstrip(',') else ''}"


def _size(size: sp.Expr) -> str:
    text = str(size).replace("*", " ")
    return f"({text})" if isinstance(size, sp.Add) else text


def _stated(entry: Activation) -> str:
    """What has to be said of an activation; empty when nothing has."""
    if entry.is_generic:
        base = entry.name.split("_")[0]
        plain_letter = is_letter(entry.name) and (not is_greek(entry.name) or base in GENERIC)
        return "" if plain_letter else f"{to_text(sp.Symbol(entry.name))}: function"
    plain = look_up(entry.name)
    if entry == plain:
        return ""
    values = [f"{name}={value}" for name, value in entry.parameters if (name, value) not in plain.parameters]
    if entry.at_kink is not None:
        values.append("at_kink=" + ("torch" if isinstance(entry.at_kink, sp.Tuple) else str(entry.at_kink)))
    return f"{entry.name}: {entry.name}({', '.join(values)})"
