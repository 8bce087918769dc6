"""The sign of a function that mixes z and exp(-q(z)): boxes on a compact interval, and a lemma for the tails.

On [-R, R] the line is cut into boxes. On most of them a ball around all values of the function leaves out 0.
On the others the derivative leaves out 0 and the function has opposite signs at the two ends, so there is
just one root. Beyond R the tail lemma gives the sign.

Tail lemma. Let N(z, E) = Σ c_ij z^i E^j with E = exp(-q(z)), where q has no negative coefficient; let n be
the highest power of z without E, and R > 0 so large that
(1) i - n <= j R q'(R) for every term with j >= 1, and
(2) |c_n0| > Σ_{i<n} |c_i0| R^(i-n) + Σ_{j>=1} |c_ij| R^(i-n) exp(-j q(R)).
Then N has the sign of c_n0 for all z >= R.
Proof. Divide by z^n. The derivative of log(z^(i-n) exp(-j q(z))) is (i - n - j z q'(z))/z, and z q'(z) does
not fall, so by (1) no term rises beyond R in absolute value; with (2) the first term outweighs the others for
all z >= R.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

import flint
import sympy as sp

from symrnn.activations import Root, z
from symrnn.bounds.enclosures import enclose, rational, sign, span
from symrnn.bounds.exponential import E, Form
from symrnn.errors import ProofError
from symrnn.evaluate.systems import Balls

BITS = 160
"""Precision of the balls in a cover."""

MAX_RADIUS = 64
MAX_DEPTH = 40
ROOT_WIDTH = Fraction(1, 16)
"""Largest width of a box with a root, so that it fits into the interval that the catalogue gives."""


@dataclass(frozen=True)
class Box:
    """A closed interval on which a function has a sign; 0 when it has just one root there and is monotone."""

    low: Fraction
    high: Fraction
    sign: int


@dataclass(frozen=True)
class Cover:
    """A certificate for the sign of N(z, exp(-q(z))) on the whole line.

    Args:
        factor: N.
        exponent: q.
        radius: R of the tail lemma.
        left, right: the sign below -R and above R.
        boxes: from -R to R.
    """

    factor: sp.Expr
    exponent: sp.Expr
    radius: int
    left: int
    right: int
    boxes: tuple[Box, ...]

    @property
    def formula(self) -> sp.Expr:
        """The function in z alone."""
        return Form(self.factor, self.exponent).in_z()

    def root_boxes(self) -> tuple[Box, ...]:
        """The boxes with a root."""
        return tuple(box for box in self.boxes if box.sign == 0)

    def sign_between(self, low: Fraction | None, high: Fraction | None) -> int:
        """The sign between two boxes with roots, given by the end of the one and the start of the other.

        Raises:
            ProofError: when the certificate does not tell it.
        """
        found = {
            box.sign for box in self.boxes if (low is None or box.low >= low) and (high is None or box.high <= high)
        }
        found |= {self.left} if low is None else set()
        found |= {self.right} if high is None else set()
        if found not in ({1}, {-1}):
            raise ProofError(f"the cover does not tell the sign of {self.factor} between {low} and {high}")
        return found.pop()

    def lines(self) -> Iterator[str]:
        """The certificate in words."""
        signs = {1: "> 0", -1: "< 0"}
        yield (
            f"N = {self.factor} with E = exp({-self.exponent}) is {signs[self.left]} for z <= {-self.radius} "
            f"and {signs[self.right]} for z >= {self.radius} by the tail lemma"
        )
        roots = ", ".join(f"[{box.low}, {box.high}]" for box in self.root_boxes())
        yield "the lemma: divided by a power of z, no term of N grows beyond there, and the first outweighs the others"
        yield (
            f"in between, on {len(self.boxes)} boxes: N is monotone with one root in {roots or 'none'}, "
            "and leaves out 0 on all others"
        )

    def roots(self) -> tuple[Root, ...]:
        """The roots in ascending order."""
        ends = [(_exact(box.low), _exact(box.high)) for box in self.root_boxes()]
        return tuple(Root(self.formula, low, high, f"z_{n}") for n, (low, high) in enumerate(ends, start=1))


def _exact(number: Fraction) -> sp.Rational:
    return sp.Rational(number.numerator, number.denominator)


def cover(factor: sp.Expr, exponent: sp.Expr) -> Cover:
    """Find a certificate.

    Raises:
        ProofError: when the tail lemma does not apply up to the largest radius, or a box is not decided.

    >>> found = cover(E * (z + 2) - z + 2, z)
    >>> found.left, found.right, len(found.root_boxes())
    (-1, -1, 2)
    """
    with Balls(BITS).precision():
        radius = 1
        while None in (signs := [tail_sign(factor, exponent, side, radius) for side in (-1, 1)]):
            radius *= 2
            if radius > MAX_RADIUS:
                raise ProofError(f"the tail lemma does not apply to {factor} up to {MAX_RADIUS}")
        formula = Form(factor, exponent).in_z()
        boxes = tuple(_boxes(formula, sp.diff(formula, z), Fraction(-radius), Fraction(radius), MAX_DEPTH))
    left, right = (found for found in signs if found is not None)
    return Cover(factor, exponent, radius, left, right, boxes)


def _boxes(formula: sp.Expr, slope: sp.Expr, low: Fraction, high: Fraction, depth: int) -> Iterator[Box]:
    found = box_sign(formula, slope, low, high)
    if found is not None and (found or high - low <= ROOT_WIDTH):
        yield Box(low, high, found)
        return
    if depth == 0:
        raise ProofError(f"the sign of {formula} near {float(low)} is not decided")
    middle = (low + high) / 2
    yield from _boxes(formula, slope, low, middle, depth - 1)
    yield from _boxes(formula, slope, middle, high, depth - 1)


def box_sign(formula: sp.Expr, slope: sp.Expr, low: Fraction, high: Fraction) -> int | None:
    """The sign on a closed interval, 0 for a monotone function with just one root, None if not decided."""
    interval = span(low, high)
    found = sign(enclose(formula, interval))
    if found in (1, -1):
        return found
    if sign(enclose(slope, interval)) not in (1, -1):
        return None
    first, last = (sign(enclose(formula, rational(end))) for end in (low, high))
    if first in (1, -1) and last in (1, -1):
        return first if first == last else 0
    return None


def tail_sign(factor: sp.Expr, exponent: sp.Expr, side: int, radius: int) -> int | None:
    """The sign beyond a radius by the tail lemma, on the right (side 1) or the left (-1).

    None if the lemma does not apply.

    On the left z is replaced by -z and E by 1/E, for which q has to be odd; a power of E is divided out.
    """
    if side < 0:
        if sp.expand(exponent.subs(z, -z) + exponent) != 0:
            return None
        mirrored = factor.subs({z: -z, E: 1 / E}, simultaneous=True)
        factor = sp.expand(mirrored * E ** sp.degree(factor, E))
    terms = sp.Poly(factor, z, E).terms()
    lowest = min(j for (_, j), _ in terms)
    return _lemma({(i, j - lowest): enclose(c) for (i, j), c in terms}, exponent, radius)


def _lemma(coefficients: dict[tuple[int, int], flint.arb], exponent: sp.Expr, radius: int) -> int | None:
    parts = [enclose(c) for c in sp.Poly(exponent, z).all_coeffs()]
    if any(not part >= 0 for part in parts):
        return None
    at = flint.arb(radius)
    n = max(i for i, j in coefficients if j == 0)
    rate = at * enclose(sp.diff(exponent, z), at)
    decay = (-enclose(exponent, at)).exp()
    rest = flint.arb(0)
    for (i, j), coefficient in coefficients.items():
        if (i, j) == (n, 0):
            continue
        if j and not j * rate >= i - n:
            return None
        rest += abs(coefficient) * at ** (i - n) * decay**j
    leading = coefficients[n, 0]
    return sign(leading) if abs(leading) > rest else None
