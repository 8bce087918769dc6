"""Claims: a statement, the recurrence it speaks of, and the verdict that it is expected to get."""

from __future__ import annotations

from dataclasses import dataclass

from symrnn import late
from symrnn.budget import Limits
from symrnn.derivation.inequality import Statement
from symrnn.derivation.steps import Derivation
from symrnn.derivation.verdict import Kind, Verdict
from symrnn.recurrence import Recurrence

SEED = 20
"""What drawn matrices follow from unless a check says otherwise."""


@dataclass(frozen=True)
class Claim:
    """A statement of a lecture, a paper or a program, to be checked.

    Args:
        id: short and unique, such as ``"L15"``.
        title: one line for a table.
        statement: what is claimed.
        expected: the verdict that an honest check must reach.
        recurrence: what the names in the statement mean; None for a statement about an activation.
        derivation: a proof to be replayed; without one the checker looks for its own.
        corrected_by: id of the claim that puts a refuted one right.
        note: a sentence of explanation for readers.
        assumptions: hypotheses in words that the statement makes beyond its conditions.

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

    def verify(self, *, seed: int = SEED, limits: Limits | None = None) -> Verdict:
        """Check the claim; see :func:`symrnn.check.verify.verify`."""
        return late.verify(self, seed=seed, limits=limits)

    def latex(self, notation: str | late.Notation = "lecture") -> str:
        """The statement in LaTeX."""
        return late.statement_latex(self.statement, notation)

    def _repr_latex_(self) -> str:
        return "$\\displaystyle " + self.latex() + "$"
