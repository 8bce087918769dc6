"""The axioms about functions, on numbers: their data against mpmath's functions and derivatives."""

from __future__ import annotations

from collections.abc import Callable

import mpmath as mp
import pytest

from symrnn.kernel.axioms import AXIOMS, NAMED_SLOPES, SLOPES

BY_HAND: dict[str, Callable[[mp.mpf], mp.mpf]] = {
    "tanh": mp.tanh,
    "sigmoid": lambda z: 1 / (1 + mp.exp(-z)),
    "exp": mp.exp,
    "softplus": lambda z: mp.log(1 + mp.exp(z)),
}
POINTS = ("-7.3", "-1.25", "-0.1", "0", "0.4", "1.9", "6.02")


@pytest.mark.parametrize("name", SLOPES)
@pytest.mark.parametrize("at", POINTS)
def test_a_slope_is_its_polynomial_in_the_value(name: str, at: str) -> None:
    with mp.workdps(40):
        z = mp.mpf(at)
        value = BY_HAND[name](z)
        polynomial = sum(c * value**power for power, c in enumerate(SLOPES[name]))
        assert abs(mp.diff(BY_HAND[name], z) - polynomial) < mp.mpf(10) ** -18


@pytest.mark.parametrize("name", NAMED_SLOPES)
@pytest.mark.parametrize("at", POINTS)
def test_a_slope_is_the_function_of_its_name(name: str, at: str) -> None:
    with mp.workdps(40):
        z = mp.mpf(at)
        assert abs(mp.diff(BY_HAND[name], z) - BY_HAND[NAMED_SLOPES[name]](z)) < mp.mpf(10) ** -18


def test_a_changed_coefficient_would_be_seen() -> None:
    with mp.workdps(40):
        value = mp.tanh(mp.mpf("0.4"))
        assert abs(mp.diff(mp.tanh, mp.mpf("0.4")) - (1 - value)) > mp.mpf("0.1")


def test_every_axiom_has_a_source() -> None:
    assert all(axiom.says and axiom.source for axiom in AXIOMS.values())
