"""What statements about norms are tried at: matrices of every temper, and functions whose slopes are known exactly."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

import sympy as sp

from symrnn.activations import Activation, z
from symrnn.derivation.inequality import BoundedSlope

Rows = tuple[tuple[Fraction, ...], ...]


def _rows(*rows: tuple[int | str, ...]) -> Rows:
    return tuple(tuple(Fraction(entry) for entry in row) for row in rows)


NOTABLE: dict[int, tuple[Rows, ...]] = {
    1: (_rows((2,)), _rows((-2,)), _rows(("1/2",)), _rows((-1,)), _rows((0,))),
    2: (
        _rows((0, 5), (0, 0)),  # nilpotent: no power beyond the first
        _rows((1, 1), (0, 1)),  # a Jordan block: its powers grow though ρ = 1
        _rows((0, -1), (1, 0)),  # a rotation
        _rows(("3/5", "-4/5"), ("4/5", "3/5")),
        _rows(("1/2", 4), (0, "1/2")),  # rises before it falls
        _rows((2, 0), (0, "1/2")),
        _rows((-2, 0), (0, -2)),
        _rows(("1/4", "1/8"), (0, "1/4")),
        _rows((0, 0), (0, 0)),
        _rows(("9/10", 1), (0, "9/10")),  # rises for nine steps
        _rows((2, -2), (2, -2)),  # nilpotent, but not where one of its rows is made smaller
        _rows((1, 0), (1, 0)),  # its columns weigh more than its rows: ‖A‖_∞ < ‖A‖₂ < ‖A‖₁
        _rows((1, 1), (0, 0)),  # and its rows more than its columns
    ),
}
"""Square matrices whose powers behave in all the ways that there are, defective and non-normal ones among them."""

STRUCTURED: dict[int, tuple[Rows, ...]] = {
    1: (_rows((1,)),),
    2: (
        _rows((0, 1), (1, 0)),  # reflections, the second by no axis
        _rows(("3/5", "4/5"), ("4/5", "-3/5")),
        _rows((1, 0), (0, 1)),
        _rows((2, 1), (1, 2)),  # symmetric
        _rows((1, -2), (2, 1)),  # normal, with complex eigenvalues
        _rows((0, 2), (-2, 0)),
        _rows((1, 1), (0, -1)),  # its own inverse, not orthogonal
        _rows((1, 1), (0, 0)),  # a projection, not orthogonal
        _rows(("1/2", "1/2"), ("1/2", "1/2")),
    ),
    3: (
        _rows((0, 0, 1), (1, 0, 0), (0, 1, 0)),
        _rows(("1/3", "2/3", "2/3"), ("2/3", "1/3", "-2/3"), ("2/3", "-2/3", "1/3")),
        _rows((0, 1, 0), (0, 0, 1), (0, 0, 0)),  # a shift
    ),
}
"""More of them, for hypotheses that a matrix drawn at random does not satisfy."""


def candidates(rows: int, cols: int) -> Iterator[Rows]:
    """Matrices to try where an equation between matrices is assumed: those above, or the first columns of them.

    >>> next(candidates(2, 1))
    ((Fraction(0, 1),), (Fraction(0, 1),))
    """
    size = max(rows, cols)
    for matrix in (*NOTABLE.get(size, ()), *STRUCTURED.get(size, ())):
        yield tuple(row[:cols] for row in matrix[:rows])


@dataclass(frozen=True)
class Sloped:
    """A function in the place of a generic φ, with the exact least and largest value of abs(φ').

    It is said to be ``increasing`` where that is known.
    """

    activation: Activation
    least: sp.Expr
    most: sp.Expr
    increasing: bool = False

    def times(self, factor: sp.Rational) -> Sloped:
        """The function times a number."""
        formula = factor * self.activation.derivative(0)
        least, most = self.least * abs(factor), self.most * abs(factor)
        return Sloped(Activation(_named(formula), formula), least, most, self.increasing and bool(factor >= 0))


def _named(formula: sp.Expr) -> str:
    return str(formula).replace("**", "^")


LINEAR = Sloped(Activation("z", z), sp.S.One, sp.S.One, increasing=True)
RATIONAL = Sloped(Activation("z + z/(z^2 + 1)", z + z / (z**2 + 1)), sp.Rational(7, 8), sp.Integer(2), increasing=True)
"""φ' = 1 + 2w² − w with w = 1/(1 + z²) in (0, 1]: from 7/8 at w = 1/4 to 2 at w = 1."""


def draw_uneven(source: random.Random) -> Fraction:
    """An entry of any size, so that one matrix is large beside another, or has a zero."""
    return Fraction(source.choice(("0", "1", "-1", "2", "6", "1/2", "-1/4", "1/10")))


FACTORS = (sp.S.One, sp.Integer(2), sp.Rational(1, 2), sp.Rational(-3, 2))


def stand_ins(hypothesis: BoundedSlope | None, *, signed: bool = False) -> Iterator[Sloped]:
    """Functions that satisfy what is assumed of a generic φ, simplest first.

    A number in the hypothesis is met exactly; a symbol is free, and takes the exact bound of the function. For what
    depends on signs some of them fall, unless that is excluded.

    >>> [str(s.activation.name) for s in stand_ins(BoundedSlope("phi", sp.Rational(1, 4)))]
    ['z/4', 'z/8 + z/(8*(z^2 + 1))']
    """
    for shape in (LINEAR, RATIONAL):
        factors: tuple[sp.Rational, ...] = FACTORS
        if hypothesis is not None and hypothesis.at_most.is_number and hypothesis.at_most.is_finite:
            most = hypothesis.at_most / shape.most
            factors = (most, -most) if signed else (most,)
        for factor in factors:
            found = shape.times(factor)
            least = sp.S.Zero if hypothesis is None else hypothesis.at_least
            is_signed = hypothesis is None or not hypothesis.increasing or found.increasing
            if is_signed and not (least.is_number and found.least < least):
                yield found
