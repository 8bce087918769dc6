"""Places in a text, and messages that show them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple, TypeAlias
from unicodedata import combining, east_asian_width

from symrnn.errors import CellTextError

WIDTH = 100
"""Most letters of a line that a message shows."""


class Span(NamedTuple):
    """From one character of a text up to another one."""

    start: int
    end: int

    def to(self, other: Span) -> Span:
        """Both, and what lies between.

        >>> Span(3, 4).to(Span(7, 9))
        Span(start=3, end=9)
        """
        return Span(min(self.start, other.start), max(self.end, other.end))


Other: TypeAlias = tuple[str, Span]
"""What to say of a second place."""


class Misread(Exception):  # noqa: N818  (it never leaves this package)
    """What is wrong with a text, and where; :meth:`Source.error` makes the message of it.

    Args:
        what: the mistake in one clause.
        span: where it is.
        advice: what to do.
        other: a second place that has to do with it.
    """

    def __init__(self, what: str, span: Span, advice: str = "", other: Other | None = None) -> None:
        super().__init__(what)
        self.what, self.span, self.advice, self.other = what, span, advice, other


@dataclass(frozen=True)
class Source:
    """A text, with what it is called in messages.

    Args:
        text: of the cell.
        name: of its file; empty when there is none.
    """

    text: str
    name: str = ""

    def place(self, position: int) -> tuple[int, int]:
        r"""Line and column, both counted from 1.

        >>> Source("a\nbc").place(3)
        (2, 2)
        """
        before = self.text[:position]
        return before.count("\n") + 1, position - (before.rfind("\n") + 1) + 1

    def shown(self, span: Span) -> str:
        """The line of a place, with carets below it.

        >>> print(Source("h[t] = W $ x").shown(Span(9, 10)))
            h[t] = W $ x
                     ^
        """
        if not self.text.strip():
            return ""
        start = self.text.rfind("\n", 0, span.start) + 1
        end = self.text.find("\n", span.start)
        line = self.text[start : len(self.text) if end < 0 else end]
        at, until = span.start - start, min(max(span.end, span.start + 1) - start, len(line) + 1)
        left = max(0, at - WIDTH // 2) if len(line) > WIDTH else 0
        head, marked = line[left:at], line[at:until]
        tail = line[until : left + WIDTH]
        before, after = "… " if left else "", " …" if left + WIDTH < len(line) else ""
        carets = "^" * min(max(1, _width(_printable(marked))), WIDTH)
        first = f"    {before}{_printable(head)}{_printable(marked)[:WIDTH]}{_printable(tail)}{after}"
        return f"{first.rstrip()}\n    {' ' * _width(before + _printable(head))}{carets}"

    def error(self, misread: Misread) -> CellTextError:
        """The message that a user sees."""
        line, column = self.place(misread.span.start)
        shown = self.shown(misread.span)
        if misread.other is not None:
            note, span = misread.other
            there = "line {}, column {}".format(*self.place(span.start))
            shown += f"\n  {there}: {note}\n{self.shown(span)}"
        return CellTextError(misread.what, advice=misread.advice, file=self.name, line=line, column=column, shown=shown)


def _printable(text: str) -> str:
    return "".join(letter if letter.isprintable() else " " if letter in "\t\r\u00a0" else "\ufffd" for letter in text)


def _width(text: str) -> int:
    """How many columns of a terminal a text takes."""
    return sum(0 if combining(letter) else 2 if east_asian_width(letter) in "WF" else 1 for letter in text)
