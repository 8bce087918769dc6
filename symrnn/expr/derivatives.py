"""Differentials, Jacobians and gradients as terms: names for derivatives, before anybody computes them.

Numerator (Jacobian) layout: ∂y/∂x has shape (dim y, dim x), a matrix being the stack of its columns.
Source: Magnus and Neudecker (1988), Matrix Differential Calculus, ch. 9.
"""

from __future__ import annotations

from typing import Any, TypeAlias

import sympy as sp
from sympy.matrices.expressions import MatrixExpr, MatrixSymbol
from sympy.printing.precedence import PRECEDENCE

from symrnn.errors import ShapeError
from symrnn.expr.base import Term, checked
from symrnn.expr.sequence import Element
from symrnn.expr.shapes import describe

Variable: TypeAlias = MatrixSymbol | Element


def dimension(term: MatrixExpr) -> sp.Expr:
    """Number of entries of a matrix, as counted in a Jacobian."""
    return sp.expand(term.rows * term.cols)


def require_variable(term: sp.Basic, role: str) -> None:
    """Refuse anything but a named quantity.

    Raises:
        ShapeError: when the term is an expression rather than a symbol or an element of a sequence.
    """
    if not isinstance(term, Variable):
        raise ShapeError(
            f"{role} must be a matrix symbol or an element of a sequence, not {term}",
            advice="give the expression a name in the recurrence",
        )


class Derivative(Term):
    """Common part of the Jacobians: ``of`` a named quantity, ``wrt`` another."""

    precedence = PRECEDENCE["Mul"] + 1  # a quotient, to SymPy's printers

    def __new__(cls, of: Variable, wrt: Variable) -> Derivative:
        """Check that both are named quantities."""
        require_variable(of, "what is differentiated")
        require_variable(wrt, "what it is differentiated by")
        return super().__new__(cls, of, wrt)

    @property
    def of(self) -> Variable:
        """What is differentiated."""
        return self.args[0]

    @property
    def wrt(self) -> Variable:
        """What it is differentiated by."""
        return self.args[1]

    @property
    def shape(self) -> tuple[sp.Expr, sp.Expr]:
        """(dim of, dim wrt)."""
        return dimension(self.of), dimension(self.wrt)


class TotalJacobian(Derivative):
    """dy/dx with every path from x to y counted; shape (dim y, dim x).

    >>> import sympy as sp
    >>> from symrnn.expr import Sequence
    >>> t, n = sp.Symbol("t", integer=True), sp.Symbol("n", integer=True, positive=True)
    >>> J = TotalJacobian(Sequence("h", n)[t], sp.MatrixSymbol("W_hh", n, n))
    >>> J, J.shape
    (d h[t]/d W_hh, (n, n**2))
    """

    def _sympystr(self, printer: Any) -> str:
        return f"d {printer._print(self.of)}/d {printer._print(self.wrt)}"


class ImmediateJacobian(Derivative):
    """∂⁺y/∂x: only the x that stands in y's own equation, other states held fixed; shape (dim y, dim x).

    Source: Pascanu, Mikolov and Bengio (2013), On the difficulty of training recurrent networks, eq. 5.
    """

    def _sympystr(self, printer: Any) -> str:
        return f"d+ {printer._print(self.of)}/d+ {printer._print(self.wrt)}"


class Gradient(Derivative):
    """The gradient of a scalar with respect to a matrix: the G with dL = tr(Gᵀ dX); shape of the matrix.

    Raises:
        ShapeError: when what is differentiated is not 1 x 1.
    """

    def __new__(cls, of: Variable, wrt: Variable) -> Gradient:
        """Check that a scalar is differentiated."""
        if dimension(of) != 1:
            raise ShapeError(f"the gradient of {describe(of)}, which is not a scalar", advice="use a Jacobian instead")
        return super().__new__(cls, of, wrt)

    @property
    def shape(self) -> tuple[sp.Expr, sp.Expr]:
        """Shape of the matrix."""
        return self.wrt.shape

    def _sympystr(self, printer: Any) -> str:
        return f"grad {printer._print(self.of)} by {printer._print(self.wrt)}"


class Differential(Term):
    """dX, the differential of a named quantity; shape of X."""

    precedence = PRECEDENCE["Mul"] + 1

    def __new__(cls, of: Variable) -> Differential:
        """Check that it is a named quantity."""
        require_variable(of, "the argument of a differential")
        return super().__new__(cls, of)

    @property
    def of(self) -> Variable:
        """The quantity."""
        return self.args[0]

    @property
    def shape(self) -> tuple[sp.Expr, sp.Expr]:
        """Shape of the quantity."""
        return self.of.shape

    def _sympystr(self, printer: Any) -> str:
        return f"d{printer._print(self.of)}"


class Vec(Term):
    """vec X: the columns of X stacked; shape (rows · columns, 1)."""

    def __new__(cls, argument: MatrixExpr) -> Vec:
        """Check the argument."""
        checked(argument)
        return super().__new__(cls, argument)

    @property
    def argument(self) -> MatrixExpr:
        """The matrix."""
        return self.args[0]

    @property
    def shape(self) -> tuple[sp.Expr, sp.Expr]:
        """(rows · columns, 1)."""
        return dimension(self.argument), sp.S.One

    def _sympystr(self, printer: Any) -> str:
        return f"vec({printer._print(self.argument)})"
