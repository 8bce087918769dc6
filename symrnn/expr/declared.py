"""What symbols were declared with: signs and kinds of numbers, which are assumed as what is written out is."""

from __future__ import annotations

import sympy as sp
from sympy.core.relational import Relational


def declared(symbol: sp.Symbol) -> str:
    """What a symbol was declared with, in words.

    >>> declared(sp.Symbol("c", negative=True)), declared(sp.Symbol("k", integer=True, positive=True))
    ('c < 0 real', 'k > 0 integer')
    >>> declared(sp.Symbol("c", zero=True)), declared(sp.Symbol("c", irrational=True)), declared(sp.Symbol("c"))
    ('c = 0', 'c != 0 irrational', 'c complex')
    """
    sign = declared_sign(symbol)
    said = str(symbol) if sign is None else f"{symbol} {'!=' if isinstance(sign, sp.Ne) else sign.rel_op} 0"
    return f"{symbol} = 0" if symbol.is_zero else f"{said} {declared_kind(symbol)}"


def declared_sign(symbol: sp.Symbol) -> Relational | None:
    """The sign that a symbol was declared with, as a relation; None where it has none.

    >>> declared_sign(sp.Symbol("c", positive=True)), declared_sign(sp.Symbol("c"))
    (c > 0, None)
    """
    signs = {"zero": sp.Eq, "positive": sp.Gt, "negative": sp.Lt, "nonnegative": sp.Ge, "nonpositive": sp.Le}
    for sign, relation in (signs | {"nonzero": sp.Ne}).items():
        if getattr(symbol, f"is_{sign}"):
            return relation(symbol, 0, evaluate=False)  # which SymPy knows to hold
    return None


def declared_kind(symbol: sp.Symbol) -> str:
    """The kind of number that a symbol was declared as.

    >>> declared_kind(sp.Symbol("k", integer=True, positive=True)), declared_kind(sp.Symbol("k", even=True))
    ('integer', 'even')
    """
    kinds = ("prime", "even", "odd", "integer", "rational", "irrational", "real", "imaginary")
    return next((kind for kind in kinds if getattr(symbol, f"is_{kind}")), "complex")
