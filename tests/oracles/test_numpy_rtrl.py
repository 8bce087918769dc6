"""Forward mode in NumPy, against the complex step, differences and mpmath."""

from __future__ import annotations

import numpy as np
import pytest
from oracles.cases import COARSE, EXACT, SMOOTH, STATE_GRADIENTS, Case
from oracles.mpmath_bptt import mp_jacobian, mp_output_jacobian, mp_state_jacobian, to_numpy
from oracles.numpy_rtrl import rtrl_jacobians, rtrl_output_jacobians, rtrl_state_jacobian

from symrnn.errors import IndexRangeError, ShapeError, SymrnnError, UnknownTermError
from symrnn.oracles import activation, difference_jacobian, difference_state_jacobian, disagreement, forward


@pytest.mark.parametrize("phi", SMOOTH)
@pytest.mark.parametrize("wrt", STATE_GRADIENTS)
def test_jacobians_agree_with_every_other_route(phi: str, wrt: str) -> None:
    case = Case()
    jacobians = rtrl_jacobians(*case.network, phi, wrt)
    assert len(jacobians) == case.steps + 1
    for t, jacobian in enumerate(jacobians):
        assert disagreement(jacobian, difference_jacobian(*case.network, phi, t, wrt)) < EXACT
        assert disagreement(jacobian, to_numpy(mp_jacobian(*case.network, phi, t, wrt, digits=30))) < EXACT
        by_differences = difference_jacobian(*case.network, phi, t, wrt, method="central")
        assert disagreement(jacobian, by_differences) < COARSE


def test_columns_are_stacked() -> None:
    case = Case()
    jacobian = rtrl_jacobians(*case.network, "tanh")[1]  # only a_1 = .. + W_hh h_0 depends on W_hh
    slope = activation("tanh").slope(forward(*case.network, "tanh").a[0])
    for i in range(case.n):
        for a in range(case.n):
            for b in range(case.n):
                expected = slope[i] * case.h_0[b] if i == a else 0.0
                assert jacobian[i, a + case.n * b] == pytest.approx(expected)


@pytest.mark.parametrize("phi", SMOOTH)
def test_state_jacobians_agree_with_every_other_route(phi: str) -> None:
    case = Case()
    for t in range(case.steps + 1):
        for s in range(case.steps + 1):
            jacobian = rtrl_state_jacobian(*case.network, phi, t, s)
            by_digits = to_numpy(mp_state_jacobian(*case.network, phi, t, s, digits=30))
            assert disagreement(jacobian, by_digits) < EXACT
            assert disagreement(jacobian, difference_state_jacobian(*case.network, phi, t, s)) < EXACT
    assert rtrl_state_jacobian(*case.network, phi, 2, 2).tolist() == np.eye(3).tolist()
    assert not rtrl_state_jacobian(*case.network, phi, 2, 3).any()


def test_a_jacobian_over_a_gap_is_the_product_over_its_parts() -> None:
    case = Case()
    whole = rtrl_state_jacobian(*case.network, "sin", 5, 1)
    parts = rtrl_state_jacobian(*case.network, "sin", 5, 3) @ rtrl_state_jacobian(*case.network, "sin", 3, 1)
    assert disagreement(whole, parts) < EXACT


def test_without_an_activation_the_state_jacobian_is_a_power() -> None:
    case = Case()
    power = np.linalg.matrix_power(case.params["W_hh"], 3)
    assert disagreement(rtrl_state_jacobian(*case.network, "identity", 4, 1), power) < EXACT


def test_output_jacobians_agree_with_mpmath() -> None:
    case = Case()
    for wrt in STATE_GRADIENTS:
        jacobians = rtrl_output_jacobians(*case.network, "tanh", wrt)
        for t in range(1, case.steps + 1):
            by_digits = to_numpy(mp_output_jacobian(*case.network, "tanh", t, wrt, digits=30))
            assert disagreement(jacobians[t - 1], by_digits) < EXACT


def test_a_forgotten_slope_is_seen() -> None:
    case = Case()
    right, without_slope = (rtrl_jacobians(*case.network, phi)[3] for phi in ("tanh", "identity"))
    assert disagreement(right, without_slope) > 1e-2
    shifted = rtrl_jacobians(case.params, np.roll(case.x, 1, axis=0), case.h_0, "tanh")[3]
    assert disagreement(right, shifted) > 1e-2


@pytest.mark.parametrize(("t", "s"), [(6, 0), (-1, 0), (2, -1), (2, 6), (2.0, 0), (True, 0)])
def test_times_outside_the_run_are_refused(t: int, s: int) -> None:
    case = Case()
    for run in (rtrl_state_jacobian, mp_state_jacobian, difference_state_jacobian):
        with pytest.raises(IndexRangeError, match=r"is not a time of this network .*use 0 <= [ts] <= 5"):
            run(*case.network, "tanh", t, s)


def test_what_does_not_fit_is_refused() -> None:
    case = Case()
    with pytest.raises(UnknownTermError, match=r"respect to 'W_hy' .*use one of W_hh, W_xh, b_h, h_0"):
        rtrl_jacobians(*case.network, "tanh", "W_hy")
    with pytest.raises(ShapeError, match=r"x has shape \(2, 5, 2\) instead of \(T, m\) \(at x\)"):
        rtrl_jacobians(case.params, np.ones((2, 5, 2)), case.h_0, "tanh")
    with pytest.raises(SymrnnError, match="too large for float64"):
        rtrl_jacobians({**case.params, "b_h": np.full(3, 900.0)}, case.x, case.h_0, "exp")
