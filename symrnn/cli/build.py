"""``symrnn build``: check everything, and write the lecture."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from symrnn.cli.options import jobs_option, limit_options, notation_option, seed_option
from symrnn.cli.shared import checked, print_verdicts, report_errors, report_failures

if TYPE_CHECKING:
    from symrnn.latex import Notation

OUTPUT = "symrnn-lecture"


@click.command(name="build")
@click.argument("paths", nargs=-1, metavar="[PATH]...")
@click.option("-o", "--output", default=OUTPUT, show_default=True, metavar="DIR", help="Folder to write to.")
@notation_option
@jobs_option
@seed_option
@limit_options
@click.pass_context
def command(
    ctx: click.Context,
    paths: Sequence[str],
    output: str,
    notation: str | Notation,
    jobs: int | None,
    seed: int | None,
    time: float,
    memory: float,
    digits: int,
) -> None:
    """Check every claim, and write the lecture.

    The folder gets lecture.tex, lecture.md, report.json and one LaTeX fragment for each claim, and pictures
    of the results that have one, where matplotlib is installed. Files are replaced when all of them are
    complete; other files in the folder are left alone.
    """
    from symrnn.files import require_writable
    from symrnn.library import load_library
    from symrnn.render.build import build_lecture

    library = load_library(paths)
    if not library.entries:
        ctx.exit(report_failures(library))
    require_writable(output)
    results = checked(library.entries, jobs, seed, notation, (time, memory, digits), [])
    written = build_lecture(library, results, output, notation=notation)
    print_verdicts(results)
    click.echo(f"\nWritten to {output}:")
    for line in written.summary():
        click.echo(f"  {line}")
    ctx.exit(max(report_failures(library), report_errors(results)))
