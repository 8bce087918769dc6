"""``symrnn sweep``: thousands of draws."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

import click

from symrnn.cli.group import EXPECTED, UNEXPECTED
from symrnn.cli.options import complete_activation, complete_cell
from symrnn.cli.shared import chosen, progress, report_failures

if TYPE_CHECKING:
    from symrnn.sweeps import Question, Swept

F = TypeVar("F", bound=Callable[..., Any])


def sweep_options(command: F) -> F:
    """What every sweep can be told."""
    for option in reversed(
        (
            click.option("--draws", type=int, default=1000, show_default=True, help="Draws at each place of the grid."),
            click.option("--seed", type=int, default=0, show_default=True, help="What is drawn follows from it."),
            click.option("--jobs", type=click.IntRange(min=1), help="Processes to work in. [default: as it pays]"),
            click.option(
                "--cluster", metavar="ADDRESS", help="A Dask scheduler to work on, as in tcp://10.0.0.1:8786."
            ),
            click.option(
                "-o", "--output", metavar="FILE", help="Keep the rows here, and go on with those that are there."
            ),
        )
    ):
        command = option(command)
    return command


@click.group(name="sweep")
def command() -> None:
    """Ask one question at thousands of draws, sizes and cells.

    Rows are kept in a file, a line of JSON each, as they are found: after Ctrl-C or a kill the same command goes on.
    They are the same whatever the number of workers.
    """


@command.command(name="norms")
@click.option("--cell", "cells", multiple=True, default=["Elman"], show_default=True, shell_complete=complete_cell,
              help="A cell of `symrnn cells`; may be repeated, as --size and --radius.")  # fmt: skip
@click.option("--size", "sizes", multiple=True, type=int, default=[4], show_default=True, help="Number of units n.")
@click.option("--radius", "radii", multiple=True, type=float, default=[1.0], show_default=True,
              help="Spectral radius of the recurrent weights.")  # fmt: skip
@click.option("--steps", type=int, default=30, show_default=True, help="How many steps back in time.")
@click.option(
    "--weights", default="gaussian", show_default=True, metavar="gaussian|orthogonal", help="How they are drawn."
)
@click.option("--activation", default="tanh", show_default=True, shell_complete=complete_activation, metavar="NAME",
              help="φ of a cell that leaves it open.")  # fmt: skip
@click.option("--norm", default="2", show_default=True, metavar="2|1|oo|F", help="Of Jacobians.")
@click.option("--plot", "folder", metavar="DIR", help="Draw medians and quantiles there, with their numbers as CSV.")
@sweep_options
@click.pass_context
def norms(
    ctx: click.Context, /, folder: str | None, jobs: int | None, cluster: str | None, output: str | None, **asked: Any
) -> None:
    """How large the Jacobian of a state by an earlier one is, and whether its proved bound holds."""
    from symrnn.files import require_writable
    from symrnn.plots.style import require_matplotlib
    from symrnn.sweeps import NormSweep, draw

    if folder is not None:
        require_matplotlib()
        require_writable(folder)
    found = _swept(NormSweep(**asked), output, jobs, cluster)
    if folder is not None:
        for file in draw(found, folder):
            click.echo(f"written: {file}")
    if not found.as_expected:
        click.echo("symrnn: a norm exceeds a bound that is PROVED; that is a bug, please report it", err=True)
    ctx.exit(EXPECTED if found.as_expected else UNEXPECTED)


@command.command(name="claims")
@click.argument("targets", nargs=-1, metavar="[PATH|ID]...")
@click.option("--size", "sizes", multiple=True, type=int, default=[2, 4], show_default=True,
              help="What n, m and the like are at most; may be repeated.")  # fmt: skip
@click.option(
    "--steps", type=int, default=6, show_default=True, help="How far indices are drawn from their least values."
)
@sweep_options
@click.pass_context
def claims(
    ctx: click.Context,
    /,
    targets: Sequence[str],
    jobs: int | None,
    cluster: str | None,
    output: str | None,
    **asked: Any,
) -> None:
    """Compare both sides of equations and inequalities in numbers, derivatives by dual numbers.

    PATHs are files or folders to read, IDs choose among their claims; an ID may hold wildcards, as in 'L15*'.
    """
    from symrnn.library import Library
    from symrnn.sweeps import ClaimSweep
    from symrnn.sweeps.claims import items_of

    library, entries = chosen(targets, Library.select)
    question = ClaimSweep([entry.claim for entry in entries], **asked)
    left_out = [entry.id for entry in entries if not items_of(entry.claim)]
    if left_out:
        click.echo(f"symrnn: without two sides, and left out: {', '.join(left_out)}", err=True)
    found = _swept(question, output, jobs, cluster)
    ctx.exit(max(report_failures(library), EXPECTED if found.as_expected else UNEXPECTED))


def _swept(question: Question, output: str | None, jobs: int | None, cluster: str | None) -> Swept:
    """Sweep with a progress bar, and print what was found."""
    from symrnn.sweeps import sweep

    there, total = 0, len(question)
    try:
        with progress("sweeping", total) as move:

            def note(count: int) -> None:
                nonlocal there
                move(advance=count - there)
                there = count

            found = sweep(question, output, jobs=jobs, cluster=cluster, done=note)
    except KeyboardInterrupt:
        kept = "" if output is None else f" and are kept in {output}; the same command goes on"
        click.echo(f"symrnn: {there} of {total} draws were done{kept}", err=True)
        raise
    click.echo(str(found))
    return found
