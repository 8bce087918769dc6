"""What the symbols of one formula are called, so that no two different ones look the same."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace

import sympy as sp
from sympy.matrices.expressions import MatrixSymbol

from symrnn.expr import Apply, Element, Gradient
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
        errors: the quantities by which the gradient of a total may be abbreviated, with the total.
    """

    primes: Mapping[sp.Symbol, int] = field(default_factory=dict)
    slopes: Mapping[str, str] = field(default_factory=dict)
    errors: Mapping[str, MatrixSymbol] = field(default_factory=dict)

    def within(self, whole: Spelling) -> Spelling:
        """The same for a part of a display, in which an abbreviation means what it means in all of it."""
        slopes = {name: function for name, function in self.slopes.items() if name in whole.slopes}
        return replace(
            self, slopes=slopes, errors={name: of for name, of in self.errors.items() if name in whole.errors}
        )


def spelling_of(*terms: sp.Basic, abbreviations: Mapping[str, str], notation: Notation | None = None) -> Spelling:
    """Look through terms that are printed together.

    Args:
        terms: the terms.
        abbreviations: letters of pre-activations and of their diag(φ'(a)).
        notation: where the names are written in one, no two may be written alike, and its errors are abbreviated.

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
    numbers = {part.name for part in parts if isinstance(part, MatrixSymbol | Element) and part.shape == (1, 1)}

    def written(name: str) -> str:
        return notation.symbol(name, number=name in numbers)

    matrices = {part.name: written(part.name) for part in parts if isinstance(part, MatrixSymbol)}
    sequences = {part.name: written(part.name) for part in parts if isinstance(part, Element)}
    errors = _errors(parts, notation.errors)
    shorter = [
        *(abbreviated(name, abbreviations) for name in slopes),
        *(abbreviated(e, notation.errors) for e in errors),
    ]
    sequences |= {short: notation.symbol(short) for short in shorter}
    for names in (matrices, sequences):  # an index tells the one from the other
        require_apart(names, notation)
    for symbol in free & symbols.keys():  # it is written in conditions and sentences, too, where no prime would follow
        require_no_matrix(symbol.name, matrices, notation)
    return Spelling(_primes(ranked, notation.scalar, set(matrices.values())), slopes, errors)


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


def _errors(parts: Iterable[sp.Basic], letters: Mapping[str, str]) -> dict[str, MatrixSymbol]:
    """A letter for gradients by a quantity must have one meaning in the formula, as the one for slopes."""
    found: dict[str, set[MatrixSymbol]] = {}
    taken = set()
    for part in parts:
        if isinstance(part, Element | MatrixSymbol):
            taken.add(part.name)
        if isinstance(part, Gradient) and isinstance(part.wrt, Element):
            found.setdefault(part.wrt.name, set()).add(part.of)
    return {
        name: of
        for name, totals in found.items()
        if len(totals) == 1 and (short := abbreviated(name, letters)) and short not in taken
        for of in totals
        if isinstance(of, MatrixSymbol)  # the loss of one step has an index of its own
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
