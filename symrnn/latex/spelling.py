"""What the symbols of one formula are called, so that no two different ones look the same."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

import sympy as sp
from sympy.matrices.expressions import MatrixSymbol

from symrnn.expr import Apply, Element
from symrnn.expr.base import operand
from symrnn.latex.clashes import require_apart, require_no_matrix
from symrnn.latex.notation import Notation
from symrnn.latex.symbols import ascii_name


@dataclass(frozen=True)
class Spelling:
    """Names in one formula.

    Attributes:
        primes: how many primes tell a symbol from an earlier one of the same name.
        slopes: the pre-activations whose diag(φ'(a)) may be abbreviated, with the function.
    """

    primes: Mapping[sp.Symbol, int] = field(default_factory=dict)
    slopes: Mapping[str, str] = field(default_factory=dict)


def spelling_of(*terms: sp.Basic, abbreviations: Mapping[str, str], notation: Notation | None = None) -> Spelling:
    """Look through terms that are printed together.

    Args:
        terms: the terms.
        abbreviations: letters of pre-activations and of their diag(φ'(a)).
        notation: where the names are written in one, no two may be written alike.

    Raises:
        NotationError: for two matrices, or two sequences, or a matrix and a scalar, that the notation writes alike.

    >>> k, other = sp.Symbol("k", integer=True), sp.Dummy("k", integer=True)
    >>> spelling_of(other - k, abbreviations={}).primes[other]
    1
    """
    parts = [part for term in terms for part in sp.preorder_traversal(operand(term))]
    free = {symbol for term in terms for symbol in getattr(term, "free_symbols", ())}
    symbols = dict.fromkeys(part for part in parts if part.is_Symbol)
    # Free symbols have the first right to their name, then named ones, then dummies, each by appearance.
    ranked = sorted(symbols, key=lambda symbol: (symbol not in free, isinstance(symbol, sp.Dummy)))
    slopes = _slopes(parts, abbreviations)
    if notation is None:
        return Spelling(_primes(ranked, ascii_name, set()), slopes)
    matrices = {part.name: notation.symbol(part.name) for part in parts if isinstance(part, MatrixSymbol)}
    sequences = {part.name: notation.symbol(part.name) for part in parts if isinstance(part, Element)}
    sequences |= {short: notation.symbol(short) for name in slopes if (short := abbreviated(name, abbreviations))}
    for names in (matrices, sequences):  # an index tells the one from the other
        require_apart(names, notation)
    for symbol in free & symbols.keys():  # it is written in conditions and sentences, too, where no prime would follow
        require_no_matrix(symbol.name, matrices, notation)
    return Spelling(_primes(ranked, notation.scalar, set(matrices.values())), slopes)


def _primes(symbols: Iterable[sp.Symbol], written: Callable[[str], str], taken: set[str]) -> dict[sp.Symbol, int]:
    """Primes that tell scalars from others that are written alike, and from matrices."""
    seen = set(taken)
    primes = {}
    for symbol in symbols:
        primes[symbol] = 0
        while (name := written(symbol.name) + "'" * primes[symbol]) in seen:
            primes[symbol] += 1
        seen.add(name)
    return primes


def _slopes(parts: Iterable[sp.Basic], abbreviations: Mapping[str, str]) -> dict[str, str]:
    """An abbreviation must have one meaning in the formula: one function, and no symbol of its own name."""
    found: dict[str, set[str]] = {}
    taken = set()
    for part in parts:
        if isinstance(part, Element | MatrixSymbol):
            taken.add(part.name)
        if is_slope(part):
            found.setdefault(part.args[0].argument.name, set()).add(part.args[0].function)
    return {
        name: functions.pop()
        for name, functions in found.items()
        if len(functions) == 1 and (short := abbreviated(name, abbreviations)) and short not in taken
    }


def is_slope(term: sp.Basic) -> bool:
    """Whether a term is diag(φ'(a_t)) for an element a_t of a sequence."""
    if not (isinstance(term, sp.DiagMatrix) and isinstance(term.args[0], Apply)):
        return False
    return term.args[0].order == 1 and isinstance(term.args[0].argument, Element)


def abbreviated(name: str, abbreviations: Mapping[str, str]) -> str:
    """The name of diag(φ'(a)) for a pre-activation, with its subscript; empty when it has none.

    >>> abbreviated("a", {"a": "D"}), abbreviated("a_f", {"a": "D"}), abbreviated("h", {"a": "D"})
    ('D', 'D_f', '')
    """
    base, *below = name.split("_")
    return "_".join([abbreviations[base], *below]) if base in abbreviations else ""
