"""From a claim to its verdict: which question its statement asks, and what its claim assumes besides."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from sympy.core.relational import Relational

from symrnn.budget import Limits, look, spending, too_deep
from symrnn.check.deciding.equality import EquationQuestion
from symrnn.check.deciding.pipeline import Question, decided, undecided
from symrnn.check.kernel import Theorem, prove_all, prove_definitions, shows
from symrnn.check.proving.meaning import MATRICES, require_meaning, speaks_of_recurrence
from symrnn.derivation.claim import SEED, Claim, stated
from symrnn.derivation.directions import Coincide, SameDirection
from symrnn.derivation.inequality import Inequality, Limit, Statement
from symrnn.derivation.statement import AllOf, Definitions, Equation, Informal, Maximum, SlopeBound
from symrnn.derivation.steps import Derivation
from symrnn.derivation.verdict import Kind, Verdict, weakest
from symrnn.errors import ExhaustedError, ParameterError, UnknownTermError
from symrnn.expr.meanings import require_one_meaning_per_name
from symrnn.recurrence import Recurrence


def verify(
    claim: Claim | Statement | Relational,
    recurrence: Recurrence | None = None,
    *,
    seed: int = SEED,
    limits: Limits | None = None,
) -> Verdict:
    """Check a claim, or a statement about a recurrence.

    A few small numbers are tried first, since they refute at once; then a certificate is looked for. Where none is
    found, a counterexample is, among more numbers; then an equation is tested modulo a prime.

    Args:
        claim: what to check.
        recurrence: what the names in a statement mean; a claim names its own.
        seed: what the drawn matrices follow from.
        limits: the time, memory and digits that may be used; None for the usual ones. A claim that needs more is
            UNDECIDED.

    Raises:
        ProofError: when a proof and a calculation contradict each other, which is a bug to report.
        SymrnnError: when the claim cannot be read: a name at another shape than in its recurrence, or an activation
            with a kink and no convention.
        ParameterError: when a recurrence is given beside a claim.

    >>> import sympy as sp
    >>> from symrnn.expr import Norm
    >>> from symrnn.symbols import n
    >>> A = sp.MatrixSymbol("A", n, n)
    >>> print(verify(Norm(A * A) <= Norm(A) ** 2).kind)
    PROVED
    >>> from symrnn.derivation import Claim, Kind, Maximum
    >>> print(verify(Claim("L10", "slope", Maximum("sigmoid", sp.Rational(1, 4), sp.S.Zero), Kind.PROVED)))
    PROVED: 1/4 - sigmoid' = (p - 1/2)^2 with p = sigmoid(z), and sigmoid'(0) = 1/4
      statement: max sigmoid'(z) = 1/4 at z = 0
    """
    if not isinstance(recurrence, Recurrence | None):
        raise ParameterError(f"{recurrence!r} is not a recurrence", advice="give one, such as symrnn.Elman()")
    if not isinstance(seed, int):
        raise ParameterError(f"the seed {seed!r} is not a whole number", advice="use one such as 20")
    if isinstance(claim, Derivation):
        raise UnknownTermError("a derivation has a verdict of its own", advice="call its method verify()")
    if not isinstance(claim, Claim):
        claim = Claim("", "", stated(claim), Kind.PROVED, recurrence)
    elif recurrence is not None:
        raise ParameterError("a claim names its own recurrence", advice="leave the second one out")
    try:
        with spending(limits):
            verdict = _verdict(claim, seed)
            if verdict.kind is Kind.UNDECIDED:
                look()  # where the time has run out, that is the reason
            return verdict
    except ExhaustedError as error:
        return undecided(str(error))
    except RecursionError:
        return undecided(str(too_deep()))
    except MemoryError:
        return undecided("there is not enough memory")


def _verdict(claim: Claim, seed: int) -> Verdict:
    require_one_meaning(claim.statement, claim.recurrence)
    verdict = replace(decide(claim.statement, claim, seed), statement=claim.statement, claim=claim)
    if not claim.assumptions:
        return verdict
    if verdict.kind is Kind.REFUTED:
        found = f"it fails at {verdict.counterexample}, which may not satisfy: {', '.join(claim.assumptions)}"
        return Verdict(Kind.UNDECIDED, "", claim.assumptions, reason=found, statement=claim.statement, claim=claim)
    return replace(verdict, given=(*verdict.given, *claim.assumptions))


def require_one_meaning(statement: Any, recurrence: Recurrence | None) -> None:
    """Refuse a statement in which a name stands for something else than in its recurrence, or for two things.

    Raises:
        SymbolClashError: naming both.
    """
    spoken = getattr(statement, "spoken", ())
    if recurrence is not None:
        recurrence.require_own_names(spoken)
    meanings = () if recurrence is None else recurrence.spoken
    totals = () if recurrence is None else [total.name for total in recurrence.totals]
    require_one_meaning_per_name((*meanings, *spoken), totals)


def decide(statement: Any, claim: Claim, seed: int) -> Verdict:
    """The verdict on a statement; one case per kind of statement."""
    match statement:
        case Informal():
            return undecided(statement.missing or "it cannot be stated as a term")
        case AllOf():
            return _of_all(statement, claim, seed)
        case Maximum():
            from symrnn.check.deciding.slopes import MaximumQuestion  # most statements are equations

            return decided(MaximumQuestion(statement, seed))
        case SlopeBound():
            from symrnn.check.deciding.slopes import BoundQuestion

            return decided(BoundQuestion(statement, seed))
        case Definitions():
            return decided(DefinitionsQuestion(statement, required(claim)))
        case Equation():
            return _of_equation(statement, claim, seed)
        case Inequality() | Limit() | Coincide() | SameDirection():
            return _of_numbers(statement, claim, seed)
    raise UnknownTermError(
        f"{statement!r} is not a statement that can be checked",
        where=claim.id,
        advice="state an Equation, an Inequality, a Limit or another of symrnn.derivation",
    )


def _of_all(statement: AllOf, claim: Claim, seed: int) -> Verdict:
    verdicts = tuple(replace(decide(part, claim, seed), statement=part) for part in statement.parts)
    least = weakest(verdicts)
    if least:
        return Verdict.of(prove_all(statement, [verdict.theorem for verdict in verdicts]), verdicts)
    if least.kind is Kind.REFUTED:
        return replace(least, reason=_part_by_part(verdicts), statement=statement, parts=verdicts)
    evidence = "; ".join(dict.fromkeys(v.evidence for v in verdicts if v.evidence))
    given = tuple(dict.fromkeys(h for v in verdicts for h in v.given))
    chains = tuple(chain for v in verdicts for chain in v.chains)
    return replace(least, evidence=evidence, given=given, chains=chains, statement=statement, parts=verdicts)


def _part_by_part(verdicts: Sequence[Verdict]) -> str:
    """Which part of a statement is false, since the others may be true; in the order in which they are printed."""
    if len(verdicts) == 1:
        return verdicts[0].reason
    words = (verdict.kind.value if verdict.kind is not Kind.REFUTED else "false" for verdict in verdicts)
    return "; ".join(f"part {at} is {word}" for at, word in enumerate(words, 1))


def _of_numbers(statement: Inequality | Limit | Coincide | SameDirection, claim: Claim, seed: int) -> Verdict:
    from symrnn.check.deciding.norms import is_clipped, verdict_on_clipped, verdict_on_norms

    require_meaning_of(statement, claim)
    if isinstance(statement, Coincide | SameDirection) or is_clipped(statement):
        return verdict_on_clipped(statement, claim.recurrence, seed)
    verdict = verdict_on_norms(statement, claim.recurrence, seed)
    if verdict.kind is Kind.UNDECIDED and isinstance(statement, Inequality):
        other = verdict_on_clipped(statement, claim.recurrence, seed)  # norms of sums are expanded there
        return verdict if other.kind is Kind.UNDECIDED else other
    return verdict


def _of_equation(statement: Equation, claim: Claim, seed: int) -> Verdict:
    require_meaning_of(statement, claim)
    recurrence = MATRICES if claim.recurrence is None else claim.recurrence
    derivation = claim.derivation
    if derivation is not None and not _is_of(derivation, statement, recurrence):
        return undecided("the derivation that comes with it proves something else")
    return decided(EquationQuestion(statement, recurrence, derivation, seed))


@dataclass
class DefinitionsQuestion(Question):
    """Definitions on their way to a verdict; there is nothing to try at numbers."""

    statement: Definitions
    recurrence: Recurrence

    def prove(self) -> Theorem:
        """The theorem that they are the recurrence's own, or give new names a meaning."""
        return prove_definitions(self.statement, self.recurrence)


def _is_of(derivation: Derivation, statement: Equation, recurrence: Recurrence) -> bool:
    """The same two sides of the same recurrence, under conditions that follow from those of the statement."""
    same_meaning = derivation.recurrence is recurrence or derivation.recurrence == recurrence
    return same_meaning and shows(derivation, statement)


def required(claim: Claim) -> Recurrence:
    """The recurrence of a claim.

    Raises:
        UnknownTermError: when it names none.
    """
    if claim.recurrence is None:
        what = f"claim {claim.id}" if claim.id else "a statement about matrices"
        advice = 'give recurrence=, of sequences that are only given Recurrence("given", t, (), (), inputs=(A, …))'
        raise UnknownTermError(f"{what} speaks of a recurrence but names none", advice=advice)
    return claim.recurrence


def require_meaning_of(statement: Any, claim: Claim) -> None:
    """Refuse a statement that speaks of what its claim gives no meaning.

    Raises:
        UnknownTermError: for elements or derivatives without a recurrence, or derivatives of names that it lacks.
    """
    if claim.recurrence is None and speaks_of_recurrence(statement):
        required(claim)
    require_meaning(statement, claim.recurrence)


def verify_derivation(derivation: Derivation, *, seed: int = SEED) -> Verdict:
    """Replay a derivation.

    >>> from symrnn.cells import Elman
    >>> from symrnn.symbols import t
    >>> rnn = Elman()
    >>> verify_derivation(rnn.derive(rnn.h[t], wrt=rnn.h[0])).kind
    <Kind.PROVED: 'PROVED'>
    """
    require_meaning(derivation.equation, derivation.recurrence)
    require_one_meaning(derivation.equation, derivation.recurrence)
    question = EquationQuestion(derivation.equation, derivation.recurrence, derivation, seed)
    with spending(Limits(time=None, memory=None)):  # no limits but those that hold already
        verdict = decided(question)
    return replace(verdict, statement=derivation.equation)
