"""Changes of sign and the tail lemma: against values at many points, for random functions of z and exp(-z)."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise

import mpmath
import pytest
import sympy as sp
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from symrnn.activations import z
from symrnn.errors import ProofError
from symrnn.kernel.balls import Balls
from symrnn.slopes.cells import sign_beyond
from symrnn.slopes.exponential import E
from symrnn.slopes.translation import translate
from symrnn.slopes.turning import cover

COEFFICIENTS = st.lists(st.integers(-5, 5), min_size=9, max_size=9)


def polynomial(coefficients: list[int]) -> sp.Expr:
    return sum((c * z ** (i % 3) * E ** (i // 3) for i, c in enumerate(coefficients)), sp.S.Zero)


def values(factor: sp.Expr, exponent: sp.Expr, at: list[float]) -> list[mpmath.mpf]:
    function = sp.lambdify(z, factor.subs(E, sp.exp(-exponent)), "mpmath")
    with mpmath.workdps(60):
        return [function(mpmath.mpf(x)) for x in at]


def tail_sign(factor: sp.Expr, exponent: sp.Expr, side: int, radius: int) -> int:
    term = translate(factor, lambda part: ("exp", translate(-exponent)) if part == E else None)
    return sign_beyond(term, side, Fraction(radius), Balls())


@pytest.mark.table(quick=0)
@settings(deadline=None)
@given(COEFFICIENTS, st.sampled_from([1, 2, 4, 8]), st.sampled_from([1, -1]), st.sampled_from([z, z + z**3]))
def test_the_tail_lemma_tells_the_sign_beyond_the_radius(coefficients, radius, side, exponent) -> None:
    factor = polynomial(coefficients)
    assume(factor != 0)
    found = tail_sign(factor, exponent, side, radius)
    if found:
        at = [side * (radius + 0.05 * i) for i in range(200)] + [side * 10.0**i for i in range(2, 5)]
        assert all(mpmath.sign(value) == found for value in values(factor, exponent, at))


@settings(deadline=None, max_examples=25)
@given(COEFFICIENTS)
def test_a_cover_tells_the_sign_everywhere(coefficients) -> None:
    factor = polynomial(coefficients)
    assume({z, E} <= factor.free_symbols)
    try:
        found = cover(factor, z)
    except ProofError:
        assume(False)
    ends = [-found.radius - 5.0, *(float(end) for root in found.roots for end in root), found.radius + 5.0]
    signs = []
    for low, high in zip(ends[::2], ends[1::2], strict=True):
        between = {mpmath.sign(value) for value in values(factor, z, [low + (high - low) * i / 50 for i in range(51)])}
        assert len(between) == 1
        signs += between
    assert (signs[0], signs[-1]) == (found.left, found.right)
    assert all(one * other == -1 for one, other in pairwise(signs))


def test_an_even_exponent() -> None:
    assert tail_sign(z + E, z**2, 1, 4) == 1
    assert tail_sign(z + E, z**2, -1, 4) == -1


def test_a_radius_that_is_too_small() -> None:
    assert tail_sign(z - 10 + E, z, 1, 8) == 0
    assert tail_sign(z - 10 + E, z, 1, 16) == 1


def test_a_double_root_is_not_decided() -> None:
    with pytest.raises(ProofError, match="not decided"):
        cover((z - E) ** 2, z)
