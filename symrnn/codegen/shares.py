"""The backward pass in the order of a program: each term of its equations, seen from what it comes through.

An equation of :meth:`symrnn.recurrence.Recurrence.backward` says what arrives at one quantity, from now and from later.
A loop that runs backwards hands each term on as soon as the quantity that it comes through is known. Nothing is derived
here.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import sympy as sp
from sympy.matrices.expressions import MatrixExpr, MatrixSymbol

from symrnn.calculus.differential import added
from symrnn.calculus.edges import Edges, Summed
from symrnn.expr import Element, Sequence, Variable


@dataclass(frozen=True)
class Share:
    """What a quantity receives through another one.

    Args:
        to: the quantity.
        through: what it comes through, at the index of the equations; the total itself where that sees it.
        term: its part of the gradient, with dL/dv of what it comes through.
        low, high: the range of the index; None where the total sees a parameter, and so no index.
    """

    to: Variable
    through: Variable
    term: MatrixExpr
    low: sp.Expr | None
    high: sp.Expr | None


def passed_back(edges: Edges, quantities: Iterable[MatrixSymbol | Sequence]) -> list[Share]:
    """What arrives at quantities, each term at the index of what it comes through.

    >>> from symrnn.cells import Elman
    >>> from symrnn.codegen.naming import with_names
    >>> rnn = with_names(Elman("tanh").undriven())
    >>> for share in passed_back(rnn.backward().edges, (rnn.definition("h").sequence, *rnn.parameters[:1])):
    ...     print(share.to, "receives", share.term, "for", share.low, "to", share.high)
    h[t] receives W_hy.T*(d L/d y[t]).T for 1 to T
    h[t - 1] receives W_hh.T*(d L/d a[t]).T for 1 to T
    W_hh receives (d L/d a[t]).T*h[t - 1].T for 1 to T
    """
    found = []
    for quantity in quantities:
        to = quantity if isinstance(quantity, MatrixSymbol) else quantity.at(edges.index)
        found += [_turned(edges, to, arrival) for arrival in edges.arriving(to)]
    return found


def _turned(edges: Edges, to: Variable, arrival: Summed) -> Share:
    """A term at the index of what it comes through."""
    t, through, there = edges.index, arrival.term.through, edges.index
    low, high = arrival.low, arrival.high
    if isinstance(through, Element) and isinstance(to, Element):
        mirrored = t not in sp.expand(through.index + t).free_symbols
        there = through.index if mirrored else sp.expand(2 * t - through.index)
        ends = [sp.expand(through.index.xreplace({t: end})) for end in (low, high)]
        low, high = reversed(ends) if mirrored else ends
    term = arrival.term.at(arrival.index, there)
    return Share(to.xreplace({t: there}), term.through, added(to.shape, term.gradient()), low, high)
