r"""Notations as data: how symbols, time, transposes, derivatives and products look.

A template holds ``#`` where its argument goes, as in TeX. The tables are plain data, and injective, so that
they can be used to read a formula as well as to write one.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from symrnn.errors import NotationError
from symrnn.latex.symbols import FUNCTIONS, NAME, RECURRENT, ascii_name, function_symbol, spelled, undotted

SUBSCRIPTED = re.compile(r"(?P<base>.*?)_(\{(?P<group>[^{}]*(?:\{[^{}]*\}[^{}]*)*)\}|(?P<one>[A-Za-z0-9]))")


@dataclass(frozen=True)
class Notation:
    r"""One way of writing the terms; make your own with :func:`dataclasses.replace`.

    Attributes:
        name: what it is called in :data:`NOTATIONS`.
        symbols: names and their LaTeX; a name that is not listed is spelled by rule.
        bold: whether the rule writes matrices and vectors bold.
        index: template of a time (or layer) index in a subscript.
        entry: template of the superscript that picks an entry of a column; empty for brackets, [h]_i.
        transpose: what stands in the exponent.
        total: the two signs of a total derivative, above and below.
        immediate: the two signs of an immediate derivative, above and below.
        products: the sign of an ordered product for each direction; the arrow shows how the index grows.
        abbreviations: symbols of pre-activations and of their diag(φ'(a)); empty to write these out.
        time: the index in the definitions of abbreviations.
        layout: the layout that the formulas hold in; "numerator" is the only one.

    Raises:
        NotationError: for two names with one symbol, or signs that could not be told apart.

    >>> from dataclasses import replace
    >>> mine = replace(NOTATIONS["plain"], name="mine", index="#", transpose="T")
    >>> mine.indexed("W_hh", "t-1"), mine.symbol("delta")
    ('W_{hh,t-1}', '\\delta')
    """

    name: str
    symbols: Mapping[str, str] = field(repr=False)
    bold: bool = True
    index: str = "(#)"
    entry: str = "(#)"
    transpose: str = r"\top"
    total: tuple[str, str] = (r"\partial", r"\partial")
    immediate: tuple[str, str] = (r"\partial^{+}", r"\partial")
    products: Mapping[str, str] = field(
        repr=False,
        default_factory=lambda: {
            "ascending": r"\mathop{\overset{\longrightarrow}{\prod}}\limits",
            "descending": r"\mathop{\overset{\longleftarrow}{\prod}}\limits",
        },
    )
    abbreviations: Mapping[str, str] = field(default_factory=lambda: {"a": "D"})
    time: str = "t"
    layout: str = "numerator"

    def __post_init__(self) -> None:
        if len(self.readings) < len(self.symbols):
            raise NotationError(f"two names of the notation {self.name!r} have the same symbol")
        if self.total == self.immediate:
            raise NotationError(f"the notation {self.name!r} writes total and immediate derivatives alike")
        if self.products["ascending"] == self.products["descending"]:
            raise NotationError(f"the notation {self.name!r} hides the direction of products")
        if self.layout != "numerator":
            raise NotationError(f"unknown layout {self.layout!r}", advice='use "numerator"')

    @property
    def readings(self) -> dict[str, str]:
        """The table of symbols, read from LaTeX to names."""
        return {written: name for name, written in self.symbols.items()}

    def symbol(self, name: str) -> str:
        r"""A matrix or vector by its name; that of a movement has a dot.

        >>> NOTATIONS["plain"].symbol("hdot"), NOTATIONS["lecture"].symbol("Wdot_hh")
        ('\\dot{h}', '\\dot{\\mathbf{W}}_{hh}')
        """
        plain = undotted(name)
        return self.symbols.get(name) or (spelled(name, bold=self.bold) if plain is None else self._with_dot(plain))

    def _with_dot(self, name: str) -> str:
        r"""A symbol with a dot on its letter: \dot{W}_{hh}."""
        symbol = self.symbol(name)
        if match := SUBSCRIPTED.fullmatch(symbol):
            return rf"\dot{{{match['base']}}}_{{{match['group'] or match['one']}}}"
        return rf"\dot{{{symbol}}}"

    def scalar(self, name: str) -> str:
        """A scalar by its name; the table is for what the rule cannot spell: L is not a loss here."""
        spellable = NAME.fullmatch(ascii_name(name)) or name not in self.symbols
        return spelled(name, bold=False) if spellable else self.symbols[name]

    def function(self, name: str) -> str:
        """An activation, a loss or another function by its name."""
        listed = None if name in RECURRENT else self.symbols.get(name)  # a_l is a function where a_t is a vector
        return listed or function_symbol(name)

    def indexed(self, name: str, index: str) -> str:
        r"""A symbol at a time; a subscript that the symbol has already is kept in front.

        >>> NOTATIONS["lecture"].indexed("h", "t-1"), NOTATIONS["plain"].indexed("W_hh", "l")
        ('\\mathbf{h}_{(t-1)}', 'W_{hh,l}')
        """
        symbol, at = self.symbol(name), self.index.replace("#", index)
        if match := SUBSCRIPTED.fullmatch(symbol):
            return f"{match['base']}_{{{match['group'] or match['one']},{at}}}"
        # Any other script would meet a second one, which TeX refuses outside a group.
        return f"{{{symbol}}}_{{{at}}}" if {"_", "^"} & set(symbol) else f"{symbol}_{{{at}}}"


def _table(bold: bool) -> dict[str, str]:
    return {name: spelled(name, bold=bold) for name in RECURRENT} | FUNCTIONS


LECTURE = Notation("lecture", _table(bold=True))

PLAIN = Notation("plain", _table(bold=False), bold=False, index="#", entry="", total=("d", "d"))

NOTATIONS: Mapping[str, Notation] = {notation.name: notation for notation in (LECTURE, PLAIN)}


def find_notation(notation: str | Notation) -> Notation:
    """A notation by its name; a notation is returned as it is.

    Raises:
        NotationError: for an unknown name.

    >>> find_notation("lectures")
    Traceback (most recent call last):
    symrnn.errors.NotationError: unknown notation 'lectures'; the known ones are: lecture, plain
    """
    if isinstance(notation, Notation):
        return notation
    if notation not in NOTATIONS:
        raise NotationError(
            f"unknown notation {notation!r}", advice=f"the known ones are: {', '.join(sorted(NOTATIONS))}"
        )
    return NOTATIONS[notation]


def written_out(notation: str | Notation) -> Notation:
    """The same notation without abbreviations: diag(φ'(a_t)) instead of D_t.

    >>> written_out("lecture").abbreviations
    {}
    """
    return replace(find_notation(notation), abbreviations={})
