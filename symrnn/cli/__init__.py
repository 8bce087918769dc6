"""The command ``symrnn``: one module for each command, imported when it is asked for.

A new command is a module here with a ``command`` in it, and a line in :data:`COMMANDS`.
"""

from __future__ import annotations

import click

from symrnn import __version__
from symrnn.cli.group import STATUS, Faces

COMMANDS = (
    "list",
    "verify",
    "latex",
    "build",
    "plot",
    "sweep",
    "explore",
    "activations",
    "claim",
    "cells",
    "notation",
    "derive",
    "code",
    "check-backward",
    "repl",
    "new",
)
"""The modules of this package that are commands, in the order of the help."""


def _print_version(ctx: click.Context, option: click.Parameter, asked: bool) -> None:
    if asked and not ctx.resilient_parsing:
        click.echo(f"symrnn {__version__}")
        ctx.exit()


@click.group(
    cls=Faces,
    modules=COMMANDS,
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
    *.py files in it, but for names that begin with _, conftest.py, and test_*.py or *_test.py without a claim.

    Derivation files are run like any Python program: read those of strangers first.
    """
