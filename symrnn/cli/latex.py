"""``symrnn latex``: the LaTeX of claims and of their proofs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from symrnn.cli.options import notation_option
from symrnn.cli.shared import chosen, report_failures
from symrnn.errors import SelectionError

if TYPE_CHECKING:
    from symrnn.latex import Notation


@click.command(name="latex")
@click.argument("targets", nargs=-1, metavar="ID... [PATH]...", required=True)
@click.option("--statement/--proof", default=True, help="What to print.  [default: statement]")
@notation_option
@click.pass_context
def command(ctx: click.Context, targets: Sequence[str], statement: bool, notation: str | Notation) -> None:
    """Print the LaTeX of a claim: its statement, or with --proof its derivation.

    The LaTeX is for math mode with amsmath, and comes without delimiters.
    """
    from symrnn.latex import statement_latex
    from symrnn.library import Library, looks_like_path
    from symrnn.render.report import proof_latex

    if all(map(looks_like_path, targets)):
        raise SelectionError("no ID is given", advice="see `symrnn list` for those there are")
    library, entries = chosen(targets, Library.select)
    for entry in entries:
        if len(entries) > 1:
            click.echo(f"% {entry.claim.id}")
        click.echo(
            statement_latex(entry.claim.statement, notation) if statement else proof_latex(entry.claim, notation)
        )
    ctx.exit(report_failures(library))
