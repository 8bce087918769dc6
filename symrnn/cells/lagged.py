"""Recurrences that read states further back than one step, written with one step back: states before are stacked."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

from sympy.matrices.expressions import MatrixExpr

from symrnn.cells.cell import Named
from symrnn.cells.training import rebuilt, taken
from symrnn.errors import SymbolClashError
from symrnn.expr import Element, Sequence
from symrnn.recurrence import Definition, Recurrence, Role


def first_order(recurrence: Recurrence) -> Named:
    """The same recurrence with one step back at most: what was the state before is a state of its own.

    For h_t = f(h_{t-1}, h_{t-2}) a state p has p_t = h_{t-1}, with h_t = f(h_{t-1}, p_{t-1}). It is called h_1,
    one more step back is h_2, and so on. What h was before its first step is where these begin: h_1[0] is h[-1].

    Raises:
        SymbolClashError: when such a name is taken.

    >>> from symrnn.cells import Cell, matrices
    >>> from symrnn.expr import Elementwise
    >>> from symrnn.symbols import n, t
    >>> h, (W, V), phi = Sequence("h", n, first=-1), matrices("W V", n, n), Elementwise("phi")
    >>> cell = Cell("lag 2", {h: phi(W * h[t - 1] + V * h[t - 2])}, (h,), (W, V))
    >>> net = first_order(cell)
    >>> net.body(net.h[t]), net.body(net.h_1[t])
    (phi(V*h_1[t - 1] + W*h[t - 1]), h[t - 1])
    >>> net.derive(net.L, wrt=V).verify().kind
    <Kind.PROVED: 'PROVED'>
    """
    deepest = _deepest(recurrence)
    used, added = taken(recurrence), dict[str, list[Definition]]()
    for name, lag in deepest.items():
        known = recurrence.definition(name)
        assert known is not None  # only states are looked at
        chain = [replace(known.sequence, first=known.first - 1)]
        for back in range(1, lag):
            if f"{name}_{back}" in used:
                raise SymbolClashError(f"{name}_{back} is taken", where=recurrence.name, advice="rename it")
            chain.append(replace(chain[0], name=f"{name}_{back}"))
        added[name] = [
            Definition(own, before.at(recurrence.index - 1), Role.STATE, known.first) for before, own in pairwise(chain)
        ]
    definitions: list[Definition] = []
    for definition in recurrence.definitions:
        body, name = _shortened(recurrence, definition.body, deepest), definition.sequence.name
        own = definition.sequence
        if name in deepest:
            own = replace(own, first=definition.first - 1)
        definitions += [replace(definition, sequence=own, body=body), *added.get(name, ())]
    return rebuilt(recurrence, definitions=tuple(definitions))


def _deepest(recurrence: Recurrence) -> dict[str, int]:
    """How far back each state is read, where that is more than one step."""
    found: dict[str, int] = {}
    for definition in recurrence.definitions:
        for use in recurrence.graph.uses[definition.sequence.name]:
            if use.lag is not None and use.lag > 1 and recurrence.graph.role(use.name) is Role.STATE:
                found[use.name] = max(use.lag, found.get(use.name, 0))
    return found


def _shortened(recurrence: Recurrence, body: MatrixExpr, deepest: dict[str, int]) -> MatrixExpr:
    """A right side in which h_{t-3} is the one of t - 1 of the state that is two steps behind."""
    rule = {}
    for element in body.atoms(Element):
        lag = recurrence.index - element.index
        if element.name in deepest and lag.is_Integer and lag > 1:
            behind = Sequence(f"{element.name}_{int(lag) - 1}", element.rows, element.cols)
            rule[element] = behind.at(recurrence.index - 1)
    return body.xreplace(rule)


__all__ = ["first_order"]
