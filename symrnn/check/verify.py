"""From a claim to its verdict: small numbers first, then the proof, then a search, and evidence at larger numbers."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from functools import singledispatch
from typing import Any

from symrnn.budget import Limits, attempting, look, spending, too_deep
from symrnn.check.clipping import is_clipped, verdict_on_clipped
from symrnn.check.instances import Numbers, at_smallest_indices, choices, spread
from symrnn.check.kernel import (
    prove_all,
    prove_definitions,
    prove_derivation,
    prove_equation,
    shows,
)
from symrnn.check.meaning import require_meaning, speaks_of_recurrence
from symrnn.check.norms import verdict_on_norms
from symrnn.check.numeric import identity_test
from symrnn.check.refute import counterexample
from symrnn.check.search import Search, find_difference, without_value
from symrnn.check.slopes import verdict_on_maximum, verdict_on_slope_bound
from symrnn.check.spot import AS_STATED, agrees_at, located
from symrnn.derivation.claim import SEED, Claim
from symrnn.derivation.directions import Coincide, SameDirection
from symrnn.derivation.inequality import Inequality, Limit
from symrnn.derivation.statement import AllOf, Definitions, Equation, Informal, Maximum, SlopeBound
from symrnn.derivation.steps import Derivation
from symrnn.derivation.verdict import Kind, Verdict, weakest
from symrnn.errors import EvaluationError, ExhaustedError, LimitError, ProofError, UnknownTermError
from symrnn.evaluate import UndefinedElementError
from symrnn.expr.meanings import require_one_meaning_per_name
from symrnn.recurrence import Recurrence

NOT_PROVED = (ProofError, UnknownTermError, LimitError)
"""What stops a proof without saying anything about the statement."""

NO_VALUE = (EvaluationError, UnknownTermError, LimitError)
"""What stops a calculation without saying anything about the statement."""

LARGEST_TRIED = 2
"""At how many of the largest instances an equation is calculated before it is proved."""

SMALLEST_INDICES = 4
"""At how many of the smallest index values besides, once with the smallest sizes and once with the largest."""


SECONDS_ELSEWHERE, SECONDS_AT_NUMBERS = 4, 1
"""CPU time for trying an equation at larger numbers before it is said to hold at some, and for each of them."""


def verify(claim: Claim, *, seed: int = SEED, limits: Limits | None = None) -> Verdict:
    """Check a claim.

    A few small numbers are tried first, since they refute at once; then a certificate is looked for. Where none is
    found, a counterexample is, among more numbers; then an equation is tested modulo a prime.

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
      statement: max sigmoid'(z) = 1/4 at z = 0
    """
    try:
        with spending(limits):
            verdict = _verdict(claim, seed)
            if verdict.kind is Kind.UNDECIDED:
                look()  # where the time has run out, that is the reason
            return verdict
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
    verdict = replace(decide(claim.statement, claim, seed), statement=claim.statement)
    if not claim.assumptions:
        return verdict
    if verdict.kind is Kind.REFUTED:
        found = f"it fails at {verdict.counterexample}, which may not satisfy: {', '.join(claim.assumptions)}"
        return Verdict(Kind.UNDECIDED, "", claim.assumptions, reason=found, statement=claim.statement)
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
    require_meaning_of(statement, claim)
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
    require_meaning_of(statement, claim)
    return verdict_on_clipped(statement, claim.recurrence, seed)


# -- definitions and several equations -----------------------------------------------------------------


@decide.register
def _(statement: Definitions, claim: Claim, seed: int) -> Verdict:
    recurrence = required(claim)
    try:
        theorem = prove_definitions(statement, recurrence)
    except NOT_PROVED as error:
        return Verdict(Kind.UNDECIDED, "", reason=str(error))
    return Verdict.of(theorem)


@decide.register
def _(statement: AllOf, claim: Claim, seed: int) -> Verdict:
    verdicts = tuple(replace(decide(part, claim, seed), statement=part) for part in statement.parts)
    least = weakest(verdicts)
    if least:
        return Verdict.of(prove_all(statement, [verdict.theorem for verdict in verdicts]), verdicts)
    if least.kind is Kind.REFUTED:
        return replace(least, statement=statement, parts=verdicts)
    evidence = "; ".join(dict.fromkeys(v.evidence for v in verdicts if v.evidence))
    hypotheses = tuple(dict.fromkeys(h for v in verdicts for h in v.hypotheses))
    chains = tuple(chain for v in verdicts for chain in v.chains)
    return replace(least, evidence=evidence, hypotheses=hypotheses, chains=chains, statement=statement, parts=verdicts)


# -- equations -----------------------------------------------------------------------------------------


@decide.register
def _(statement: Equation, claim: Claim, seed: int) -> Verdict:
    recurrence = required(claim)
    require_meaning_of(statement, claim)
    derivation = claim.derivation
    if derivation is not None and not _is_of(derivation, statement, recurrence):
        return Verdict(Kind.UNDECIDED, "", reason="the derivation that comes with it proves something else")
    return _on_equation(statement, recurrence, derivation, seed)


def _on_equation(equation: Equation, recurrence: Recurrence, derivation: Derivation | None, seed: int) -> Verdict:
    """Small numbers first, since they refute at once; then the proof; then a search, and evidence at large numbers."""
    failed, obstacle = _tried_on_numbers(equation, recurrence, seed)
    if failed or obstacle:
        found = find_difference(equation, recurrence, seed)
        refuted = _refuted(found, equation, recurrence, seed)
        if refuted is not None:
            return refuted
        if failed:
            return _without_proof(equation, recurrence, failed, seed, found)
    try:
        with attempting("proof"):
            theorem = (
                prove_equation(equation, recurrence) if derivation is None else prove_derivation(derivation, equation)
            )
    except NOT_PROVED as error:
        return _without_proof(equation, recurrence, str(error), seed, obstacle=obstacle)
    return Verdict(Kind.UNDECIDED, "", reason=obstacle, statement=equation) if obstacle else Verdict.of(theorem)


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
        raise UnknownTermError(f"claim {claim.id} speaks of a recurrence but names none", advice="give recurrence=")
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
    verdict = _on_equation(derivation.equation, derivation.recurrence, derivation, seed)
    return replace(verdict, statement=derivation.equation)


def _tried_on_numbers(equation: Equation, recurrence: Recurrence, seed: int) -> tuple[str, str]:
    """Test an equation at a few instances modulo a prime; a proof that errs must not go unnoticed.

    The smallest indices that the conditions allow come first, those at a boundary among them: what has no value there
    is not passed over, since the equation would mean more than was stated.

    Returns:
        Where it fails, and why it could be tested nowhere or has no value at its smallest indices; empty where nothing
        is wrong.
    """
    chosen = choices(equation, recurrence)
    if not chosen:
        return "", "no values of the indices satisfy its conditions, so it says nothing"
    why = ""
    unclear: list[Numbers] = []
    largest = iter(sorted(chosen, key=_size, reverse=True))
    tried = 0

    def fails(numbers: Numbers) -> str:
        agrees = identity_test(equation, recurrence, numbers.sizes, numbers.indices, trials=1, seed=seed).agrees
        return "" if agrees else f"no proof was looked for, since {_differing(numbers)}"

    for numbers in at_smallest_indices(chosen, SMALLEST_INDICES):
        try:
            if failed := fails(numbers):
                return failed, ""
        except NO_VALUE:
            unclear.append(numbers)
    for numbers in largest:
        try:
            if failed := fails(numbers):
                return failed, ""
        except NO_VALUE as error:
            why = f"it has a value at none of the instances tried: {error}"
            continue
        tried += 1
        if tried == LARGEST_TRIED:
            break
    if not tried:
        return "", why
    for numbers in unclear:
        obstacle = without_value(numbers, equation, recurrence, seed)
        if obstacle:
            return "", f"it has no value at {located({}, numbers.indices) or located(numbers.sizes, {})}: {obstacle}"
    return "", ""


def _differing(numbers: Numbers) -> str:
    """What it means that the sides differ modulo a prime, though not for certain."""
    return (
        "modulo a prime, where a function has a random value at every point, the sides differ at "
        f"{located(numbers.sizes, numbers.indices) or AS_STATED}, so that only a property of the functions that no "
        "rule knows could make them equal"
    )


def _size(numbers: Numbers) -> tuple[int, int]:
    return sum(numbers.indices.values()), sum(numbers.sizes.values())


def _without_proof(
    equation: Equation, recurrence: Recurrence, why: str, seed: int, failed: Search | None = None, obstacle: str = ""
) -> Verdict:
    """The verdict where there is no proof; where the equation fails modulo a prime, with what was looked for then.

    Where an obstacle is known, the equation is not said to hold at numbers.
    """
    found = find_difference(equation, recurrence, seed) if failed is None else failed
    refuted = _refuted(found, equation, recurrence, seed)
    if refuted is not None:
        return refuted
    if found.evaluated == 0:
        nowhere = found.obstacle or "no values of the indices satisfy its conditions"
        return Verdict(Kind.UNDECIDED, "", reason=f"{why}; it has a value at none of the instances tried: {nowhere}")
    if obstacle:
        return Verdict(
            Kind.UNDECIDED, "", reason=f"{why}; {obstacle}; no counterexample in {found.evaluated} instances"
        )
    largest = max(choices(equation, recurrence, largest_size=3), key=_size)
    if failed is None:
        try:
            result = identity_test(equation, recurrence, largest.sizes, largest.indices, seed=seed)
        except NO_VALUE as error:
            return Verdict(
                Kind.UNDECIDED, "", reason=f"{why}; no counterexample in {found.evaluated} instances; {error}"
            )
        elsewhere, obstacle = _failing_elsewhere(equation, recurrence, seed) if result.agrees else (None, "")
        if obstacle:
            return Verdict(Kind.UNDECIDED, "", reason=f"{why}; {obstacle}")
        if elsewhere is not None:
            refuted = _refuted(find_difference(equation, recurrence, seed, [elsewhere]), equation, recurrence, seed)
            if refuted is not None:
                return refuted
            return _in_digits(equation, recurrence, elsewhere, f"{why}; {_differing(elsewhere)}", seed)
        if result.agrees:
            where = located(largest.sizes, largest.indices) or AS_STATED
            return Verdict(Kind.IDENTITY, f"at {where}: {result.evidence}", reason=why)
    why = f"{why}; no certain counterexample in {found.evaluated} instances"
    return _in_digits(equation, recurrence, largest, why, seed)


def _failing_elsewhere(equation: Equation, recurrence: Recurrence, seed: int) -> tuple[Numbers | None, str]:
    """Of larger numbers, far apart, the first at which the sides differ modulo a prime, or why one has no value."""
    with suppress(LimitError), attempting("comparison", most=SECONDS_ELSEWHERE):
        for numbers in spread(equation, recurrence, seed):
            try:
                with attempting("comparison", most=SECONDS_AT_NUMBERS):
                    at = numbers.sizes, numbers.indices
                    if not identity_test(equation, recurrence, *at, trials=1, seed=seed).agrees:
                        return numbers, ""
            except UndefinedElementError:
                return numbers, ""
            except EvaluationError:
                if obstacle := without_value(numbers, equation, recurrence, seed):
                    return None, f"it has no value at {located({}, numbers.indices) or AS_STATED}: {obstacle}"
            except (UnknownTermError, LimitError):
                continue
    return None, ""


def _refuted(found: Search, equation: Equation, recurrence: Recurrence, seed: int) -> Verdict | None:
    if found.finding is None:
        return None
    example = counterexample(found.finding, equation, recurrence, seed)
    return Verdict(Kind.REFUTED, "counterexample", counterexample=example)


def _in_digits(equation: Equation, recurrence: Recurrence, numbers: Numbers, why: str, seed: int) -> Verdict:
    """What a relation of the activation that is not known modulo a prime still shows: agreement to 50 digits."""
    try:
        agrees = agrees_at(equation, recurrence, numbers.sizes, numbers.indices, seed=seed)
    except NO_VALUE as error:
        return Verdict(Kind.UNDECIDED, "", reason=f"{why}; {error}")
    return Verdict(agrees.kind, agrees.evidence, reason=f"{why}; {agrees.reason}" if agrees.reason else why)
