"""The extreme values that claims are about: of φ', or of abs(φ')."""

from __future__ import annotations

from dataclasses import dataclass

import sympy as sp

from symrnn.bounds.agreement import same_value
from symrnn.bounds.assumptions import assumptions_of
from symrnn.bounds.slopes import Bound, SlopeBounds


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

    >>> from symrnn.bounds import slope_bounds
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

    >>> from symrnn.bounds import slope_bounds
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
