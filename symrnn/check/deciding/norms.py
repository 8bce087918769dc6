"""Verdicts on inequalities between norms, on limits, and on clipped gradients and sums of matrices."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Generic, TypeGuard, TypeVar

import sympy as sp

from symrnn.budget import attempting
from symrnn.certify.clipped_asked import Clipped
from symrnn.check.deciding.pipeline import Glance, Question, decided, listed, refuted, undecided
from symrnn.check.kernel import Theorem, prove_clipped, prove_norms
from symrnn.check.proving.meaning import MATRICES
from symrnn.check.refuting.examples import is_about_plain_matrices, refute, satisfied, told
from symrnn.check.refuting.instances import choices
from symrnn.check.refuting.resting import refute_at_rest
from symrnn.check.refuting.search import Finding, Search
from symrnn.check.refuting.sequences import grows, refute_limit
from symrnn.check.refuting.trials import (
    AT_FIRST,
    attempt,
    counterexample,
    counterexample_again,
    says_something,
    tried_at_smallest,
)
from symrnn.derivation.inequality import Inequality, Limit
from symrnn.derivation.verdict import Verdict
from symrnn.errors import LimitError, ProofError
from symrnn.expr import ClipByValue, ClipFactor, Stack
from symrnn.recurrence import Recurrence

Stated = TypeVar("Stated", Inequality, Limit)

FIRST_GLANCE = 120
"""At how many places a statement about clipping is tried before a proof is looked for."""

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


@dataclass
class NormsQuestion(Question, Generic[Stated]):
    """A statement about norms on its way to a verdict."""

    statement: Stated
    recurrence: Recurrence | None
    seed: int

    def __post_init__(self) -> None:
        self.meaning = MATRICES if self.recurrence is None else self.recurrence

    def prove(self) -> Theorem:
        """The theorem, by a certificate."""
        return prove_norms(self.statement, self.recurrence)


class InequalityQuestion(NormsQuestion[Inequality]):
    """An inequality on its way to a verdict."""

    def glance(self) -> Glance:
        """Try it at a few places and at its smallest indices: most that are false fail there, and at once."""
        tried = attempt(self.statement, self.meaning, self.seed, enough=AT_FIRST)
        failure, obstacle = tried.finding, listed(NOTHING_FOUND, tried.obstacle)
        if failure is None and tried.evaluated:
            failure, obstacle = tried_at_smallest(self.statement, self.meaning, self.seed)
        if failure is None:
            return Glance(obstacle=obstacle)
        return Glance(self._refuted(self._in_order.finding or failure))  # the first in order is the simplest

    def emptiness(self) -> str:
        """Whether nothing is known that satisfies its hypotheses; a glance says so.

        Raises:
            ProofError: when it fails at what does.
        """
        tried = attempt(self.statement, self.meaning, self.seed, enough=1)
        if not tried.evaluated:
            return super().emptiness()
        if tried.finding:
            raise ProofError("it fails at a number")
        return ""

    def refuted_again(self) -> Verdict | None:
        """The counterexample that was kept, if the inequality fails at it."""
        example = counterexample_again(self.statement, self.meaning, self.seed)
        return None if example is None else refuted(example)

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


class LimitQuestion(NormsQuestion[Limit]):
    """A limit on its way to a verdict."""

    def glance(self) -> Glance:
        """Look for a sequence of which it is known for ever that it has another limit."""
        if not grows(self.statement):
            return Glance(hopeless=f"its conditions keep {self.statement.index} from growing")
        example = None
        with suppress(LimitError), attempting("search", share=0.5):
            example = refute_limit(self.statement, self.meaning, self.seed)
            example = example or refute_at_rest(self.statement, self.meaning, self.seed)
        return Glance(None if example is None else refuted(example))

    def emptiness(self) -> str:
        """Nothing but that its index may grow: whether anything satisfies its hypotheses is doubted below.

        Raises:
            ProofError: when it may not.
        """
        if not grows(self.statement):
            raise ProofError(f"its conditions keep {self.statement.index} from growing")
        return ""

    def doubt(self) -> str:
        """Whether nothing is known that satisfies its hypotheses."""
        tried = says_something(self.statement, self.meaning, self.seed)
        return "" if tried.evaluated else listed(NOTHING_FOUND, tried.obstacle)


# -- clipped gradients -------------------------------------------------------------------------------------------------


def is_clipped(statement: Any) -> TypeGuard[Inequality]:
    """Whether an inequality speaks of clipped gradients or of several stacked ones.

    >>> from symrnn.expr import Norm
    >>> g, theta = sp.MatrixSymbol("g", 3, 1), sp.Symbol("theta", positive=True)
    >>> is_clipped(Inequality(Norm(ClipByValue(g, theta)), theta)), is_clipped(Inequality(Norm(g), theta))
    (True, False)
    """
    return isinstance(statement, Inequality) and any(
        term.has(ClipFactor, ClipByValue, Stack) for term in (statement.lhs, statement.rhs, *statement.terms)
    )


def verdict_on_clipped(statement: Clipped, recurrence: Recurrence | None, seed: int) -> Verdict:
    """Refute a statement by a small example, or prove it for every size.

    What fails at one of the first few places is refuted at once; whatever else is proved if possible, or tried further.

    Raises:
        ProofError: when a proof and a calculation contradict each other, which is a bug to report.
        SymbolClashError: when a name stands at another shape than in the recurrence.

    >>> from symrnn.expr import Norm
    >>> from symrnn.symbols import n
    >>> g, theta = sp.MatrixSymbol("g", n, 1), sp.Symbol("theta", positive=True)
    >>> print(verdict_on_clipped(Inequality(Norm(ClipFactor(g, theta) * g), theta), None, 0))
    PROVED: inner products, 2 cases (certificate of 7 lines)
      statement: ‖min(1, θ/‖g‖₂) g‖₂ <= θ  for θ > 0
      given: theta > 0 real
      given: clipping leaves 0 as it is
      given: sizes n arbitrary
      given: by name: homogeneity: ‖sX‖ = |s|‖X‖ for every norm [Horn and Johnson (2013), Matrix Analysis, ...]
    """
    return decided(ClippedQuestion(statement, recurrence, seed))


@dataclass
class ClippedQuestion(Question):
    """A statement about clipped gradients on its way to a verdict."""

    statement: Clipped
    recurrence: Recurrence | None
    seed: int

    def __post_init__(self) -> None:
        self.is_free = _may_be_chosen(self.statement, self.recurrence)

    def glance(self) -> Glance:
        """Try it at the first few places, where its matrices are free."""
        return Glance(self._refuted(FIRST_GLANCE))

    def emptiness(self) -> str:
        """Nothing: its doubt below asks for values of its indices and for what satisfies its hypotheses."""
        return ""

    def prove(self) -> Theorem:
        """The theorem, by a certificate."""
        return prove_clipped(self.statement, self.recurrence)

    def doubt(self) -> str:
        """Whether its indices may have no values, or nothing is known that satisfies its hypotheses."""
        where = tuple(c for c in self.statement.where if c.free_symbols and all(s.is_integer for s in c.free_symbols))
        if where and not choices(Inequality(sp.S.Zero, sp.S.Zero, where), self.recurrence or MATRICES):
            return "no values of the indices satisfy its conditions, so it says nothing"
        if not self.is_free:
            return ""
        tried = satisfied(self.statement, self.seed)
        if tried.finding is not None:
            found = told(self.statement, tried.finding, self.seed)
            contradiction = f"the checker proved {self.statement}, but it fails at {found}"
            raise ProofError(contradiction, advice="please report this")
        return "" if tried.evaluated else NOTHING_FOUND

    def search(self) -> Verdict | None:
        """Try it at all places, where its matrices are free."""
        return self._refuted()

    def _refuted(self, most: int | None = None) -> Verdict | None:
        example = refute(self.statement, self.seed, most) if self.is_free else None
        return None if example is None else refuted(example)


def _may_be_chosen(statement: Clipped, recurrence: Recurrence | None) -> bool:
    """Whether every matrix in the statement is free: any name without a recurrence, with one its parameters."""
    if not is_about_plain_matrices(statement):
        return False
    if recurrence is None:
        return True
    names = {matrix.name for term in statement.terms for matrix in term.atoms(sp.MatrixSymbol)}
    return names <= {parameter.name for parameter in recurrence.parameters}
