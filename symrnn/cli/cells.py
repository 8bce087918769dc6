"""``symrnn cells``: the cells that ship, or one with its equations."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import click

from symrnn.cli.options import complete_cell, network_options, notation_option, read_network
from symrnn.cli.shared import print_json

if TYPE_CHECKING:
    from symrnn.latex import Notation


@click.command(name="cells")
@click.argument("name", required=False, shell_complete=complete_cell)
@click.option("--json", "as_json", is_flag=True, help="Print an array of objects, or one object for a NAME.")
@network_options
@notation_option
def command(name: str | None, as_json: bool, notation: str | Notation, **network: Any) -> None:
    """Show the cells that ship, or one with its equations.

    NAME is one of them, or a cell of your own: FILE.cell with its equations as text, of which the shapes are found
    out, or FILE.py:NAME for one written in Python with symrnn.Cell. With --layers, --bidirectional, --loss, --readout
    or --over the network is shown that is made of it. The notation is for the LaTeX in --json.
    """
    from symrnn.cells.table import CELLS
    from symrnn.errors import SelectionError
    from symrnn.render.cells import cell_record, cell_table, print_cell
    from symrnn.render.table import console_for

    console = console_for(sys.stdout)
    if name is not None:
        entry, recurrence = read_network(name, None, **network)
        if as_json:
            print_json(cell_record(entry, recurrence, notation))
        else:
            print_cell(entry, recurrence, console)
        return
    if given := [option for option, value in network.items() if value not in (None, False, 1)]:
        raise SelectionError(f"--{given[0]} is of one cell", advice="name it")
    made = [(entry, entry.make()) for entry in CELLS.values()]
    if as_json:
        print_json([cell_record(entry, recurrence, notation) for entry, recurrence in made])
    else:
        console.print(cell_table(made, console))
        console.print(f"{len(made)} cells; `symrnn cells NAME` shows one with its equations")
