"""The names of quantities in claims, and those that a notation has a symbol for although nothing is called so."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import fields, is_dataclass
from difflib import get_close_matches
from typing import Any

import sympy as sp

from symrnn.derivation import Claim
from symrnn.latex import NOTATIONS, Notation
from symrnn.latex.naming import LETTERS
from symrnn.latex.symbols import FUNCTIONS, RECURRENT, ascii_name, undotted


def names_of(claims: Iterable[Claim]) -> frozenset[str]:
    """The names of all quantities, functions and numbers that claims speak of, and of what their recurrences consist.

    >>> from symrnn.cells import Elman
    >>> from symrnn.derivation import Equation, Kind
    >>> from symrnn.expr import TotalJacobian
    >>> from symrnn.symbols import t
    >>> rnn = Elman()
    >>> step = Equation(TotalJacobian(rnn.h[t], rnn.h[t - 1]), rnn.D(t) * rnn.W_hh, where=(t >= 1,))
    >>> sorted(names_of([Claim("J", "one step", step, Kind.PROVED, rnn)]) & {"W_hh", "h", "b_y", "U_f"})
    ['W_hh', 'b_y', 'h']
    """
    return frozenset(name for name, _ in _all_names(claims))


def misplaced_symbols(notation: Notation, claims: Iterable[Claim]) -> dict[str, str]:
    """Names below [symbols] or [gates] that are those of numbers, and below [scalars] of quantities, with their place.

    Both may have one name, in two claims; then it has its place in either table.

    >>> from dataclasses import replace
    >>> from symrnn.derivation import Inequality, Kind
    >>> a = sp.Symbol("alpha", positive=True)
    >>> misplaced_symbols(replace(NOTATIONS["plain"], symbols={"alpha": "c"}),
    ...                   [Claim("a", "doubled", Inequality(a, 2 * a), Kind.PROVED)])
    {'alpha': 'scalars'}
    """
    named = [(ascii_name(name).rstrip("'"), is_number) for name, is_number in _all_names(claims)]
    numbers, quantities, bound = ({name for name, kind in named if kind is each} for each in (True, False, None))
    own = {  # what it does not have from one that ships
        table: [
            name
            for name, symbol in getattr(notation, table).items()
            if not any(getattr(each, table).get(name) == symbol for each in NOTATIONS.values())
        ]
        for table in ("symbols", "gates", "scalars")
    }
    listed = [("scalars", numbers - quantities, name) for name in (*own["symbols"], *own["gates"])]
    listed += [("symbols", quantities - numbers - bound, name) for name in own["scalars"]]
    return {name: table for table, only, name in listed if ascii_name(name) in only}


def _all_names(claims: Iterable[Claim]) -> set[tuple[str, bool | None]]:
    seen: dict[int, Any] = {}  # what was seen is kept: its number is not given to another thing then
    parts = [part for claim in claims for part in (claim.statement, claim.derivation, claim.recurrence)]
    return {named for part in parts for named in _names(part, seen)}


def _names(thing: Any, seen: dict[int, Any]) -> Iterator[tuple[str, bool | None]]:
    """Names, each with whether it is that of a number; None for a bound index, which has no name that anybody gave."""
    if id(thing) in seen or thing is None or isinstance(thing, str | int | type):
        return
    seen[id(thing)] = thing
    if isinstance(thing, sp.Basic):
        free = thing.free_symbols
        for part in sp.preorder_traversal(thing):
            if isinstance(name := getattr(part, "name", None), str):
                yield name, (True if part in free else None) if isinstance(part, sp.Symbol) else False
    elif isinstance(thing, dict):
        yield from _names((*thing.keys(), *thing.values()), seen)
    elif isinstance(thing, tuple | list | set | frozenset):
        for part in thing:
            yield from _names(part, seen)
    elif is_dataclass(thing):
        if isinstance(name := getattr(thing, "name", None), str):
            yield name, False
        for field in fields(thing):
            yield from _names(getattr(thing, field.name), seen)


def unused_symbols(notation: Notation, names: Iterable[str]) -> dict[str, str]:
    """The symbols of a notation that nothing is called by, each with the name that may have been meant, if any.

    What the notations that ship have symbols for is passed over, and a letter of names with subscripts: W for W_f.

    >>> from dataclasses import replace
    >>> mine = replace(NOTATIONS["plain"], symbols={"W_hx": "V", "U": "R", "q": "q"})
    >>> unused_symbols(mine, ["W_xh", "U_f", "h"])
    {'W_hx': 'W_xh', 'q': ''}
    """
    called = {ascii_name(name).rstrip("'") for name in names}
    called |= {plain for name in called if (plain := undotted(name))}
    known = {*called, *(name.partition("_")[0] for name in called), *RECURRENT, *FUNCTIONS, *LETTERS}
    for each in NOTATIONS.values():
        known |= {*each.symbols, *each.gates, *each.scalars}
    for own in (notation.abbreviations, notation.errors):
        known |= {*own, *own.values()}
    unused = [name for table in (notation.symbols, notation.gates, notation.scalars) for name in table]
    unused = [name for name in unused if ascii_name(name).rstrip("'") not in known]
    return {name: _meant(ascii_name(name), sorted(called)) for name in unused}


def _meant(name: str, called: Sequence[str]) -> str:
    """The name that is most like another one: of the same letters in another order, or else with few others."""
    exchanged = [one for one in called if sorted(one) == sorted(name)]
    return next(iter((*exchanged, *get_close_matches(name, called, n=1))), "")
