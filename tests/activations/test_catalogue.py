"""The catalogue: what it holds, and that each entry is consistent in itself."""

from __future__ import annotations

import pytest
import sympy as sp

from symrnn.activations import FAMILIES, TABLE, Activation, activation, value, z
from symrnn.errors import NotDifferentiableError, UnknownTermError

IN_TORCH = {
    "ELU",
    "CELU",
    "SELU",
    "GELU",
    "Hardshrink",
    "Hardsigmoid",
    "Hardtanh",
    "Hardswish",
    "LeakyReLU",
    "LogSigmoid",
    "Mish",
    "PReLU",
    "ReLU",
    "ReLU6",
    "Sigmoid",
    "SiLU",
    "Softplus",
    "Softshrink",
    "Softsign",
    "Tanh",
    "Tanhshrink",
    "Threshold",
    "Identity",
}
OTHERS = {"sin", "arctan", "erf", "exp", "square"}
ALL = pytest.mark.parametrize("entry", TABLE.values(), ids=lambda entry: entry.name)
KINKED = [entry for entry in TABLE.values() if entry.kinks]


def test_the_catalogue_is_complete() -> None:
    assert {entry.torch for entry in TABLE.values()} - {""} == IN_TORCH
    assert {entry.name for entry in TABLE.values() if not entry.torch} == OTHERS
    assert {"gelu", "gelu_tanh"} <= set(TABLE)
    assert set(TABLE) == set(FAMILIES)


@ALL
def test_an_entry_has_all_its_facts(entry: Activation) -> None:
    assert entry.formula.free_symbols <= {z}
    assert entry.source.count("(") == 1
    assert entry.smoothness in (sp.oo, 1, 0, -1)
    assert entry.monotone in (True, False)
    assert entry.sup is not None
    assert entry.inf is not None
    assert not entry.formula.has(sp.Float)
    assert entry.latex().startswith(r"\operatorname{")


@ALL
def test_smoothness_is_what_the_pieces_show(entry: Activation) -> None:
    """At each point where the formula changes, as many derivatives agree as the entry says."""
    for point in entry.breaks:
        sides = [branch(entry, point - sp.Rational(1, 100)), branch(entry, point + sp.Rational(1, 100))]
        agreeing = -1
        while agreeing < 3 and len({sp.diff(side, z, agreeing + 1).subs(z, point) for side in sides}) == 1:
            agreeing += 1
        assert agreeing >= entry.smoothness
        assert (point in entry.kinks) == (agreeing < 1)
    if entry.smoothness is sp.oo:
        assert not entry.breaks


def branch(entry: Activation, at: sp.Expr) -> sp.Expr:
    return next(expression for expression, condition in entry.formula.args if condition.subs(z, at) == sp.true)


@ALL
def test_monotone_is_what_the_slope_shows(entry: Activation) -> None:
    """The jumps of hardshrink and threshold go upwards."""
    assert entry.monotone == (entry.inf.value >= 0)


@ALL
def test_the_slope_is_the_stated_polynomial_in_the_value(entry: Activation) -> None:
    if entry.slope_in_value is not None:
        difference = entry.slope_in_value.subs(value, entry.formula) - entry.derivative()
        assert sp.simplify(difference.rewrite(sp.exp)) == 0


def test_which_slopes_are_polynomials_in_the_value() -> None:
    assert {e.name for e in TABLE.values() if e.slope_in_value is not None} == {
        "identity",
        "tanh",
        "sigmoid",
        "exp",
    }


@ALL
def test_lipschitz_constants(entry: Activation) -> None:
    if entry.name in ("exp", "square", "hardshrink", "threshold"):
        assert entry.lipschitz is None
    else:
        assert entry.lipschitz == sp.Max(entry.sup.value, -entry.inf.value)


def test_a_function_that_jumps_says_that_it_has_no_lipschitz_constant() -> None:
    for name in ("hardshrink", "threshold"):
        assert TABLE[name].smoothness_class == "discontinuous"
        assert "no Lipschitz constant" in TABLE[name].note
    assert "Lipschitz" not in activation("threshold", value=1).note


def test_what_differs_from_torch_is_said() -> None:
    assert "numerical only" in TABLE["softplus"].note
    assert "no defaults" in TABLE["threshold"].note
    assert 'approximate="tanh"' in TABLE["gelu_tanh"].note


def test_the_constants_of_selu_are_those_published() -> None:
    scale = TABLE["selu"].sup.value / sp.Rational("1.6732632423543772848170429916717")
    assert scale == sp.Rational("1.0507009873554804934193349852946")


class TestKinks:
    @pytest.mark.parametrize("entry", KINKED, ids=lambda a: a.name)
    def test_no_slope_without_a_convention(self, entry: Activation) -> None:
        with pytest.raises(NotDifferentiableError, match="at_kink"):
            entry.derivative()

    @pytest.mark.parametrize("entry", KINKED, ids=lambda a: a.name)
    def test_the_convention_is_used_at_the_kinks_only(self, entry: Activation) -> None:
        stated = activation(entry.name, at_kink=sp.Rational(7, 3)).derivative()
        assert all(stated.subs(z, kink) == sp.Rational(7, 3) for kink in entry.kinks)
        assert stated.subs(z, 100) in (0, 1, entry.sup.value, sp.diff(branch(entry, sp.Integer(100)), z))

    @pytest.mark.parametrize("entry", KINKED, ids=lambda a: a.name)
    def test_torchs_convention(self, entry: Activation) -> None:
        slope = activation(entry.name, at_kink="torch").derivative()
        assert tuple(slope.subs(z, kink) for kink in entry.kinks) == entry.torch_at_kinks

    def test_one_value_for_each_kink(self) -> None:
        stated = activation("hardswish", at_kink=(0, sp.Rational(3, 2)))
        assert list(stated.conventions()) == [(-3, 0), (3, sp.Rational(3, 2))]
        with pytest.raises(NotDifferentiableError, match="2 kinks, but 1 values"):
            activation("hardswish", at_kink=(0,))

    def test_no_convention_where_there_is_no_kink(self) -> None:
        for name in ("softsign", "elu", "celu", "tanh"):
            with pytest.raises(NotDifferentiableError, match="no kink"):
                activation(name, at_kink=0)

    def test_no_second_derivative_where_the_first_has_a_corner(self) -> None:
        assert activation("elu").derivative().subs(z, 0) == 1
        with pytest.raises(NotDifferentiableError, match=r"only C\^1"):
            activation("elu").derivative(2)


class TestGeneric:
    def test_an_unknown_name_is_a_generic_function(self) -> None:
        assert activation("phi").is_generic
        with pytest.raises(UnknownTermError, match="no formula"):
            activation("phi").derivative()

    def test_it_has_no_bounds(self) -> None:
        with pytest.raises(UnknownTermError, match="generic"):
            _ = activation("phi").bounds
