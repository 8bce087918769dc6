"""Passes of PyTorch: modules, functions with a backward pass of their own, and tensors that a pass returns."""

from __future__ import annotations

from typing import Any

import pytest
import testing.passes as passes
from optional import require_torch

from symrnn.cells import LSTM, Bidirectional, Elman, Leaky, ResetAfterGRU
from symrnn.errors import SelectionError
from symrnn.testing import check_backward, compare_backward, differentiated

torch = require_torch()


def by_module(W_ih: Any, W_hh: Any, bias: Any, x: Any, h0: Any, c0: Any) -> Any:
    lstm = torch.nn.LSTM(x.shape[-1], h0.shape[-1], dtype=x.dtype)
    weights = {"weight_ih_l0": W_ih, "weight_hh_l0": W_hh, "bias_ih_l0": bias, "bias_hh_l0": 0 * bias}
    return torch.func.functional_call(lstm, weights, (x, (h0[None], c0[None])))[0]


class Cell(torch.autograd.Function):  # type: ignore[misc]
    """A leaky step with a backward pass written by hand; ``wrong`` plants a slip in it."""

    wrong = False

    @staticmethod
    def forward(ctx: Any, W: Any, U: Any, b: Any, x: Any, h: Any) -> Any:
        phi = torch.tanh(x @ W.T + h @ U.T + b)
        ctx.save_for_backward(W, U, x, h, phi)
        return 0.5 * h + 0.5 * phi

    @staticmethod
    def backward(ctx: Any, dh: Any) -> Any:
        W, U, x, h, phi = ctx.saved_tensors
        da = 0.5 * dh * (1 - phi**2)
        return da.T @ x, da.T @ h, da.sum(0), da @ W, 0.5 * dh + da @ (U.T if Cell.wrong else U)


def by_function(W: Any, U: Any, b: Any, x: Any, h0: Any) -> Any:
    states = [h0]
    for each in x:
        states.append(Cell.apply(W, U, b, each, states[-1]))
    return torch.stack(states[1:])


def test_a_module_has_the_proved_gradients() -> None:
    report = check_backward(LSTM(), differentiated(by_module), names=passes.STACKED)
    assert len(report.checked) == 15
    assert not report.left_out


def module(kind: str) -> Any:
    """A module of PyTorch with the four arrays that it has."""

    def forward(W_ih: Any, W_hh: Any, b_ih: Any, b_hh: Any, x: Any, h0: Any, c0: Any = None) -> Any:
        net = getattr(torch.nn, kind)(x.shape[-1], h0.shape[-1], dtype=x.dtype)
        weights = {"weight_ih_l0": W_ih, "weight_hh_l0": W_hh, "bias_ih_l0": b_ih, "bias_hh_l0": b_hh}
        return torch.func.functional_call(net, weights, (x, h0[None] if c0 is None else (h0[None], c0[None])))[0]

    def with_readout(W_ih: Any, W_hh: Any, b_ih: Any, b_hh: Any, W_hy: Any, b_y: Any, x: Any, h0: Any) -> Any:
        return forward(W_ih, W_hh, b_ih, b_hh, x, h0) @ W_hy.mT + b_y

    return with_readout if kind == "RNN" else forward


WITH_BOTH: dict[str, tuple[Any, dict[str, Any]]] = {
    "LSTM": (LSTM(), {**passes.STACKED, "b_ih": passes.STACKED["bias"], "b_hh": passes.STACKED["bias"]}),
    "RNN": (
        Elman("tanh"),
        {"W_ih": "W_xh", "b_ih": "b_h", "b_hh": "b_h"},
    ),
    "GRU": (
        ResetAfterGRU(),
        {
            "W_ih": ("W_ir", "W_iz", "W_in"),
            "W_hh": ("W_hr", "W_hz", "W_hn"),
            "b_ih": ("b_ir", "b_iz", "b_in"),
            "b_hh": ("b_hr", "b_hz", "b_hn"),
        },
    ),
}


@pytest.mark.parametrize("kind", WITH_BOTH)
def test_both_biases_of_a_module_have_their_gradients(kind: str) -> None:
    cell, names = WITH_BOTH[kind]
    names = {name: parts for name, parts in names.items() if name != "bias"}
    report = check_backward(cell, differentiated(module(kind)), names=names)
    assert not report.left_out
    if kind == "GRU":  # the reset gate is between the two that its candidate has: they differ
        assert "b_hn" in report.checked
    else:
        assert {name for name in report.checked if name.endswith(" in b_hh")}
        assert "b_ih + b_hh is taken to be b_" in str(report)


def test_the_gradient_by_the_second_bias_is_compared_as_well() -> None:
    find = differentiated(module("LSTM"))

    def backward(W_ih: Any, W_hh: Any, b_ih: Any, b_hh: Any, x: Any, h0: Any, c0: Any, slopes: Any) -> Any:
        found = find(W_ih=W_ih, W_hh=W_hh, b_ih=b_ih, b_hh=b_hh, x=x, h0=h0, c0=c0, slopes=slopes)
        return {**found, "b_hh": torch.zeros_like(found["b_hh"])}

    _, names = WITH_BOTH["LSTM"]
    names = {name: parts for name, parts in names.items() if name != "bias"}
    report = compare_backward(LSTM(), backward, names=names, layout="TBn", seconds=0)
    assert {each.name for each in report.wrong} == {f"b_{gate} in b_hh" for gate in "ifgo"}


@pytest.mark.parametrize("ends", [(0,), ()])
def test_a_bidirectional_module_reads_one_input_from_both_ends(ends: tuple[int, ...]) -> None:
    def both(
        W: Any, U: Any, b: Any, W_r: Any, U_r: Any, b_r: Any, x: Any, h0: Any, c0: Any, h_reverse0: Any, c_reverse0: Any
    ) -> Any:
        lstm = torch.nn.LSTM(x.shape[-1], h0.shape[-1], dtype=x.dtype, bidirectional=True)
        chains = {"": (W, U, b, 0 * b), "_reverse": (W_r, U_r, b_r, 0 * b_r)}
        kinds = ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
        weights = {f"{k}_l0{end}": v for end, vs in chains.items() for k, v in zip(kinds, vs, strict=True)}
        states = torch.stack([h0, h_reverse0]), torch.stack([c0, c_reverse0])
        h = torch.func.functional_call(lstm, weights, (x.flip(ends), states))[0]
        return h[..., : h0.shape[-1]], h[..., h0.shape[-1] :]

    stacked = dict(zip("WUb", passes.STACKED.values(), strict=True))
    reverse = {f"{name}_r": tuple(f"{part}_reverse" for part in parts) for name, parts in stacked.items()}
    report = compare_backward(Bidirectional(LSTM()), differentiated(both), names=stacked | reverse, seconds=0)
    assert bool(report) is (not ends)
    assert len(report.checked) == 29
    assert not report.left_out


def test_a_function_of_its_own_is_checked(monkeypatch: pytest.MonkeyPatch) -> None:
    import sympy as sp

    cell = Leaky("tanh", rate=sp.Rational(1, 2))
    assert check_backward(cell, differentiated(by_function))
    monkeypatch.setattr(Cell, "wrong", True)
    assert "U is not transposed in dh[t - 1]" in str(compare_backward(cell, differentiated(by_function)))


def test_tensors_go_in_and_come_out() -> None:
    def backward(W: Any, U: Any, b: Any, alpha: float, x: Any, h0: Any, h: Any, dh: Any) -> Any:
        assert isinstance(W, torch.Tensor)
        found = passes.leaky()(*(each.numpy() for each in (W, U, b)), alpha, *(v.numpy() for v in (x, h0, h, dh)))
        return {name: torch.tensor(value, requires_grad=True) for name, value in found.items()}

    assert check_backward(Leaky("tanh"), backward, convert=torch.tensor)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (
            list,
            "the forward pass returns list, and no tensor; return the sequence at which the loss looks in one tensor",
        ),
        (lambda h: h.detach().numpy(), "the forward pass returns ndarray, and no tensor"),
        (lambda h: h[-1], "with all steps; a loss of the last step alone is cell.with_loss"),
        (lambda h: h.sum(), "and the loss looks at"),
    ],
)
def test_a_forward_pass_that_returns_no_sequence(change: Any, told: str) -> None:
    def forward(W_ih: Any, W_hh: Any, bias: Any, x: Any, h0: Any, c0: Any) -> Any:
        return change(by_module(W_ih, W_hh, bias, x, h0, c0))

    with pytest.raises(SelectionError) as caught:
        check_backward(LSTM(), differentiated(forward), names=passes.STACKED, layout="TBn")
    assert told in str(caught.value)


def test_a_sequence_in_single_precision_is_compared_as_one() -> None:
    def forward(W_ih: Any, W_hh: Any, bias: Any, x: Any, h0: Any, c0: Any) -> Any:
        return by_module(W_ih, W_hh, bias, x, h0, c0).float()

    report = compare_backward(LSTM(), differentiated(forward), names=passes.STACKED, layout="TBn")
    assert report, str(report)
    assert report.tolerance == 1e-3


def with_targets(loss: Any) -> Any:
    """A forward pass that returns the loss of its outputs."""

    def forward(W_hh: Any, W_xh: Any, b_h: Any, W_hy: Any, b_y: Any, x: Any, h0: Any, d: Any) -> Any:
        states = [h0]
        for each in x:
            states.append(torch.tanh(states[-1] @ W_hh.T + each @ W_xh.T + b_h))
        return sum(loss(h @ W_hy.T + b_y, each) for h, each in zip(states[1:], d, strict=True))

    return forward


def cross_entropy(y: Any, d: Any) -> Any:
    return torch.nn.functional.cross_entropy(y, d, reduction="none").sum()


def by_its_sum(y: Any, d: Any) -> Any:
    return (torch.logsumexp(y, -1) - (y * d).sum(-1)).sum()


def squared_error(y: Any, d: Any) -> Any:
    return 0.5 * ((y - d.detach()) ** 2).sum()


@pytest.mark.parametrize(
    ("loss", "function", "agrees"),
    [
        ("softmax cross-entropy", cross_entropy, False),
        ("softmax cross-entropy", by_its_sum, True),
        ("squared error", squared_error, False),
    ],
)
@pytest.mark.parametrize("targets", ["", "label"])
def test_gradients_by_targets_are_compared_only_where_asked(
    loss: str, function: Any, agrees: bool, targets: str
) -> None:
    cell = Elman("tanh").with_loss(loss, targets=targets)
    names = {"d": targets} if targets else {}
    report = compare_backward(cell, differentiated(with_targets(function)), names=names, layout="TBn", seconds=0)
    assert report, str(report)
    assert len(report.checked) == 7
    assert not report.left_out
    asked = differentiated(with_targets(function), targets=True)
    report = compare_backward(cell, asked, names=names, layout="TBn", seconds=0)
    assert bool(report) is agrees
    assert [each.name for each in report.wrong] == ([] if agrees else [targets or "d"])


ELMAN = Elman("tanh")


def outputs(W_hh: Any, W_xh: Any, b_h: Any, W_hy: Any, b_y: Any, x: Any, h0: Any) -> Any:
    h, ys = h0, []
    for xt in x:
        h = torch.tanh(xt @ W_xh.T + h @ W_hh.T + b_h)
        ys.append(h @ W_hy.T + b_y)
    return torch.stack(ys)


def test_a_mask_that_counts_the_steps_of_a_mean_has_no_gradient_that_is_compared() -> None:
    def masked(W_hh: Any, W_xh: Any, b_h: Any, W_hy: Any, b_y: Any, x: Any, d: Any, mu: Any, h0: Any) -> Any:
        ell = (outputs(W_hh, W_xh, b_h, W_hy, b_y, x, h0) - d).square().sum(-1) / 2
        mu = mu.reshape(ell.shape)
        return ((mu * ell).sum(0) / mu.sum(0)).sum()

    cell = ELMAN.with_loss("squared error", over="mean", masked=True)
    report = check_backward(cell, differentiated(masked, targets=True), layout="TBn")
    assert "d" in report.checked


def test_outputs_are_no_loss() -> None:
    def forward(W_hh: Any, W_xh: Any, b_h: Any, W_hy: Any, b_y: Any, x: Any, d: Any, h0: Any) -> Any:
        return outputs(W_hh, W_xh, b_h, W_hy, b_y, x, h0)

    with pytest.raises(SelectionError, match="return the loss, which is one number"):
        check_backward(ELMAN.with_loss("squared error"), differentiated(forward), layout="TBn")
