"""Statements in a test: what has to be proved, and what has to be refuted."""

from __future__ import annotations

from sympy.core.relational import Relational

from symrnn import late
from symrnn.check.verify import verify
from symrnn.derivation import Kind, Statement, Verdict
from symrnn.errors import SymrnnError
from symrnn.recurrence import Recurrence


class WrongVerdictError(SymrnnError, AssertionError):
    """A statement whose verdict is another than the test asks for, with its counterexample or reason.

    Args:
        statement: what was stated.
        verdict: what came of it.
        wanted: the kind that was asked for.
    """

    def __init__(self, statement: Statement | Relational, verdict: Verdict, wanted: Kind) -> None:
        super().__init__(f"{verdict.kind.value} instead of {wanted.value}: {late.statement_text(statement)}\n{verdict}")
        self.verdict = verdict


def assert_proved(statement: Statement | Relational, recurrence: Recurrence | None = None) -> Verdict:
    """Require that a statement is PROVED, for every index and every size.

    Args:
        statement: an equation, an inequality, or whatever :func:`symrnn.verify` takes.
        recurrence: what it speaks of.

    Raises:
        WrongVerdictError: when it is not, with the counterexample or the reason.

    >>> from symrnn import Elman, Equation, TotalJacobian, t
    >>> rnn = Elman()
    >>> step = Equation(TotalJacobian(rnn.h[t], rnn.h[t - 1]), rnn.D(t) * rnn.W_hh, where=(t >= 1,))
    >>> assert_proved(step, rnn).kind
    <Kind.PROVED: 'PROVED'>
    """
    __tracebackhide__ = True  # pytest shows the line of the test
    return _required(statement, recurrence, Kind.PROVED)


def assert_refuted(statement: Statement | Relational, recurrence: Recurrence | None = None) -> Verdict:
    """Require that a statement is REFUTED, by a counterexample.

    Args:
        statement: an equation, an inequality, or whatever :func:`symrnn.verify` takes.
        recurrence: what it speaks of.

    Raises:
        WrongVerdictError: when it is not, with what it rests on or why it is open.

    >>> from symrnn import Elman, Equation, TotalJacobian, t
    >>> rnn = Elman()
    >>> slip = Equation(TotalJacobian(rnn.h[t], rnn.h[t - 1]), rnn.W_hh * rnn.D(t), where=(t >= 1,))
    >>> assert_refuted(slip, rnn).kind
    <Kind.REFUTED: 'REFUTED'>
    """
    __tracebackhide__ = True  # pytest shows the line of the test
    return _required(statement, recurrence, Kind.REFUTED)


def _required(statement: Statement | Relational, recurrence: Recurrence | None, wanted: Kind) -> Verdict:
    __tracebackhide__ = True
    verdict = verify(statement, recurrence)
    if verdict.kind is not wanted:
        raise WrongVerdictError(statement, verdict, wanted)
    return verdict
