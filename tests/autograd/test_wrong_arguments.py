"""Code for PyTorch and JAX refuses what does not fit the equations, compiled by JAX, too."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from codegen.harness import Drawn, load, module_of
from codegen.wrong import BACKWARD, FORWARD, NET, drawn, require_refused, require_right
from optional import require_jax, require_torch

from symrnn.codegen import generate


def test_pytorch(tmp_path: Path) -> None:
    torch = require_torch()

    def moved(arrays: dict[str, Any]) -> dict[str, Any]:
        return {name: torch.tensor(array) for name, array in arrays.items()}

    right = drawn()
    given = Drawn(*map(moved, (right.params, right.inputs, right.initial, right.slopes)), {})
    module = load(generate(NET, "torch"), tmp_path, "in_torch")
    require_right(module, given, module_of(NET, tmp_path))
    for case in (*FORWARD, *BACKWARD):
        require_refused(module, given, case)
    with pytest.raises(KeyError, match="params has no 'b_i'"):
        module.network({k: p for k, p in given.params.items() if k != "b_i"}, given.inputs, given.initial)


def test_pytorch_takes_tensors_of_floating_point(tmp_path: Path) -> None:
    torch = require_torch()
    right = drawn()
    given = [{name: torch.tensor(array) for name, array in part.items()} for part in (right.params, right.inputs)]
    initial = {name: torch.tensor(array) for name, array in right.initial.items()}
    module = load(generate(NET, "torch"), tmp_path, "in_torch")
    for at, name in ((0, "U_i"), (1, "x")):
        parts = list(given)
        parts[at] = parts[at] | {name: parts[at][name].long()}
        with pytest.raises(ValueError, match=r"is of type torch\.int64; it is a tensor of floating point"):
            module.forward(*parts, initial)
    with pytest.raises(ValueError, match=re.escape("params['U_i'] is of type list")):
        module.forward(given[0] | {"U_i": right.params["U_i"].tolist()}, given[1], initial)


def test_jax_refuses_a_batch_of_none_where_it_is_fast(tmp_path: Path) -> None:
    require_jax()
    right = drawn()
    module = load(generate(NET, "jax", form="fast"), tmp_path, "in_jax")
    inputs = {name: value[..., :0] for name, value in right.inputs.items()}
    with pytest.raises(ValueError, match="batch = 0: there has to be a sequence"):
        module.forward(right.params, inputs, {name: value[:, :0] for name, value in right.initial.items()})


@pytest.mark.parametrize("form", ["plain", "fast"])
def test_jax(form: str, tmp_path: Path) -> None:
    jax = require_jax()

    def moved(arrays: dict[str, Any]) -> dict[str, Any]:
        return {name: jax.numpy.asarray(array) for name, array in arrays.items()}

    right = drawn()
    given = Drawn(*map(moved, (right.params, right.inputs, right.initial, right.slopes)), {})
    module = load(generate(NET, "jax", form=form), tmp_path, "in_jax")
    require_right(module, given, module_of(NET, tmp_path))
    for case in (*FORWARD, *BACKWARD):
        require_refused(module, given, case)
    forward = jax.jit(module.forward)
    quantities = forward(given.params, given.inputs, given.initial)
    short = {"dell_dh": given.slopes["dell_dh"][:3]}
    with pytest.raises(ValueError, match=re.escape("slopes['dell_dh'] has shape (3, 3, 3)")):
        jax.jit(module.backward)(given.params, quantities, short)
