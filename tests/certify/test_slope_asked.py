"""What the kernel accepted of a slope is compared with what was asked: a certificate of something else is refused."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
import sympy as sp

from symrnn.activations import Activation, activation, z
from symrnn.certify.errors import NotAskedError
from symrnn.certify.slope_asked import Asked, ValueBound, of_slope, require_asked
from symrnn.derivation import Claim, Kind, Maximum, SlopeBound
from symrnn.kernel.slopes import check

a = sp.Symbol("a", real=True)
STEP = SlopeBound("leaky_relu", "<=", 1)

OTHERS: dict[str, tuple[Asked, Asked]] = {
    "the slope for the value": (SlopeBound("tanh", "abs<=", 1), ValueBound(activation("tanh"), "abs<=", sp.S.One)),
    "the value for the slope": (ValueBound(activation("softsign"), "<=", sp.S.One), SlopeBound("softsign", "<=", 1)),
    "another bound": (SlopeBound("tanh", "<=", 2), SlopeBound("tanh", "<=", 1)),
    "another relation": (SlopeBound("tanh", ">=", 0), SlopeBound("tanh", ">", 0)),
    "of the absolute value": (SlopeBound("tanh", "<=", 1), SlopeBound("tanh", "abs<=", 1)),
    "another function": (SlopeBound("tanh", "<=", 1), SlopeBound("erf", "<=", 1)),
    "another parameter": (STEP, SlopeBound(activation("leaky_relu", negative_slope=sp.Rational(1, 2)), "<=", 1)),
    "another convention": (STEP, SlopeBound(activation("leaky_relu", at_kink=0), "<=", 1)),
    "another value at the kink": (
        SlopeBound(activation("relu", at_kink=0), "<=", 1),
        SlopeBound(activation("relu", at_kink=1), "<=", 1),
    ),
    "a bound for a maximum": (SlopeBound("tanh", "<=", 1), Maximum("tanh", 1, 0)),
    "another point": (Maximum("sin", 1, 0), Maximum("sin", 1, 2 * sp.pi)),
    "another condition": (
        SlopeBound(activation("prelu", a=sp.Symbol("a", negative=True)), "abs>=", 0),
        SlopeBound(activation("prelu", a=a), "abs>=", 0),
    ),
}


@pytest.mark.parametrize(("proved", "asked"), OTHERS.values(), ids=OTHERS)
def test_certificate_of_something_else_is_refused(proved: SlopeBound | Maximum, asked: SlopeBound | Maximum) -> None:
    lines = of_slope(proved)
    require_asked(lines, proved)
    with pytest.raises(NotAskedError):
        require_asked(lines, asked)


def _formula_of_another(line: list[Any]) -> list[Any]:
    return ["num", "1/2"] if line == ["num", "1/100"] else line


def _joint_left_out(line: list[Any]) -> list[Any]:
    return [*line[:2], "out"] if line[0] == "joint" else line


@pytest.mark.parametrize(
    ("statement", "change"),
    [
        (SlopeBound("softsign", "<=", 2), _joint_left_out),
        (SlopeBound(activation("relu", at_kink=0), "<=", 1), _joint_left_out),
        (SlopeBound("leaky_relu", ">=", 0), _formula_of_another),
    ],
)
def test_true_theorem_about_another_function_is_refused(
    statement: SlopeBound, change: Callable[[list[Any]], list[Any]]
) -> None:
    """What is altered here is a proof still, but no longer of what was asked."""
    head, *lines = of_slope(statement)
    altered = [json.dumps(change(json.loads(line))) for line in lines]
    if change is _joint_left_out:
        altered = [line for line in altered if json.loads(line)[0] != "there"]
    check([head, *altered])
    with pytest.raises(NotAskedError):
        require_asked([head, *altered], statement)


@pytest.mark.parametrize(
    "name", ["relu", "hardshrink", "softshrink", "hardtanh", "hardswish", "softsign", "elu", "celu"]
)
def test_pieces_are_read_in_their_order(name: str) -> None:
    """Conditions of a piecewise formula are read from the first to the last: what is swapped is another function."""
    phi = activation(name)
    assert phi.formula is not None
    low = phi.bounds.inf
    require_asked(of_slope(SlopeBound(phi, ">=", low)), SlopeBound(phi, ">=", low))
    (one, first), (two, second), *rest = phi.formula.args
    swapped = Activation(name, sp.Piecewise((two, first), (one, second), *rest), kinks=phi.kinks)
    with pytest.raises(NotAskedError):
        require_asked(of_slope(SlopeBound(phi, ">=", low)), SlopeBound(swapped, ">=", low))


JUMPS = {
    "a point": (sp.Piecewise((0, z < 0), (1, z <= 0), (0, True)), SlopeBound, ("=", 0)),
    "a point of a cubic": (
        sp.Piecewise((z - z**3 / 3, z < 0), (7, z <= 0), (z - z**3 / 3, True)),
        Maximum,
        (sp.S.One, sp.S.Zero),
    ),
    "between two conditions": (sp.Piecewise((5, sp.And(z >= 0, z <= 0)), (2 * z, True)), SlopeBound, ("<=", 2)),
    "outside of two conditions": (sp.Piecewise((2 * z, sp.Or(z < 0, z > 0)), (7, True)), SlopeBound, ("<=", 2)),
}


@pytest.mark.parametrize("name", JUMPS)
def test_a_value_of_its_own_at_a_point_is_a_kink(name: str) -> None:
    formula, kind, rest = JUMPS[name]
    found = Claim("x", "", kind(Activation("mine", formula), *rest), Kind.PROVED).verify()
    assert found.kind is Kind.UNDECIDED


def test_no_jump_where_the_value_is_that_of_both_sides() -> None:
    phi = Activation("mine", sp.Piecewise((0, sp.And(z >= 0, z <= 0)), (2 * z, True)))
    assert Claim("x", "", SlopeBound(phi, "<=", 2), Kind.PROVED).verify().kind is Kind.PROVED


def test_what_a_parameter_was_declared_with_is_said() -> None:
    b = sp.Symbol("b", nonpositive=True)
    found = Claim("x", "", SlopeBound(Activation("mine", b * z + z), "<=", 1), Kind.PROVED).verify()
    assert found.kind is Kind.PROVED
    assert "b <= 0 real" in found.hypotheses
