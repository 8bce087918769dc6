r"""What is told, put on as few slides as hold it by its estimated height, and on these as evenly as may be."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from symrnn.latex.layout import BREAK
from symrnn.render.fragments import rows_of, spread
from symrnn.render.rows import height, together

ROOM = 17.3
"""How many lines fit on a slide below its title; TeX finds room for 17.8."""

TITLE = 58
"""How many letters of words fit on a line of a title."""

CONTINUED = r"{\mdseries(continued)}"

DISPLAY = 1.4  # lines that the space around a display takes

SLIDE, UNEVEN = 100.0, 0.1  # what a slide costs, and the square of each of its lines that stays empty
INSIDE, APART = 8.0, 12.0  # what it costs to part a display, and what belongs together
THIN, LONELY = 4.5, 15.0  # how few lines are too few for one of several slides, and what such a one costs
FOLLOWS = re.compile(r"&?\\q?quad ")
"""How a row begins with which a formula goes on."""


@dataclass(frozen=True)
class Part:
    """LaTeX that stays together, and how many lines it takes.

    Args:
        latex: a paragraph; or rows of a display.
        lines: its height, without the space around a display.
        display: the display of which it has rows; those that meet on a slide are set as one.
        follows: whether it belongs to what is above it.
        leads: whether it belongs to what is below it.
    """

    latex: str
    lines: float
    display: str = ""
    follows: bool = False
    leads: bool = False


@dataclass(frozen=True)
class Frame:
    """A slide.

    Args:
        title: in LaTeX.
        parts: what stands below it.
        picture: a file that has the whole of a plain slide to itself.
        centred: whether the parts stand in the middle of it, without a title.
    """

    title: str
    parts: tuple[str, ...]
    picture: str = ""
    centred: bool = False


def displayed(latex: str) -> Iterator[Part]:
    r"""A display by its rows, each with those that stay with it.

    >>> [part.latex for part in displayed(r"\begin{aligned} a &= b \\ &\quad (t \ge 1) \\ &= c \end{aligned}")]
    ['a &= b \\\\ &\\quad (t \\ge 1)', '&= c']
    """
    for rows in together(rows_of(latex)):
        lines = sum(map(height, rows))
        pieces = [rows] if lines <= ROOM - DISPLAY else [[row] for row in rows]
        for piece in pieces:
            yield Part(BREAK.join(piece), sum(map(height, piece)), latex, bool(FOLLOWS.match(piece[0])))


def lines_of(parts: Sequence[Part]) -> float:
    """How many lines some parts take on a slide."""
    displays = sum(bool(display) for display, _ in groupby(parts, lambda part: part.display))
    return sum(part.lines for part in parts) + DISPLAY * displays


def room_below(title: str) -> float:
    """How many lines fit below a title."""
    return ROOM - (math.ceil(len(title) / TITLE) - 1) * 1.3


def packed(title: str, parts: Sequence[Part], plain_title: str) -> list[Frame]:
    """The parts on as few frames as hold them, parted where it hurts least and so that none is nearly empty.

    Args:
        title: of each frame, in LaTeX.
        parts: in their order.
        plain_title: the title without marks, by which it is seen how many lines it takes.
    """
    first, later = room_below(plain_title), room_below(f"{plain_title} (continued)")
    best: list[tuple[float, int]] = [(0.0, 0)]  # of the parts up to each: the cost, and where its last frame begins
    for end in range(1, len(parts) + 1):
        found = []
        for start in range(end - 1, -1, -1):
            left = (later if start else first) - lines_of(parts[start:end])
            if left < 0 and end - start > 1:
                break
            cost = SLIDE + UNEVEN * max(left, 0.0) ** 2 + (_parting(parts[start - 1], parts[start]) if start else 0.0)
            if end - start < len(parts) and lines_of(parts[start:end]) < THIN:
                cost += LONELY
            found.append((best[start][0] + cost, start))
        best.append(min(found))
    frames, end = list[Frame](), len(parts)
    while end:
        start = best[end][1]
        frames.insert(0, Frame(title, tuple(_set(parts[start:end]))))
        end = start
    return frames


def _parting(above: Part, below: Part) -> float:
    """What it costs that a slide ends between two parts."""
    inside = INSIDE if above.display and above.display == below.display else 0.0
    return inside + (APART if above.leads or below.follows else 0.0)


def _set(parts: Sequence[Part]) -> Iterator[str]:
    """The LaTeX of the parts of a slide."""
    for display, same in groupby(parts, lambda part: part.display):
        if not display:
            yield from (part.latex for part in same)
            continue
        rows = BREAK.join(part.latex for part in same)
        whole = display if rows == BREAK.join(rows_of(display)) else rf"\begin{{aligned}} {rows} \end{{aligned}}"
        yield f"\\[\n{spread(whole)}\n\\]"


def continued(frames: Iterable[Frame]) -> Iterator[Frame]:
    """The frames, those after the first one marked as going on with it."""
    for at, frame in enumerate(frames):
        yield replace(frame, title=rf"{frame.title} {CONTINUED}".strip()) if at else frame
