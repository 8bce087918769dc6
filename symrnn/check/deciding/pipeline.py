"""One way to a verdict for every kind of statement: refuted small, proved, tried further, or left with less.

A false statement fails at small numbers as a rule, and at once; a proof that is not there takes long to miss.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass

from symrnn.budget import attempting
from symrnn.certify.kept import recalling
from symrnn.check.kernel import Theorem
from symrnn.derivation.counterexample import Counterexample
from symrnn.derivation.verdict import Kind, Verdict
from symrnn.errors import LimitError, ProofError, UnknownTermError

NOT_PROVED = (ProofError, UnknownTermError, LimitError)
"""What stops a proof without saying anything about the statement."""


@dataclass(frozen=True)
class Glance:
    """What a statement shows at a few small numbers.

    Args:
        refuted: the verdict, where it fails at one of them.
        obstacle: why no proof would be of anything: it can be tried nowhere, or has no value where it should.
        hopeless: why there is neither a proof nor a counterexample to look for.
    """

    refuted: Verdict | None = None
    obstacle: str = ""
    hopeless: str = ""


class Question(ABC):
    """A statement on its way to a verdict, and what its kind does at each stage."""

    def glance(self) -> Glance:
        """Try it at a few small numbers, those at a boundary among them."""
        return Glance()

    @abstractmethod
    def prove(self) -> Theorem:
        """Look for a certificate.

        Raises:
            ProofError, UnknownTermError or LimitError: when none is found.
        """

    def doubt(self) -> str:
        """Why what was proved says nothing, since it speaks of nothing; empty where it says something.

        Raises:
            ProofError: when a calculation contradicts the proof, which is a bug to report.
        """
        return ""

    def emptiness(self) -> str:
        """Why a proof that was recalled would be of nothing; less than a glance, which also tries it at numbers.

        Raises:
            ProofError: when it fails at a number.
        """
        glance = self.glance()
        if glance.refuted is not None or glance.hopeless:
            raise ProofError("it fails at a number")
        return glance.obstacle

    def refuted_again(self) -> Verdict | None:
        """The verdict where it fails at a counterexample that was kept, at which both sides are calculated anew."""
        return None

    def search(self) -> Verdict | None:
        """Try it at many numbers, where it could not be proved: the verdict, where it fails at one of them."""
        return None

    def weaker(self, why: str) -> Verdict:
        """What is left to say of a statement that was neither proved nor refuted.

        Args:
            why: what stopped the proof.
        """
        return undecided(why)


def decided(question: Question) -> Verdict:
    """The verdict on a statement.

    Raises:
        ProofError: when a proof and a calculation contradict each other, which is a bug to report.
    """
    if (recalled := _recalled(question)) is not None:
        return recalled
    glance = question.glance()
    if glance.refuted is not None:
        return glance.refuted
    if glance.hopeless:
        return question.weaker(glance.hopeless)
    try:
        with attempting("proof"):
            theorem = question.prove()
    except NOT_PROVED as error:
        found = question.search()
        return question.weaker(str(error)) if found is None else found
    doubt = glance.obstacle or question.doubt()
    return undecided(doubt) if doubt else Verdict.of(theorem)


def _recalled(question: Question) -> Verdict | None:
    """The verdict by what was kept, each certificate or counterexample checked as a new one is; None without."""
    with recalling() as is_kept:
        if not is_kept:
            return None
        if (found := question.refuted_again()) is not None:
            return found
        try:
            theorem = question.prove()
            nothing = question.emptiness() or question.doubt()
        except NOT_PROVED:
            return None
    return undecided(nothing) if nothing else Verdict.of(theorem)


def refuted(example: Counterexample, evidence: str = "counterexample") -> Verdict:
    """The verdict on what fails somewhere."""
    return Verdict(Kind.REFUTED, evidence, counterexample=example)


def undecided(reason: str) -> Verdict:
    """The verdict on what is neither proved nor refuted."""
    return Verdict(Kind.UNDECIDED, "", reason=reason)


def listed(*reasons: str) -> str:
    """Several reasons in one, those that are empty left out."""
    return "; ".join(filter(None, reasons))
