"""``symrnn code``: a cell as a module of NumPy, PyTorch or JAX."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from symrnn.cli.group import EXPECTED
from symrnn.cli.options import complete_activation, complete_cell, network_options, read_network

EPILOG = """\b
Examples:
  symrnn code lstm
  symrnn code Elman --activation tanh --target torch
  symrnn code gru --target jax --output gru.py
  symrnn code lstm --layers 2 --readout 10 --loss 'softmax cross-entropy' --over last
  symrnn code lstm --form fast
  symrnn code mine.py:mine
  symrnn code mine.cell --target torch
"""


@click.command(name="code", epilog=EPILOG)
@click.argument("cell", shell_complete=complete_cell)
@click.option(
    "--target",
    type=click.Choice(["numpy", "torch", "jax"]),
    default="numpy",
    show_default=True,
    help="The library to write for.",
)
@click.option(
    "--form",
    type=click.Choice(["plain", "fast", "compiled"]),
    default="plain",
    show_default=True,
    help="plain to read beside the equations; fast for all steps at once where that can be, and a scan for JAX; "
    "compiled for loops that Numba compiles.",
)
@click.option(
    "--activation",
    "phi",
    shell_complete=complete_activation,
    help="In place of a generic φ, as in 'tanh', 'relu(at_kink=0)' or 'elu(alpha=2)'.",
)
@click.option("--output", type=click.Path(path_type=Path, dir_okay=False), help="A file instead of the screen.")
@network_options
@click.pass_context
def command(
    ctx: click.Context, /, cell: str, target: str, form: str, phi: str | None, output: Path | None, **network: Any
) -> None:
    """Write the forward and the backward pass of a CELL as Python code.

    The backward pass is derived from the equations: it returns the gradients by all parameters, inputs and initial
    states. Without --loss the loss is generic, so that its slopes at every step are handed in. CELL is one of `symrnn
    cells`, whatever the case of its letters, or FILE.cell or FILE.py:NAME for one of your own.
    """
    from symrnn.codegen import generate
    from symrnn.files import write_all

    _, net = read_network(cell, phi, **network)
    text = generate(net, target, form=form)
    if output is None:
        click.echo(text, nl=False)
    else:
        write_all(output.parent, {output.name: text})
    ctx.exit(EXPECTED)
