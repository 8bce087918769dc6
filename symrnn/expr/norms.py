"""Numbers that measure a matrix: norms, singular value, spectral radius, smallest entry, inner product."""

from __future__ import annotations

from typing import Any

import sympy as sp
from sympy.core.sorting import default_sort_key
from sympy.core.symbol import Str
from sympy.matrices.expressions import MatrixExpr

from symrnn import late
from symrnn.errors import ShapeError, UnknownTermError
from symrnn.expr.base import checked, operand, text
from symrnn.expr.shapes import describe, require_sum, same

SPECTRAL, ROW_SUM, COLUMN_SUM, FROBENIUS = "2", "oo", "1", "F"

SUBSCRIPTS = {SPECTRAL: "₂", COLUMN_SUM: "₁", ROW_SUM: "_∞", FROBENIUS: "_F"}

KINDS = {
    SPECTRAL: "spectral norm (largest singular value); of a column its Euclidean length",
    COLUMN_SUM: "1-norm: the largest sum of magnitudes in a column",
    ROW_SUM: "∞-norm: the largest sum of magnitudes in a row",
    FROBENIUS: "Frobenius norm: square root of the sum of squares",
}
"""The norms that are known, by the name that a user writes."""


class Measure(sp.Expr):
    """A real number that is read off matrices; at least 0 unless said otherwise.

    To SymPy's simplifications, which Min and Max use, it is one indivisible number: they would put a factor that they
    took out of a matrix back as if that were a number, too.
    """

    is_Atom = True
    is_commutative = True
    is_extended_real = True
    is_real = True
    is_finite = True
    is_extended_nonnegative: bool | None = True
    is_nonnegative: bool | None = True

    def __new__(cls, *parts: Any) -> Any:
        """A node of parts that have been checked; a matrix of numbers is one that can stand in a term."""
        return super().__new__(cls, *(sp.ImmutableMatrix(p) if isinstance(p, sp.MatrixBase) else p for p in parts))

    def _numpycode(self, printer: Any) -> str:
        """Code that SymPy's lambdify would write, which it cannot for the norm of a matrix of symbolic size.

        Raises:
            UnknownTermError: always, with what to use.
        """
        raise UnknownTermError(
            f"SymPy cannot make a function of {self}",
            advice="put a number in its place by subs first, such as numpy.linalg.norm(array, 2), or a symbol",
        )

    _pythoncode = _numpycode

    @property
    def of(self) -> MatrixExpr:
        """The matrix that is measured."""
        return self.args[0]

    @property
    def matrices(self) -> tuple[MatrixExpr, ...]:
        """All matrices in it."""
        return tuple(part for part in self.args if isinstance(part, MatrixExpr))

    def sort_key(self, order: object = None) -> tuple[object, ...]:
        """By what is measured, as for any other expression with parts.

        The key of a multiple or a power has the text in this place, as of all that is indivisible, and a length of 1:
        with another length before the parts of our own, the two are told apart before parts are compared with text.
        """
        parts = tuple(default_sort_key(part, order=order) for part in self.args)
        return self.class_key(), (1 + len(parts), parts), sp.S.One.sort_key(), sp.S.One

    def _eval_derivative(self, symbol: Any) -> sp.Expr:
        raise UnknownTermError(f"{self} has no derivative here", advice="a norm is not differentiable everywhere")

    def _latex(self, printer: Any, exp: str | None = None) -> str:
        text = late.latex(self)
        return text if exp is None else f"{text}^{{{exp}}}"


class Norm(Measure):
    """A matrix norm; the 2-, 1- and ∞-norm are those induced by the vector norms of the same name.

    Args:
        of: a matrix or a column.
        kind: ``"2"``, ``"1"``, ``"oo"`` or ``"F"``; numbers 1 and 2 and SymPy's oo are fine too.

    Raises:
        UnknownTermError: for another kind.
        ShapeError: when the term does not fit together.

    Source: Horn and Johnson (2013), Matrix Analysis, sec. 5.6.

    >>> n = sp.Symbol("n", integer=True, positive=True)
    >>> W = sp.MatrixSymbol("W", n, n)
    >>> Norm(W), Norm(W, "F"), Norm(W).is_nonnegative
    (‖W‖₂, ‖W‖_F, True)
    """

    def __new__(cls, of: MatrixExpr, kind: Any = SPECTRAL) -> Norm:
        """Check the term and the kind."""
        of = sp.ImmutableMatrix(of) if isinstance(of, sp.MatrixBase) else of
        checked(of)
        name = str(kind)
        if name not in KINDS:
            raise UnknownTermError(f"there is no norm {name!r}", advice=f"use one of {', '.join(KINDS)}")
        return super().__new__(cls, of, Str(name))

    @property
    def kind(self) -> str:
        """``"2"``, ``"1"``, ``"oo"`` or ``"F"``."""
        return text(self.args[1])

    def _sympystr(self, printer: Any) -> str:
        return f"‖{printer._print(self.of)}‖{SUBSCRIPTS[self.kind]}"


class SmallestSingularValue(Measure):
    """σ_min of a square matrix: the least ‖Ax‖₂ for ‖x‖₂ = 1; 0 exactly when the matrix is singular.

    Raises:
        ShapeError: for a matrix that is not square.

    >>> n = sp.Symbol("n", integer=True, positive=True)
    >>> SmallestSingularValue(sp.MatrixSymbol("W", n, n))
    σ_min(W)
    """

    def __new__(cls, of: MatrixExpr) -> SmallestSingularValue:
        """Check that the matrix is square."""
        _require_square(of, "the smallest singular value")
        return super().__new__(cls, of)

    def _sympystr(self, printer: Any) -> str:
        return f"σ_min({printer._print(self.of)})"


class SpectralRadius(Measure):
    """ρ of a square matrix: the largest magnitude of an eigenvalue, complex ones included.

    Raises:
        ShapeError: for a matrix that is not square.

    >>> n = sp.Symbol("n", integer=True, positive=True)
    >>> SpectralRadius(sp.MatrixSymbol("W", n, n)) >= 0
    True
    """

    def __new__(cls, of: MatrixExpr) -> SpectralRadius:
        """Check that the matrix is square."""
        _require_square(of, "the spectral radius")
        return super().__new__(cls, of)

    def _sympystr(self, printer: Any) -> str:
        return f"ρ({printer._print(self.of)})"


class SmallestEntry(Measure):
    """The smallest entry of a matrix, of any sign: it is at least 0 exactly when no entry is below 0.

    Raises:
        ShapeError: when the term does not fit together.

    >>> n = sp.Symbol("n", integer=True, positive=True)
    >>> SmallestEntry(sp.MatrixSymbol("W", n, n)) >= 0  # of a matrix of which nothing is known
    min(W) >= 0
    """

    is_extended_nonnegative: bool | None = None
    is_nonnegative: bool | None = None

    def __new__(cls, of: MatrixExpr) -> SmallestEntry:
        """Check the term."""
        checked(operand(of))
        return super().__new__(cls, of)

    def _sympystr(self, printer: Any) -> str:
        return f"min({printer._print(self.of)})"


class InnerProduct(Measure):
    """⟨f, g⟩ = Σ f_ij g_ij of two matrices of one shape; of any sign.

    Raises:
        ShapeError: when the shapes differ.

    >>> n = sp.Symbol("n", integer=True, positive=True)
    >>> f, g = (sp.MatrixSymbol(name, n, 1) for name in "fg")
    >>> InnerProduct(f, g).is_nonnegative is None
    True
    """

    is_extended_nonnegative: bool | None = None
    is_nonnegative: bool | None = None

    def __new__(cls, left: MatrixExpr, right: MatrixExpr) -> InnerProduct:
        """Check the shapes."""
        checked(left, right)
        require_sum(left, right, "times entrywise")
        return super().__new__(cls, left, right)

    def _sympystr(self, printer: Any) -> str:
        return f"⟨{', '.join(map(printer._print, self.args))}⟩"


def _require_square(of: MatrixExpr, what: str) -> None:
    checked(operand(of))
    if not same(of.rows, of.cols):
        raise ShapeError(f"{what} of {describe(of)}, which is not square")
