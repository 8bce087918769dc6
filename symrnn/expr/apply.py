"""Elementwise application of an activation and of its derivatives, and the vector functions beside it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sympy as sp
from sympy.core.symbol import Str
from sympy.matrices.expressions import MatrixExpr

from symrnn.errors import IndexRangeError, ShapeError
from symrnn.expr.base import Term, checked, named, operand, text
from symrnn.symbols import require_name

PRIMES = ("", "'", "''", "'''")


class Apply(Term):
    """φ, or its derivative of an order, applied to every entry; shape of the argument.

    A family of functions, such as one activation for each layer, carries the index of its member.
    """

    def __new__(cls, function: Str, order: sp.Integer, argument: MatrixExpr, *index: sp.Expr) -> Apply:
        """Check the argument."""
        checked(argument)
        return super().__new__(cls, named(function), operand(order), argument, *(operand(i) for i in index))

    @property
    def function(self) -> str:
        """Name of the function: of the activation table, or a generic one such as ``phi``."""
        return text(self.args[0])

    @property
    def order(self) -> int:
        """0 for φ, 1 for φ', and so on."""
        return int(self.args[1])

    @property
    def argument(self) -> MatrixExpr:
        """What it is applied to."""
        return self.args[2]

    @property
    def member(self) -> sp.Expr | None:
        """Index of the function within its family, None for a single function."""
        return self.args[3] if len(self.args) > 3 else None

    @property
    def shape(self) -> tuple[sp.Expr, sp.Expr]:
        """Shape of the argument."""
        return self.argument.shape

    def with_argument(self, argument: MatrixExpr, order: int | None = None) -> Apply:
        """The same function, or its derivative of another order, of another argument."""
        order = self.order if order is None else order
        return Apply(self.args[0], operand(order), argument, *self.args[3:])

    def _sympystr(self, printer: Any) -> str:
        prime = PRIMES[self.order] if self.order < len(PRIMES) else f"^({self.order})"
        member = "" if self.member is None else f"[{printer._print(self.member)}]"
        return f"{self.function}{member}{prime}({printer._print(self.argument)})"


@dataclass(frozen=True)
class Elementwise:
    """A scalar function to be applied entry by entry: ``Elementwise("phi")(a)``; ``order=1`` gives φ'.

    >>> import sympy as sp
    >>> a = sp.MatrixSymbol("a", 3, 1)
    >>> Elementwise("phi")(a), Elementwise("phi")(a, order=1)
    (phi(a), phi'(a))
    """

    name: str
    member: sp.Expr | None = None

    def __getitem__(self, index: Any) -> Elementwise:
        """The member of a family of functions, one for each index."""
        return Elementwise(self.name, operand(index))

    def __call__(self, argument: MatrixExpr, order: int = 0) -> Apply:
        """Apply the function, or its derivative of the given order, to every entry.

        Raises:
            ParameterError: for what cannot be the name of a function.
            IndexRangeError: for an order that is negative or not a whole number.
            ShapeError: for an argument that is not a matrix.
        """
        require_name(self.name, "a function")
        if not isinstance(order, int) or order < 0:
            raise IndexRangeError(f"derivative of order {order} of {self.name}", advice="use a whole order >= 0")
        if not isinstance(argument, MatrixExpr):
            raise ShapeError(f"{self.name} is applied to {argument}, which is not a matrix expression")
        index = () if self.member is None else (self.member,)
        return Apply(Str(self.name), operand(order), argument, *index)


class GenericFunction(Term):
    """A differentiable function of matrices of which nothing else is known, such as a loss ℓ(y_t)."""

    def __new__(cls, name: Str, rows: sp.Expr, cols: sp.Expr, *arguments: MatrixExpr) -> GenericFunction:
        """Check the arguments."""
        checked(*arguments)
        return super().__new__(cls, named(name), operand(rows), operand(cols), *arguments)

    @property
    def name(self) -> str:
        """Its symbol."""
        return text(self.args[0])

    @property
    def arguments(self) -> tuple[MatrixExpr, ...]:
        """What it depends on."""
        return self.args[3:]

    @property
    def shape(self) -> tuple[sp.Expr, sp.Expr]:
        """(rows, columns) of the value."""
        return self.args[1], self.args[2]

    def _sympystr(self, printer: Any) -> str:
        return f"{self.name}({', '.join(printer._print(a) for a in self.arguments)})"


class UnitVector(Term):
    """The column e_i of length n with a one in row i, counted from 1; shape (n, 1)."""

    def __new__(cls, size: sp.Expr, position: sp.Expr) -> UnitVector:
        """Check that the row exists, as far as it is a number."""
        size, position = operand(size), operand(position)
        beyond = size.is_Integer and position.is_Integer and position > size
        if beyond or (position.is_Integer and position < 1):
            raise IndexRangeError(f"row {position} of a vector of length {size}", advice="rows count from 1")
        return super().__new__(cls, size, position)

    @property
    def position(self) -> sp.Expr:
        """The row of the one, counted from 1."""
        return self.args[1]

    @property
    def shape(self) -> tuple[sp.Expr, sp.Expr]:
        """(n, 1)."""
        return self.args[0], sp.S.One

    def _sympystr(self, printer: Any) -> str:
        return f"e_{printer._print(self.position)}"
