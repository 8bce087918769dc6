"""Verdicts on the slope of an activation: its maximum, and claimed bounds; the proofs are those of the bounds."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass

from symrnn.activations import Activation
from symrnn.check.deciding.pipeline import NOT_PROVED, Glance, Question, refuted
from symrnn.check.kernel import Theorem, prove_maximum, prove_slope_bound
from symrnn.derivation.counterexample import Counterexample, Named, Value, ball
from symrnn.derivation.statement import Maximum, SlopeBound
from symrnn.derivation.verdict import Verdict
from symrnn.errors import ProofError
from symrnn.slopes import Outcome, Point, expected, slope_bounds
from symrnn.slopes.assumptions import assumptions_of
from symrnn.slopes.members import member
from symrnn.slopes.pieces import slope_at
from symrnn.slopes.points import written


@dataclass
class MaximumQuestion(Question):
    """A maximum of a slope on its way to a verdict.

    >>> from symrnn.check.deciding.pipeline import decided
    >>> print(decided(MaximumQuestion(Maximum("sigmoid", 0.24, 0), seed=0)))
    REFUTED: a point where the slope is another
      z = 0: left side 1/4, right side 6/25 (exact; seed 0)
    """

    statement: Maximum
    seed: int

    @property
    def function(self) -> Activation:
        """φ."""
        return self.statement.function

    def glance(self) -> Glance:
        """Look at the slope at the claimed point, unless nothing is known of it."""
        try:
            slope_bounds(self.function)
        except NOT_PROVED as error:
            return Glance(hopeless=str(error))
        with suppress(*NOT_PROVED):
            return Glance(self._refuted_at_the_point())
        return Glance()

    def prove(self) -> Theorem:
        """The theorem, by a certificate."""
        return prove_maximum(self.statement)

    def search(self) -> Verdict | None:
        """Look for a point at which the slope is larger.

        Raises:
            NotDifferentiableError: when the claimed point is a kink and no convention is stated.
        """
        if slope_at(self.function, self.statement.at) is None:
            self.function.require_differentiable()
            raise ProofError(f"{self.function.name} has no slope at {self.statement.at}")
        point = expected(self.function, "<=", self.statement.bound).point
        return None if point is None else _refuted(point, self.function, self.seed)

    def _refuted_at_the_point(self) -> Verdict | None:
        phi, at, bound = self.function, self.statement.at, self.statement.bound
        slope = slope_at(phi, at)
        if slope is None or assumptions_of(phi).equal(slope, bound) is not False:
            return None
        text, certainty = written(phi, at, slope, bound)
        return _refuted(Point(at, text, "!=", bound, certainty), phi, self.seed)


@dataclass
class BoundQuestion(Question):
    """A bound of a slope on its way to a verdict.

    >>> from symrnn.check.deciding.pipeline import decided
    >>> print(decided(BoundQuestion(SlopeBound("mish", "<=", 1.1), seed=0)))
    PROVED: sup φ' = 1.0884981612517278... <= 11/10 (ball arithmetic, branch and bound, tail lemma)
      statement: mish'(z) <= 11/10 for every z
    """

    statement: SlopeBound
    seed: int

    def glance(self) -> Glance:
        """Compare with the largest and the least slope, which tells at which point it fails."""
        phi = self.statement.function
        try:
            found = expected(phi, self.statement.relation, self.statement.bound)
        except NOT_PROVED as error:
            return Glance(hopeless=str(error))
        if found.outcome is Outcome.EXPECTED:
            return Glance()
        if found.point is not None:
            return Glance(_refuted(found.point, phi, self.seed))
        fails = f"it fails, since {found.evidence}, but no such point with a closed form was found to show"
        return Glance(hopeless=found.reason or fails)

    def prove(self) -> Theorem:
        """The theorem, by a certificate."""
        return prove_slope_bound(self.statement)


def _refuted(point: Point, phi: Activation, seed: int) -> Verdict:
    """The verdict on a claim that fails at a point."""
    given = [(Named(symbol.name), value) for symbol, value in point.parameters]
    certainty = "exact" if point.certainty == "exact" else "ball arithmetic"
    example = Counterexample((*given, (Named("z"), point.at)), _slope(point, phi), point.bound, certainty, seed)
    kind = "no larger in size" if point.absolute else "another"
    return refuted(example, f"a point where the slope is {kind}")


def _slope(point: Point, phi: Activation) -> Value:
    """The slope at a point: a ball, a rational number or a formula, or its name where it is the bound itself."""
    if point.certainty != "exact":
        return ball(point.slope)
    slope = slope_at(member(phi, dict(point.parameters)) if point.parameters else phi, point.at)
    return slope if slope is not None and (slope.is_Rational or slope.free_symbols) else point.slope
