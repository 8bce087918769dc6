"""The bounds of the catalogue: proved, replayed, and the same as an independent search finds."""

from __future__ import annotations

import mpmath
import pytest
import sympy as sp
from slopes.reference import DPS, extreme

from symrnn.activations import TABLE, Activation, activation, z
from symrnn.errors import LimitError, ProofError, UnknownTermError
from symrnn.slopes import slope_bounds

NAMES = pytest.mark.parametrize("name", TABLE)

SQUARES = {("tanh", 1), ("sigmoid", 1), ("sin", 1), ("sin", -1), ("tanhshrink", -1)}
BALLS = {"silu", "mish", "gelu_tanh"}


@NAMES
def test_the_digits_are_those_of_an_independent_search(name: str) -> None:
    bounds = slope_bounds(name)
    for side, written in ((1, bounds.sup_value), (-1, bounds.inf_value)):
        expected = extreme(name, side)
        if expected is None:
            assert written == ("oo" if side > 0 else "-oo")
            continue
        assert len(written.replace("-", "").replace(".", "").lstrip("0")) >= 50 or float(written) == 0
        with mpmath.workdps(DPS):
            difference = abs(mpmath.mpf(written) - expected)
            assert difference <= mpmath.mpf(10) ** -49 / 2 * abs(expected) + mpmath.mpf(10) ** -60


@NAMES
def test_the_proof_replays(name: str) -> None:
    slope_bounds(name).check()


@NAMES
def test_the_values_and_places_are_those_of_the_catalogue(name: str) -> None:
    bounds, entry = slope_bounds(name), TABLE[name]
    assert (bounds.upper.extreme, bounds.lower.extreme) == (entry.sup, entry.inf)
    assert (bounds.sup_attained is None) == (not entry.sup.attained)


@NAMES
def test_the_method_is_named(name: str) -> None:
    bounds = slope_bounds(name)
    for side, bound in ((1, bounds.upper), (-1, bounds.lower)):
        if (name, side) in SQUARES:
            assert bound.proof.method == "square certificate"
        elif name in BALLS:
            assert bound.proof.method == "ball arithmetic, branch and bound, tail lemma"
        else:
            assert bound.proof.method == "monotone pieces"


@NAMES
def test_explain_names_everything(name: str) -> None:
    text, bounds = slope_bounds(name).explain(), slope_bounds(name)
    for bound in (bounds.upper, bounds.lower):
        assert str(bound) in text
        assert bound.proof.method in text
    assert ("away from" in text) == bool(TABLE[name].kinks)
    assert TABLE[name].note in text


def test_explain_of_a_transcendental_equation() -> None:
    text = slope_bounds("silu").explain()
    assert "z_max is the root of -z + (z - 2)*exp(z) - 2 in (2, 3)" in text
    assert "by the tail lemma" in text
    assert "boxes" in text


def test_more_digits() -> None:
    short, long = slope_bounds("mish").sup_value, slope_bounds("mish", digits=200).sup_value
    assert len(long) == 201
    assert long.startswith(short[:-1])
    with pytest.raises(LimitError, match="digits"):
        slope_bounds("mish", digits=0)


class TestExactValues:
    def test_closed_forms(self) -> None:
        assert slope_bounds("gelu").sup == sp.Rational(1, 2) * (1 + sp.erf(1)) + sp.exp(-1) / sp.sqrt(sp.pi)
        assert slope_bounds("gelu").sup_attained == {sp.sqrt(2)}
        assert activation("erf").derivative_bound == 2 / sp.sqrt(sp.pi)
        assert activation("sigmoid").derivative_bound == sp.Rational(1, 4)
        assert activation("sin").derivative_bound == 1
        assert activation("hardswish").derivative_bound == sp.Rational(3, 2)
        assert activation("exp").derivative_bound is sp.oo

    def test_silu_in_its_root(self) -> None:
        (root,) = slope_bounds("silu").sup_attained
        assert sp.expand(slope_bounds("silu").sup - (root + 2) / 4) == 0

    def test_bounds_of_the_absolute_value(self) -> None:
        found = {name: slope_bounds(name).abs_inf for name in ("leaky_relu", "identity", "tanh", "sin", "silu")}
        assert found == {"leaky_relu": sp.Rational(1, 100), "identity": 1, "tanh": 0, "sin": 0, "silu": 0}
        negative = activation("prelu", a=sp.Rational(-1, 4)).bounds
        assert (negative.abs_sup, negative.abs_inf) == (1, sp.Rational(1, 4))
        assert activation("prelu", a=-3).derivative_bound == 3

    def test_tanhshrink_approaches_its_supremum_at_both_ends(self) -> None:
        bounds = slope_bounds("tanhshrink")
        assert bounds.sup_attained is None
        assert bounds.upper.extreme.where() == "not attained; approached as z → -∞ and as z → ∞"


class TestKinks:
    def test_a_convention_counts(self) -> None:
        assert activation("relu", at_kink=2).derivative_bound == 2
        assert activation("relu", at_kink=-1).bounds.inf == -1
        assert activation("relu", at_kink="torch").bounds.inf_attained == sp.Interval(-sp.oo, 0)

    def test_a_convention_can_attain_what_is_only_approached(self) -> None:
        assert activation("hardswish").bounds.sup_attained is None
        assert activation("hardswish", at_kink="torch").bounds.sup_attained is None
        assert activation("hardswish", at_kink=(0, sp.Rational(3, 2))).bounds.sup_attained == {3}

    def test_explain_says_what_is_taken(self) -> None:
        text = activation("relu", at_kink=2).bounds.explain()
        assert "φ'(0) is taken as 2" in text
        assert "there the stated values count" in text


class TestOtherFunctions:
    def test_a_function_of_ones_own(self) -> None:
        bounds = slope_bounds(Activation("bump", sp.exp(-(z**2))))
        assert bounds.sup == sp.sqrt(2) * sp.exp(sp.Rational(-1, 2))
        bounds.check()

    def test_a_generic_function_has_none(self) -> None:
        with pytest.raises(UnknownTermError, match="generic"):
            slope_bounds("phi")

    @pytest.mark.parametrize("formula", [1 / z, sp.log(z), sp.tan(z), z + sp.sin(z), abs(z), z * sp.erf(z) ** 2])
    def test_what_no_method_proves_is_refused(self, formula: sp.Expr) -> None:
        with pytest.raises(ProofError):
            slope_bounds(Activation("unknown", formula))

    def test_a_corner_that_is_not_stated_is_found(self) -> None:
        corner = Activation("corner", sp.Piecewise((z, z > 0), (sp.S.Zero, True)))
        with pytest.raises(ProofError, match="not stated as a kink"):
            slope_bounds(corner)

    def test_a_wrong_statement_is_found(self) -> None:
        wrong = TABLE["sigmoid"].sup.__class__(sp.Rational(1, 5), sp.FiniteSet(0))
        with pytest.raises(ProofError, match="what is stated is 1/5"):
            slope_bounds(Activation("wrong", TABLE["sigmoid"].formula, sup=wrong))
