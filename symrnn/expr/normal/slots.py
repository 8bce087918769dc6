"""Where indices stand in a term: the places by which a bound index gets its canonical form."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import sympy as sp
from sympy.matrices.expressions import MatPow
from sympy.matrices.expressions.matexpr import MatrixElement

from symrnn.expr.apply import UnitVector
from symrnn.expr.binder import Binder, OrderedProduct
from symrnn.expr.sequence import Element


def index_slots(term: sp.Basic) -> Iterator[sp.Expr]:
    """Yield the index expressions of a term in reading order, those of bound indices left out."""
    match term:
        case Element():
            yield term.index
        case OrderedProduct():
            yield term.start
            yield term.length
            yield from (slot for slot in index_slots(term.body) if term.variable not in slot.free_symbols)
        case Binder():
            yield term.lower
            yield term.length
            yield from (slot for slot in index_slots(term.body) if term.variable not in slot.free_symbols)
        case UnitVector():
            yield term.position
        case MatPow():
            yield from index_slots(term.base)
            yield term.exp
        case MatrixElement():
            yield from index_slots(term.args[0])
            yield from term.args[1:]
        case sp.Pow():
            yield from index_slots(term.base)
            yield term.exp
        case _:
            for part in term.args:
                yield from index_slots(part)


def scalar_parts(coefficient: sp.Expr, bound: Iterable[sp.Symbol]) -> list[sp.Basic]:
    """Factors of a coefficient in an order that does not depend on the names of bound indices."""
    placeholder = sp.Symbol("_", integer=True)
    rule = dict.fromkeys(bound, placeholder)
    parts = sp.Mul.make_args(coefficient)
    return sorted(parts, key=lambda part: sp.default_sort_key(part.xreplace(rule)))


def affine(slot: sp.Expr, variable: sp.Symbol) -> tuple[int, sp.Expr] | None:
    """Split ``slot = ±variable + rest`` into (±1, rest); None when it is not of that form."""
    rest = sp.expand(slot - variable)
    if variable not in rest.free_symbols:
        return 1, rest
    rest = sp.expand(slot + variable)
    if variable not in rest.free_symbols:
        return -1, rest
    return None


def first_affine(slots: Iterable[sp.Expr], variable: sp.Symbol, others: set[sp.Symbol]) -> tuple[int, sp.Expr] | None:
    """The first slot that is ±variable plus something free of the other bound indices."""
    for slot in slots:
        if variable in slot.free_symbols and not (slot.free_symbols & others):
            found = affine(slot, variable)
            if found is not None:
                return found
    return None
