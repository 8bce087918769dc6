"""Activations of one's own: a proof reads the formula, and believes nothing else that they say of themselves."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
import sympy as sp

from symrnn.activations import TABLE, Activation, activation, is_catalogued, value, z
from symrnn.activations.extremes import AT_BOTH_INFINITIES, Extreme, approached, attained_at
from symrnn.check import verify
from symrnn.derivation import Claim, Kind, Maximum, SlopeBound, Verdict
from symrnn.errors import ParameterError, ProofError
from symrnn.slopes import Outcome, claim_bound, slope_bounds
from symrnn.slopes.exponential import E
from symrnn.slopes.members import members
from symrnn.slopes.own import require_readable

a = sp.Symbol("a", real=True)
w = sp.Dummy("w", nonnegative=True)
HINGE = sp.Piecewise((z, z > 0), (sp.S.Zero, True))


def verdict_on(statement: Maximum | SlopeBound) -> Verdict:
    return verify(Claim("X", "test", statement, Kind.PROVED))


def mine(formula: sp.Expr, **said: Any) -> Activation:
    return Activation("mine", formula, **said)


# -- parameters ------------------------------------------------------------------------------------------------------

NARROWED = mine(a * z, hypotheses=(a >= 0,), stand_ins=((a, w / (1 + w)),))
"""It says that a takes the values of w/(1 + w), below 1, where its hypothesis says a >= 0."""


@pytest.mark.parametrize(
    "statement",
    [
        SlopeBound(NARROWED, "<=", 1),
        SlopeBound(NARROWED, "<", 1),
        SlopeBound(NARROWED, "abs<=", 1),
        SlopeBound(NARROWED, ">=", 0),
        Maximum(NARROWED, 1, 0),
        SlopeBound(mine(a * z, stand_ins=((a, w),)), ">=", 0),
        SlopeBound(mine(a * z, hypotheses=(a >= 1, a <= 0), stand_ins=((a, w / (1 + w)),)), "<=", 1),
        SlopeBound(mine(a * z, parameters=(("a", a),), stand_ins=((a, w / (1 + w)),)), "<=", 1),
    ],
)
def test_stand_ins_are_not_believed(statement: Maximum | SlopeBound) -> None:
    assert verdict_on(statement).kind is Kind.UNDECIDED


def test_what_holds_for_every_value_is_proved() -> None:
    verdict = verdict_on(SlopeBound(NARROWED, "<=", a))
    assert verdict.kind is Kind.PROVED
    assert verdict.hypotheses == ("mine(z) = a*z", "a >= 0")


def test_what_a_symbol_is_declared_with_counts() -> None:
    b = sp.Symbol("b", nonnegative=True)
    assert verdict_on(SlopeBound(mine(b * z), ">=", 0)).kind is Kind.PROVED


def test_a_family_of_the_catalogue_is_not_refuted_by_its_namesake() -> None:
    """elu' is refuted at some alpha; a function that is called so, too, is another."""
    called_so = replace(activation("elu", alpha=a), formula=z / 2)
    assert not list(members(called_so))
    assert verdict_on(SlopeBound(called_so, "<=", 1)).kind is Kind.UNDECIDED


def test_entries_of_the_catalogue_are_believed_as_they_stand_only() -> None:
    family = activation("leaky_relu", negative_slope=a)
    assert verdict_on(SlopeBound(family, "<=", 1)).kind is Kind.PROVED
    for changed in (
        replace(family, stand_ins=((a, -w),)),
        replace(family, hypotheses=()),
        replace(TABLE["tanh"], formula=2 * sp.tanh(z)),
        replace(TABLE["relu"], kinks=()),
    ):
        assert not is_catalogued(changed)
        verdict = verdict_on(SlopeBound(changed, "<=", 1))
        assert verdict.kind is Kind.UNDECIDED
        assert "not the one of the catalogue" in verdict.reason


@pytest.mark.parametrize("symbol", [sp.Symbol("a"), sp.Symbol("a", complex=True), sp.Symbol("a", extended_real=True)])
def test_parameters_are_real(symbol: sp.Symbol) -> None:
    verdict = verdict_on(SlopeBound(mine(symbol * z), "<=", symbol))
    assert verdict.kind is Kind.UNDECIDED
    assert "need not be real" in verdict.reason
    with pytest.raises(ParameterError, match="not known to be real"):
        activation("prelu", a=symbol)


def test_the_argument_is_one_symbol() -> None:
    """The derivative by z of a formula in another z would be 0."""
    verdict = verdict_on(SlopeBound(mine(sp.Symbol("z") ** 2), "<=", 0))
    assert verdict.kind is Kind.UNDECIDED
    assert "not the argument" in verdict.reason


def test_a_parameter_is_not_the_exponential() -> None:
    called_so = sp.Symbol("E", positive=True)
    assert called_so != E
    assert verdict_on(SlopeBound(mine(called_so * sp.tanh(z)), "<=", 1)).kind is not Kind.PROVED
    assert verdict_on(SlopeBound(activation("elu", alpha=called_so), "<=", 1)).kind is Kind.REFUTED


# -- formulas --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("formula", "relation", "bound", "why"),
    [
        (sp.Piecewise((5 * z, z**2 + z - 2 < 0), (z, True)), "<=", 1, "does not compare z with a number"),
        (sp.Piecewise((5, sp.Eq(z, 0)), (z**2, True)), "<=", 1, "does not compare z with a number"),
        (sp.Piecewise((z, a * z < 1), (2 * z, True)), "<=", 2, "does not compare z with a number"),
        (sp.Piecewise((z, z < 0), (2 * z, z > 1)), "<=", 2, "no value everywhere"),
        (sp.Piecewise((z, z < 0), (z + 1, True)), "<=", 1, "do not meet smoothly"),
        (z * sp.Piecewise((1, z > 0), (2, True)), "<=", 2, "no term in the kernel"),
        (sp.acot(z), "<=", 0, "no term in the kernel"),
        (sp.atan(1 / z), "<=", 0, "denominator is not shown to differ from 0"),
        ((z**2 - 1) / (z - 1), "<=", 1, "denominator is not shown to differ from 0"),
        (sp.Piecewise((1 / (z - 2), z > 1), (z, True)), "<=", 1, "denominator is not shown to differ from 0"),
        (sp.Piecewise((1 / (1 - z), z < 1), (z, True)), ">=", 0, "denominator is not shown to differ from 0"),
        (sp.Piecewise((1 / (z**2 - 5), z < 2), (z - 3, True)), ">=", 5, "denominator is not shown to differ from 0"),
        (sp.log(-1 - sp.exp(z)), "<=", 1, "logarithm is not shown to be positive"),
        (sp.sqrt(a) * z, ">=", 0, "no term in the kernel"),
        (sp.I * z, "<=", 1, "no term in the kernel"),
        (z - sp.floor(z), "<=", 1, "no term in the kernel"),
        (z + sp.Heaviside(z), "<=", 1, "no term in the kernel"),
        (abs(z), "<=", 1, "not known to be smooth"),
        (sp.Max(z, 0), "<=", 1, "not known to be smooth"),
        (sp.Float("0.5") * z, "<=", 1, "rounded coefficients"),
    ],
)
def test_formulas_that_are_not_read(formula: sp.Expr, relation: str, bound: int, why: str) -> None:
    verdict = verdict_on(SlopeBound(mine(formula), relation, bound))
    assert verdict.kind is Kind.UNDECIDED
    assert why in verdict.reason


@pytest.mark.parametrize(
    ("formula", "relation", "bound", "kind"),
    [
        (z / 2, "<=", 1, Kind.PROVED),
        (sp.exp(-(z**2)), "<=", 1, Kind.PROVED),
        (sp.log(1 + sp.exp(z)), "<", 1, Kind.PROVED),
        (sp.log(z**2 + 1), "<=", 1, Kind.PROVED),
        (1 / (z**2 + z + 1), "<=", 1, Kind.PROVED),
        (sp.sqrt(2) * z, "<=", sp.sqrt(2), Kind.PROVED),
        (sp.Piecewise((z / (1 + z), z > 0), (z / (1 - z), True)), "<=", 1, Kind.PROVED),
        (sp.Piecewise((0, z < 0), (z**2 / 2, z < 1), (z - sp.Rational(1, 2), True)), "<=", 1, Kind.PROVED),
        (sp.exp(-(z**2)), "<=", sp.Rational(1, 2), Kind.REFUTED),
        (sp.Piecewise((1 / (5 - z), z < 4), (z - 3, True)), ">=", 2, Kind.REFUTED),
    ],
)
def test_formulas_that_are_read(formula: sp.Expr, relation: str, bound: sp.Expr, kind: Kind) -> None:
    verdict = verdict_on(SlopeBound(mine(formula), relation, bound))
    assert verdict.kind is kind
    assert kind is Kind.REFUTED or f"mine(z) = {formula}" in verdict.hypotheses


def test_a_function_with_a_derivative_of_its_own_is_not_read() -> None:
    class Flat(Activation):
        """An activation that says 0 whenever it is asked for its slope."""

        def _derivative(self, order: int) -> sp.Expr:
            return sp.S.Zero

    with pytest.raises(ProofError, match="not a plain Activation"):
        require_readable(Flat("mine", z))


# -- kinks -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ({"formula": sp.tanh(z), "kinks": (sp.S.Zero,)}, "0 is not shown to be a kink"),
        ({"formula": sp.tanh(z), "kinks": (sp.S.Zero,), "at_kink": sp.S.Zero}, "0 is not shown to be a kink"),
        ({"formula": HINGE, "kinks": (sp.S.Zero, sp.S.One)}, "1 is not shown to be a kink"),
        ({"formula": HINGE}, "not stated as a kink"),
        ({"formula": HINGE, "kinks": (sp.S.Zero,), "at_kink": sp.Tuple(1, 2)}, "2 values"),
        ({"formula": sp.Piecewise((z, z < a), (a, True)), "kinks": (sp.S.Zero,)}, "not in a known order"),
        ({"formula": sp.Piecewise((z**2, z > 0), (sp.S.Zero, True)), "kinks": (sp.S.Zero,)}, "0 is not shown"),
        ({"formula": sp.Piecewise((a * z, z > 0), (z, True)), "kinks": (sp.S.Zero,)}, "0 is not shown"),
    ],
)
def test_kinks_are_kinks_and_all_of_them(said: dict[str, Any], why: str) -> None:
    for statement in (SlopeBound(mine(**said), "<", 2), Maximum(mine(**said), 1, 0)):
        verdict = verdict_on(statement)
        assert verdict.kind is Kind.UNDECIDED
        assert why in verdict.reason


def test_kinks_that_are_kinks() -> None:
    bare, stated = mine(HINGE, kinks=(sp.S.Zero,)), mine(HINGE, kinks=(sp.S.Zero,), at_kink=sp.Integer(3))
    proved = verdict_on(SlopeBound(bare, "<=", 1))
    assert proved.kind is Kind.PROVED
    assert "z is not 0, where mine has no derivative" in proved.hypotheses
    assert verdict_on(SlopeBound(stated, "<=", 1)).kind is Kind.REFUTED
    jump = mine(sp.Piecewise((z, z < 0), (z + 1, True)), kinks=(sp.S.Zero,))
    assert verdict_on(SlopeBound(jump, "=", 1)).kind is Kind.PROVED


# -- slopes ----------------------------------------------------------------------------------------------------------

TANH = {
    "formula": sp.tanh(z),
    "slope_in_value": 1 - value**2,
    "sup": attained_at(1, 0),
    "inf": approached(0, AT_BOTH_INFINITIES),
}


def test_what_is_rightly_said_may_be_used() -> None:
    verdict = verdict_on(Maximum(mine(**TANH), 1, 0))
    assert verdict.kind is Kind.PROVED
    assert verdict.evidence == "1 - mine' = (p)^2 with p = mine(z), and mine'(0) = 1"


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ({"slope_in_value": 1 - value**3}, "not shown to be"),
        ({"slope_in_value": sp.S.Zero}, "not shown to be"),
        ({"slope_in_value": sp.exp(value)}, "not a polynomial"),
        ({"slope_in_value": value * z}, "not a polynomial"),
        ({"formula": 2 * sp.tanh(z)}, "not shown to be"),
        ({"sup": attained_at(sp.Rational(1, 2), 0)}, "what is stated is 1/2"),
        ({"sup": attained_at(2, 0)}, "what is stated is 2"),
        ({"sup": attained_at(1, 1)}, "does not take the value"),
        ({"sup": attained_at(1, sp.Interval(0, 1))}, "what is stated is 1"),
        ({"sup": Extreme(sp.S.One, sp.S.EmptySet)}, "what is stated is 1"),
        ({"inf": attained_at(0, 0)}, "what is stated is 0"),
    ],
)
def test_what_is_wrongly_said_of_the_slope_is_found(said: dict[str, Any], why: str) -> None:
    """Either the statement is undecided, or what is said was not needed and another proof was found."""
    for relation, bound in (("<=", sp.Rational(1, 2)), ("<", 1), ("<=", 2), (">=", 0), ("=", 1)):
        verdict = verdict_on(SlopeBound(mine(**(TANH | said)), relation, bound))
        assert verdict.kind is Kind.UNDECIDED
        assert why in verdict.reason


def test_squares_that_are_known_by_name_are_checked_before_anything_is_said() -> None:
    with pytest.raises(ProofError):
        claim_bound(Activation("sin", 5 * sp.sin(z), sup=attained_at(1, 0)), "<=", 1)
    with pytest.raises(ProofError):
        slope_bounds(mine(5 * sp.sin(z), sup=attained_at(1, 0)))


def test_fields_that_no_proof_reads_change_nothing() -> None:
    said = {"smoothness": sp.Integer(-1), "monotone": False, "slope_name": "relu", "torch": "ReLU", "note": "fast"}
    plain, talkative = mine(sp.exp(-(z**2))), mine(sp.exp(-(z**2)), **said)
    for bound, outcome in ((1, Outcome.PROVED), (sp.Rational(1, 2), Outcome.REFUTED)):
        assert {claim_bound(phi, "<=", bound).outcome for phi in (plain, talkative)} == {outcome}


@pytest.mark.parametrize("name", sorted(TABLE))
def test_the_catalogue_is_believed(name: str) -> None:
    assert is_catalogued(TABLE[name])
    require_readable(TABLE[name])
