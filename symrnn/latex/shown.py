"""Statements as they stand in the layout of a notation: turned, by entries, or as they are."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TypeAlias

import sympy as sp

from symrnn.derivation.directions import Coincide, SameDirection
from symrnn.derivation.inequality import Inequality, Limit, Statement
from symrnn.derivation.statement import AllOf, Definitions, Equation
from symrnn.latex.layouts import laid_out, laid_out_within
from symrnn.latex.notation import Notation

Relation: TypeAlias = Equation | Inequality | Limit | Coincide | SameDirection


@dataclass(frozen=True)
class Shown:
    """A relation in the layout of a notation.

    Attributes:
        relation: as it is printed.
        notation: the notation to write it in.
        is_turned: whether its sides are the transposes; None where these are numbers, of which nobody can tell.
        notes: what has to be said of it, as LaTeX.
    """

    relation: Relation
    notation: str | Notation
    is_turned: bool | None = None
    notes: tuple[str, ...] = ()


def in_layout(relation: Relation, notation: str | Notation = "lecture") -> Shown:
    """A relation in the layout of a notation.

    An equation is turned if that is proved to be the same, and so is what stands in norms; see
    :mod:`symrnn.latex.layouts`.

    >>> from symrnn.cells import Elman
    >>> from symrnn.expr import TotalJacobian
    >>> from symrnn.latex.notation import find_notation
    >>> from symrnn.symbols import t
    >>> rnn = Elman("identity")
    >>> step = Equation(TotalJacobian(rnn.h[t], rnn.h[t - 1]), rnn.W_hh, where=(t >= 1,))
    >>> in_layout(step, replace(find_notation("plain"), layout="denominator")).relation
    (d h[t]/d h[t - 1]).T = W_hh.T  for t >= 1
    """
    match relation:
        case Inequality(lhs=lower, rhs=upper):
            lower, upper = (laid_out_within(side, notation) for side in (lower, upper))
            return Shown(replace(relation, lhs=lower, rhs=upper), notation)
        case Limit():
            return Shown(replace(relation, of=laid_out_within(relation.of, notation)), notation)
        case Equation():
            found = laid_out((relation.lhs, relation.rhs), notation)
            left, right = found.terms
            is_turned = None if relation.lhs.shape == (1, 1) else found.is_turned
            return Shown(replace(relation, lhs=left, rhs=right), found.notation, is_turned, found.notes)
    return Shown(relation, notation)


def all_in_layout(statement: AllOf | Definitions, notation: str | Notation = "lecture") -> tuple[Shown, ...]:
    """The parts of a statement in the layout of a notation: every equation between matrices is turned, or none is.

    That tells how the two sides of a counterexample are to be read, whichever part it is of.
    """
    found = tuple(in_layout(part, notation) for part in statement.parts)
    mixed = {True, False} <= {part.is_turned for part in found}
    return tuple(Shown(part, notation, False) for part in statement.parts) if mixed else found


def is_turned(statement: Statement, notation: str | Notation = "lecture") -> bool:
    """Whether a statement is printed turned, so that the values of its sides are, too.

    >>> is_turned(Equation(sp.Identity(2), sp.Identity(2)))
    False
    """
    match statement:
        case AllOf() | Definitions():
            return any(part.is_turned for part in all_in_layout(statement, notation))
        case Equation():
            return bool(in_layout(statement, notation).is_turned)
    return False


def terms_of(statement: Statement) -> tuple[sp.Basic, ...]:
    """Everything that is written in a statement."""
    match statement:
        case AllOf() | Definitions():
            return tuple(term for part in statement.parts for term in terms_of(part))
        case Equation() | Inequality() | Limit() | Coincide() | SameDirection():
            return statement.terms
    return ()


def shown_terms(statement: Statement, notation: str | Notation = "lecture") -> tuple[sp.Basic, ...]:
    """Everything that is written in a statement, as it is written in the layout of a notation.

    >>> from symrnn.cells import Elman
    >>> from symrnn.expr import TotalJacobian
    >>> from symrnn.latex.notation import find_notation
    >>> from symrnn.symbols import t
    >>> rnn = Elman("identity")
    >>> step = Equation(TotalJacobian(rnn.h[t], rnn.h[t - 1]), rnn.W_hh, where=(t >= 1,))
    >>> shown_terms(step, replace(find_notation("plain"), layout="components"))
    (e_i.T*d h[t]/d h[t - 1]*e_j, e_i.T*W_hh*e_j)
    """
    match statement:
        case AllOf() | Definitions():
            return tuple(term for shown in all_in_layout(statement, notation) for term in shown.relation.terms)
        case Equation() | Inequality() | Limit() | Coincide() | SameDirection():
            return in_layout(statement, notation).relation.terms
    return ()
