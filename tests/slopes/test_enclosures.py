"""Enclosures, signs, digits: against mpmath at random."""

from __future__ import annotations

from fractions import Fraction

import flint
import mpmath
import pytest
import sympy as sp
from hypothesis import given, settings
from hypothesis import strategies as st

from symrnn.activations import TABLE, Root, z
from symrnn.errors import EvaluationError, ProofError
from symrnn.evaluate.systems import Balls
from symrnn.kernel.balls import hull
from symrnn.slopes import decimal, enclose
from symrnn.slopes.agreement import same_value
from symrnn.slopes.assumptions import Assumptions, number_sign
from symrnn.slopes.enclosures import enclose_root, ends, rounded
from symrnn.slopes.exponential import limit

SMOOTH = [entry for entry in TABLE.values() if not entry.breaks]
FRACTIONS = st.fractions(min_value=-20, max_value=20, max_denominator=1000)


@settings(deadline=None)
@given(st.sampled_from(SMOOTH), FRACTIONS, FRACTIONS)
def test_an_interval_is_mapped_to_a_ball_around_all_values(entry, one, other) -> None:
    low, high = sorted((one, other))
    with Balls(100).precision():
        ball = enclose(entry.derivative(), hull(low, high))
        for at in (low, high, (low + high) / 2):
            point = enclose(entry.derivative(), flint.arb(flint.fmpq(at.numerator, at.denominator)))
            assert ball.overlaps(point) or not ball.is_finite()


@settings(deadline=None)
@given(st.sampled_from(SMOOTH), FRACTIONS)
def test_a_point_is_enclosed(entry, at) -> None:
    """Where the slope is tiny its formula cancels, so the precision is high."""
    with Balls(400).precision():
        low, high = ends(enclose(entry.derivative(), flint.arb(flint.fmpq(at.numerator, at.denominator))))
    with mpmath.workdps(150):
        function = sp.lambdify(z, entry.derivative(), "mpmath")
        value = function(mpmath.mpf(at.numerator) / at.denominator)
        slack = mpmath.mpf(10) ** -100
        assert mpmath.mpf(low.numerator) / low.denominator - slack <= value
        assert value <= mpmath.mpf(high.numerator) / high.denominator + slack


@settings(deadline=None)
@given(st.fractions(), st.integers(1, 40))
def test_rounding(number: Fraction, digits: int) -> None:
    written = rounded(number, digits)
    assert abs(Fraction(written) - number) <= abs(number) * Fraction(10) ** (1 - digits) / 2


def test_digits_of_hard_cases() -> None:
    assert decimal(sp.S.Zero, 3) == "0.000"
    assert decimal(sp.Rational(199999, 2000), 3) == "100"
    assert decimal(sp.sqrt(2) * 10**8, 5) == "141420000"
    assert decimal(1 + sp.Rational(1, 10**60) * sp.sqrt(2), 20) == "1.0000000000000000000"


def test_a_rational_number_in_disguise_has_no_certified_digits() -> None:
    with pytest.raises(ProofError, match="not certified"):
        decimal(sp.Rational(3, 2) + hidden_zero(), 1)
    assert decimal(sp.Rational(3, 2) + hidden_zero(), 2) == "1.5"


def hidden_zero() -> sp.Expr:
    """A zero that SymPy does not see at once."""
    return sp.sqrt(3 + 2 * sp.sqrt(2)) - 1 - sp.sqrt(2)


def test_signs() -> None:
    assert number_sign(hidden_zero()) == 0
    assert number_sign(hidden_zero() + sp.Rational(1, 10**1000)) == 1


def test_what_has_no_enclosure() -> None:
    with pytest.raises(EvaluationError, match="has no value"):
        enclose(sp.gamma(sp.Rational(1, 3)))
    with pytest.raises(EvaluationError, match="has no value"):
        enclose(sp.Symbol("c"))


class TestRoots:
    def test_the_ball_holds_the_root(self) -> None:
        with mpmath.workdps(100):
            low, high = ends(enclose_root(Root(z**2 - 2, 1, 2), 200))
            assert low**2 < 2 < high**2
            assert high - low < Fraction(1, 2**198)

    def test_without_a_change_of_sign(self) -> None:
        with pytest.raises(ProofError, match="no change of sign"):
            enclose_root(Root(z**2 + 1, 0, 1), 50)

    def test_a_double_root(self) -> None:
        with pytest.raises(ProofError):
            enclose_root(Root((z - sp.sqrt(2)) ** 3, 1, 2), 50)

    def test_same_value_modulo_an_equation(self) -> None:
        (root,) = TABLE["silu"].sup.at
        slope = TABLE["silu"].derivative().subs(z, root)
        assert same_value((root + 2) / 4, slope, Assumptions())
        assert not same_value((root + 3) / 4, slope, Assumptions())
        assert not same_value(-root / 4, slope, Assumptions())


@pytest.mark.parametrize(
    ("slope", "at_oo", "at_minus_oo"),
    [
        (1 / (1 + sp.exp(-z)), 1, 0),
        (z**5 * sp.exp(-z) + 2, 2, -sp.oo),
        (sp.exp(z), sp.oo, 0),
        ((3 * z**2 + 1) / (z**2 - z + 5), 3, 3),
        (z / (1 + z**2), 0, 0),
        (sp.erf(-2 * z) + 1, 0, 2),
        (z**3, sp.oo, -sp.oo),
    ],
)
def test_limits(slope: sp.Expr, at_oo: sp.Expr, at_minus_oo: sp.Expr) -> None:
    assert (limit(slope, sp.oo, Assumptions()), limit(slope, -sp.oo, Assumptions())) == (at_oo, at_minus_oo)


def test_a_limit_outside_of_the_rule_is_refused() -> None:
    for slope in (z * sp.erf(z), sp.sin(z), sp.exp(z) + sp.exp(z**2), sp.exp(z) + sp.exp(sp.sqrt(2) * z)):
        with pytest.raises(ProofError):
            limit(slope, sp.oo, Assumptions())
