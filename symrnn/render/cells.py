"""The cells that ship: a table of all, one with its equations, and records for machines."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import Any

import sympy as sp
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

from symrnn.cells.table import Shipped
from symrnn.derivation import Equation
from symrnn.expr import Sequence, Variable
from symrnn.latex import Notation, statement_latex, to_text
from symrnn.recurrence import Definition, Recurrence, Role
from symrnn.render.table import WIDE


def cell_record(entry: Shipped, recurrence: Recurrence, notation: str | Notation = "lecture") -> dict[str, Any]:
    """Everything that there is to know of a cell, as an object for JSON; terms as text and in LaTeX.

    >>> from symrnn.cells.table import CELLS
    >>> record = cell_record(CELLS["GRU"], CELLS["GRU"].make())
    >>> record["states"], record["parameters"][0], record["entries"]
    ([{'name': 'h', 'shape': ['n', '1']}], {'name': 'W_r', 'shape': ['n', 'm']}, '3*n*(m + n + 1)')
    """
    return {
        "name": entry.name,
        "title": recurrence.name,
        "description": entry.description,
        "source": entry.source,
        "index": str(recurrence.index),
        "states": _named(recurrence, Role.STATE),
        "intermediates": _named(recurrence, Role.INTERMEDIATE),
        "outputs": _named(recurrence, Role.OUTPUT),
        "inputs": [_shaped(given, recurrence) for given in recurrence.inputs],
        "parameters": [_shaped(parameter, recurrence) for parameter in recurrence.parameters],
        "entries": str(entries(recurrence)),
        "equations": [
            {
                "of": str(definition.sequence.at(recurrence.index)),
                "role": definition.role.value,
                "first": definition.first,
                "text": equation_text(definition, recurrence),
                "latex": statement_latex(_equation(definition, recurrence), notation),
            }
            for definition in recurrence.definitions
        ],
        "totals": [
            {"of": total.name, "text": f"{to_text(total)} = {to_text(body)}"}
            | {"latex": statement_latex(Equation(total, body), notation)}
            for total, body in recurrence.totals.items()
        ],
        "activations": [entry.title for entry in recurrence.activations],
    }


def _named(recurrence: Recurrence, role: Role) -> list[dict[str, Any]]:
    return [_shaped(d.sequence, recurrence) for d in recurrence.definitions if d.role is role]


def _shaped(quantity: Sequence | sp.MatrixSymbol, recurrence: Recurrence) -> dict[str, Any]:
    return {"name": quantity.name, "shape": [str(size) for size in _at(quantity, recurrence).shape]}


def _at(quantity: Sequence | sp.MatrixSymbol, recurrence: Recurrence) -> Variable:
    return quantity.at(recurrence.index) if isinstance(quantity, Sequence) else quantity


def _equation(definition: Definition, recurrence: Recurrence) -> Equation:
    return Equation(definition.sequence.at(recurrence.index), definition.body)


def equation_text(definition: Definition, recurrence: Recurrence) -> str:
    """A definition as a paper prints it, as text.

    >>> from symrnn.cells import LSTM
    >>> lstm = LSTM()
    >>> equation_text(lstm.definition("h"), lstm)
    'h[t] = o[t] ⊙ tanh(c[t])'
    """
    equation = _equation(definition, recurrence)
    return f"{to_text(equation.lhs)} = {to_text(equation.rhs)}"


def entries(recurrence: Recurrence) -> sp.Expr:
    """How many numbers the parameters have, in the sizes; those of one step where each step has its own."""
    shapes = [_at(parameter, recurrence).shape for parameter in recurrence.parameters]
    return sp.factor(sum((rows * cols for rows, cols in shapes), sp.S.Zero))


# -- all of them -------------------------------------------------------------------------------------------


def cell_table(cells: Iterable[tuple[Shipped, Recurrence]], console: Console) -> Table:
    """A row for each cell; a wide table also says of how many numbers its parameters consist.

    What goes into a gate, such as a_f, is left out beside the gate.
    """
    table = Table(box=SIMPLE_HEAD, pad_edge=False, header_style="bold", show_edge=False, padding=(0, 1, 0, 0))
    table.add_column("cell", style="bold", no_wrap=True)
    table.add_column("states", no_wrap=True)
    table.add_column("in between", no_wrap=True)
    table.add_column("parameters", no_wrap=True, justify="right")
    wide = console.width >= WIDE
    if wide:
        table.add_column("of so many numbers", no_wrap=True)
    table.add_column("what it is", ratio=1)
    for entry, recurrence in cells:
        table.add_row(
            Text(entry.name),
            Text(", ".join(_names(recurrence, Role.STATE))),
            Text(", ".join(name for name in _names(recurrence, Role.INTERMEDIATE) if not name.startswith("a_"))),
            Text(str(len(recurrence.parameters))),
            *([Text(_short(entries(recurrence)))] if wide else []),
            Text(entry.description).append(f"\n{entry.source}", "dim"),
        )
    return table


def _names(recurrence: Recurrence, role: Role) -> list[str]:
    return [d.sequence.name for d in recurrence.definitions if d.role is role]


def _short(number: sp.Expr) -> str:
    return str(number).replace("**", "^").replace("*", " ")


# -- one of them -------------------------------------------------------------------------------------------


def print_cell(entry: Shipped, recurrence: Recurrence, console: Console) -> None:
    """Print a cell: its equations in the order of the paper, its quantities with their shapes, its loss."""
    facts = Table.grid(padding=(0, 2, 0, 0))
    facts.add_column(style="bold", no_wrap=True)
    facts.add_column()
    for name, text in _facts(entry, recurrence):
        facts.add_row(name, Text(text))
    console.print(facts)


def _facts(entry: Shipped, recurrence: Recurrence) -> Iterator[tuple[str, str]]:
    yield "name", entry.name
    yield "", entry.description
    yield "source", entry.source
    steps = [definition for definition in recurrence.definitions if definition.role is not Role.OUTPUT]
    loss = [equation_text(d, recurrence) for d in recurrence.definitions if d.role is Role.OUTPUT]
    loss += [f"{to_text(total)} = {to_text(body)}" for total, body in recurrence.totals.items()]
    yield from _labelled("equations", [equation_text(definition, recurrence) for definition in steps])
    yield from _labelled("loss", loss)
    given = [state.sequence.at(sp.Integer(state.first - 1)) for state in recurrence.states()]
    yield from _labelled("states", _by_shape([state.sequence for state in recurrence.states()], recurrence))
    yield "initial", f"{', '.join(map(to_text, given))}, given"
    between = [d.sequence for d in recurrence.definitions if d.role is Role.INTERMEDIATE]
    yield from _labelled("in between", _by_shape(between, recurrence))
    yield from _labelled("inputs", _by_shape(recurrence.inputs, recurrence))
    yield from _labelled("parameters", _by_shape(recurrence.parameters, recurrence))
    number = "1 matrix" if len(recurrence.parameters) == 1 else f"{len(recurrence.parameters)} matrices"
    each = " at each step" if any(isinstance(p, Sequence) for p in recurrence.parameters) else ""
    yield "", f"{number}, {_short(entries(recurrence))} numbers{each}"
    generic = [f"{phi.name}: any differentiable function" for phi in recurrence.activations if phi.is_generic]
    yield from _labelled("activation", generic or [phi.title for phi in recurrence.activations])


def _labelled(label: str, lines: list[str]) -> Iterator[tuple[str, str]]:
    for number, line in enumerate(lines):
        yield ("" if number else label), line


def _by_shape(quantities: Iterable[Sequence | sp.MatrixSymbol], recurrence: Recurrence) -> list[str]:
    """Names with their shapes, those of one shape that stand side by side on one line."""
    terms = [_at(quantity, recurrence) for quantity in quantities]
    groups = groupby(terms, lambda term: f"{term.rows} × {term.cols}")
    return [f"{', '.join(map(to_text, group))}: {shape}" for shape, group in groups]
