"""Statements about vectors that speak of no recurrence: two of them coincide, or point the same way."""

from __future__ import annotations

from dataclasses import dataclass

import sympy as sp
from sympy.core.relational import Relational
from sympy.matrices.expressions import MatrixExpr

from symrnn.budget import refusing_depth
from symrnn.derivation.conditions import EVERY_ONE_HOLDS, relations
from symrnn.derivation.statement import OfTerms, matrix
from symrnn.errors import IndexRangeError
from symrnn.expr.meanings import require_one_meaning_per_name
from symrnn.expr.shapes import require_shapes, require_sum
from symrnn.expr.sizable import require_sizable


@dataclass(frozen=True)
class _Vectors(OfTerms):
    """Two terms of one shape, for all values of what is in them that satisfy the hypotheses.

    Args:
        lhs, rhs: matrices of one shape.
        given: relations between scalars that are assumed; one, or a tuple of several.

    Raises:
        ShapeError: when the shapes differ or do not fit together inside.
        SymbolClashError: when one name stands for two things.
        UnknownTermError: when a side is not a matrix.
        IndexRangeError: when a hypothesis is not a relation, or is never satisfied.
    """

    lhs: MatrixExpr
    rhs: MatrixExpr
    given: tuple[Relational, ...] = ()

    @refusing_depth()
    def __post_init__(self) -> None:
        for name in ("lhs", "rhs"):
            object.__setattr__(self, name, matrix(getattr(self, name), f"{type(self).__name__} is about vectors"))
            require_shapes(getattr(self, name))
        require_sum(self.lhs, self.rhs, "beside")
        object.__setattr__(self, "given", relations(self.given))
        for relation in self.given:
            if not isinstance(relation, Relational):
                advice = EVERY_ONE_HOLDS if isinstance(relation, sp.Or) else ""
                raise IndexRangeError(f"the hypothesis {relation} is not a relation between scalars", advice=advice)
        require_sizable(self.terms)
        require_one_meaning_per_name(self.terms)

    @property
    def terms(self) -> tuple[sp.Basic, ...]:
        """Both sides, and both sides of every hypothesis."""
        return (self.lhs, self.rhs, *(side for relation in self.given for side in relation.args))

    @property
    def spoken(self) -> tuple[sp.Basic, ...]:
        """Everything that the statement speaks of."""
        return self.terms

    @property
    def where(self) -> tuple[Relational, ...]:
        """The hypotheses, as other statements call them."""
        return self.given

    def _tail(self) -> str:
        return f"  for {', '.join(map(str, self.given))}" if self.given else ""


@dataclass(frozen=True)
class Coincide(_Vectors):
    """``lhs = rhs`` wherever the hypotheses hold, for all matrices.

    An :class:`symrnn.derivation.Equation` is about the quantities of a recurrence; this one is about any matrices, and
    it may assume something of their norms. Arguments and errors are those of the vectors' base class: two matrices of
    one shape, and relations between scalars.

    >>> from symrnn.expr import ClipFactor, Norm
    >>> from symrnn.symbols import n
    >>> g, theta = sp.MatrixSymbol("g", n, 1), sp.Symbol("theta", positive=True)
    >>> Coincide(ClipFactor(g, theta) * g, g, given=(Norm(g) <= theta,))
    ClipFactor(g, theta, 2)*g = g  for ‖g‖₂ <= theta
    """

    def __repr__(self) -> str:
        return f"{self.lhs} = {self.rhs}{self._tail()}"


@dataclass(frozen=True)
class SameDirection(_Vectors):
    """``lhs = a · rhs`` for a number a > 0, which may depend on everything: the vectors point the same way.

    For rhs = 0 this says lhs = 0.

    >>> from symrnn.expr import ClipFactor
    >>> from symrnn.symbols import n
    >>> g, theta = sp.MatrixSymbol("g", n, 1), sp.Symbol("theta", positive=True)
    >>> SameDirection(ClipFactor(g, theta) * g, g)
    ClipFactor(g, theta, 2)*g points as g
    """

    def __repr__(self) -> str:
        return f"{self.lhs} points as {self.rhs}{self._tail()}"
