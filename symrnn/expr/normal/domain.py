"""Where the terms of a sum or product exist, as far as one can read it off them.

∏_{u=3}^{v} has no negative length, so v >= 2; e_v has a row, so v >= 1; 1/v has no value at 0. Sums and
products over v are written from an anchor inside this domain, so that whatever is split off them exists.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache

import sympy as sp
from sympy.matrices.expressions.matexpr import MatrixElement

from symrnn.expr.apply import UnitVector
from symrnn.expr.binder import Binder

Found = tuple[sp.Expr, bool]
"""An expression, and whether it is to be nonzero (a denominator) rather than >= 0."""


OFFSET = sp.Dummy("offset", integer=True)


@lru_cache(maxsize=4096)
def anchor(parts: tuple[sp.Basic, ...], variable: sp.Symbol, around: sp.Expr) -> int | None:
    """The integer c nearest to 0 such that the parts may exist at ``around + c``, or end just before it.

    None when they exist nowhere. To the left of a pole counts as outside.

    >>> from symrnn.expr import UnitVector
    >>> i, n = sp.symbols("i n", integer=True)
    >>> anchor((UnitVector(n, i),), i, sp.S.Zero), anchor((UnitVector(n, i + 2),), i, n)
    (1, -1)
    """
    lows: list[int] = []
    highs: list[int] = []
    for expression, is_pole in _restrictions(parts, variable):
        at = sp.expand(expression.xreplace({variable: around + OFFSET}))
        slope, rest = at.coeff(OFFSET, 1), at.coeff(OFFSET, 0)
        if not (slope.is_Rational and slope and rest.is_Rational) or sp.expand(at - slope * OFFSET - rest) != 0:
            continue
        root = -rest / slope
        if is_pole:
            lows.append(int(sp.floor(root)) + 1)
        elif slope > 0:
            lows.append(int(sp.ceiling(root)))
        else:
            highs.append(int(sp.floor(root)) + 1)
    low, high = max([0, *lows]), min([0, *highs])
    if lows and highs and max(lows) > min(highs):
        return None
    return low if low > 0 else high


def _restrictions(parts: Iterable[sp.Basic], variable: sp.Symbol) -> Iterator[Found]:
    for part in parts:
        if variable not in part.free_symbols:
            continue
        match part:
            case Binder():
                yield part.length, False
            case UnitVector():
                yield part.position - 1, False
                yield part.rows - part.position, False
            case MatrixElement():
                for at, size in zip(part.args[1:], part.args[0].shape, strict=True):
                    yield at, False
                    yield size - 1 - at, False
            case sp.Pow() if part.exp.is_negative:
                yield part.base, True
        yield from _restrictions(part.args, variable)
