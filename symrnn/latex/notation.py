r"""Notations as data: how symbols, time, transposes, derivatives and products look.

A template holds ``#`` where its argument goes, as in TeX. The notations that ship are the files in ``notations/``, of
the kind that :meth:`Notation.load` reads and ``symrnn notation NAME`` prints.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from symrnn.errors import NotationError
from symrnn.latex.clashes import require_distinct, require_valid
from symrnn.latex.macros import definition, expanded
from symrnn.latex.notation_files import Source, read_source, written_source
from symrnn.latex.scripts import light, scripted
from symrnn.latex.symbols import (
    FUNCTIONS,
    NAME,
    RECURRENT,
    ascii_name,
    below,
    function_symbol,
    spelled,
    undotted,
)

SHIPPED = ("lecture", "plain", "goodfellow", "ng", "pascanu", "components")
"""In an order in which each extends only those before it."""

ARROWS = {
    "ascending": r"\mathop{\overset{\longrightarrow}{\prod}}\limits",
    "descending": r"\mathop{\overset{\longleftarrow}{\prod}}\limits",
}


@dataclass(frozen=True)
class Notation:
    r"""One way of writing the terms; make your own in a file, or with :func:`dataclasses.replace`.

    Attributes:
        name: what it is called.
        symbols: matrices, vectors and functions, and their LaTeX; a name that is not listed is spelled by rule, and h_1
            like h.
        gates: symbols of gates, which are those of other quantities where a cell has no pre-activation a_f of a gate f.
        scalars: numbers and indices, and their LaTeX.
        letters: how the rule writes matrices and vectors: "bold", "bold italic" or "plain".
        index: template of a time (or layer) index.
        place: where an index stands, "below" or "above".
        entry: template of what picks an entry of a column, on the other side; empty for brackets, [h]_i.
        transpose: what stands in the exponent.
        hadamard: the sign of the entrywise product.
        differential: what stands in front of a differential.
        total: the two signs of a total derivative, above and below.
        immediate: the two signs of an immediate derivative, above and below.
        products: the sign of an ordered product for each direction; the arrow shows how the index grows.
        abbreviations: symbols of pre-activations and of their diag(φ'(a)); empty to write these out.
        errors: symbols of pre-activations and of the gradient of a loss by these; empty to write a nabla.
        macros: names and meanings of macros that the symbols use, with #1, #2 for their arguments.
        preamble: further lines that a LaTeX document needs in its preamble.
        time: the index in the definitions of abbreviations.
        layout: of derivatives; "numerator", with a row for each entry above, "denominator", with a column for it, or
            "gradients", where the derivative of a loss is a column with a nabla and others are in numerator layout, or
            "components", with equations of entries.
        spoken: names of quantities that are spoken of beside a formula: no bound index in it looks like one of them.

    Raises:
        NotationError: for two names with one symbol, signs that could not be told apart, or broken LaTeX.

    >>> from dataclasses import replace
    >>> mine = replace(NOTATIONS["plain"], name="mine", symbols={"h": "s"}, place="above", index="(#)")
    >>> mine.indexed("h", "t-1"), mine.indexed("a_f", "t"), mine.symbol("delta")
    ('s^{(t-1)}', 'a_{f}^{(t)}', '\\delta')
    """

    name: str
    symbols: Mapping[str, str] = field(repr=False, default_factory=dict)
    gates: Mapping[str, str] = field(repr=False, default_factory=dict)
    scalars: Mapping[str, str] = field(repr=False, default_factory=dict)
    letters: str = "bold"
    index: str = "(#)"
    place: str = "below"
    entry: str = "(#)"
    transpose: str = r"\top"
    hadamard: str = r"\odot"
    differential: str = "d"
    total: tuple[str, str] = (r"\partial", r"\partial")
    immediate: tuple[str, str] = (r"\partial^{+}", r"\partial")
    products: Mapping[str, str] = field(repr=False, default_factory=lambda: dict(ARROWS))
    abbreviations: Mapping[str, str] = field(default_factory=lambda: {"a": "D"})
    errors: Mapping[str, str] = field(default_factory=lambda: {"a": "delta"})
    macros: Mapping[str, str] = field(default_factory=dict)
    preamble: tuple[str, ...] = ()
    time: str = "t"
    layout: str = "numerator"
    spoken: frozenset[str] = field(default=frozenset(), repr=False)

    def __post_init__(self) -> None:
        require_valid(self)
        require_distinct(self)

    # --- files ------------------------------------------------------------------------------------

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> Notation:
        r"""Read a notation from a TOML file; what it does not say is as in the one that it ``extends``, or ``lecture``.

        Raises:
            NotationError: for a file that cannot be read, or what is wrong in it, with its line.

        >>> import tempfile, pathlib
        >>> file = pathlib.Path(tempfile.mkdtemp(), "mine.toml")
        >>> _ = file.write_text("place = 'above'\n[symbols]\nW_hh = 'W'\nh = 's'")
        >>> mine = Notation.load(file)
        >>> mine.name, mine.symbol("W_hh"), mine.indexed("h", "t")
        ('mine', 'W', 's^{(t)}')
        """
        try:
            text = Path(path).read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            reason = getattr(error, "strerror", None) or "it is not UTF-8"
            advice = f"name a TOML file, or one of {', '.join(SHIPPED)}"
            raise NotationError(f"the notation cannot be read: {reason}", where=str(path), advice=advice) from None
        source = read_source(text, str(path))
        if source.extends and source.extends not in NOTATIONS:
            raise _unknown(source.extends, source.place("extends"))
        return _made(source, NOTATIONS[source.extends or "lecture"], Path(path).stem)

    def toml(self) -> str:
        """The notation as a complete TOML file with comments, to start from; it loads back to the same notation.

        >>> print(NOTATIONS["plain"].toml().splitlines()[3:5])
        ['# matrices and vectors: "bold", "bold italic" or "plain"', "letters = 'plain'"]
        """
        ruled = {name: self.symbol(name) for name in (*RECURRENT, *FUNCTIONS) if name not in self.symbols}
        return written_source(self.name, vars(self), ruled)

    @property
    def definitions(self) -> tuple[str, ...]:
        r"""What a LaTeX document needs in its preamble: the lines of the notation, and a \newcommand for each macro.

        >>> replace(NOTATIONS["plain"], macros={"vect": r"\mathbf{#1}"}).definitions
        ('\\newcommand{\\vect}[1]{\\mathbf{#1}}',)
        """
        return (*self.preamble, *(definition(name, body) for name, body in self.macros.items()))

    def expanded(self, latex: str) -> str:
        r"""LaTeX with the macros of the notation put in, for pages that have no preamble.

        >>> replace(NOTATIONS["plain"], macros={"vect": r"\mathbf{#1}"}).expanded(r"\vect{h}_{t} + \vector")
        '\\mathbf{h}_{t} + \\vector'
        """
        return expanded(latex, self.macros)

    # --- names ------------------------------------------------------------------------------------

    def knows(self, name: str) -> bool:
        """Whether a name has a symbol of its own here, or is one of the lecture's.

        >>> NOTATIONS["lecture"].knows("W_hh"), NOTATIONS["lecture"].knows("q")
        (True, False)
        """
        return name in self.symbols or name in self.gates or name in RECURRENT or name in FUNCTIONS

    def symbol(self, name: str, *, number: bool = False) -> str:
        r"""A matrix or vector by its name; that of a movement has a dot, and a part of another its subscript.

        Args:
            name: the name.
            number: whether it has one entry, so that it is not set in bold.

        >>> NOTATIONS["plain"].symbol("hdot"), NOTATIONS["lecture"].symbol("Wdot_hh")
        ('\\dot{h}', '\\dot{\\mathbf{W}}_{hh}')
        >>> NOTATIONS["ng"].symbol("h"), NOTATIONS["ng"].symbol("h_1"), NOTATIONS["ng"].symbol("L'")
        ('a', 'a_{1}', "\\mathcal{L}'")
        >>> NOTATIONS["lecture"].symbol("b"), NOTATIONS["lecture"].symbol("b", number=True)
        ('\\mathbf{b}', 'b')
        >>> NOTATIONS["pascanu"].symbol("W_hh", number=True)
        'W_{rec}'
        """
        if listed := _listed(name, self.symbols) or self.gates.get(ascii_name(name)) or FUNCTIONS.get(name):
            return light(listed) if number else listed
        plain = undotted(name)
        if plain is None:
            return self.ruled(name, number=number)
        still = scripted(self.symbol(plain, number=number))
        return str(replace(still, base=rf"\dot{{{still.base}}}"))

    def ruled(self, name: str, *, number: bool = False) -> str:
        r"""A matrix or vector that no table lists, or a number.

        >>> NOTATIONS["goodfellow"].ruled("W_f")
        '\\boldsymbol{W}_{f}'
        """
        return spelled(name, bold=self.letters != "plain" and not number, italic=self.letters == "bold italic")

    def scalar(self, name: str) -> str:
        r"""A scalar by its name, whatever a vector or function of that name is called.

        >>> replace(NOTATIONS["plain"], scalars={"gamma": "c"}, symbols={"h": "s"}).scalar("gamma_max")
        'c_{\\mathrm{max}}'
        """
        if listed := _listed(name, self.scalars):
            return listed
        return spelled(name, bold=False) if NAME.fullmatch(ascii_name(name)) else self.symbol(name)

    def function(self, name: str, order: int = 0, member: str = "") -> str:
        r"""An activation, a loss or another function by its name, its derivative, or a member of a family.

        >>> NOTATIONS["lecture"].function("phi", 1), NOTATIONS["goodfellow"].function("ell", 1, "t")
        ("\\phi'", 'L^{(t)\\prime}')
        >>> NOTATIONS["plain"].function("phi", 4), NOTATIONS["goodfellow"].function("ell", 4, "t")
        ('\\phi^{(4)}', '(L^{(t)})^{(4)}')
        """
        # a_l is a function where a_t is a vector
        listed = "" if name in RECURRENT else _listed(name, self.symbols) or FUNCTIONS.get(name, "")
        symbol = listed or function_symbol(name)
        if member:
            symbol = self.at(symbol, member)
        if not order:
            return symbol
        parts = scripted(symbol)
        if order <= PRIMES:
            return str(parts.primed(order))
        return f"({symbol})^{{({order})}}" if parts.above else str(parts.raised(f"({order})"))

    def constant(self, letter: str) -> str:
        r"""I, 0, 1 and e; a 1 is bold in every notation, since a plain one is a number.

        >>> NOTATIONS["plain"].constant("I"), NOTATIONS["plain"].constant("1")
        ('I', '\\mathbf{1}')
        """
        if letter in "01":
            return rf"\mathbf{{{letter}}}" if letter == "1" or self.letters != "plain" else letter
        return self.ruled(letter)

    def within(self, names: Collection[str]) -> Notation:
        r"""The notation for a network: without symbols of gates that it has no pre-activations of, or of its indices.

        A letter that stands for something else in this notation keeps the symbol of the gate.

        Args:
            names: those of the quantities of the network.

        >>> ng = NOTATIONS["ng"]
        >>> ng.symbol("f"), ng.within(["f", "y"]).symbol("f"), ng.within(["f", "a_f"]).symbol("f")
        ('\\Gamma_f', 'f', '\\Gamma_f')
        """
        taken = set(self.symbols.values())
        own = {name: s for name, s in self.gates.items() if f"a_{name}" in names or self.ruled(name) in taken}
        spoken = frozenset(names)
        return self if (own, spoken) == (self.gates, self.spoken) else replace(self, gates=own, spoken=spoken)

    # --- scripts ----------------------------------------------------------------------------------

    def indexed(self, name: str, index: str, *, number: bool = False) -> str:
        r"""A symbol at a time; a script that the symbol has already is kept in front.

        >>> NOTATIONS["lecture"].indexed("h", "t-1"), NOTATIONS["plain"].indexed("W_hh", "l")
        ('\\mathbf{h}_{(t-1)}', 'W_{hh,l}')
        """
        return self.at(self.symbol(name, number=number), index)

    def at(self, symbol: str, index: str) -> str:
        r"""The LaTeX of a symbol, at a time.

        >>> NOTATIONS["ng"].at(r"\mathbf{h}_{f}", "t")
        '\\mathbf{h}_{f}^{\\langle t \\rangle}'
        """
        parts, script = scripted(symbol), self.index.replace("#", index)
        return str(parts.lowered(script) if self.place == "below" else parts.raised(script, ","))

    def turned(self, symbol: str) -> str:
        r"""The transpose of a symbol, or of one at a time: both may stand above it.

        >>> NOTATIONS["lecture"].turned(r"\mathbf{h}_{(t)}"), NOTATIONS["goodfellow"].turned("h^{(t)}")
        ('\\mathbf{h}_{(t)}^{\\top}', 'h^{(t)\\top}')
        """
        return str(scripted(symbol).raised(self.transpose))

    def raised(self, symbol: str, exponent: str) -> str:
        r"""A symbol with an exponent; one that has a superscript already stands in parentheses.

        >>> NOTATIONS["lecture"].raised(r"\mathbf{h}_{(t)}", "2"), NOTATIONS["goodfellow"].raised("h^{(t)}", "2")
        ('\\mathbf{h}_{(t)}^{2}', '(h^{(t)})^{2}')
        """
        parts = scripted(symbol)
        return f"({symbol})^{{{exponent}}}" if parts.above else str(parts.raised(exponent))

    def picked(self, symbol: str, row: str) -> str:
        """An entry of a column that has the symbol, where the notation has a template for it.

        >>> NOTATIONS["goodfellow"].picked("h^{(t)}", "i")
        'h_{i}^{(t)}'
        """
        script, parts = self.entry.replace("#", row), scripted(symbol)
        return str(parts.raised(script) if self.place == "below" else parts.lowered(script))

    def layout_words(self, state: str = "", loss: str = "") -> str:
        r"""What a reader has to know of the layout, as sentences with mathematics between dollars.

        Args:
            state: the LaTeX of the one that is the example; without it, h at the time of the notation.
            loss: the LaTeX of the one that is the example; without it, L.

        >>> print(replace(NOTATIONS["plain"], layout="gradients").layout_words())
        The derivative of a loss is a column, $\nabla_{h_{t}} \mathcal{L}$; Jacobians are in numerator layout.
        A matrix is flattened by stacking its columns.
        """
        state, loss = state or self.indexed("h", self.scalar(self.time)), loss or self.symbol("L")
        entry, column = map(_in_a_sentence, (str(scripted(state).lowered("i")), state))
        words = {
            "numerator": "Jacobians are in numerator layout: that of a quantity with $p$ entries by one with $q$ "
            "entries has $p$ rows and $q$ columns.",
            "denominator": "Derivatives in displays are in denominator layout, the transposes of Jacobians: "
            rf"$\frac{{{self.total[0]} {loss}}}{{{self.total[1]} {state}}}$ is a column, like ${column}$. "
            "In sentences they are Jacobians, in numerator layout.",
            "gradients": rf"The derivative of a loss is a column, $\nabla_{{{state}}} {loss}$; "
            "Jacobians are in numerator layout.",
            "components": f"Equations are between entries: ${entry}$ is entry $i$ of ${column}$. "
            "In sentences, and where it is said so, they are between matrices, with Jacobians in numerator layout.",
        }
        return f"{words[self.layout]}\nA matrix is flattened by stacking its columns."


def _in_a_sentence(latex: str) -> str:
    """LaTeX for a sentence, where what has no backslash would be read as if it were typed."""
    return latex if "\\" in latex else rf"\textstyle {latex}"


PRIMES = 3  # φ''' is still read at a glance, φ'''' is not


def _listed(name: str, table: Mapping[str, str]) -> str:
    """What a table has for a name, for the same without primes, or for its letter; else nothing."""
    if name in table:
        return table[name]
    base, *parts = ascii_name(name).rstrip("'").split("_")
    rest = [part for part in parts if part != "prime"]  # as the text of a cell has h'
    primes = len(ascii_name(name)) - len(ascii_name(name).rstrip("'")) + len(parts) - len(rest)
    plain = "_".join([base, *rest])
    if plain in table:
        return str(scripted(table[plain]).primed(primes))
    if rest and base in table:
        return str(scripted(table[base]).lowered(below(rest)).primed(primes))
    return ""


def _made(source: Source, base: Notation | None, name: str) -> Notation:
    """A notation from a file and the one that it extends; what is wrong is said with the line of the file."""
    fields = dict(source.fields)
    for table in ("symbols", "gates", "scalars", "macros", "products"):
        if base is not None and table in fields:
            fields[table] = {**getattr(base, table), **fields[table]}
    try:
        if base is None:
            return Notation(source.name or name, **fields)
        return replace(base, name=source.name or name, **fields)
    except NotationError as error:
        raise NotationError(error.what, where=source.place(error.where), advice=error.advice) from None


def _shipped() -> dict[str, Notation]:
    notations: dict[str, Notation] = {}
    for name in SHIPPED:
        file = Path(__file__).parent / "notations" / f"{name}.toml"
        source = read_source(file.read_text(encoding="utf-8"), file.name)
        notations[name] = _made(source, notations.get(source.extends), name)
    return notations


NOTATIONS: Mapping[str, Notation] = _shipped()
LECTURE, PLAIN = NOTATIONS["lecture"], NOTATIONS["plain"]


def find_notation(notation: str | Notation) -> Notation:
    """A notation by its name; a notation is returned as it is.

    Raises:
        NotationError: for an unknown name.

    >>> find_notation("lectures")
    Traceback (most recent call last):
    symrnn.errors.NotationError: unknown notation 'lectures'; the known ones are: lecture, plain, goodfellow, ...
    """
    if isinstance(notation, Notation):
        return notation
    if not isinstance(notation, str):
        advice = f"use one of {', '.join(NOTATIONS)}, or what Notation.load reads"
        raise NotationError(f"{notation!r} is not a notation", advice=advice)
    if notation not in NOTATIONS:
        raise _unknown(notation)
    return NOTATIONS[notation]


def _unknown(name: str, where: str = "") -> NotationError:
    advice = f"the known ones are: {', '.join(NOTATIONS)}"
    if Path(name).suffix == ".toml":
        advice += f"; a file is read by Notation.load({name!r})"
    return NotationError(f"unknown notation {name!r}", where=where, advice=advice)


def written_out(notation: str | Notation) -> Notation:
    """The same notation without abbreviations: diag(φ'(a_t)) instead of D_t, and a nabla instead of δ_t.

    >>> written_out("lecture").abbreviations
    {}
    """
    return replace(find_notation(notation), abbreviations={}, errors={})
