"""``symrnn claim``: the verdict on a bound of a slope, written on the command line."""

from __future__ import annotations

import sys

import click

from symrnn.cli.group import EXPECTED, UNEXPECTED
from symrnn.cli.shared import print_json

EPILOG = """\b
Examples:
  symrnn claim "sigmoid' <= 0.24"
  symrnn claim "|silu'| <= 1.1"
  symrnn claim "max erf' = 2/sqrt(pi)"
  symrnn claim "leaky_relu(negative_slope=1/10)' >= 0.1"

\b
Exit status:
  0  the claim is PROVED
  1  it is REFUTED, or UNDECIDED
  2  it cannot be read
"""


@click.command(name="claim", epilog=EPILOG, context_settings={"ignore_unknown_options": True})
@click.argument("words", nargs=-1, required=True, metavar="CLAIM", type=click.UNPROCESSED)
@click.option("--json", "as_json", is_flag=True, help="Print an object instead.")
@click.pass_context
def command(ctx: click.Context, words: tuple[str, ...], as_json: bool) -> None:
    """Prove or refute a bound of the slope of an activation.

    NAME' is the slope φ'(z) for every z, |NAME'| its absolute value, and sup, max, inf or min in front stand
    for its extreme values; parameters follow the name in parentheses. The relation is <=, <, >=, > or =.
    Numbers are exact: decimals, fractions, pi, e, sqrt(2), and what can be made of them.

    Put the claim in double quotes, since <, > and ' mean something to a shell.
    """
    from symrnn.render.table import WEAK, console_for
    from symrnn.slopes import claim

    for word in words:
        if word.startswith("--"):  # -0.1 is a number, but this is not a part of any claim
            raise click.NoSuchOption(word, ctx=ctx)
    verdict = claim(" ".join(words))
    if as_json:
        print_json(verdict.record())
    else:
        from rich.text import Text

        kind = verdict.outcome.value
        text = Text(kind, f"bold {WEAK.get(kind, 'green')}").append(f": {verdict.claim}", "bold")
        console_for(sys.stdout).print(Text("\n").join([text, *map(Text, verdict.details)]), soft_wrap=True)
    ctx.exit(EXPECTED if verdict else UNEXPECTED)
