"""Verdicts on inequalities between norms, and on limits: a proof by a certificate, or a counterexample."""

from __future__ import annotations

from symrnn.budget import attempting
from symrnn.check.kernel import prove_norms
from symrnn.check.meaning import MATRICES
from symrnn.check.sequences import grows, refute_limit
from symrnn.check.trials import AT_FIRST, Tried, attempt, counterexample, tried_at_smallest
from symrnn.derivation.inequality import Inequality, Limit
from symrnn.derivation.verdict import Counterexample, Kind, Verdict
from symrnn.errors import LimitError, ProofError, UnknownTermError
from symrnn.recurrence import Recurrence

NOT_PROVED = (ProofError, UnknownTermError, LimitError)
"""What stops a proof without saying anything about the statement."""


def verdict_on_norms(statement: Inequality | Limit, recurrence: Recurrence | None, seed: int) -> Verdict:
    """Show where an inequality or a limit fails, or prove it: numbers first, since they refute at once.

    Raises:
        ProofError: when a proof and a calculation contradict each other, which is a bug to report.

    >>> import sympy as sp
    >>> from symrnn.expr import Norm, SpectralRadius
    >>> from symrnn.symbols import k, n
    >>> W = sp.MatrixSymbol("W", n, n)
    >>> print(verdict_on_norms(Inequality(Norm(W**k), SpectralRadius(W) ** k, (k >= 0,)), None, 0))
    REFUTED: counterexample
      k = 1, n = 2, W = [[0, 5], [0, 0]]: left side 5, right side 0 (certain by balls at 192 bits; seed 0)
    """
    meaning = MATRICES if recurrence is None else recurrence
    tried = _tried_on_numbers(statement, meaning, seed) if isinstance(statement, Inequality) else ""
    if isinstance(tried, Counterexample):
        return Verdict(Kind.REFUTED, "counterexample", counterexample=tried)
    try:
        with attempting("proof"):
            theorem = prove_norms(statement, recurrence)
    except NOT_PROVED as error:
        return _without_proof(statement, meaning, str(error), seed)
    obstacle = _limit_tried(statement, meaning, seed) if isinstance(statement, Limit) else tried
    return Verdict(Kind.UNDECIDED, "", reason=obstacle) if obstacle else Verdict.of(theorem)


def _tried_on_numbers(statement: Inequality, recurrence: Recurrence, seed: int) -> str | Counterexample:
    """Try an inequality at a few places and at its smallest indices: most that are false fail there, and at once.

    Returns:
        Where it fails, or has no value; else why it could be tried nowhere, or has no value at its smallest indices;
        empty when neither is so.
    """
    tried, smallest = attempt(statement, recurrence, seed, enough=AT_FIRST), Tried(None, 0)
    if tried.failure is None and tried.satisfied:
        smallest = tried_at_smallest(statement, recurrence, seed)
    failure = tried.failure or smallest.failure
    if failure is not None:  # the first in order is the simplest
        in_order = attempt(statement, recurrence, seed).failure
        return counterexample(in_order or failure, statement, recurrence, seed)
    if tried.satisfied:
        return smallest.obstacle
    return f"nothing was found that satisfies its hypotheses and has a value; {tried.obstacle}".rstrip("; ")


def _limit_tried(statement: Limit, recurrence: Recurrence, seed: int) -> str:
    """See that a proved limit says something, and that no known sequence contradicts it.

    Returns:
        Why it says nothing; empty when it does.

    Raises:
        ProofError: when a sequence is known that has another limit.
    """
    if not grows(statement):
        return f"its conditions keep {statement.index} from growing"
    something = Inequality(statement.of, statement.of, statement.where, statement.given)
    tried = attempt(something, recurrence, seed, enough=1, beyond_undefined=True)
    if not tried.satisfied:
        return f"nothing was found that satisfies its hypotheses and has a value; {tried.obstacle}".rstrip("; ")
    found = refute_limit(statement, recurrence, seed)
    if found is not None:
        raise ProofError(f"the checker proved {statement}, but it fails at {found}", advice="please report this")
    return ""


def _without_proof(statement: Inequality | Limit, recurrence: Recurrence, why: str, seed: int) -> Verdict:
    if isinstance(statement, Limit):
        example = refute_limit(statement, recurrence, seed)
        reason = why if grows(statement) else f"its conditions keep {statement.index} from growing"
    else:
        tried = attempt(statement, recurrence, seed)
        failure = tried.failure
        example = None if failure is None else counterexample(failure, statement, recurrence, seed)
        reason = f"{why}; no counterexample in {tried.satisfied} trials; {tried.obstacle}".rstrip("; ")
    if example is None:
        return Verdict(Kind.UNDECIDED, "", reason=reason)
    return Verdict(Kind.REFUTED, "counterexample", counterexample=example)
