"""What the symbols of one formula are called, so that no two different ones look the same."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace

import sympy as sp
from sympy.matrices.expressions import MatrixSymbol

from symrnn.expr import Apply, Element, Gradient
from symrnn.expr.base import operand
from symrnn.latex.clashes import look, require_apart, require_no_matrix, require_no_sequence, require_scalars_apart
from symrnn.latex.notation import Notation
from symrnn.latex.symbols import ascii_name


@dataclass(frozen=True)
class Spelling:
    """Names in one formula.

    Attributes:
        names: what symbols are called that would be written like others by their own names.
        slopes: the pre-activations whose diag(φ'(a)) may be abbreviated, with the function.
        errors: the quantities by which the gradient of a total may be abbreviated, with the total.
    """

    names: Mapping[sp.Symbol, str] = field(default_factory=dict)
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
        NotationError: for two matrices or sequences, one of these and a scalar, or two scalars, that the notation
            writes alike.

    >>> k, other = sp.Symbol("k", integer=True), sp.Dummy("k", integer=True)
    >>> spelling_of(other - k, abbreviations={}).names[other]
    'j'
    """
    parts = [part for term in terms for part in sp.preorder_traversal(operand(term))]
    free = {symbol for term in terms for symbol in getattr(term, "free_symbols", ())}
    free |= {symbol for part in parts if isinstance(part, sp.MatrixExpr) for symbol in _sizes(part)}
    symbols = dict.fromkeys(part for part in parts if part.is_Symbol)
    # Free symbols have the first right to their name, then named ones, then dummies, each by appearance.
    ranked = sorted(symbols, key=lambda symbol: (symbol not in free, isinstance(symbol, sp.Dummy)))
    slopes = _slopes(parts, abbreviations)
    if notation is None:
        called = {ascii_name(part.name) for part in parts if isinstance(part, MatrixSymbol | Element)}
        return Spelling(_names(ranked, ascii_name, called, bound=lambda symbol: symbol not in free), slopes)
    numbers = {part.name for part in parts if isinstance(part, MatrixSymbol | Element) and part.shape == (1, 1)}

    def written(name: str) -> str:
        return notation.symbol(name, number=name in numbers)

    matrices = {part.name: written(part.name) for part in parts if isinstance(part, MatrixSymbol)}
    sequences = {part.name: written(part.name) for part in parts if isinstance(part, Element)}
    functions = {part.function: notation.function(part.function) for part in parts if isinstance(part, Apply)}
    require_apart(functions | matrices | sequences, notation)
    looks = {look(symbol, notation) for symbol in (matrices | sequences).values()}

    def is_clear(name: str, letters: Mapping[str, str]) -> bool:
        return look(notation.symbol(abbreviated(name, letters)), notation) not in looks

    slopes = {name: of for name, of in slopes.items() if is_clear(name, abbreviations)}
    errors = {name: of for name, of in _errors(parts, notation.errors).items() if is_clear(name, notation.errors)}
    shorter = [
        *(abbreviated(name, abbreviations) for name in slopes),
        *(abbreviated(e, notation.errors) for e in errors),
    ]
    sequences |= {short: notation.symbol(short) for short in shorter}
    require_apart(sequences, notation)
    told = [symbol.name for symbol in ranked if symbol in free]
    for name in told:  # they are written in conditions and sentences, too, where no other name would follow
        require_no_matrix(name, matrices, notation)
        require_no_sequence(name, sequences, notation)
    require_scalars_apart(told, notation)
    taken = looks | {look(symbol, notation) for symbol in sequences.values()}
    taken |= {
        look(notation.symbol(name, number=light), notation) for name in notation.spoken for light in (True, False)
    }
    names = _names(
        ranked,
        lambda name: look(notation.scalar(name), notation),
        taken,
        bound=lambda symbol: symbol not in free,
    )
    return Spelling(names, slopes, errors)


INDICES = ("j", "i", "l", "r", "v", "w", "p", "q")
"""Letters for a bound index whose own letter stands for something else: a prime would read as a derivative."""


def _names(
    symbols: Iterable[sp.Symbol], look: Callable[[str], str], taken: set[str], *, bound: Callable[[sp.Symbol], bool]
) -> dict[sp.Symbol, str]:
    """Names for scalars that are written like others, or like matrices and sequences that are not told from them.

    A bound index, or a second one of the same name, gets a letter that is free; anything else a prime.
    """
    seen: set[str] = set()
    everything = list(symbols)
    own = {look(symbol.name) for symbol in everything}
    names = {}
    for symbol in everything:
        is_other = isinstance(symbol, sp.Dummy) or bound(symbol)
        used = seen | taken if is_other else seen
        if look(symbol.name) in used:
            free = [letter for letter in INDICES if look(letter) not in used | own]
            name = free[0] if free and is_other and symbol.is_integer else symbol.name
            while look(name) in used:
                name += "'"
            names[symbol] = name
        seen.add(look(names.get(symbol, symbol.name)))
    return names


def _sizes(part: sp.MatrixExpr) -> set[sp.Symbol]:
    """The sizes in a shape, which SymPy does not always count among free symbols."""
    return {s for size in part.shape for s in sp.sympify(size).free_symbols if s.is_integer and s.is_positive}


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
