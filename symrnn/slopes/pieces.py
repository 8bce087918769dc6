"""The pieces of an activation: intervals of the line, on each of which one smooth formula holds."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import sympy as sp

from symrnn.activations import Activation, z
from symrnn.errors import ProofError, UnknownTermError
from symrnn.slopes.assumptions import Assumptions, assumptions_of


@dataclass(frozen=True)
class Piece:
    """An open interval with the formula that holds on it.

    Args:
        start, end: its ends; -oo and oo are allowed.
        formula: φ on the interval.
    """

    start: sp.Expr
    end: sp.Expr
    formula: sp.Expr

    @property
    def slope(self) -> sp.Expr:
        """φ' on the interval."""
        return sp.diff(self.formula, z)

    @property
    def curvature(self) -> sp.Expr:
        """φ'' on the interval."""
        return sp.diff(self.formula, z, 2)


def pieces_of(activation: Activation) -> tuple[Piece, ...]:
    """The pieces between the points at which the formula changes.

    A condition of a piecewise formula compares z with one of these points, so it holds on a whole interval
    between two of them when it holds at one point inside.

    Raises:
        UnknownTermError: for a generic activation.
        ProofError: when a condition is not decided.

    >>> from symrnn.activations import activation
    >>> [(piece.start, piece.end, piece.slope) for piece in pieces_of(activation("hardtanh"))]
    [(-oo, -1, 0), (-1, 1, 1), (1, oo, 0)]
    """
    if activation.formula is None:
        raise UnknownTermError(
            f"{activation.name} is a generic function: nothing is known of its slope",
            advice="name an activation of the catalogue",
        )
    given = assumptions_of(activation)
    points = (-sp.oo, *activation.breaks, sp.oo)
    for low, high in pairwise(points):
        if given.greater(high, low) is not True:
            raise ProofError(f"the points {low} and {high} are not in ascending order")
    return tuple(
        Piece(low, high, branch(activation.formula, inside(low, high), given)) for low, high in pairwise(points)
    )


def inside(low: sp.Expr, high: sp.Expr) -> sp.Expr:
    """A point between two others.

    >>> inside(sp.Integer(1), sp.oo), inside(-sp.oo, sp.oo), inside(sp.Integer(1), sp.Integer(2))
    (2, 0, 3/2)
    """
    if low is -sp.oo:
        return sp.S.Zero if high is sp.oo else high - 1
    return low + 1 if high is sp.oo else (low + high) / 2


def branch(formula: sp.Expr, at: sp.Expr, given: Assumptions) -> sp.Expr:
    """The formula that holds at a point."""
    if not isinstance(formula, sp.Piecewise):
        return formula
    for expression, condition in formula.args:
        holds = condition if condition in (sp.true, sp.false) else given.concrete(condition.subs(z, at))
        if holds == sp.true:
            return expression
        if holds != sp.false:
            break
    raise ProofError(f"it is not decided which branch of {formula} holds at z = {at}")


def slope_at(activation: Activation, point: sp.Expr) -> sp.Expr | None:
    """The exact slope at a point; at a kink the stated convention, None when there is none.

    >>> from symrnn.activations import activation
    >>> slope_at(activation("gelu"), sp.sqrt(2))
    exp(-1)/sqrt(pi) + erf(1)/2 + 1/2
    >>> slope_at(activation("relu"), sp.S.Zero) is None, slope_at(activation("relu", at_kink=1), sp.S.Zero)
    (True, 1)
    """
    given = assumptions_of(activation)
    for kink in activation.kinks:
        if given.equal(point, kink):
            return dict(activation.conventions()).get(kink)
    for piece in pieces_of(activation):
        if given.at_least(point, piece.start) and given.at_least(piece.end, point):
            return piece.slope.subs(z, point)
    raise ProofError(f"it is not decided on which piece of {activation.name} the point {point} lies")
