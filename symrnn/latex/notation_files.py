r"""Notations as TOML: what a file may say, what is wrong with one, and a file to start from.

A file is data: it is read by :mod:`tomllib`, and nothing in it is evaluated.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from symrnn.errors import NotationError

Fields = dict[str, Any]


@dataclass(frozen=True)
class Key:
    """A key of a file.

    Attributes:
        kind: a ``text``, a ``pair`` (of texts, or one text for both), ``lines``, or a ``table`` of texts.
        comment: what is printed above it in a file to start from.
    """

    kind: str
    comment: str


KEYS: Mapping[str, Key] = {
    "letters": Key("text", 'matrices and vectors: "bold", "bold italic" or "plain"'),
    "index": Key("text", "a time t; it stands where # is"),
    "place": Key("text", 'where times stand: "below" or "above"'),
    "entry": Key("text", 'an entry i of a column, on the other side; "" for [h]_i'),
    "transpose": Key("text", "in the exponent; ᵀ and ′ are understood"),
    "hadamard": Key("text", "the entrywise product; ⊙ and ∘ are understood"),
    "differential": Key("text", "in front of a differential"),
    "total": Key("pair", "a total derivative, above and below; one sign for both will do"),
    "immediate": Key("pair", "an immediate derivative, with the states before held fixed; above and below"),
    "time": Key("text", "the index in definitions of abbreviations"),
    "layout": Key("text", '"numerator", "denominator", "gradients" (columns, of a loss alone), or "components"'),
    "preamble": Key("lines", r"further lines of a LaTeX preamble, such as '\usepackage{physics}'"),
    "symbols": Key("table", "matrices, vectors and functions, and their LaTeX; other names are spelled by rule"),
    "gates": Key("table", "gates such as f, and their LaTeX where a network has their pre-activations, such as a_f"),
    "scalars": Key("table", "numbers and indices, such as gamma = 'c'"),
    "macros": Key("table", r"macros for the symbols, such as vect = '\mathbf{#1}'; the preamble gets a \newcommand"),
    "abbreviations": Key("table", "the letter of diag(φ'(a)) for a pre-activation a; none to write it out"),
    "errors": Key("table", "the letter of the gradient of a loss by a pre-activation a; none to write a nabla"),
    "products": Key("table", "an ordered product, by how its index grows from the left factor to the right one"),
}
PLACES = {
    "text": (str, "a text in quotes"),
    "lines": (list, "a list of texts, in brackets"),
    "table": (dict, "a table: a line [{key}], and lines NAME = 'LATEX' below it"),
}

NAMED = ("symbols", "gates", "scalars", "abbreviations", "errors")
"""Tables whose keys are names of quantities."""
NO_NAME = re.compile(r"[\\{}$^\[\]()#&%~=,;]|^\s|\s$")
"""What no name has in it."""

#: What people paste, and what TeX knows.
SIGNS = {"ᵀ": r"\mathsf{T}", "⊤": r"\top", "′": r"\prime", "⊙": r"\odot", "∘": r"\circ"}
SIGNS |= {"∂⁺": r"\partial^{+}", "∂": r"\partial", "⟨": r"\langle ", "⟩": r" \rangle"}


@dataclass(frozen=True)
class Source:
    """A file that was read.

    Attributes:
        path: its path, for messages.
        lines: the line of each key, such as ``index`` or ``symbols.h``.
        fields: the values, by the names of the fields of a notation.
        extends: the notation that the rest is taken from; empty when the file names none.
        name: its name for itself; empty when it has none.
    """

    path: str
    lines: Mapping[str, int]
    fields: Fields
    extends: str
    name: str

    def place(self, key: str) -> str:
        """The file and the line of a key."""
        line = self.lines.get(key) or self.lines.get(key.partition(".")[0])
        return f"{self.path}:{line}" if line else self.path


def read_source(text: str, path: str) -> Source:
    r"""Read the text of a file.

    Raises:
        NotationError: for what is not TOML, an unknown key, or a value of the wrong type.

    >>> read_source("index = '#'\n[symbols]\nW_hh = 'W'", "mine.toml").fields
    {'index': '#', 'symbols': {'W_hh': 'W'}}
    >>> read_source("indx = '#'", "mine.toml")
    Traceback (most recent call last):
    symrnn.errors.NotationError: a notation has no key 'indx' (at mine.toml:1); did you mean index?
    """
    try:
        content = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise _not_toml(str(error), path) from None
    source = Source(path, dict(_lines(text)), {}, content.pop("extends", ""), content.pop("name", ""))
    for key, value in (("extends", source.extends), ("name", source.name)):
        _require(key, "text", value, source)
    for key, value in content.items():
        source.fields[key] = _checked(key, value, source)
    return source


def _not_toml(message: str, path: str) -> NotationError:
    what, _, place = message.partition(" (at ")
    line = re.match(r"line (\d+), column (\d+)", place)
    advice = "put LaTeX in single quotes, 'W_{hh}', where a backslash is a backslash" if "\\" in what else "correct it"
    where = f"{path}:{line[1]}, column {line[2]}" if line else path
    return NotationError(f"this is not TOML: {what[:1].lower()}{what[1:]}", where=where, advice=advice)


def _lines(text: str) -> Iterator[tuple[str, int]]:
    """Keys with their lines; for messages only, so that what a line holds is not looked into further."""
    table = ""
    for number, line in enumerate(text.splitlines(), start=1):
        if found := re.match(r"""\s*\[\s*["']?([^\[\]"']+?)["']?\s*\]""", line):
            table = found[1]
            yield table, number
        elif found := re.match(r"""\s*["']?([^\s=#"']+(?: [^\s=#"']+)*'*?)["']?\s*=""", line):
            yield f"{table}.{found[1]}" if table else found[1], number


def _checked(key: str, value: Any, source: Source) -> Any:
    if key not in KEYS:
        near = get_close_matches(key, KEYS, n=1)
        is_symbol = re.search("_|^.$", key) and isinstance(value, str)
        advice = f"did you mean {near[0]}?" if near else f"the keys are: extends, name, {', '.join(KEYS)}"
        if is_symbol:
            advice = f"symbols stand below a line [symbols]: write {key} = {quoted(value)} there"
        raise NotationError(f"a notation has no key {key!r}", where=source.place(key), advice=advice)
    kind = KEYS[key].kind
    if kind == "pair":
        pair = [value, value] if isinstance(value, str) else value
        if not isinstance(pair, list) or len(pair) != 2:
            _refuse(key, "a text in quotes, or two of them in brackets", value, source)
        return tuple(_texts(key, pair, source))
    _require(key, kind, value, source)
    if kind == "table":
        for name, written in value.items():
            if name in (*KEYS, "extends", "name"):
                advice = f"move it above the line [{key}]"
                raise NotationError(
                    f"{name} stands in the table {key}", where=source.place(f"{key}.{name}"), advice=advice
                )
            _require(f"{key}.{name}", "text", written, source)
            if key in NAMED and (not name.strip() or NO_NAME.search(name)):
                raise NotationError(
                    f"{name!r} is not the name of a quantity",
                    where=source.place(f"{key}.{name}"),
                    advice=_name_meant(name, written),
                )
        return {name: signed(written) for name, written in value.items()}
    return signed(value) if kind == "text" else tuple(_texts(key, value, source))


def _name_meant(name: str, written: str) -> str:
    """What to write in the place of a key that is not a name."""
    plain = re.sub(r"[{}$\s]|[\[(].*", "", name)
    if "\\" in name and re.fullmatch(r"\w+", written):
        return f"the LaTeX stands on the right: write {written} = {quoted(name)}"
    if plain and not NO_NAME.search(plain):
        return f"did you mean {plain}?"
    return "a name is as in derivation files, such as W_hh or h; its LaTeX stands on the right"


def _texts(key: str, values: list[Any], source: Source) -> Iterator[str]:
    for value in values:
        _require(key, "text", value, source)
        yield signed(value)


def signed(text: str) -> str:
    r"""A text with the signs that people paste as TeX knows them.

    >>> signed("ᵀ"), signed("∂⁺"), signed("⟨#⟩")
    ('\\mathsf{T}', '\\partial^{+}', '\\langle # \\rangle')
    """
    for sign, latex in SIGNS.items():
        text = text.replace(sign, latex)
    return text


def _require(key: str, kind: str, value: Any, source: Source) -> None:
    wanted, words = PLACES[kind]
    if not isinstance(value, wanted):
        _refuse(key, words.replace("{key}", key), value, source)


def _refuse(key: str, wanted: str, value: Any, source: Source) -> None:
    raise NotationError(f"{key} is {value!r}", where=source.place(key), advice=f"it has to be {wanted}")


# --- writing --------------------------------------------------------------------------------------


def quoted(text: str) -> str:
    r"""A text as TOML has it: in single quotes, where a backslash is a backslash, or else in double ones.

    >>> print(quoted(r"\top"), quoted("'"))
    '\top' "'"
    """
    if "'" not in text:
        return f"'{text}'"
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def written_source(name: str, fields: Mapping[str, Any], spelled: Mapping[str, str]) -> str:
    """A complete file, with a comment for each key.

    Args:
        name: what the notation is called.
        fields: the values, by key.
        spelled: symbols that are spelled by rule, which are shown as comments.
    """
    head = ["# A notation of symrnn; use it with --notation FILE, or as Notation.load(FILE).", f"name = {quoted(name)}"]
    lines, tables = [*head, ""], []
    for key, entry in KEYS.items():
        comment = f"# {entry.comment}"
        if entry.kind == "table":
            rows = [f"{_bare(one)} = {quoted(latex)}" for one, latex in fields[key].items()]
            shown = [f"# {_bare(one)} = {quoted(latex)}" for one, latex in spelled.items()] if key == "symbols" else []
            tables += ["", comment, f"[{key}]", *rows, *shown]
        else:
            lines += [comment, f"{key} = {_value(fields[key])}"]
    return "\n".join([*lines, *tables]) + "\n"


def _bare(name: str) -> str:
    return name if re.fullmatch(r"[A-Za-z0-9_-]+", name) else quoted(name)


def _value(value: Any) -> str:
    return quoted(value) if isinstance(value, str) else f"[{', '.join(map(quoted, value))}]"
