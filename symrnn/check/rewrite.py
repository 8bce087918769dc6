"""Rewriting inside terms, with the facts that hold at each place."""

from __future__ import annotations

from collections.abc import Callable

import sympy as sp
from sympy.core.relational import Relational
from sympy.matrices.expressions import MatrixExpr

from symrnn.budget import tick
from symrnn.check.arithmetic import at_least
from symrnn.expr import Binder, Derivative, Differential, Element, Moment

Facts = tuple[Relational, ...]
Replace = Callable[[sp.Basic, Facts], sp.Basic | None]


def rewrite(term: sp.Basic, replace: Replace, facts: Facts) -> sp.Basic:
    """Replace nodes from the outside in; what was put in is not looked at again.

    Below a sum or a product the bounds of its index are facts too: nothing there is evaluated outside them. The
    index is renamed first, so that a fact about a free symbol of the same name does not reach it.
    """
    tick()
    found = replace(term, facts)
    if found is not None:
        return found
    if isinstance(term, Element | Derivative | Differential | Moment | sp.MatrixSymbol) or not term.args:
        return term
    if isinstance(term, Binder):
        fresh = sp.Dummy(term.variable.name, integer=True)
        inside = (*facts, at_least(fresh, term.lower), at_least(term.upper, fresh))
        body = rewrite(term.body_at(fresh), replace, inside)
        return term.func(body, fresh, term.lower, term.upper, *term.args[4:])
    parts = [rewrite(part, replace, facts) if has_matrices(part) else part for part in term.args]
    return term if all(new is old for new, old in zip(parts, term.args, strict=True)) else term.func(*parts)


def has_matrices(term: sp.Basic) -> bool:
    """Tell whether a term is or contains a matrix expression."""
    return isinstance(term, MatrixExpr) or bool(getattr(term, "has", lambda _: False)(MatrixExpr))
