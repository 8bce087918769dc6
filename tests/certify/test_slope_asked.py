"""What the kernel accepted of a slope is compared with what was asked: a certificate of something else is refused."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
import sympy as sp

from symrnn.activations import Activation, activation
from symrnn.certify.errors import NotAskedError
from symrnn.certify.slope_asked import of_slope, require_asked
from symrnn.derivation import Maximum, SlopeBound
from symrnn.kernel.slopes import check

a = sp.Symbol("a", real=True)
STEP = SlopeBound("leaky_relu", "<=", 1)

OTHERS: dict[str, tuple[SlopeBound | Maximum, SlopeBound | Maximum]] = {
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
