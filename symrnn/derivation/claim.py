"""Claims: a statement, the recurrence it speaks of, and the verdict that it is expected to get."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import sympy as sp
from sympy.core.relational import Relational
from sympy.logic.boolalg import BooleanAtom
from sympy.matrices.expressions import MatrixExpr

from symrnn import late
from symrnn.budget import Limits
from symrnn.derivation.inequality import Inequality, Statement
from symrnn.derivation.statement import Equation
from symrnn.derivation.steps import Derivation
from symrnn.derivation.verdict import Kind, Verdict
from symrnn.errors import ParameterError, UnknownTermError
from symrnn.recurrence import Recurrence
from symrnn.sentences import Sentence

SEED = 20
"""What drawn matrices follow from unless a check says otherwise."""


def stated(statement: Statement | Relational) -> Statement:
    """A statement as it is, and a relation of SymPy's as the statement that it makes, without conditions.

    Args:
        statement: a statement, ``Eq`` of two matrices, ``<=`` or ``>=`` of two numbers.

    Raises:
        UnknownTermError: for any other relation, and for one that SymPy has decided.

    >>> from symrnn.expr import Norm
    >>> from symrnn.symbols import n
    >>> A = sp.MatrixSymbol("A", n, n)
    >>> stated(Norm(A * A) <= Norm(A) ** 2)
    ‖A**2‖₂ <= ‖A‖₂**2
    >>> stated(sp.Eq(A, A.T))
    A = A.T
    """
    match statement:
        case sp.Eq(args=(left, right)) if isinstance(left, MatrixExpr) or isinstance(right, MatrixExpr):
            return Equation(left, right)
        case sp.LessThan() | sp.GreaterThan():
            return Inequality(statement.lts, statement.gts)
        case Relational() | BooleanAtom() | bool():
            raise UnknownTermError(
                f"{statement} is not a statement that can be checked",
                advice="write Equation(left, right, where=…) of matrices, or Inequality(smaller, larger, where=…)",
            )
    if isinstance(statement, str | int | float | sp.Basic):
        advice = "write Equation(left, right, where=…) or Inequality(smaller, larger, where=…)"
        raise UnknownTermError(f"{statement!r} is not a statement", advice=advice)
    return statement


@dataclass(frozen=True)
class Claim:
    """A statement of a lecture, a paper or a program, to be checked.

    Args:
        id: short and unique, such as ``"L15"``.
        title: one line for a table; in it and in the note, mathematics stands between dollars, typed as in a
            terminal, as in ``"the power $W_hh^k$"``.
        statement: what is claimed; SymPy's ``Eq``, ``<=`` and ``>=`` are statements, too, see :func:`stated`.
        expected: the verdict that an honest check must reach.
        recurrence: what the names in the statement mean; None for a statement about an activation.
        derivation: a proof to be replayed; without one the checker looks for its own.
        corrected_by: id of the claim that puts a refuted one right.
        note: a sentence of explanation for readers.
        assumptions: hypotheses in words that the statement makes beyond its conditions.
        worked: small numbers at which a document works both sides out: of indices and sizes, as ``{t: 2, n: 1}``, of
            matrices and elements, as ``{W: 3, h[0]: [1, 2]}``, of all elements of a sequence, as ``{x: [1, 0]}``, and
            a function for a generic one, as ``{"phi": "square"}``. What is left out is 0, and a size 1.

    Raises:
        UnknownTermError: when the statement is a relation of SymPy's of another kind, or not a statement.
        ParameterError: when what is expected is not a verdict, or what it is about not a recurrence.

    >>> from symrnn.cells import Elman
    >>> from symrnn.derivation import Claim, Equation, Kind
    >>> from symrnn.expr import TotalJacobian
    >>> from symrnn.symbols import t
    >>> rnn = Elman()
    >>> step = Equation(TotalJacobian(rnn.h[t], rnn.h[t - 1]), rnn.D(t) * rnn.W_hh, where=(t >= 1,))
    >>> print(Claim("J", "one step", step, Kind.PROVED, rnn).verify().kind)
    PROVED
    """

    id: str
    title: str
    statement: Statement
    expected: Kind
    recurrence: Recurrence | None = None
    derivation: Derivation | None = None
    corrected_by: str | None = None
    note: str = ""
    assumptions: tuple[str, ...] = ()
    worked: Mapping[Any, Any] = field(default_factory=dict, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "statement", stated(self.statement))
        if not isinstance(self.expected, Kind):
            advice = f"use one of {', '.join(f'Kind.{kind.name}' for kind in Kind)}"
            raise ParameterError(f"the claim {self.id} expects {self.expected!r}, not a verdict", advice=advice)
        if not isinstance(self.recurrence, Recurrence | None):
            advice = "give one, such as symrnn.Elman()"
            raise ParameterError(f"the claim {self.id} is about {self.recurrence!r}, not a recurrence", advice=advice)
        for name in ("title", "note"):
            object.__setattr__(self, name, Sentence(getattr(self, name)))
        object.__setattr__(self, "assumptions", tuple(map(Sentence, self.assumptions)))

    def verify(self, *, seed: int = SEED, limits: Limits | None = None) -> Verdict:
        """Check the claim; see :func:`symrnn.check.verify.verify`."""
        return late.verify(self, seed=seed, limits=limits)

    def latex(self, notation: str | late.Notation = "lecture") -> str:
        """The statement in LaTeX."""
        return late.claim_latex(self, notation)

    def _repr_latex_(self) -> str:
        return late.displayed(self.latex)
