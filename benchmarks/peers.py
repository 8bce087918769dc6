"""The passes of a recurrent network as users of PyTorch and JAX have them, and as NumPy code of symrnn.

Arrays are those of the generated code, (steps, rows, batch); each library gets them in the layout that suits it before
anything is timed. Every work is a forward and a backward pass, and returns the gradients by the parameters, by name.
"""

from __future__ import annotations

import runpy
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from symrnn.codegen import generate
from symrnn.recurrence import Recurrence

Arrays = dict[str, np.ndarray]
Work = Callable[[], Any]


@dataclass(frozen=True)
class Numbers:
    """Numbers for one network."""

    params: Arrays
    inputs: Arrays
    initial: Arrays
    slopes: Arrays


def run(net: Recurrence, **form: Any) -> dict[str, Any]:
    """The functions of the code for a network."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "network.py"
        path.write_text(generate(net, **form), encoding="utf-8")
        return runpy.run_path(str(path))


def furthest(found: Arrays, expected: Arrays, tolerance: float) -> str:
    """The gradient that differs most from what it should be, if one does."""
    for name, theirs in expected.items():
        gap = float(np.abs(np.asarray(found[name]) - theirs).max() / np.abs(theirs).max())
        if not gap < tolerance:
            return f"{name} by {gap:.1e}"
    return ""


def drawn(net: Recurrence, sizes: dict[str, int], steps: int, batch: int, dtype: Any = np.float64) -> Numbers:
    """Numbers for a network with a generic loss, weights as large as n of them call for."""
    rng = np.random.default_rng(0)

    def array(*shape: Any) -> np.ndarray:
        return rng.normal(size=[sizes.get(str(size)) or int(size) for size in shape]).astype(dtype)

    params = {p.name: array(*p.shape) / dtype(sizes["n"]) ** dtype(0.5) for p in net.parameters}
    inputs = {x.name: array(steps, x.at(net.index).rows, batch) for x in net.inputs}
    initial = {
        d.sequence.name: array(d.sequence.at(net.index).rows, batch)
        for d in net.definitions
        if d.first != d.sequence.first
    }
    slopes = {
        f"d{d.sequence.name}_d{argument.name}": array(steps, argument.rows, batch)
        for d in net.definitions
        for argument in getattr(d.body, "arguments", ())
    }
    return Numbers(params, inputs, initial, slopes)


def both_passes(code: dict[str, Any], given: Numbers, memory: bool = True) -> Work:
    """The gradients by the parameters, by code that symrnn wrote; with arrays that are kept, as in training.

    Columns then lie in one piece, which is what the fast form takes without a copy, and what (steps, batch, rows) of
    PyTorch is with its axes exchanged.
    """
    if memory:
        given = replace(given, inputs=_columnwise(given.inputs), slopes=_columnwise(given.slopes))
    kept: tuple[dict[str, Any], ...] = ({"memory": {}}, {"memory": {}}) if memory else ({}, {})

    def work() -> Arrays:
        quantities = code["forward"](given.params, given.inputs, given.initial, **kept[0])
        found: Arrays = code["backward"](given.params, quantities, given.slopes, **kept[1])[0]
        return found

    return work


def _columnwise(arrays: Arrays) -> Arrays:
    return {name: np.ascontiguousarray(a.transpose(0, 2, 1)).transpose(0, 2, 1) for name, a in arrays.items()}


def pytorch(kind: str, given: Numbers) -> Work:
    """The layer of PyTorch, its autograd, and the loss Σ slopes · what is looked at."""
    import torch

    torch.set_num_threads(1)
    as_tensor = {name: torch.from_numpy(array.copy()) for name, array in given.params.items()}
    dtype = next(iter(as_tensor.values())).dtype
    x, slopes = (
        torch.from_numpy(np.ascontiguousarray(next(iter(each.values())).transpose(0, 2, 1)))
        for each in (given.inputs, given.slopes)
    )
    x.requires_grad_()
    states = [
        torch.from_numpy(given.initial[s].T.copy())[None].requires_grad_() for s in ("h", "c") if s in given.initial
    ]
    units, inputs = states[0].shape[2], x.shape[2]
    layer = {"Elman": torch.nn.RNN, "LSTM": torch.nn.LSTM, "ResetAfterGRU": torch.nn.GRU}[kind](
        inputs, units, dtype=dtype
    )
    names = _blocks(kind)
    with torch.no_grad():
        for ours, theirs in zip(
            names, (layer.weight_ih_l0, layer.weight_hh_l0, layer.bias_ih_l0, layer.bias_hh_l0), strict=True
        ):
            theirs.copy_(
                torch.cat([as_tensor[n].reshape(units, -1) if n else torch.zeros(units, 1) for n in ours]).reshape(
                    theirs.shape
                )
            )
    readout = [as_tensor[n].requires_grad_() for n in ("W_hy", "b_y")] if kind == "Elman" else []
    leaves = [*layer.parameters(), *readout, x, *states]
    start = states[0] if len(states) == 1 else tuple(states)

    def work() -> Arrays:
        for leaf in leaves:
            leaf.grad = None
        seen, _ = layer(x, start)
        if readout:
            seen = seen @ readout[0].T + readout[1].T
        (seen * slopes).sum().backward()
        found = {}
        for ours, theirs in zip(
            names, (layer.weight_ih_l0, layer.weight_hh_l0, layer.bias_ih_l0, layer.bias_hh_l0), strict=True
        ):
            for name, block in zip(ours, theirs.grad.split(units), strict=True):
                if name:
                    found[name] = block.numpy().reshape(given.params[name].shape)
        if readout:
            found |= {name: leaf.grad.numpy() for name, leaf in zip(("W_hy", "b_y"), readout, strict=True)}
        return found

    return work


def _blocks(kind: str) -> tuple[list[str], ...]:
    """Our names in the blocks of PyTorch's four arrays of a layer; empty for a bias that we have once only."""
    if kind == "Elman":
        return ["W_xh"], ["W_hh"], ["b_h"], [""]
    if kind == "LSTM":
        return tuple([f"{letter}_{gate}" if letter else "" for gate in "ifgo"] for letter in ("W", "U", "b", ""))
    return tuple([f"{letter}{gate}" for gate in "rzn"] for letter in ("W_i", "W_h", "b_i", "b_h"))


def jax_by_hand(kind: str, given: Numbers) -> Work:
    """`lax.scan` over the equations as users write it, and `jax.grad`, compiled once beforehand."""
    import jax
    import jax.numpy as jnp

    jax.config.update("jax_enable_x64", next(iter(given.params.values())).dtype == np.float64)

    def elman(p: Any, state: Any, x: Any) -> Any:
        h = jnp.tanh(p["W_hh"] @ state["h"] + p["W_xh"] @ x + p["b_h"])
        return {"h": h}, p["W_hy"] @ h + p["b_y"]

    def lstm(p: Any, state: Any, x: Any) -> Any:
        a = {g: p[f"W_{g}"] @ x + p[f"U_{g}"] @ state["h"] + p[f"b_{g}"] for g in "ifog"}
        c = jax.nn.sigmoid(a["f"]) * state["c"] + jax.nn.sigmoid(a["i"]) * jnp.tanh(a["g"])
        h = jax.nn.sigmoid(a["o"]) * jnp.tanh(c)
        return {"h": h, "c": c}, h

    def gru(p: Any, state: Any, x: Any) -> Any:
        h = state["h"]
        new = {g: p[f"W_i{g}"] @ x + p[f"b_i{g}"] for g in "rzn"}
        old = {g: p[f"W_h{g}"] @ h + p[f"b_h{g}"] for g in "rzn"}
        z = jax.nn.sigmoid(new["z"] + old["z"])
        h = (1 - z) * jnp.tanh(new["n"] + jax.nn.sigmoid(new["r"] + old["r"]) * old["n"]) + z * h
        return {"h": h}, h

    cell = {"Elman": elman, "LSTM": lstm, "ResetAfterGRU": gru}[kind]
    slopes = jnp.asarray(next(iter(given.slopes.values())))

    def loss(params: Any, inputs: Any, initial: Any) -> Any:
        _, seen = jax.lax.scan(lambda state, x: cell(params, state, x), initial, inputs["x"])
        return (seen * slopes).sum()

    gradient = jax.jit(jax.grad(loss, argnums=(0, 1, 2)))
    arguments = jax.tree.map(jnp.asarray, (given.params, given.inputs, given.initial))
    return lambda: jax.block_until_ready(gradient(*arguments))[0]
