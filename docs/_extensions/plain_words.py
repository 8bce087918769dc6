"""Docstrings and help texts are plain words: a bar, a star or a low line in them is itself, and no markup."""

from __future__ import annotations

import re
from itertools import groupby

from click import Context
from sphinx.application import Sphinx
from sphinx.util.typing import ExtensionMetadata

LITERAL = re.compile(r"(``.*?``)")


def escape(lines: list[str], signs: str) -> None:
    """Put a backslash before each of some signs, but for what is literal, typed at a prompt, or what that prints."""
    session = False
    for at, line in enumerate(lines):
        session = line.lstrip().startswith(">>>") or (session and bool(line.strip()))
        if not session:
            parts = LITERAL.split(line)
            parts[::2] = [re.sub(f"[{re.escape(signs)}]", r"\\\g<0>", part) for part in parts[::2]]
            lines[at] = "".join(parts)


def process_help(app: Sphinx, context: Context, lines: list[str]) -> None:
    """Read a part of a help text: what it keeps in lines, such as examples of commands, stands as it is."""
    found: list[str] = []
    for kept, group in groupby(lines, key=lambda line: line.startswith("| ")):
        part = list(group)
        if kept:
            found += [".. code-block:: text", "", *(f"   {line.removeprefix('| ')}" for line in part), ""]
        else:
            words = [line for line in part if not line.startswith(".. ")]  # a signature is not text
            escape(words, "|*_")
            found += [line if line.startswith(".. ") else words.pop(0) for line in part]
    lines[:] = found


def setup(app: Sphinx) -> ExtensionMetadata:
    """Tell Sphinx of both."""
    app.connect("autodoc-process-docstring", lambda app, what, name, obj, options, lines: escape(lines, "|"))
    for part in ("description", "epilog", "options", "arguments"):
        app.connect(f"sphinx-click-process-{part}", process_help)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
