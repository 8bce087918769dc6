"""The group of commands: finds them when they are asked for, and answers mistakes and signals."""

from __future__ import annotations

import errno
import os
import signal
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib import import_module
from types import FrameType
from typing import Any

import click

from symrnn.budget import collect_rarely
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
  130  interrupted by Ctrl-C; 143 by a polite kill
"""


class Terminated(KeyboardInterrupt):
    """A polite kill, which unwinds the stack as Ctrl-C does: worker processes and temporary folders go too."""


class Faces(click.Group):
    """A group whose commands answer a user's mistake, a full disk and a signal with one message.

    Args:
        modules: the names of the commands, each a module of :mod:`symrnn.cli` with a ``command`` in it; a hyphen is an
            underscore there.
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
        found: click.Command = import_module(f"symrnn.cli.{cmd_name.replace('-', '_')}").command
        return found

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command."""
        collect_rarely()
        for stream in (sys.stdout, sys.stderr):
            if hasattr(stream, "reconfigure"):
                stream.reconfigure(errors="backslashreplace")
        try:
            with _leaving_on_sigterm():
                try:
                    return super().invoke(ctx)
                finally:
                    sys.stdout.flush()  # what cannot be written is to fail here, and not as Python ends
        except KeyboardInterrupt as signalled:
            terminated = isinstance(signalled, Terminated)
            click.echo(f"symrnn: {'terminated' if terminated else 'interrupted'}", err=True)
            ctx.exit(TERMINATED if terminated else INTERRUPTED)
        except OSError as error:
            if error.errno == errno.EPIPE:  # nobody reads on: click ends quietly
                raise
            _drop_what_cannot_be_written()
            click.echo(f"symrnn: {error}", err=True)
            ctx.exit(UNEXPECTED)
        except SymrnnError as error:
            click.echo(f"symrnn: {error}", err=True)
            ctx.exit(USAGE if isinstance(error, WRONG_USAGE) else UNEXPECTED)


def _drop_what_cannot_be_written() -> None:
    """Leave nothing in the buffer that would fail once more as Python ends, with a status of its own."""
    try:
        sys.stdout.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


@contextmanager
def _leaving_on_sigterm() -> Iterator[None]:
    """Answer a polite kill by :class:`Terminated`."""

    def answer(number: int, frame: FrameType | None) -> None:
        raise Terminated

    before = signal.signal(signal.SIGTERM, answer)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
