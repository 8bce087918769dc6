"""The group of commands: finds them when they are asked for, and answers mistakes and signals."""

from __future__ import annotations

import signal
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib import import_module
from typing import Any

import click

from symrnn.errors import (
    LimitError,
    NotationError,
    NotDifferentiableError,
    ParameterError,
    ReadingError,
    SelectionError,
    SymrnnError,
)

EXPECTED, UNEXPECTED, USAGE, INTERRUPTED, TERMINATED = 0, 1, 2, 130, 143
WRONG_USAGE = (SelectionError, NotationError, ReadingError, ParameterError, LimitError, NotDifferentiableError)
"""What can be wrong with the words of a command."""

STATUS = """\b
Exit status:
    0  every verdict is the expected one
    1  a verdict differs, or a file could not be loaded or written
    2  the command was used wrongly
  130  interrupted by Ctrl-C
"""


class Faces(click.Group):
    """A group whose commands answer a user's mistake with one message, and Ctrl-C with status 130.

    Args:
        modules: the names of the commands, each a module of :mod:`symrnn.cli` with a ``command`` in it.
    """

    def __init__(self, *args: Any, modules: Sequence[str] = (), **options: Any) -> None:
        super().__init__(*args, **options)
        self.modules = modules

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names of the commands, in the order of the help."""
        return list(self.modules)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of a name, None when there is none; only its own module is imported."""
        if cmd_name not in self.modules:
            return None
        found: click.Command = import_module(f"symrnn.cli.{cmd_name}").command
        return found

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
            ctx.exit(USAGE if isinstance(error, WRONG_USAGE) else UNEXPECTED)


@contextmanager
def _leaving_on_sigterm() -> Iterator[None]:
    """Let a polite kill unwind the stack, so that worker processes and temporary folders go too."""
    before = signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(TERMINATED))
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
