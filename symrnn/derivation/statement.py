"""Statements: what a claim says, with the range of its indices and what is held constant."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import sympy as sp
from sympy.core.function import AppliedUndef
from sympy.core.relational import Relational
from sympy.matrices.expressions import MatrixExpr

from symrnn.errors import IndexRangeError, UnknownTermError
from symrnn.expr import Variable
from symrnn.expr.shapes import require_one_shape_per_name, require_shapes, require_sum


@dataclass(frozen=True)
class Equation:
    """``lhs = rhs`` for all values of the free indices that satisfy the conditions, and for all sizes.

    Args:
        lhs, rhs: terms of one shape.
        where: conditions on the free indices, such as ``t >= 1``.
        varying: the quantities whose differentials are free where the statement has differentials; all other
            parameters, the inputs and the initial state are constant.

    Raises:
        ShapeError: when the sides differ in shape or do not fit together inside.
        SymbolClashError: when one name stands at two shapes.
        IndexRangeError: when a condition is no inequality or equation, or is never satisfied.

    >>> from symrnn.cells import Elman
    >>> from symrnn.expr import TotalJacobian
    >>> from symrnn.symbols import t
    >>> rnn = Elman()
    >>> Equation(TotalJacobian(rnn.h[t], rnn.h[t - 1]), rnn.D(t) * rnn.W_hh, where=(t >= 1,))
    d h[t]/d h[t - 1] = DiagMatrix(phi'(a[t]))*W_hh  for t >= 1
    """

    lhs: MatrixExpr
    rhs: MatrixExpr
    where: tuple[Relational, ...] = ()
    varying: tuple[Variable, ...] = ()

    def __post_init__(self) -> None:
        require_shapes(self.lhs)
        require_shapes(self.rhs)
        require_sum(self.lhs, self.rhs, "equals")
        require_one_shape_per_name((self.lhs, self.rhs))
        for condition in self.where:
            if not isinstance(condition, Relational) and condition not in (sp.true, sp.false):
                raise IndexRangeError(f"the condition {condition} is not an inequality", advice="write it as in t >= 1")
            if condition == sp.false:
                raise IndexRangeError("a condition is never satisfied, so the equation would say nothing")
        object.__setattr__(self, "where", tuple(c for c in self.where if c != sp.true))

    @property
    def indices(self) -> tuple[sp.Symbol, ...]:
        """The free integer indices, in alphabetical order."""
        free = {s for side in (self.lhs, self.rhs, *self.where) for s in side.free_symbols}
        found = {s for s in free if isinstance(s, sp.Symbol) and s.is_integer} - set(self.sizes)
        return tuple(sorted(found, key=str))

    @property
    def sizes(self) -> tuple[sp.Symbol, ...]:
        """The symbols of sizes, in alphabetical order."""
        return tuple(sorted(size_symbols(self.lhs) | size_symbols(self.rhs), key=str))

    def __repr__(self) -> str:
        text = f"{self.lhs} = {self.rhs}"
        return text + (f"  for {', '.join(str(c) for c in self.where)}" if self.where else "")


def size_symbols(term: sp.Basic) -> set[sp.Symbol]:
    """Symbols that stand for numbers of rows or columns; a layer l in a width d(l) is an index, not a size.

    >>> from symrnn.cells import Elman
    >>> from symrnn.symbols import t
    >>> rnn = Elman()
    >>> sorted(size_symbols(rnn.W_xh * rnn.x[t]), key=str)
    [m, n]
    """
    found: set[sp.Symbol] = set()
    for part in sp.preorder_traversal(term):
        if isinstance(part, MatrixExpr):
            for size in part.shape:
                plain = size.xreplace(dict.fromkeys(size.atoms(AppliedUndef), sp.S.One))
                found |= {s for s in plain.free_symbols if s.is_positive and s.is_integer}
    return found


@dataclass(frozen=True)
class AllOf:
    """Several equations stated together.

    Raises:
        UnknownTermError: when there is none.
    """

    parts: tuple[Equation, ...]

    def __post_init__(self) -> None:
        if not self.parts:
            raise UnknownTermError("a statement of no equations says nothing")

    def __repr__(self) -> str:
        return " and ".join(map(repr, self.parts))


@dataclass(frozen=True)
class Maximum:
    """``max φ'(z) = bound``, attained at a point.

    Args:
        activation: name of φ in the activation table.
        bound: the value of the maximum.
        at: the point at which φ' takes it.

    >>> import sympy as sp
    >>> Maximum("sigmoid", sp.Rational(1, 4), sp.S.Zero)
    max sigmoid'(z) = 1/4 at z = 0
    """

    activation: str
    bound: sp.Expr
    at: sp.Expr

    def __repr__(self) -> str:
        return f"max {self.activation}'(z) = {self.bound} at z = {self.at}"


@dataclass(frozen=True)
class Definitions:
    """Equations that give names their meaning: nothing to prove, but they must be those of the recurrence."""

    parts: tuple[Equation, ...]

    def __repr__(self) -> str:
        return " and ".join(map(repr, self.parts))


@dataclass(frozen=True)
class Informal:
    """A statement that the terms cannot yet say; kept with its text, so that it is not skipped in silence.

    Args:
        text: the statement in LaTeX.
        missing: what would be needed to check it.
    """

    text: str
    missing: str = field(default="")

    def __repr__(self) -> str:
        return self.text


Statement = Equation | AllOf | Maximum | Definitions | Informal


def equations_of(statement: Statement) -> Iterator[Equation]:
    """The equations inside a statement."""
    match statement:
        case Equation():
            yield statement
        case AllOf() | Definitions():
            yield from statement.parts
