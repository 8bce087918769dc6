r"""What a notation may not do: write two things alike, or write what TeX refuses."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING

from symrnn.errors import NotationError
from symrnn.latex.macros import WRITTEN
from symrnn.latex.scripts import operator, scripted
from symrnn.latex.symbols import FUNCTIONS, NETWORK, ascii_name, undotted

if TYPE_CHECKING:
    from symrnn.latex.notation import Notation

CHOICES = {
    "letters": ("bold", "bold italic", "plain"),
    "place": ("below", "above"),
    "layout": ("numerator", "denominator", "gradients", "components"),
}
TEMPLATES = ("index", "entry")
UNSAFE = re.compile(r"(?<!\\)(?:\\\\)*([$%&\n])|([^\x00-\x7f])")
INDICES = ("t", "k", "T", "n", "m")
"""What stands beside nearly every number: times, distances, how many steps there are, and sizes."""
SIZES = ("n", "m")
SWITCH = re.compile(r"\{?\\(bm|mathbf|boldsymbol|mathrm|mathsf|mathcal)\s+(\w)\}?")
"""A font whose argument has no braces."""
PRODUCTS = {r"\otimes": "the Kronecker product", r"\cdot": "the product of numbers", r"\times": "a size"}
"""Signs that stand between two things already, with what they stand for."""
FREE = "zqruvkp"
"""Letters to advise for a name whose own letter is taken."""


def require_valid(notation: Notation) -> None:
    """Refuse choices that there are not, and LaTeX that could not be typeset.

    Raises:
        NotationError: the place is the key, such as ``symbols.h``.
    """
    for key, choices in CHOICES.items():
        if getattr(notation, key) not in choices:
            advice = f"use {' or '.join(map(repr, choices))}"
            raise NotationError(f"unknown {key} {getattr(notation, key)!r}", where=key, advice=advice)
    for key, text in _texts(notation):
        if not text and key != "entry":
            raise NotationError(f"{key} is empty", where=key, advice="write what stands there, or leave the line out")
        if found := UNSAFE.search(text):
            character = found[1] or found[2]
            advice = "write LaTeX commands, for math mode, without dollars and comments"
            raise NotationError(f"{character!r} in {text!r} cannot be typeset", where=key, advice=advice)
        try:
            scripted(text)
        except NotationError as error:
            raise NotationError(f"{error.what}: {text}", where=key, advice=error.advice) from None
    for table in ("symbols", "gates", "scalars"):
        for name, text in getattr(notation, table).items():
            if sign := operator(text):
                what = f"{text!r} would be torn at its {sign} where a factor stands beside it"
                raise NotationError(what, where=f"{table}.{name}", advice=f"write '({text})', or a symbol of its own")
    for key in TEMPLATES:
        text = getattr(notation, key)
        if text.count("#") != 1 and (text or key == "index"):
            raise NotationError(f"{key} is {text!r}", where=key, advice="write one # where the index goes, as in '(#)'")
        if scripted(text).above or scripted(text).below:
            advice = 'write what stands around #, such as "(#)", and say where it goes by place = "above" or "below"'
            raise NotationError(f"{key} is {text!r}", where=key, advice=advice)
    for key, is_above in (("index", notation.place == "above"), ("entry", notation.place == "below")):
        if is_above and getattr(notation, key) == "#":
            what = f"an {key} above without brackets would read as a power"
            raise NotationError(what, where=key, advice="write '(#)', or another sign around #")
    if unknown := set(notation.products) ^ {"ascending", "descending"}:
        where = f"products.{min(unknown)}"
        raise NotationError(
            f"products are ascending and descending, not {min(unknown)}", where=where, advice="name both"
        )
    if notation.transpose.startswith("^"):
        raise NotationError("the transpose stands in the exponent by itself", where="transpose", advice="leave ^ out")
    for name in notation.macros:
        if not re.fullmatch("[A-Za-z]+", name):
            raise NotationError(
                f"{name!r} is not the name of a macro", where=f"macros.{name}", advice="use letters only"
            )
        if name in WRITTEN:
            what = rf"formulas are written with \{name}, which a macro of this name would change"
            raise NotationError(what, where=f"macros.{name}", advice=f"call it my{name}, say")


def _texts(notation: Notation) -> Iterator[tuple[str, str]]:
    """Every piece of LaTeX, with its key."""
    for key in ("index", "entry", "transpose", "hadamard", "differential", "time"):
        yield key, getattr(notation, key)
    for key in ("total", "immediate"):
        yield from ((key, sign) for sign in getattr(notation, key))
    for key in ("symbols", "gates", "scalars", "macros", "products", "abbreviations", "errors"):
        yield from ((f"{key}.{name}", text) for name, text in getattr(notation, key).items())


def require_distinct(notation: Notation) -> None:
    """Refuse two names with one symbol, and signs that could not be told apart.

    Raises:
        NotationError: with both names, and what to write.

    >>> from dataclasses import replace
    >>> from symrnn.latex.notation import PLAIN
    >>> replace(PLAIN, symbols={"h": "a"})
    Traceback (most recent call last):
    symrnn.errors.NotationError: h and a are both written a (at symbols.h); write another symbol ... such as a = 'z'
    """
    names = dict.fromkeys(
        [
            *notation.symbols,
            *notation.gates,
            *NETWORK,
            *FUNCTIONS,
            *notation.abbreviations.values(),
            *notation.errors.values(),
        ]
    )
    require_apart({name: notation.symbol(name) for name in names}, notation)
    signs = {sign: key for key in ("total", "immediate") for sign in getattr(notation, key)}
    signs.setdefault(notation.differential, "differential")
    for name in names:
        if (symbol := notation.symbol(name)) in signs:
            what = f"{name} and the sign of a derivative are both written {symbol}"
            advice = rf"write another sign, such as '\mathrm{{{symbol}}}', or another symbol for {name}"
            raise NotationError(what, where=signs[symbol], advice=advice)
    for name, symbol in notation.scalars.items():
        if symbol in signs:
            what = f"{name} and the sign of a derivative are both written {symbol}"
            advice = rf"write another sign, such as '\mathrm{{{symbol}}}', or another symbol for {name}"
            raise NotationError(what, where=f"scalars.{name}", advice=advice)
    if (sign := look(notation.hadamard, notation)) in PRODUCTS:
        what = f"the entrywise product and {PRODUCTS[sign]} are both written {sign}"
        raise NotationError(what, where="hadamard", advice=r"write another sign, such as '\odot' or '\circ'")
    for name, symbol in notation.symbols.items():
        if symbol in (constants := {notation.constant(letter): letter for letter in "Ie"}):
            what = (
                f"{name} and the {'identity' if constants[symbol] == 'I' else 'unit vector'} are both written {symbol}"
            )
            raise NotationError(what, where=f"symbols.{name}", advice=f"write another symbol for {name}")
    written = {look(notation.scalar(index), notation): index for index in INDICES}
    for table in ("symbols", "gates"):
        for name, symbol in getattr(notation, table).items():
            if index := written.get(look(symbol, notation)):
                what = f"{name} and the {'size' if index in SIZES else 'index'} {index} are both written {symbol}"
                advice = f"write another symbol for {name}, or one for {index} below [scalars]"
                raise NotationError(what, where=f"{table}.{name}", advice=advice)
    scalars: dict[str, str] = {}
    for name, symbol in notation.scalars.items():
        if (other := scalars.setdefault(symbol, name)) != name:
            what = f"{other} and {name} are both written {symbol}"
            raise NotationError(what, where=f"scalars.{name}", advice="write another symbol for one of them")
    for name, symbol in notation.scalars.items():
        index = written.get(look(symbol, notation), name)
        if index != name and index not in notation.scalars:
            what = f"{name} and the {'size' if index in SIZES else 'index'} {index} are both written {symbol}"
            advice = f"write another symbol for {name}, or one for {index}, too"
            raise NotationError(what, where=f"scalars.{name}", advice=advice)
    if notation.total == notation.immediate:
        what = f"total and immediate derivatives are both written {notation.total[0]} over {notation.total[1]}"
        raise NotationError(what, where="immediate", advice=r"write another sign, such as '\partial^{+}', for one")
    if notation.products["ascending"] == notation.products["descending"]:
        what = f"ascending and descending products are both written {notation.products['ascending']}"
        raise NotationError(what, where="products", advice="write another sign for one: matrices do not commute")
    if notation.transpose == "T":
        what = "the transpose and the number of steps, which may be a power, are both written T"
        raise NotationError(what, where="transpose", advice=r"write '\mathsf{T}'")


def require_apart(written: Mapping[str, str], notation: Notation) -> None:
    """Refuse two names that are written alike; a total loss and the loss of one step may share a letter.

    Raises:
        NotationError: with both names, and what to write.
    """
    names: dict[str, str] = {}
    for name, symbol in written.items():
        other = names.setdefault(look(symbol, notation), name)
        if other != name and {undotted(each) or each for each in (other, name)} != {"ell", "L"}:
            raise clash(other, name, symbol, notation, written.values())


def look(symbol: str, notation: Notation) -> str:
    r"""What a symbol looks like when it is typeset: W_1 is W_{1}, \vect{h} what it stands for, and {h} is h.

    >>> from symrnn.latex.notation import PLAIN
    >>> look(r"{\bm A}_1", PLAIN), look(r"\bm{A}_{1}", PLAIN)
    ('\\boldsymbol{A}_{1}', '\\boldsymbol{A}_{1}')
    """
    return _look(" ".join(notation.expanded(symbol).split()))


@lru_cache(maxsize=4096)
def _look(symbol: str) -> str:
    found = SWITCH.sub(r"\\\1{\2}", symbol)
    found = re.sub(r"\\bm(?![A-Za-z])", r"\\boldsymbol", found)
    parts = scripted(found)
    base = parts.base
    while base.startswith("{") and base.endswith("}") and str(scripted(base[1:-1])) == base[1:-1]:
        base = base[1:-1]
    return str(replace(parts, base=base))


def require_no_matrix(scalar: str, matrices: Mapping[str, str], notation: Notation) -> None:
    """Refuse a scalar that is written like a matrix; an element of a sequence has an index that tells it apart.

    Raises:
        NotationError: with both names, and what to write.
    """
    written = notation.scalar(scalar)
    for name, symbol in matrices.items():
        if look(symbol, notation) == look(written, notation):
            advice = f"write another symbol for one of them, below [symbols] for {name} or below [scalars] for {scalar}"
            what = f"the matrix {name} and the scalar {scalar} are both written {symbol}"
            raise NotationError(what, where=f"symbols.{name}", advice=advice)


def require_no_sequence(scalar: str, sequences: Mapping[str, str], notation: Notation) -> None:
    """Refuse a scalar that a notation of one's own writes like a sequence: u with an index u is read as a power is.

    What a cell and its indices are called is not the notation's fault: an index tells the one from the other there.

    Raises:
        NotationError: with both names, and what to write.
    """
    written = look(notation.scalar(scalar), notation)
    for name, symbol in sequences.items():
        if look(symbol, notation) == written and (ascii_name(name) != ascii_name(scalar)):
            table = "gates" if name in notation.gates else "symbols"  # where the names differ, one of them is listed
            what = f"the sequence {name} and the scalar {scalar} are both written {symbol}"
            advice = f"write another symbol for one of them, below [{table}] for {name} or below [scalars] for {scalar}"
            raise NotationError(what, where=f"{table}.{name}", advice=advice)


def require_scalars_apart(scalars: Iterable[str], notation: Notation) -> None:
    """Refuse two numbers or indices that a notation writes alike.

    Raises:
        NotationError: with both names, and what to write.
    """
    names: dict[str, str] = {}
    for name in scalars:
        other = names.setdefault(look(notation.scalar(name), notation), name)
        if ascii_name(other) != ascii_name(name):
            listed = next((each for each in (name, other) if each in notation.scalars), name)
            what = f"{other} and {name} are both written {notation.scalar(name)}"
            raise NotationError(what, where=f"scalars.{listed}", advice="write another symbol for one of them")


def clash(one: str, other: str, symbol: str, notation: Notation, taken: Iterable[str]) -> NotationError:
    """The error for two names that are written alike."""
    listed, free = (one, other) if one in notation.symbols else (other, one)
    used = set(taken)
    symbols = (notation.ruled(letter) for letter in FREE)
    advised = next((found for found in symbols if found not in used), "...")
    table = "gates" if listed in notation.gates else "symbols"
    advice = f"write another symbol for one of them below [{table}], such as {free} = '{advised}'"
    return NotationError(f"{listed} and {free} are both written {symbol}", where=f"{table}.{listed}", advice=advice)
