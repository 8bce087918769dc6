"""In which precision a pass computes decides what is rounding: no right pass is wrong for that, and it is told."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from symrnn import Elman
from symrnn.testing import WrongGradientError, check_backward, compare_backward


def mixed(W_hh: Any, b_h: Any, W_hy: Any, h0: Any, h: Any, dy: Any) -> dict[str, Any]:
    """Sums begin with NumPy's zeros, which are of double precision, whatever is added to them."""
    dW, db, back, states = np.zeros(W_hh.shape), np.zeros(len(b_h)), np.zeros(len(h0)), [h0, *h]
    for t in reversed(range(len(h))):
        da = (1 - states[t + 1] ** 2) * (W_hy.T @ dy[t] + back)
        dW += np.outer(da, states[t])
        db += da
        back = W_hh.T @ da
    return {"W_hh": dW, "b_h": db, "h0": back}


def single(W_hh: Any, b_h: Any, W_hy: Any, h0: Any, h: Any, dy: Any) -> dict[str, Any]:
    return mixed(*(each.astype(np.float32) for each in (W_hh, b_h, W_hy, h0, h, dy)))


def listed(W_hh: Any, b_h: Any, W_hy: Any, h0: Any, h: Any, dy: Any) -> dict[str, Any]:
    found = single(W_hh, b_h, W_hy, h0, h, dy)
    return {name: value.astype(np.float32).tolist() for name, value in found.items()}


def widened(W_hh: Any, b_h: Any, W_hy: Any, h0: Any, h: Any, dy: Any) -> dict[str, Any]:
    return {name: np.asarray(value) for name, value in listed(W_hh, b_h, W_hy, h0, h, dy).items()}


@pytest.mark.parametrize("convert", [np.float32, lambda value: value.astype(np.float32)])
def test_what_is_handed_in_says_how_exact_sums_are(convert: Any) -> None:
    report = compare_backward(Elman("tanh"), mixed, layout="Tn", convert=convert)
    assert report, str(report)
    assert "up to 1e-03 of the largest entry is taken for rounding" in str(report)


@pytest.mark.parametrize("function", [listed, widened])
def test_numbers_of_single_precision_are_known_in_any_type(function: Any) -> None:
    report = compare_backward(Elman("tanh"), function, layout="Tn")
    assert report, str(report)
    assert report.tolerance == 1e-3


def test_where_the_precision_cannot_be_seen_it_is_asked_for() -> None:
    report = compare_backward(Elman("tanh"), single, layout="Tn", seconds=0)
    assert not report
    assert report.is_rounding
    assert "3 of 3 gradients of the Elman network are apart by no more than float32 rounds" in str(report)
    assert "undecided: if the pass computes in float32, say convert=np.float32 or tolerance=1e-3" in str(report)
    assert compare_backward(Elman("tanh"), single, layout="Tn", tolerance=1e-3)


def test_sums_that_are_more_exact_than_their_summands_do_not_make_a_pass_wrong() -> None:
    def inside(W_hh: Any, W_hy: Any, h0: Any, h: Any, dy: Any) -> dict[str, Any]:
        W, Wy, first, states, slopes = (each.astype(np.float32) for each in (W_hh, W_hy, h0, h, dy))
        dW, back = np.zeros_like(W_hh), np.zeros_like(first)
        for t in reversed(range(len(h))):
            da = (1 - states[t] ** 2) * (Wy.T @ slopes[t] + back)
            dW += np.outer(da, states[t - 1] if t else first)
            back = W.T @ da
        return {"W_hh": dW}

    report = compare_backward(Elman("tanh"), inside, layout="Tn", seconds=0)
    assert report.is_rounding, str(report)
    assert report.first_wrong is None
    assert "up to 1e-08 of the largest entry is taken for rounding" in str(report)


def test_a_small_error_in_one_gradient_is_none_of_rounding() -> None:
    def off(W_hh: Any, b_h: Any, W_hy: Any, h0: Any, h: Any, dy: Any) -> dict[str, Any]:
        found = mixed(W_hh, b_h, W_hy, h0, h, dy)
        return found | {"W_hh": found["W_hh"] * (1 + 1e-6)}

    report = compare_backward(Elman("tanh"), off, layout="Tn", seconds=0)
    assert not report.is_rounding
    assert "1 of 3 gradients of the Elman network is wrong" in str(report)


def test_the_tolerance_can_be_given() -> None:
    def off(W_hh: Any, b_h: Any, W_hy: Any, h0: Any, h: Any, dy: Any) -> dict[str, Any]:
        return {n: v.astype(np.float32) * np.float32(1.0005) for n, v in single(W_hh, b_h, W_hy, h0, h, dy).items()}

    assert compare_backward(Elman("tanh"), off, layout="Tn")
    with pytest.raises(WrongGradientError, match="3 of 3 gradients of the Elman network are wrong"):
        check_backward(Elman("tanh"), off, layout="Tn", tolerance=1e-4, seconds=0)
