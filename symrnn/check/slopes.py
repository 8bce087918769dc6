"""Verdicts on the slope of an activation: its maximum, and claimed bounds; the proofs are those of the bounds."""

from __future__ import annotations

from symrnn.activations import Activation
from symrnn.check.kernel import prove_maximum, prove_slope_bound
from symrnn.derivation.statement import Maximum, SlopeBound
from symrnn.derivation.verdict import Counterexample, Kind, Verdict
from symrnn.errors import LimitError, ProofError, UnknownTermError
from symrnn.slopes import Outcome, Point, expected, slope_bounds
from symrnn.slopes.assumptions import assumptions_of
from symrnn.slopes.pieces import slope_at
from symrnn.slopes.points import written

NOT_PROVED = (ProofError, UnknownTermError, LimitError)
"""What stops a proof without saying anything about the statement."""


def verdict_on_maximum(statement: Maximum, seed: int) -> Verdict:
    """Prove that the slope takes its largest value at a point; or show a point where it is larger or another.

    Raises:
        NotDifferentiableError: when the point is a kink and no convention is stated.

    >>> print(verdict_on_maximum(Maximum("sigmoid", 0.24, 0), 0))
    REFUTED: a point where the slope is another
      z = 0: left side 1/4, right side 6/25 (exact; seed 0)
    """
    phi = statement.function
    try:
        slope_bounds(phi)
    except NOT_PROVED as error:
        return Verdict(Kind.UNDECIDED, "", reason=str(error))
    try:
        return Verdict.of(prove_maximum(statement))
    except NOT_PROVED as error:
        refuted = _refuted_maximum(statement, phi, seed)
        return Verdict(Kind.UNDECIDED, "", reason=str(error)) if refuted is None else refuted


def _refuted_maximum(statement: Maximum, phi: Activation, seed: int) -> Verdict | None:
    """The claimed point if the slope is another there, or else a point at which the slope is larger."""
    slope = slope_at(phi, statement.at)
    if slope is None:
        phi.require_differentiable()
        raise ProofError(f"{phi.name} has no slope at {statement.at}")
    if assumptions_of(phi).equal(slope, statement.bound) is False:
        text, certainty = written(phi, statement.at, slope, statement.bound)
        return _refuted(Point(statement.at, text, "!=", statement.bound, certainty), seed)
    verdict = expected(phi, "<=", statement.bound)
    return None if verdict.point is None else _refuted(verdict.point, seed)


def verdict_on_slope_bound(statement: SlopeBound, seed: int) -> Verdict:
    """Prove a bound for every z, or show a point at which it fails.

    >>> print(verdict_on_slope_bound(SlopeBound("mish", "<=", 1.1), 0))
    PROVED: sup φ' = 1.0884981612517278... <= 11/10 (ball arithmetic, branch and bound, tail lemma)
      statement: mish'(z) <= 11/10 for every z
    """
    try:
        found = expected(statement.function, statement.relation, statement.bound)
    except NOT_PROVED as error:
        return Verdict(Kind.UNDECIDED, "", reason=str(error))
    if found.outcome is Outcome.EXPECTED:
        try:
            return Verdict.of(prove_slope_bound(statement))
        except NOT_PROVED as error:
            return Verdict(Kind.UNDECIDED, "", reason=str(error))
    if found.point is None:
        fails = f"it fails, since {found.evidence}, but no such point with a closed form was found to show"
        return Verdict(Kind.UNDECIDED, "", reason=found.reason or fails)
    return _refuted(found.point, seed)


def _refuted(point: Point, seed: int) -> Verdict:
    values = {str(symbol): str(value) for symbol, value in point.parameters} | {"z": str(point.at)}
    certainty = point.certainty if point.certainty == "exact" else "ball arithmetic"
    example = Counterexample(values, point.slope, str(point.bound), certainty, seed)
    evidence = (
        "a point where the slope is no larger in size" if point.absolute else "a point where the slope is another"
    )
    return Verdict(Kind.REFUTED, evidence, counterexample=example)
