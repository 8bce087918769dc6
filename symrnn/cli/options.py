"""Options that several commands have."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import click

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


def json_option(command: F) -> F:
    """Print for machines."""
    return click.option("--json", "as_json", is_flag=True, help="Print an array of objects instead.")(command)
