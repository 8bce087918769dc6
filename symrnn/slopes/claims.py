"""Claimed bounds of a slope: proved, or refuted with a point.

>>> print(claim_bound("sigmoid", "<=", 0.24))
REFUTED: sigmoid'(z) <= 6/25 for every z
  z = 0: φ'(z) = 1/4 > 6/25 (exact)
>>> print(claim_bound("mish", "<=", 1.1))
PROVED: mish'(z) <= 11/10 for every z
  since sup φ' = 1.0884981612517278... <= 11/10 (ball arithmetic, branch and bound, tail lemma)
>>> print(claim_bound("sigmoid", "=", sp.Rational(1, 4), of="max"))
PROVED: max sigmoid' = 1/4
  since sup φ' = 1/4, attained at z = 0 (square certificate)
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import sympy as sp

from symrnn import late
from symrnn.activations import Activation, activation
from symrnn.activations.parameters import exact
from symrnn.decimals import in_fractions
from symrnn.errors import ParameterError, ProofError
from symrnn.slopes.agreement import holds, same_value
from symrnn.slopes.assumptions import assumptions_of
from symrnn.slopes.bounds import Bound, SlopeBounds, slope_bounds
from symrnn.slopes.enclosures import brief
from symrnn.slopes.members import members
from symrnn.slopes.own import parameters_of
from symrnn.slopes.points import MAX_STEPS, point_beyond, point_of_small_slope
from symrnn.slopes.verdicts import BoundVerdict, Outcome

PLAIN = ("<=", "<", ">=", ">", "=")
RELATIONS = (*PLAIN, *(f"abs{relation}" for relation in PLAIN))
"""What can be claimed: of φ', or with "abs" of its absolute value."""

FEW = 16
"""How many points are tried for an exact value, before it is left at saying that there is one."""

QUANTITIES = ("", "sup", "max", "inf", "min")
"""What it can be claimed of: φ'(z) for every z, or its extreme values. A maximum has to be attained."""


def claim_bound(phi: Activation | str, relation: str, bound: Any, *, of: str = "") -> BoundVerdict:
    """Decide a claimed bound of φ', for every z but kinks without a convention.

    Args:
        phi: the activation, or its name in the catalogue.
        relation: ``"<="``, ``"<"``, ``">="``, ``">"`` or ``"="`` of φ', or such as ``"abs<="`` of abs(φ').
        bound: a number, exact (a float stands for its decimal), or an expression in the parameters.
        of: ``"sup"``, ``"max"``, ``"inf"`` or ``"min"`` for a claim about the supremum, the maximum, ... of φ';
            that φ' has a maximum is part of a claim about it.

    Raises:
        ParameterError: for another relation or quantity, or a bound that is not a real number.
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
    return late.certified(expected(phi, relation, bound, of=of))


def expected(phi: Activation | str, relation: str, bound: Any, *, of: str = "") -> BoundVerdict:
    """What the bounds say of a claim: EXPECTED where there should be a certificate of it."""
    entry = activation(phi) if isinstance(phi, str) else phi
    number = _number(bound, entry)
    return decide(slope_bounds(entry), relation, number, of)


def _number(bound: Any, phi: Activation) -> sp.Expr:
    parameters = parameters_of(phi)
    if isinstance(bound, sp.Expr) and bound.free_symbols and bound.free_symbols <= parameters:
        return in_fractions(bound)
    if isinstance(bound, sp.Symbol):
        raise ParameterError(f"{bound} is not a parameter of {phi.name}", advice="give a number")
    return exact("the bound", bound)


def decide(bounds: SlopeBounds, relation: str, number: sp.Expr, of: str = "") -> BoundVerdict:
    """What the bounds say of a claim; see :func:`expected`."""
    if of:
        return _decide_peak(bounds, of, relation, number)
    match relation:
        case "=":
            parts = _compare(bounds, "<=", number), _compare(bounds, ">=", number)
        case "abs<=" | "abs<":
            below = relation.removeprefix("abs")
            parts = _compare(bounds, below, number), _compare(bounds, below.replace("<", ">"), -number)
        case "abs=":
            parts = decide(bounds, "abs<=", number), decide(bounds, "abs>=", number)
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
    """Compare the claimed number with the largest or smallest φ', or with the smallest abs(φ')."""
    given, plain, absolute = assumptions_of(bounds.activation), relation.removeprefix("abs"), relation.startswith("abs")
    try:
        peak = peak_of(bounds, 1 if plain[0] == "<" else -1, absolute=absolute)
    except ProofError as error:
        refuted = _refuted_member(bounds, relation, number)
        undecided = BoundVerdict(Outcome.UNDECIDED, bounds, relation, number, reason=str(error))
        return undecided if refuted is None else refuted
    strict, taken = len(plain) == 1, None
    found = holds(peak.value, plain, number, given)
    if strict and not found and holds(peak.value, f"{plain}=", number, given):
        taken = peak.attained if same_value(peak.value, number, given) else None
        found = None if taken is None else not taken
    if found:
        attained = ", which is not attained" if strict and peak.value == number else ""
        evidence = f"{peak.text} {plain[0]}= {brief(number)}{attained} ({peak.method})"
        return BoundVerdict(Outcome.EXPECTED, bounds, relation, number, evidence=evidence)
    refuted = _refuted_member(bounds, relation, number)
    if refuted is not None:
        return refuted
    reason = f"the comparison of {peak.value} with {brief(number)} is not decided"
    if found is False:
        if absolute:
            point = point_of_small_slope(bounds, plain, number, tries=FEW if taken else MAX_STEPS)
        else:
            point = point_beyond(bounds.activation, bounds.upper if plain[0] == "<" else bounds.lower, plain, number)
        if point is not None:
            return BoundVerdict(Outcome.REFUTED, bounds, relation, number, point=point)
        if absolute and taken:  # at a root of φ', which need not have a closed form
            evidence = f"|φ'(z)| = {peak.value} for some z ({peak.method})"
            return BoundVerdict(Outcome.REFUTED, bounds, relation, number, evidence=evidence)
        reason = f"{peak.value} is beyond {brief(number)}, but no point with a certified slope was found"
    return BoundVerdict(Outcome.UNDECIDED, bounds, relation, number, reason=reason)


def _decide_peak(bounds: SlopeBounds, of: str, relation: str, number: sp.Expr) -> BoundVerdict:
    """A claim about an extreme value itself. A supremum always exists; a maximum is one that is attained."""
    plain, given = relation.removeprefix("abs"), assumptions_of(bounds.activation)
    side = 1 if of in ("sup", "max") else -1
    try:
        peak = peak_of(bounds, side, absolute=relation.startswith("abs"))
    except ProofError as error:
        return BoundVerdict(Outcome.UNDECIDED, bounds, relation, number, reason=str(error), of=of)
    found = _compared(peak.value, plain, number, bounds)
    where = f", {peak.where}" if peak.where else ""
    evidence = f"{peak.text}{where} ({peak.method})"
    if of in ("max", "min") and peak.attained is not True and found is not False:
        if peak.attained is False:
            which = "maximum" if side > 0 else "minimum"
            evidence = f"{peak.text} is {peak.where or 'not attained'}, so there is no {which} ({peak.method})"
            return BoundVerdict(Outcome.REFUTED, bounds, relation, number, evidence, of=of)
        found = None
    if found is False:
        bound = bounds.upper if side > 0 else bounds.lower
        point = None
        if not relation.startswith("abs") and holds(peak.value, "<=" if side > 0 else ">=", number, given) is False:
            point = point_beyond(bounds.activation, bound, "<=" if side > 0 else ">=", number)
        return BoundVerdict(Outcome.REFUTED, bounds, relation, number, evidence, point, of=of)
    if found:
        return BoundVerdict(Outcome.EXPECTED, bounds, relation, number, evidence, of=of)
    refuted = _refuted_member(bounds, relation, number, of)  # a refutation is false, so no `or` here
    if refuted is not None:
        return refuted
    reason = f"{evidence}: the comparison is not decided"
    return BoundVerdict(Outcome.UNDECIDED, bounds, relation, number, reason=reason, of=of)


def _compared(value: sp.Expr, relation: str, number: sp.Expr, bounds: SlopeBounds) -> bool | None:
    given = assumptions_of(bounds.activation)
    if relation != "=":
        return holds(value, relation, number, given)
    if same_value(value, number, given):
        return True
    return False if given.equal(value, number) is False else None


def _refuted_member(bounds: SlopeBounds, relation: str, number: sp.Expr, of: str = "") -> BoundVerdict | None:
    """A member of a family for which the claim fails: a claim about symbols is about all their values."""
    for values, member in members(bounds.activation):
        found = decide(slope_bounds(member), relation, number.subs(values), of)
        if of and found.outcome is Outcome.REFUTED:
            at = ", ".join(f"{symbol} = {value}" for symbol, value in values.items())
            return replace(found, bounds=bounds, bound=number, evidence=f"for {at}: {found.evidence}", point=None)
        if not of and found.point is not None:
            point = replace(found.point, parameters=tuple(values.items()))
            return BoundVerdict(Outcome.REFUTED, bounds, relation, number, point=point)
    return None


# -- extreme values --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Peak:
    """An extreme value of φ' or of abs(φ').

    Args:
        value: exactly.
        attained: whether a point takes it; None when that is not known.
        text: in print, by its first digits where it is not rational.
        where: the places, in words; empty when they are not known.
        method: how it was found.
    """

    value: sp.Expr
    attained: bool | None
    text: str
    where: str
    method: str


def peak_of(bounds: SlopeBounds, side: int, *, absolute: bool = False) -> Peak:
    """The largest (side 1) or smallest (side -1) φ' or abs(φ').

    Raises:
        ProofError: when it depends on the parameters and there is no expression for it.

    >>> from symrnn.slopes import slope_bounds
    >>> peak_of(slope_bounds("gelu"), 1).text
    "sup φ' = 1.1289041451851547..."
    """
    bound = bounds.upper if side > 0 else bounds.lower
    name, method, extreme = "sup" if side > 0 else "inf", bound.proof.method, bound.extreme
    if not absolute:
        text = f"{name} φ' = {_written(extreme.value, bound.decimal)}"
        return Peak(extreme.value, extreme.attained, text, extreme.where(), method)
    if side < 0:
        attained = abs_inf_attained(bounds)
        where = {True: "attained", False: "not attained", None: ""}[attained]
        return Peak(bounds.abs_inf, attained, f"{name} |φ'| = {bounds.abs_inf}", where, method)
    value = bounds.abs_sup
    of = [b for b in (bounds.upper, bounds.lower) if _is_size(b, value, bounds)]
    known = {b.extreme.attained for b in of}
    attained = True if True in known else False if known == {False} else None
    decimal = of[0].decimal.removeprefix("-") if of else ""
    where = next((b.extreme.where() for b in of if b.extreme.attained is attained), "")
    return Peak(value, attained, f"{name} |φ'| = {_written(value, decimal)}", where, method)


def _written(value: sp.Expr, decimal: str) -> str:
    return str(value) if value.is_Rational or value.is_infinite or not decimal else f"{decimal[:18]}..."


def _is_size(bound: Bound, value: sp.Expr, bounds: SlopeBounds) -> bool:
    return same_value(bound.side * bound.extreme.value, value, assumptions_of(bounds.activation))


def abs_inf_attained(bounds: SlopeBounds) -> bool | None:
    """Whether the smallest abs(φ') is taken; None when that is not known.

    >>> from symrnn.slopes import slope_bounds
    >>> [abs_inf_attained(slope_bounds(name)) for name in ("tanh", "gelu", "prelu", "sin")]
    [False, True, True, True]
    """
    given = assumptions_of(bounds.activation)
    for extreme, side in ((bounds.lower.extreme, 1), (bounds.upper.extreme, -1)):
        if given.at_least(side * extreme.value, sp.S.Zero):
            return extreme.attained
    if bounds.pieces is None:
        return True  # one smooth formula with values of both signs
    taken = [slope for _, slope in bounds.pieces.points]
    for run in bounds.pieces.runs:
        if run.crosses(given):
            return True
        taken += [run.first] if run.direction == 0 else []
    smallest = bounds.abs_inf
    if any(same_value(abs(slope), smallest, given) for slope in taken):
        return True
    # On all other runs φ' rises or falls strictly, so that it stays away from its limits at the ends.
    return False if all(given.equal(abs(slope), smallest) is False for slope in taken) else None
