"""Names for bound indices: the same for every way of writing a term, and never the name of a free symbol."""

from __future__ import annotations

from collections.abc import Iterable

import sympy as sp

from symrnn.expr.binder import Binder


def height(kind: type[Binder], terms: Iterable[sp.Basic]) -> int:
    """How deep binders of a kind nest in terms: the first number that is free for an index outside."""
    return max((height(kind, term.args) + isinstance(term, kind) for term in terms if term.args), default=0)


def canonical_index(letter: str, number: int, taken: set[sp.Basic]) -> sp.Symbol:
    """The index ``_letter<number>``, with underscores behind it as long as that is a free symbol of the term.

    >>> canonical_index("s", 0, {sp.Symbol("_s0", integer=True)})
    _s0_
    """
    name = f"_{letter}{number}"
    names = {symbol.name for symbol in taken if isinstance(symbol, sp.Symbol) and not isinstance(symbol, sp.Dummy)}
    while name in names:
        name += "_"
    return sp.Symbol(name, integer=True)
