"""Claims about suprema and maxima, and about the smallest abs(φ')."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import mpmath
import pytest
import sympy as sp
from slopes.reference import TABLE as REFERENCE
from slopes.reference import refutes

from symrnn.activations import TABLE, activation
from symrnn.certify.slope_asked import certified
from symrnn.errors import ParameterError, ProofError, UnknownTermError
from symrnn.kernel.slopes import check
from symrnn.slopes import QUANTITIES, Outcome, claim, claim_bound, expected, read_claim, slope_bounds
from symrnn.slopes.claims import abs_inf_attained

EPSILON = sp.Rational(1, 10**12)
NAMES = pytest.mark.parametrize("name", TABLE)
PROVED, REFUTED = Outcome.PROVED, Outcome.REFUTED


@pytest.mark.table(quick=19)
@NAMES
def test_the_supremum_is_what_it_is(name: str) -> None:
    bounds = slope_bounds(name)
    for of, which, extreme in (("sup", "max", bounds.upper.extreme), ("inf", "min", bounds.lower.extreme)):
        if extreme.value.is_infinite:
            assert claim_bound(name, "=", 10**6, of=of).outcome is REFUTED
            assert claim_bound(name, "=", 10**6, of=which).outcome is REFUTED
            continue
        exact = claim_bound(name, "=", extreme.value, of=of)
        assert exact.outcome is PROVED
        assert claim_bound(name, "=", extreme.value, of=which).outcome is (PROVED if extreme.attained else REFUTED)
        for wrong in (extreme.value + EPSILON, extreme.value - EPSILON):
            verdict = claim_bound(name, "=", wrong, of=of)
            assert verdict.outcome is REFUTED
            inwards = (wrong < extreme.value) == (of == "sup")
            assert (verdict.point is not None) == bool(inwards)


@pytest.mark.parametrize(
    ("text", "outcome", "words"),
    [
        ("max sigmoid' = 1/4", PROVED, "sup φ' = 1/4, attained at z = 0"),
        ("max sigmoid' <= 1/4", PROVED, ""),
        ("max sigmoid' < 1/4", REFUTED, ""),
        ("max sigmoid' = 0.24", REFUTED, "z = 0: φ'(z) = 1/4 > 6/25"),
        ("max sigmoid' = 0.26", REFUTED, "sup φ' = 1/4, attained"),
        ("sup tanhshrink' = 1", PROVED, "not attained"),
        ("max tanhshrink' = 1", REFUTED, "so there is no maximum"),
        ("max tanhshrink' <= 1", REFUTED, "so there is no maximum"),
        ("sup tanhshrink' < 1", REFUTED, ""),
        ("sup tanhshrink' <= 1", PROVED, ""),
        ("min tanh' = 0", REFUTED, "so there is no minimum"),
        ("inf tanh' = 0", PROVED, ""),
        ("sup exp' = 10^6", REFUTED, "sup φ' = oo"),
        ("sup exp' >= 10^6", PROVED, ""),
        ("max exp' >= 10^6", REFUTED, "so there is no maximum"),
        ("sup square' <= 3", REFUTED, ""),
        ("max |sin'| = 1", PROVED, "attained"),
        ("min |sin'| = 0", PROVED, ""),
        ("inf |tanh'| = 0", PROVED, ""),
        ("min |tanh'| = 0", REFUTED, "so there is no minimum"),
        ("max |prelu(a=-2)'| = 2", PROVED, "attained for z < 0"),
        ("max |gelu'| = 1", REFUTED, "sup |φ'| = 1.1289"),
        ("max hardswish' = 3/2", REFUTED, "so there is no maximum"),
        ("max hardswish(at_kink=3/2)' = 3/2", PROVED, ""),
        ("sup elu(alpha=a)' = 1", REFUTED, "for a = 2: sup φ' = 2"),
        ("sup leaky_relu(negative_slope=a)' = 1", PROVED, ""),
        ("max elu(alpha=1)' = 1", PROVED, ""),
        ("identity' = 1", PROVED, ""),
        ("tanh' = 1", REFUTED, "< 1"),
        ("|identity'| = 1", PROVED, ""),
        ("|prelu(a=-1)'| = 1", PROVED, ""),
        ("|prelu(a=-2)'| = 1", REFUTED, "z = -1: φ'(z) = -2 < -1"),
        ("|prelu(a=-2)'| >= 1", PROVED, ""),
        ("|prelu(a=-2)'| > 1", REFUTED, "|φ'(z)| = 1 <= 1"),
        ("|prelu(a=-2)'| >= 3/2", REFUTED, "|φ'(z)| = 1 < 3/2"),
        ("|leaky_relu'| >= 1/100", PROVED, ""),
        ("|leaky_relu'| > 1/100", REFUTED, "|φ'(z)| = 1/100 <= 1/100"),
        ("|tanh'| > 0", PROVED, "which is not attained"),
        ("|gelu'| >= 1e-9", REFUTED, "|φ'(z)| = "),
        ("|mish'| > 0", REFUTED, "|φ'(z)| = 0 for some z"),
        ("|sin'| >= 1e-9", REFUTED, "|φ'(z)| = "),
        ("|hardswish'| >= 1e-9", REFUTED, "|φ'(z)| = "),
        ("|square'| > 0", REFUTED, "z = 0"),
        ("|tanhshrink'| > 0", REFUTED, "z = 0"),
        ("|tanh'| >= -1", PROVED, ""),
        ("|leaky_relu(negative_slope=a)'| >= a", PROVED, ""),
        ("|prelu(a=c)'| >= 1/2", REFUTED, "c = "),
    ],
)
def test_claims(text: str, outcome: Outcome, words: str) -> None:
    verdict = claim(text)
    assert verdict.outcome is outcome
    assert words in str(verdict)
    assert verdict.point is None or refutes(verdict)
    assert bool(verdict.certificates) == (outcome is PROVED)
    assert all(check(lines) for lines in verdict.certificates)


@pytest.mark.table(quick=19)
@NAMES
def test_a_bound_of_the_smallest_slope_is_sharp(name: str) -> None:
    smallest = slope_bounds(name).abs_inf
    assert claim_bound(name, "abs>=", smallest).outcome is PROVED
    verdict = claim_bound(name, "abs>=", smallest + sp.Rational(1, 1000))
    assert verdict.outcome is REFUTED
    at = verdict.point.at
    with mpmath.workdps(60):
        found = abs(REFERENCE[name][0](mpmath.mpf(int(at.p)) / int(at.q)))
        assert found < mpmath.mpf(str(sp.N(smallest, 60))) + mpmath.mpf(1) / 1000


def test_whether_the_smallest_slope_is_attained() -> None:
    attained = {name: abs_inf_attained(slope_bounds(name)) for name in TABLE}
    assert {name for name, found in attained.items() if not found} == {
        "tanh", "sigmoid", "softplus", "logsigmoid", "arctan", "erf", "exp", "selu", "softsign", "elu", "celu",
    }  # fmt: skip
    jump = activation("prelu", a=sp.Rational(-1, 4))
    assert abs_inf_attained(slope_bounds(jump)) is True


@pytest.mark.parametrize(
    ("text", "proved"),
    [
        ("max sigmoid' = 1/4", "max sigmoid'(z) = 1/4 over every real z, taken at z = 0, "),
        ("max sigmoid' < 0.26", "max sigmoid'(z) = 1/4 over every real z, taken at z = 0, "),
        ("sup tanhshrink' >= 1", "sup tanhshrink'(z) = 1 over every real z, which is not taken, "),
        ("inf exp' = 0", "inf exp'(z) = 0 over every real z, which is not taken, "),
        ("sup exp' > 10^6", "sup exp'(z) = ∞ over every real z, "),
        ("max |prelu(a=-2)'| = 2", "min prelu'(z) = -2 over every real z except z = 0, taken at z = -1, "),
        ("min |sin'| < 1/2", "min sin'(z) = -1 over every real z, taken at z = pi, "),
    ],
)
def test_what_an_extreme_value_rests_on(text: str, proved: str) -> None:
    assert any(check(lines).startswith(proved) for lines in claim(text).certificates)


@pytest.mark.table(quick=7)
@pytest.mark.parametrize(
    ("text", "false"),
    [
        ("max sigmoid' = 1/4", {"bound": sp.Rational(26, 100)}),
        ("max sigmoid' = 1/4", {"relation": "<"}),
        ("sup tanh' <= 1", {"bound": sp.Rational(99, 100)}),
        ("sup tanhshrink' = 1", {"of": "max"}),
        ("inf |tanh'| = 0", {"of": "min"}),
        ("inf |tanh'| = 0", {"relation": "abs>"}),
        ("min |sin'| = 0", {"bound": sp.S.One}),
        ("max |silu'| > 1", {"bound": sp.Integer(2)}),
        ("sup exp' >= 10^6", {"relation": "<="}),
        ("inf |prelu(a=-2)'| = 1", {"bound": sp.Integer(2)}),
    ],
)
def test_what_is_falsely_expected_has_no_certificate(text: str, false: dict[str, Any]) -> None:
    """The bounds expect a proof, and the kernel does not give it."""
    stated = read_claim(text)
    true = expected(stated.activation, stated.relation, stated.bound, of=stated.of)
    assert certified(true).outcome is PROVED
    assert certified(replace(true, **false)).outcome is Outcome.UNDECIDED


def test_an_extreme_value_that_the_bounds_have_wrong_is_not_believed() -> None:
    true = expected("tanh", "=", 1, of="max")
    upper = replace(true.bounds.upper, extreme=replace(true.bounds.upper.extreme, value=sp.Integer(2)))
    wrong = replace(true, bounds=replace(true.bounds, upper=upper), bound=sp.Integer(2))
    assert certified(wrong).outcome is Outcome.UNDECIDED
    with pytest.raises(ProofError, match="only a certificate"):
        replace(wrong, outcome=PROVED)


def test_numbers_of_many_digits_are_printed_short() -> None:
    assert "10^-1000" in str(claim("arctan' > 1e-1000"))
    assert "z = -2^" in str(claim("arctan' > 1e-1000"))
    assert len(str(claim("exp' <= 1e1000/7"))) < 300
    assert claim("exp' <= 1e1000").record()["bound"] == str(10**1000)


def test_a_record_has_the_point() -> None:
    record = claim("|sin'| >= 1/2").record()
    assert record["verdict"] == "REFUTED"
    assert record["point"]["relation"] == "abs<"
    assert record["of"] is None
    assert claim("max sin' = 1").record()["of"] == "max"


@pytest.mark.parametrize("of", ["average", "Sup", None])
def test_another_quantity_is_refused(of: Any) -> None:
    with pytest.raises(ParameterError, match="use one of sup, max, inf, min"):
        claim_bound("tanh", "<=", 1, of=of)


@pytest.mark.parametrize("of", QUANTITIES)
def test_a_generic_function_is_refused(of: str) -> None:
    with pytest.raises(UnknownTermError, match="generic"):
        claim_bound("phi", "<=", 1, of=of)
