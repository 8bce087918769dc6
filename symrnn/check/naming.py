"""Sums that repeat along an ordered product, called by a name while two terms are compared.

The factor of a gated cell's transition is a sum with a summand for each path through a gate. Distributed inside a
product it would have to be rewritten again and again; as a sequence of its own, A[u], it is one factor like any other.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

import sympy as sp
from sympy.core.symbol import Str
from sympy.matrices.expressions import MatAdd, MatrixExpr, MatrixSymbol

from symrnn.expr import Binder, Element, OrderedProduct
from symrnn.expr.normal import equal, normal_form

INDEX = sp.Symbol("ι", integer=True)
"""The index at which every named sum is written down."""

MAX_DISTRIBUTED = 4
"""Most summands of a named sum for which the terms are compared without names, too, when those do not suffice."""


def meet(*pairs: tuple[MatrixExpr, MatrixExpr]) -> bool:
    """Tell whether two terms of one of the pairs have the same normal form, names for sums that repeat tried first.

    An equation that holds for every sequence A[u] holds for the sum that A[u] stands for.

    >>> from symrnn.symbols import n, s, t, u
    >>> from symrnn.expr import Sequence
    >>> W, d = sp.MatrixSymbol("W", n, n), Sequence("d", n)
    >>> step = lambda at: sp.DiagMatrix(d[at]) + W
    >>> longer, shorter = (OrderedProduct(step(u), (u, s + 1, e), "descending") for e in (t, t - 1))
    >>> meet((longer, sp.MatMul(step(t), shorter)))
    True
    """
    later = []
    for pair in pairs:
        names = Names(*pair)
        if equal(*map(names.put, pair)):
            return True
        if names.known:
            later.append((pair, Names(*pair, numbered=False)))
    return any(equal(*map(names.put, pair)) for pair, names in later) or any(
        equal(*pair)
        for pair, names in later
        if names.known and all(len(body.args) <= MAX_DISTRIBUTED for body in names.known)
    )


class Names:
    """Names for sums in which one index moves.

    Args:
        terms: what is compared. A name must be new to them, and no sum is named in which an index is left that one of
            them binds: A[u] does not show it, so renaming or shifting that index would miss it.
        numbered: whether to name the factors of products whose length is a number, too, which can be written out.
    """

    def __init__(self, *terms: MatrixExpr, numbered: bool = True) -> None:
        self.bound = {binder.variable for term in terms for binder in term.atoms(Binder)}
        self.taken = {part.name for term in terms for part in term.atoms(Element, MatrixSymbol)}
        self.known: dict[MatrixExpr, Str] = {}
        self.numbered = numbered
        parts = (part for term in terms for part in sp.preorder_traversal(term))
        products = (part for part in parts if isinstance(part, OrderedProduct))
        for body in dict.fromkeys(product.body for product in products if not self._is_written_out(product)):
            self.give(body)

    def give(self, body: MatrixExpr) -> None:
        """A name for a factor of a product, if it is a sum."""
        found = self._written(body)
        if found is not None and isinstance(found[0], MatAdd) and found[0] not in self.known:
            self.known[found[0]] = Str(next(name for name in _candidates() if name not in self.taken))
            self.taken.add(str(self.known[found[0]]))

    def put(self, term: sp.Basic) -> sp.Basic:
        """A term with names in the place of the sums that have one."""
        if not isinstance(term, MatrixExpr) or isinstance(term, Element | MatrixSymbol) or self._is_written_out(term):
            return term
        if isinstance(term, MatAdd):
            found = self._written(term)
            if found is not None and found[0] in self.known:
                return Element(self.known[found[0]], found[1], *term.shape)
        parts = [self.put(part) for part in term.args]
        return term if all(new is old for new, old in zip(parts, term.args, strict=True)) else term.func(*parts)

    def _is_written_out(self, term: MatrixExpr) -> bool:
        """Tell whether a term is a product that is to be written out instead of named."""
        return not self.numbered and isinstance(term, OrderedProduct) and bool(term.length.is_Integer)

    def _written(self, body: MatrixExpr) -> tuple[MatrixExpr, sp.Expr] | None:
        """The normal form of a sum with its latest index called ι, and that index; None where nothing else may move."""
        if not isinstance(body, MatAdd) or body.has(Binder):
            return None
        latest = _latest({sp.expand(element.index) for element in body.atoms(Element)})
        if latest is None:
            return None
        moving = sorted((s for s in latest.free_symbols if abs(latest.coeff(s)) == 1), key=str)
        if not moving:
            return None
        slope, rest = latest.coeff(moving[0]), latest.coeff(moving[0], 0)
        key = _remembered_form(body.xreplace({moving[0]: sp.expand(slope * (INDEX - rest))}))
        if INDEX in body.free_symbols or key.free_symbols & (self.bound | latest.free_symbols):
            return None
        return key, latest


@lru_cache(maxsize=1024)
def _remembered_form(body: MatrixExpr) -> MatrixExpr:
    """The normal form; the same few sums stand in every term that is compared."""
    return normal_form(body)


def _latest(indices: set[sp.Expr]) -> sp.Expr | None:
    """The one of several indices that no other exceeds; None when they do not differ by numbers."""
    if not indices:
        return None
    some = next(iter(indices))
    ahead = {index: sp.expand(index - some) for index in indices}
    if not all(step.is_Integer for step in ahead.values()):
        return None
    return max(ahead, key=lambda index: int(ahead[index]))


def _candidates() -> Iterator[str]:
    number = 0
    while True:
        number += 1
        yield f"A{number}"
