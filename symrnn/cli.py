"""The command ``symrnn``: list, verify, latex, build. the rest is imported when it is needed."""

from __future__ import annotations

import json
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeVar

import click

from symrnn import __version__
from symrnn.errors import NotationError, SelectionError, SymrnnError

if TYPE_CHECKING:
    from symrnn.library import Entry, Library, Result

EXPECTED, UNEXPECTED, USAGE, INTERRUPTED, TERMINATED = 0, 1, 2, 130, 143
OUTPUT = "symrnn-lecture"
STATUS = """\b
Exit status:
    0  every verdict is the expected one
    1  a verdict differs, or a file could not be loaded or written
    2  the command was used wrongly
  130  interrupted by Ctrl-C
"""
F = TypeVar("F", bound=Callable[..., Any])


class Faces(click.Group):
    """A group whose commands answer a user's mistake with one message, and Ctrl-C with status 130."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command."""
        for stream in (sys.stdout, sys.stderr):
            if hasattr(stream, "reconfigure"):
                stream.reconfigure(errors="backslashreplace")
        try:
            with _leaving_on_sigterm():
                return super().invoke(ctx)
        except KeyboardInterrupt:
            click.echo("symrnn: interrupted", err=True)
            ctx.exit(INTERRUPTED)
        except SymrnnError as error:
            click.echo(f"symrnn: {error}", err=True)
            ctx.exit(USAGE if isinstance(error, SelectionError | NotationError) else UNEXPECTED)


@contextmanager
def _leaving_on_sigterm() -> Iterator[None]:
    """Let a polite kill unwind the stack, so that worker processes and temporary folders go too."""
    before = signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(TERMINATED))
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _print_version(ctx: click.Context, option: click.Parameter, asked: bool) -> None:
    if asked and not ctx.resilient_parsing:
        click.echo(f"symrnn {__version__}")
        ctx.exit()


def _notation(command: F) -> F:
    return click.option(
        "--notation",
        type=click.Choice(["lecture", "plain"]),
        default="lecture",
        show_default=True,
        help="How symbols and times are written.",
    )(command)


def _jobs(command: F) -> F:
    return click.option("--jobs", type=click.IntRange(min=1), help="Processes to check in. [default: as it pays]")(
        command
    )


def _seed(command: F) -> F:
    return click.option(
        "--seed", type=click.IntRange(min=0), help="What the drawn matrices follow from; a report names it."
    )(command)


def _json(command: F) -> F:
    return click.option("--json", "as_json", is_flag=True, help="Print an array of objects instead.")(command)


@click.group(
    cls=Faces,
    epilog=STATUS,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.option(
    "--version",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_print_version,
    help="Print the version.",
)
def main() -> None:
    """Verify, typeset and build derivations about recurrent networks.

    A derivation file is a Python module that binds claims to names. Without a PATH, symrnn reads the folder
    derivations of the working directory, or else the lecture that ships with it. A folder stands for the
    *.py files in it.

    Derivation files are run like any Python program: read those of strangers first.
    """


@main.command(name="list")
@click.argument("targets", nargs=-1, metavar="[PATH|ID]...")
@_json
@_notation
@click.pass_context
def list_claims(ctx: click.Context, targets: Sequence[str], as_json: bool, notation: str) -> None:
    """List claims with the verdicts they are expected to get.

    An ID may hold wildcards, as in 'L15*'; case does not matter.
    """
    library, entries = _chosen(targets)
    if as_json:
        from symrnn.render.report import listed

        _print_json([listed(entry, notation) for entry in entries])
    else:
        from symrnn.render.table import claim_table, console_for

        console = console_for(sys.stdout)
        console.print(claim_table(entries, console))
    ctx.exit(_report_failures(library))


@main.command()
@click.argument("targets", nargs=-1, metavar="[PATH|ID]...")
@_json
@_jobs
@_seed
@_notation
@click.pass_context
def verify(
    ctx: click.Context,
    targets: Sequence[str],
    as_json: bool,
    jobs: int | None,
    seed: int | None,
    notation: str,
) -> None:
    """Check claims and print their verdicts.

    PATHs are files or folders to read, IDs choose among their claims; an ID may hold wildcards, as in 'L15*'.
    A claim that is expected to be REFUTED passes when it is, with its counterexample printed.
    """
    library, entries = _chosen(targets)
    ready: list[Result] = []
    try:
        results = _checked(entries, jobs, seed, notation, ready)
    except KeyboardInterrupt:
        if not as_json:
            _print_verdicts([result for entry in entries for result in ready if result.id == entry.claim.id])
        click.echo(f"symrnn: {len(ready)} of {len(entries)} claims were checked", err=True)
        raise
    if as_json:
        _print_json([result.record() for result in results])
    else:
        _print_verdicts(results)
    ctx.exit(max(_report_failures(library), _report_errors(results)))


@main.command()
@click.argument("targets", nargs=-1, metavar="ID... [PATH]...", required=True)
@click.option("--statement/--proof", default=True, help="What to print.  [default: statement]")
@_notation
@click.pass_context
def latex(ctx: click.Context, targets: Sequence[str], statement: bool, notation: str) -> None:
    """Print the LaTeX of a claim: its statement, or with --proof its derivation.

    The LaTeX is for math mode with amsmath, and comes without delimiters.
    """
    from symrnn.latex import statement_latex
    from symrnn.library import looks_like_path
    from symrnn.render.report import proof_latex

    if all(map(looks_like_path, targets)):
        raise SelectionError("no ID is given", advice="see `symrnn list` for those there are")
    library, entries = _chosen(targets)
    for entry in entries:
        if len(entries) > 1:
            click.echo(f"% {entry.claim.id}")
        click.echo(
            statement_latex(entry.claim.statement, notation) if statement else proof_latex(entry.claim, notation)
        )
    ctx.exit(_report_failures(library))


@main.command()
@click.argument("paths", nargs=-1, metavar="[PATH]...")
@click.option("-o", "--output", default=OUTPUT, show_default=True, metavar="DIR", help="Folder to write to.")
@_notation
@_jobs
@_seed
@click.pass_context
def build(
    ctx: click.Context, paths: Sequence[str], output: str, notation: str, jobs: int | None, seed: int | None
) -> None:
    """Check every claim, and write the lecture.

    The folder gets lecture.tex, lecture.md, report.json and one LaTeX fragment for each claim. Files are
    replaced when all of them are complete; other files in the folder are left alone.
    """
    from symrnn.library import load_library
    from symrnn.render.build import build_lecture
    from symrnn.render.files import require_writable

    library = load_library(paths)
    require_writable(output)
    results = _checked(library.entries, jobs, seed, notation, [])
    written = build_lecture(library, results, output, notation=notation)
    _print_verdicts(results)
    click.echo(f"\nWritten to {output}:")
    for line in written.summary():
        click.echo(f"  {line}")
    ctx.exit(max(_report_failures(library), _report_errors(results)))


def _chosen(targets: Sequence[str]) -> tuple[Library, tuple[Entry, ...]]:
    from symrnn.library import load_library, looks_like_path

    library = load_library([target for target in targets if looks_like_path(target)])
    return library, library.select([target for target in targets if not looks_like_path(target)])


def _checked(
    entries: Sequence[Entry], jobs: int | None, seed: int | None, notation: str, ready: list[Result]
) -> tuple[Result, ...]:
    """Check claims with a progress bar, if somebody is watching; what is ready is kept in a list."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    from symrnn.library import check_entries, sensible_jobs

    console = Console(stderr=True)
    columns = (TextColumn("checking"), BarColumn(), MofNCompleteColumn(), TextColumn("{task.fields[last]}"))
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        bar = progress.add_task("", total=len(entries), last="")

        def note(result: Result) -> None:
            ready.append(result)
            progress.update(bar, advance=1, last=result.id)

        processes = sensible_jobs(len(entries)) if jobs is None else jobs
        return check_entries(entries, jobs=processes, seed=seed, notation=notation, done=note)


def _print_verdicts(results: Sequence[Result]) -> None:
    from symrnn.render.table import console_for, verdict_table

    console = console_for(sys.stdout)
    console.print(verdict_table(results, console))


def _print_json(records: list[dict[str, Any]]) -> None:
    encoding = getattr(sys.stdout, "encoding", None) or "ascii"
    click.echo(json.dumps(records, indent=2, ensure_ascii=not encoding.lower().startswith("utf")))


def _report_failures(library: Library) -> int:
    for failure in library.failures:
        click.echo(f"symrnn: not loaded: {failure}", err=True)
    return UNEXPECTED if library.failures else EXPECTED


def _report_errors(results: Sequence[Result]) -> int:
    for result in results:
        if result.trace:
            click.echo(
                f"symrnn: {result.id} ({result.file}:{result.line}): {result.reason}\n{result.trace}",
                err=True,
            )
    return EXPECTED if all(result.as_expected for result in results) else UNEXPECTED
