"""What activations made of pieces have in common."""

from __future__ import annotations

import sympy as sp

from symrnn.activations.entry import Activation
from symrnn.activations.extremes import Extreme
from symrnn.activations.parameters import Parameter

ZERO, ONE, THREE = sp.S.Zero, sp.S.One, sp.Integer(3)
POSITIVE = sp.Interval.open(0, sp.oo)
NEGATIVE = sp.Interval.open(-sp.oo, 0)


def both(low: sp.Expr, high: sp.Expr) -> sp.Set:
    """All numbers below the one and above the other.

    >>> both(ZERO, ONE)
    Union(Interval.open(-oo, 0), Interval.open(1, oo))
    """
    return sp.Interval.open(-sp.oo, low) | sp.Interval.open(high, sp.oo)


def pieces(
    name: str,
    formula: sp.Expr,
    kinks: tuple[sp.Expr, ...],
    torch_at_kinks: tuple[sp.Expr, ...],
    sup: Extreme,
    inf: Extreme,
    source: str,
    torch: str,
    monotone: bool | None = True,
    smoothness: int = 0,
    note: str = "",
) -> Activation:
    """An activation of PyTorch with a piecewise formula; by default it is monotone and C^0."""
    return Activation(
        name,
        formula,
        kinks=kinks,
        torch_at_kinks=torch_at_kinks,
        sup=sup,
        inf=inf,
        source=source,
        torch=torch,
        monotone=monotone,
        smoothness=sp.Integer(smoothness),
        note=note,
    )


def positive(name: str, default: sp.Expr, advice: str = "") -> Parameter:
    """A parameter above 0."""
    return Parameter(name, default, POSITIVE, advice)


def unrestricted(name: str, default: sp.Expr) -> Parameter:
    """A parameter that may be any real number."""
    return Parameter(name, default, sp.Interval(-sp.oo, sp.oo))
