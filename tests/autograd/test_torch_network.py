"""The function for PyTorch's autograd, whose backward pass is the derived one: against autograd of the forward pass."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from autograd.test_torch_code import as_tensors
from codegen.harness import NETS, SHIPPED, draw, gap, load, weighted
from codegen.test_losses import NETS as LOSSES
from optional import require_torch

from symrnn.cells import Layered
from symrnn.codegen import generate

torch = require_torch()

TOLERANCE = 1e-12
WEIGHTED = ("generic, last", "generic, mean")
"""Losses of which the backward pass drops or weights what autograd hands in for each step."""
ALL = SHIPPED | {name: NETS[name] for name in ("UGRNN", "FastGRNN", "SRU")} | LOSSES


def through_network(module: Any, given: Any, slopes: dict[str, Any], numbers: dict[str, float]) -> Any:
    """The loss by ``network``: its own, or Σ slopes · what the generic loss looks at."""
    seen = module.network(given.params, given.inputs, given.initial, **numbers)
    return (seen * next(iter(slopes.values()))).sum() if slopes else 2 * seen


@pytest.mark.table(quick=12)
@pytest.mark.parametrize("name", [name for name in ALL if name not in WEIGHTED])
def test_autograd_goes_through_it(name: str, tmp_path: Path) -> None:
    net = ALL[name]
    module, drawn = load(generate(net, "torch"), tmp_path, "written"), draw(net, name)
    ours, theirs = as_tensors(drawn), as_tensors(drawn)
    one, other = through_network(module, ours, ours.slopes, drawn.numbers), weighted(module, theirs)
    one.backward()
    (other if drawn.slopes else 2 * other).backward()
    for found, expected in ((ours.params, theirs.params), (ours.inputs, theirs.inputs), (ours.initial, theirs.initial)):
        for key, tensor in found.items():
            right = expected[key].grad
            if right is None or not right.any():
                assert tensor.grad is None or not tensor.grad.any(), key
            else:
                assert gap(tensor.grad.numpy(), right.numpy()) < TOLERANCE, key


@pytest.mark.parametrize("name", ["Elman", "LSTM", "ResetAfterGRU"])
def test_it_passes_gradcheck(name: str, tmp_path: Path) -> None:
    module, drawn = load(generate(NETS[name], "torch"), tmp_path), as_tensors(draw(NETS[name]))
    keys = [(place, key) for place, part in enumerate((drawn.params, drawn.inputs, drawn.initial)) for key in part]
    tensors = [(drawn.params, drawn.inputs, drawn.initial)[place][key] for place, key in keys]
    assert torch.autograd.gradcheck(lambda *given: module.Network.apply(keys, {}, *given), tensors)


def test_a_second_derivative_and_a_change_in_place_are_refused(tmp_path: Path) -> None:
    """Autograd would go on with numbers that are wrong."""
    net = NETS["Elman"]
    module, drawn = load(generate(net, "torch"), tmp_path), as_tensors(draw(net))
    loss = (module.network(drawn.params, drawn.inputs, drawn.initial) ** 2).sum()
    (first,) = torch.autograd.grad(loss, drawn.params["W_hh"], create_graph=True)
    with pytest.raises(RuntimeError, match="once_differentiable"):
        first.sum().backward()
    loss = through_network(module, drawn, drawn.slopes, {})
    with torch.no_grad():
        drawn.params["W_hh"] += 1
    with pytest.raises(RuntimeError, match="modified by an inplace operation"):
        loss.backward()


def test_what_is_no_function_of_tensors_has_none() -> None:
    """A network with one value of a parameter for each layer, code for other libraries, and losses that weigh steps."""
    assert "class Network" in generate(NETS["LSTM"], "torch")
    for name in WEIGHTED:
        assert "class Network" not in generate(LOSSES[name], "torch")
    assert "class Network" not in generate(Layered("tanh"), "torch")
    assert "class Network" not in generate(NETS["LSTM"])
