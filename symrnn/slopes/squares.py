"""Squares: an algebraic certificate of a sharp bound.

If c - φ'(z) is the square of a real number for every z, then φ' <= c; where the square is 0, φ' is c.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import sympy as sp

from symrnn.activations import Activation, Extreme, value, z
from symrnn.errors import ProofError
from symrnn.slopes.assumptions import Assumptions
from symrnn.slopes.exponential import exponential_form

KNOWN: dict[tuple[str, int], sp.Expr] = {
    ("sin", 1): sp.sqrt(2) * sp.sin(z / 2),
    ("sin", -1): sp.sqrt(2) * sp.cos(z / 2),
    ("tanhshrink", -1): sp.tanh(z),
}
"""Roots of squares that are not polynomials in φ, by name and side; each is checked against the formula."""


@dataclass(frozen=True)
class Square:
    """``side * (bound - φ') = root²`` for every z.

    Args:
        activation: φ.
        side: 1 for a supremum, -1 for an infimum.
        bound: the extreme value.
        root: in the symbol z.
        in_value: the root as a polynomial in φ, in the symbol p, where there is one.
        at: points at which the root vanishes.
    """

    activation: Activation
    side: int
    bound: sp.Expr
    root: sp.Expr
    in_value: sp.Expr | None
    at: sp.Set

    method = "square certificate"

    def extreme(self, side: int, *, at_kinks: bool = True) -> Extreme:
        """What the certificate shows of its side; there are no kinks."""
        return Extreme(self.bound, self.at)

    def lines(self) -> Iterator[str]:
        """The proof in words."""
        slope = sp.diff(self.activation.formula, z)
        if self.in_value is not None:
            yield f"φ' = {self.activation.slope_in_value} with p = φ(z)"
            slope, root = self.activation.slope_in_value, self.in_value
        else:
            root = self.root
        difference = f"{self.bound} - φ'" if self.side > 0 else f"φ' - ({self.bound})"
        yield f"{difference} = {self.side * (self.bound - slope)} = ({root})² >= 0"
        for point in [self.at.lamda.expr] if isinstance(self.at, sp.ImageSet) else self.at:
            yield f"φ'({point}) = {self.bound}"


def square(activation: Activation, side: int) -> Square | None:
    """A certificate for the bound that the catalogue states, where there is one.

    Raises:
        ProofError: when it does not show what is stated.

    >>> from symrnn.activations import activation
    >>> square(activation("sigmoid"), 1).in_value
    p - 1/2
    >>> square(activation("gelu"), 1) is None
    True
    """
    stated = activation.sup if side > 0 else activation.inf
    if stated is None or not stated.attained or activation.kinks or activation.parameters:
        return None
    if not isinstance(stated.at, sp.FiniteSet | sp.ImageSet) or isinstance(activation.formula, sp.Piecewise):
        return None
    root, in_value = KNOWN.get((activation.name, side)), None
    if root is None and activation.slope_in_value is not None:
        in_value = square_root(side * (stated.value - activation.slope_in_value))
        root = None if in_value is None else in_value.subs(value, activation.formula)
    if root is None or root == 0:
        return None
    slope = sp.diff(activation.formula, z)
    if not vanishes(side * (stated.value - slope) - root**2):
        raise ProofError(f"{stated.value} - φ' is not {side} times the square of {root}", where=activation.name)
    points = [stated.at.lamda.expr] if isinstance(stated.at, sp.ImageSet) else stated.at
    if any(sp.simplify(slope.subs(z, point) - stated.value) != 0 for point in points):
        raise ProofError(f"φ' does not take the value {stated.value} on {stated.at}", where=activation.name)
    return Square(activation, side, stated.value, root, in_value, stated.at)


def square_root(polynomial: sp.Expr) -> sp.Expr | None:
    """The polynomial in φ whose square is given, with rational coefficients; None when there is none.

    >>> square_root(value**2 - value + sp.Rational(1, 4))
    p - 1/2
    """
    content, factors = sp.factor_list(sp.expand(polynomial), value)
    root = sp.sqrt(content)
    if not root.is_rational or any(power % 2 for _, power in factors):
        return None
    candidate = sp.expand(root * sp.Mul(*(factor ** (power // 2) for factor, power in factors)))
    return candidate if sp.expand(candidate**2 - polynomial) == 0 else None


def vanishes(formula: sp.Expr) -> bool:
    """Whether a formula is 0 for every z: in z and one exponential, or in the sine and cosine of z/2.

    >>> vanishes(1 - sp.cos(z) - 2 * sp.sin(z / 2) ** 2), vanishes(sp.sin(z))
    (True, False)
    """
    if not formula.has(sp.sin, sp.cos):
        return bool(sp.cancel(sp.together(exponential_form(formula, Assumptions()).expression)) == 0)
    s, c = sp.symbols("s c")
    halved = sp.expand_trig(formula.subs(z, 2 * z)).subs({sp.sin(z): s, sp.cos(z): c})
    if halved.has(z):
        return False
    return bool(sp.rem(sp.Poly(halved, c, s), sp.Poly(c**2 + s**2 - 1, c, s)).is_zero)
