"""Parameters: exact, refused outside of their domain, hypotheses where they are symbols."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest
import sympy as sp

from symrnn.activations import TABLE, activation, z
from symrnn.errors import ParameterError

a = sp.Symbol("a", real=True)
b = sp.Symbol("b", real=True)

DEFAULTS = {
    "elu": {"alpha": 1},
    "celu": {"alpha": 1},
    "hardshrink": {"lambd": sp.Rational(1, 2)},
    "softshrink": {"lambd": sp.Rational(1, 2)},
    "hardtanh": {"min_val": -1, "max_val": 1},
    "leaky_relu": {"negative_slope": sp.Rational(1, 100)},
    "prelu": {"a": sp.Rational(1, 4)},
    "softplus": {"beta": 1},
    "threshold": {"threshold": 1, "value": 0},
}

BAD: list[tuple[str, dict[str, Any], str]] = [
    ("leaky_relu", {"negative_slope": -1}, "outside of 0 <= negative_slope < 1"),
    ("leaky_relu", {"negative_slope": 1}, "prelu takes any slope"),
    ("leaky_relu", {"slope": 1}, "no parameter slope.*it has negative_slope"),
    ("leaky_relu", {"negative_slope": "1/2"}, "is not a number"),
    ("leaky_relu", {"negative_slope": None}, "is not a number"),
    ("leaky_relu", {"negative_slope": True}, "is not a number"),
    ("leaky_relu", {"negative_slope": float("nan")}, "is not a number"),
    ("leaky_relu", {"negative_slope": sp.Symbol("c")}, "not known to be real.*real=True"),
    ("leaky_relu", {"negative_slope": sp.Symbol("c", negative=True)}, "outside of"),
    ("leaky_relu", {"negative_slope": z}, "z is the argument"),
    ("leaky_relu", {"negative_slope": 2 * a}, "neither a real number nor a symbol"),
    ("prelu", {"a": sp.I}, "neither a real number"),
    ("prelu", {"a": sp.oo}, "neither a real number"),
    ("elu", {"alpha": 0}, "outside of alpha > 0"),
    ("elu", {"alpha": -2}, "outside of alpha > 0"),
    ("celu", {"alpha": 0}, "outside of alpha > 0"),
    ("softplus", {"beta": -1}, "outside of beta > 0"),
    ("softplus", {"threshold": 20}, "no parameter threshold"),
    ("softshrink", {"lambd": 0}, "identity"),
    ("hardshrink", {"lambd": -1}, "outside of lambd > 0"),
    ("hardtanh", {"min_val": 1}, "outside of max_val > 1"),
    ("hardtanh", {"min_val": 2, "max_val": -2}, "max_val > min_val"),
    ("hardtanh", {"min_val": a, "max_val": a}, "outside of max_val > a"),
    ("hardtanh", {"min_val": a, "max_val": 2}, "give a symbol for max_val too"),
    ("threshold", {"threshold": a, "value": a}, "two parameters"),
    ("relu", {"alpha": 1}, "no parameter alpha.*it has none"),
    ("phi", {"alpha": 1}, "generic function and has no parameters"),
]


@pytest.mark.parametrize(("name", "parameters", "message"), BAD)
def test_a_bad_parameter_is_refused(name: str, parameters: dict[str, Any], message: str) -> None:
    with pytest.raises(ParameterError, match=message):
        activation(name, **parameters)


def test_what_is_no_name_is_refused() -> None:
    with pytest.raises(ParameterError, match="of type NoneType; give its name"):
        activation(None)  # type: ignore[arg-type]


def test_the_defaults_are_exact() -> None:
    found = {name: dict(entry.parameters) for name, entry in TABLE.items() if entry.parameters}
    assert found == DEFAULTS
    for name, parameters in DEFAULTS.items():
        assert activation(name, **parameters) == TABLE[name]


@pytest.mark.parametrize("given", [0.2, Fraction(1, 5), sp.Rational(1, 5), sp.Float("0.2")])
def test_numbers_of_all_kinds_are_exact(given: Any) -> None:
    assert activation("leaky_relu", negative_slope=given).inf.value == sp.Rational(1, 5)


def test_a_symbol_carries_its_domain_as_hypothesis() -> None:
    assert activation("leaky_relu", negative_slope=a).hypotheses == (a >= 0, a < 1)
    assert activation("hardtanh", min_val=a, max_val=b).hypotheses == (b > a,)
    assert activation("prelu", a=a).hypotheses == ()


def test_what_a_symbol_is_declared_as_is_not_asked_again() -> None:
    assert activation("elu", alpha=sp.Symbol("alpha", positive=True)).hypotheses == ()


def test_smoothness_depends_on_the_parameters() -> None:
    assert activation("elu", alpha=2).kinks == (0,)
    assert activation("elu", alpha=2).torch_at_kinks == (2,)
    assert activation("celu", alpha=2).smoothness == 1
    assert activation("prelu", a=1).smoothness is sp.oo
    assert activation("threshold", threshold=1, value=1).smoothness == 0


def test_monotone_depends_on_the_parameters() -> None:
    assert activation("prelu", a=-1).monotone is False
    assert activation("prelu", a=a).monotone is None
    assert activation("threshold", threshold=0, value=1).monotone is False
    assert activation("leaky_relu", negative_slope=a).monotone is True
