"""``symrnn derive``: gradients of a cell, step by step, with the verdict of the checker."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import click

from symrnn.cli.group import EXPECTED, UNEXPECTED
from symrnn.cli.options import complete_activation, complete_cell, network_options, notation_option, read_network
from symrnn.cli.shared import print_json, watched
from symrnn.errors import IndexRangeError, NotDifferentiableError, SelectionError, ShapeError, UnknownTermError

if TYPE_CHECKING:
    from symrnn.derivation import Derivation
    from symrnn.expr import Variable
    from symrnn.latex import Notation
    from symrnn.recurrence import Recurrence

FORMS = ("jacobian", "differential", "entries", "gradient")
"""Those of :func:`symrnn.calculus.derive`, named here so that --help imports nothing."""
UNFIT = (IndexRangeError, ShapeError, UnknownTermError)
"""What is wrong with a form, or with the two quantities together."""

EPILOG = """\b
Examples:
  symrnn derive Elman
  symrnn derive LSTM --wrt U_f
  symrnn derive GRU --of h --wrt 'h[t-1]'
  symrnn derive Elman --of 'h[t]' --wrt W_hh --form differential
  symrnn derive Leaky --wrt 'h[0]' --activation tanh
  symrnn derive LSTM --layers 2 --readout q --loss 'softmax cross-entropy' --over mean --wrt b_f_2
  symrnn derive mine.py:mine --wrt U_g
  symrnn derive mine.cell --wrt U_g

\b
Exit status:
  0  everything that was derived is PROVED
  1  something is not
  2  the command was used wrongly
"""


@click.command(name="derive", epilog=EPILOG)
@click.argument("cell", shell_complete=complete_cell)
@click.option("--of", "of", default="loss", show_default=True, help="What is differentiated, such as h or 'c[t]'.")
@click.option("--wrt", multiple=True, help="By what, such as W_hh, 'h[t-1]' or 'x[s]'; again for another.")
@click.option("--form", type=click.Choice(FORMS), help="How.  [default: gradient of a loss, else jacobian]")
@click.option(
    "--activation",
    metavar="NAME",
    shell_complete=complete_activation,
    help="φ of a cell that leaves it open, as in 'elu(alpha=2)'.",
)
@click.option("--latex", "as_latex", is_flag=True, help="Print an aligned block for math mode instead.")
@click.option("--json", "as_json", is_flag=True, help="Print an array of objects, or one object for one --wrt.")
@network_options
@notation_option
@click.pass_context
def command(
    ctx: click.Context,
    /,
    cell: str,
    of: str,
    wrt: tuple[str, ...],
    form: str | None,
    activation: str | None,
    as_latex: bool,
    as_json: bool,
    notation: str | Notation,
    **network: Any,
) -> None:
    """Derive gradients of a CELL, and prove them.

    CELL is one of `symrnn cells`, or one of your own: FILE.cell with its equations as text, or FILE.py:NAME. The
    gradients come in closed form, for every t and every size, step by step; what says PROVED is the checker. Without
    --wrt all parameters come one after the other. A sequence has its index in brackets, as in 'h[t-1]'; --of h stands
    for 'h[t]'. `symrnn cells CELL`, with the same options, shows what there is.
    """
    from symrnn.cells.reading import read_quantity

    if as_json and as_latex:
        raise click.UsageError("--json and --latex are two forms of the same answer; choose one")
    entry, recurrence = read_network(cell, activation, **network)
    quantity = read_quantity(of, recurrence, implied=recurrence.index)
    chosen = [read_quantity(text, recurrence) for text in wrt] or _parameters(recurrence)
    form = form or _usual_form(recurrence, quantity)
    try:
        derivations = [recurrence.derive(quantity, by, form) for by in dict.fromkeys(chosen)]
    except UNFIT as error:
        raise SelectionError(str(error).replace('form="jacobian"', "--form jacobian")) from None
    except NotDifferentiableError as error:
        below = "; in a FILE.cell, below where: relu: relu(at_kink=0)" if cell.endswith(".cell") else ""
        advice = f"state the value, as in --activation 'relu(at_kink=0)'{below}"
        raise SelectionError(error.what, advice=advice) from None
    found = list(_verified(derivations, entry.name, form, notation, as_latex, as_json))
    if as_json:
        print_json([record for record, _ in found] if len(wrt) != 1 else found[0][0])
    ctx.exit(EXPECTED if all(proved for _, proved in found) else UNEXPECTED)


def _parameters(recurrence: Recurrence) -> list[Variable]:
    """All parameters, one of each step at the index of the recurrence."""
    from symrnn.expr import Sequence

    at = recurrence.index
    return [each[at] if isinstance(each, Sequence) else each for each in recurrence.parameters]


def _usual_form(recurrence: Recurrence, of: Variable) -> str:
    """The gradient of a loss that is summed over time, the Jacobian of everything else."""
    from symrnn.expr import MatrixSum

    return "gradient" if isinstance(recurrence.total(of.name), MatrixSum) else "jacobian"


def _verified(
    derivations: list[Derivation], cell: str, form: str, notation: str | Notation, as_latex: bool, as_json: bool
) -> Iterator[tuple[dict[str, Any], bool]]:
    """Verify one after the other and print each at once, unless its record is wanted; whether each is proved."""
    from symrnn.latex import derivation_latex, find_notation
    from symrnn.render.derivations import derivation_record, print_derivation
    from symrnn.render.fragments import spread
    from symrnn.render.table import console_for

    console = console_for(sys.stdout)
    for line in find_notation(notation).definitions if as_latex else ():
        click.echo(f"% needs: {line}")
    for number, derivation in enumerate(watched(derivations, "proving", lambda each: str(each.start))):
        verdict = derivation.verify()
        if as_latex:
            click.echo(spread(derivation_latex(derivation, notation, definitions=True)))
            if not verdict:
                click.echo(f"symrnn: {derivation.start}: {verdict}", err=True)
        elif not as_json:
            if number:
                console.print()
            print_derivation(derivation, verdict, cell, console)
        yield derivation_record(derivation, verdict, cell, form, notation) if as_json else {}, bool(verdict)
