"""What is found of a claim about a slope, with its evidence."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Any

import sympy as sp
from sympy.core.relational import Relational

from symrnn.activations import Activation, is_catalogued, z
from symrnn.errors import ProofError
from symrnn.expr.declared import declared
from symrnn.slopes.bounds import SlopeBounds
from symrnn.slopes.enclosures import brief
from symrnn.slopes.points import Point


class Outcome(Enum):
    """What was found of a claim."""

    PROVED = "PROVED"
    EXPECTED = "EXPECTED"  # by the bounds; it is PROVED when there is a certificate, and no user sees it before
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
        relation: one of :data:`symrnn.slopes.RELATIONS`.
        bound: the claimed number.
        evidence: for PROVED, what shows it; for REFUTED, the true bound where there is no point.
        point: for REFUTED, a point at which the claim fails; None when it is about an extreme value,
            or fails at a point without a closed form.
        reason: for UNDECIDED.
        of: one of :data:`symrnn.slopes.QUANTITIES`; empty for a claim about φ'(z) at every z.
        certificates: for PROVED, their lines, as the kernel has accepted them.

    Raises:
        ProofError: for PROVED without a certificate.
    """

    outcome: Outcome
    bounds: SlopeBounds
    relation: str
    bound: sp.Expr
    evidence: str = ""
    point: Point | None = None
    reason: str = ""
    of: str = ""
    certificates: tuple[tuple[str, ...], ...] = ()

    def __post_init__(self) -> None:
        if self.outcome is Outcome.PROVED and not self.certificates:
            raise ProofError("only a certificate says PROVED")

    @property
    def claim(self) -> str:
        """The claim in print."""
        slope = f"{self.bounds.activation.title}'"
        plain = self.relation.removeprefix("abs")
        if not self.of:
            slope += "(z)"
        left = f"|{slope}|" if self.relation.startswith("abs") else slope
        stated = f"{left} {plain} {brief(self.bound)}"
        return f"{self.of} {stated}" if self.of else f"{stated} for every z"

    @property
    def hypotheses(self) -> tuple[Relational, ...]:
        """What is assumed of the parameters."""
        return self.bounds.activation.hypotheses

    @property
    def given(self) -> tuple[str, ...]:
        """Everything that the verdict rests on, in words: the parameters, and what is said of the kinks."""
        return given(self.bounds.activation)

    def __bool__(self) -> bool:
        return self.outcome is Outcome.PROVED

    @property
    def details(self) -> tuple[str, ...]:
        """The lines below the verdict itself in print."""
        lines = [f"  since {self.evidence}"] if self.evidence else []
        lines += [f"  {self.point}"] if self.point is not None else []
        lines += [f"  because {self.reason}"] if self.reason else []
        return (*lines, *(f"  given: {condition}" for condition in self.given))

    def __str__(self) -> str:
        return "\n".join([f"{self.outcome}: {self.claim}", *self.details])

    def record(self) -> dict[str, Any]:
        """The verdict as an object for JSON; numbers are exact, as text.

        >>> from symrnn.slopes import claim_bound
        >>> claim_bound("sigmoid", "<=", 0.24).record()["point"]
        {'z': '0', 'parameters': {}, 'slope': '1/4', 'relation': '>', 'bound': '6/25', 'certainty': 'exact'}
        """
        return {
            "claim": self.claim,
            "verdict": self.outcome.value,
            "activation": self.bounds.activation.title,
            "of": self.of or None,
            "relation": self.relation,
            "bound": str(self.bound),
            "evidence": self.evidence,
            "point": None if self.point is None else self.point.record(),
            "reason": self.reason,
            "hypotheses": list(self.given),
            "sup": str(self.bounds.sup),
            "inf": str(self.bounds.inf),
        }


def given(phi: Activation) -> tuple[str, ...]:
    """What a statement about the slope of an activation rests on, in words.

    >>> from symrnn.activations import activation
    >>> given(activation("relu")), given(activation("relu", at_kink=0))
    (('z is not 0, where relu has no derivative',), ("relu'(0) taken as 0",))
    """
    found = [] if is_catalogued(phi) else [f"{phi.name}(z) = {phi.formula}"]
    found += [str(hypothesis) for hypothesis in phi.hypotheses]
    if not is_catalogued(phi):
        symbols = sorted(set() if phi.formula is None else phi.formula.free_symbols - {z}, key=str)
        found += [words for words in map(declared, symbols) if " real" not in words or words.count(" ") > 1]
    stated = dict(phi.conventions())
    if phi.kinks and not stated:
        found.append(f"z is not {' or '.join(map(str, phi.kinks))}, where {phi.name} has no derivative")
    found += [f"{phi.name}'({kink}) taken as {slope}" for kink, slope in stated.items()]
    return tuple(found)
