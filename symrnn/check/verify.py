"""From a claim to its verdict: proof first, then a counterexample, then evidence at numbers."""

from __future__ import annotations

from dataclasses import replace
from functools import singledispatch
from typing import Any

from symrnn.budget import Limits, attempting, spending, too_deep
from symrnn.check.arithmetic import entails
from symrnn.check.backward import BACKWARD
from symrnn.check.clipping import is_clipped, verdict_on_clipped
from symrnn.check.instances import Numbers, choices
from symrnn.check.jacobians import INDUCTION
from symrnn.check.kernel import (
    ALGEBRA,
    RECURSION,
    Theorem,
    prove_definitions,
    prove_derivation,
    prove_equation,
)
from symrnn.check.norms import verdict_on_norms
from symrnn.check.numeric import identity_test
from symrnn.check.refute import counterexample
from symrnn.check.search import find_difference
from symrnn.check.slopes import verdict_on_maximum, verdict_on_slope_bound
from symrnn.check.spot import agrees_at, located
from symrnn.derivation.claim import Claim
from symrnn.derivation.directions import Coincide, SameDirection
from symrnn.derivation.inequality import Inequality, Limit
from symrnn.derivation.statement import AllOf, Definitions, Equation, Informal, Maximum, SlopeBound
from symrnn.derivation.steps import Derivation
from symrnn.derivation.verdict import Kind, Verdict
from symrnn.errors import EvaluationError, ExhaustedError, LimitError, ProofError, UnknownTermError
from symrnn.expr.meanings import require_one_meaning_per_name
from symrnn.recurrence import Recurrence

SEED = 20
NOT_PROVED = (ProofError, UnknownTermError, LimitError)
"""What stops a proof without saying anything about the statement."""

NO_VALUE = (EvaluationError, UnknownTermError, LimitError)
"""What stops a calculation without saying anything about the statement."""

TRIED_AFTER_PROOF = 2
"""At how many instances a theorem is calculated as well."""


def verify(claim: Claim, *, seed: int = SEED, limits: Limits | None = None) -> Verdict:
    """Check a claim.

    The kernel tries first; what it proves is tried on numbers once more, and a disagreement there is reported as an
    error of the program. Otherwise a counterexample is looked for; then the identity is tested modulo a prime.

    Args:
        claim: what to check.
        seed: what the drawn matrices follow from.
        limits: the time, memory and digits that may be used; None for the usual ones. A claim that needs more is
            UNDECIDED.

    Raises:
        ProofError: when a proof and a calculation contradict each other, which is a bug to report.
        SymrnnError: when the claim cannot be read: a name at another shape than in its recurrence, or an activation
            with a kink and no convention.

    >>> import sympy as sp
    >>> from symrnn.derivation import Claim, Kind, Maximum
    >>> print(verify(Claim("L10", "slope", Maximum("sigmoid", sp.Rational(1, 4), sp.S.Zero), Kind.PROVED)))
    PROVED: 1/4 - sigmoid' = (p - 1/2)^2 with p = sigmoid(z), and sigmoid'(0) = 1/4
    """
    try:
        with spending(limits):
            return _verdict(claim, seed)
    except ExhaustedError as error:
        return _undecided(str(error))
    except RecursionError:
        return _undecided(str(too_deep()))
    except MemoryError:
        return _undecided("there is not enough memory")


def _undecided(reason: str) -> Verdict:
    return Verdict(Kind.UNDECIDED, "", reason=reason)


def _verdict(claim: Claim, seed: int) -> Verdict:
    require_one_meaning(claim.statement, claim.recurrence)
    verdict = decide(claim.statement, claim, seed)
    if not claim.assumptions:
        return verdict
    if verdict.kind is Kind.REFUTED:
        found = f"it fails at {verdict.counterexample}, which may not satisfy: {', '.join(claim.assumptions)}"
        return Verdict(Kind.UNDECIDED, "", claim.assumptions, reason=found)
    return replace(verdict, hypotheses=(*verdict.hypotheses, *claim.assumptions))


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


@singledispatch
def decide(statement: Any, claim: Claim, seed: int) -> Verdict:
    """The verdict on a statement; one rule per kind of statement."""
    raise UnknownTermError(f"no check is known for {type(statement).__name__}", where=claim.id)


@decide.register
def _(statement: Informal, claim: Claim, seed: int) -> Verdict:
    return Verdict(Kind.UNDECIDED, "", reason=statement.missing or "it cannot be stated as a term")


# -- slopes ----------------------------------------------------------------------------------------------------------


@decide.register
def _(statement: Maximum, claim: Claim, seed: int) -> Verdict:
    return verdict_on_maximum(statement, seed)


@decide.register
def _(statement: SlopeBound, claim: Claim, seed: int) -> Verdict:
    return verdict_on_slope_bound(statement, seed)


# -- norms -----------------------------------------------------------------------------------------------------------


@decide.register(Inequality)
@decide.register(Limit)
def _(statement: Inequality | Limit, claim: Claim, seed: int) -> Verdict:
    if isinstance(statement, Inequality) and is_clipped(statement):
        return verdict_on_clipped(statement, claim.recurrence, seed)
    verdict = verdict_on_norms(statement, claim.recurrence, seed)
    if verdict.kind is Kind.UNDECIDED and isinstance(statement, Inequality):
        other = verdict_on_clipped(statement, claim.recurrence, seed)  # norms of sums are expanded there
        return verdict if other.kind is Kind.UNDECIDED else other
    return verdict


@decide.register(Coincide)
@decide.register(SameDirection)
def _(statement: Coincide | SameDirection, claim: Claim, seed: int) -> Verdict:
    return verdict_on_clipped(statement, claim.recurrence, seed)


# -- definitions and several equations -----------------------------------------------------------------


@decide.register
def _(statement: Definitions, claim: Claim, seed: int) -> Verdict:
    recurrence = required(claim)
    try:
        theorem = prove_definitions(statement, recurrence)
    except NOT_PROVED as error:
        return Verdict(Kind.UNDECIDED, "", reason=str(error))
    return Verdict(Kind.DEFINITION, f"as the {recurrence.name} defines it", theorem=theorem)


@decide.register
def _(statement: AllOf, claim: Claim, seed: int) -> Verdict:
    verdicts = [decide(part, claim, seed) for part in statement.parts]
    for verdict in verdicts:
        if verdict.kind is Kind.REFUTED:
            return verdict
    weakest = max(verdicts, key=lambda v: list(Kind).index(v.kind))
    evidence = "; ".join(dict.fromkeys(v.evidence for v in verdicts if v.evidence))
    hypotheses = tuple(dict.fromkeys(h for v in verdicts for h in v.hypotheses))
    chains = tuple(chain for v in verdicts for chain in v.chains)
    return replace(weakest, evidence=evidence, hypotheses=hypotheses, chains=chains)


# -- equations -----------------------------------------------------------------------------------------


@decide.register
def _(statement: Equation, claim: Claim, seed: int) -> Verdict:
    recurrence = required(claim)
    derivation = claim.derivation
    if derivation is not None and not _proves(derivation, statement, recurrence):
        return Verdict(Kind.UNDECIDED, "", reason="the derivation that comes with it proves something else")
    try:
        with attempting("proof"):
            theorem = prove_equation(statement, recurrence) if derivation is None else prove_derivation(derivation)
    except NOT_PROVED as error:
        return _without_proof(statement, recurrence, str(error), seed)
    return _proved(theorem, statement, recurrence, seed)


def _proves(derivation: Derivation, statement: Equation, recurrence: Recurrence) -> bool:
    """The same two sides of the same recurrence, under conditions that follow from those of the statement."""
    proved = derivation.equation
    same_sides = (proved.lhs, proved.rhs, proved.varying) == (statement.lhs, statement.rhs, statement.varying)
    same_meaning = derivation.recurrence is recurrence or derivation.recurrence == recurrence
    return same_sides and same_meaning and all(entails(statement.where, condition) for condition in proved.where)


def required(claim: Claim) -> Recurrence:
    """The recurrence of a claim.

    Raises:
        UnknownTermError: when it names none.
    """
    if claim.recurrence is None:
        raise UnknownTermError(f"claim {claim.id} speaks of a recurrence but names none", advice="give recurrence=")
    return claim.recurrence


def verify_derivation(derivation: Derivation, *, seed: int = SEED) -> Verdict:
    """Replay a derivation.

    >>> from symrnn.cells import Elman
    >>> from symrnn.symbols import t
    >>> rnn = Elman()
    >>> verify_derivation(rnn.derive(rnn.h[t], wrt=rnn.h[0])).kind
    <Kind.PROVED: 'PROVED'>
    """
    require_one_meaning(derivation.equation, derivation.recurrence)
    try:
        theorem = prove_derivation(derivation)
    except NOT_PROVED as error:
        return _without_proof(derivation.equation, derivation.recurrence, str(error), seed)
    return _proved(theorem, derivation.equation, derivation.recurrence, seed)


def _proved(theorem: Theorem, equation: Equation, recurrence: Recurrence, seed: int) -> Verdict:
    obstacle = _tried_on_numbers(equation, recurrence, seed)
    if obstacle:
        return Verdict(Kind.UNDECIDED, "", reason=obstacle)
    left_out = {ALGEBRA, "linear difference equation"} if INDUCTION in theorem.means else {ALGEBRA}
    left_out |= {RECURSION} if BACKWARD in theorem.means else set()
    steps = [rule for rule in theorem.means if rule not in left_out]
    evidence = " + ".join((*steps, ALGEBRA)) if steps else "equal normal forms"
    return Verdict(Kind.PROVED, evidence, theorem.hypotheses, theorem=theorem)


def _tried_on_numbers(equation: Equation, recurrence: Recurrence, seed: int) -> str:
    """Test a theorem at a few instances modulo a prime; a kernel that errs must not go unnoticed.

    Returns:
        Why it could be tested nowhere; empty when it was.

    Raises:
        ProofError: when a proved equation fails.
    """
    tried, why = 0, "no values of the indices satisfy its conditions, so it says nothing"
    for numbers in sorted(choices(equation, recurrence), key=_size, reverse=True):
        try:
            result = identity_test(equation, recurrence, numbers.sizes, numbers.indices, trials=1, seed=seed)
        except NO_VALUE as error:
            why = f"it has a value at none of the instances tried: {error}"
            continue
        if not result.agrees:
            at = located(numbers.sizes, numbers.indices)
            raise ProofError(f"the checker proved {equation}, but it fails at {at}", advice="please report this")
        tried += 1
        if tried == TRIED_AFTER_PROOF:
            break
    return "" if tried else why


def _size(numbers: Numbers) -> tuple[int, int]:
    return sum(numbers.indices.values()), sum(numbers.sizes.values())


def _without_proof(equation: Equation, recurrence: Recurrence, why: str, seed: int) -> Verdict:
    found = find_difference(equation, recurrence, seed)
    if found.finding is not None:
        example = counterexample(found.finding, equation, recurrence, seed)
        return Verdict(Kind.REFUTED, "counterexample", counterexample=example)
    if found.evaluated == 0:
        obstacle = found.obstacle or "no values of the indices satisfy its conditions"
        return Verdict(Kind.UNDECIDED, "", reason=f"{why}; it has a value at none of the instances tried: {obstacle}")
    largest = max(choices(equation, recurrence, largest_size=3), key=_size)
    try:
        result = identity_test(equation, recurrence, largest.sizes, largest.indices, seed=seed)
    except NO_VALUE as error:
        return Verdict(Kind.UNDECIDED, "", reason=f"{why}; no counterexample in {found.evaluated} instances; {error}")
    if result.agrees:
        where = located(largest.sizes, largest.indices)
        return Verdict(Kind.IDENTITY, f"at {where}: {result.evidence}", reason=why)
    why = f"{why}; no certain counterexample in {found.evaluated} instances"
    return _in_digits(equation, recurrence, largest, why, seed)


def _in_digits(equation: Equation, recurrence: Recurrence, numbers: Numbers, why: str, seed: int) -> Verdict:
    """What a relation of the activation that is not known modulo a prime still shows: agreement to 50 digits."""
    try:
        agrees = agrees_at(equation, recurrence, numbers.sizes, numbers.indices, seed=seed)
    except NO_VALUE as error:
        return Verdict(Kind.UNDECIDED, "", reason=f"{why}; {error}")
    return Verdict(agrees.kind, agrees.evidence, reason=f"{why}; {agrees.reason}" if agrees.reason else why)
