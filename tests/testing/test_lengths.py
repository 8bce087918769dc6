"""What hangs on the length of a sequence, on the size of errors, or on earlier calls, is seen, and dated as it is."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from testing.passes import elman
from testing.test_missed import Found, altered

from symrnn import Elman
from symrnn.testing import Report, compare_backward


def report_of(change: Any) -> Report:
    return compare_backward(Elman("tanh"), altered(change), layout="Tn", seconds=0)


@pytest.mark.parametrize("chunk", [5, 6, 8, 10])
def test_an_error_at_multiples_of_some_length_is_seen(chunk: int) -> None:
    report = report_of(lambda found, steps: found | {"W_hh": found["W_hh"] * (1 if steps % chunk else 2)})
    assert not report
    assert report.length == chunk
    assert f"wrong for sequences of {chunk}" in report.onset
    assert "right for those of" in report.onset
    assert ", 23: it hangs on the length" in report.onset


@pytest.mark.parametrize("longest", [4, 10, 22])
def test_an_error_that_begins_with_some_length_is_dated(longest: int) -> None:
    report = report_of(lambda found, steps: found | {"W_hh": found["W_hh"] * (1.5 if steps > longest else 1)})
    assert not report
    assert report.length == longest + 1
    assert f"right for sequences of up to {longest} steps, wrong from {longest + 1} on" in report.onset


def test_what_only_large_errors_show_is_not_put_on_the_length() -> None:
    report = report_of(lambda found, _: {name: np.clip(value, -300, 300) for name, value in found.items()})
    assert not report
    assert report.length is None
    assert "wrong where the slopes of the loss are 1000 times as large" in report.onset


def test_what_hangs_on_the_batch_is_not_put_on_the_length() -> None:
    def mean(W_hh: Any, W_hy: Any, h0: Any, h: Any, dy: Any) -> Found:
        before, dW, back = [h0, *h[:-1]], np.zeros_like(W_hh), 0 * h0
        for t in reversed(range(len(h))):
            da = (1 - h[t] ** 2) * (dy[t] @ W_hy + back)
            dW += da.T @ before[t] / len(da)
            back = da @ W_hh
        return {"W_hh": dW, "h0": back}

    report = compare_backward(Elman("tanh"), mean, layout="TBn", seconds=0)
    assert report.length == 1
    assert "hangs on the length" not in report.onset
    assert "it is right only where the batch size is 1" in report.onset


def test_what_hangs_on_a_size_is_not_put_on_the_length() -> None:
    def of_four(found: Found, _: int) -> Found:
        return found | {"W_hh": found["W_hh"].T if len(found["W_hh"]) == 4 else found["W_hh"]}

    report = report_of(of_four)
    assert report.length is None
    assert "it is wrong only where n is 4" in report.onset


@pytest.mark.parametrize("bound", [4, 6])
def test_what_hangs_on_values_is_not_put_on_the_length(bound: float) -> None:
    report = report_of(lambda found, _: found | {"h0": np.clip(found["h0"], -bound, bound)})
    assert not report
    assert "hangs on the length" not in report.onset


def test_what_is_scaled_down_once_is_not_said_to_be_clipped_at_some_norm() -> None:
    def large(found: Found, _: int) -> Found:
        most = np.abs(found["W_hh"]).max()
        return found | {"W_hh": found["W_hh"] * min(1, 1e3 / most)}

    report = report_of(large)
    assert not report
    assert not any("norm" in slip.what for slips in report.slips for slip in slips)


def test_the_lengths_are_told() -> None:
    report = report_of(lambda found, _: found)
    assert report
    assert report.lengths == (1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 12, 16, 23)
    assert "lengths tried: 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 12, 16, 23;" in str(report)


def test_gradients_that_are_kept_between_calls() -> None:
    class Kept:
        """Its gradients are not set to zero."""

        def __init__(self) -> None:
            self.gradients: dict[str, Any] = {}

        def backward(self, W_hh: Any, W_hy: Any, h0: Any, h: Any, dy: Any) -> Found:
            states, back = [h0, *h], np.zeros_like(h0)
            for t in reversed(range(len(h))):
                da = (1 - states[t + 1] ** 2) * (W_hy.T @ dy[t] + back)
                so_far = self.gradients.get("W_hh", np.zeros_like(W_hh))
                so_far = so_far if so_far.shape == W_hh.shape else np.zeros_like(W_hh)
                self.gradients["W_hh"] = so_far + np.outer(da, states[t])
                back = W_hh.T @ da
            return {**self.gradients, "h0": back}

    report = compare_backward(Elman("tanh"), Kept().backward, layout="Tn")
    assert not report.is_function
    assert "something is kept between calls, or drawn" in str(report)
    assert "look at what is returned" not in str(report)


@pytest.mark.parametrize("key", [lambda h: h.shape, lambda h: len(h) == 4, lambda h: h.shape * (len(h) > 8)])
def test_gradients_that_are_looked_up_by_shapes(key: Any) -> None:
    known: dict[Any, Found] = {}

    def looked_up(W_hh: Any, W_xh: Any, b_h: Any, W_hy: Any, b_y: Any, x: Any, h0: Any, dy: Any) -> Found:
        found: Found = elman()(W_hh, W_xh, b_h, W_hy, b_y, x, h0, dy)
        return known.setdefault(key(x), found) if key(x) else found

    report = compare_backward(Elman("tanh"), looked_up, layout="Tn")
    assert not report
    assert not report.is_function
    assert "with others the same; something is kept between calls" in str(report)


def test_gradients_that_are_drawn() -> None:
    rng = np.random.default_rng(0)

    def dropped(W_hh: Any, W_xh: Any, b_h: Any, W_hy: Any, b_y: Any, x: Any, h0: Any, dy: Any) -> Found:
        found: Found = elman()(W_hh, W_xh, b_h, W_hy, b_y, x, h0, dy)
        return found | {"x": found["x"] * (rng.random(x.shape) > 0.5)}

    report = compare_backward(Elman("tanh"), dropped, layout="Tn")
    assert not report.is_function
    assert "not a function of its arguments" in str(report)


def test_a_line_that_was_never_right_is_not_said_to_have_been() -> None:
    def twice(W_hh: Any, W_xh: Any, W_hy: Any, x: Any, h0: Any, h: Any, dy: Any) -> Found:
        dx, back = np.zeros_like(x), np.zeros_like(h0)
        for t in reversed(range(len(h))):
            da = (1 - h[t] ** 2) * (W_hy.T @ dy[t] + back)
            dx[t] = 2 * W_xh.T @ da
            back = W_hh.T @ da
        return {"x": dx, "h0": back}

    report = compare_backward(Elman("tanh"), twice, layout="Tn", seconds=0)
    assert report.first_wrong is not None
    assert report.first_wrong.name == "dx"
    assert "after it has been right" not in str(report)
