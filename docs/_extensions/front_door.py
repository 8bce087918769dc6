"""The directive ``front-door``: a table of all that ``from symrnn import …`` finds, with where it is described."""

from __future__ import annotations

from importlib import import_module

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective
from sphinx.util.typing import ExtensionMetadata

import symrnn

ROOMS = (
    "cells",
    "expr",
    "derivation",
    "check",
    "latex",
    "activations",
    "calculus",
    "codegen",
    "equality",
    "errors",
    "evaluate",
    "recurrence",
    "certify.claims",
    "sweeps",
)
"""Where a name is looked for, the room that owns it before one that passes it on."""

INDICES = ("T", "k", "s", "t", "u", "m", "n")


def room_of(name: str) -> str:
    """The module that describes a name of the front door.

    Raises:
        LookupError: for one that no room of the reference has, which has to be told to :data:`ROOMS`.
    """
    for room in ROOMS:
        module = import_module(f"symrnn.{room}")
        if name in getattr(module, "__all__", vars(module)):
            return f"symrnn.{room}"
    raise LookupError(f"{name} of symrnn is in none of the rooms that docs/_extensions/front_door.py knows")


def first_sentence(text: str) -> str:
    """The first sentence of a docstring, on one line."""
    return " ".join(text.strip().partition("\n\n")[0].split())


class FrontDoor(SphinxDirective):
    """Makes the table."""

    def run(self) -> list[nodes.Node]:
        """The table, read as reStructuredText like the docstrings that it quotes."""
        rows = [".. list-table::", "   :widths: 30 70", ""]
        for name in sorted(set(symrnn.__all__) - set(INDICES), key=str.lower):
            summary = first_sentence(getattr(symrnn, name).__doc__ or "")
            rows += [f"   * - :py:obj:`~{room_of(name)}.{name}`", f"     - {summary}"]
        rows += [f"   * - {', '.join(f'``{each}``' for each in INDICES)}"]
        rows += ["     - Indices and sizes, see :py:mod:`symrnn.symbols`."]
        return self.parse_text_to_nodes("\n".join(["```{eval-rst}", *rows, "```"]))


def setup(app: Sphinx) -> ExtensionMetadata:
    """Tell Sphinx of the directive."""
    app.add_directive("front-door", FrontDoor)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
