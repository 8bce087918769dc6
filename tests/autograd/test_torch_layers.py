"""The code for a cell against PyTorch's own layers: every gradient of nn.RNN, nn.LSTM and nn.GRU, by autograd.

A layer of PyTorch is the cell run over the inputs, a second direction the cell run over the inputs backwards, and an
upper layer the cell run over what the lower one computed; the gradients go the same way back.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from codegen.harness import gap, module_of
from optional import require_torch

from symrnn.cells import LSTM, Bidirectional, Elman, ResetAfterGRU, deep, with_loss
from symrnn.recurrence import Recurrence

torch = require_torch()

UNITS, INPUTS, STEPS, BATCH = 16, 5, 50, 4
TOLERANCE = 1e-12

CELLS: dict[str, Recurrence] = {
    "tanh": with_loss(Elman("tanh"), of="h"),
    "relu": with_loss(Elman("relu", at_kink=0), of="h"),
    "LSTM": LSTM(),
    "GRU": ResetAfterGRU(),
}
GATES = {"tanh": ("",), "relu": ("",), "LSTM": ("i", "f", "g", "o"), "GRU": ("r", "z", "n")}
"""The blocks of rows of PyTorch's matrices, from top to bottom."""


def layers_of(kind: str, layers: int, both: bool) -> Any:
    """PyTorch's layers in double precision, with weights that it draws."""
    options: dict[str, Any] = {"num_layers": layers, "bidirectional": both, "dtype": torch.float64}
    torch.manual_seed(layers + 10 * both)
    if kind in ("tanh", "relu"):
        return torch.nn.RNN(INPUTS, UNITS, nonlinearity=kind, **options)
    return getattr(torch.nn, kind)(INPUTS, UNITS, **options)


def named(kind: str, weights: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """PyTorch's matrices of one layer and direction by the cell's names, the columns of biases as columns.

    Elman and LSTM add PyTorch's two biases in one; what only a readout needs is empty.
    """
    split = {key: np.split(value, len(GATES[kind])) for key, value in weights.items()}
    if kind in ("tanh", "relu"):
        bias = weights["bias_ih"] + weights["bias_hh"]
        readout = {"W_hy": np.zeros((1, UNITS)), "b_y": np.zeros((1, 1))}
        return {"W_xh": weights["weight_ih"], "W_hh": weights["weight_hh"], "b_h": bias[:, None]} | readout
    out = {}
    for place, gate in enumerate(GATES[kind]):
        if kind == "GRU":
            for side in "ih":
                out[f"W_{side}{gate}"] = split[f"weight_{side}h"][place]
                out[f"b_{side}{gate}"] = split[f"bias_{side}h"][place][:, None]
        else:
            out[f"W_{gate}"], out[f"U_{gate}"] = split["weight_ih"][place], split["weight_hh"][place]
            out[f"b_{gate}"] = (split["bias_ih"][place] + split["bias_hh"][place])[:, None]
    return out


def unnamed(kind: str, gradients: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """The gradients of one layer and direction as PyTorch has them."""
    if kind in ("tanh", "relu"):
        bias = gradients["b_h"][:, 0]
        return {"weight_ih": gradients["W_xh"], "weight_hh": gradients["W_hh"], "bias_ih": bias, "bias_hh": bias}
    if kind == "GRU":
        keys = {"weight_ih": "W_i", "weight_hh": "W_h", "bias_ih": "b_i", "bias_hh": "b_h"}
    else:
        keys = {"weight_ih": "W_", "weight_hh": "U_", "bias_ih": "b_", "bias_hh": "b_"}
    joined = {key: np.concatenate([gradients[f"{ours}{gate}"] for gate in GATES[kind]]) for key, ours in keys.items()}
    return {key: value[:, 0] if key.startswith("bias") else value for key, value in joined.items()}


class Composed:
    """The code for one cell, run as layers and directions.

    Args:
        kind: of the cell.
        module: the code.
        weights: PyTorch's, by name.
    """

    def __init__(self, kind: str, module: Any, weights: dict[str, np.ndarray], layers: int, both: bool) -> None:
        self.kind, self.module, self.weights = kind, module, weights
        self.places = [(layer, side) for layer in range(layers) for side in range(1 + both)]
        self.passed: dict[tuple[int, int], Any] = {}

    def of(self, place: tuple[int, int]) -> dict[str, np.ndarray]:
        end = f"_l{place[0]}" + "_reverse" * place[1]
        kinds = ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
        return named(self.kind, {key: self.weights[key + end] for key in kinds})

    def forward(self, x: np.ndarray, states: dict[str, np.ndarray]) -> np.ndarray:
        """The outputs (steps, units of both directions, batch); states are (layers and directions, n, batch)."""
        below, above = x, []
        for number, (layer, side) in enumerate(self.places):
            initial = {key: state[number] for key, state in states.items()}
            seen = below[:: -1 if side else 1]
            quantities = self.module.forward(self.of((layer, side)), {"x": seen}, initial)
            self.passed[layer, side] = quantities
            h = np.stack([quantities["h"][t] for t in range(1, len(x) + 1)])
            above.append(h[:: -1 if side else 1])
            if number + 1 == len(self.places) or self.places[number + 1][0] != layer:
                below, above = np.concatenate(above, axis=1), []
        return below

    def backward(self, slopes: np.ndarray) -> tuple[dict[str, np.ndarray], np.ndarray, dict[str, np.ndarray]]:
        """The gradients by weights, inputs and initial states."""
        weights: dict[str, np.ndarray] = {}
        states: dict[str, list[np.ndarray]] = {}
        for layer in sorted({layer for layer, _ in self.places}, reverse=True):
            sides = [side for at, side in self.places if at == layer]
            total: Any = 0
            for side, part in reversed(list(zip(sides, np.split(slopes, len(sides), axis=1), strict=True))):
                turn = slice(None, None, -1 if side else 1)
                found = self.module.backward(self.of((layer, side)), self.passed[layer, side], {"dell_dh": part[turn]})
                end = f"_l{layer}" + "_reverse" * side
                weights |= {key + end: value for key, value in unnamed(self.kind, found[0]).items()}
                total = total + found[1]["x"][turn]
                for key, value in found[2].items():
                    states.setdefault(key, []).insert(0, value)
            slopes = total
        return weights, slopes, {key: np.stack(value) for key, value in states.items()}


def drawn(kind: str, layers: int, both: bool) -> tuple[Any, dict[str, Any], Any]:
    """Inputs, initial states and slopes of the outputs, as PyTorch wants them: the batch in the middle."""
    generator = torch.Generator().manual_seed(7)

    def normal(*shape: int) -> Any:
        return torch.randn(*shape, generator=generator, dtype=torch.float64)

    names = ("h", "c") if kind == "LSTM" else ("h",)
    count = layers * (1 + both)
    x = normal(STEPS, BATCH, INPUTS).requires_grad_()
    states = {name: normal(count, BATCH, UNITS).requires_grad_() for name in names}
    return x, states, normal(STEPS, BATCH, UNITS * (1 + both))


def turned(tensor: Any) -> np.ndarray:
    """PyTorch's (.., batch, units) as (.., units, batch)."""
    return np.swapaxes(tensor.detach().numpy(), -1, -2)


@pytest.mark.parametrize("both", [False, True], ids=["one direction", "both directions"])
@pytest.mark.parametrize("layers", [1, 2])
@pytest.mark.parametrize("kind", CELLS)
def test_every_gradient_is_that_of_autograd(kind: str, layers: int, both: bool, tmp_path: Path) -> None:
    theirs = layers_of(kind, layers, both)
    x, states, slopes = drawn(kind, layers, both)
    outputs, _ = theirs(x, tuple(states.values()) if kind == "LSTM" else states["h"])
    (outputs * slopes).sum().backward()

    weights = {name: value.detach().numpy() for name, value in theirs.named_parameters()}
    ours = Composed(kind, module_of(CELLS[kind], tmp_path), weights, layers, both)
    found = ours.forward(turned(x), {name: turned(state) for name, state in states.items()})
    assert gap(found, turned(outputs)) < TOLERANCE
    by_weights, by_input, by_states = ours.backward(turned(slopes))
    expected = {name: value.grad.numpy() for name, value in theirs.named_parameters()}
    assert by_weights.keys() == expected.keys()
    for name, gradient in expected.items():
        assert gap(by_weights[name], gradient) < TOLERANCE, name
    assert gap(by_input, turned(x.grad)) < TOLERANCE
    for name, state in states.items():
        assert gap(by_states[name], turned(state.grad)) < TOLERANCE, name


@pytest.mark.parametrize("kind", ["LSTM", "GRU"])
def test_two_directions_are_one_recurrence(kind: str, tmp_path: Path) -> None:
    """The second chain runs in its own time, over the inputs backwards."""
    theirs = layers_of(kind, 1, both=True)
    x, states, slopes = drawn(kind, 1, both=True)
    outputs, _ = theirs(x, tuple(states.values()) if kind == "LSTM" else states["h"])
    (outputs * slopes).sum().backward()

    module = module_of(Bidirectional(LSTM() if kind == "LSTM" else ResetAfterGRU()), tmp_path)
    weights = {name: value.detach().numpy() for name, value in theirs.named_parameters()}
    params, initial = {}, {}
    for side, end in enumerate(("", "_reverse")):
        own = {key: weights[f"{key}_l0{end}"] for key in ("weight_ih", "weight_hh", "bias_ih", "bias_hh")}
        params |= {key + end: value for key, value in named(kind, own).items()}
        initial |= {key + end: turned(state[side]) for key, state in states.items()}
    inputs = {"x": turned(x), "x_reverse": turned(x)[::-1]}
    quantities = module.forward(params, inputs, initial)
    here, there = np.split(turned(slopes), 2, axis=1)
    found = module.backward(params, quantities, {"dell_dh": here, "dell_dh_reverse": there})
    for side, end in enumerate(("", "_reverse")):
        own = {key.removesuffix("_reverse"): g for key, g in found[0].items() if key.endswith("_reverse") is bool(side)}
        for key, gradient in unnamed(kind, own).items():
            assert gap(gradient, getattr(theirs, f"{key}_l0{end}").grad.numpy()) < TOLERANCE, key + end
        for key, state in states.items():
            assert gap(found[2][key + end], turned(state.grad[side])) < TOLERANCE, key + end
    assert gap(found[1]["x"] + found[1]["x_reverse"][::-1], turned(x.grad)) < TOLERANCE


@pytest.mark.parametrize("kind", ["LSTM", "GRU"])
def test_two_layers_are_one_recurrence(kind: str, tmp_path: Path) -> None:
    """Stacked cells have names of their own, and PyTorch's layers count from 0."""
    theirs = layers_of(kind, 2, both=False)
    x, states, slopes = drawn(kind, 2, both=False)
    outputs, _ = theirs(x, tuple(states.values()) if kind == "LSTM" else states["h"])
    (outputs * slopes).sum().backward()

    module = module_of(deep(LSTM if kind == "LSTM" else ResetAfterGRU, 2), tmp_path)
    weights = {name: value.detach().numpy() for name, value in theirs.named_parameters()}
    params, initial = {}, {}
    for layer in (0, 1):
        own = {key.removesuffix(f"_l{layer}"): value for key, value in weights.items() if key.endswith(f"_l{layer}")}
        params |= {f"{key}_{layer + 1}": value for key, value in named(kind, own).items()}
        initial |= {f"{key}_{layer + 1}": turned(state[layer]) for key, state in states.items()}
    quantities = module.forward(params, {"x": turned(x)}, initial)
    by_params, by_inputs, by_states = module.backward(params, quantities, {"dell_dh_2": turned(slopes)})
    for layer in (0, 1):
        own = {
            key.removesuffix(f"_{layer + 1}"): value for key, value in by_params.items() if key[-1] == str(layer + 1)
        }
        for key, gradient in unnamed(kind, own).items():
            assert gap(gradient, getattr(theirs, f"{key}_l{layer}").grad.numpy()) < TOLERANCE, (key, layer)
        for key, state in states.items():
            assert gap(by_states[f"{key}_{layer + 1}"], turned(state.grad[layer])) < TOLERANCE, (key, layer)
    assert gap(by_inputs["x"], turned(x.grad)) < TOLERANCE
