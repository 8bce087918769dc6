"""Where indices stand in a term: the places by which a bound index gets its canonical form."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import sympy as sp
from sympy.matrices.expressions import MatAdd, MatPow
from sympy.matrices.expressions.matexpr import MatrixElement

from symrnn.expr.apply import Apply, UnitVector
from symrnn.expr.binder import Binder, OrderedProduct
from symrnn.expr.normal.order import sort_key
from symrnn.expr.sequence import Element


def index_slots(term: sp.Basic) -> Iterator[sp.Expr]:
    """Yield the index expressions of a term in reading order, those of bound indices left out."""
    match term:
        case Element():
            yield term.index
        case OrderedProduct():
            yield term.start
            # a closed product is compared with longer ones, so that its place must not depend on its length
            yield term.end if isinstance(term.body, MatAdd) else term.length
            yield from (slot for slot in index_slots(term.body) if term.variable not in slot.free_symbols)
        case Binder():
            yield term.lower
            yield term.length
            yield from (slot for slot in index_slots(term.body) if term.variable not in slot.free_symbols)
        case UnitVector():
            yield term.position
        case Apply() if term.member is not None:
            yield from index_slots(term.argument)
            yield term.member
        case MatPow():
            yield from index_slots(term.base)
            yield term.exp
        case MatrixElement():
            yield from index_slots(term.args[0])
            yield from term.args[1:]
        case sp.Pow() if not term.base.is_number:  # powers are joined, and -(-1)^k is (-1)^{k+1}
            yield from index_slots(term.base)
            yield term.exp
        case _:
            for part in term.args:
                yield from index_slots(part)


def affine(slot: sp.Expr, variable: sp.Symbol) -> tuple[int, sp.Expr] | None:
    """Split ``slot = ±variable + rest`` into (±1, rest); None when it is not of that form."""
    if variable not in slot.free_symbols:
        return None
    rest = sp.expand(slot - variable)
    if variable not in rest.free_symbols:
        return 1, rest
    rest = sp.expand(slot + variable)
    if variable not in rest.free_symbols:
        return -1, rest
    return None


def best_affine(term: sp.Basic, variable: sp.Symbol, others: Iterable[sp.Symbol] = ()) -> tuple[int, sp.Expr]:
    """The slot that gives a sum, which has no order of its own, its smallest form; (1, 0) if none does."""
    found = {affine(slot, variable) for slot in index_slots(term) if not (slot.free_symbols & set(others))}
    candidates = [slope_rest for slope_rest in found if slope_rest is not None]
    if len(candidates) < 2:
        return candidates[0] if candidates else (1, sp.S.Zero)
    return min(candidates, key=lambda c: sort_key(term.xreplace({variable: sp.expand(c[0] * (variable - c[1]))})))


def first_affine(
    slots: Iterable[sp.Expr], variable: sp.Symbol, others: Iterable[sp.Symbol] = ()
) -> tuple[int, sp.Expr] | None:
    """The first slot that is ±variable plus something free of the other bound indices."""
    others = set(others)
    for slot in slots:
        if variable in slot.free_symbols and not (slot.free_symbols & others):
            found = affine(slot, variable)
            if found is not None:
                return found
    return None
