"""Activations of one's own: the formula is their definition; whatever else is said of them has to be shown.

The catalogue has been checked entry by entry. An activation that a user makes may say of itself what it likes, so that
a proof about it reads its formula alone: hypotheses and stand-ins of its parameters are not used, kinks have to be
kinks, and what is stated of its slope has to be what the formula gives.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from itertools import pairwise

import sympy as sp
from sympy.core.relational import GreaterThan, LessThan, StrictGreaterThan, StrictLessThan
from sympy.logic.boolalg import BooleanFunction

from symrnn.activations import FAMILIES, Activation, is_catalogued, value, z
from symrnn.errors import ProofError
from symrnn.kernel.balls import Balls
from symrnn.kernel.errors import NotProvedError, need
from symrnn.kernel.fields import Field, Signs
from symrnn.kernel.formulas import CONSTANT, Term, free_of, walk
from symrnn.kernel.slopes import Cell
from symrnn.slopes.assumptions import Assumptions, assumptions_of
from symrnn.slopes.pieces import Piece, inside, pieces_of
from symrnn.slopes.squares import vanishes
from symrnn.slopes.translation import completed, translate

COMPARISONS = (LessThan, StrictLessThan, GreaterThan, StrictGreaterThan)


@cache
def require_readable(phi: Activation) -> None:
    """Refuse an activation of which a proof would have to believe something.

    Raises:
        ProofError: naming what is not shown.

    >>> require_readable(Activation("bump", sp.exp(-(z**2))))
    >>> require_readable(Activation("bump", sp.exp(-(z**2)), kinks=(sp.S.Zero,)))
    Traceback (most recent call last):
    symrnn.errors.ProofError: 0 is not shown to be a kink of bump
    """
    if phi.domain is not None:
        raise ProofError(f"{phi.name} has values for {phi.domain} only: nothing is said of its slope on the whole line")
    if is_catalogued(phi):
        return
    if type(phi) is not Activation:
        raise ProofError(f"{phi.name} is not a plain Activation, so its formula need not be what it says")
    if phi.name in FAMILIES:
        raise ProofError(f"the activation {phi.name} is not the one of the catalogue", advice="give it another name")
    formula = phi.formula
    if formula is None:
        raise ProofError(f"{phi.name} is a generic function, of which nothing but differentiability is known")
    _require_symbols(phi, formula)
    _require_conditions(formula)
    _require_kinks(phi)
    for piece in pieces_of(phi):
        _require_smooth(piece)
    _require_stated_slope(phi, formula)


def parameters_of(phi: Activation) -> set[sp.Symbol]:
    """The symbols of an activation that are not its argument."""
    if is_catalogued(phi):
        return {symbol for symbol, _ in phi.stand_ins}
    return set() if phi.formula is None else phi.formula.free_symbols - {z}


def _require_symbols(phi: Activation, formula: sp.Expr) -> None:
    stated = [part for part in (formula, phi.at_kink, *phi.kinks) if part is not None]
    for symbol in sorted({s for part in stated for s in part.free_symbols} - {z}, key=str):
        if symbol.name == z.name:
            raise ProofError(f"{symbol} is not the argument of {phi.name}", advice="take z from symrnn.activations")
        if not symbol.is_real:
            raise ProofError(f"{symbol} need not be real", advice="declare it, as with real=True")
    if any(part.has(sp.Float) for part in stated):
        raise ProofError(f"{phi.name} has rounded coefficients", advice="write them as fractions")


# -- pieces ----------------------------------------------------------------------------------------------------------


def _require_conditions(formula: sp.Expr) -> None:
    """See that the pieces are intervals: conditions compare z with numbers, and the last piece is for all others."""
    if not isinstance(formula, sp.Piecewise):
        return
    if formula.args[-1].cond != sp.true:
        raise ProofError(f"{formula} has no value everywhere", advice="give it a last piece for all other cases")
    for _, condition in formula.args:
        for relation in _relations(condition):
            rise = sp.expand(relation.lhs - relation.rhs).coeff(z)
            linear = sp.expand(relation.lhs - relation.rhs - rise * z)
            if z in linear.free_symbols or not (rise.is_Rational and rise != 0):
                raise ProofError(f"the condition {relation} does not compare z with a number")


def _relations(condition: sp.Basic) -> Iterator[sp.Basic]:
    if isinstance(condition, COMPARISONS):
        yield condition
    elif isinstance(condition, BooleanFunction):
        for part in condition.args:
            yield from _relations(part)
    elif condition not in (sp.true, sp.false):
        raise ProofError(f"the condition {condition} does not compare z with a number")


def _require_kinks(phi: Activation) -> None:
    """See that there is no derivative where none is said to be, and one convention for each kink."""
    given = assumptions_of(phi)
    if isinstance(phi.at_kink, sp.Tuple) and len(phi.at_kink) != len(phi.kinks):
        raise ProofError(f"{phi.name} has {len(phi.kinks)} kinks, but {len(phi.at_kink)} values for them")
    if phi.formula is not None and isinstance(phi.formula, sp.Piecewise):
        points = {point for point in phi.breaks if point.free_symbols}
        if points and set(phi.kinks) != set(phi.breaks):
            raise ProofError(f"the points {', '.join(map(str, phi.breaks))} are not in a known order")
    pieces = pieces_of(phi)
    joints = {left.end: (left, right) for left, right in pairwise(pieces)}
    for kink in phi.kinks:
        if kink not in joints or not _is_kink(*joints[kink], given):
            raise ProofError(f"{kink} is not shown to be a kink of {phi.name}")


def _is_kink(left: Piece, right: Piece, given: Assumptions) -> bool:
    """Whether two pieces meet with values, or slopes, that differ for all parameters."""
    pairs = ((left.formula, right.formula), (left.slope, right.slope))
    return any(given.equal(one.subs(z, left.end), other.subs(z, left.end)) is False for one, other in pairs)


def _require_smooth(piece: Piece) -> None:
    """See that the kernel finds a formula defined on a piece and at its ends; each of its functions is smooth there."""
    formula = piece.formula.rewrite((sp.sinh, sp.cosh), sp.exp)
    low, high = (None if end.is_infinite else translate(end) for end in (piece.start, piece.end))
    try:
        term = translate(formula, completed)
        for part in walk(term):
            need(part[0] not in CONSTANT or free_of(part, "z"), f"{part[0]} is not known to be smooth")
        facts = Cell(low, high, (True, True)).facts() | dict(_signs_of_polynomials(piece))
        Field(facts, Balls()).value(term)
    except NotProvedError as error:
        raise ProofError(f"{piece.formula}: {error}") from None


def _signs_of_polynomials(piece: Piece) -> Iterator[tuple[Term, Signs]]:
    """The signs of denominators and the like that are polynomials without a root on the piece, by Sturm's theorem."""
    ends = [None if end.is_infinite else end for end in (piece.start, piece.end)]
    for part in piece.formula.atoms(sp.Pow, sp.log):
        found = part.args[0]
        if not found.has(z) or not found.is_polynomial(z) or not all(end is None or end.is_Rational for end in ends):
            continue
        polynomial = sp.Poly(found, z)
        if all(c.is_Rational for c in polynomial.all_coeffs()) and polynomial.count_roots(*ends) == 0:
            yield translate(found, completed), frozenset({int(sp.sign(found.subs(z, inside(piece.start, piece.end))))})


# -- what is stated --------------------------------------------------------------------------------------------------


def _require_stated_slope(phi: Activation, formula: sp.Expr) -> None:
    """See that φ' as a polynomial in φ is the derivative of the formula."""
    stated = phi.slope_in_value
    if stated is None:
        return
    if not (stated.is_polynomial(value) and stated.free_symbols <= {value}) or isinstance(formula, sp.Piecewise):
        raise ProofError(f"{stated} is not a polynomial in the value of {phi.name}")
    if not vanishes(sp.diff(formula, z) - stated.subs(value, formula)):
        raise ProofError(f"the slope of {phi.name} is not shown to be {stated} with p = {phi.name}(z)")
