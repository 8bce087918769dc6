"""``symrnn build``: check everything, and write the lecture."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from symrnn.cli.options import jobs_option, limit_options, notation_option, seed_option
from symrnn.cli.shared import checked, print_digest, print_verdicts, report_errors, report_failures

if TYPE_CHECKING:
    from symrnn.latex import Notation

OUTPUT = "symrnn-lecture"


@click.command(name="build")
@click.argument("paths", nargs=-1, metavar="[PATH]...")
@click.option("-o", "--output", default=OUTPUT, show_default=True, metavar="DIR", help="Folder to write to.")
@click.option("--table", is_flag=True, help="Print every verdict with what it rests on, too.")
@notation_option
@jobs_option
@seed_option
@limit_options
@click.pass_context
def command(
    ctx: click.Context,
    paths: Sequence[str],
    output: str,
    table: bool,
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
    complete; other files in the folder are left alone. What is printed is a summary.
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
    if table:
        print_verdicts(results)
    else:
        print_digest(results)
    click.echo(f"\nWritten to {output}:")
    for line in written.summary():
        click.echo(f"  {line}")
    if not table:
        _say_more(next((result.id for result in results if result.verdict == "REFUTED"), results[0].id))
    ctx.exit(max(report_failures(library), report_errors(results)))


def _say_more(some: str) -> None:
    """Where the rest stands, with the id of a claim as an example."""
    click.echo("\nMore:")
    for ask, what in (
        (f"symrnn verify {some}", "a verdict with its counterexample, or with what it rests on"),
        (f"symrnn latex {some}", "its LaTeX, for a document of your own"),
        ("symrnn build --table", "every verdict"),
    ):
        click.echo(f"  {ask:<28}  {what}")
