"""Indices whose value a statement says, such as k = t: what it says without them. Trusted, as the way back is.

A statement about all k and t with k = t and C(k, t) is one about all t with C(t, t). The index that goes is one of the
statement's sides and conditions alone: no size, none of the recurrence or of a hypothesis, and none that is bound.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TypeVar

import sympy as sp

from symrnn.derivation.inequality import Inequality, spoken_by
from symrnn.derivation.statement import Equation
from symrnn.errors import SymrnnError
from symrnn.expr.readings import BINDING
from symrnn.recurrence import Recurrence

Compared = TypeVar("Compared", bound=Equation | Inequality)

IMPOSSIBLE = (SymrnnError, ArithmeticError, TypeError, ValueError)
"""What is said of a term that cannot be at a value, such as a sum of negative length or a quotient by 0."""


def pinned(statement: Compared, recurrence: Recurrence | None) -> Compared:
    """A statement without the indices whose value its conditions say; itself where they say none.

    >>> from symrnn.cells import Elman
    >>> from symrnn.expr import TotalJacobian
    >>> from symrnn.symbols import k, t
    >>> h = Elman().h
    >>> pinned(Equation(TotalJacobian(h[t], h[k]), h[k] * h[t].T, (sp.Eq(k, t), k >= 1)), Elman())
    d h[t]/d h[t] = h[t]*h[t].T  for t >= 1
    """
    others = [*spoken_by(statement.given), *getattr(statement, "varying", ())]
    if recurrence is not None:  # the index of its equations is bound there, and has no name
        others += [*recurrence.spoken, *recurrence.totals.values()]
    held = {*statement.sizes, *(symbol for term in others for symbol in term.free_symbols)}
    scalars = {part for side in (statement.lhs, statement.rhs) for part in side.atoms(*BINDING)}
    bound = {symbol for part in scalars for symbol in part.atoms(sp.Symbol) - part.free_symbols}
    for condition in statement.where:
        gap = sp.expand(condition.lhs - condition.rhs) if isinstance(condition, sp.Eq) else sp.S.Zero
        for symbol in sorted(gap.free_symbols - held, key=lambda s: (s != condition.lhs, str(s))):
            value: sp.Expr = sp.expand(symbol - gap * gap.coeff(symbol))
            whole = symbol.is_integer and all(c.is_Integer for c in value.as_coefficients_dict().values())
            is_value = whole and value.is_integer and abs(gap.coeff(symbol)) == 1
            if not is_value or bound & {symbol, *value.free_symbols} or symbol in value.free_symbols:
                continue
            declared = [value >= 1] if symbol.is_positive else [value >= 0] if symbol.is_nonnegative else []
            try:
                left, right, *where = (
                    term.xreplace({symbol: value})
                    for term in (statement.lhs, statement.rhs, *statement.where)
                    if term is not condition
                )
                found = replace(statement, lhs=left, rhs=right, where=(*where, *declared))
                return pinned(found, recurrence)
            except IMPOSSIBLE:
                continue
    return statement
