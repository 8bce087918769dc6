"""Options that several commands have."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import click

LIMITS = (
    ("--time", "SECONDS", click.FloatRange(min=0), 60, "CPU time for each claim."),
    ("--memory", "MB", click.FloatRange(min=0), 2000, "Memory for each claim."),
    ("--digits", "N", click.IntRange(min=0), 20_000, "Digits of exact numbers on the way."),
)

F = TypeVar("F", bound=Callable[..., Any])


def notation_option(command: F) -> F:
    """How symbols and times are written."""
    return click.option(
        "--notation",
        type=click.Choice(["lecture", "plain"]),
        default="lecture",
        show_default=True,
        help="How symbols and times are written.",
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
