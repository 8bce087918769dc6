"""``symrnn notation``: the notations that ship, or one as a file to start from."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from symrnn.cli.options import complete_notation, read_notation

if TYPE_CHECKING:
    from symrnn.latex import Notation

EPILOG = """\b
Examples:
  symrnn notation goodfellow > mine.toml
  symrnn build --notation mine.toml
"""


@click.command(name="notation", epilog=EPILOG)
@click.argument("notation", required=False, metavar="[NAME]", callback=read_notation, shell_complete=complete_notation)
def command(notation: str | Notation | None) -> None:
    """List the notations that ship, or print one as a TOML file to start from.

    The file says everything there is to say, with a comment for each key. What you leave out of a file of your own is
    as in the notation that it extends. NAME may be a file of yours, too, which is then completed.
    """
    from symrnn.latex import NOTATIONS, find_notation

    if notation is not None:
        click.echo(find_notation(notation).toml(), nl=False)
        return
    for each in NOTATIONS.values():
        click.echo(
            f"{each.name:12}{each.indexed('h', each.scalar(each.time)):36}{each.symbol('W_hh'):24}{each.transpose}"
        )
    click.echo("\nPrint one with `symrnn notation NAME`, and use yours with `--notation FILE`.")
