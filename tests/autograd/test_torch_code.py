"""The PyTorch code: its backward pass against autograd, of its own forward pass and of one written by hand."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from autograd.by_hand import LOSSES as BY_HAND
from codegen.harness import (
    MATRICES,
    NETS,
    SIZES,
    Drawn,
    draw,
    gap,
    gradients,
    module_of,
    require_zeros_without_steps,
    weighted,
)
from codegen.test_losses import NETS as WITH_LOSSES
from codegen.test_losses import UNUSUAL
from optional import require_torch

from symrnn.cells import Layered
from symrnn.symbols import m, n, q

torch = require_torch()

TOLERANCE = 1e-12
ALL = NETS | MATRICES | {name: net for name, net in WITH_LOSSES.items() if not name.startswith("generic")} | UNUSUAL


def as_tensors(drawn: Drawn) -> Drawn:
    def moved(arrays: dict[str, np.ndarray]) -> dict[str, Any]:
        return {name: torch.tensor(array, requires_grad=True) for name, array in arrays.items()}

    slopes = {name: torch.tensor(array) for name, array in drawn.slopes.items()}
    return Drawn(moved(drawn.params), moved(drawn.inputs), moved(drawn.initial), slopes, drawn.numbers)


def require_equal(found: tuple[dict[str, Any], ...], drawn: Drawn) -> None:
    """The gradients that autograd has left, against those of the code."""
    for gradients_, given in zip(found, (drawn.params, drawn.inputs, drawn.initial), strict=True):
        assert gradients_.keys() <= given.keys()
        for name, found_ in gradients_.items():
            gradient = torch.stack(found_) if isinstance(found_, list) else found_
            theirs = given[name].grad
            if theirs is None or not theirs.any():
                assert not gradient.any(), name
            else:
                assert gap(gradient.detach().numpy(), theirs.numpy()) < TOLERANCE, name


@pytest.mark.parametrize("name", ALL)
def test_the_backward_pass_is_autograd_of_the_forward_pass(name: str, tmp_path: Path) -> None:
    module, drawn = module_of(ALL[name], tmp_path, "torch"), as_tensors(draw(ALL[name], name, steps=6))
    weighted(module, drawn).backward()
    with torch.no_grad():
        found = gradients(module, drawn)
    require_equal(found, drawn)


@pytest.mark.parametrize("name", ALL)
def test_the_forward_pass_is_that_of_numpy(name: str, tmp_path: Path) -> None:
    drawn = draw(ALL[name], name)
    plain = module_of(ALL[name], tmp_path).forward(drawn.params, drawn.inputs, drawn.initial, **drawn.numbers)
    tensors = as_tensors(drawn)
    module = module_of(ALL[name], tmp_path, "torch")
    found = module.forward(tensors.params, tensors.inputs, tensors.initial, **drawn.numbers)
    assert found.keys() == plain.keys()
    for key, values in plain.items():
        for t, value in values.items() if isinstance(values, dict) else ():
            assert gap(found[key][t].detach().numpy(), value) < TOLERANCE, (key, t)


@pytest.mark.parametrize("name", BY_HAND)
def test_the_gradients_are_those_of_a_forward_pass_by_hand(name: str, tmp_path: Path, monkeypatch: Any) -> None:
    for size, number in ((n, 16), (m, 5), (q, 3)):
        monkeypatch.setitem(SIZES, size, number)
    module = module_of(NETS[name], tmp_path, "torch")
    drawn = as_tensors(calm(draw(NETS[name], steps=50, batch=4)))
    BY_HAND[name](torch, drawn.params, drawn.inputs, drawn.initial, drawn.slopes).backward()
    with torch.no_grad():
        found = gradients(module, drawn)
    require_equal(found, drawn)


def test_numbers_in_single_precision_stay_single(tmp_path: Path) -> None:
    net = NETS["IRNN"]
    module, drawn = module_of(net, tmp_path, "torch"), draw(net)
    parts = (drawn.params, drawn.inputs, drawn.initial, drawn.slopes)
    single = [{name: torch.tensor(a, dtype=torch.float32) for name, a in part.items()} for part in parts]
    quantities = module.forward(*single[:3])
    by_params, by_inputs, by_initial = module.backward(single[0], quantities, single[3])
    for gradient in (*by_params.values(), *by_inputs.values(), *by_initial.values()):
        assert gradient.dtype == torch.float32


def test_an_untied_network(tmp_path: Path) -> None:
    widths = [2, 4, 3]
    generator = torch.Generator().manual_seed(1)
    weights = [
        torch.randn(after, before, generator=generator, dtype=torch.float64).requires_grad_()
        for before, after in pairwise(widths)
    ]
    y, slope = (torch.randn(size, 3, generator=generator, dtype=torch.float64) for size in (2, 3))
    module = module_of(Layered("sigmoid"), tmp_path, "torch")
    (torch.sigmoid(weights[1] @ torch.sigmoid(weights[0] @ y)) * slope).sum().backward()
    quantities = module.forward({"W": weights}, {}, {"y": y})
    found = module.backward({"W": weights}, quantities, {"dL_dy": slope})[0]["W"]
    for ours, theirs in zip(found, weights, strict=True):
        assert gap(ours.detach().numpy(), theirs.grad.numpy()) < TOLERANCE


def calm(drawn: Drawn) -> Drawn:
    """Weights as small as a network of 16 units has them, so that 50 steps do not saturate."""
    drawn.params = {name: array / 4 for name, array in drawn.params.items()}
    return drawn


@pytest.mark.parametrize("name", NETS)
def test_without_steps_the_gradients_are_zero(name: str, tmp_path: Path) -> None:
    module, drawn = module_of(NETS[name], tmp_path, "torch"), as_tensors(draw(NETS[name], name))
    with torch.no_grad():
        require_zeros_without_steps(module, drawn)
