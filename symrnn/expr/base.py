"""The base of symrnn's own terms: SymPy matrix expressions whose operators check shapes at once."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np
import sympy as sp
from sympy.core.symbol import Str
from sympy.core.sympify import SympifyError, _sympify
from sympy.matrices.expressions import MatrixExpr
from sympy.printing.precedence import PRECEDENCE, PRECEDENCE_FUNCTIONS
from sympy.tensor.array.expressions.arrayexpr_derivatives import array_derive

from symrnn import late
from symrnn.decimals import as_fraction
from symrnn.errors import NotDifferentiableError, ShapeError, SymrnnError, UnknownTermError
from symrnn.expr.shapes import describe, require_product, require_shapes, require_sum, same


def _precedence_of_product(product: sp.MatMul) -> int:
    """Where a product needs parentheses. SymPy would negate it and ask of each diagonal factor what it is: minutes."""
    first = product.args[0]
    return PRECEDENCE["Add" if first.is_Number and first.is_negative else "Mul"]


PRECEDENCE_FUNCTIONS.setdefault("MatMul", _precedence_of_product)


def _evaluated(term: MatrixExpr, prec: int) -> MatrixExpr:
    """What evalf makes of a sum or product of matrices: SymPy takes them for numbers, adds 0, and refuses the sum."""
    return term.func(*(each if (found := each._eval_evalf(prec)) is None else found for each in term.args))


for _kind in (sp.MatAdd, sp.MatMul):
    _kind._eval_evalf = _evaluated


def operand(value: Any) -> sp.Basic:
    """Turn a Python number or SymPy object into a SymPy object; text is refused, never parsed.

    Raises:
        SymrnnError: for text, and for an object that SymPy does not know.
        ParameterError: for a number of NumPy that is not finite.
        UnknownTermError: for SymPy's own sum or product, which is one of numbers, over matrices.

    >>> operand("t")
    Traceback (most recent call last):
    symrnn.errors.SymrnnError: 't' is not a SymPy object; make one, such as sympy.Symbol("t", integer=True)
    """
    if isinstance(value, np.floating) and not np.isfinite(value):
        as_fraction(value)  # refuses it
    try:
        found = _sympify(value)
    except SympifyError:
        advice = 'make one, such as sympy.Symbol("t", integer=True)'
        if hasattr(value, "_repr_latex_"):  # a derivation, a recurrence, a verdict
            advice = "print it, or write it in LaTeX by its latex(); a derivation has its closed_form"
        raise SymrnnError(f"{value!r} is not a SymPy object", advice=advice) from None
    if found.args and not isinstance(found, MatrixExpr):
        for own in _sums_of_numbers(found):
            if isinstance(own.function, MatrixExpr):
                what, instead = (
                    ("product", 'OrderedProduct(..., "descending")')
                    if isinstance(own, sp.Product)
                    else ("sum", "MatrixSum(...)")
                )
                raise UnknownTermError(
                    f"{own} is SymPy's {what} of numbers, and {own.function} is a matrix", advice=f"write {instead}"
                )
    return found


@lru_cache(10_000)
def _sums_of_numbers(term: sp.Basic) -> frozenset[sp.Basic]:
    return frozenset(term.atoms(sp.Sum, sp.Product))


def may_be_integer(value: Any) -> bool:
    """Whether something can be an index or a bound: an expression that is not known to be no integer.

    >>> t = sp.Symbol("t")
    >>> [may_be_integer(each) for each in (t, sp.Integer(2), sp.Rational(1, 2), sp.Float(2), sp.nan)]
    [True, True, False, False, False]
    """
    is_number = isinstance(value, sp.Expr) and not isinstance(value, sp.Float | MatrixExpr)
    return is_number and value is not sp.nan and value.is_integer is not False


def named(name: Str | str) -> Str:
    """The name of a quantity as an argument of a node; for a name, unlike a number, text is fine."""
    return name if isinstance(name, Str) else Str(name)


def text(name: sp.Basic) -> str:
    """A name that is an argument of a node, as text; SymPy's printer would take fifty times as long."""
    return name.name if isinstance(name, Str) else str(name)


class Term(MatrixExpr):
    """A matrix-valued node of symrnn. Operators check shapes; everything else is SymPy's."""

    _op_priority = 12.0  # above MatrixExpr's 11, so that the checked operators win from either side

    def __add__(self, other: Any) -> MatrixExpr:
        return self._checked_sum(self, operand(other))

    def __radd__(self, other: Any) -> MatrixExpr:
        return self._checked_sum(operand(other), self)

    def __sub__(self, other: Any) -> MatrixExpr:
        return self._checked_sum(self, -operand(other))

    def __rsub__(self, other: Any) -> MatrixExpr:
        return self._checked_sum(operand(other), -self)

    def __mul__(self, other: Any) -> MatrixExpr:
        return self._checked_product(self, operand(other))

    def __rmul__(self, other: Any) -> MatrixExpr:
        return self._checked_product(operand(other), self)

    __matmul__ = __mul__
    __rmatmul__ = __rmul__

    def __pow__(self, exponent: Any) -> MatrixExpr:
        if not same(self.rows, self.cols):
            raise ShapeError(f"a power of {describe(self)}, which is not square")
        return sp.MatPow(self, operand(exponent)).doit(deep=False)

    @staticmethod
    def _checked_sum(left: sp.Basic, right: sp.Basic) -> MatrixExpr:
        for matrix, other in ((left, right), (right, left)):
            if other == 0:
                return matrix  # as in Python's sum()
            if not isinstance(other, MatrixExpr):
                raise ShapeError(
                    f"{describe(matrix)} plus the number {other}",
                    advice="multiply it by sympy.Identity(n); for 1 - g write symrnn.cells.complement(g)",
                )
        require_sum(left, right)
        return sp.MatAdd(left, right).doit(deep=False)

    @staticmethod
    def _checked_product(left: sp.Basic, right: sp.Basic) -> MatrixExpr:
        if isinstance(left, MatrixExpr) and isinstance(right, MatrixExpr):
            require_product(left, right)
        return sp.MatMul(left, right).doit(deep=False)

    def _entry(self, i: sp.Expr, j: sp.Expr, **_: Any) -> sp.Expr:
        return sp.matrices.expressions.matexpr.MatrixElement(self, i, j)

    def _eval_transpose(self) -> MatrixExpr:
        return sp.Transpose(self)

    def diff(self, *symbols: object, **_: object) -> MatrixExpr:
        """SymPy's derivative, which these terms refuse: it would be silently wrong.

        Raises:
            NotDifferentiableError: always.
        """
        raise NotDifferentiableError(
            f"SymPy cannot differentiate {describe(self)}", advice="use symrnn.calculus instead"
        )

    def _numpycode(self, printer: Any) -> str:
        """Code that SymPy's lambdify would write, which these terms refuse: what their names mean is not theirs to say.

        Raises:
            UnknownTermError: always, with what to use.
        """
        raise UnknownTermError(
            f"SymPy cannot make a function of {describe(self)}",
            advice="use numeric(..., t=5) of the derivation, or lambdify its scalar(), where one unit has one",
        )

    _eval_derivative = _eval_derivative_matrix_lines = diff

    def _latex(self, printer: Any) -> str:
        return late.latex(self)


array_derive.register(Term, Term.diff)  # where SymPy comes to for a product with a term in it


def checked(*terms: sp.Basic) -> None:
    """Check the shapes inside every term that a node is built from.

    Raises:
        ShapeError: for shapes that do not fit, and for something that is not a matrix expression.
    """
    for term in terms:
        if not isinstance(term, MatrixExpr):
            advice = "write it as sympy.ImmutableMatrix" if isinstance(term, sp.MatrixBase) else ""
            raise ShapeError(f"{term!r} is not a matrix expression", advice=advice)
        require_shapes(term)
