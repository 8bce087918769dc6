"""``symrnn cells``: the cells that ship, or one with its equations."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from symrnn.cli.options import notation_option
from symrnn.cli.shared import print_json

if TYPE_CHECKING:
    from symrnn.latex import Notation


@click.command(name="cells")
@click.argument("name", required=False)
@click.option("--json", "as_json", is_flag=True, help="Print an array of objects, or one object for a NAME.")
@notation_option
def command(name: str | None, as_json: bool, notation: str | Notation) -> None:
    """Show the cells that ship, or one with its equations.

    A cell of your own is written in Python, with symrnn.Cell. The notation is for the LaTeX in --json.
    """
    from symrnn.cells.table import CELLS, shipped
    from symrnn.render.cells import cell_record, cell_table, print_cell
    from symrnn.render.table import console_for

    console = console_for(sys.stdout)
    if name is not None:
        entry = shipped(name)
        if as_json:
            print_json(cell_record(entry, entry.make(), notation))
        else:
            print_cell(entry, entry.make(), console)
        return
    made = [(entry, entry.make()) for entry in CELLS.values()]
    if as_json:
        print_json([cell_record(entry, recurrence, notation) for entry, recurrence in made])
    else:
        console.print(cell_table(made, console))
        console.print(f"{len(made)} cells; `symrnn cells NAME` shows one with its equations")
