"""``symrnn list``: the claims there are."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from symrnn.cli.options import json_option, notation_option
from symrnn.cli.shared import chosen, print_json, report_failures

if TYPE_CHECKING:
    from symrnn.latex import Notation


@click.command(name="list")
@click.argument("targets", nargs=-1, metavar="[PATH|ID]...")
@json_option
@notation_option
@click.pass_context
def command(ctx: click.Context, targets: Sequence[str], as_json: bool, notation: str | Notation) -> None:
    """List claims with the verdicts they are expected to get.

    An ID may hold wildcards, as in 'L15*'; case does not matter. Files whose text tells what they claim are not run,
    so that it shows only later whether they run; with --json all of them are.
    """
    from symrnn.library import Library

    if as_json:
        from symrnn.render.report import listed

        library, entries = chosen(targets, Library.select)
        print_json([listed(entry, notation) for entry in entries])
    else:
        from symrnn.render.table import claim_table, console_for

        library, headings = chosen(targets, Library.headings)
        console = console_for(sys.stdout)
        console.print(claim_table(headings, console))
    ctx.exit(report_failures(library))
