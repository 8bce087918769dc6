"""Verdicts on inequalities between norms, and on limits."""

from __future__ import annotations

from contextlib import suppress
from functools import cached_property

from symrnn.budget import attempting
from symrnn.check.kernel import Theorem, prove_norms
from symrnn.check.meaning import MATRICES
from symrnn.check.pipeline import Glance, Question, decided, listed, refuted, undecided
from symrnn.check.search import Finding, Search
from symrnn.check.sequences import grows, refute_limit
from symrnn.check.trials import AT_FIRST, attempt, counterexample, says_something, tried_at_smallest
from symrnn.derivation.inequality import Inequality, Limit
from symrnn.derivation.verdict import Verdict
from symrnn.errors import LimitError
from symrnn.recurrence import Recurrence

NOTHING_FOUND = "nothing was found that satisfies its hypotheses and has a value"


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
    if isinstance(statement, Limit):
        return decided(LimitQuestion(statement, recurrence, seed))
    return decided(InequalityQuestion(statement, recurrence, seed))


class InequalityQuestion(Question):
    """An inequality on its way to a verdict."""

    def __init__(self, statement: Inequality, recurrence: Recurrence | None, seed: int) -> None:
        self.statement, self.recurrence, self.seed = statement, recurrence, seed
        self.meaning = MATRICES if recurrence is None else recurrence

    def glance(self) -> Glance:
        """Try it at a few places and at its smallest indices: most that are false fail there, and at once."""
        tried = attempt(self.statement, self.meaning, self.seed, enough=AT_FIRST)
        failure, obstacle = tried.finding, listed(NOTHING_FOUND, tried.obstacle)
        if failure is None and tried.evaluated:
            failure, obstacle = tried_at_smallest(self.statement, self.meaning, self.seed)
        if failure is None:
            return Glance(obstacle=obstacle)
        return Glance(self._refuted(self._in_order.finding or failure))  # the first in order is the simplest

    def prove(self) -> Theorem:
        """The theorem, by a certificate."""
        return prove_norms(self.statement, self.recurrence)

    def search(self) -> Verdict | None:
        """The first of all places, in order, at which it fails."""
        return None if self._in_order.finding is None else self._refuted(self._in_order.finding)

    def weaker(self, why: str) -> Verdict:
        """Nothing but at how many places it holds."""
        tried = self._in_order
        return undecided(listed(why, f"no counterexample in {tried.evaluated} trials", tried.obstacle))

    @cached_property
    def _in_order(self) -> Search:
        return attempt(self.statement, self.meaning, self.seed)

    def _refuted(self, found: Finding) -> Verdict:
        return refuted(counterexample(found, self.statement, self.meaning, self.seed))


class LimitQuestion(Question):
    """A limit on its way to a verdict."""

    def __init__(self, statement: Limit, recurrence: Recurrence | None, seed: int) -> None:
        self.statement, self.recurrence, self.seed = statement, recurrence, seed
        self.meaning = MATRICES if recurrence is None else recurrence

    def glance(self) -> Glance:
        """Look for a sequence of which it is known for ever that it has another limit."""
        if not grows(self.statement):
            return Glance(hopeless=f"its conditions keep {self.statement.index} from growing")
        example = None
        with suppress(LimitError), attempting("search", share=0.5):
            example = refute_limit(self.statement, self.meaning, self.seed)
        return Glance(None if example is None else refuted(example))

    def prove(self) -> Theorem:
        """The theorem, by a certificate."""
        return prove_norms(self.statement, self.recurrence)

    def doubt(self) -> str:
        """Whether nothing is known that satisfies its hypotheses."""
        tried = says_something(self.statement, self.meaning, self.seed)
        return "" if tried.evaluated else listed(NOTHING_FOUND, tried.obstacle)
