"""The comparison itself: it must be able to say no."""

from __future__ import annotations

import mpmath
import numpy as np
import pytest
from oracles.mpmath_bptt import mp_disagreement

from symrnn.errors import EvaluationError, IndexRangeError, ShapeError
from symrnn.oracles import disagreement


def test_equal_arrays_do_not_disagree() -> None:
    assert disagreement([[1.0, 2.0]], [[1.0, 2.0]]) == 0.0
    assert disagreement(np.zeros(3), np.zeros(3)) == 0.0
    assert disagreement(mpmath.mp.matrix([[1, 2]]), [[1.0, 2.0]]) == 0.0


def test_the_difference_is_relative_to_the_largest_entry() -> None:
    assert disagreement([1e6, 0.0], [1e6, 1.0]) == pytest.approx(1e-6)
    assert disagreement([1.0], [-1.0]) == 2.0
    assert disagreement([0.0], [1e-300]) == 1.0


def test_nothing_is_broadcast() -> None:
    with pytest.raises(ShapeError, match=r"shape \(3,\) is compared with shape \(3, 3\)"):
        disagreement(np.ones(3), np.ones((3, 3)))


def test_many_digits_are_compared_as_such() -> None:
    one, other = mpmath.mp.clone(), mpmath.mp.clone()
    one.dps, other.dps = 60, 80
    left, right = one.matrix([["1", "2"]]), other.matrix([["1", "2"]])
    right[0, 0] += other.mpf(10) ** -55
    assert disagreement(left, right) == 0.0
    assert 4e-56 < mp_disagreement(left, right, digits=60) < 6e-56
    assert mp_disagreement(np.zeros((2, 2)), np.zeros((2, 2))) == 0
    with pytest.raises(ShapeError, match=r"shape \(1, 2\) is compared with shape \(2, 1\)"):
        mp_disagreement(left, right.T)
    with pytest.raises(EvaluationError, match="left has an entry that is NaN"):
        mp_disagreement([["nan"]], [[1]])
    with pytest.raises(IndexRangeError, match="0 digits"):
        mp_disagreement([[1]], [[1]], digits=0)


def test_nan_never_passes_as_agreement() -> None:
    with pytest.raises(EvaluationError, match=r"right has an entry that is NaN"):
        disagreement([1.0], [np.nan])
