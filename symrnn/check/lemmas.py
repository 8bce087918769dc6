"""Classical theorems that enter a proof by name: everything that the checker takes on trust, and nothing else.

Each has its source; the tests try it on many matrices, defective and non-normal ones among them.
"""

from __future__ import annotations

from dataclasses import dataclass

import sympy as sp
from sympy.matrices.expressions import MatPow, MatrixExpr

from symrnn.check.arithmetic import at_least, entails
from symrnn.check.rewrite import Facts
from symrnn.expr import Measure, Norm, SpectralRadius
from symrnn.expr.shapes import same


@dataclass(frozen=True)
class Lemma:
    """A classical theorem.

    Args:
        name: what it is called.
        says: its statement.
        source: where it is proved.
    """

    name: str
    says: str
    source: str

    def __str__(self) -> str:
        return f"{self.name}: {self.says} [{self.source}]"


RADIUS_BELOW_NORM = Lemma(
    "spectral radius below every norm",
    "ρ(A) <= ‖A‖ for every submultiplicative matrix norm",
    "Horn and Johnson (2013), Matrix Analysis, theorem 5.6.9",
)
RADIUS_OF_POWER = Lemma(
    "spectral mapping of powers",
    "ρ(A^k) = ρ(A)^k for k >= 0",
    "Horn and Johnson (2013), Matrix Analysis, theorem 1.1.6",
)
POWERS_VANISH = Lemma(
    "powers of a matrix",
    "A^k → 0 when ρ(A) < 1",
    "Horn and Johnson (2013), Matrix Analysis, theorem 5.6.12",
)

LEMMAS = (RADIUS_BELOW_NORM, RADIUS_OF_POWER, POWERS_VANISH)


def spectral_lower(measure: Measure, facts: Facts) -> tuple[sp.Expr, set[Lemma]]:
    """A norm from below by the spectral radius: ‖A^k‖ >= ρ(A^k) = ρ(A)^k.

    >>> from symrnn.symbols import k, n
    >>> W = sp.MatrixSymbol("W", n, n)
    >>> spectral_lower(Norm(W**k), (k >= 0,))[0]
    ρ(W)**k
    """
    if not (isinstance(measure, Norm) and same(measure.of.rows, measure.of.cols)):
        return measure, set()
    radius, lemmas = radius_of(measure.of, facts)
    return radius, {RADIUS_BELOW_NORM, *lemmas}


def radius_of(term: MatrixExpr, facts: Facts) -> tuple[sp.Expr, set[Lemma]]:
    """The spectral radius of a term, powers taken out."""
    if isinstance(term, MatPow) and entails(facts, at_least(term.exp, 0)):
        return SpectralRadius(term.base) ** term.exp, {RADIUS_OF_POWER}
    return SpectralRadius(term), set()
