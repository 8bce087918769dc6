"""The normal form of terms, and the equality that it decides."""

from __future__ import annotations

from functools import lru_cache

import sympy as sp
from sympy.matrices.expressions import MatrixExpr

from symrnn.budget import tick
from symrnn.expr.normal.align import aligned
from symrnn.expr.normal.expand import Polynomial, expand
from symrnn.expr.normal.monomial import Chain, Monomial, Range
from symrnn.expr.normal.order import sort_key
from symrnn.expr.normal.scalars import scalar_form
from symrnn.expr.normal.sums import canonical
from symrnn.expr.shapes import require_shapes, require_sum

Key = tuple[Chain, tuple[Range, ...]]


MAX_ALIGNMENTS = 3


def collect(polynomial: Polynomial) -> list[Monomial]:
    """Add up monomials that differ by a scalar only, and drop those that vanish."""
    gathered: dict[Key, list[Monomial]] = {}
    for mono in polynomial:
        gathered.setdefault((mono.factors, mono.ranges), []).append(mono)
    out = []
    for (factors, ranges), monos in gathered.items():
        coefficient = scalar_form(sp.Add(*(mono.coefficient for mono in monos)))
        if coefficient != 0:
            out.append(Monomial(monos[0].shape, factors, coefficient, ranges))
    return out


def monomials(term: MatrixExpr) -> list[Monomial]:
    """The canonical monomials of a term, in a fixed order."""
    tick()
    require_shapes(term)
    parts = collect([result for mono in expand(term) for result in canonical(mono)])
    for _ in range(MAX_ALIGNMENTS):
        changed = aligned(parts)
        if changed is None:
            break
        parts = collect([result for mono in changed for result in canonical(mono)])
    return sorted(parts, key=lambda mono: sort_key(mono.term()))


def sum_of(parts: list[Monomial], shape: tuple[sp.Expr, sp.Expr]) -> MatrixExpr:
    """Canonical monomials as one term."""
    if not parts:
        return sp.ZeroMatrix(*shape)
    terms = [mono.term() for mono in parts]
    return terms[0] if len(terms) == 1 else sp.MatAdd(*terms)


@lru_cache(maxsize=2000)
def normal_form(term: MatrixExpr) -> MatrixExpr:
    """The normal form of a term: the same for all ways of writing it that the rules cover.

    Distributed; products reindexed, rotated and joined; sums written from 0, with numeric ends split off;
    Kronecker products and vec joined; diagonal matrices sorted; 1 x 1 pieces made scalars. Sound: equal
    normal forms are equal matrices for every size and every value of the indices for which all ranges have a
    length >= 0.

    Raises:
        ShapeError: when the term does not fit together.
        UnknownTermError: for a node without a rule.
        LimitError: for a range too long to write out.

    >>> import sympy as sp
    >>> k, t = sp.symbols("k t", integer=True)
    >>> n = sp.Symbol("n", integer=True, positive=True)
    >>> W = sp.MatrixSymbol("W", n, n)
    >>> normal_form(W * W**k - W ** (k + 1))
    0
    """
    return sum_of(monomials(term), term.shape)


def equal(left: MatrixExpr, right: MatrixExpr) -> bool:
    """Tell whether two terms have the same normal form. False means "not shown equal", never "different".

    >>> import sympy as sp
    >>> from symrnn.expr import MatrixSum, Sequence
    >>> k, s, t = sp.symbols("k s t", integer=True)
    >>> h = Sequence("h", sp.Symbol("n", integer=True, positive=True))
    >>> equal(MatrixSum(h[t - k], (k, 0, t - 1)), MatrixSum(h[s], (s, 1, t - 1)) + h[t])
    True
    """
    require_sum(left, right, "equals")
    return not monomials(sp.MatAdd(left, sp.MatMul(sp.S.NegativeOne, right)))
