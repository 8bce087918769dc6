"""Claimed bounds of a slope: proved, or refuted with a point.

>>> print(claim_bound("sigmoid", "<=", 0.24))
REFUTED: sigmoid'(z) <= 6/25 for every z
  z = 0: φ'(z) = 1/4 > 6/25 (exact)
>>> print(claim_bound("mish", "<=", 1.1))
PROVED: mish'(z) <= 11/10 for every z
  since sup φ' = 1.0884981612517278... <= 11/10 (ball arithmetic, branch and bound, tail lemma)
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import sympy as sp

from symrnn.activations import Activation, activation
from symrnn.activations.parameters import exact
from symrnn.bounds.agreement import holds, same_value
from symrnn.bounds.assumptions import assumptions_of
from symrnn.bounds.enclosures import brief
from symrnn.bounds.magnitudes import abs_inf_attained, point_of_small_slope
from symrnn.bounds.members import members
from symrnn.bounds.own import parameters_of
from symrnn.bounds.peaks import decide_peak, shown
from symrnn.bounds.points import MAX_STEPS, Point, point_beyond
from symrnn.bounds.slopes import SlopeBounds, slope_bounds
from symrnn.bounds.verdicts import BoundVerdict, Outcome
from symrnn.errors import ParameterError, ProofError
from symrnn.late import late

PLAIN = ("<=", "<", ">=", ">", "=")
RELATIONS = (*PLAIN, *(f"abs{relation}" for relation in PLAIN))
"""What can be claimed: of φ', or with "abs" of its absolute value."""

FEW = 16
"""How many points are tried for an exact value, before it is left at saying that there is one."""

QUANTITIES = ("", "sup", "max", "inf", "min")
"""What it can be claimed of: φ'(z) for every z, or its extreme values. A maximum has to be attained."""


def claim_bound(phi: Activation | str, relation: str, bound: Any, *, of: str = "") -> BoundVerdict:
    """Decide a claimed bound of φ', for every z that is no kink without a convention.

    Args:
        phi: the activation, or its name in the catalogue.
        relation: ``"<="``, ``"<"``, ``">="``, ``">"`` or ``"="`` of φ', or such as ``"abs<="`` of abs(φ').
        bound: a number, exact (a float stands for its decimal), or an expression in the parameters.
        of: ``"sup"``, ``"max"``, ``"inf"`` or ``"min"`` for a claim about the supremum, the maximum, ... of φ';
            that φ' has a maximum is part of a claim about it.

    Raises:
        ParameterError: for another relation or quantity, or a bound that is no real number.
        UnknownTermError: for a generic activation.

    >>> for name, relation in (("tanh", "<="), ("tanh", "<"), ("tanhshrink", "<")):
    ...     print(claim_bound(name, relation, 1).outcome)
    PROVED
    REFUTED
    PROVED
    >>> print(claim_bound("tanhshrink", "=", 1, of="max"))
    REFUTED: max tanhshrink' = 1
      since sup φ' = 1 is not attained; approached as z → -∞ and as z → ∞, so there is no maximum (monotone pieces)
    """
    for given, known, what in ((relation, RELATIONS, "relation"), (of, QUANTITIES, "quantity")):
        if given not in known:
            advice = f"use one of {', '.join(name for name in known if name)}"
            raise ParameterError(f"there is no {what} {given!r}", advice=advice)
    found: BoundVerdict = late("certify.slope_asked", "certified")(expected(phi, relation, bound, of=of))
    return found


def expected(phi: Activation | str, relation: str, bound: Any, *, of: str = "") -> BoundVerdict:
    """What the bounds say of a claim: EXPECTED where there should be a certificate of it."""
    entry = activation(phi) if isinstance(phi, str) else phi
    number = _number(bound, entry)
    bounds = slope_bounds(entry)
    if of:
        return decide_peak(bounds, of, relation, number)
    return _decide(bounds, relation, number)


def _number(bound: Any, phi: Activation) -> sp.Expr:
    parameters = parameters_of(phi)
    if isinstance(bound, sp.Expr) and bound.free_symbols and bound.free_symbols <= parameters:
        return bound
    if isinstance(bound, sp.Symbol):
        raise ParameterError(f"{bound} is no parameter of {phi.name}", advice="give a number")
    return exact("the bound", bound)


def _decide(bounds: SlopeBounds, relation: str, number: sp.Expr) -> BoundVerdict:
    match relation:
        case "=":
            parts = _compare(bounds, "<=", number), _compare(bounds, ">=", number)
        case "abs<=" | "abs<":
            below = relation.removeprefix("abs")
            parts = _compare(bounds, below, number), _compare(bounds, below.replace("<", ">"), -number)
        case "abs>=" | "abs>":
            return _away_from_zero(bounds, relation, number)
        case "abs=":
            parts = _decide(bounds, "abs<=", number), _decide(bounds, "abs>=", number)
        case _:
            return _compare(bounds, relation, number)
    return _both(*parts, relation, number)


def _both(one: BoundVerdict, other: BoundVerdict, relation: str, number: sp.Expr) -> BoundVerdict:
    """The verdict on two claims together."""
    for outcome in (Outcome.REFUTED, Outcome.UNDECIDED):
        for found in (one, other):
            if found.outcome is outcome:
                return replace(found, relation=relation, bound=number)
    return replace(one, relation=relation, bound=number, evidence=f"{one.evidence} and {other.evidence}")


def _compare(bounds: SlopeBounds, relation: str, number: sp.Expr) -> BoundVerdict:
    """Compare the claimed number with the proved bound."""
    phi, given = bounds.activation, assumptions_of(bounds.activation)
    bound = bounds.upper if relation[0] == "<" else bounds.lower
    extreme, strict = bound.extreme, len(relation) == 1
    found = holds(extreme.value, relation, number, given)
    if strict and not found and holds(extreme.value, relation + "=", number, given):
        equal = same_value(extreme.value, number, given)
        found = not extreme.attained if equal and extreme.attained is not None else None
    if found:
        sign = {1: "<=", -1: ">="}[bound.side]
        attained = "" if not strict or extreme.value != number else ", which is not attained"
        evidence = f"{shown(bounds, bound.side)} {sign} {brief(number)}{attained} ({bound.proof.method})"
        return BoundVerdict(Outcome.EXPECTED, bounds, relation, number, evidence=evidence)
    point = _point_in_family(bounds, relation, number) if phi.stand_ins else None
    if found is False and point is None:
        point = point_beyond(phi, bound, relation, number)
    return _refuted(bounds, relation, number, point, found, extreme.value)


def _away_from_zero(bounds: SlopeBounds, relation: str, number: sp.Expr) -> BoundVerdict:
    """Compare the claimed number with the smallest abs(φ')."""
    phi, given, plain = bounds.activation, assumptions_of(bounds.activation), relation.removeprefix("abs")
    try:
        smallest = bounds.abs_inf
    except ProofError as error:
        point = _point_in_family(bounds, relation, number)
        outcome = Outcome.UNDECIDED if point is None else Outcome.REFUTED
        reason = str(error) if point is None else ""
        return BoundVerdict(outcome, bounds, relation, number, point=point, reason=reason)
    found = holds(smallest, plain, number, given)
    taken = None
    if plain == ">" and not found and same_value(smallest, number, given):
        taken = abs_inf_attained(bounds)
        found = None if taken is None else not taken
    if found:
        attained = "" if plain == ">=" or smallest != number else ", which is not attained"
        evidence = f"inf |φ'| = {smallest} >= {brief(number)}{attained} ({bounds.lower.proof.method})"
        return BoundVerdict(Outcome.EXPECTED, bounds, relation, number, evidence=evidence)
    point = _point_in_family(bounds, relation, number) if phi.stand_ins else None
    if found is False and point is None:
        point = point_of_small_slope(bounds, plain, number, tries=FEW if taken else MAX_STEPS)
    if taken and point is None:  # at a root of φ', which need not have a closed form
        evidence = f"|φ'(z)| = {smallest} for some z ({bounds.lower.proof.method})"
        return BoundVerdict(Outcome.REFUTED, bounds, relation, number, evidence=evidence)
    return _refuted(bounds, relation, number, point, found, smallest)


def _refuted(
    bounds: SlopeBounds, relation: str, number: sp.Expr, point: Point | None, found: bool | None, value: sp.Expr
) -> BoundVerdict:
    """Refuted with a point; without one, undecided."""
    if point is not None:
        return BoundVerdict(Outcome.REFUTED, bounds, relation, number, point=point)
    reason = f"the comparison of {value} with {brief(number)} is not decided"
    if found is False:
        reason = f"{value} is beyond {brief(number)}, but no point with a certified slope was found"
    return BoundVerdict(Outcome.UNDECIDED, bounds, relation, number, reason=reason)


def _point_in_family(bounds: SlopeBounds, relation: str, number: sp.Expr) -> Point | None:
    """A counterexample at some values of the parameters: a claim about symbols is about all their values."""
    for values, member in members(bounds.activation):
        found = _decide(slope_bounds(member), relation, number.subs(values))
        if found.point is not None:
            return replace(found.point, parameters=tuple(values.items()))
    return None
