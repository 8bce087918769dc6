"""The catalogue in print and as records."""

from __future__ import annotations

import json

import pytest
import sympy as sp

from symrnn.activations import TABLE, activation, z
from symrnn.render.catalogue import activation_record, derivative, in_cases
from symrnn.slopes import slope_bounds

NAMES = pytest.mark.parametrize("name", TABLE)


@NAMES
def test_a_record_is_whole(name: str) -> None:
    record, bounds = activation_record(TABLE[name]), slope_bounds(name)
    assert json.loads(json.dumps(record)) == record
    assert (record["sup"], record["inf"]) == (str(bounds.sup), str(bounds.inf))
    for side, of in (("sup", bounds.upper), ("inf", bounds.lower)):
        digits = record[f"{side}_value"].replace("-", "").replace(".", "").lstrip("0")
        assert len(digits) >= 50 or of.extreme.value in (0, sp.oo, -sp.oo)
        assert record["attained"][side].startswith("attained") is of.extreme.attained
    assert record["proof"] == bounds.explain().splitlines()
    assert all(root in str(record["proof"]) for root in record["roots"].values())
    assert len(record["kinks"]) == len(TABLE[name].kinks)
    assert record["source"]


@NAMES
def test_the_derivative_away_from_kinks(name: str) -> None:
    phi = TABLE[name]
    stated = activation(name, at_kink=0) if phi.kinks else phi
    for at in (sp.Rational(-7, 2), sp.Rational(-1, 3), sp.Rational(1, 3), sp.Rational(13, 2)):
        assert sp.simplify(derivative(phi).subs(z, at) - stated.derivative().subs(z, at)) == 0
    for kink in phi.kinks:
        assert derivative(phi).subs(z, kink) is sp.nan


def test_cases_in_words() -> None:
    assert in_cases(TABLE["tanh"].formula) == "tanh(z)"
    assert in_cases(derivative(TABLE["hardtanh"])) == "0 if z < -1; 1 if z < 1 and z > -1; 0 if z > 1"


def test_the_lipschitz_constant() -> None:
    found = {name: activation_record(TABLE[name])["lipschitz"] for name in ("tanh", "hardshrink", "exp", "hardswish")}
    assert found == {"tanh": "1", "hardshrink": None, "exp": None, "hardswish": "3/2"}
