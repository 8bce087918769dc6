"""Differentials, Jacobians and gradients as terms: names for derivatives, before anybody computes them.

Numerator (Jacobian) layout: ∂y/∂x has shape (dim y, dim x), a matrix being the stack of its columns.
Source: Magnus and Neudecker (1988), Matrix Differential Calculus, ch. 9.
"""

from __future__ import annotations

from typing import Any, TypeAlias

import sympy as sp
from sympy.matrices.expressions import MatrixExpr, MatrixSymbol
from sympy.matrices.expressions.matexpr import MatrixElement
from sympy.printing.precedence import PRECEDENCE

from symrnn.errors import ShapeError
from symrnn.expr.apply import UnitVector
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


def picked(matrix: MatrixExpr, entry: MatrixElement | MatrixExpr) -> MatrixExpr:
    """The column that picks an entry out of vec of a matrix; for a whole matrix, that picks all.

    Args:
        matrix: what is stacked.
        entry: one of its entries, or the matrix itself.

    >>> W = sp.MatrixSymbol("W", 2, 3)
    >>> picked(W, W[0, 2]), picked(W, W)
    (KroneckerProduct(e_3, e_1), I)
    """
    if not isinstance(entry, MatrixElement):
        return sp.Identity(dimension(matrix))
    row, col = (UnitVector(size, at + 1) for size, at in zip(matrix.shape, (entry.i, entry.j), strict=True))
    if matrix.cols == 1:
        return row
    return col if matrix.rows == 1 else sp.KroneckerProduct(col, row)


class Derivative(Term):
    """Common part of the Jacobians: ``of`` a named quantity, ``wrt`` another.

    Either may be an entry of one, such as ``W[i, j]``: then it is the row, the column or the number in question, picked
    out of the Jacobian of the whole.

    >>> n, t, i, j, a = (sp.Symbol(name, integer=True, positive=True) for name in ("n", "t", "i", "j", "a"))
    >>> from symrnn.expr import Sequence
    >>> h, W = Sequence("h", n), sp.MatrixSymbol("W", n, n)
    >>> TotalJacobian(h[t], W[i, j]).shape
    (n, 1)
    >>> TotalJacobian(h[t][a, 0], W[i, j])
    (e_a + 1.T*d h[t]/d W*(KroneckerProduct(e_j + 1, e_i + 1)))[0, 0]
    """

    precedence = PRECEDENCE["Mul"] + 1  # a quotient, to SymPy's printers

    def __new__(cls, of: Variable | MatrixElement, wrt: Variable | MatrixElement) -> Any:
        """Check that both are named quantities, or entries of some."""
        if isinstance(of, MatrixElement) or isinstance(wrt, MatrixElement):
            return cls._of_entries(of, wrt)
        require_variable(of, "what is differentiated")
        require_variable(wrt, "what it is differentiated by")
        return super().__new__(cls, of, wrt)

    @classmethod
    def _of_entries(cls, of: Any, wrt: Any) -> MatrixExpr | MatrixElement:
        """What belongs to an entry, of the Jacobian of the whole."""
        above, below = (each.parent if isinstance(each, MatrixElement) else each for each in (of, wrt))
        whole = cls(above, below)
        left, right = picked(above, of), picked(below, wrt)
        chosen = [] if left.is_Identity else [sp.Transpose(left)]
        found = sp.MatMul(*chosen, whole, *([] if right.is_Identity else [right]))
        return MatrixElement(found, 0, 0) if found.shape == (1, 1) else found

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
    """∂⁺y/∂x: by the paths within one step, through gates too, other states held fixed; shape (dim y, dim x).

    Source: Pascanu, Mikolov and Bengio (2013), On the difficulty of training recurrent networks, eq. 5.
    """

    def _sympystr(self, printer: Any) -> str:
        return f"d+ {printer._print(self.of)}/d+ {printer._print(self.wrt)}"


class Gradient(Derivative):
    """The gradient of a scalar with respect to a matrix: the G with dL = tr(Gᵀ dX); shape of the matrix.

    Raises:
        ShapeError: when what is differentiated is not 1 x 1.
    """

    def __new__(cls, of: Variable | MatrixElement, wrt: Variable | MatrixElement) -> Any:
        """Check that a scalar is differentiated; the only entry of one is the scalar itself."""
        if isinstance(of, MatrixElement) and of.parent.shape == (1, 1):
            of = of.parent
        if isinstance(of, MatrixElement):
            raise ShapeError(
                f"the gradient of {of}, an entry", advice="use TotalJacobian for it, or name the loss itself"
            )
        require_variable(of, "what is differentiated")
        if isinstance(wrt, MatrixElement):
            return cls(of, wrt.parent)[wrt.i, wrt.j]
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
