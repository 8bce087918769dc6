"""The number of steps of a masked mean is what the pass counts from its mask, or any number that it takes."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from symrnn import Elman
from symrnn.testing import compare_backward

MEAN = Elman("tanh").with_loss("softmax cross-entropy", over="mean", masked=True)


def gradients(W_hh: Any, W_hy: Any, h0: Any, h: Any, y: Any, d: Any, mu: Any, N: Any) -> dict[str, Any]:
    states, back, dW = [h0, *h], 0 * h0, np.zeros_like(W_hh)
    p = np.exp(y) / np.exp(y).sum(-1, keepdims=True)
    dy = (p - d) * mu / N
    for t in reversed(range(len(h))):
        da = (dy[t] @ W_hy + back) * (1 - h[t] ** 2)
        dW += da.T @ states[t]
        back = da @ W_hh
    return {"W_hh": dW, "h0": back, "b_y": dy.sum((0, 1))}


def taken(W_hh: Any, W_hy: Any, h0: Any, h: Any, y: Any, d: Any, mu: Any, N: Any) -> dict[str, Any]:
    return gradients(W_hh, W_hy, h0, h, y, d, mu, N)


def of_each(W_hh: Any, W_hy: Any, h0: Any, h: Any, y: Any, d: Any, mu: Any) -> dict[str, Any]:
    return gradients(W_hh, W_hy, h0, h, y, d, mu, mu.sum(0))


def of_all(W_hh: Any, W_hy: Any, h0: Any, h: Any, y: Any, d: Any, mu: Any) -> dict[str, Any]:
    return gradients(W_hh, W_hy, h0, h, y, d, mu, mu.sum())


def of_steps(W_hh: Any, W_hy: Any, h0: Any, h: Any, y: Any, d: Any, mu: Any) -> dict[str, Any]:
    return gradients(W_hh, W_hy, h0, h, y, d, mu, len(h))


def not_masked(W_hh: Any, W_hy: Any, h0: Any, h: Any, y: Any, d: Any, mu: Any) -> dict[str, Any]:
    return gradients(W_hh, W_hy, h0, h, y, d, 1 + 0 * mu, mu.sum(0))


@pytest.mark.parametrize(
    ("function", "told"),
    [
        (taken, ""),
        (of_each, "N is taken to be the sum of mu over the steps of each sequence"),
        (of_all, "N is taken to be the sum of mu over the steps of all sequences together"),
    ],
)
@pytest.mark.parametrize("layout", ["TBn", None])
def test_every_way_to_count_is_right(function: Any, told: str, layout: str | None) -> None:
    report = compare_backward(MEAN, function, layout=layout, seconds=0)
    assert report, str(report)
    assert told in str(report)
    assert ("N is taken" in str(report)) == bool(told)


@pytest.mark.parametrize(
    ("function", "slip"), [(of_steps, "T stands for N in dy"), (not_masked, "mu is ignored, as if it were 1")]
)
def test_a_mean_that_is_over_other_steps_is_wrong(function: Any, slip: str) -> None:
    report = compare_backward(MEAN, function, layout="TBn", seconds=0)
    assert not report
    assert slip in str(report), str(report)
    assert "of each sequence" in str(report)
