"""Cells by their names, and their quantities written as text: ``W_hh``, ``h[t-1]``, ``x[s]``, ``loss``.

The grammar below is all that is understood; nothing is evaluated as Python.

>>> rnn = read_cell("elman")
>>> read_quantity("h[t - 1]", rnn), read_quantity("loss", rnn)
(h[t - 1], L)
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable
from functools import cache, partial
from inspect import signature
from typing import Any

import sympy as sp
from lark import Lark, Token, Transformer, UnexpectedInput, v_args
from lark.exceptions import VisitError

from symrnn.activations import Activation
from symrnn.cells.table import CELLS, Shipped, shipped
from symrnn.errors import LimitError, ParameterError, ReadingError
from symrnn.expr import Sequence, Variable
from symrnn.recurrence import Recurrence, Role
from symrnn.symbols import LETTERS

MAX_LENGTH = 100
"""Most characters of a text that is read."""

GRAMMAR = r"""
quantity: NAME ["[" sum "]"]
?sum: signed
    | sum "+" product -> add
    | sum ("-" | "−") product -> sub
?signed: product
    | ("-" | "−") product -> neg
?product: INTEGER -> number
    | NAME -> letter
    | INTEGER ["*" | "·"] NAME -> mul

NAME: /[^\W\d]\w*/
INTEGER: /[0-9]{1,6}(?![0-9])/
%ignore /[ \t\r\n]+/
"""

INDICES = {letter: sp.Symbol(letter, integer=True) for letter in ("t", "s", "k", "r", "i", "j", "l", "T", "L")}
"""The letters that an index may be made of."""
MAX_NUMBER = 50
"""Largest number in an index: products of so many factors are written out on the way; a letter stands for all."""
SPELLED = LETTERS | {"ℓ": "ell", "𝓛": "L"}
"""How letters are spelled that are printed for these names."""
LOSS = "loss"
"""What every total may be called where there is only one."""


def read_cell(name: str, activation: Activation | None = None) -> Recurrence:
    """A cell that ships, with symbols for its sizes.

    Args:
        name: in upper or lower case.
        activation: its φ; None for a generic one, where the cell leaves it open.

    Raises:
        SelectionError: for a name that no cell has, with those that there are.
        ParameterError: for an activation where the cell has its own.

    >>> read_cell("gru").name
    'GRU'
    """
    return maker(shipped(name), activation)()


def maker(entry: Shipped, activation: Activation | None) -> Callable[..., Recurrence]:
    """What makes a cell with an activation, for sizes that are given as ``hidden`` and ``inputs``.

    Raises:
        ParameterError: for an activation where the cell has its own.
    """
    if activation is None:
        return entry.make
    if not leaves_open(entry):
        choice = ", ".join(each.name for each in CELLS.values() if leaves_open(each))
        raise ParameterError(f"{entry.name} has activations of its own", advice=f"{choice} leave it open")
    return partial(entry.make, activation)


def leaves_open(entry: Shipped) -> bool:
    """Whether a cell lets its user choose the activation."""
    return "activation" in signature(entry.make).parameters


def read_quantity(text: str, recurrence: Recurrence, implied: sp.Expr | None = None) -> Variable:
    """Read a quantity of a recurrence.

    Args:
        text: a name, with an index in brackets for a sequence: ``W_hh``, ``h[t-1]``, ``h[0]``; ``loss`` stands for
            the only total.
        recurrence: whose quantities there are.
        implied: the index of a sequence that is named without one; None asks for an index.

    Raises:
        ReadingError: for a text that is none, with what exists.
        LimitError: for a number beyond those that an index may have here.

    >>> from symrnn.cells.lstm import LSTM
    >>> read_quantity("c", LSTM(), implied=LSTM().index)
    c[t]
    >>> read_quantity("ℓ[t]", LSTM())
    ell[t]
    >>> read_quantity("W_z", LSTM())
    Traceback (most recent call last):
        ...
    symrnn.errors.ReadingError: the LSTM has no 'W_z'; did you mean W_o, W_i or W_g? It has states c, h; ...
    """
    name, index = _parsed(text)
    name = "_".join(SPELLED.get(part, part) for part in name.split("_"))
    if name == LOSS and recurrence.quantity(name) is None and len(recurrence.totals) == 1:
        (total,) = recurrence.totals
        name = total.name
    known = recurrence.graph.quantities
    if name not in known:
        raise ReadingError(f"the {recurrence.name} has no {_shortened(name)!r}", advice=_advice(name, recurrence))
    found = known[name]
    if not isinstance(found, Sequence):
        if index is not None:
            raise ReadingError(f"{name} has no index, it is the same at every step", advice=f"write {name}")
        return found
    if index is None:
        index = implied
    if index is None:
        at = recurrence.index
        raise ReadingError(
            f"{name} has a value at each index", advice=f"say which one is meant, as in '{name}[{at}]' or '{name}[s]'"
        )
    if (sp.expand(index - found.first) < 0) == sp.true:
        raise ReadingError(f"{name} begins at index {found.first}, so there is no {name}[{index}]")
    return found.at(index)


def closest(name: str, names: Iterable[str]) -> str:
    """A question for the names that somebody may have meant; empty when none is close.

    >>> closest("w_hh", ["W_hh", "W_xh", "x"]), closest("zebra", ["x"])
    ('did you mean W_hh or W_xh?', '')
    """
    lowered: dict[str, list[str]] = {}
    for known in names:
        lowered.setdefault(known.lower(), []).append(known)
    matches = difflib.get_close_matches(name.lower(), lowered, n=3)
    *others, last = [known for match in matches for known in lowered[match]] or [""]
    near = f"{', '.join(others)} or {last}" if others else last
    return f"did you mean {near}?" if near else ""


def _advice(name: str, recurrence: Recurrence) -> str:
    known = recurrence.graph.quantities
    base, _, below = name.partition("_")
    if (below.isdecimal() or below in INDICES) and isinstance(known.get(base), Sequence):
        near = f"did you mean {base}[{below}]?"
    else:
        near = closest(name, known)
    roles = {role: [d.sequence.name for d in recurrence.definitions if d.role is role] for role in Role}
    kinds = {
        "states": roles[Role.STATE],
        "parameters": [parameter.name for parameter in recurrence.parameters],
        "inputs": [given.name for given in recurrence.inputs],
        "intermediates": roles[Role.INTERMEDIATE],
        "outputs": [*roles[Role.OUTPUT], *(total.name for total in recurrence.totals)],
    }
    listed = "; ".join(f"{kind} {', '.join(names)}" for kind, names in kinds.items() if names)
    return f"{near} It has {listed}" if near else f"it has {listed}"


# -- from text to terms ------------------------------------------------------------------------------------


@cache
def _parser() -> Lark:
    return Lark(GRAMMAR, parser="lalr", start="quantity", maybe_placeholders=True)


def _parsed(text: str) -> tuple[str, sp.Expr | None]:
    example = "write it as in 'W_hh' or 'h[t-1]'"
    if len(text) > MAX_LENGTH:
        raise ReadingError(f"a quantity of {len(text)} characters is too long", advice=f"use at most {MAX_LENGTH}")
    try:
        found: tuple[str, sp.Expr | None] = _Builder().transform(_parser().parse(text))
    except UnexpectedInput as error:
        at = error.pos_in_stream
        token = getattr(error, "token", None)
        ended = at is None or at >= len(text.rstrip()) or (isinstance(token, Token) and token.type == "$END")
        place = "it ends too early" if ended else f"it cannot be read from {_shortened(text[at:])!r} on"
        what = f"{_shortened(text)!r} is not a quantity: {place}" if text.strip() else "a quantity is missing"
        raise ReadingError(what, advice=example) from None
    except VisitError as error:
        raise error.orig_exc from None
    return found


def _shortened(text: str, length: int = 24) -> str:
    return text if len(text) <= length else f"{text[: length - 3]}..."


@v_args(inline=True)
class _Builder(Transformer[Token, Any]):
    """From the tree of a text to a name and an index."""

    def quantity(self, name: Token, index: sp.Expr | None) -> tuple[str, sp.Expr | None]:
        return str(name), None if index is None else sp.expand(index)

    def add(self, left: sp.Expr, right: sp.Expr) -> sp.Expr:
        return left + right

    def sub(self, left: sp.Expr, right: sp.Expr) -> sp.Expr:
        return left - right

    def neg(self, value: sp.Expr) -> sp.Expr:
        return -value

    def mul(self, number: Token, letter: Token) -> sp.Expr:
        return self.number(number) * self.letter(letter)

    def number(self, token: Token) -> sp.Expr:
        if int(token) > MAX_NUMBER:
            raise LimitError(f"{token} in an index", advice=f"use a letter, or a number up to {MAX_NUMBER}")
        return sp.Integer(int(token))

    def letter(self, token: Token) -> sp.Expr:
        if str(token) not in INDICES:
            raise ReadingError(
                f"{token} is not a letter of an index", advice=f"use numbers and {', '.join(INDICES)}, as in 't-1'"
            )
        return INDICES[str(token)]
