"""Orders: which of several factors or summands comes first."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property, total_ordering

import sympy as sp
from sympy.matrices.expressions import DiagMatrix, MatPow, MatrixExpr

from symrnn.expr.apply import Apply
from symrnn.expr.binder import Binder, OrderedProduct
from symrnn.expr.derivatives import Derivative, Differential
from symrnn.expr.normal.monomial import Chain, factors_of
from symrnn.expr.sequence import Element


def skeleton(term: sp.Basic) -> str:
    """A term without its indices: the same however an index is shifted, reversed or named.

    >>> from symrnn.expr import Sequence
    >>> h, t = Sequence("h", 3), sp.Symbol("t", integer=True)
    >>> skeleton(h[t - 1].T)
    'Transpose(h)'
    """
    match term:
        case Element() | sp.MatrixSymbol():
            return str(term.name)
        case Binder():
            return f"{type(term).__name__}({skeleton(term.body)})"
        case Apply():
            return f"{term.function}{term.order}({skeleton(term.argument)})"
        case MatPow():
            return f"MatPow({skeleton(term.base)})"
        case MatrixExpr():
            inside = ",".join(skeleton(part) for part in term.args if isinstance(part, MatrixExpr))
            return f"{type(term).__name__}({inside})"
    return ",".join(sorted(skeleton(part) for part in term.args if part.has(MatrixExpr)))


@total_ordering
class SortKey:
    """What terms are sorted by: the skeleton, then the places with bound indices alike, then all names."""

    def __init__(self, term: sp.Basic) -> None:
        self.term = term

    @cached_property
    def _skeleton(self) -> str:
        return skeleton(self.term)

    @cached_property
    def _indices(self) -> tuple[object, ...]:
        unnamed = sp.Symbol("_", integer=True)
        free = self.term.free_symbols
        bound = [s for s in free if isinstance(s, sp.Dummy) or getattr(s, "name", "").startswith("_")]
        alike = self.term.xreplace(dict.fromkeys(bound, unnamed))
        return tuple(_places(alike)), sp.default_sort_key(alike), sp.default_sort_key(self.term)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, SortKey) and self.term == other.term

    def __lt__(self, other: SortKey) -> bool:
        if self._skeleton != other._skeleton:
            return self._skeleton < other._skeleton
        return self._indices < other._indices


def _places(term: sp.Basic) -> Iterator[tuple[object, sp.Expr]]:
    """Indices of elements, their numbers last: a common shift does not change which of two is the smaller."""
    if isinstance(term, Element):
        number, rest = term.index.as_coeff_Add()
        yield sp.default_sort_key(rest), number
    else:
        for part in term.args:
            yield from _places(part)


def sort_key(term: sp.Basic) -> SortKey:
    """The sorting key of a term: names of bound indices count last, as renaming must not change an order."""
    return SortKey(term)


def order_key(term: sp.Basic) -> tuple[bool, SortKey]:
    """Sorting key: terms with a differential or a Jacobian come last."""
    return bool(term.atoms(Derivative, Differential)), sort_key(term)


def bareness(column: MatrixExpr) -> tuple[object, ...]:
    """Sorting key of the columns a, b, c in diag(a) diag(b) c: the last one keeps the bare place."""
    last, key = order_key(column)
    return last, column.has(OrderedProduct), len(factors_of(column)), key


def with_sorted_diagonals(factors: Chain) -> Chain:
    """Diagonal matrices commute: each run of them sorted."""
    out: list[MatrixExpr] = []
    run: list[MatrixExpr] = []
    for factor in factors:
        if isinstance(factor, DiagMatrix):
            run.append(factor)
        else:
            out.extend((*sorted(run, key=lambda diagonal: bareness(diagonal.args[0])), factor))
            run = []
    return (*out, *sorted(run, key=lambda diagonal: bareness(diagonal.args[0])))
