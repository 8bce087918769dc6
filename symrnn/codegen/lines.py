"""Lines of a program: statements with comments, long sums broken, and text made safe for comments and docstrings."""

from __future__ import annotations

import json

from symrnn.codegen.pieces import Piece

WIDTH = 100
INDENT = "    "


def statement(left: str, right: Piece, comment: str = "", depth: int = 1) -> list[str]:
    r"""``left = right``, a sum that is too long with one summand a line.

    >>> from symrnn.codegen.pieces import added
    >>> print("\n".join(statement("a", added([Piece("W @ x[t]"), Piece("b")]), "(n, batch)", depth=0)))
    a = W @ x[t] + b  # (n, batch)
    """
    pad = INDENT * depth
    behind = f"  # {in_comment(comment)}" if comment else ""
    short = f"{pad}{left} = {right.text}"
    if len(short) + len(behind) <= WIDTH or len(right.summands) < 2:
        return [short + behind]
    lines = [f"{pad}{left} = ({behind}"]
    for place, summand in enumerate(right.summands):
        sign = "" if place == 0 else "- " if summand.startswith("-") else "+ "
        lines.append(f"{pad}{INDENT}{sign}{summand[1:] if sign == '- ' else summand}")
    return [*lines, f"{pad})"]


def quoted(name: str) -> str:
    r"""A name as a string literal.

    >>> quoted("W_hh"), quoted('say "W"')
    ('"W_hh"', '"say \\"W\\""')
    """
    return json.dumps(name, ensure_ascii=False)


def in_comment(text: str) -> str:
    """Text on one line."""
    return " ".join(text.split())


def in_docstring(text: str) -> str:
    """Text on one line that cannot end a docstring, nor escape anything in it."""
    return in_comment(text).replace("\\", "/").replace('"', "'")
