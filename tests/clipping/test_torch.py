"""Clipping of arrays against PyTorch."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from optional import require_torch

from symrnn.clipping import TORCH_EPSILON, clip_by_global_norm, clip_by_norm, clip_by_value

torch = require_torch()

TYPES = [(np.float64, 1e-14), (np.float32, 5e-7)]
SHAPES = [((4, 4), (4, 3), (4,)), ((1,),), ((7,), (2, 3, 5))]


def drawn(shapes: tuple[tuple[int, ...], ...], dtype: Any, scale: float) -> list[Any]:
    source = np.random.default_rng(0)
    return [(scale * source.normal(size=shape)).astype(dtype) for shape in shapes]


def parameters(gradients: list[Any]) -> list[Any]:
    found = []
    for gradient in gradients:
        parameter = torch.nn.Parameter(torch.zeros(gradient.shape, dtype=torch.tensor(gradient).dtype))
        parameter.grad = torch.tensor(gradient)
        found.append(parameter)
    return found


@pytest.mark.parametrize("shapes", SHAPES, ids=str)
@pytest.mark.parametrize(("dtype", "tolerance"), TYPES)
@pytest.mark.parametrize("kind", [1.0, 2.0, float("inf")])
@pytest.mark.parametrize("scale", [1e-5, 1e-2, 1.0, 1e4])
def test_by_global_norm(shapes: Any, dtype: Any, tolerance: float, kind: float, scale: float) -> None:
    gradients = drawn(shapes, dtype, scale)
    theirs = parameters(gradients)
    for limit in (0.0, 1e-6, 0.1, 1.0, 50.0):
        for parameter, gradient in zip(theirs, gradients, strict=True):
            parameter.grad = torch.tensor(gradient)
        total = torch.nn.utils.clip_grad_norm_(theirs, limit, norm_type=kind)
        clipped, norm = clip_by_global_norm(gradients, limit, kind, epsilon=TORCH_EPSILON)
        assert norm == pytest.approx(float(total), rel=tolerance)
        for parameter, ours in zip(theirs, clipped, strict=True):
            assert ours.dtype == dtype
            np.testing.assert_allclose(ours, parameter.grad.numpy(), rtol=tolerance)


@pytest.mark.parametrize(("dtype", "tolerance"), TYPES)
def test_by_value(dtype: Any, tolerance: float) -> None:
    for limit in (0.0, 0.1, 1.0, 5.0):
        gradients = drawn(SHAPES[0], dtype, 1.0)
        theirs = parameters(gradients)
        torch.nn.utils.clip_grad_value_(theirs, limit)
        for parameter, gradient in zip(theirs, gradients, strict=True):
            np.testing.assert_allclose(clip_by_value(gradient, limit), parameter.grad.numpy(), rtol=tolerance)


def test_the_difference_is_the_epsilon_and_nothing_else() -> None:
    for norm, limit in ((5.0, 1.0), (2e-3, 1e-3), (1e-5, 1e-6)):
        gradient = np.array([0.6, 0.8]) * norm
        (theirs,) = parameters([gradient])
        torch.nn.utils.clip_grad_norm_([theirs], limit)
        exact, _ = clip_by_norm(gradient, limit)
        difference = 1 - theirs.grad.numpy() / exact
        np.testing.assert_allclose(difference, TORCH_EPSILON / (norm + TORCH_EPSILON), rtol=1e-6)


def test_a_zero_gradient_stays_zero_in_both() -> None:
    (theirs,) = parameters([np.zeros(3)])
    torch.nn.utils.clip_grad_norm_([theirs], 1.0)
    assert theirs.grad.tolist() == clip_by_norm(np.zeros(3), 1.0)[0].tolist() == [0, 0, 0]


def test_a_gradient_of_a_network_as_training_would_clip_it() -> None:
    torch.manual_seed(0)
    network = torch.nn.RNN(3, 5, batch_first=True)
    output, _ = network(torch.randn(2, 20, 3))
    (100 * output.pow(2).sum()).backward()
    gradients = [parameter.grad.numpy().copy() for parameter in network.parameters()]
    torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
    clipped, norm = clip_by_global_norm(gradients, 1.0, epsilon=TORCH_EPSILON)
    assert norm > 1
    for parameter, ours in zip(network.parameters(), clipped, strict=True):
        np.testing.assert_allclose(ours, parameter.grad.numpy(), rtol=1e-6, atol=1e-9)
