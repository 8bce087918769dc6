"""``symrnn code``: a cell as a module of NumPy, PyTorch or JAX."""

from __future__ import annotations

from pathlib import Path

import click

from symrnn.cli.group import EXPECTED

EPILOG = """\b
Examples:
  symrnn code lstm
  symrnn code Elman --activation tanh --target torch
  symrnn code gru --target jax --output gru.py
"""


@click.command(name="code", epilog=EPILOG)
@click.argument("cell")
@click.option(
    "--target",
    type=click.Choice(["numpy", "torch", "jax"]),
    default="numpy",
    show_default=True,
    help="The library to write for.",
)
@click.option("--activation", "phi", help="In place of a generic φ, as in 'tanh', 'relu(at_kink=0)' or 'elu(alpha=2)'.")
@click.option("--output", type=click.Path(path_type=Path, dir_okay=False), help="A file instead of the screen.")
@click.pass_context
def command(ctx: click.Context, cell: str, target: str, phi: str | None, output: Path | None) -> None:
    """Write the forward and the backward pass of a CELL as Python code.

    The backward pass is derived from the equations: it returns the gradients by all parameters, inputs and initial
    states. The loss is generic, so its slopes at every step are handed in; the cells are those of `symrnn cells`,
    whatever the case of their letters.
    """
    from symrnn.cells.table import shipped
    from symrnn.codegen import generate
    from symrnn.errors import SelectionError
    from symrnn.files import write_all
    from symrnn.slopes import read_activation

    entry = shipped(cell)
    if phi is not None and not entry.has_choice:
        raise SelectionError(f"the activations of {entry.name} are fixed", advice="leave --activation out")
    net = entry.make() if phi is None else entry.make(read_activation(phi))
    text = generate(net, target)
    if output is None:
        click.echo(text, nl=False)
    else:
        write_all(output.parent, {output.name: text})
    ctx.exit(EXPECTED)
