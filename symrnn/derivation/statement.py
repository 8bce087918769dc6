"""Statements: what a claim says, with the range of its indices and what is held constant."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Any

import sympy as sp
from sympy.core.function import AppliedUndef
from sympy.core.relational import Relational
from sympy.matrices import MatrixBase
from sympy.matrices.expressions import MatrixExpr

from symrnn import late
from symrnn.activations import Activation, activation
from symrnn.activations.parameters import exact
from symrnn.budget import refusing_depth
from symrnn.decimals import in_fractions
from symrnn.derivation.conditions import conditions, require_integers, several
from symrnn.derivation.entries import of_one_entry
from symrnn.errors import ParameterError, UnknownTermError
from symrnn.expr import Variable
from symrnn.expr.base import operand
from symrnn.expr.meanings import require_one_meaning_per_name
from symrnn.expr.shapes import require_shapes, require_sum
from symrnn.expr.sizable import require_sizable
from symrnn.expr.units import in_units

if TYPE_CHECKING:
    from symrnn.derivation.directions import Coincide, SameDirection
    from symrnn.derivation.inequality import ForEvery, Inequality, Limit


class OfTerms(ABC):
    """What statements about terms have in common."""

    @property
    @abstractmethod
    def terms(self) -> tuple[sp.Basic, ...]:
        """Both sides, and everything in the hypotheses."""

    @cached_property
    def sizes(self) -> tuple[sp.Symbol, ...]:
        """The symbols of sizes, in alphabetical order."""
        return tuple(sorted({size for term in self.terms for size in size_symbols(term)}, key=str))

    def _repr_latex_(self) -> str:
        return late.displayed(lambda notation: late.statement_latex(self, notation))


@dataclass(frozen=True)
class Equation(OfTerms):
    """``lhs = rhs`` for all values of the free indices that satisfy the conditions, and for all sizes.

    Args:
        lhs, rhs: terms of one shape; or numbers made of entries, whose rows and columns count from 0 as in SymPy, and
            of sums over units, such as ``Sum(W[i, l] * h[t - 1][l, 0], (l, 0, n - 1))``.
        where: conditions on the free indices, such as ``t >= 1``; one, or a tuple of several.
        given: equations that are assumed, such as ``Equation(W, V)``, or a ``ForEvery`` of one; one, or a tuple
            of several. A condition on indices among them is one of ``where``. What is assumed of a quantity is assumed
            of its value: a derivative by it is the derivative there, and not 0.
        varying: the quantities whose differentials are free where the statement has differentials; all other
            parameters, the inputs and the initial state are constant.

    Raises:
        UnknownTermError: when a side is neither a matrix nor such a number, what varies is not a quantity, or what is
            assumed is not an equation.
        ShapeError: when the sides differ in shape or do not fit together inside.
        SymbolClashError: when one name stands for two things.
        IndexRangeError: when a condition is not a relation, is never satisfied, or speaks of anything but
            integers.

    >>> from symrnn.cells import Elman
    >>> from symrnn.expr import TotalJacobian
    >>> from symrnn.symbols import t
    >>> rnn = Elman()
    >>> Equation(TotalJacobian(rnn.h[t], rnn.h[t - 1]), rnn.D(t) * rnn.W_hh, where=(t >= 1,))
    d h[t]/d h[t - 1] = DiagMatrix(phi'(a[t]))*W_hh  for t >= 1
    >>> linear, I = Elman("identity"), sp.Identity(rnn.n)
    >>> Equation(TotalJacobian(linear.h[t], linear.h[0]), I, (t >= 0,), Equation(linear.W_hh, I))
    d h[t]/d h[0] = I  for t >= 0; given W_hh = I
    """

    lhs: MatrixExpr
    rhs: MatrixExpr
    where: tuple[Relational, ...] = ()
    given: tuple[Equation | ForEvery, ...] = ()
    varying: tuple[Variable, ...] = ()

    @refusing_depth()
    def __post_init__(self) -> None:
        for name in ("lhs", "rhs"):
            side = in_fractions(operand(getattr(self, name)))
            if isinstance(side, sp.Expr) and not isinstance(side, MatrixExpr | MatrixBase):
                side = of_one_entry(side)
            object.__setattr__(self, name, in_units(matrix(side, "an Equation is between matrices, or numbers")))
        require_sizable((self.lhs, self.rhs))
        require_shapes(self.lhs)
        require_shapes(self.rhs)
        require_sum(self.lhs, self.rhs, "equals")
        from symrnn.derivation.inequality import equations_among  # which speaks of equations

        more, given = equations_among(self.given)
        object.__setattr__(self, "where", (*conditions(self.where), *more))
        object.__setattr__(self, "given", given)
        require_integers(self.where)
        object.__setattr__(self, "varying", several(self.varying))
        for each in self.varying:
            if not isinstance(each, MatrixExpr):
                raise UnknownTermError(
                    f"{each} is not a quantity that varies",
                    advice="give a quantity, such as varying=(W,), and what is assumed as given=(Equation(W, V),)",
                )
        require_sizable(self.spoken)
        require_one_meaning_per_name(self.spoken)

    @property
    def terms(self) -> tuple[sp.Basic, ...]:
        """Both sides and everything in the hypotheses."""
        return (self.lhs, self.rhs, *(part for each in self.given for part in each.sides))

    @property
    def sides(self) -> tuple[sp.Basic, ...]:
        """Both sides."""
        return (self.lhs, self.rhs)

    @property
    def spoken(self) -> tuple[sp.Basic, ...]:
        """Everything that the statement speaks of."""
        from symrnn.derivation.inequality import spoken_by

        return (self.lhs, self.rhs, *self.where, *spoken_by(self.given), *self.varying)

    @property
    def indices(self) -> tuple[sp.Symbol, ...]:
        """The free integer indices, in alphabetical order."""
        from symrnn.derivation.inequality import indices_of

        return indices_of((self.lhs, self.rhs, *self.where), self.sizes, self.given)

    def __repr__(self) -> str:
        text = f"{self.lhs} = {self.rhs}" + (f"  for {', '.join(str(c) for c in self.where)}" if self.where else "")
        return text + (f"; given {', '.join(map(str, self.given))}" if self.given else "")


def matrix(side: Any, wanted: str) -> MatrixExpr:
    """A side of a statement about matrices; a matrix of numbers becomes one that terms can be made of.

    Args:
        side: what was given.
        wanted: what the statement is about, for the message.

    Raises:
        UnknownTermError: for anything but a matrix.

    >>> matrix(sp.Matrix([[1, 2]]), "directions are those of vectors")
    Matrix([[1, 2]])
    >>> matrix(sp.S.One, "directions are those of vectors")
    Traceback (most recent call last):
    symrnn.errors.UnknownTermError: 1 is not a matrix, and directions are those of vectors; state an Inequality ...
    """
    found = operand(side)
    if isinstance(found, MatrixBase):
        found = sp.ImmutableMatrix(found)
    if not isinstance(found, MatrixExpr):
        advice = "state an Inequality between numbers; that two are equal is two of them"
        raise UnknownTermError(f"{found} is not a matrix, and {wanted}", advice=advice)
    return found


def size_symbols(term: sp.Basic) -> set[sp.Symbol]:
    """Symbols that stand for numbers of rows or columns; a layer l in a width d(l) is an index, not a size.

    >>> from symrnn.cells import Elman
    >>> from symrnn.symbols import t
    >>> rnn = Elman()
    >>> sorted(size_symbols(rnn.W_xh * rnn.x[t]), key=str)
    [m, n]
    """
    return set(_size_symbols(term))


@lru_cache(1000)
def _size_symbols(term: sp.Basic) -> frozenset[sp.Symbol]:
    found: set[sp.Symbol] = set()
    for part in sp.preorder_traversal(term):
        if isinstance(part, MatrixExpr):
            for size in map(sp.sympify, part.shape):  # a matrix of blocks, or of numbers, has Python's integers there
                plain = size.xreplace(dict.fromkeys(size.atoms(AppliedUndef), sp.S.One))
                found |= {s for s in plain.free_symbols if s.is_positive and s.is_integer}
    return frozenset(found)


@dataclass(frozen=True)
class AllOf:
    """Several statements about terms, stated together.

    Raises:
        UnknownTermError: when there is none, or a part is not a statement about terms.
        SymbolClashError: when one name stands for two things.
    """

    parts: tuple[Equation | Inequality | Limit | Coincide | SameDirection, ...]

    @refusing_depth()
    def __post_init__(self) -> None:
        object.__setattr__(self, "parts", several(self.parts))  # what was proved must not grow afterwards
        if not self.parts:
            raise UnknownTermError("a statement without parts says nothing")
        for part in self.parts:
            if not hasattr(part, "spoken") or isinstance(part, AllOf | Definitions):
                advice = "use equations, inequalities, limits and the like, and claim anything else by itself"
                raise UnknownTermError(f"{part!r} cannot be a part of AllOf", advice=advice)
        require_sizable(self.spoken)
        require_one_meaning_per_name(self.spoken)

    @property
    def spoken(self) -> tuple[sp.Basic, ...]:
        """Everything that the statement speaks of."""
        return tuple(term for part in self.parts for term in part.spoken)

    def __repr__(self) -> str:
        return " and ".join(map(repr, self.parts))


@dataclass(frozen=True)
class Maximum:
    """``max φ'(z) = bound``, attained at a point.

    Args:
        activation: φ, or its name in the activation table.
        bound: the value of the maximum; a float stands for its decimal.
        at: the point at which φ' takes it.

    Raises:
        ParameterError: for a value or a point that is not a real number.

    >>> import sympy as sp
    >>> Maximum("sigmoid", sp.Rational(1, 4), sp.S.Zero)
    max sigmoid'(z) = 1/4 at z = 0
    """

    activation: str | Activation
    bound: sp.Expr
    at: sp.Expr

    @refusing_depth()
    def __post_init__(self) -> None:
        object.__setattr__(self, "bound", exact("the maximum", self.bound))
        object.__setattr__(self, "at", exact("the point", self.at))

    @property
    def function(self) -> Activation:
        """φ."""
        return _function(self.activation)

    def __repr__(self) -> str:
        return f"max {self.function.title}'(z) = {self.bound} at z = {self.at}"


@dataclass(frozen=True)
class SlopeBound:
    """``φ'(z) relation bound`` for every z that is not a kink of φ.

    Args:
        activation: φ, or its name in the activation table.
        relation: ``"<="``, ``"<"``, ``">="``, ``">"``, ``"="``, or with "abs" in front for the absolute value of φ'.
        bound: a number, exact; a float stands for its decimal.

    Raises:
        ParameterError: for another relation, or a bound that is not a real number.

    >>> SlopeBound("mish", "<=", 1.1), SlopeBound("tanh", "abs<=", 1)
    (mish'(z) <= 11/10 for every z, |tanh'(z)| <= 1 for every z)
    """

    activation: str | Activation
    relation: str
    bound: sp.Expr

    @refusing_depth()
    def __post_init__(self) -> None:
        known = ("<=", "<", ">=", ">", "=")
        if self.relation.removeprefix("abs") not in known:
            advice = f'use one of {", ".join(known)}, or "abs" and one of them'
            raise ParameterError(f"there is no relation {self.relation!r}", advice=advice)
        speaks = isinstance(self.bound, sp.Expr) and self.bound.free_symbols  # parameters of φ are seen to later
        object.__setattr__(self, "bound", in_fractions(self.bound) if speaks else exact("the bound", self.bound))

    @property
    def function(self) -> Activation:
        """φ."""
        return _function(self.activation)

    def __repr__(self) -> str:
        slope = f"{self.function.title}'(z)"
        left = f"|{slope}|" if self.relation.startswith("abs") else slope
        return f"{left} {self.relation.removeprefix('abs')} {self.bound} for every z"


def _function(named: str | Activation) -> Activation:
    return activation(named) if isinstance(named, str) else named


@dataclass(frozen=True)
class Definitions:
    """Equations that give names their meaning: nothing to prove, but they must be those of the recurrence.

    An equation of a name that the recurrence does not know gives it one, from what has a meaning already.

    Raises:
        UnknownTermError: when there is none, or a part is not an equation.
        SymbolClashError: when one name stands for two things.
    """

    parts: tuple[Equation, ...]

    @refusing_depth()
    def __post_init__(self) -> None:
        object.__setattr__(self, "parts", several(self.parts))
        if not self.parts:
            raise UnknownTermError("definitions without equations define nothing")
        for part in self.parts:
            if not isinstance(part, Equation):
                raise UnknownTermError(f"{part} defines nothing", advice="state an Equation")
        require_sizable(self.spoken)
        require_one_meaning_per_name(self.spoken)

    @property
    def spoken(self) -> tuple[sp.Basic, ...]:
        """Everything that the statement speaks of."""
        return tuple(term for part in self.parts for term in part.spoken)

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


def equations_of(statement: object) -> Iterator[Equation]:
    """The equations inside a statement."""
    match statement:
        case Equation():
            yield statement
        case AllOf() | Definitions():
            yield from (part for part in statement.parts if isinstance(part, Equation))
