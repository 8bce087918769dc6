"""What commands about claims share: choosing them, checking them, printing what was found."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from symrnn.cli.group import EXPECTED, UNEXPECTED
from symrnn.errors import SelectionError

if TYPE_CHECKING:
    from symrnn.latex import Notation
    from symrnn.library import Entry, Library, Result


T = TypeVar("T")


def chosen(
    targets: Sequence[str], select: Callable[[Library, Sequence[str]], tuple[T, ...]]
) -> tuple[Library, tuple[T, ...]]:
    """The library that the paths among the targets name, and what is selected from it by the ids among them.

    Where there is nothing, since no file could be loaded, the command ends with the reasons.
    """
    from symrnn.library import Library, looks_like_path

    library = Library([target for target in targets if looks_like_path(target)])
    try:
        found = select(library, [target for target in targets if not looks_like_path(target)])
    except SelectionError:
        report_failures(library)  # what was asked for may be in one of these
        raise
    if not found:
        click.get_current_context().exit(report_failures(library))
    return library, found


EVERY = 5.0
"""Seconds between two lines of progress in a file."""


class _Lines:
    """Progress as plain lines, for a file: none of what is quick, and never many."""

    def __init__(self, verb: str, total: int) -> None:
        self.verb, self.total, self.done = verb, total, 0
        self.told = time.monotonic()

    def __call__(self, *, advance: int = 0, last: str = "") -> None:
        self.done += advance
        if time.monotonic() - self.told >= EVERY:
            self.told = time.monotonic()
            click.echo(f"{self.verb}: {self.done} of {self.total}, {last}".rstrip(", "), err=True)  # it flushes


@contextmanager
def progress(verb: str, total: int) -> Iterator[Callable[..., object]]:
    """A progress bar, and what moves it: ``last`` names what is on, ``advance`` counts it; in a file, plain lines."""
    from rich.console import Console

    console = Console(stderr=True)
    if not console.is_terminal:
        yield _Lines(verb, total)
        return
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    columns = (TextColumn(verb), BarColumn(), MofNCompleteColumn(), TextColumn("{task.fields[last]}"))
    with Progress(*columns, console=console, transient=True) as bar:
        yield partial(bar.update, bar.add_task("", total=total, last=""))


def watched(items: Sequence[T], verb: str, name: Callable[[T], str]) -> Iterator[T]:
    """The items one after the other, with a progress bar."""
    with progress(verb, len(items)) as move:
        for item in items:
            move(last=name(item))
            yield item
            move(advance=1)


def checked(
    entries: Sequence[Entry],
    jobs: int | None,
    seed: int | None,
    notation: str | Notation,
    limits: tuple[float, float, int],
    ready: list[Result],
    folder: str | None = None,
    kept: Path | None = None,
) -> tuple[Result, ...]:
    """Check claims with a progress bar; what is ready is kept in a list.

    The limits are those of the options, with 0 for none. Certificates are written to a folder as they are found. What
    was kept in a folder is checked again, and nothing is searched for where it holds; it may be the same folder.
    """
    from symrnn.budget import Limits
    from symrnn.files import require_writable, write_all
    from symrnn.library import check_entries, sensible_jobs
    from symrnn.library.keeping import keeps_of

    if folder is not None:
        require_writable(folder)
    with progress("checking", len(entries)) as move:

        def note(result: Result) -> None:
            ready.append(result)
            found = {each.file: each.certificate.text for each in result.certificates if each.certificate is not None}
            if folder is not None and (found or result.kept):
                write_all(folder, found | dict(result.kept))
            move(advance=1, last=result.id)

        processes = sensible_jobs(len(entries)) if jobs is None else jobs
        seconds, memory, digits = limits
        allowed = Limits(seconds or None, memory or None, digits or None)
        return check_entries(
            entries,
            jobs=processes,
            seed=seed,
            notation=notation,
            limits=allowed,
            own_process=True,
            done=note,
            certify=folder is not None,
            keep=() if kept is None else keeps_of(entries, kept, seed),
        )


def print_verdicts(results: Sequence[Result]) -> None:
    """Print a table of verdicts."""
    from symrnn.render.table import console_for, verdict_table

    console = console_for(sys.stdout)
    console.print(verdict_table(results, console))


def print_digest(results: Sequence[Result]) -> None:
    """Print how many verdicts of each kind there are, what was not as expected, and the slips that were found."""
    from symrnn.render.table import console_for, verdict_digest

    console = console_for(sys.stdout)
    console.print(verdict_digest(results, console))


def print_json(records: list[dict[str, Any]] | dict[str, Any]) -> None:
    """Print records as JSON, in ASCII where the terminal knows no more."""
    import json

    encoding = getattr(sys.stdout, "encoding", None) or "ascii"
    click.echo(json.dumps(records, indent=2, ensure_ascii=not encoding.lower().startswith("utf")))


def report_certificates(results: Sequence[Result], folder: str) -> None:
    """Say how many certificates were written, and which parts of proved claims have none yet, with the reason."""
    parts = [part for result in results for part in result.certificates]
    written = [part for part in parts if part.certificate is not None]
    click.echo(f"{len(written)} of {len(parts)} proved statements have a certificate in {folder}")
    for part in parts:
        if part.certificate is None:
            click.echo(f"  {part.name} has none: {part.why}")


def note_unused(notation: str | Notation, library: Library) -> None:
    """Say on standard error which symbols of a notation of one's own no claim of a library is written with."""
    from symrnn.library.names import misplaced_symbols, names_of, unused_symbols

    if isinstance(notation, str):
        return
    claims = [entry.claim for entry in library.entries]
    for name, table in misplaced_symbols(notation, claims).items():
        kind = "a number" if table == "scalars" else "a quantity, and no number"
        click.echo(
            f"symrnn: {name} is {kind}: in the notation {notation.name}, write it below [{table}], "
            "or its symbol is not used",
            err=True,
        )
    unused = unused_symbols(notation, names_of(claims))
    said = [name + (f" (did you mean {meant}?)" if meant else "") for name, meant in unused.items()]
    if said:
        click.echo(f"symrnn: the notation {notation.name} has symbols that no claim needs: {', '.join(said)}", err=True)


def report_failures(library: Library) -> int:
    """Name the files that could not be loaded; the exit status that this means."""
    for failure in library.failures:
        click.echo(f"symrnn: not loaded: {failure}", err=True)
    return UNEXPECTED if library.failures else EXPECTED


def report_errors(results: Sequence[Result]) -> int:
    """Print the traces of internal errors; the exit status that the results mean."""
    for result in results:
        if result.trace:
            click.echo(
                f"symrnn: {result.id} ({result.file}:{result.line}): {result.reason}\n{result.trace}",
                err=True,
            )
    return EXPECTED if all(result.as_expected for result in results) else UNEXPECTED
