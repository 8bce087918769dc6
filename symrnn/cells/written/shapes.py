"""Shapes of everything in a text, found from how it is used."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypeAlias

import sympy as sp

from symrnn.cells.written import syntax
from symrnn.cells.written.names import is_matrix
from symrnn.cells.written.places import Misread, Other, Span
from symrnn.cells.written.scope import Scope
from symrnn.cells.written.sizes import ONE, Differ, Open, Shape, Size, summands, unify

Found: TypeAlias = Shape | None
"""A shape, or None for a number."""
NOT_SIZES = {"t", "T", "x"}
"""What no size may be called: the indices, and the sign between rows and columns."""


@dataclass
class Shapes:
    """The shapes of a text.

    Args:
        scope: what its names are.
        source: the text, of which messages quote pieces.
        of: the shape of each name.
        nodes: the shape of each part of an equation, by its identity.
        letters: the sizes that are declared by a letter, with the letter.
        pending: sums of sizes that are compared when more is known of them.
    """

    scope: Scope
    source: str
    of: dict[str, Shape] = field(default_factory=dict)
    nodes: dict[int, Found] = field(default_factory=dict)
    letters: dict[str, sp.Symbol] = field(default_factory=dict)
    pending: list[tuple[Size, Size, Span, str, str]] = field(default_factory=list)

    def quoted(self, node: syntax.Node | Span) -> str:
        """A piece of the text, on one line."""
        span = node if isinstance(node, Span) else node.span
        text = " ".join(self.source[span.start : span.end].split())
        return text if len(text) <= 40 else f"{text[:37]}…"

    # -- names ---------------------------------------------------------------------------------------------------

    def shape_of(self, name: str, shown: str, span: Span) -> Shape:
        """The shape of a name, made when it is first asked for."""
        if name not in self.of:
            said = self.scope.declared.get(name)
            if said is not None and said.shape is not None:
                rows, cols = said.shape
                self.of[name] = (self._declared(rows, shown), ONE if cols is None else self._declared(cols, shown))
            else:
                self.of[name] = self._guessed(name, shown, span)
        return self.of[name]

    def _guessed(self, name: str, shown: str, span: Span) -> Shape:
        rows = Size((f"{shown} has any number of rows", span))
        if name in self.scope.sequences:
            rows.flexible = name in self.scope.equations and name not in self.scope.states
            return rows, ONE
        if is_matrix(name):
            rows.flexible = True
            return rows, Size((f"{shown} has any number of columns", span), flexible=True)
        return rows, ONE

    def _declared(self, width: syntax.Width, shown: str) -> Size:
        note = (f"{shown} is declared here", width.span)
        value = sp.Add(*(times * self.letter(letter, width.span) if letter else times for times, letter in width.parts))
        return Size(note, sp.sympify(value))

    def letter(self, letter: str, span: Span) -> sp.Symbol:
        """The symbol of a size that is written as a letter.

        Raises:
            Misread: for a letter that has another meaning.
        """
        if letter in NOT_SIZES or letter in self.scope.bare or letter in self.scope.called:
            what = f"{letter} cannot be a size, it has another meaning"
            raise Misread(what, span, "use another letter, such as n, m or q")
        return self.letters.setdefault(letter, sp.Symbol(letter, integer=True, positive=True))

    # -- messages ------------------------------------------------------------------------------------------------

    def words(self, shape: Found) -> str:
        """A shape in words, as far as it is known."""
        if shape is None:
            return "a number"
        rows, cols = map(self.size_words, shape)
        return f"{rows} x {cols}"

    def size_words(self, size: Size) -> str:
        """A size in words: its value, or whose it is."""
        root = size.root
        if root.total:
            return f"({' + '.join(map(self.size_words, summands(root)[:4]))}{' + …' * (len(summands(root)) > 4)})"
        if root.value is not None:
            return str(root.value).replace("*", " ")
        for axis, what in enumerate(("rows", "columns")):
            named = [name for name, shape in self.of.items() if shape[axis].root is root]
            if named:
                return f"{what}({min(named, key=lambda name: name not in self.scope.sequences)})"
        return "any"

    def require(self, one: Size, other: Size, span: Span, what: str, advice: str = "") -> None:
        """Let two sizes be the same.

        Raises:
            Misread: with what is said, and the place that the other size comes from.
        """
        try:
            unify(one, other)
        except Open:
            self.pending.append((one, other, span, what, advice))
        except Differ as differ:
            raise Misread(what, span, advice, _elsewhere(differ, span)) from None


def _elsewhere(differ: Differ, span: Span) -> Other | None:
    """The place outside of a span where one of two sizes became what it is."""
    notes = [size.note for size in (differ.one, differ.other) if size is not ONE]
    outside = [note for note in notes if not span.start <= note[1].start < span.end]
    return outside[0] if outside else None
