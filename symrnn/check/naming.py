"""What repeats in long terms, called by a name while two of them are compared: functions, and sums along a product.

The slope of a gate, σ'(W x_t + U h_{t-1} + b), is a column whose inside matters to no rule; as a sequence of its own,
V[t], it is read once and not at each of the hundred places where it stands. In the same way the factor of a gated
cell's transition is a sum with a summand for each path through a gate: distributed inside a product it would have to
be rewritten again and again; as A[u] it is one factor like any other.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import count

import sympy as sp
from sympy.core.symbol import Str
from sympy.matrices.expressions import MatAdd, MatMul, MatrixExpr, MatrixSymbol

from symrnn.check.rewrite import has_matrices
from symrnn.expr import Apply, Binder, Derivative, Differential, Element, OrderedProduct
from symrnn.expr.normal import equal, normal_form

INDEX = sp.Symbol("ι", integer=True)
"""The index at which every named sum is written down."""

MAX_DISTRIBUTED = 4
"""Most summands of a named sum for which the terms are compared without names, too, when those do not suffice."""


def meet(*pairs: tuple[MatrixExpr, MatrixExpr]) -> bool:
    """Tell whether two terms of one of the pairs have the same normal form, names for what repeats tried first.

    An equation that holds for every sequence A[u] holds for the sum, or the function, that A[u] stands for.

    >>> from symrnn.symbols import n, s, t, u
    >>> from symrnn.expr import Sequence
    >>> W, d = sp.MatrixSymbol("W", n, n), Sequence("d", n)
    >>> step = lambda at: sp.DiagMatrix(d[at]) + W
    >>> longer, shorter = (OrderedProduct(step(u), (u, s + 1, e), "descending") for e in (t, t - 1))
    >>> meet((longer, sp.MatMul(step(t), shorter)))
    True
    """
    shorter = [Functions(*pair).put() for pair in pairs]
    return _meet(shorter) or (shorter != list(pairs) and _meet(pairs))


def _meet(pairs: Sequence[tuple[MatrixExpr, MatrixExpr]]) -> bool:
    """The same with names for sums only: for as many as can be first, and then for fewer."""
    tried: set[tuple[MatrixExpr, ...]] = set()
    short = []
    for options in ({"forcing": True}, {}, {"numbered": False}):
        for pair in pairs:
            names = Names(*pair, **options)
            named = tuple(map(names.put, pair))
            if named not in tried and equal(*named):
                return True
            tried.add(named)
            if not names.numbered and names.are_short:
                short.append(pair)
    return any(equal(*pair) for pair in short)


class Functions:
    """Names for functions in which one index moves, such as V[t] for σ'(W x_t + U h_{t-1} + b).

    Two functions have one name when they have one normal form, their latest index called ι. What is differentiated
    keeps its name, and so does a function in which an index is left that one of the terms binds.

    Args:
        terms: what is compared.

    >>> from symrnn.cells import Elman
    >>> from symrnn.symbols import t
    >>> rnn = Elman("tanh")
    >>> Functions(rnn.D(t), rnn.D(t - 1)).put()
    (DiagMatrix(V1[t]), DiagMatrix(V1[t - 1]))
    """

    def __init__(self, *terms: MatrixExpr) -> None:
        self.terms = terms
        self.bound = {binder.variable for term in terms for binder in term.atoms(Binder)}
        taken = {part.name for term in terms for part in term.atoms(Element, MatrixSymbol)}
        self.free = (name for name in _candidates("V") if name not in taken)
        self.known: dict[MatrixExpr, Str] = {}
        self.seen: dict[Apply, MatrixExpr] = {}

    def put(self) -> tuple[MatrixExpr, ...]:
        """The terms with names in the place of functions."""
        return tuple(self._put(term) for term in self.terms)

    def _put(self, term: sp.Basic) -> sp.Basic:
        if not has_matrices(term) or isinstance(term, Element | MatrixSymbol | Derivative | Differential):
            return term
        if isinstance(term, Apply):
            if term not in self.seen:
                self.seen[term] = self._named(term)
            return self.seen[term]
        parts = [self._put(part) for part in term.args]
        return term if all(new is old for new, old in zip(parts, term.args, strict=True)) else term.func(*parts)

    def _named(self, term: Apply) -> MatrixExpr:
        if term.function == "identity":  # the normal form knows more of it than a name would show
            return term
        found = written_at_latest(term, self.bound)
        if found is None:
            return term
        key, latest = found
        if key not in self.known:
            self.known[key] = Str(next(self.free))
        return Element(self.known[key], latest, *term.shape)


def written_at_latest(term: MatrixExpr, bound: set[sp.Symbol]) -> tuple[MatrixExpr, sp.Expr] | None:
    """The normal form of a term with its latest index called ι, and that index; None where nothing else may move."""
    latest = None if term.has(Binder) else _latest({sp.expand(element.index) for element in term.atoms(Element)})
    if latest is None:
        return None
    moving = sorted((s for s in latest.free_symbols if abs(latest.coeff(s)) == 1), key=str)
    if not moving:
        return None
    slope, rest = latest.coeff(moving[0]), latest.coeff(moving[0], 0)
    key = _normal(term.xreplace({moving[0]: sp.expand(slope * (INDEX - rest))}))
    if INDEX in term.free_symbols or key.free_symbols & (bound | latest.free_symbols):
        return None
    return key, latest


@lru_cache(maxsize=1000)
def _normal(term: MatrixExpr) -> MatrixExpr:
    """The normal form, remembered: the same factor comes once more at every index."""
    return normal_form(term)


class Names:
    """Names for sums in which one index moves.

    Args:
        terms: what is compared. A name must be new to them, and no sum is named in which an index is left that one of
            them binds: A[u] does not show it, so renaming or shifting that index would miss it.
        numbered: whether to name the factors of products whose length is a number, too, which can be written out.
        forcing: whether to name the sums that stand beside a product, too.
    """

    def __init__(self, *terms: MatrixExpr, numbered: bool = True, forcing: bool = False) -> None:
        self.bound = {binder.variable for term in terms for binder in term.atoms(Binder)}
        self.taken = {part.name for term in terms for part in term.atoms(Element, MatrixSymbol)}
        self.known: dict[MatrixExpr, Str] = {}
        self.numbered = numbered
        parts = (part for term in terms for part in sp.preorder_traversal(term))
        for body in dict.fromkeys(sum_ for part in parts for sum_ in self._repeating(part, forcing)):
            self.give(body)

    def _repeating(self, part: sp.Basic, forcing: bool) -> Iterator[MatrixExpr]:
        """What stands under a product sign, and beside one."""
        if isinstance(part, OrderedProduct) and not self._is_written_out(part):
            yield part.body
        if forcing and isinstance(part, MatMul) and any(isinstance(factor, OrderedProduct) for factor in part.args):
            yield from (factor for factor in part.args if isinstance(factor, MatAdd))

    @property
    def are_short(self) -> bool:
        """Tell whether there is something named, and all of it short enough to be distributed."""
        return bool(self.known) and all(len(body.args) <= MAX_DISTRIBUTED for body in self.known)

    def give(self, body: MatrixExpr) -> None:
        """A name for a factor of a product, if it is a sum."""
        found = self._written(body)
        if found is not None and isinstance(found[0], MatAdd) and found[0] not in self.known:
            self.known[found[0]] = Str(next(name for name in _candidates("A") if name not in self.taken))
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
        return written_at_latest(body, self.bound) if isinstance(body, MatAdd) else None


def _latest(indices: set[sp.Expr]) -> sp.Expr | None:
    """The one of several indices that no other exceeds; None when they do not differ by numbers."""
    if not indices:
        return None
    some = next(iter(indices))
    ahead = {index: sp.expand(index - some) for index in indices}
    if not all(step.is_Integer for step in ahead.values()):
        return None
    return max(ahead, key=lambda index: int(ahead[index]))


def _candidates(letter: str) -> Iterator[str]:
    return (f"{letter}{number}" for number in count(1))
