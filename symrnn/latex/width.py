r"""How wide a formula will be, roughly: glyphs counted, scripts smaller, fractions by their wider half."""

from __future__ import annotations

import re
from itertools import zip_longest

TOKEN = re.compile(r"\\(?:begin|end)\{[a-z]+\}(?:\[t\])?|\\[A-Za-z]+|\\.|[{}^_&]|\s+|.")
ENDS = ("}", "&", r"\\")
"""What a group or a cell of a matrix ends with, beside the end of its environment."""

#: Commands that print nothing by themselves.
SILENT = frozenset(
    [
        *(r"\mathbf", r"\mathcal", r"\mathrm", r"\mathit", r"\mathbb", r"\boldsymbol", r"\operatorname"),
        *(r"\mathop", r"\mathopen", r"\mathclose", r"\text", r"\dot"),
    ]
)
SPACES = {r"\quad": 1.7, r"\qquad": 3.3, r"\,": 0.3, r"\;": 0.5, r"\left": 0.5, r"\right": 0.5}
SPACES |= {r"\bigl": 0.2, r"\bigr": 0.2, r"\Bigl": 0.4, r"\Bigr": 0.4}
"""Spaces, and by how much a parenthesis that grows is wider."""
BINARY = frozenset(["+", "-", "=", r"\otimes", r"\odot", r"\cdot", r"\le", r"\ge", r"\to", r"\in"])
GLYPHS = {r"\infty": 1.7, r"\nabla": 1.4, r"\top": 1.3, r"\xrightarrow": 3.0, "W": 1.7, "M": 1.7, "m": 1.3}
GLYPHS |= {"(": 0.7, ")": 0.7, "[": 0.6, "]": 0.6, ",": 0.8, r"\langle": 0.7, r"\rangle": 0.7}
GLYPHS |= {r"\tanh": 3.6, r"\exp": 3.0, r"\log": 2.6, r"\max": 3.4, r"\min": 3.0}
CAPITAL = 1.3
FRACTIONS = {r"\frac": 1.0, r"\dfrac": 1.0, r"\tfrac": 0.75}
"""Fractions, and how large the letters of each are."""
FRACTION = 0.5  # the space around a fraction
SCRIPT = 0.75
SIGN = 2.5  # a binary sign with the spaces around it
TIGHT = 1.3  # the same in a script, where there are none
BIG = 2.0
GENEROUS = 1.05
DELIMITERS = {"bmatrix": 2.0, "pmatrix": 2.6, "smallmatrix": 0.0}
"""Environments by rows, and how wide their delimiters are, both together; others have none."""
SPACED = re.compile(r"\\\\\[\d+pt\]")
"""The end of a row with more space below it."""
COLUMN, SMALL = 1.7, 0.7  # the space between two columns of a matrix, and how large one within a line of words is


def width(latex: str) -> float:
    r"""Estimate the width of a formula in letters; deterministic and a little generous.

    >>> width("x + y"), width(r"\frac{a b c}{x}"), width(r"\mathbf{h}_{(t)}")
    (4.73, 3.68, 2.94)
    >>> width(r"\begin{pmatrix} x & y \\ a b c & z \end{pmatrix}")
    8.72
    """
    tokens = TOKEN.findall(SPACED.sub(r"\\\\", latex))
    total, at = _run(tokens, 0, SIGN)
    while at < len(tokens):  # after a sign of alignment, or an end without its beginning
        more, at = _run(tokens, at + 1, SIGN)
        total += more
    return round(GENEROUS * total, 2)


def _run(tokens: list[str], at: int, sign: float) -> tuple[float, int]:
    """Width up to the end of a group or a cell (or of all), and where that is."""
    total, last = 0.0, 0.0
    scripts, limits = 0.0, False  # a subscript and a superscript stand above each other
    while at < len(tokens) and tokens[at] not in ENDS and not tokens[at].startswith(r"\end{"):
        token = tokens[at]
        if token in "^_":
            inside, at = _argument(tokens, at + 1, TIGHT)
            scripts = max(scripts, SCRIPT * inside)
            continue
        if token == r"\limits":
            at, limits = at + 1, True
            continue
        if not token.isspace():
            total, scripts = total + _beside(scripts, last, limits), 0.0
            limits = token in (r"\sum", r"\prod")
            last, at = _glyph(tokens, at, sign)
            total += last
        else:
            at += 1
    return total + _beside(scripts, last, limits), at


def _beside(scripts: float, below: float, limits: bool) -> float:
    """What scripts add to what they belong to: limits stand above and below it."""
    return max(scripts - below, 0.0) if limits else scripts


def _environment(tokens: list[str], at: int, name: str) -> tuple[float, int]:
    """Each column as wide as its widest entry, and where what stands by rows ends."""
    rows: list[list[float]] = [[]]
    while at < len(tokens):
        cell, at = _run(tokens, at, SIGN)
        rows[-1].append(cell)
        end = tokens[at] if at < len(tokens) else ""
        at += 1
        if end == r"\\":
            rows.append([])
        elif end != "&":
            break
    columns = [max(column) for column in zip_longest(*rows, fillvalue=0.0)]
    if name not in DELIMITERS:  # the columns of an alignment touch
        return sum(columns), at
    size = SMALL if name == "smallmatrix" else 1.0
    return size * (sum(columns) + COLUMN * (len(columns) - 1)) + DELIMITERS[name], at


def _glyph(tokens: list[str], at: int, sign: float) -> tuple[float, int]:
    token = tokens[at]
    if token.startswith(r"\begin{"):
        return _environment(tokens, at + 1, token.removeprefix(r"\begin{").partition("}")[0])
    if token in FRACTIONS:
        above, at = _argument(tokens, at + 1, sign)
        below, at = _argument(tokens, at, sign)
        return FRACTIONS[token] * max(above, below) + FRACTION, at
    if token == r"\overset":
        _, at = _argument(tokens, at + 1, TIGHT)
        return _argument(tokens, at, sign)
    if token == "{":
        inside, at = _run(tokens, at + 1, sign)
        return inside, at + 1
    if token.isspace():
        return 0.0, at + 1
    if token in SILENT:
        return _argument(tokens, at + 1, sign)
    if token in (r"\sum", r"\prod"):
        return BIG, at + 1
    if token in SPACES:
        return SPACES[token], at + 1
    if token in BINARY:
        return sign, at + 1
    return GLYPHS.get(token, CAPITAL if token.isupper() else 1.0), at + 1


def _argument(tokens: list[str], at: int, sign: float) -> tuple[float, int]:
    while at < len(tokens) and tokens[at].isspace():
        at += 1
    return _glyph(tokens, at, sign) if at < len(tokens) else (0.0, at)
