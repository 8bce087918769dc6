"""Code for NumPy refuses what does not fit the equations, in every form, and says what was expected."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from codegen.harness import BATCH, NETS, SIZES, Drawn, draw, gradients, load, module_of
from codegen.wrong import BACKWARD, FORWARD, NET, drawn, require_refused, require_right
from optional import require_numba

from symrnn import Cell
from symrnn.cells import Elman, Layered
from symrnn.codegen import generate
from symrnn.errors import SelectionError
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


@pytest.mark.parametrize("form", ["plain", "fast"])
@pytest.mark.parametrize(("part", "value"), [("params", None), ("inputs", [1.0]), ("initial", 3)])
def test_what_is_no_dictionary_is_refused(form: str, part: str, value: Any, tmp_path: Path) -> None:
    given = drawn()
    parts = {"params": given.params, "inputs": given.inputs, "initial": given.initial, part: value}
    with pytest.raises(
        ValueError, match=f"{part} is of type {type(value).__name__}; it is a dictionary with the names"
    ):
        written(form, tmp_path).forward(**parts)


@pytest.mark.parametrize("form", ["plain", "fast"])
def test_slopes_that_are_none_are_refused(form: str, tmp_path: Path) -> None:
    module, given = written(form, tmp_path), drawn()
    quantities = module.forward(given.params, given.inputs, given.initial)
    with pytest.raises(ValueError, match="slopes is of type NoneType; it is a dictionary with the names dell_dh"):
        module.backward(given.params, quantities, None)


@pytest.mark.parametrize("form", ["plain", "fast"])
@pytest.mark.parametrize(("part", "name"), [("params", "U_i"), ("initial", "h")])
def test_lists_of_numbers_are_no_arrays(form: str, part: str, name: str, tmp_path: Path) -> None:
    given = drawn()
    parts: dict[str, Any] = {"params": given.params, "inputs": given.inputs, "initial": given.initial}
    parts[part] = parts[part] | {name: parts[part][name].tolist()}
    with pytest.raises(ValueError, match=re.escape(f"{part}['{name}'] is of type list; it is (n, ")):
        written(form, tmp_path).forward(**parts)


@pytest.mark.parametrize("form", ["plain", "fast"])
@pytest.mark.parametrize("loss", ["squared error", "softmax cross-entropy", "generic"])
@pytest.mark.parametrize(("over", "why"), [("sum", ""), ("mean", "divides by T"), ("last", "looks at step T")])
def test_a_loss_that_needs_a_step_refuses_none(form: str, loss: str, over: str, why: str, tmp_path: Path) -> None:
    net = Elman("tanh").with_loss(loss, over=over)
    module = load(generate(net, form=form), tmp_path, form)
    empty = draw(net, steps=0, batch=2)
    if why:
        with pytest.raises(ValueError, match=f"T = 0: the loss {why}, so there has to be a step"):
            module.forward(empty.params, empty.inputs, empty.initial)
    else:
        found = gradients(module, empty)
        assert all(not np.any(value) for each in found for value in each.values())


@pytest.mark.parametrize("form", ["plain", "fast"])
@pytest.mark.parametrize("over", ["sum", "mean", "last"])
def test_a_batch_of_no_sequences_has_gradients_of_zero(form: str, over: str, tmp_path: Path) -> None:
    net = Elman("tanh").with_loss("squared error", over=over)
    module, given = load(generate(net, form=form), tmp_path, form), draw(net, steps=4, batch=2)
    inputs = {name: value[..., :0] for name, value in given.inputs.items()}
    quantities = module.forward(given.params, inputs, {"h": given.initial["h"][:, :0]})
    params, by_inputs, initial = module.backward(given.params, quantities)
    assert quantities["L"] == 0
    assert all(not np.any(value) for value in params.values())
    assert by_inputs["x"].shape == (4, SIZES[m], 0)
    assert initial["h"].shape == (SIZES[n], 0)


@pytest.mark.parametrize("form", [[], None, {}, "quick"])
def test_what_is_no_form_is_refused(form: Any) -> None:
    with pytest.raises(SelectionError, match="there is no form"):
        generate(NET, form=form)
    with pytest.raises(SelectionError, match="there is no target"):
        generate(NET, form)
