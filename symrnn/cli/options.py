"""Options that several commands have."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click
from click.shell_completion import CompletionItem

if TYPE_CHECKING:
    from symrnn.cells.table import Shipped
    from symrnn.latex import Notation
    from symrnn.recurrence import Recurrence

LIMITS = (
    ("--time", "SECONDS", click.FloatRange(min=0), 60, "CPU time for each claim."),
    ("--memory", "MB", click.FloatRange(min=0), 2000, "Memory for each claim."),
    ("--digits", "N", click.IntRange(min=0), 20_000, "Digits of exact numbers on the way."),
)

WIDTHS = ("a4", "article", "beamer", "twocolumn")
"""Those of :mod:`symrnn.render.fragments`, named here so that --help imports nothing."""
NARROWEST = 20
"""Letters that a line has at least."""
MOST_LAYERS = 100
"""More of them take minutes to be put together."""

F = TypeVar("F", bound=Callable[..., Any])


def shipped_notations() -> list[str]:
    """The names of the notations that ship, found without importing anything."""
    return [file.stem for file in (Path(__file__).parents[1] / "latex" / "notations").glob("*.toml")]


def read_notation(ctx: click.Context, param: click.Parameter, value: str | None) -> str | Notation | None:
    """The notation of an option or argument: the name of one that ships stays a name, and a TOML file is read."""
    if value is None or value in shipped_notations():
        return value
    from symrnn.latex import Notation, find_notation

    is_file = value.endswith(".toml") or os.sep in value or os.path.isfile(value)
    return Notation.load(value) if is_file else find_notation(value)


def complete_notation(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Names and files for the shell."""
    names = [CompletionItem(name) for name in sorted(shipped_notations()) if name.startswith(incomplete)]
    return [*names, CompletionItem(incomplete, type="file")]


def complete_cell(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Cells that ship, and files, for the shell."""
    from symrnn.cells.table import CELLS

    names = [CompletionItem(name) for name in CELLS if name.lower().startswith(incomplete.lower())]
    return [*names, CompletionItem(incomplete, type="file")]


def complete_activation(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Activations of the catalogue for the shell."""
    from symrnn.activations import FAMILIES

    return [CompletionItem(name) for name in sorted(FAMILIES) if name.startswith(incomplete)]


def notation_option(command: F) -> F:
    """How symbols and times are written."""
    return click.option(
        "--notation",
        metavar="FILE|NAME",
        callback=read_notation,
        shell_complete=complete_notation,
        default="lecture",
        show_default=True,
        help="How formulas are written: a name of `symrnn notation`, or a TOML file of your own.",
    )(command)


def network_options(command: F) -> F:
    """What network is made of a cell; see :class:`symrnn.library.networks.Wishes`."""
    for option in reversed(
        (
            click.option(
                "--layers",
                type=click.IntRange(min=1, max=MOST_LAYERS),
                default=1,
                metavar="N",
                help=f"Layers, each on the last, {MOST_LAYERS} at most.",
            ),
            click.option("--bidirectional", is_flag=True, help="A second chain that reads the input from its end."),
            click.option(
                "--loss", metavar="NAME", help="Loss of a step, as in 'squared error' or 'softmax cross-entropy'."
            ),
            click.option("--readout", metavar="N", help="Outputs that the loss looks at, a number or a letter."),
            click.option("--over", type=click.Choice(["sum", "mean", "last"]), help="Steps that the loss adds up."),
        )
    ):
        command = option(command)
    return command


def read_network(
    cell: str,
    activation: str | None,
    layers: int,
    bidirectional: bool,
    loss: str | None,
    readout: str | None,
    over: str | None,
) -> tuple[Shipped, Recurrence]:
    """The cell that was named, and the network that the options make of it."""
    from symrnn.library.networks import Wishes, find_network
    from symrnn.slopes import read_activation

    phi = None if activation is None else read_activation(activation)
    return find_network(cell, Wishes(phi, layers, bidirectional, loss, readout, over))


def read_width(ctx: click.Context, param: click.Parameter, value: str) -> float:
    """How many letters a line has, by the name of a document's width or as they are given."""
    from symrnn.render.fragments import WIDTHS as LETTERS

    if value in LETTERS:
        return LETTERS[value]
    if value.isdecimal() and int(value) >= NARROWEST:
        return float(value)
    raise click.BadParameter(f"{value!r} is none of {', '.join(WIDTHS)}, and no number of letters from {NARROWEST} on")


def width_option(command: F) -> F:
    """How wide lines are."""
    return click.option(
        "--width",
        callback=read_width,
        default="a4",
        show_default=True,
        metavar="|".join((*WIDTHS, "LETTERS")),
        help="Lines that fit 160 mm at 10 pt, an article or a slide at 11 pt, or one of two columns at 10 pt.",
    )(command)


def jobs_option(command: F) -> F:
    """In how many processes claims are checked."""
    return click.option("--jobs", type=click.IntRange(min=1), help="Processes to check in. [default: as it pays]")(
        command
    )


def seed_option(command: F) -> F:
    """What the drawn matrices follow from."""
    return click.option(
        "--seed", type=click.IntRange(min=0), help="What the drawn matrices follow from; a report names it."
    )(command)


def limit_options(command: F) -> F:
    """What the check of each claim may use."""
    for name, unit, kind, default, what in reversed(LIMITS):
        command = click.option(
            name,
            type=kind,
            default=default,
            show_default=True,
            metavar=unit,
            help=f"{what} Whatever needs more is UNDECIDED; 0 for no limit.",
        )(command)
    return command


def json_option(command: F) -> F:
    """Print for machines."""
    return click.option("--json", "as_json", is_flag=True, help="Print an array of objects instead.")(command)
