"""From a claim to its verdict: proof first, then a counterexample, then evidence at numbers."""

from __future__ import annotations

from functools import singledispatch
from typing import Any

import sympy as sp

from symrnn.check.arithmetic import entails
from symrnn.check.kernel import ALGEBRA, Theorem, prove_maximum, prove_derivation, prove_equation
from symrnn.check.maxima import slope_at, square_certificate
from symrnn.check.numeric import identity_test
from symrnn.check.refute import find_counterexample, index_values, size_values
from symrnn.derivation.claim import Claim
from symrnn.derivation.statement import AllOf, Definitions, Equation, Informal, Maximum
from symrnn.derivation.steps import Derivation
from symrnn.derivation.verdict import Counterexample, Kind, Verdict
from symrnn.errors import EvaluationError, ProofError, UnknownTermError
from symrnn.expr import Element, Variable
from symrnn.expr.normal import equal
from symrnn.recurrence import Recurrence

SEED = 20


def verify(claim: Claim, *, seed: int = SEED) -> Verdict:
    """Check a claim.

    The kernel tries first; what it proves is tried on numbers once more, and a disagreement there is reported as an
    error of the program. Otherwise a counterexample is looked for; then the identity is tested modulo a prime.

    Args:
        claim: what to check.
        seed: what the drawn matrices follow from.

    Raises:
        ProofError: when a proof and a calculation contradict each other, which is a bug to report.

    >>> import sympy as sp
    >>> from symrnn.derivation import Claim, Kind, Maximum
    >>> print(verify(Claim("L10", "slope", Maximum("sigmoid", sp.Rational(1, 4), sp.S.Zero), Kind.PROVED)))
    PROVED: 1/4 - sigmoid' = (p - 1/2)^2 with p = sigmoid(z), and sigmoid'(0) = 1/4
    """
    verdict = decide(claim.statement, claim, seed)
    if not claim.assumptions:
        return verdict
    return Verdict(
        verdict.kind,
        verdict.evidence,
        (*verdict.hypotheses, *claim.assumptions),
        verdict.counterexample,
        verdict.reason,
        verdict.theorem,
    )


@singledispatch
def decide(statement: Any, claim: Claim, seed: int) -> Verdict:
    """The verdict on a statement; one rule per kind of statement."""
    raise UnknownTermError(f"no check is known for {type(statement).__name__}", where=claim.id)


@decide.register
def _(statement: Informal, claim: Claim, seed: int) -> Verdict:
    return Verdict(Kind.UNDECIDED, "", reason=statement.missing or "it cannot be stated as a term")


@decide.register
def _(statement: Maximum, claim: Claim, seed: int) -> Verdict:
    try:
        certificate = square_certificate(statement)
    except ProofError as error:
        return _above(statement, seed) or Verdict(Kind.UNDECIDED, "", reason=str(error))
    name = statement.activation
    evidence = (
        f"{statement.bound} - {name}' = ({certificate.root})^2 with p = {name}(z), "
        f"and {name}'({statement.at}) = {statement.bound}"
    )
    return Verdict(Kind.PROVED, evidence, theorem=prove_maximum(statement))


def _above(statement: Maximum, seed: int) -> Verdict | None:
    """A point at which the slope exceeds the claimed maximum, or the claimed point if it does not take the value."""
    for point in (statement.at, *(sp.Rational(i, 2) for i in range(-6, 7))):
        slope = slope_at(statement, point)
        wrong = sp.simplify(slope - statement.bound)
        if (wrong > 0) == sp.true or (point == statement.at and (wrong < 0) == sp.true):
            found = Counterexample({"z": str(point)}, str(slope), str(statement.bound), "exact", seed)
            return Verdict(Kind.REFUTED, "a point where the slope is another", counterexample=found)
    return None


@decide.register
def _(statement: Definitions, claim: Claim, seed: int) -> Verdict:
    recurrence = required(claim)
    for part in statement.parts:
        try:
            prove_definition(part, recurrence)
        except ProofError as error:
            return Verdict(Kind.UNDECIDED, "", reason=f"{part} is not what the {recurrence.name} defines: {error}")
    return Verdict(Kind.DEFINITION, f"as the {recurrence.name} defines it")


def prove_definition(equation: Equation, recurrence: Recurrence) -> None:
    """Check that an equation is one of the recurrence's own, or follows from them.

    Raises:
        ProofError: when it does not.
    """
    if _is_new_name(equation, recurrence):
        return
    body = recurrence.body(equation.lhs) if recurrence.role(equation.lhs) is not None else None
    if body is None or not (equal(body, equation.rhs) or equal(recurrence.inlined(equation.lhs), equation.rhs)):
        raise ProofError(f"{equation.lhs} is defined otherwise")


def _is_new_name(equation: Equation, recurrence: Recurrence) -> bool:
    """A name that the recurrence does not know and the right side does not use: it may be given any meaning."""
    new = equation.lhs
    if not isinstance(new, Variable):
        return False
    known = {d.sequence.name for d in recurrence.definitions}
    known |= {p.name for p in (*recurrence.parameters, *recurrence.inputs, *recurrence.totals)}
    used = {part.name for part in equation.rhs.atoms(Element, sp.MatrixSymbol)}
    return new.name not in known | used


@decide.register
def _(statement: AllOf, claim: Claim, seed: int) -> Verdict:
    verdicts = [decide(part, claim, seed) for part in statement.parts]
    for verdict in verdicts:
        if verdict.kind is Kind.REFUTED:
            return verdict
    weakest = max(verdicts, key=lambda v: list(Kind).index(v.kind))
    evidence = "; ".join(dict.fromkeys(v.evidence for v in verdicts if v.evidence))
    hypotheses = tuple(dict.fromkeys(h for v in verdicts for h in v.hypotheses))
    return Verdict(weakest.kind, evidence, hypotheses, None, weakest.reason, weakest.theorem)


@decide.register
def _(statement: Equation, claim: Claim, seed: int) -> Verdict:
    recurrence = required(claim)
    derivation = claim.derivation
    if derivation is not None and not _proves(derivation, statement):
        return Verdict(Kind.UNDECIDED, "", reason="the derivation that comes with it proves something else")
    try:
        theorem = prove_equation(statement, recurrence) if derivation is None else prove_derivation(derivation)
    except ProofError as error:
        return _without_proof(statement, recurrence, str(error), seed)
    return _proved(theorem, statement, recurrence, seed)


def _proves(derivation: Derivation, statement: Equation) -> bool:
    """The same two sides, under conditions that follow from those of the statement."""
    proved = derivation.equation
    same_sides = (proved.lhs, proved.rhs, proved.varying) == (statement.lhs, statement.rhs, statement.varying)
    return same_sides and all(entails(statement.where, condition) for condition in proved.where)


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
    try:
        theorem = prove_derivation(derivation)
    except ProofError as error:
        return _without_proof(derivation.equation, derivation.recurrence, str(error), seed)
    return _proved(theorem, derivation.equation, derivation.recurrence, seed)


def _proved(theorem: Theorem, equation: Equation, recurrence: Recurrence, seed: int) -> Verdict:
    tried = _tried_on_numbers(equation, recurrence, seed)
    if tried == 0:
        reason = "no values of the indices satisfy its conditions, so it says nothing"
        return Verdict(Kind.UNDECIDED, "", reason=reason)
    steps = [rule for rule in theorem.means if rule != ALGEBRA]
    evidence = " + ".join((*steps, ALGEBRA)) if steps else "equal normal forms"
    return Verdict(Kind.PROVED, evidence, theorem.hypotheses, theorem=theorem)


def _tried_on_numbers(equation: Equation, recurrence: Recurrence, seed: int) -> int:
    """Test a theorem at a few instances modulo a prime; a kernel that errs must not go unnoticed.

    Raises:
        ProofError: when a proved equation fails.
    """
    tried = 0
    all_sizes = list(size_values(equation, recurrence))
    for indices in reversed(list(index_values(equation))):
        try:
            result = identity_test(equation, recurrence, all_sizes[-1 - tried % min(2, len(all_sizes))], indices, trials=1, seed=seed)
        except EvaluationError:
            continue
        tried += 1
        if not result.agrees:
            raise ProofError(f"the checker proved {equation}, but it fails at {indices}: please report this")
        if tried == 2:
            break
    return tried


def _without_proof(equation: Equation, recurrence: Recurrence, why: str, seed: int) -> Verdict:
    found, evaluated = find_counterexample(equation, recurrence, seed)
    if found is not None:
        return Verdict(Kind.REFUTED, "counterexample", counterexample=found)
    if evaluated == 0:
        return Verdict(Kind.UNDECIDED, "", reason="it has a value at none of the instances tried")
    largest = max(index_values(equation), key=lambda v: sum(v.values()), default={})
    sizes = list(size_values(equation, recurrence, 3))[-1]
    try:
        result = identity_test(equation, recurrence, sizes, largest, seed=seed)
    except EvaluationError as error:
        return Verdict(Kind.UNDECIDED, "", reason=f"{why}; no counterexample in {evaluated} instances; {error}")
    if result.agrees:
        where = ", ".join(f"{symbol} = {at}" for symbol, at in {**sizes, **largest}.items())
        return Verdict(Kind.IDENTITY, f"at {where}: {result.evidence}", reason=why)
    return Verdict(Kind.UNDECIDED, "", reason=f"{why}; no certain counterexample in {evaluated} instances")
