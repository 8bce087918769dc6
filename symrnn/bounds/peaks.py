"""Claims about the extreme values themselves: ``max φ' = c``, ``inf |φ'| > c``.

A supremum always exists; a maximum is a supremum that is attained, and a claim about it says that, too.

>>> from symrnn.bounds import claim_bound
>>> print(claim_bound("sigmoid", "=", sp.Rational(1, 4), of="max"))
PROVED: max sigmoid' = 1/4
  since sup φ' = 1/4, attained at z = 0 (square certificate)
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import sympy as sp

from symrnn.activations import Extreme
from symrnn.bounds.agreement import holds, same_value
from symrnn.bounds.assumptions import assumptions_of
from symrnn.bounds.bound import Bound
from symrnn.bounds.magnitudes import abs_inf_attained
from symrnn.bounds.members import members
from symrnn.bounds.points import point_beyond
from symrnn.bounds.slopes import SlopeBounds, slope_bounds
from symrnn.bounds.verdicts import BoundVerdict, Outcome
from symrnn.errors import ProofError

NAMES = {"max": "sup", "min": "inf"}


@dataclass(frozen=True)
class Peak:
    """An extreme value of φ' or of abs(φ').

    Args:
        value: exactly.
        attained: whether a point takes it; None when that is not known.
        text: in print.
        where: the places, in words; empty when they are not known.
    """

    value: sp.Expr
    attained: bool | None
    text: str
    where: str = ""


def decide_peak(bounds: SlopeBounds, of: str, relation: str, number: sp.Expr) -> BoundVerdict:
    """Decide a claim about an extreme value; see :func:`symrnn.bounds.claim_bound`."""
    plain, given = relation.removeprefix("abs"), assumptions_of(bounds.activation)
    side = 1 if of in ("sup", "max") else -1
    try:
        peak = _peak(bounds, side, absolute=relation.startswith("abs"))
    except ProofError as error:
        return BoundVerdict(Outcome.UNDECIDED, bounds, relation, number, reason=str(error), of=of)
    found = _compared(peak.value, plain, number, bounds)
    where = f", {peak.where}" if peak.where else ""
    method = f"({(bounds.upper if side > 0 else bounds.lower).proof.method})"
    evidence = f"{peak.text}{where} {method}"
    if of in NAMES and peak.attained is not True and found is not False:
        if peak.attained is False:
            which = "maximum" if side > 0 else "minimum"
            evidence = f"{peak.text} is {peak.where or 'not attained'}, so there is no {which} {method}"
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
    refuted = _in_family(bounds, of, relation, number)  # a refutation is false, so no `or` here
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


def _in_family(bounds: SlopeBounds, of: str, relation: str, number: sp.Expr) -> BoundVerdict | None:
    """A member of a family for which the claim fails: a claim about symbols is about all their values."""
    for values, member in members(bounds.activation) if bounds.activation.stand_ins else ():
        found = decide_peak(slope_bounds(member), of, relation, number.subs(values))
        if found.outcome is Outcome.REFUTED:
            at = ", ".join(f"{symbol} = {value}" for symbol, value in values.items())
            return replace(found, bounds=bounds, bound=number, evidence=f"for {at}: {found.evidence}", point=None)
    return None


def shown(bounds: SlopeBounds, side: int) -> str:
    """A bound in print: exactly where it is rational, else its first digits.

    >>> shown(slope_bounds("gelu"), 1)
    "sup φ' = 1.1289041451851547..."
    """
    bound = bounds.upper if side > 0 else bounds.lower
    return f"{'sup' if side > 0 else 'inf'} φ' = {_written(bound.extreme.value, bound.decimal)}"


def _written(value: sp.Expr, decimal: str) -> str:
    return str(value) if value.is_Rational or value.is_infinite or not decimal else f"{decimal[:18]}..."


def _peak(bounds: SlopeBounds, side: int, *, absolute: bool) -> Peak:
    """The extreme value that a claim is about.

    Raises:
        ProofError: when it depends on the parameters and there is no expression for it.
    """
    bound = bounds.upper if side > 0 else bounds.lower
    if not absolute:
        return Peak(bound.extreme.value, bound.extreme.attained, shown(bounds, side), _where(bound.extreme))
    if side < 0:
        attained = abs_inf_attained(bounds)
        where = {True: "attained", False: "not attained", None: ""}[attained]
        return Peak(bounds.abs_inf, attained, f"inf |φ'| = {bounds.abs_inf}", where)
    value = bounds.abs_sup
    of: list[Bound] = [b for b in (bounds.upper, bounds.lower) if _is_size(b, value, bounds)]
    known = {b.extreme.attained for b in of}
    attained = True if True in known else False if known == {False} else None
    decimal = of[0].decimal.removeprefix("-") if of else ""
    best = next((b for b in of if b.extreme.attained is attained), None)
    return Peak(value, attained, f"sup |φ'| = {_written(value, decimal)}", _where(best.extreme) if best else "")


def _is_size(bound: Bound, value: sp.Expr, bounds: SlopeBounds) -> bool:
    return same_value(bound.side * bound.extreme.value, value, assumptions_of(bounds.activation))


def _where(extreme: Extreme) -> str:
    return extreme.where()
