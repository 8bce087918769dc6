r"""How wide a formula will be, roughly: glyphs counted, scripts smaller, fractions by their wider half."""

from __future__ import annotations

import re

TOKEN = re.compile(r"\\[A-Za-z]+|\\.|[{}^_]|\s+|.")

#: Commands that print nothing by themselves.
SILENT = frozenset(
    [
        *(r"\mathbf", r"\mathcal", r"\mathrm", r"\mathit", r"\mathbb", r"\boldsymbol", r"\operatorname"),
        *(r"\mathop", r"\mathopen", r"\mathclose", r"\limits", r"\text"),
    ]
)
SPACES = {r"\quad": 1.7, r"\qquad": 3.3, r"\,": 0.3, r"\;": 0.5, r"\left": 0.5, r"\right": 0.5}
"""Spaces, and by how much a parenthesis that grows is wider."""
BINARY = frozenset(["+", "-", "=", r"\otimes", r"\odot", r"\cdot", r"\le", r"\ge"])
SCRIPT = 0.75
SIGN = 2.5  # a binary sign with the spaces around it
BIG = 2.0


def width(latex: str) -> float:
    r"""Estimate the width of a formula in letters; deterministic and a little generous.

    >>> width("x + y"), width(r"\frac{a b c}{x}"), width(r"\mathbf{h}_{(t)}")
    (4.5, 3.0, 3.25)
    """
    total, _ = _run(TOKEN.findall(latex), 0)
    return total


def _run(tokens: list[str], at: int) -> tuple[float, int]:
    """Width up to the closing brace of a group (or the end), and where to go on."""
    total, scale = 0.0, 1.0
    scripts = 0.0  # a subscript and a superscript stand above each other
    while at < len(tokens) and tokens[at] != "}":
        token = tokens[at]
        if token in "^_":
            inside, at = _argument(tokens, at + 1)
            scripts = max(scripts, SCRIPT * inside)
            continue
        if not token.isspace():
            total, scripts = total + scripts, 0.0
        inside, at = _glyph(tokens, at)
        total += scale * inside
    return total + scripts, at


def _glyph(tokens: list[str], at: int) -> tuple[float, int]:
    token = tokens[at]
    if token == r"\frac":
        above, at = _argument(tokens, at + 1)
        below, at = _argument(tokens, at)
        return max(above, below), at
    if token == r"\overset":
        _, at = _argument(tokens, at + 1)
        return _argument(tokens, at)
    if token == "{":
        inside, at = _run(tokens, at + 1)
        return inside, at + 1
    if token.isspace() or token in SILENT:
        return 0.0, at + 1
    if token in (r"\sum", r"\prod"):
        return BIG, at + 1
    if token in SPACES:
        return SPACES[token], at + 1
    return (SIGN if token in BINARY else 1.0), at + 1


def _argument(tokens: list[str], at: int) -> tuple[float, int]:
    while at < len(tokens) and tokens[at].isspace():
        at += 1
    return _glyph(tokens, at) if at < len(tokens) else (0.0, at)
