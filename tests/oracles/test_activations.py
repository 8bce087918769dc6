"""The table of activations: values and slopes against each other, in every arithmetic."""

from __future__ import annotations

import mpmath
import numpy as np
import pytest
from oracles.mpmath_bptt import mp_activation

from symrnn.errors import UnknownTermError
from symrnn.oracles import ACTIVATION_NAMES, activation, central_difference, complex_step

POINTS = np.array([-2.3, -0.7, -1e-3, 1e-3, 0.4, 1.9])
ANALYTIC = [name for name in ACTIVATION_NAMES if name != "relu"]


def test_the_table_holds_the_promised_activations() -> None:
    assert set(ACTIVATION_NAMES) == {
        *("identity", "tanh", "sigmoid", "relu", "softplus", "sin", "square", "exp", "arctan"),
    }


@pytest.mark.parametrize("name", ACTIVATION_NAMES)
def test_slopes_are_the_derivatives_of_the_values(name: str) -> None:
    phi = activation(name)
    by_differences = np.diag(central_difference(phi.value, POINTS))
    np.testing.assert_allclose(phi.slope(POINTS), by_differences, rtol=0, atol=1e-8)


@pytest.mark.parametrize("name", ANALYTIC)
def test_slopes_are_the_complex_step_of_the_values(name: str) -> None:
    phi = activation(name)
    np.testing.assert_allclose(phi.slope(POINTS), np.diag(complex_step(phi.value, POINTS)), rtol=1e-13)


@pytest.mark.parametrize("name", ACTIVATION_NAMES)
def test_mpmath_agrees_with_numpy(name: str) -> None:
    phi, exact, mp = activation(name), mp_activation(name), mpmath.mp.clone()
    mp.dps = 40
    for z in POINTS:
        assert float(exact.value(mp, mp.mpf(z))) == pytest.approx(float(phi.value(np.array(z))), rel=1e-14)
        assert float(exact.slope(mp, mp.mpf(z))) == pytest.approx(float(phi.slope(np.array(z))), rel=1e-14)


@pytest.mark.parametrize("name", ACTIVATION_NAMES)
def test_mpmath_slopes_are_derivatives_to_many_digits(name: str) -> None:
    phi, mp = mp_activation(name), mpmath.mp.clone()
    mp.dps = 60
    for z in map(mp.mpf, ("-1.75", "0.3", "2.1")):
        step = mp.mpf(10) ** -20
        quotient = (phi.value(mp, z + step) - phi.value(mp, z - step)) / (2 * step)
        assert abs(phi.slope(mp, z) - quotient) < mp.mpf(10) ** -36


@pytest.mark.parametrize("name", ["tanh", "sigmoid", "softplus", "arctan", "relu", "identity", "sin"])
@pytest.mark.parametrize("z", [-1e4, -50.0, 50.0, 1e4])
def test_large_arguments_neither_overflow_nor_warn(name: str, z: float) -> None:
    phi, slow, mp = activation(name), mp_activation(name), mpmath.mp.clone()
    mp.dps = 40
    for ours, exact in ((phi.value, slow.value), (phi.slope, slow.slope)):
        expected = float(exact(mp, mp.mpf(z)))
        assert float(ours(np.array(z))) == pytest.approx(expected, rel=1e-12, abs=1e-15)
        assert complex(ours(np.array(z + 0j))) == pytest.approx(expected, rel=1e-12, abs=1e-15)


def test_relu_has_slope_zero_at_zero_by_convention() -> None:
    relu, mp = activation("relu"), mpmath.mp.clone()
    assert relu.slope(np.array([-1.0, 0.0, 1.0])).tolist() == [0.0, 0.0, 1.0]
    assert mp_activation("relu").slope(mp, mp.zero) == 0
    assert not relu.analytic


@pytest.mark.parametrize("name", ["gelu", "", "Tanh", None, ["tanh"]])
def test_an_unknown_activation_is_refused_with_the_known_ones(name: object) -> None:
    with pytest.raises(UnknownTermError, match=r"no activation is called .*use one of identity, tanh"):
        activation(name)  # type: ignore[arg-type]
