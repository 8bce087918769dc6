"""Claimed bounds of a slope: proved, or refuted with a point.

>>> print(claim_bound("sigmoid", "<=", 0.24))
REFUTED: sigmoid'(z) <= 6/25 for every z
  z = 0: φ'(z) = 1/4 > 6/25 (exact)
>>> print(claim_bound("mish", "<=", 1.1))
PROVED: mish'(z) <= 11/10 for every z
  since sup φ' = 1.0884981612517278... <= 11/10 (ball arithmetic, branch and bound, tail lemma)
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum
from typing import Any

import sympy as sp
from sympy.core.relational import Relational

from symrnn.activations import Activation, activation
from symrnn.activations.parameters import exact
from symrnn.bounds.agreement import holds, same_value
from symrnn.bounds.assumptions import assumptions_of
from symrnn.bounds.bound import Bound
from symrnn.bounds.members import members
from symrnn.bounds.points import Point, point_beyond
from symrnn.bounds.slopes import SlopeBounds, slope_bounds
from symrnn.errors import ParameterError, ProofError

RELATIONS = ("<=", "<", ">=", ">", "abs<=", "abs<")
"""What can be claimed: of φ', or with "abs" of its absolute value."""


class Outcome(Enum):
    """What was found of a claim."""

    PROVED = "PROVED"
    REFUTED = "REFUTED"
    UNDECIDED = "UNDECIDED"

    def __str__(self) -> str:
        return self.value


@dataclass(frozen=True)
class BoundVerdict:
    """What was found of a claimed bound, with its evidence.

    Args:
        outcome: proved, refuted or undecided.
        bounds: the bounds of the slope with their proofs.
        relation: one of :data:`RELATIONS`.
        bound: the claimed number.
        evidence: for PROVED, the comparison that shows it.
        point: for REFUTED, a point at which the claim fails.
        reason: for UNDECIDED.
    """

    outcome: Outcome
    bounds: SlopeBounds
    relation: str
    bound: sp.Expr
    evidence: str = ""
    point: Point | None = None
    reason: str = ""

    @property
    def claim(self) -> str:
        """The claim in print."""
        slope = f"{self.bounds.activation.name}'(z)"
        left = f"|{slope}|" if self.relation.startswith("abs") else slope
        return f"{left} {self.relation.removeprefix('abs')} {self.bound} for every z"

    @property
    def hypotheses(self) -> tuple[Relational, ...]:
        """What is assumed of the parameters."""
        return self.bounds.activation.hypotheses

    def __bool__(self) -> bool:
        return self.outcome is Outcome.PROVED

    def __str__(self) -> str:
        lines = [f"{self.outcome}: {self.claim}"]
        lines += [f"  since {self.evidence}"] if self.evidence else []
        lines += [f"  {self.point}"] if self.point is not None else []
        lines += [f"  because {self.reason}"] if self.reason else []
        return "\n".join([*lines, *(f"  given: {hypothesis}" for hypothesis in self.hypotheses)])

    def check(self) -> None:
        """Replay: the proof of the bounds, or the evaluation at the point.

        Raises:
            ProofError: when it does not show the outcome.
        """
        if self.outcome is Outcome.PROVED:
            self.bounds.check()
        if self.point is not None:
            self.point.check(self.bounds.activation)
        again = claim_bound(self.bounds.activation, self.relation, self.bound)
        if again.outcome is not self.outcome:
            raise ProofError(f"the claim is {again.outcome}, not {self.outcome}")


def claim_bound(phi: Activation | str, relation: str, bound: Any) -> BoundVerdict:
    """Decide a claimed bound of φ', for every z that is no kink without a convention.

    Args:
        phi: the activation, or its name in the catalogue.
        relation: ``"<="``, ``"<"``, ``">="``, ``">"`` of φ', or ``"abs<="``, ``"abs<"`` of abs(φ').
        bound: a number, exact (a float stands for its decimal), or an expression in the parameters.

    Raises:
        ParameterError: for another relation, or a bound that is no real number.
        UnknownTermError: for a generic activation.

    >>> for name, relation in (("tanh", "<="), ("tanh", "<"), ("tanhshrink", "<")):
    ...     print(claim_bound(name, relation, 1).outcome)
    PROVED
    REFUTED
    PROVED
    """
    if relation not in RELATIONS:
        raise ParameterError(f"there is no relation {relation!r}", advice=f"use one of {', '.join(RELATIONS)}")
    known = activation(phi) if isinstance(phi, str) else phi
    number = _number(bound, known)
    bounds = slope_bounds(known)
    if not relation.startswith("abs"):
        return _decide(bounds, relation, number)
    strict = relation.removeprefix("abs")
    upper = _decide(bounds, strict, number)
    lower = _decide(bounds, ">" + strict[1:], -number)
    for outcome in (Outcome.REFUTED, Outcome.UNDECIDED):
        for found in (upper, lower):
            if found.outcome is outcome:
                return replace(found, relation=relation, bound=number)
    return replace(upper, relation=relation, evidence=f"{upper.evidence} and {lower.evidence}")


def _number(bound: Any, phi: Activation) -> sp.Expr:
    parameters = {symbol for symbol, _ in phi.stand_ins}
    if isinstance(bound, sp.Expr) and bound.free_symbols and bound.free_symbols <= parameters:
        return bound
    if isinstance(bound, sp.Symbol):
        raise ParameterError(f"{bound} is no parameter of {phi.name}", advice="give a number")
    return exact("the bound", bound)


def _decide(bounds: SlopeBounds, relation: str, number: sp.Expr) -> BoundVerdict:
    """Compare the claimed number with the proved bound."""
    phi, given = bounds.activation, assumptions_of(bounds.activation)
    bound = bounds.upper if relation[0] == "<" else bounds.lower
    extreme, strict = bound.extreme, len(relation) == 1
    found = holds(extreme.value, relation, number, given)
    if strict and not found and holds(extreme.value, relation + "=", number, given):
        equal = same_value(extreme.value, number, given)
        found = not extreme.attained if equal and extreme.attained is not None else None
    if found:
        return BoundVerdict(Outcome.PROVED, bounds, relation, number, evidence=_evidence(bound, relation, number))
    point = _point_in_family(bounds, relation, number) if phi.stand_ins else None
    if found is False and point is None:
        point = point_beyond(phi, bound, relation, number)
    if point is not None:
        return BoundVerdict(Outcome.REFUTED, bounds, relation, number, point=point)
    reason = f"the comparison of {extreme.value} with {number} is not decided"
    if found is False:
        reason = f"{extreme.value} is beyond {number}, but no point with a certified slope was found"
    return BoundVerdict(Outcome.UNDECIDED, bounds, relation, number, reason=reason)


def _point_in_family(bounds: SlopeBounds, relation: str, number: sp.Expr) -> Point | None:
    """A counterexample at some values of the parameters: a claim about symbols is about all their values."""
    for values, member in members(bounds.activation):
        found = _decide(slope_bounds(member), relation, number.subs(values))
        if found.point is not None:
            return replace(found.point, parameters=tuple(values.items()))
    return None


def _evidence(bound: Bound, relation: str, number: sp.Expr) -> str:
    name, value = ("sup" if bound.side > 0 else "inf"), bound.extreme.value
    written = value if value.is_Rational or not bound.decimal else f"{bound.decimal[:18]}..."
    attained = "" if len(relation) > 1 or value != number else ", which is not attained"
    sign = {1: "<=", -1: ">="}[bound.side]
    return f"{name} φ' = {written} {sign} {number}{attained} ({bound.proof.method})"
