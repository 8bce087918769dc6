"""Softmax and the logarithm of a sum of exponentials: functions of a whole column, not entry by entry."""

from __future__ import annotations

from typing import Any

import sympy as sp
from sympy.matrices.expressions import MatrixExpr

from symrnn.errors import ShapeError
from symrnn.expr.base import Term, checked
from symrnn.expr.shapes import describe


def _require_column(function: str, argument: MatrixExpr) -> None:
    """Refuse anything but a column.

    Raises:
        ShapeError: naming the shape.
    """
    checked(argument)
    if argument.cols != 1:
        raise ShapeError(
            f"{function} of {describe(argument)}, which is not a column", advice="apply it to each column, or to vec"
        )


class Softmax(Term):
    """p with p_i = exp(y_i) / Σ_j exp(y_j) for a column y; shape of y. The entries of p are positive and sum to 1.

    dp = (diag(p) - p pᵀ) dy.

    Args:
        argument: y, the logits, a column.

    Raises:
        ShapeError: for anything but a column.

    Source: Bridle (1990), Probabilistic interpretation of feedforward classification network outputs.

    >>> n = sp.Symbol("n", integer=True, positive=True)
    >>> y = sp.MatrixSymbol("y", n, 1)
    >>> Softmax(y), Softmax(y).shape
    (softmax(y), (n, 1))
    """

    def __new__(cls, argument: MatrixExpr) -> Softmax:
        """Check that it is a column."""
        _require_column("softmax", argument)
        return super().__new__(cls, argument)

    @property
    def argument(self) -> MatrixExpr:
        """The logits."""
        return self.args[0]

    @property
    def shape(self) -> tuple[sp.Expr, sp.Expr]:
        """Shape of the logits."""
        return self.argument.shape

    def _sympystr(self, printer: Any) -> str:
        return f"softmax({printer._print(self.argument)})"


class LogSumExp(Term):
    """log Σ_i exp(y_i) for a column y; shape (1, 1). Its differential is softmax(y)ᵀ dy.

    Args:
        argument: y, a column.

    Raises:
        ShapeError: for anything but a column.

    Source: Boyd and Vandenberghe (2004), Convex Optimization, sec. 3.1.5.

    >>> n = sp.Symbol("n", integer=True, positive=True)
    >>> y = sp.MatrixSymbol("y", n, 1)
    >>> LogSumExp(y), LogSumExp(y).shape
    (log_sum_exp(y), (1, 1))
    """

    def __new__(cls, argument: MatrixExpr) -> LogSumExp:
        """Check that it is a column."""
        _require_column("log_sum_exp", argument)
        return super().__new__(cls, argument)

    @property
    def argument(self) -> MatrixExpr:
        """The column."""
        return self.args[0]

    @property
    def shape(self) -> tuple[sp.Expr, sp.Expr]:
        """(1, 1)."""
        return sp.S.One, sp.S.One

    def _sympystr(self, printer: Any) -> str:
        return f"log_sum_exp({printer._print(self.argument)})"
