"""``symrnn latex``: the LaTeX of claims and of their proofs, for a document of one's own."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from symrnn.cli.options import notation_option, width_option
from symrnn.cli.shared import chosen, note_unused, report_failures
from symrnn.errors import SelectionError

if TYPE_CHECKING:
    from symrnn.derivation import Claim
    from symrnn.latex import Notation
    from symrnn.library import Library
    from symrnn.library.loading import Entry
    from symrnn.library.results import Result

BLOCKS = ("aligned", "display", "equation", "dollars")
"""Those of :mod:`symrnn.render.fragments`, named here so that --help imports nothing."""

EPILOG = """\b
Examples:
  symrnn latex L15-corrected --block equation --label eq:jacobian
  symrnn latex L17-corrected --proof --block display --width beamer
  symrnn latex L15                  says that it is false, with what holds instead
  symrnn latex L15 --bare           the formula alone
  symrnn latex 'L18*' --preamble    the packages that these need
"""


@click.command(name="latex", epilog=EPILOG)
@click.argument("targets", nargs=-1, metavar="ID... [PATH]...", required=True)
@click.option("--statement/--proof", default=True, help="What to print.  [default: statement]")
@click.option(
    "--block",
    type=click.Choice(BLOCKS),
    default="aligned",
    show_default=True,
    help="What stands around it: nothing, for math mode; a display; a numbered equation; $$, as in Markdown.",
)
@click.option("--label", metavar="NAME", help="Label of an equation; a # in it stands for the ID.")
@click.option("--bare", is_flag=True, help="The formula alone, even if it is false.")
@width_option
@click.option("--preamble", "packages", is_flag=True, help="Print what it needs in the preamble instead.")
@notation_option
@click.pass_context
def command(
    ctx: click.Context,
    targets: Sequence[str],
    statement: bool,
    block: str,
    label: str | None,
    bare: bool,
    width: float,
    packages: bool,
    notation: str | Notation,
) -> None:
    """Print the LaTeX of a claim: its statement, or with --proof its derivation.

    It is complete, with its conditions and with what its abbreviations mean. A claim that its file expects to be
    REFUTED is checked, and if it is, that is said above it, and the claim that corrects it stands below. Others are not
    checked here: `symrnn verify` does that.
    """
    from symrnn.library import Library, looks_like_path
    from symrnn.render.fragments import Shape, fragment, preamble

    if all(map(looks_like_path, targets)):
        raise SelectionError("no ID is given", advice="see `symrnn list` for those there are")
    if label is not None and block != "equation":
        raise click.UsageError("--label is for --block equation: only an equation has a number")
    library, entries = chosen(targets, Library.select)
    if label is not None and len(entries) > 1 and "#" not in label:
        raise click.UsageError(f"--label {label} would be that of {len(entries)} equations; put a # where the ID goes")
    note_unused(notation, library)
    printed = []
    for entry in entries:
        claim = entry.claim
        expects = claim.expected.value == "REFUTED" and not packages
        judged = _judgement(entry) if expects or not (statement or claim.derivation) else None
        refuted = judged is not None and judged.verdict == "REFUTED"
        shape = Shape(notation, block, (label or "").replace("#", claim.id), not statement, bare, width)
        correction = _correction(claim, library) if refuted else None
        parts = judged.false_parts if judged else ()
        chains = judged.estimates if judged else ()
        text = fragment(claim, shape, refuted=refuted, false_parts=parts, correction=correction, chains=chains)
        printed.append((claim.id, text))
        if judged is not None and expects:
            click.echo(f"symrnn: {_judged(judged, correction, bare)}", err=True)
    needed = preamble("".join(text for _, text in printed), notation)
    if packages:
        click.echo("\n".join(needed))
        ctx.exit(report_failures(library))
    if not bare and block != "dollars":  # in Markdown there is no preamble, and this would be printed
        click.echo("\n".join(f"% needs: {line}" for line in needed))
    for claim_id, text in printed:
        if len(printed) > 1:
            click.echo(f"<!-- {claim_id} -->" if block == "dollars" else f"% {claim_id}")
        click.echo(text)
    ctx.exit(report_failures(library))


def _correction(claim: Claim, library: Library) -> Claim | None:
    """The claim that puts another right, where it can be found."""
    if claim.corrected_by is None:
        return None
    try:
        (entry,) = library.select([claim.corrected_by])
    except SelectionError:
        return None
    return entry.claim


def _judgement(entry: Entry) -> Result:
    """How a claim fares that is expected to be false, or by which estimates one is proved."""
    from symrnn.library.results import check_entry

    return check_entry(entry)


def _judged(result: Result, correction: Claim | None, bare: bool) -> str:
    """What a claim is that was expected to be false, and what was done about it."""
    if result.verdict != "REFUTED":
        why = f": {result.reason}" if result.reason else ""
        return f"{result.id} is expected to be REFUTED, but is {result.verdict}{why}; it is printed as it stands"
    if bare:
        holds = f"; {correction.id} holds instead" if correction else ""
        return f"{result.id} is REFUTED, and --bare does not say so in print{holds}"
    below = f", and {correction.id}, which holds instead, stands below it" if correction else ""
    return f"{result.id} is REFUTED: it is printed as false{below}; --bare prints the formula alone"
