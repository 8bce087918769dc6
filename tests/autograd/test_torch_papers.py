"""Code for cells from papers against PyTorch's autograd of forward passes that are written by hand."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from autograd.papers_by_hand import STEPS
from autograd.test_torch_code import TOLERANCE, as_tensors, require_equal
from cells.papers import NUMBERS, PAPERS
from codegen.harness import Drawn, draw, gap, gradients, module_of, weighted
from optional import require_torch

torch = require_torch()

MASKS = ("k", "d")
"""Inputs that are 0 or 1."""

TIMES = 5


def drawn_for(name: str) -> Drawn:
    """Numbers for a cell; an input that begins at 0 has one more value."""
    net = PAPERS[name]()
    drawn = draw(net, steps=TIMES)
    rng = np.random.default_rng(3)
    for x in net.inputs:
        array = drawn.inputs[x.name]
        if x.first == 0:
            drawn.inputs[x.name] = np.concatenate([rng.uniform(-1, 1, array[:1].shape), array])
        if x.name in MASKS:
            drawn.inputs[x.name] = (array > 0).astype(float)
    drawn.numbers = NUMBERS.get(name, {})
    return drawn


def by_hand(name: str, drawn: Drawn) -> Any:
    """Σ slopes · what the loss looks at, over a loop."""
    first = {x.name: x.first for x in PAPERS[name]().inputs}
    states = dict(drawn.initial)
    ((slope, slopes),) = drawn.slopes.items()
    total: Any = 0.0
    for t in range(1, TIMES + 1):
        now = {key: array[t - first[key]] for key, array in drawn.inputs.items()}
        before = {f"{key} before": array[t - 1] for key, array in drawn.inputs.items() if first[key] == 0}
        states = {**states, **STEPS[name](torch, drawn.params, now | before, states, drawn.numbers)}
        total = total + (slopes[t - 1] * states[slope.rpartition("_d")[2]]).sum()
    return total


@pytest.mark.parametrize("name", PAPERS)
def test_the_code_has_the_gradients_of_autograd(name: str, tmp_path: Path) -> None:
    drawn = as_tensors(drawn_for(name))
    by_hand(name, drawn).backward()
    module = module_of(PAPERS[name](), tmp_path, "torch")
    with torch.no_grad():
        found = gradients(module, drawn)
    require_equal(found, drawn)


@pytest.mark.parametrize("name", PAPERS)
def test_autograd_of_the_code_is_its_backward_pass(name: str, tmp_path: Path) -> None:
    drawn = as_tensors(drawn_for(name))
    module = module_of(PAPERS[name](), tmp_path, "torch")
    weighted(module, drawn).backward()
    with torch.no_grad():
        found = gradients(module, drawn)
    require_equal(found, drawn)


@pytest.mark.parametrize("name", PAPERS)
def test_numpy_has_the_same(name: str, tmp_path: Path) -> None:
    plain = drawn_for(name)
    drawn = as_tensors(drawn_for(name))
    by_hand(name, drawn).backward()
    ours = gradients(module_of(PAPERS[name](), tmp_path), plain)
    for found, given in zip(ours, (drawn.params, drawn.inputs, drawn.initial), strict=True):
        for key, gradient in found.items():
            theirs = given[key].grad
            assert gap(gradient, np.zeros_like(gradient) if theirs is None else theirs.numpy()) < TOLERANCE, key
