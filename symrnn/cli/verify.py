"""``symrnn verify``: check claims."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from symrnn.cli.options import jobs_option, json_option, limit_options, notation_option, seed_option
from symrnn.cli.shared import (
    checked,
    chosen,
    print_json,
    print_verdicts,
    report_certificates,
    report_errors,
    report_failures,
)

if TYPE_CHECKING:
    from symrnn.latex import Notation
    from symrnn.library import Result


@click.command(name="verify")
@click.argument("targets", nargs=-1, metavar="[PATH|ID]...")
@json_option
@jobs_option
@seed_option
@limit_options
@notation_option
@click.option(
    "--certificates",
    "folder",
    type=click.Path(file_okay=False),
    metavar="DIR",
    help="Keep a certificate for each part of each claim that is PROVED, and the numbers at which others are REFUTED; "
    "what lies there is checked instead of being searched for. python -m symrnn.kernel DIR checks the certificates.",
)
@click.pass_context
def command(
    ctx: click.Context,
    targets: Sequence[str],
    as_json: bool,
    jobs: int | None,
    seed: int | None,
    time: float,
    memory: float,
    digits: int,
    notation: str | Notation,
    folder: str | None,
) -> None:
    """Check claims and print their verdicts.

    PATHs are files or folders to read, IDs choose among their claims; an ID may hold wildcards, as in 'L15*'.
    A claim that is expected to be REFUTED passes when it is, with its counterexample printed.
    """
    from symrnn.library import Library

    library, entries = chosen(targets, Library.select)
    ready: list[Result] = []
    try:
        kept = None if folder is None else Path(folder)
        results = checked(entries, jobs, seed, notation, (time, memory, digits), ready, folder, kept)
    except KeyboardInterrupt:
        if not as_json:
            print_verdicts([result for entry in entries for result in ready if result.id == entry.claim.id])
        click.echo(f"symrnn: {len(ready)} of {len(entries)} claims were checked", err=True)
        raise
    if as_json:
        print_json([result.record() for result in results])
    else:
        print_verdicts(results)
        if folder is not None:
            report_certificates(results, folder)
    ctx.exit(max(report_failures(library), report_errors(results)))
