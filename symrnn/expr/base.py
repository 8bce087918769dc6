"""The base of symrnn's own terms: SymPy matrix expressions whose operators check shapes at once."""

from __future__ import annotations

from typing import Any

import sympy as sp
from sympy.core.sympify import _sympify
from sympy.matrices.expressions import MatrixExpr

from symrnn.expr.shapes import require_product, require_shapes, require_sum


def operand(value: Any) -> sp.Basic:
    """Turn a Python number or SymPy object into a SymPy object; text is refused, never parsed."""
    return _sympify(value)


class Term(MatrixExpr):
    """A matrix-valued node of symrnn. Operators check shapes; everything else is SymPy's."""

    _op_priority = 12.0  # above MatrixExpr's 11, so that the checked operators win from either side

    def __add__(self, other: Any) -> MatrixExpr:
        return self._checked_sum(self, operand(other), MatrixExpr.__add__)

    def __radd__(self, other: Any) -> MatrixExpr:
        return self._checked_sum(operand(other), self, MatrixExpr.__add__)

    def __sub__(self, other: Any) -> MatrixExpr:
        return self._checked_sum(self, operand(other), MatrixExpr.__sub__)

    def __rsub__(self, other: Any) -> MatrixExpr:
        return self._checked_sum(operand(other), self, MatrixExpr.__sub__)

    def __mul__(self, other: Any) -> MatrixExpr:
        return self._checked_product(self, operand(other))

    def __rmul__(self, other: Any) -> MatrixExpr:
        return self._checked_product(operand(other), self)

    __matmul__ = __mul__
    __rmatmul__ = __rmul__

    @staticmethod
    def _checked_sum(left: sp.Basic, right: sp.Basic, combine: Any) -> MatrixExpr:
        if isinstance(left, MatrixExpr) and isinstance(right, MatrixExpr):
            require_sum(left, right)
        return sp.MatAdd(left, right if combine is MatrixExpr.__add__ else -right).doit(deep=False)

    @staticmethod
    def _checked_product(left: sp.Basic, right: sp.Basic) -> MatrixExpr:
        if isinstance(left, MatrixExpr) and isinstance(right, MatrixExpr):
            require_product(left, right)
        return sp.MatMul(left, right).doit(deep=False)

    def _entry(self, i: sp.Expr, j: sp.Expr, **_: Any) -> sp.Expr:
        return sp.matrices.expressions.matexpr.MatrixElement(self, i, j)

    def _eval_transpose(self) -> MatrixExpr:
        return sp.Transpose(self)


def checked(*terms: sp.Basic) -> None:
    """Check the shapes inside every term that a node is built from."""
    for term in terms:
        require_shapes(term)
