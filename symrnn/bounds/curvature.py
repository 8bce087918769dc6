"""Where φ'' changes its sign, and which sign it has in between."""

from __future__ import annotations

import sympy as sp

from symrnn.activations import Activation, Root
from symrnn.bounds.assumptions import Assumptions
from symrnn.bounds.cover import Box, Cover
from symrnn.bounds.exponential import Form
from symrnn.bounds.factors import Factored, exact_roots, factor_sign, factored, is_mixed
from symrnn.bounds.pieces import Piece
from symrnn.errors import ProofError


def turning_points(
    curvature: Factored, piece: Piece, covers: tuple[Cover, ...], named: tuple[Root, ...], given: Assumptions
) -> list[sp.Expr]:
    """The roots of φ'' inside a piece, in ascending order.

    Args:
        curvature: φ'' on the piece.
        piece: the piece.
        covers: certificates for the factors that mix z and an exponential.
        named: roots that the catalogue has names for; they are used where they are the roots of a cover.
        given: what is known of the parameters.
    """
    found: list[sp.Expr] = []
    for factor, _ in curvature.factors:
        if given.keeps_sign(Form(factor, curvature.exponent).in_z()) is not None:
            continue
        if is_mixed(factor):
            found += _named_roots(cover_of(factor, curvature.exponent, covers), named, given)
        else:
            found += exact_roots(factor, curvature.exponent)
    inside = [r for r in dict.fromkeys(found) if given.greater(r, piece.start) and given.greater(piece.end, r)]
    return sorted(inside, key=lambda root: float(root))


def _named_roots(cover: Cover, named: tuple[Root, ...], given: Assumptions) -> list[Root]:
    found = []
    for box, root in zip(cover.root_boxes(), cover.roots(), strict=True):
        names = [name for name in named if box_of(name, (cover,), given, required=False) == box]
        found.append(names[0] if names else root)
    return found


def cover_of(factor: sp.Expr, exponent: sp.Expr, covers: tuple[Cover, ...]) -> Cover:
    """The certificate for a factor.

    Raises:
        ProofError: when there is none.
    """
    for cover in covers:
        if (cover.factor, cover.exponent) == (factor, exponent):
            return cover
    raise ProofError(f"there is no cover for the sign of {factor}")


def box_of(root: Root, covers: tuple[Cover, ...], given: Assumptions, *, required: bool = True) -> Box | None:
    """The box that isolates a root.

    The root's equation is the cover's up to factors without roots, and no other root is in its interval.

    Raises:
        ProofError: when a cover is required and none isolates it.
    """
    equation = factored(root.function, given)
    low, high = root.interval
    for cover in covers:
        if not _same_roots(equation, cover, given):
            continue
        touched = [box for box in cover.root_boxes() if box.high >= low and box.low <= high]
        if len(touched) == 1 and low <= touched[0].low and touched[0].high <= high:
            return touched[0]
    if required:
        raise ProofError(f"no cover isolates {root}", where=root.definition)
    return None


def _same_roots(equation: Factored, cover: Cover, given: Assumptions) -> bool:
    """Whether an equation is the cover's factor times factors that keep their sign."""
    if equation.exponent != cover.exponent:
        return False
    ratios = [sp.cancel(factor / cover.factor) for factor, power in equation.factors if power > 0]
    same = [not ratio.free_symbols for ratio in ratios]
    rest = [f for f, _ in equation.factors if sp.cancel(f / cover.factor).free_symbols]
    return any(same) and all(given.keeps_sign(Form(f, equation.exponent).in_z()) is not None for f in rest)


def sign_on(curvature: Factored, low: sp.Expr, high: sp.Expr, covers: tuple[Cover, ...], given: Assumptions) -> int:
    """The sign of φ'' on an open interval.

    Raises:
        ProofError: when a factor changes its sign inside, or is not decided.
    """
    found = given.sign(curvature.constant)
    if found is None:
        raise ProofError(f"the sign of {curvature.constant} is not decided")
    for factor, power in curvature.factors:
        if is_mixed(factor) and given.keeps_sign(Form(factor, curvature.exponent).in_z()) is None:
            cover = cover_of(factor, curvature.exponent, covers)
            left, right = (_box_at(end, (cover,), given) for end in (low, high))
            of_factor = cover.sign_between(left.high if left else None, right.low if right else None)
        else:
            of_factor = factor_sign(factor, curvature.exponent, low, high, given)
        found *= of_factor if power % 2 else 1
    return found


def _box_at(end: sp.Expr, covers: tuple[Cover, ...], given: Assumptions) -> Box | None:
    if end.is_infinite:
        return None
    if not isinstance(end, Root):
        raise ProofError(f"the cover does not reach to z = {end}, which is none of its roots")
    return box_of(end, covers, given)


def named_roots(activation: Activation) -> tuple[Root, ...]:
    """The roots that the catalogue names as places of extreme slopes.

    >>> from symrnn.activations import activation
    >>> named_roots(activation("silu"))
    (z_max, z_min)
    """
    places = [extreme.at for extreme in (activation.sup, activation.inf) if extreme is not None]
    finite = [at for at in places if isinstance(at, sp.FiniteSet)]
    return tuple(place for at in finite for place in at if isinstance(place, Root))
