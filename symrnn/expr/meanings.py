"""One meaning for each name: what is called W_hh is a matrix, a sequence or a number, and always the same one."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from functools import lru_cache

import sympy as sp
from sympy.matrices.expressions import MatrixSymbol

from symrnn.errors import SymbolClashError
from symrnn.expr.derivatives import Differential
from symrnn.expr.parts import parts_of
from symrnn.expr.sequence import Element
from symrnn.expr.shapes import describe, require_one_shape_per_name

INDEXED = re.compile(r"(.+)_-?[0-9]+")
"""How an element at a number is printed: h_0 for h[0]."""


def require_one_meaning_per_name(terms: Iterable[sp.Basic], totals: Collection[str] | None = None) -> None:
    """Refuse terms in which one name stands for two things.

    Values are kept and printed by name, so that a number W_hh would be the matrix W_hh there. Bound indices have no
    name outside of what binds them, and may be called as they like. A total has no value that is kept or printed, so
    that the loss L may stand beside L layers; a sequence is printed with its index, so that a_1 may stand beside an
    index a.

    Args:
        terms: where to look.
        totals: names of totals; None where they are not known, so that any 1 x 1 matrix may be one.

    Raises:
        SymbolClashError: naming both, for a matrix at two shapes; a number with the name of a matrix or a sequence; an
            index or a size with that of a matrix; two symbols of one name; and for a name by which the differential of
            a matrix, or an element at a number, is printed.

    >>> W = sp.MatrixSymbol("W", 2, 2)
    >>> require_one_meaning_per_name([sp.Symbol("c") * W])
    >>> require_one_meaning_per_name([sp.Symbol("W") * W])
    Traceback (most recent call last):
    symrnn.errors.SymbolClashError: W is the name of a number and of a matrix (2 x 2); rename one of them
    """
    _require_one_meaning(tuple(terms), None if totals is None else frozenset(totals))


@lru_cache(maxsize=4096)
def _require_one_meaning(terms: tuple[sp.Basic, ...], totals: frozenset[str] | None) -> None:
    """The same for what may be looked up: one statement is made anew many times on the way to its verdict."""
    require_one_shape_per_name(terms)
    _require_one_shape_per_element(terms)
    known: dict[str, tuple[object, str]] = {}
    for name, key, kind in _names(terms):
        other, other_kind = known.setdefault(name, (key, kind))
        if other != key and not _are_told_apart(name, {kind, other_kind}, totals):
            raise _clash(name, other_kind, kind)
    for printed, what in _printed(terms):
        if printed in known:
            raise _clash(printed, known[printed][1], what)
    sequences = {name for name, (key, _) in known.items() if key is Element}
    for name, (_, kind) in known.items():
        indexed = INDEXED.fullmatch(name)
        if indexed is not None and indexed[1] in sequences and name not in sequences:  # a sequence shows its own index
            raise _clash(name, kind, f"an element of the sequence {indexed[1]}")


def _require_one_shape_per_element(terms: tuple[sp.Basic, ...]) -> None:
    shapes: dict[tuple[str, sp.Expr], Element] = {}
    for element in sorted({e for term in terms for e in parts_of(term, Element)}, key=str):
        first = shapes.setdefault((element.name, element.index), element)
        if first.shape != element.shape:
            what = f"{describe(first)} is also used as {describe(element)}"
            raise SymbolClashError(what, advice="give one of the sequences another name")


def _are_told_apart(name: str, kinds: set[str], totals: Collection[str] | None) -> bool:
    """Whether an index shares its name with what is never kept or printed by that name: a total, or a sequence."""
    if kinds == {"a sequence", "a whole number"}:
        return True
    return kinds == {"a matrix (1 x 1)", "a whole number"} and (totals is None or name in totals)


def _clash(name: str, one: str, other: str) -> SymbolClashError:
    if one == other:
        what = f"{name} is the name of two different symbols, which differ in what is assumed of them"
        return SymbolClashError(what, advice="rename one of them, or declare it once")
    first, second = sorted((one, other), key=lambda kind: "number" not in kind)
    return SymbolClashError(f"{name} is the name of {first} and of {second}", advice="rename one of them")


def _names(terms: tuple[sp.Basic, ...]) -> Iterator[tuple[str, object, str]]:
    """Names, each with what tells its meanings apart and in words."""
    for term in terms:
        for part in sorted(parts_of(term, MatrixSymbol, Element), key=str):
            if isinstance(part, Element):
                yield part.name, Element, "a sequence"
            else:
                yield part.name, MatrixSymbol, f"a matrix ({part.rows} x {part.cols})"
        free = (s for s in term.free_symbols if isinstance(s, sp.Symbol) and not _is_anonymous(s))
        for symbol in sorted(free, key=lambda s: (str(s), s.sort_key())):
            yield symbol.name, symbol, "a whole number" if symbol.is_integer else "a number"


def _is_anonymous(symbol: sp.Symbol) -> bool:
    """Whether a symbol stands for a bound index; a number has a name, even one that SymPy tells from its namesakes."""
    return isinstance(symbol, sp.Dummy) and bool(symbol.is_integer)


def _printed(terms: tuple[sp.Basic, ...]) -> Iterator[tuple[str, str]]:
    """Names under which the values of differentials are kept."""
    for term in terms:
        for part in parts_of(term, Differential):
            if isinstance(part.of, MatrixSymbol):
                yield f"d{part.of.name}", f"the differential of {part.of.name}"
            elif part.of.index.is_Integer:
                yield f"d{part.of.name}_{part.of.index}", f"the differential of {part.of}"


__all__ = ["require_one_meaning_per_name"]
