"""``symrnn activations``: the catalogue, or one entry with the proof of its bounds."""

from __future__ import annotations

import sys

import click

from symrnn.cli.options import complete_activation
from symrnn.cli.shared import print_json, watched


@click.command(name="activations")
@click.argument("name", required=False, shell_complete=complete_activation)
@click.option("--json", "as_json", is_flag=True, help="Print an array of objects, or one object for a NAME.")
def command(name: str | None, as_json: bool) -> None:
    """Show the activations, or one with the proof of its bounds.

    Parameters follow a NAME in parentheses, as in 'elu(alpha=2)' or 'relu(at_kink=0)'; a letter in place of a
    number stands for all values that are allowed, as in 'elu(alpha=a)'. Decimals are exact: 0.1 is 1/10.
    """
    from symrnn.activations import TABLE
    from symrnn.render.catalogue import activation_record, catalogue_table, print_activation
    from symrnn.render.table import console_for
    from symrnn.slopes import read_activation, slope_bounds

    console = console_for(sys.stdout)
    if name is not None:
        phi = read_activation(name)
        slope_bounds(phi).check()
        if as_json:
            print_json(activation_record(phi))
        else:
            print_activation(phi, console)
        return
    entries = list(TABLE.values())
    for phi in watched(entries, "proving", lambda entry: entry.name):
        slope_bounds(phi)
    if as_json:
        print_json([activation_record(phi) for phi in entries])
    else:
        console.print(catalogue_table(entries, console))
        console.print(f"{len(entries)} activations; `symrnn activations NAME` shows one with its proof")
