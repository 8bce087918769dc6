r"""Rows of displays: how high they are, which of them stay together, and displays that may go on on the next page."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from symrnn.latex.layout import BREAK
from symrnn.render.fragments import rows_of, spread

HIGH = 12.0
"""From how many lines on a display may be broken between two pages: about a quarter of a page."""

ROW = 1.3  # a row of a display, with the space to the next one
TALL = {r"\sum": 2.4, r"\prod": 3.0, r"\max_": 1.8, r"\xrightarrow": 1.4, r"\Bigl": 2.0}
FRACTION = 0.95  # lines that a fraction adds to what stands in it
RAISED = 0.3  # lines that an index above adds in a fraction, or a power to what is tall
BRACKETS = 0.2  # and the parentheses of a matrix
STACKED = 0.15  # and two scripts above each other
RAISES = re.compile(r"\\frac\{[^{}]*(?:\{[^{}]*(?:\{[^{}]*\}[^{}]*)*\}[^{}]*)*\^(?!\{\+\})|\\right(?:\)|\\rVert)[_^]")
"""A fraction that has something raised above its line, beside the + of an immediate derivative; or a script of what is
as high as that."""
STACKS = re.compile(r"_\{[^{}]*(?:\{[^{}]*\}[^{}]*)*\}\^")

BELOW = re.compile(r"&?\\qquad (?!\{\} |\\quad)|&?(?:\\quad )+(?:\(|\\phantom|\\text\{(?!with ))")
"""How a row begins that belongs to the one above it: a reason, or the conditions under which that holds."""

MATRIX = re.compile(
    r"\\begin\{(?:aligned|[bp]?matrix)\}(?:\[t\])?((?:(?!\\begin|\\end).)*)\\end\{(?:aligned|[bp]?matrix)\}"
)


def height(row: str) -> float:
    r"""How many lines a row of a display takes, roughly and a little generously.

    >>> height("a + b"), height(r"\frac{a}{b}"), height(r"\sum_{k=1}^{t} a")
    (1.3, 2.25, 2.85)
    """
    built = 0.0
    while found := MATRIX.search(row):
        built = max(built, sum(height(inner) - ROW + 1 for inner in found[1].split(r"\\")) + BRACKETS)
        row = row[: found.start()] + row[found.end() :]
    depth = _fractions(row)
    tall = max((lines + FRACTION * max(depth - 1, 0) for sign, lines in TALL.items() if sign in row), default=1.0)
    raised = RAISED if RAISES.search(row) else STACKED if STACKS.search(row) else 0.0
    return round(max(tall, 1 + FRACTION * depth, built) + raised + ROW - 1, 2)


def inline_height(formula: str) -> float:
    r"""How many lines a formula takes within a line of words, where fractions and sums are small.

    >>> inline_height("a + b"), inline_height(r"\begin{pmatrix} a \\ b \end{pmatrix}")
    (1.0, 2.2)
    """
    return round(max(1.0, height(formula) - ROW + 1 - (FRACTION / 2 if "frac{" in formula else 0.0)), 2)


def _fractions(row: str) -> int:
    """How many fractions stand in each other at most."""
    deepest, open_at, depth = 0, list[int](), 0
    for found in re.finditer(r"\\[dt]?frac|[{}]", row):
        if found[0] == "{":
            depth += 1
        elif found[0] == "}":
            depth -= 1
            while open_at and depth < open_at[-1]:
                open_at.pop()
        else:
            while open_at and depth <= open_at[-1] - 1:
                open_at.pop()
            open_at = [at for at in open_at if at < depth]
            open_at.append(depth)
            deepest = max(deepest, len(open_at))
    return deepest


def together(rows: Sequence[str]) -> Iterator[list[str]]:
    r"""The rows, each with those below it that say why it holds, and when.

    >>> list(together([r"a &= b", r"&\quad (t \ge 1)", r"&= c", r"&\qquad \text{why}", r"&\text{with } d = e"]))
    [['a &= b', '&\\quad (t \\ge 1)'], ['&= c', '&\\qquad \\text{why}'], ['&\\text{with } d = e']]
    """
    kept: list[str] = []
    for row in rows:
        if kept and not BELOW.match(row):
            yield kept
            kept = []
        kept.append(row)
    yield kept


def is_high(latex: str) -> bool:
    """Whether a display is so high that it may be broken between two pages."""
    return sum(map(height, rows_of(latex))) > HIGH


def paged(latex: str) -> str:
    r"""A display for a page, with its delimiters: a high one may go on on the next page, but not within a row.

    >>> print(paged("a"))
    \[
    a
    \]
    >>> rows = BREAK.join([r"x &= \frac{a}{b}"] * 8)
    >>> print(paged(rf"\begin{{aligned}} {rows} \end{{aligned}}").splitlines()[0])
    \begin{alignat*}{2}
    """
    if not is_high(latex):
        return f"\\[\n{spread(latex)}\n\\]"
    groups = list(together(rows_of(latex)))
    lines = list[str]()
    for at, group in enumerate(groups):
        joined = at in (0, len(groups) - 2)  # neither the first nor the last stands alone on a page
        ends = [r" \\*"] * (len(group) - 1) + [r" \\*" if joined else BREAK.rstrip()]
        lines += ["  " + row.replace("&&", r"&&\quad") + end for row, end in zip(group, ends, strict=True)]
    lines[-1] = lines[-1].removesuffix(r" \\*").removesuffix(r" \\")
    return "\n".join([r"\begin{alignat*}{2}", *lines, r"\end{alignat*}"])
