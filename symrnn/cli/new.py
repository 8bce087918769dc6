"""``symrnn new``: a derivation file to start from."""

from __future__ import annotations

import os
import re
import sys
from importlib.metadata import packages_distributions
from pathlib import Path
from string import Template

import click

from symrnn.errors import SelectionError

NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]*", re.ASCII)
"""Of a file: what is left of it in the id of its claim names files, too."""

TEXT = Template('''\
"""$title

What is this about? A sentence or two for readers; mathematics stands between dollars, as in $$h_t$$.
"""

from symrnn import Claim, Elman, Equation, Kind, TotalJacobian, t

rnn = Elman()  # `symrnn cells` lists others, and Cell.parse reads one of your own from text

step = Claim(
    id="$id",
    title="the Jacobian of one step",
    statement=Equation(TotalJacobian(rnn.h[t], rnn.h[t - 1]), rnn.D(t) * rnn.W_hh, where=(t >= 1,)),
    expected=Kind.PROVED,
    recurrence=rnn,
)
''')

EPILOG = """\b
Examples:
  symrnn new my_notes
  symrnn new my_notes --output derivations
"""


@click.command(name="new", epilog=EPILOG)
@click.argument("name")
@click.option("-o", "--output", default=".", show_default=True, metavar="DIR", help="Folder to write to.")
def command(name: str, output: str) -> None:
    """Write NAME.py, a derivation file to start from.

    It has one claim, which is PROVED as it stands. A file that is there already is never overwritten.
    """
    from symrnn.files import write_all
    from symrnn.library.places import is_test_name

    stem = name.removesuffix(".py")
    if not NAME.fullmatch(stem):
        raise SelectionError(
            f"{name!r} cannot name a derivation file",
            advice="begin with a letter from a to z, and go on with these, digits, _ and -; "
            "--output DIR says where it goes",
        )
    if is_test_name(f"{stem}.py"):
        raise SelectionError(f"{stem}.py would be named as tests are", advice="choose a name without test_ and _test")
    if stem in {"symrnn", *sys.stdlib_module_names, *packages_distributions()}:
        raise SelectionError(
            f"{stem}.py would have the name of a module of Python's, or of one that is installed",
            advice="choose another name: beside such a file, an import of the module finds the file",
        )
    path = Path(output, f"{stem}.py")
    if os.path.lexists(path):
        raise SelectionError(f"{path} is there already", advice="choose another name, or remove it first")
    title = re.sub("[_-]+", " ", stem).strip()
    text = TEXT.substitute(title=title[0].upper() + title[1:], id=stem.replace("_", "-"))
    write_all(output, {path.name: text})
    click.echo(f"Written to {path}. Check it with: symrnn verify {path}")
