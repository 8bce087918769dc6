"""What matrix equations among the hypotheses say of norms: orthogonal matrices keep lengths, diagonal ones show theirs.

Source: Horn and Johnson (2013), Matrix Analysis, sec. 2.1, 2.5 and 5.6.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import sympy as sp
from sympy.matrices.expressions import DiagMatrix, KroneckerProduct, MatMul, MatPow, MatrixExpr, MatrixSymbol

from symrnn.check.arithmetic import at_least, entails
from symrnn.check.rewrite import Facts, rewrite
from symrnn.derivation.statement import Equation
from symrnn.expr import Measure, Norm, SpectralRadius
from symrnn.expr.normal import equal
from symrnn.expr.norms import COLUMN_SUM, FROBENIUS, ROW_SUM, SPECTRAL
from symrnn.expr.shapes import same

ISOMETRY = "orthogonal matrices keep lengths"
DIAGONAL = "norm of a diagonal matrix"


@dataclass
class Structure:
    """What is known of matrices by the equations that are assumed.

    Args:
        given: equations between matrices, such as QᵀQ = I or WᵀW = WWᵀ.
        used: names of the rules that were used.

    >>> from symrnn.symbols import k, n
    >>> Q, x = sp.MatrixSymbol("Q", n, n), sp.MatrixSymbol("x", n, 1)
    >>> orthogonal = Structure((Equation(Q.T * Q, sp.Identity(n)),))
    >>> orthogonal.simplified(Norm(Q**k * x), (k >= 0,)), orthogonal.simplified(Norm(Q**k * x, 1), (k >= 0,))
    (‖x‖₂, ‖Q**k*x‖₁)
    """

    given: tuple[Equation, ...] = ()
    used: set[str] = field(default_factory=set)
    _known: dict[tuple[str, MatrixExpr], bool] = field(default_factory=dict)

    # -- equal measures ------------------------------------------------------------------------------------------------

    def simplified(self, measure: Measure, facts: Facts) -> sp.Expr:
        """An equal number: of the entries of a diagonal matrix, or without isometries at the ends of a product."""
        of = measure.of
        if isinstance(of, DiagMatrix) and _shows_entries(measure):
            self.used.add(DIAGONAL)
            return Norm(of.args[0], ROW_SUM if of.args[0].cols == 1 else COLUMN_SUM)
        if not isinstance(measure, Norm) or measure.kind not in (SPECTRAL, FROBENIUS):
            return measure
        scalars, factors = _parts(of)
        while factors and self.is_isometry(factors[0], facts):
            inner = factors.pop(0).cols
            factors = factors or [sp.Identity(inner)]
            if isinstance(factors[0], sp.Identity):
                break
        while factors and not isinstance(factors[-1], sp.Identity) and self.is_isometry(_turned(factors[-1]), facts):
            inner = factors.pop().rows
            factors = factors or [sp.Identity(inner)]
        rest = sp.MatMul(*scalars, *factors) if scalars else _product(factors)
        if rest == of:
            return measure
        self.used.add(ISOMETRY)
        if isinstance(rest, sp.Identity):
            return sp.S.One if measure.kind == SPECTRAL else sp.sqrt(rest.rows)
        return Norm(rest, measure.kind)

    def with_inverses(self, term: MatrixExpr, facts: Facts) -> MatrixExpr:
        """The same matrix with Q⁻¹ in the place of Qᵀ, which the normal form cancels, for orthogonal names Q."""

        def inverse(node: sp.Basic, at: Facts) -> sp.Basic | None:
            square = isinstance(node, sp.Transpose) and same(*node.shape) and isinstance(node.arg, MatrixSymbol)
            if not square or not self.is_isometry(node.arg, at):
                return None
            self.used.add(ISOMETRY)
            return MatPow(node.arg, sp.S.NegativeOne)

        return rewrite(term, inverse, facts) if self.given else term

    # -- questions -----------------------------------------------------------------------------------------------------

    def is_isometry(self, term: MatrixExpr, facts: Facts) -> bool:
        """Tell whether AᵀA = I follows, so that ‖Ax‖² = xᵀAᵀAx = ‖x‖² for every column x."""
        match term:
            case MatPow():
                is_power = entails(facts, at_least(term.exp, 0)) or term.exp == -1
                return is_power and same(term.rows, term.cols) and self.is_isometry(term.base, facts)
            case MatMul():
                scalars, factors = _parts(term)
                return not scalars and all(self.is_isometry(factor, facts) for factor in factors)
            case KroneckerProduct():
                return all(self.is_isometry(factor, facts) for factor in term.args)
            case sp.Transpose() if same(term.rows, term.cols):
                return self.is_isometry(term.arg, facts)
        return self._follows("isometry", term, self._isometries(term))

    @staticmethod
    def _isometries(term: MatrixExpr) -> Iterator[tuple[MatrixExpr, MatrixExpr]]:
        yield sp.MatMul(_turned(term), term), sp.Identity(term.cols)
        if same(term.rows, term.cols):  # a left inverse of a square matrix is a right inverse
            yield sp.MatMul(term, _turned(term)), sp.Identity(term.cols)

    def is_normal(self, term: MatrixExpr, facts: Facts) -> bool:
        """Tell whether AᵀA = AAᵀ follows: powers, multiples and transposes of normal matrices are normal."""
        if not same(term.rows, term.cols):
            return False
        scalars, factors = _parts(term)
        if len(factors) == 1 and scalars:
            return self.is_normal(factors[0], facts)
        match term:
            case DiagMatrix() | sp.Identity():
                return True
            case MatPow():
                return entails(facts, at_least(term.exp, 0)) and self.is_normal(term.base, facts)
            case sp.Transpose():
                return self.is_normal(term.arg, facts)
        return self.is_isometry(term, facts) or self._follows("normal", term, self._normalities(term))

    @staticmethod
    def _normalities(term: MatrixExpr) -> Iterator[tuple[MatrixExpr, MatrixExpr]]:
        turned = _turned(term)
        yield sp.MatMul(turned, term), sp.MatMul(term, turned)
        yield term, turned
        yield term, sp.MatMul(-1, turned)

    def _follows(self, what: str, term: MatrixExpr, wanted: Iterator[tuple[MatrixExpr, MatrixExpr]]) -> bool:
        """Tell whether one of some equations is among the assumed ones, up to the normal form of their sides."""
        if not self.given:
            return False
        if (what, term) not in self._known:
            self._known[what, term] = any(_same_equation(pair, eq) for pair in wanted for eq in self.given)
        return self._known[what, term]


def _same_equation(pair: tuple[MatrixExpr, MatrixExpr], equation: Equation) -> bool:
    left, right = pair
    if not (same(left.rows, equation.lhs.rows) and same(left.cols, equation.lhs.cols)):
        return False
    sides = ((equation.lhs, equation.rhs), (equation.rhs, equation.lhs))
    return not equation.where and any(equal(left, a) and equal(right, b) for a, b in sides)


def _shows_entries(measure: Measure) -> bool:
    return isinstance(measure, SpectralRadius) or (isinstance(measure, Norm) and measure.kind != FROBENIUS)


def _parts(term: MatrixExpr) -> tuple[list[sp.Expr], list[MatrixExpr]]:
    """The scalars and the factors of a product."""
    parts = term.args if isinstance(term, MatMul) else (term,)
    return [p for p in parts if not isinstance(p, MatrixExpr)], [p for p in parts if isinstance(p, MatrixExpr)]


def _product(factors: list[MatrixExpr]) -> MatrixExpr:
    return factors[0] if len(factors) == 1 else sp.MatMul(*factors)


def _turned(term: MatrixExpr) -> MatrixExpr:
    return term.arg if isinstance(term, sp.Transpose) else sp.Transpose(term)
