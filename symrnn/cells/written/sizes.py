"""Sizes that are not known yet, and what they turn out to be."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TypeAlias

import sympy as sp

from symrnn.cells.written.places import Misread, Other, Span


@dataclass(eq=False)
class Size:
    """A number of rows or columns: unknown, known, or a sum of others.

    Args:
        note: of whom, as in ``rows of h``, with the first place; for messages and for a name.
        value: what it is, where that is known.
        total: the sizes that it is the sum of, where it is one.
        flexible: whether it may turn out to be 1 without being said so: columns of a matrix W, for W may be a column.
        link: the size that it is the same as.
    """

    note: Other
    value: sp.Expr | None = None
    total: tuple[Size, ...] = ()
    flexible: bool = False
    link: Size | None = field(default=None, repr=False)

    @property
    def root(self) -> Size:
        """The size that stands for all that are the same."""
        found = self
        while found.link is not None:
            found = found.link
        return found

    @property
    def is_one(self) -> bool:
        """Whether it is known to be 1."""
        return self.root.value == 1

    @property
    def is_open(self) -> bool:
        """Whether nothing is known of it."""
        return self.root.value is None and not self.root.total

    def resolved(self) -> sp.Expr:
        """Its value.

        Raises:
            Misread: when nothing says it.
        """
        root = self.root
        if root.total:
            return sp.Add(*(part.resolved() for part in root.total))
        if root.value is None:
            note, span = root.note
            raise Misread(f"a size is open: {note}", span, "say it below a line with the word where, as in W: n x m")
        return root.value


Shape: TypeAlias = tuple[Size, Size]

ONE = Size(("a column", Span(0, 0)), sp.S.One)
"""The number of columns of a column."""


class Differ(Exception):  # noqa: N818  (it never leaves this package)
    """Two sizes that cannot be the same."""

    def __init__(self, one: Size, other: Size) -> None:
        super().__init__()
        self.one, self.other = one.root, other.root


class Open(Differ):
    """Two sums of sizes of which too little is known so far."""


def unify(one: Size, other: Size) -> None:
    """Let two sizes be the same.

    Raises:
        Differ: when they cannot be.
        Open: when that has to be seen later.

    >>> here = Span(0, 1)
    >>> rows, h = Size(("rows of W", here), flexible=True), Size(("rows of h", here))
    >>> unify(rows, h)
    >>> rows.root is h.root, rows.root.flexible
    (True, False)
    """
    a, b = one.root, other.root
    if a is b:
        return
    if a.is_open and b.is_open:
        _join(a, b)
    elif a.is_open or b.is_open:
        unknown, known = (a, b) if a.is_open else (b, a)
        if (known.is_one and not unknown.flexible) or _within(unknown, known):
            raise Differ(a, b)
        unknown.link = known
    else:
        _compare(a, b)


def _join(a: Size, b: Size) -> None:
    keep, drop = (a, b) if a.note[1] <= b.note[1] else (b, a)
    keep.flexible = a.flexible and b.flexible
    drop.link = keep


def _within(part: Size, whole: Size) -> bool:
    root = whole.root
    return root is part or any(_within(part, each) for each in root.total)


def summands(size: Size) -> list[Size]:
    """The sizes that a size is the sum of, or itself alone."""
    root = size.root
    return [found for part in root.total for found in summands(part)] if root.total else [root]


def _compare(a: Size, b: Size) -> None:
    """Two known sizes; what both have as a summand is left out, and one summand that is left is the other one."""
    left, right = summands(a), summands(b)
    shared = Counter(map(id, left)) & Counter(map(id, right))
    mine, theirs = _without(left, shared.copy()), _without(right, shared)
    number = sum((each.value for each in mine if each.value is not None), sp.S.Zero)
    number -= sum((each.value for each in theirs if each.value is not None), sp.S.Zero)
    mine, theirs = [each for each in mine if each.is_open], [each for each in theirs if each.is_open]
    if len(mine) == len(theirs) == 1 and number == 0:
        unify(mine[0], theirs[0])
    elif len(mine) + len(theirs) == 1:  # the one that is open has the rest as its value
        rest = number if theirs else -number
        if rest == 1 or not rest.is_positive:
            raise Differ(a, b)
        (mine or theirs)[0].value = rest
    elif mine or theirs:
        raise Open(a, b)
    elif sp.expand(number) != 0:
        raise Differ(a, b)


def _without(parts: list[Size], dropped: Counter[int]) -> list[Size]:
    kept = []
    for part in parts:
        if dropped[id(part)] > 0:
            dropped[id(part)] -= 1
        else:
            kept.append(part)
    return kept
