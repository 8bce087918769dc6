"""Backpropagation in mpmath: digits, contexts, kinds of numbers."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import mpmath
import numpy as np
import pytest
from oracles.cases import EXACT, SMOOTH, Case
from oracles.mpmath_bptt import mp_disagreement, mp_forward, mp_gradients, mp_jacobian, mp_output_jacobian, to_numpy

from symrnn.errors import EvaluationError, IndexRangeError, LimitError, ShapeError, UnknownTermError
from symrnn.oracles import disagreement, forward, linear, squared_error

THIRD = Fraction(1, 3)
SCALAR: dict[str, Any] = {"W_hh": [[THIRD]], "W_xh": [[0]], "W_hy": [[1]], "b_h": [0], "b_y": [0]}


@pytest.mark.parametrize("phi", [*SMOOTH, "relu"])
def test_the_forward_pass_agrees_with_numpy(phi: str) -> None:
    case = Case()
    ours, theirs = forward(*case.network, phi), mp_forward(*case.network, phi, digits=30)
    for left, right in ((ours.a, theirs.a), (ours.h, theirs.h), (ours.y, theirs.y)):
        assert disagreement(left, np.hstack([to_numpy(column) for column in right]).T) < EXACT


@pytest.mark.parametrize("digits", [1, 50, 1000])
def test_the_digits_asked_for_are_right(digits: int) -> None:
    # h_4 = w^4 h_0, hence dh_4/dw = 4 w^3 h_0 = 4/27.
    jacobian = mp_jacobian(SCALAR, [[0]] * 4, [1], "identity", 4, digits=digits)
    mp = jacobian.ctx
    assert abs(jacobian[0, 0] - mp.mpf(4) / 27) < mp.mpf(10) ** -digits


def test_more_digits_leave_the_earlier_ones_alone() -> None:
    case = Case(n=4, m=3, q=2, steps=20)
    few = mp_jacobian(*case.network, "tanh", 20, digits=50)
    many = mp_jacobian(*case.network, "tanh", 20, digits=1000)
    mp = many.ctx
    assert (few.rows, few.cols) == (4, 16)
    apart = mp_disagreement(few, many, digits=1000)
    assert mp.mpf(10) ** -90 < apart < mp.mpf(10) ** -50


def test_the_jacobian_agrees_with_differences_at_many_digits() -> None:
    case = Case(n=2, m=1, q=1, steps=4)
    jacobian = mp_jacobian(*case.network, "sigmoid", 4, digits=60)
    mp = jacobian.ctx
    step = mp.mpf(10) ** -20
    for a in range(2):
        for b in range(2):
            ends = []
            for sign in (1, -1):
                W = mp.matrix(case.params["W_hh"].tolist())
                W[a, b] += sign * step
                params = {**case.params, "W_hh": W}
                ends.append(mp_forward(params, case.x, case.h_0, "sigmoid", digits=60).h[4])
            quotient = (ends[0] - ends[1]) / (2 * step)
            assert max(abs(quotient[i] - jacobian[i, a + 2 * b]) for i in range(2)) < mp.mpf(10) ** -37


def test_the_gradient_is_g_times_the_output_jacobians() -> None:
    case = Case()
    gradient = mp_gradients(*case.network, "tanh", case.losses["linear"], digits=50)["W_hh"]
    mp = gradient.ctx
    g = mp.matrix(case.losses["linear"].data.tolist())
    total = mp.zeros(1, 9)
    for t in range(1, 6):
        total += g[t - 1, :] * mp_output_jacobian(*case.network, "tanh", t, digits=50)
    for a in range(3):
        for b in range(3):
            assert abs(gradient[a, b] - total[a + 3 * b]) < mp.mpf(10) ** -50


def test_results_of_the_same_digits_can_be_added_and_others_compared() -> None:
    case = Case()
    first, second = (mp_jacobian(*case.network, "tanh", 3, digits=40) for _ in range(2))
    assert not any(first - second)
    first.ctx.dps = 5  # the next call has its digits all the same
    again = mp_jacobian(*case.network, "tanh", 3, digits=40)
    assert mp_disagreement(again, mp_jacobian(*case.network, "tanh", 3, digits=60)) < 1e-40


def test_a_float_is_exact_and_a_text_is_decimal() -> None:
    h = [
        mp_forward({**SCALAR, "W_hh": [[w]]}, [[0]], [1], "identity", digits=30).h[1][0]
        for w in (0.1, "0.1", Fraction(1, 10), mpmath.mpf("0.5"), np.float32(0.5), np.int64(2), 2)
    ]
    mp = mp_forward(SCALAR, [[0]], [1], "identity", digits=30).h[0].ctx
    assert abs(h[0] - mp.mpf("0.1")) > mp.mpf(10) ** -18
    assert abs(h[1] - mp.mpf("0.1")) < mp.mpf(10) ** -45
    assert abs(h[2] - h[1]) < mp.mpf(10) ** -45
    assert h[3:] == [0.5, 0.5, 2, 2]


def test_mpmath_matrices_are_taken_and_a_vector_may_be_a_column() -> None:
    case = Case()
    params = {name: mpmath.mp.matrix(value.tolist()) for name, value in case.params.items()}
    given = (params, mpmath.mp.matrix(case.x.tolist()), mpmath.mp.matrix(case.h_0.tolist()))
    left, right = mp_jacobian(*given, "tanh", 3), mp_jacobian(*case.network, "tanh", 3)
    assert left == right


def test_the_global_precision_is_neither_used_nor_changed() -> None:
    case = Case()
    with mpmath.workdps(7):
        coarse = mp_jacobian(*case.network, "tanh", 3, digits=40)
        assert mpmath.mp.dps == 7
    assert coarse == mp_jacobian(*case.network, "tanh", 3, digits=40)


@pytest.mark.parametrize("digits", [0, -5, 2.5, True, "50"])
def test_digits_have_to_be_a_whole_number(digits: Any) -> None:
    with pytest.raises(IndexRangeError, match=r"cannot compute with .* digits .*use digits >= 1"):
        mp_forward(SCALAR, [[0]], [1], "identity", digits=digits)


@pytest.mark.parametrize("entry", ["one", None, 1j, mpmath.mpc(1, 2)])
def test_entries_that_are_no_real_numbers_are_refused(entry: Any) -> None:
    with pytest.raises(EvaluationError, match=r"W_hh has the entry .*, which is not a real number"):
        mp_forward({**SCALAR, "W_hh": [[entry]]}, [[0]], [1], "identity")


@pytest.mark.parametrize("entry", [float("nan"), "nan", float("inf"), mpmath.mpf("-inf")])
def test_entries_that_are_not_finite_are_refused(entry: Any) -> None:
    with pytest.raises(EvaluationError, match=r"NaN or infinite \(at W_hh\[0, 0\]\)"):
        mp_forward({**SCALAR, "W_hh": [[entry]]}, [[0]], [1], "identity")


def test_what_does_not_fit_is_refused() -> None:
    case = Case()
    with pytest.raises(ShapeError, match="the rows of W_hh differ in length"):
        mp_forward({**SCALAR, "W_hh": [[1], [1, 2]]}, [[0]], [1], "identity")
    with pytest.raises(ShapeError, match=r"h_0 has shape \(2,\) but n = 3"):
        mp_forward(case.params, case.x, case.h_0[:2], "tanh")
    with pytest.raises(IndexRangeError, match="no time step"):
        mp_forward(case.params, np.ones((0, 2)), case.h_0, "tanh")
    with pytest.raises(IndexRangeError, match="use 1 <= t <= 5"):
        mp_output_jacobian(*case.network, "tanh", 0)
    with pytest.raises(UnknownTermError, match="no activation"):
        mp_forward(*case.network, "swish")
    with pytest.raises(UnknownTermError, match="with respect to 'b_y'"):
        mp_jacobian(*case.network, "tanh", 1, "b_y")
    for loss in (linear(np.ones((4, 4))), squared_error(np.ones(4))):
        with pytest.raises(ShapeError, match=r"but the outputs have shape \(5, 4\)"):
            mp_gradients(*case.network, "tanh", loss)


def test_a_tower_of_exponentials_is_refused_and_does_not_hang() -> None:
    with pytest.raises(LimitError, match=r"exp is applied is larger than 2\^100000"):
        mp_forward({**SCALAR, "b_h": [3]}, [[0]] * 50, [1], "exp")
