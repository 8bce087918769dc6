"""``symrnn build``: check everything, and write the lecture."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from symrnn.cli.options import jobs_option, limit_options, notation_option, seed_option, width_option
from symrnn.cli.shared import (
    checked,
    note_unused,
    print_digest,
    print_verdicts,
    progress,
    report_errors,
    report_failures,
)

if TYPE_CHECKING:
    from symrnn.latex import Notation

OUTPUT = "symrnn-lecture"
FORMATS = ("tex", "pdf", "slides", "md", "html", "ipynb")
"""Those of :mod:`symrnn.render.build`, named here so that --help imports nothing."""

EPILOG = """\b
Examples:
  symrnn build                                        the lecture that ships, or ./derivations
  symrnn build mine.py --format tex,pdf --title "Vanishing gradients" --author "A. Teacher"
  symrnn build mine.py --format pdf --exercises       exercises.pdf, and solutions.pdf
  symrnn build mine.py --notation mine.toml --preamble macros.tex
"""


def _formats(ctx: click.Context, param: click.Parameter, value: Sequence[str]) -> tuple[str, ...]:
    """The formats that are asked for, each once; commas stand between them, or the option is repeated."""
    found = tuple(dict.fromkeys(name.strip() for part in value for name in part.split(",") if name.strip()))
    for name in found:
        if name not in FORMATS:
            raise click.BadParameter(f"{name!r} is none of {', '.join(FORMATS)}")
    if not found:
        raise click.BadParameter(f"name one or more of {', '.join(FORMATS)}")
    return found


def _folder(ctx: click.Context, param: click.Parameter, value: str) -> str:
    """The folder to write to; an empty name would be the one that the user is in."""
    if not value.strip():
        raise click.BadParameter("name a folder; . is the one that you are in")
    return value


@click.command(name="build", epilog=EPILOG)
@click.argument("paths", nargs=-1, metavar="[PATH]...")
@click.option(
    "-o", "--output", default=OUTPUT, show_default=True, callback=_folder, metavar="DIR", help="Folder to write to."
)
@click.option(
    "--format",
    "formats",
    multiple=True,
    default=("tex,md",),
    show_default=True,
    callback=_formats,
    metavar=",".join(FORMATS),
    help="What to write; pdf needs TeX, as the PDF of slides does.",
)
@click.option("--title", default="Verified derivations", show_default=True, help="What stands on top.")
@click.option("--author", default="", help="Whose it is.")
@click.option(
    "--preamble",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="FILE",
    help="LaTeX for the preamble: packages and macros of your own.",
)
@click.option("--exercises", is_flag=True, help="Ask what holds; the solutions go into a second file.")
@width_option
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
    formats: Sequence[str],
    title: str,
    author: str,
    preamble: Path | None,
    exercises: bool,
    width: float,
    table: bool,
    notation: str | Notation,
    jobs: int | None,
    seed: int | None,
    time: float,
    memory: float,
    digits: int,
) -> None:
    """Check every claim, and write the lecture.

    The folder gets the lecture in each format, report.json and one LaTeX fragment for each claim, and pictures
    of the results that have one, where matplotlib is installed. Files are replaced when all of them are
    complete; other files in the folder are left alone. What is printed is a summary.

    Certificates of what is PROVED are kept in the folder, in certificates/, as are the numbers at which claims are
    REFUTED. At the next time these are checked once more, and nothing is searched for, unless the derivation file,
    symrnn or the seed has changed; whatever is neither is found anew.

    The lecture that ships takes one to two minutes on two cores, and as long again with PDF and slides; the next time
    the checks take a third. Where the output goes into a file, so do lines that say how far it is.
    """
    from symrnn.files import require_writable
    from symrnn.latex import find_notation
    from symrnn.library import load_library
    from symrnn.library.keeping import KEPT
    from symrnn.render.build import build_lecture, file_count, require_apart
    from symrnn.render.edition import Edition, read_preamble

    own, inputs = (read_preamble(preamble), str(preamble.resolve().parent)) if preamble else ("", "")
    edition = Edition(title, author, own, inputs, width, exercises)
    require_apart(edition, find_notation(notation))  # before anything is checked, which may take long
    library = load_library(paths)
    if not library.entries:
        ctx.exit(report_failures(library))
    require_writable(output)
    note_unused(notation, library)
    results = checked(library.entries, jobs, seed, notation, (time, memory, digits), [], kept=Path(output) / KEPT)
    with progress("writing", file_count(formats, edition)) as move:
        written = build_lecture(
            library,
            results,
            output,
            notation=notation,
            formats=formats,
            edition=edition,
            made=lambda name: move(advance=1, last=name),
        )
    if table:
        print_verdicts(results)
    else:
        print_digest(results)
    click.echo(f"\nWritten to {output}:")
    for line in written.summary():
        click.echo(f"  {line}")
    if not table:
        _say_more(next((result.id for result in results if result.verdict == "REFUTED"), results[0].id), paths)
    ctx.exit(max(report_failures(library), report_errors(results)))


def _say_more(some: str, paths: Sequence[str]) -> None:
    """Where the rest stands, with the id of a claim as an example, and the files that were read."""
    click.echo("\nMore:")
    for words, what in (
        (["verify", some, *paths], "a verdict with its counterexample, or with what it rests on"),
        (["latex", some, *paths], "its LaTeX, for a document of your own"),
        (["build", *paths, "--table"], "every verdict"),
    ):
        ask = f"symrnn {shlex.join(words)}"
        click.echo(f"  {ask:<28}  {what}")
