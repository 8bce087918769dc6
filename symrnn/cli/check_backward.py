"""``symrnn check-backward``: a backward pass that was written by hand, against the proved one."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import click

from symrnn.cli.group import EXPECTED, UNEXPECTED
from symrnn.cli.options import complete_activation, complete_cell, network_options, read_network

EPILOG = """\b
Examples:
  symrnn check-backward mine.py:backward --cell elman --activation tanh
  symrnn check-backward mine.py:backward --cell lstm --layout BTn --name W_ih=W_i,W_f,W_g,W_o
  symrnn check-backward mine.py:backward --cell lstm --name 'Wf=U_f|W_f' --name bf=b_f
  symrnn check-backward mine.py:backward --cell mine.py:cell
"""


OPTIONS = {
    r"what stands side by side is a tuple of its own: names=\{'([^']+)': \(\('U', 'W'\),\)\}": (
        r"what stands side by side has a bar between: --name '\1=U|W'"
    ),
    r"names=\{'([^']+)': '\.\.\.'\}": r"--name \1=...",
    r"names=\{'b_ih': 'b', 'b_hh': 'b'\}": "--name b_ih=b --name b_hh=b",
    r"names= says": "--name says",
    r"layout='([^']+)'": r"--layout \1",
    r"returns=\(.*\), at the shell (?=--returns)": "",
    r"returns= names": "--returns names",
    r"say convert=np\.float32 or tolerance=": "say --tolerance ",
}
"""What the arguments of the function are called at the shell, by how messages write them."""


@click.command(name="check-backward", epilog=EPILOG)
@click.argument("function", metavar="FILE.py:FUNCTION")
@click.option(
    "--cell",
    required=True,
    shell_complete=complete_cell,
    help="A name of `symrnn cells`, or FILE.cell or FILE.py:NAME for one of your own.",
)
@click.option(
    "--activation",
    "phi",
    shell_complete=complete_activation,
    help="In place of a generic φ, as in 'tanh', 'relu(at_kink=0)' or 'elu(alpha=2)'.",
)
@click.option(
    "--layout",
    metavar="AXES",
    help="Axes of sequences: TBn, BTn, TnB, nBT, Tn, Tn1 or nT; with :xW, matrices on the right.  [default: found out]",
)
@click.option(
    "--name",
    "names",
    multiple=True,
    metavar="YOURS=OURS",
    help="What a name of yours is; A,B one below the other, A|B beside it.",
)
@click.option("--returns", metavar="A,B", help="What the function returns, in order, when that is a tuple.")
@click.option("--seed", type=click.IntRange(min=0), default=0, show_default=True, help="What the numbers follow from.")
@click.option(
    "--tolerance",
    type=click.FloatRange(min=0, max=1, min_open=True, max_open=True),
    metavar="X",
    help="Part of the largest entry that is taken for rounding.  [default: by the precision of what is returned]",
)
@network_options
@click.pass_context
def command(
    ctx: click.Context,
    /,
    function: str,
    cell: str,
    phi: str | None,
    layout: str | None,
    names: Sequence[str],
    returns: str | None,
    seed: int,
    tolerance: float | None,
    **network: Any,
) -> None:
    """Say whether a backward pass is right; if not, which gradients are wrong, from when on, and why.

    FUNCTION takes arrays by the names of the cell's quantities, and returns a dictionary of gradients: see `help` of
    symrnn.testing.check_backward. The file is run like any Python program.
    """
    from symrnn.errors import SelectionError, UnknownTermError
    from symrnn.library.networks import find_function
    from symrnn.testing import compare_backward
    from symrnn.testing.report import ROUNDED

    _, net = read_network(cell, phi, **network)
    backward = find_function(function)
    try:
        report = compare_backward(
            net,
            backward,
            layout=layout,
            names=dict(map(_named, names)),
            returns=tuple(each.strip() for each in returns.split(",")) if returns else (),
            seed=seed,
            tolerance=tolerance,
        )
    except UnknownTermError as error:  # of a network that the words of the command make
        advice = "say which one it is: --activation tanh" if "activation" in error.what else error.advice
        raise SelectionError(error.what, advice=advice) from error
    except SelectionError as error:
        raise SelectionError(at_shell(error.what), where=error.where, advice=at_shell(error.advice)) from error
    click.echo(str(report).replace(ROUNDED, at_shell(ROUNDED)))
    ctx.exit(EXPECTED if report else UNEXPECTED)


def at_shell(text: str) -> str:
    """A message for a call in Python, with the options of the command in the place of arguments.

    >>> at_shell("if its arrays are laid out otherwise, say how: layout='BTn'")
    'if its arrays are laid out otherwise, say how: --layout BTn'
    """
    for python, shell in OPTIONS.items():
        text = re.sub(python, shell, text)
    return text


def _named(text: str) -> tuple[str, str | tuple[tuple[str, ...], ...]]:
    """A name of the caller's, with what it is: one name, or several parameters in one array."""
    yours, sign, ours = text.partition("=")
    rows = tuple(tuple(part.strip() for part in row.split("|")) for row in ours.split(","))
    if not sign or not yours.strip() or not all(part for row in rows for part in row):
        raise click.BadParameter(f"{text!r} is not of the form YOURS=OURS", param_hint="--name")
    return yours.strip(), ours.strip() if rows == ((ours.strip(),),) else rows
