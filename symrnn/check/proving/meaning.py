"""What a statement needs in order to mean something: a recurrence for its quantities, and numbers for its scalars.

A derivative is one of the equations of a recurrence; without these every quantity would stand still. An inequality is
one between real numbers; the square of a symbol that may be complex need not be one, and an infinite number is none.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import sympy as sp
from sympy.core.relational import GreaterThan, LessThan, Relational, StrictGreaterThan, StrictLessThan
from sympy.core.symbol import Str
from sympy.functions.elementary.piecewise import ExprCondPair
from sympy.logic.boolalg import BooleanAtom
from sympy.matrices.expressions import MatrixExpr, MatrixSymbol
from sympy.matrices.expressions.matexpr import MatrixElement

from symrnn.check.proving.monomials import is_nonnegative
from symrnn.derivation.directions import Coincide, SameDirection
from symrnn.derivation.inequality import BoundedSlope, ForEvery, Inequality, Limit
from symrnn.derivation.statement import AllOf, Definitions
from symrnn.errors import ProofError, UnknownTermError
from symrnn.expr import Derivative, Differential, Element, GenericFunction, Measure, Moment
from symrnn.expr.parts import parts_of
from symrnn.recurrence import Recurrence

MATRICES = Recurrence("matrices", sp.Symbol("t", integer=True), (), ())
"""What a statement about plain matrices speaks of: nothing is defined, so that every name is free."""

RECURRENT = (Element, Derivative, Differential, GenericFunction, Moment)
"""What only a recurrence gives a meaning: elements of sequences, derivatives, generic losses, moments."""

REAL_FUNCTIONS = (
    sp.Add,
    sp.Mul,
    sp.Abs,
    sp.Max,
    sp.Min,
    sp.Sum,
    sp.exp,
    sp.sin,
    sp.cos,
    sp.sinh,
    sp.cosh,
    sp.tanh,
    sp.atan,
    sp.erf,
    sp.sign,
    sp.Piecewise,
    ExprCondPair,
    Relational,
    sp.And,
    sp.Or,
    sp.Not,
    sp.Tuple,
    sp.Trace,
    sp.Determinant,
    MatrixElement,
    MatrixExpr,
    Measure,
)
"""Nodes that are real, and have a value, wherever their parts are and have one."""


# -- names -----------------------------------------------------------------------------------------------------------


def terms_of(statement: Any) -> Iterator[sp.Basic]:
    """Every term of a statement, its conditions and hypotheses among them."""
    if isinstance(statement, AllOf | Definitions):
        for part in statement.parts:
            yield from terms_of(part)
        return
    yield from statement.terms
    yield from statement.where
    for hypothesis in getattr(statement, "given", ()):
        if isinstance(hypothesis, ForEvery):
            yield from hypothesis.where


def speaks_of_recurrence(statement: Any) -> bool:
    """Whether a statement speaks of what only a recurrence gives a meaning.

    >>> from symrnn.cells import Elman
    >>> from symrnn.derivation import Inequality
    >>> from symrnn.expr import Norm
    >>> from symrnn.symbols import t
    >>> rnn = Elman()
    >>> speaks_of_recurrence(Inequality(Norm(rnn.h[t]), 1)), speaks_of_recurrence(Inequality(Norm(rnn.W_hh), 1))
    (True, False)
    """
    return any(term.has(*RECURRENT) for term in terms_of(statement))


def require_meaning(statement: Any, recurrence: Recurrence | None) -> None:
    """Refuse a statement that speaks of what nothing gives a meaning.

    Raises:
        UnknownTermError: for elements or derivatives without a recurrence, and for a derivative of what the recurrence
            does not know: it would be 0 for want of an equation.
    """
    if recurrence is None or recurrence is MATRICES:
        if speaks_of_recurrence(statement):
            raise UnknownTermError(f"{statement} speaks of a recurrence but names none", advice="give recurrence=")
        return
    require_known(terms_of(statement), recurrence)


def require_known(terms: Iterable[sp.Basic], recurrence: Recurrence, also: Iterable[str] = ()) -> None:
    """Refuse derivatives of what a recurrence does not know; those by other quantities are 0.

    Args:
        terms: where to look.
        recurrence: what its names mean.
        also: names that have a meaning besides.

    Raises:
        UnknownTermError: naming the quantity.
    """
    known = recurrence.graph.quantities.keys() | set(also)
    for derivative in sorted({d for term in terms for d in parts_of(term, Derivative)}, key=str):
        name = derivative.of.name
        if name not in known:
            raise UnknownTermError(
                f"{derivative} has no meaning: the {recurrence.name} knows no {name}",
                advice=f"{name} has to be defined, or be one of its parameters or inputs",
            )


def names_in(term: sp.Basic) -> set[str]:
    """The names of the quantities in a term."""
    return {part.name for part in parts_of(term, Element, MatrixSymbol)}


# -- numbers ---------------------------------------------------------------------------------------------------------


def _bodies(recurrence: Recurrence | None) -> tuple[sp.Basic, ...]:
    """What the quantities of a recurrence are made of."""
    if recurrence is None:
        return ()
    return (*recurrence.graph.right_sides, *recurrence.totals.values())


def require_finite(terms: Iterable[sp.Basic], recurrence: Recurrence | None = None) -> None:
    """Refuse numbers that may be infinite, in terms and in the equations of a recurrence.

    A symbol of which nothing is known stands for a finite number; it may be complex.

    Raises:
        ProofError: naming the first.

    >>> require_finite([sp.Symbol("c") * sp.MatrixSymbol("W", 2, 2)])
    >>> require_finite([sp.Symbol("c", extended_real=True)])
    Traceback (most recent call last):
    symrnn.errors.ProofError: c need not be finite; declare it, as with real=True
    """
    for term in (*terms, *_bodies(recurrence)):
        for part in sp.preorder_traversal(term):
            if isinstance(part, sp.Symbol) and (part.is_finite is False or _may_be_infinite(part)):
                raise ProofError(f"{part} need not be finite", advice="declare it, as with real=True")
            if isinstance(part, sp.AtomicExpr) and part.is_number and not part.is_finite:
                raise ProofError(f"{part} is not a number", where=str(term)[:80])


def _may_be_infinite(symbol: sp.Symbol) -> bool:
    return bool(symbol.is_extended_real) and not symbol.is_finite


def require_real(
    statement: Inequality | Limit | Coincide | SameDirection, recurrence: Recurrence | None = None
) -> None:
    """Refuse a statement with scalars, or matrices with scalars in them, that need not be real.

    The equations of its recurrence are looked at as well: their scalars are those of its derivatives.

    Raises:
        ProofError: naming what need not be real.

    >>> from symrnn.derivation import Inequality
    >>> require_real(Inequality(0, sp.Symbol("x", real=True) ** 2))
    >>> require_real(Inequality(0, sp.Symbol("z") ** 2))
    Traceback (most recent call last):
    symrnn.errors.ProofError: z need not be real; declare it, as with real=True
    """
    assumed = [hypothesis for hypothesis in (*statement.where, *statement.given) if isinstance(hypothesis, Relational)]
    known = [sp.expand(large - small) for relation in assumed for small, large in _ordered(relation)]
    unbounded = any(isinstance(h, BoundedSlope) and h.at_most is sp.oo for h in statement.given)
    for term in (*terms_of(statement), *_bodies(recurrence)):
        if not (term is sp.oo and unbounded):
            _require_real(term, known)


def _ordered(relation: sp.Basic) -> Iterator[tuple[sp.Expr, sp.Expr]]:
    match relation:
        case LessThan() | StrictLessThan():
            yield relation.lhs, relation.rhs
        case GreaterThan() | StrictGreaterThan():
            yield relation.rhs, relation.lhs


def _require_real(term: sp.Basic, known: list[sp.Expr]) -> None:
    match term:
        case Str() | BooleanAtom():
            return
        case sp.Symbol():
            if not term.is_real:
                lacking = "finite" if term.is_extended_real else "real"
                raise ProofError(f"{term} need not be {lacking}", advice="declare it, as with real=True")
            return
        case sp.Number() | sp.NumberSymbol():
            if not (term.is_real and term.is_finite):
                raise ProofError(f"{term} is not a real number")
            return
        case sp.Pow():
            if not (term.exp.is_integer or is_nonnegative(term.base, known)):
                raise ProofError(f"{term} need not be real: {term.base} may be below 0")
        case sp.log():
            if not is_nonnegative(term.args[0], known):
                raise ProofError(f"{term} need not be real: {term.args[0]} may be below 0")
        case _ if not (isinstance(term, REAL_FUNCTIONS) or (isinstance(term, sp.Expr) and term.is_real)):
            raise ProofError(f"{type(term).__name__} is not known to be real", where=str(term)[:80])
    for part in term.args:
        _require_real(part, known)
