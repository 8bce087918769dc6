"""Central differences and the complex step: their accuracy, and what they refuse."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from oracles.cases import GRADIENTS, Case
from oracles.mpmath_bptt import mp_jacobian, to_numpy

from symrnn.errors import EvaluationError, IndexRangeError, NotDifferentiableError, UnknownTermError
from symrnn.oracles import (
    backward,
    central_difference,
    complex_step,
    difference_gradient,
    difference_jacobian,
    difference_state_jacobian,
    disagreement,
)


def test_a_matrix_is_flattened_by_stacking_columns() -> None:
    def second_row(W: Any) -> Any:
        return W[1]

    point = np.arange(6.0).reshape(2, 3)
    picks = np.zeros((3, 6))
    picks[[0, 1, 2], [1, 3, 5]] = 1.0  # W[1, b] stands at 1 + 2 b
    assert disagreement(complex_step(second_row, point), picks) < 1e-15
    assert disagreement(central_difference(second_row, point), picks) < 1e-9


def test_both_reach_the_accuracy_they_state() -> None:
    for seed in range(5):
        case = Case(seed=seed)
        exact = to_numpy(mp_jacobian(*case.network, "tanh", 5, digits=30))
        by_step = difference_jacobian(*case.network, "tanh", 5)
        by_differences = difference_jacobian(*case.network, "tanh", 5, method="central")
        assert disagreement(by_step, exact) < 1e-14
        assert disagreement(by_differences, exact) < 1e-9


def test_the_jacobian_by_the_output_parameters_is_zero() -> None:
    case = Case()
    for name, size in (("W_hy", 12), ("b_y", 4)):
        jacobian = difference_jacobian(*case.network, "tanh", 5, name)
        assert jacobian.shape == (3, size)
        assert not jacobian.any()


@pytest.mark.parametrize("name", GRADIENTS)
def test_gradients_have_the_shape_of_the_parameter(name: str) -> None:
    case = Case()
    given = {**case.params, "h_0": case.h_0}
    gradient = difference_gradient(*case.network, "tanh", case.losses["linear"], name)
    assert gradient.shape == given[name].shape


def test_a_wrong_gradient_is_seen() -> None:
    case = Case()
    run = (*case.network, "tanh", case.losses["squared_error"])
    right = backward(*run).gradients["W_hh"]
    wrong = backward(*case.network, "arctan", case.losses["squared_error"]).gradients["W_hh"]
    for method in ("central", "complex"):
        by_differences = difference_gradient(*run, "W_hh", method=method)
        assert disagreement(right, by_differences) < 1e-8
        assert disagreement(wrong, by_differences) > 1e-2
        assert disagreement(right.T, by_differences) > 1e-2


def test_the_complex_step_refuses_relu() -> None:
    case = Case()
    with pytest.raises(NotDifferentiableError, match=r'relu is not analytic.*use method="central"'):
        difference_jacobian(*case.network, "relu", 3)
    with pytest.raises(NotDifferentiableError):
        difference_gradient(*case.network, "relu", case.losses["linear"])
    with pytest.raises(NotDifferentiableError):
        difference_state_jacobian(*case.network, "relu", 3, 1)


def test_what_does_not_fit_is_refused() -> None:
    case = Case()
    with pytest.raises(UnknownTermError, match=r"no method is called 'forward'.*use central or complex"):
        difference_jacobian(*case.network, "tanh", 3, method="forward")  # type: ignore[arg-type]
    with pytest.raises(UnknownTermError, match="with respect to 'x'"):
        difference_jacobian(*case.network, "tanh", 3, "x")
    with pytest.raises(UnknownTermError, match="no activation is called 'step'"):
        difference_jacobian(*case.network, "step", 3)
    with pytest.raises(IndexRangeError, match="use 0 <= t <= 5"):
        difference_jacobian(*case.network, "tanh", -1)
    with pytest.raises(EvaluationError, match="point is complex"):
        complex_step(np.sin, np.array([1j]))
    with pytest.raises(EvaluationError, match="NaN or infinite"):
        central_difference(np.sin, [np.inf])
