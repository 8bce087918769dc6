"""The losses: values, slopes, and what does not fit."""

from __future__ import annotations

import numpy as np
import pytest
from oracles.cases import Case

from symrnn.errors import EvaluationError, ShapeError
from symrnn.oracles import central_difference, linear, squared_error


@pytest.mark.parametrize("name", ["linear", "squared_error", "binary_cross_entropy", "softmax_cross_entropy"])
@pytest.mark.parametrize("batch", [0, 3])
def test_the_slope_is_the_derivative_of_the_value(name: str, batch: int) -> None:
    case = Case(batch=batch)
    loss = case.losses[name]
    y = np.random.default_rng(1).normal(size=np.shape(loss.data))
    by_differences = central_difference(lambda point: np.array(loss.value(point)), y)
    np.testing.assert_allclose(loss.slope(y).ravel(order="F"), by_differences[0], atol=1e-8)
    assert loss.value(y) == pytest.approx(loss.terms(y).sum())
    assert loss.terms(y).shape == y.shape[:-1]


def test_the_squared_error_takes_no_conjugate() -> None:
    assert squared_error([[0.0]]).terms(np.array([[1j]])).tolist() == [-0.5]


def test_data_of_another_shape_is_refused_and_never_broadcast() -> None:
    with pytest.raises(ShapeError, match=r"shape \(1, 2\) but the outputs have shape \(3, 2\)"):
        linear([[1.0, 2.0]]).slope(np.ones((3, 2)))
    with pytest.raises(ShapeError, match="one row of q numbers"):
        squared_error([1.0, 2.0]).value(np.ones((1, 2)))


def test_nan_and_overflow_are_refused() -> None:
    with pytest.raises(EvaluationError, match=r"NaN or infinite \(at the data of linear\[0, 1\]\)"):
        linear([[1.0, np.nan]]).value(np.ones((1, 2)))
    with pytest.raises(EvaluationError, match="too large for float64"):
        squared_error([[0.0]]).value(np.array([[1e200]]))
