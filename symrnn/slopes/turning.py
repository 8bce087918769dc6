"""Where φ'' changes its sign, and which sign it has in between, factor by factor.

Nothing here is trusted: what is found is the outline of a certificate, or the place to look for a counterexample.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cache

import sympy as sp

from symrnn.activations import Activation, Root, z
from symrnn.errors import ProofError
from symrnn.kernel.balls import Balls
from symrnn.slopes.assumptions import Assumptions
from symrnn.slopes.cells import MAX_RADIUS, cuts, sign_beyond
from symrnn.slopes.exponential import E, Form, exponential_form
from symrnn.slopes.pieces import Piece, inside
from symrnn.slopes.translation import translate


@dataclass(frozen=True)
class Factored:
    """A formula as a constant times powers of factors, polynomials in z and E = exp(-q(z)).

    Args:
        constant: free of z.
        factors: each with its exponent, negative in the denominator.
        exponent: q.
    """

    constant: sp.Expr
    factors: tuple[tuple[sp.Expr, int], ...]
    exponent: sp.Expr

    def __str__(self) -> str:
        written = self.constant * sp.Mul(*(factor**power for factor, power in self.factors))
        where = f" with E = exp({-self.exponent})" if written.has(E) else ""
        return f"{written}{where}"


@cache
def factored(formula: sp.Expr, given: Assumptions) -> Factored:
    """Factor a formula, and check that the product is the formula.

    Raises:
        ProofError: when it is not a rational function of z and one exponential.

    >>> sigmoid = 1 / (1 + sp.exp(-z))
    >>> print(factored(sp.diff(sigmoid, z, 2), Assumptions()))
    E*(E - 1)/(E + 1)**3 with E = exp(-z)
    """
    form = exponential_form(formula, given)
    constant, found = sp.S.One, []
    top, bottom = sp.fraction(sp.cancel(sp.together(form.expression)))
    for part, direction in ((top, 1), (bottom, -1)):
        content, factors = _factor_list(part)
        constant *= content**direction
        found += [(factor, direction * power) for factor, power in factors]
    product = constant * sp.Mul(*(factor**power for factor, power in found))
    if sp.cancel(sp.together(product - form.expression)) != 0:
        raise ProofError(f"{product} is not {form.expression}")
    return Factored(constant, tuple(found), form.exponent)


def _factor_list(part: sp.Expr) -> tuple[sp.Expr, list[tuple[sp.Expr, int]]]:
    """The factors that contain z or E, and the product of the others."""
    marked, marks = _marked(part)
    if not marked.is_polynomial(z, E):
        raise ProofError(f"{part} is not a polynomial in z and an exponential")
    content, factors = sp.factor_list(marked)
    found = []
    for factor, power in factors:
        plain = factor.xreplace(marks)
        if plain.free_symbols & {z, E}:
            found.append((plain, power))
        else:
            content *= plain**power
    return content.xreplace(marks) if isinstance(content, sp.Basic) else content, found


def _marked(part: sp.Expr) -> tuple[sp.Expr, dict[sp.Symbol, sp.Expr]]:
    """Irrational constants such as √(2/π) replaced by symbols, so that the coefficients are rational."""
    constants = [c for c in part.atoms(sp.Pow) if not c.free_symbols] + [sp.pi]
    marks = {constant: sp.Dummy(f"c{i}", positive=True) for i, constant in enumerate(constants)}
    return part.xreplace(marks), {mark: constant for constant, mark in marks.items()}


# -- roots of a factor -------------------------------------------------------------------------------------


def is_mixed(factor: sp.Expr) -> bool:
    """Whether a factor contains both z and the exponential, so that algebra does not find its roots."""
    return {z, E} <= factor.free_symbols


def exact_roots(factor: sp.Expr, exponent: sp.Expr) -> Iterator[sp.Expr]:
    """All real roots of a factor in z alone, or in E alone: by Sturm's theorem there are no others.

    Raises:
        ProofError: when a coefficient is not rational, or q is not linear where roots in E are asked for.

    >>> list(exact_roots(z**2 - 2, z)), list(exact_roots(E - 1, z)), list(exact_roots(2 * E - 1, 2 * z))
    ([-sqrt(2), sqrt(2)], [0], [log(2)/2])
    """
    symbol = E if factor.has(E) else z
    polynomial = sp.Poly(factor, symbol)
    if not all(coefficient.is_Rational for coefficient in polynomial.all_coeffs()):
        raise ProofError(f"{factor} has coefficients that are not rational")
    roots = list(dict.fromkeys(sp.real_roots(polynomial)))
    if polynomial.count_roots() != len(roots):
        raise ProofError(f"the roots of {factor} are not all found")
    if symbol == z:
        yield from roots
        return
    rate = sp.diff(exponent, z)
    if roots and rate.has(z):
        raise ProofError(f"{factor} is solved only for a linear exponent, not {exponent}")
    yield from sorted(-sp.log(root) / rate for root in roots if root.is_positive)


@dataclass(frozen=True)
class Cover:
    """Where a factor N(z, E) that mixes z and E changes its sign.

    Args:
        factor: N.
        exponent: q, where E = exp(-q(z)).
        radius: from here on outwards the tail lemma of :mod:`symrnn.kernel.tails` tells the sign.
        left, right: the signs below -radius and above the radius.
        boxes: into how many parts the line is cut in between; balls tell on each that N leaves out 0 or is monotone.
        roots: the parts with a root, which is the only one there.
    """

    factor: sp.Expr
    exponent: sp.Expr
    radius: int
    left: int
    right: int
    boxes: int
    roots: tuple[tuple[Fraction, Fraction], ...]

    def lines(self) -> Iterator[str]:
        """What was found, in words."""
        signs = {1: "> 0", -1: "< 0"}
        yield (
            f"N = {self.factor} with E = exp({-self.exponent}) is {signs[self.left]} for z <= {-self.radius} "
            f"and {signs[self.right]} for z >= {self.radius} by the tail lemma"
        )
        roots = ", ".join(f"[{low}, {high}]" for low, high in self.roots)
        yield "the lemma: divided by a power of z, no term of N grows beyond there, and the first outweighs the others"
        yield (
            f"in between, on {self.boxes} boxes: N is monotone with one root in {roots or 'none'}, "
            "and leaves out 0 on all others"
        )


@cache
def cover(factor: sp.Expr, exponent: sp.Expr) -> Cover:
    """Find where a factor changes its sign.

    Raises:
        ProofError: when the tail lemma does not apply up to the largest radius, or a sign is not told.

    >>> found = cover(E * (z + 2) - z + 2, z)
    >>> found.left, found.right, len(found.roots)
    (-1, -1, 2)
    """
    balls, radius = Balls(), 1
    decaying = "exp", translate(-exponent)
    term = translate(factor, lambda part: decaying if part == E else None)
    while 0 in (signs := [sign_beyond(term, side, Fraction(radius), balls) for side in (-1, 1)]):
        radius *= 2
        if radius > MAX_RADIUS:
            raise ProofError(f"the tail lemma does not apply to {factor} up to {MAX_RADIUS}")
    ends, turning = cuts(term, Fraction(-radius), Fraction(radius), balls)
    roots = tuple((ends[n], ends[n + 1]) for n in turning)
    return Cover(factor, exponent, radius, signs[0], signs[1], len(ends) - 1, roots)


def covers_of(curvature: Factored, given: Assumptions) -> list[Cover]:
    """The covers of all factors that need one.

    Raises:
        ProofError: when one is not found.
    """
    return [cover(f, curvature.exponent) for f in _changing(curvature, given) if is_mixed(f)]


def _changing(curvature: Factored, given: Assumptions) -> list[sp.Expr]:
    """The factors whose form does not show that they keep their sign."""
    return [f for f, _ in curvature.factors if given.keeps_sign(Form(f, curvature.exponent).in_z()) is None]


def turning_points(curvature: Factored, piece: Piece, named: Sequence[Root], given: Assumptions) -> list[sp.Expr]:
    """All roots of the factors of φ'' inside a piece, in ascending order.

    Args:
        curvature: φ'' on the piece.
        piece: the piece.
        named: roots that the catalogue has names for, to be used where they are roots of φ''.
        given: what is known of the parameters.

    Raises:
        ProofError: when they are not all found.
    """
    found: list[sp.Expr] = []
    for factor in _changing(curvature, given):
        if is_mixed(factor):
            found += _roots_of(cover(factor, curvature.exponent), named, given)
        else:
            found += exact_roots(factor, curvature.exponent)
    inside_ = [root for root in dict.fromkeys(found) if _is_inside(root, piece, given)]
    return sorted(inside_, key=lambda root: float(root))


def _is_inside(root: sp.Expr, piece: Piece, given: Assumptions) -> bool:
    if given.at_least(piece.start, root) or given.at_least(root, piece.end):
        return False
    if given.greater(root, piece.start) and given.greater(piece.end, root):
        return True
    raise ProofError(f"it is not decided whether z = {root} lies between {piece.start} and {piece.end}")


def _roots_of(of: Cover, named: Sequence[Root], given: Assumptions) -> Iterator[Root]:
    """The roots of a cover, with the names of those that have the same equation and lie in the same part."""
    formula = Form(of.factor, of.exponent).in_z()
    equations = {root: factored(root.function, given) for root in named}
    same = [
        root
        for root, equation in equations.items()
        if equation.exponent == of.exponent
        and any(power > 0 and not sp.cancel(f / of.factor).free_symbols for f, power in equation.factors)
    ]
    for n, (low, high) in enumerate(of.roots, start=1):
        here = [root for root in same if sp.Rational(low) < root < sp.Rational(high)]
        yield here[0] if here else Root(formula, sp.Rational(low), sp.Rational(high), f"z_{n}")


def named_roots(activation: Activation) -> tuple[Root, ...]:
    """The roots that the catalogue names as places of extreme slopes.

    >>> from symrnn.activations import activation
    >>> named_roots(activation("silu"))
    (z_max, z_min)
    """
    places = [extreme.at for extreme in (activation.sup, activation.inf) if extreme is not None]
    finite = [at for at in places if isinstance(at, sp.FiniteSet)]
    return tuple(place for at in finite for place in at if isinstance(place, Root))


def sign_on(curvature: Factored, low: sp.Expr, high: sp.Expr, given: Assumptions) -> int:
    """The sign of φ'' on an open interval without a root of a factor: that at one of its points.

    Raises:
        ProofError: when it is not decided.

    >>> sign_on(factored(z**2 - 1, Assumptions()), -sp.S.One, sp.S.One, Assumptions())
    -1
    """
    found = given.sign(curvature.constant)
    for factor, power in curvature.factors:
        form = Form(factor, curvature.exponent).in_z()
        of_factor = given.keeps_sign(form) or given.sign(form.subs(z, inside(low, high)))
        if found is None or of_factor not in (1, -1):
            raise ProofError(f"the sign of {factor} between {low} and {high} is not decided")
        found *= of_factor if power % 2 else 1
    if found is None:
        raise ProofError(f"the sign of {curvature.constant} is not decided")
    return found
