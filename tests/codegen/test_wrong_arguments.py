"""Code for NumPy refuses what does not fit the equations, in every form, and says what was expected."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from codegen.harness import BATCH, NETS, SIZES, Drawn, draw, load, module_of
from codegen.wrong import BACKWARD, FORWARD, NET, drawn, require_refused, require_right
from optional import require_numba

from symrnn import Cell
from symrnn.cells import Layered
from symrnn.codegen import generate
from symrnn.symbols import m, n

CONCATENATED = "h_t = tanh(W [h_{t-1}; x_t] + b)"


def written(form: str, folder: Path) -> Any:
    if form == "compiled":
        require_numba()
    return load(generate(NET, form=form), folder, form)


@pytest.mark.table(quick=("plain", "fast"))
@pytest.mark.parametrize("form", ["plain", "fast", "compiled"])
def test_what_does_not_fit_is_refused(form: str, tmp_path: Path) -> None:
    module = written(form, tmp_path)
    require_right(module, drawn(), module_of(NET, tmp_path))
    for case in (*FORWARD, *BACKWARD):
        require_refused(module, drawn(), case)


def test_a_size_that_follows_from_others_is_checked(tmp_path: Path) -> None:
    net = Cell.parse(CONCATENATED)
    module, given = module_of(net, tmp_path), draw(net)
    rows, columns = given.params["W"].shape
    assert (rows, columns) == (SIZES[n], SIZES[n] + SIZES[m])
    module.forward(given.params, given.inputs, given.initial)
    said = re.escape("params['W'] has shape (3, 4); it is (n, m + n) = (3, 5)")
    with pytest.raises(ValueError, match=f"{said}.*m = 2 as in inputs"):
        module.forward(given.params | {"W": given.params["W"][:, :4]}, given.inputs, given.initial)


def test_the_quantities_of_another_call_are_refused(tmp_path: Path) -> None:
    module, given = written("fast", tmp_path), drawn()
    quantities = module.forward(given.params, given.inputs, given.initial)
    other = draw(NET, steps=5, batch=3)
    quantities["f"] = module.forward(other.params, other.inputs, other.initial)["f"]
    with pytest.raises(ValueError, match=re.escape("quantities['f'] has shape (5, 3, 3); it is (T, n, batch)")):
        module.backward(given.params, quantities, given.slopes)


def test_layers_of_different_widths_are_a_list(tmp_path: Path) -> None:
    rng = np.random.default_rng(1)
    params = {"W": [rng.normal(size=shape) for shape in ((4, 2), (3, 4))]}
    module = module_of(Layered("tanh"), tmp_path)
    quantities = module.forward(params, {}, {"y": rng.normal(size=(2, BATCH))})
    module.backward(params, quantities, {"dL_dy": rng.normal(size=(3, BATCH))})
    with pytest.raises(ValueError, match=re.escape("initial['y'] has shape (2,); it is (d(0), batch)")):
        module.forward(params, {}, {"y": rng.normal(size=2)})
    with pytest.raises(ValueError, match=re.escape("slopes['dL_dy'] has shape (3, 1)")):
        module.backward(params, quantities, {"dL_dy": rng.normal(size=(3, 1))})


def test_a_state_whose_first_value_nothing_reads_may_be_handed_in(tmp_path: Path) -> None:
    net = NETS["SRU"]
    module, given = module_of(net, tmp_path), draw(net)
    assert "h" in given.initial
    without = Drawn(given.params, given.inputs, {"c": given.initial["c"]}, given.slopes, given.numbers)
    for each in (given, without):
        module.forward(each.params, each.inputs, each.initial)
    with pytest.raises(KeyError, match="initial has 'g', which is unknown; its names are c"):
        module.forward(given.params, given.inputs, given.initial | {"g": 0})
