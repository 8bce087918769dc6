"""Maxima and bounds of slopes: proved by the kernel, refuted with a point, undecided for a generic function."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
import sympy as sp

from symrnn.activations import TABLE, Activation, activation, z
from symrnn.check import verify
from symrnn.check.kernel import prove_maximum, prove_slope_bound
from symrnn.derivation import Claim, Kind, Maximum, SlopeBound, Verdict
from symrnn.errors import NotDifferentiableError, ParameterError, ProofError
from symrnn.slopes import Outcome, claim_bound, expected, slope_bounds

PI = sp.pi
GELU = sp.Rational(1, 2) * (1 + sp.erf(1)) + sp.exp(-1) / sp.sqrt(PI)


def verdict_on(statement: Maximum | SlopeBound) -> Verdict:
    return verify(Claim("X", "test", statement, Kind.PROVED))


@pytest.mark.parametrize(
    ("name", "bound", "at", "kind"),
    [
        ("sigmoid", sp.Rational(1, 4), 0, Kind.PROVED),
        ("sigmoid", 0.25, 0, Kind.PROVED),
        ("tanh", 1, 0, Kind.PROVED),
        ("sin", 1, 0, Kind.PROVED),
        ("sin", 1, 2 * PI, Kind.PROVED),
        ("erf", 2 / sp.sqrt(PI), 0, Kind.PROVED),
        ("gelu", GELU, sp.sqrt(2), Kind.PROVED),
        ("relu", 1, 5, Kind.PROVED),
        (activation("elu", alpha=2), 2, -1, Kind.REFUTED),
        ("sigmoid", sp.Rational(1, 5), 0, Kind.REFUTED),
        ("sigmoid", sp.Rational(1, 3), 0, Kind.REFUTED),
        ("sigmoid", sp.Rational(1, 4), 1, Kind.REFUTED),
        ("sigmoid", sp.Rational(1, 4) - sp.Rational(1, 10**12), 0, Kind.REFUTED),
        ("gelu", GELU, -sp.sqrt(2), Kind.REFUTED),
        ("softplus", 1, 0, Kind.REFUTED),
        ("tanhshrink", 1, 100, Kind.REFUTED),
        ("exp", 1, 0, Kind.REFUTED),
        ("phi", 1, 0, Kind.UNDECIDED),
    ],
)
def test_maxima(name: str | Activation, bound: Any, at: Any, kind: Kind) -> None:
    verdict = verdict_on(Maximum(name, bound, at))
    assert verdict.kind is kind
    assert (verdict.counterexample is not None) == (kind is Kind.REFUTED)


def test_the_slope_at_the_claimed_point_is_not_enough() -> None:
    """cos(π/3) = 1/2 is a slope of the sine, but not the largest."""
    found = verdict_on(Maximum("sin", sp.Rational(1, 2), PI / 3)).counterexample
    assert found.values == {"z": "0"}
    assert (found.lhs, found.rhs) == ("1", "1/2")


@pytest.mark.table(quick=5)
@pytest.mark.parametrize("name", [entry.name for entry in TABLE.values() if isinstance(entry.sup.at, sp.FiniteSet)])
def test_every_attained_supremum_of_the_catalogue_is_a_maximum(name: str) -> None:
    sup = TABLE[name].sup
    assert verdict_on(Maximum(name, sup.value, sup.at.args[0])).kind is Kind.PROVED


def test_the_square_is_the_evidence() -> None:
    verdict = verdict_on(Maximum("sigmoid", sp.Rational(1, 4), 0))
    assert verdict.evidence == "1/4 - sigmoid' = (p - 1/2)^2 with p = sigmoid(z), and sigmoid'(0) = 1/4"
    assert verdict.theorem.means == ("square certificate",)


def test_other_evidence_names_the_method() -> None:
    assert verdict_on(Maximum("softsign", 1, 0)).evidence == "softsign' <= 1 by monotone pieces, and softsign'(0) = 1"


def test_a_kink_without_a_convention() -> None:
    with pytest.raises(NotDifferentiableError, match="no derivative at z = 0"):
        verdict_on(Maximum("relu", 1, 0))
    stated = verdict_on(Maximum(activation("relu", at_kink=1), 1, 0))
    assert stated.kind is Kind.PROVED
    assert stated.hypotheses == ("relu'(0) taken as 1",)


def test_parameters_are_hypotheses() -> None:
    a = sp.Symbol("a", real=True)
    verdict = verdict_on(Maximum(activation("leaky_relu", negative_slope=a), 1, 1))
    assert verdict.hypotheses == ("a >= 0", "a < 1", "z is not 0, where leaky_relu has no derivative")


@pytest.mark.parametrize("value", ["1", None, sp.I, sp.oo, float("nan")])
def test_what_is_no_number_is_refused(value: Any) -> None:
    with pytest.raises(ParameterError):
        Maximum("tanh", value, 0)
    with pytest.raises(ParameterError):
        Maximum("tanh", 1, value)
    with pytest.raises(ParameterError):
        SlopeBound("tanh", "<=", value)


@pytest.mark.parametrize(
    ("name", "relation", "bound", "kind"),
    [
        ("mish", "<=", 1.1, Kind.PROVED),
        ("mish", "<=", 1, Kind.REFUTED),
        ("tanhshrink", "<", 1, Kind.PROVED),
        ("silu", "abs<=", 1.1, Kind.PROVED),
        ("silu", "abs<=", 1, Kind.REFUTED),
        ("silu", "abs>=", 0.01, Kind.REFUTED),
        ("identity", "=", 1, Kind.PROVED),
        ("phi", "<=", 1, Kind.UNDECIDED),
    ],
)
def test_bounds(name: str, relation: str, bound: Any, kind: Kind) -> None:
    verdict = verdict_on(SlopeBound(name, relation, bound))
    assert verdict.kind is kind
    assert (verdict.counterexample is not None) == (kind is Kind.REFUTED)


def test_another_relation_is_refused() -> None:
    with pytest.raises(ParameterError, match="no relation '=<'"):
        SlopeBound("tanh", "=<", 1)


def test_what_is_not_decided_says_why() -> None:
    a = sp.Symbol("a", real=True)
    verdict = verdict_on(SlopeBound(activation("elu", alpha=a), "<=", sp.exp(a)))
    assert verdict.kind is Kind.UNDECIDED
    assert "not decided" in verdict.reason


class TestTheKernel:
    def test_makes_no_theorem_of_a_false_statement(self) -> None:
        for prove, statement in (
            (prove_maximum, Maximum("sigmoid", 0.24, 0)),
            (prove_maximum, Maximum("sigmoid", 0.25, 1)),
            (prove_maximum, Maximum("sigmoid", 0.26, 0)),
            (prove_slope_bound, SlopeBound("sigmoid", "<", 0.25)),
        ):
            with pytest.raises(ProofError):
                prove(statement)

    def test_replays_what_it_is_given(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """A verdict that says PROVED, with a certificate that does not hold."""
        true = expected("sigmoid", "<=", 0.3)
        forged = replace(true.bounds.upper, proof=replace(true.bounds.upper.proof, bound=sp.Rational(1, 5)))
        bounds = replace(true.bounds, upper=forged)
        lie = replace(true, outcome=Outcome.EXPECTED, bounds=bounds, bound=sp.Rational(1, 5))
        monkeypatch.setattr("symrnn.slopes.expected", lambda *arguments: lie)
        with pytest.raises(ProofError):
            prove_slope_bound(SlopeBound("sigmoid", "<=", 0.2))

    def test_rests_on_the_bounds(self) -> None:
        assert prove_slope_bound(SlopeBound("mish", "<=", 1.1)).means == (slope_bounds("mish").method,)


def test_a_refutation_without_a_point_is_no_counterexample() -> None:
    """The slope of mish is 0 at a place without a closed form."""
    assert claim_bound("mish", "abs>", 0).outcome is Outcome.REFUTED
    verdict = verdict_on(SlopeBound("mish", "abs>", 0))
    assert verdict.kind is Kind.UNDECIDED
    assert verdict.reason.endswith("no such point with a closed form was found to show")
    assert "REFUTED" not in verdict.reason


def test_a_point_where_the_slope_is_zero_exactly_is_shown() -> None:
    verdict = verdict_on(SlopeBound("sin", "abs>", 0))
    assert verdict.kind is Kind.REFUTED
    assert verdict.counterexample is not None
    assert verdict.counterexample.values == {"z": "pi/2"}
    assert (verdict.counterexample.lhs, verdict.counterexample.certainty) == ("0", "exact")


def test_a_root_of_a_rational_slope_is_shown() -> None:
    cubic = Activation("z^3 - 6z", z**3 - 6 * z)
    verdict = verdict_on(SlopeBound(cubic, "abs>", 0))
    assert verdict.kind is Kind.REFUTED
    assert verdict.counterexample is not None
    assert sp.sympify(verdict.counterexample.values["z"]) ** 2 == 2
