"""Classical theorems that enter a proof by name: everything that the checker takes on trust, and nothing else.

Each has its source; the tests try it on many matrices, defective and non-normal ones among them.
"""

from __future__ import annotations

from dataclasses import dataclass

import sympy as sp
from sympy.matrices.expressions import DiagMatrix, MatMul, MatPow, MatrixExpr

from symrnn.check.arithmetic import at_least, entails
from symrnn.check.rewrite import Facts
from symrnn.expr import Measure, Norm, SpectralRadius
from symrnn.expr.norms import COLUMN_SUM, ROW_SUM
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
NORM_OF_NORMAL = Lemma(
    "norm of a normal matrix",
    "‖A‖₂ = ρ(A) when AᵀA = AAᵀ",
    "Horn and Johnson (2013), Matrix Analysis, theorem 2.5.3",
)

LEMMAS = (RADIUS_BELOW_NORM, RADIUS_OF_POWER, POWERS_VANISH, NORM_OF_NORMAL)


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
    """The spectral radius of a term, powers and what does not change it taken out.

    A and VAV⁻¹ have one characteristic polynomial, and so have A and Aᵀ; ρ(cA) = |c|ρ(A); the eigenvalues of a diagonal
    matrix are its entries.

    >>> from symrnn.symbols import k, n
    >>> V, a = sp.MatrixSymbol("V", n, n), sp.MatrixSymbol("a", n, 1)
    >>> radius_of(V * sp.DiagMatrix(a) ** k * V.I, (k >= 0,))[0]
    ‖a‖_∞**k
    """
    match term:
        case MatPow() if entails(facts, at_least(term.exp, 0)):
            radius, lemmas = radius_of(term.base, facts)
            return radius**term.exp, {RADIUS_OF_POWER, *lemmas}
        case sp.Transpose():
            return radius_of(term.arg, facts)
        case DiagMatrix():
            entries = term.args[0]
            return Norm(entries, ROW_SUM if entries.cols == 1 else COLUMN_SUM), set()
        case MatMul():
            return _radius_of_product(term, facts)
    return SpectralRadius(term), set()


def _radius_of_product(term: MatMul, facts: Facts) -> tuple[sp.Expr, set[Lemma]]:
    scalars = [part for part in term.args if not isinstance(part, MatrixExpr)]
    factors = [part for part in term.args if isinstance(part, MatrixExpr)]
    size = abs(sp.Mul(*scalars))
    while len(factors) > 2 and _are_inverse(factors[0], factors[-1]):
        factors = factors[1:-1]
    if len(factors) == 1:
        radius, lemmas = radius_of(factors[0], facts)
        return size * radius, lemmas
    return size * SpectralRadius(sp.MatMul(*factors)), set()


def _are_inverse(left: MatrixExpr, right: MatrixExpr) -> bool:
    pairs = ((left, right), (right, left))
    return any(isinstance(a, MatPow) and a.exp == -1 and a.base == b for a, b in pairs)
