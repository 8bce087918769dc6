"""``symrnn plot``: pictures of when gradients vanish and explode."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import click

from symrnn.cli.options import complete_activation, complete_cell, notation_option
from symrnn.errors import SelectionError

if TYPE_CHECKING:
    from symrnn.latex import Notation
    from symrnn.plots import Look, Picture

OUTPUT = "symrnn-pictures"
FORMATS = ("svg", "png", "pgf", "tikz")
"""Those of :mod:`symrnn.plots.formats`, named here so that --help imports nothing."""


@click.command(name="plot")
@click.argument("name", required=False, metavar="[NAME]")
@click.option("--list", "listing", is_flag=True, help="List the pictures and the options that each has.")
@click.option("-o", "--output", default=OUTPUT, show_default=True, metavar="DIR", help="Folder to write to.")
@click.option(
    "--format",
    "formats",
    multiple=True,
    type=click.Choice(FORMATS),
    help="May be repeated.  [default: all that there are of it]",
)
@click.option(
    "--activation",
    multiple=True,
    metavar="NAME",
    shell_complete=complete_activation,
    help="An activation to show; may be repeated.",
)
@click.option(
    "--cell",
    multiple=True,
    shell_complete=complete_cell,
    metavar="NAME",
    help="A cell of `symrnn cells`, again for another, or FILE.cell, or FILE.py:NAME.",
)
@click.option("--forget-bias", multiple=True, type=float, help="A bias of forget gates; may be repeated.")
@click.option("--radius", multiple=True, type=float, help="A spectral radius of the weights; may be repeated.")
@click.option("--weights", type=click.Choice(["orthogonal", "gaussian"]), help="How the weights are drawn.")
@click.option("--size", type=int, help="Number of units n.")
@click.option("--steps", type=int, help="Number of steps in time.")
@click.option("--truncate", type=int, metavar="K", help="Cut the gradient after so many steps.")
@click.option("--gates/--no-gates", default=None, help="Whether gates are drawn.")
@click.option("--seed", type=click.IntRange(min=0), help="What the drawn numbers follow from.")
@notation_option
@click.option("--width", default="article", show_default=True, metavar="article|a4|beamer|twocolumn|LENGTH",
              help="Of the picture: that of a document's text, or a length such as 12cm.")  # fmt: skip
@click.option("--font", default="serif", show_default=True, metavar="serif|sans|FAMILY", help="Of words and numbers.")
@click.option("--font-size", type=float, default=8.0, show_default=True, metavar="POINTS", help="Of all letters.")
def command(
    name: str | None,
    listing: bool,
    output: str,
    formats: Sequence[str],
    notation: str | Notation,
    width: str,
    font: str,
    font_size: float,
    **options: Any,
) -> None:
    r"""Draw the picture NAME, and write its numbers beside it as CSV.

    NAME is the name of a picture, a part of it, or all. PGF files are for LaTeX: load the package pgf and
    \input them. Drawing needs matplotlib: pip install 'symrnn[plot]'.
    """
    from symrnn.plots import PICTURES, Look, find_pictures, read_width

    chosen = {option: value for option, value in options.items() if value not in (None, ())}
    if listing or name is None:
        if chosen or (name is not None):
            raise SelectionError("a list takes no picture and no options", advice="leave --list out to draw")
        _print_list(PICTURES.values())
        return
    pictures = find_pictures(name)
    chosen |= _of_files(options["cell"])
    if chosen and len(pictures) > 1:
        raise SelectionError("options are for one picture", advice="draw the pictures one by one, or leave them out")
    _write(pictures, output, formats or None, Look(notation, read_width(width), font, font_size), chosen)


def _of_files(cells: Sequence[str]) -> dict[str, Any]:
    """The cells of an option, where one of them is in a file, FILE.cell or FILE.py:NAME; pictures know the others."""
    from symrnn.library.networks import find_entry, is_file

    return {"cell": tuple(map(find_entry, cells))} if any(map(is_file, cells)) else {}


def _write(
    pictures: Sequence[Picture], output: str, formats: Sequence[str] | None, look: Look, options: dict[str, Any]
) -> None:
    """Draw everything, and only then write."""
    from symrnn.files import require_writable, write_all
    from symrnn.plots import picture_files

    require_writable(output)
    files: dict[str, bytes] = {}
    for picture in pictures:
        files |= picture_files(picture, formats, look, **options)
    write_all(output, files)
    click.echo(f"Written to {output}:")
    for file in files:
        click.echo(f"  {file}")


def _print_list(pictures: Any) -> None:
    for picture in pictures:
        options = " ".join(picture.flags)
        click.echo(f"{picture.name:18} {picture.title}")
        click.echo(f"{'':18} illustrates {', '.join(picture.claims)}" + (f"; takes {options}" if options else ""))
    click.echo("\nAll take --notation, --width, --font and --font-size; `symrnn plot --help` says what for.")
    click.echo("Draw one with `symrnn plot NAME`, or all of them with `symrnn plot all`.")
