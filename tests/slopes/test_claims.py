"""Claims about slopes: sharp at the true bound, refuted with a point beyond it."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import mpmath
import pytest
import sympy as sp
from slopes.reference import TABLE as REFERENCE
from slopes.reference import refutes

from symrnn.activations import TABLE, activation
from symrnn.errors import ParameterError, UnknownTermError
from symrnn.slopes import Outcome, claim_bound, slope_bounds

EPSILON = sp.Rational(1, 10**12)
SIDES = pytest.mark.parametrize("side", [1, -1], ids=["sup", "inf"])
NAMES = pytest.mark.parametrize("name", TABLE)


def true_bound(name: str, side: int) -> sp.Expr:
    bounds = slope_bounds(name)
    return bounds.sup if side > 0 else bounds.inf


@NAMES
@SIDES
class TestSharpness:
    def test_a_bound_moved_inwards_is_refuted_with_a_point(self, name: str, side: int) -> None:
        true = true_bound(name, side)
        claimed = sp.Integer(side * 10**9) if true.is_infinite else true - side * EPSILON
        verdict = claim_bound(name, "<=" if side > 0 else ">=", claimed)
        assert verdict.outcome is Outcome.REFUTED
        assert verdict.point.at.is_Rational
        with mpmath.workdps(60):
            found = REFERENCE[name][0](mpmath.mpf(int(verdict.point.at.p)) / int(verdict.point.at.q))
            limit = mpmath.mpf(str(sp.N(claimed, 60)))
            assert side * (found - limit) > 0

    def test_a_bound_moved_outwards_is_proved(self, name: str, side: int) -> None:
        true = true_bound(name, side)
        if true.is_infinite:
            return
        verdict = claim_bound(name, "<=" if side > 0 else ">=", true + side * EPSILON)
        assert verdict.outcome is Outcome.PROVED

    def test_the_true_bound_holds_and_is_strict_unless_attained(self, name: str, side: int) -> None:
        true = true_bound(name, side)
        if true.is_infinite:
            return
        extreme = TABLE[name].sup if side > 0 else TABLE[name].inf
        assert claim_bound(name, "<=" if side > 0 else ">=", true)
        strict = claim_bound(name, "<" if side > 0 else ">", true)
        assert strict.outcome is (Outcome.REFUTED if extreme.attained else Outcome.PROVED)
        if extreme.attained:
            assert strict.point.certainty == "exact"
            assert refutes(strict)


@pytest.mark.parametrize(
    ("name", "relation", "bound", "outcome"),
    [
        ("sigmoid", "<=", 0.24, Outcome.REFUTED),
        ("sigmoid", "<=", 0.25, Outcome.PROVED),
        ("sigmoid", "<", Fraction(1, 4), Outcome.REFUTED),
        ("mish", "<=", 1, Outcome.REFUTED),
        ("mish", "<=", 1.1, Outcome.PROVED),
        ("gelu", "<=", 1.129, Outcome.PROVED),
        ("gelu", "<=", 1.1289, Outcome.REFUTED),
        ("gelu", ">=", 0, Outcome.REFUTED),
        ("gelu", "abs<=", 1.13, Outcome.PROVED),
        ("silu", "abs<=", 1, Outcome.REFUTED),
        ("tanh", ">", 0, Outcome.PROVED),
        ("tanh", "abs<=", 1, Outcome.PROVED),
        ("tanh", "abs<", 1, Outcome.REFUTED),
        ("tanhshrink", "<", 1, Outcome.PROVED),
        ("tanhshrink", "abs<", 1, Outcome.PROVED),
        ("sin", "abs<=", 1, Outcome.PROVED),
        ("sin", ">=", -0.999, Outcome.REFUTED),
        ("exp", "<=", 10**6, Outcome.REFUTED),
        ("exp", ">", 0, Outcome.PROVED),
        ("square", "abs<=", 5, Outcome.REFUTED),
        ("hardswish", "<", 1.5, Outcome.PROVED),
        ("hardswish", "<=", 1.4999999, Outcome.REFUTED),
        ("erf", "<=", 2 / sp.sqrt(sp.pi), Outcome.PROVED),
    ],
)
def test_claims(name: str, relation: str, bound: Any, outcome: Outcome) -> None:
    verdict = claim_bound(name, relation, bound)
    assert verdict.outcome is outcome
    assert bool(verdict) == (outcome is Outcome.PROVED)
    assert (verdict.point is not None) == (outcome is Outcome.REFUTED)
    assert verdict.point is None or refutes(verdict)


def test_a_bound_of_the_absolute_value_is_refuted_from_below() -> None:
    verdict = claim_bound(activation("prelu", a=-2), "abs<=", 1)
    assert str(verdict) == (
        "REFUTED: |prelu(a=-2)'(z)| <= 1 for every z\n"
        "  z = -1: φ'(z) = -2 < -1 (exact)\n"
        "  given: z is not 0, where prelu has no derivative"
    )


def test_the_convention_at_a_kink_can_refute() -> None:
    assert claim_bound("relu", "<=", 1)
    verdict = claim_bound(activation("relu", at_kink=2), "<=", 1)
    assert verdict.point.at == 0


@pytest.mark.table(quick=0)
def test_a_bound_far_closer_than_the_usual_precision() -> None:
    """Told apart by more bits."""
    verdict = claim_bound("sigmoid", ">=", sp.Rational(1, 10**300))
    assert verdict.outcome is Outcome.REFUTED
    assert claim_bound("mish", "<=", slope_bounds("mish").sup + sp.Rational(1, 10**400))


@pytest.mark.parametrize("relation", ["==", "=<", "", "abs", "sup<="])
def test_another_relation_is_refused(relation: str) -> None:
    with pytest.raises(ParameterError, match="no relation"):
        claim_bound("tanh", relation, 1)


@pytest.mark.parametrize("bound", ["1", None, sp.I, sp.oo, sp.Symbol("c", real=True), float("inf")])
def test_another_bound_is_refused(bound: Any) -> None:
    with pytest.raises(ParameterError):
        claim_bound("tanh", "<=", bound)


def test_a_generic_function_is_refused() -> None:
    with pytest.raises(UnknownTermError, match="generic"):
        claim_bound("phi", "<=", 1)


class TestFamilies:
    """With symbols for parameters a claim is about all their values."""

    a = sp.Symbol("a", real=True)

    def test_a_bound_for_all_members(self) -> None:
        leaky = activation("leaky_relu", negative_slope=self.a)
        assert claim_bound(leaky, "<=", 1)
        assert claim_bound(leaky, ">=", self.a)
        assert claim_bound(leaky, ">=", 0)
        assert claim_bound(leaky, "abs<=", 1)
        assert leaky.derivative_bound == 1
        assert claim_bound(leaky, "<=", 1).hypotheses == (self.a >= 0, self.a < 1)

    def test_one_member_refutes(self) -> None:
        verdict = claim_bound(activation("elu", alpha=self.a), "<=", 1)
        assert verdict.outcome is Outcome.REFUTED
        assert dict(verdict.point.parameters)[self.a] > 1
        assert refutes(verdict)

    def test_a_maximum_as_bound(self) -> None:
        assert activation("elu", alpha=self.a).derivative_bound == sp.Max(1, self.a)
        assert activation("prelu", a=self.a).derivative_bound == sp.Max(1, abs(self.a))
        assert claim_bound(activation("prelu", a=self.a), "abs<=", sp.Max(1, abs(self.a)))

    @pytest.mark.parametrize(
        ("name", "parameters"),
        [
            ("softplus", {"beta": a}),
            ("celu", {"alpha": a}),
            ("softshrink", {"lambd": a}),
            ("hardshrink", {"lambd": a}),
            ("hardtanh", {"min_val": a, "max_val": sp.Symbol("b", real=True)}),
            ("threshold", {"threshold": a, "value": sp.Symbol("b", real=True)}),
        ],
    )
    def test_bounds_that_do_not_depend_on_the_parameter(self, name: str, parameters: dict[str, Any]) -> None:
        family = activation(name, **parameters)
        assert (family.bounds.sup, family.bounds.inf) == (1, 0)
        family.bounds.check()
        refuted = claim_bound(family, "<=", 0.9)
        assert refuted.outcome is Outcome.REFUTED
        assert refutes(refuted)

    def test_what_is_not_decided_says_why(self) -> None:
        """sup φ' = max(1, a) is at most exp(a) for all a > 0, but not by any rule that is known here."""
        verdict = claim_bound(activation("elu", alpha=self.a), "<=", sp.exp(self.a))
        assert verdict.outcome is Outcome.UNDECIDED
        assert "not decided" in verdict.reason
