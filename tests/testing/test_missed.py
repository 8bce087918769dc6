"""Wrong passes that are right for most numbers, lengths or layouts are wrong all the same."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import testing.passes as passes

from symrnn.cells import LSTM, Elman
from symrnn.errors import SelectionError
from symrnn.testing import Layout, compare_backward
from symrnn.testing.evidence import Evidence

Found = dict[str, Any]


def altered(change: Callable[[Found, int], Found]) -> Any:
    """The right pass of an Elman network, with results that are changed, as its length says."""

    def mine(W_hh: Any, W_xh: Any, b_h: Any, W_hy: Any, b_y: Any, x: Any, h0: Any, dy: Any) -> Found:
        return change(passes.elman()(W_hh, W_xh, b_h, W_hy, b_y, x, h0, dy), len(x))

    return mine


def without(found: Found, name: str) -> Found:
    return {each: value for each, value in found.items() if each != name}


WRONG: dict[str, tuple[Callable[[Found, int], Found], str]] = {
    "another shape for one step": (
        lambda found, steps: found | {"W_hh": found["W_hh"][: 2 if steps == 1 else None]},
        "has the shape (2, 3) instead of (3, 3), for sequences of 1 step",
    ),
    "missing for one step": (
        lambda found, steps: without(found, "W_hh") if steps == 1 else found,
        "is returned for sequences of 4 steps, but not for sequences of 1 step",
    ),
    "there for one step alone": (
        lambda found, steps: found if steps == 1 else without(found, "W_hh"),
        "is returned for sequences of 1 step only",
    ),
    "clipped far out": (
        lambda found, _: {name: np.clip(value, -50, 50) for name, value in found.items()},
        "the gradients are clipped by value, at 50",
    ),
    "a little off": (lambda found, _: found | {"W_hh": found["W_hh"] * (1 + 1e-6)}, "-1.976908 for -1.976906"),
}


@pytest.mark.parametrize("case", WRONG)
def test_what_is_wrong_now_and_then_is_wrong(case: str) -> None:
    change, text = WRONG[case]
    report = compare_backward(Elman("tanh"), altered(change), seconds=0)
    assert not report
    assert text in str(report), str(report)


@pytest.mark.parametrize("digits", [np.float64, np.float32])
def test_nothing_is_not_next_to_nothing(digits: Any) -> None:
    """The gradients are of the order of 1e-5; a tolerance that does not shrink with them lets everything pass."""
    network = Elman("tanh").with_loss("squared error", over="mean", masked=True)

    def mine(h: Any, y: Any, d: Any, mu: Any, N: float) -> Found:
        return {"W_hy": np.einsum("tbq,tbn->qn", mu * (y - d) / N, h).astype(digits)}

    def nothing(W_hy: Any) -> Found:
        return {"W_hy": np.zeros_like(W_hy, dtype=digits)}

    assert compare_backward(network, mine)
    assert not compare_backward(network, nothing, seconds=0)
    small = Evidence(None, {"W": np.full((2, 2), 1e-5)}, {"W": np.zeros((2, 2), digits)}, 1e-3)  # type: ignore[arg-type]
    assert small.wrong == ("W",)


def truncated(window: int) -> Any:
    """Backpropagation of each loss through its last steps only."""

    def mine(W_hh: Any, W_hy: Any, h0: Any, h: Any, dy: Any) -> Found:
        states, found = [h0, *h], np.zeros_like(W_hh)
        for last in range(len(h)):
            error = (1 - h[last] ** 2) * (W_hy.T @ dy[last])
            for t in range(last, max(-1, last - window), -1):
                found += np.outer(error, states[t])
                error = (1 - states[t] ** 2) * (W_hh.T @ error)
        return {"W_hh": found}

    return mine


@pytest.mark.table(quick=2)
@pytest.mark.parametrize("window", [2, 3, 5, 12])
def test_each_loss_goes_back_some_steps(window: int) -> None:
    report = compare_backward(Elman("tanh"), truncated(window))
    assert f"the error of each loss goes back {window} steps only (truncated)" in str(report)


def biases(side: Callable[[Any], Any]) -> Any:
    """The errors of an LSTM's states from what the forward pass kept; matrices are on one side or on the other."""

    def mine(U_i: Any, U_f: Any, U_o: Any, U_g: Any, i: Any, f: Any, o: Any, g: Any, c: Any, c0: Any, dh: Any) -> Found:
        before, back, dc = [c0, *c], 0 * c0, 0 * c0
        for t in reversed(range(len(dh))):
            total, tanh_c = dh[t] + back, np.tanh(c[t])
            dc = dc + total * o[t] * (1 - tanh_c**2)
            back = side(U_i) @ (dc * g[t] * i[t] * (1 - i[t])) + side(U_f) @ (dc * before[t] * f[t] * (1 - f[t]))
            back = back + side(U_g) @ (dc * i[t] * (1 - g[t] ** 2)) + side(U_o) @ (total * tanh_c * o[t] * (1 - o[t]))
            dc = dc * f[t]
        return {"h0": back, "c0": dc}

    return mine


def test_a_missing_transpose_is_no_layout() -> None:
    assert compare_backward(LSTM(), biases(np.transpose), layout="Tn")
    with pytest.raises(SelectionError, match="no shape tells on which they do; say layout='Tn:xW' or layout='Tn:Wx'"):
        compare_backward(LSTM(), biases(np.asarray), layout="Tn")
    assert compare_backward(LSTM(), biases(np.asarray), layout="Tn:xW")
    report = compare_backward(LSTM(), biases(np.asarray), layout="Tn:Wx", seconds=0)
    assert "no matrix is transposed in dh[t - 1]" in str(report)


def test_the_layout_is_part_of_what_is_right() -> None:
    report = compare_backward(LSTM(), biases(np.transpose), layout=Layout("Tn"))
    assert "taken to be laid out as: sequences (time, units), matrices on the left (W x)" in str(report)


@pytest.mark.parametrize("longest", [1, 4, 7])
def test_a_pass_that_raises_for_some_lengths_is_told_for_which(longest: int) -> None:
    def raising(found: Found, steps: int) -> Found:
        return found if steps != longest else found | {"W_hh": found["W_hh"][99]}

    with pytest.raises(SelectionError) as caught:
        compare_backward(Elman("tanh"), altered(raising), layout="Tn")
    what = f"raises IndexError for sequences of {longest} step" if longest != 4 else "raises IndexError: index 99"
    assert what in str(caught.value)


def test_errors_of_the_comparison_are_not_blamed_on_the_pass(monkeypatch: pytest.MonkeyPatch) -> None:
    from symrnn.testing.program import Program

    def broken(*_: Any) -> Any:
        raise ZeroDivisionError("ours")

    monkeypatch.setattr(Program, "draw", broken)
    with pytest.raises(ZeroDivisionError, match="ours"):
        compare_backward(Elman("tanh"), altered(lambda found, _: found))


@pytest.mark.parametrize(
    ("names", "twice"),
    [
        ({}, lambda found, _: {"W_hh": 0 * found["W_hh"], "dW_hh": found["W_hh"]}),
        ({"W": (("W_hh", "W_xh"),)}, lambda found, _: found | {"W": np.hstack([found["W_hh"], found["W_xh"]])}),
    ],
)
def test_a_gradient_is_returned_once(names: Any, twice: Any) -> None:
    with pytest.raises(SelectionError, match="returns the gradient by W_hh twice, the second time"):
        compare_backward(Elman("tanh"), altered(twice), names=names)
