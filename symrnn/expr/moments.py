"""Expectation and variance of a quantity that is computed from random inputs."""

from __future__ import annotations

from typing import Any

import sympy as sp

from symrnn.errors import ShapeError
from symrnn.expr.base import Term
from symrnn.expr.derivatives import require_variable
from symrnn.expr.sequence import Element
from symrnn.expr.shapes import describe


class Moment(Term):
    """Common part: a number for each entry of a named quantity, read off its distribution.

    What is random are the switches of the recurrence, see :class:`symrnn.recurrence.Recurrence`; everything else is
    given.

    Raises:
        ShapeError: for an expression without a name.
    """

    def __new__(cls, of: Element) -> Moment:
        """Check that it is a named quantity."""
        require_variable(of, f"what the {cls.__name__.lower()} is taken of")
        return super().__new__(cls, of)

    @property
    def of(self) -> Element:
        """The quantity."""
        return self.args[0]

    @property
    def shape(self) -> tuple[sp.Expr, sp.Expr]:
        """Shape of the quantity."""
        return self.of.shape


class Expectation(Moment):
    """E[z], entry by entry; shape of z.

    >>> from symrnn.expr import Sequence
    >>> Expectation(Sequence("z", 3)[2])
    E[z[2]]
    """

    def _sympystr(self, printer: Any) -> str:
        return f"E[{printer._print(self.of)}]"


class Variance(Moment):
    """E[(z - E[z])²] of a scalar z; shape (1, 1).

    Raises:
        ShapeError: for a quantity with more than one entry.

    >>> from symrnn.expr import Sequence
    >>> Variance(Sequence("z", 1)[2])
    Var[z[2]]
    """

    def __new__(cls, of: Element) -> Variance:
        """Check that it is a scalar."""
        if of.shape != (1, 1):
            raise ShapeError(f"the variance of {describe(of)}, which is not a scalar")
        return super().__new__(cls, of)

    def _sympystr(self, printer: Any) -> str:
        return f"Var[{printer._print(self.of)}]"
