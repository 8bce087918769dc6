"""The fast form against the plain one: the same gradients, whatever the sizes, the layout and the type of arrays."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import sympy as sp
from codegen.harness import BATCH, NETS, SHIPPED, SIZES, Drawn, draw, gap, gradients, load, require_zeros_without_steps
from codegen.test_gradients import by_complex_step
from codegen.test_losses import NETS as LOSSES
from codegen.test_losses import UNUSUAL

from symrnn.cells import LSTM, Elman, deep
from symrnn.codegen import generate
from symrnn.errors import SelectionError, UnknownTermError
from symrnn.expr import Elementwise, MatrixSum, Sequence
from symrnn.recurrence import Definition, Recurrence, Role
from symrnn.symbols import T, m, n, q, t

TOLERANCE = 1e-12
ALL = NETS | LOSSES | UNUSUAL | {"two layers": deep(LSTM, layers=2).with_loss("squared error", readout=q)}
SIZES_TO_TRY = {"one": (1, 1, 1, 1), "two": (2, 2, 2, 2), "odd": (7, 5, 3, 3), "large": (33, 17, 9, 4)}
"""n, m, q and the batch."""


def both(net: Recurrence, folder: Path, form: str = "fast") -> tuple[Any, Any]:
    return load(generate(net), folder, "plain"), load(generate(net, form=form), folder, form)


def require_same(drawn: Drawn, modules: tuple[Any, Any], tolerance: float = TOLERANCE) -> None:
    """Every gradient, the loss, and each quantity that both have."""
    plain, fast = modules
    for found, expected in zip(gradients(fast, drawn), gradients(plain, drawn), strict=True):
        assert found.keys() == expected.keys()
        for name, gradient in found.items():
            assert gap(gradient, expected[name]) < tolerance, name
    slow, quick = (each.forward(drawn.params, drawn.inputs, drawn.initial, **drawn.numbers) for each in modules)
    assert quick.keys() <= slow.keys()
    for name, found_ in quick.items():
        if isinstance(slow[name], dict):
            assert gap(found_, np.stack([slow[name][t] for t in sorted(slow[name])])) < tolerance, name
        else:
            assert gap(found_, slow[name]) < tolerance


PLAIN_ONLY = (
    "a state that is a parameter",
    "two steps back",
    "an output that begins late",
    "from both ends, the last step",
    "from both ends",
    "a matrix for each step",
    "columns below each other",
)


@pytest.mark.parametrize("name", [name for name in ALL if name not in PLAIN_ONLY])
def test_the_gradients_are_those_of_the_plain_form(name: str, tmp_path: Path) -> None:
    require_same(draw(ALL[name], name), both(ALL[name], tmp_path))


@pytest.mark.parametrize("name", [name for name in ALL if name not in PLAIN_ONLY])
def test_the_gradients_are_those_of_the_plain_form_in_blocks_of_any_length(name: str, tmp_path: Path) -> None:
    """Seven steps, one by one, in blocks of which the last is shorter, and at once."""
    drawn, modules = draw(ALL[name], name, steps=7), both(ALL[name], tmp_path)
    for length in (1, 3, 8):
        modules[1].COLUMNS = length * BATCH
        require_same(drawn, modules)


AT_ONCE = (", mean", "last", "masked states", "readout of the cell", "SRU", "first steps", "last two steps")


def test_what_goes_back_from_some_steps_or_speaks_of_their_number_has_no_blocks() -> None:
    """And what comes to the step before by another way than the loop, as where a readout sees the state before."""
    for name, net in ALL.items():
        if name not in PLAIN_ONLY:
            code = generate(net, form="fast")
            assert "def advance" in code, name
            assert ("def go_back" in code) != any(word in name for word in AT_ONCE), name


@pytest.mark.parametrize("name", PLAIN_ONLY)
def test_what_has_no_fast_form_is_refused(name: str) -> None:
    with pytest.raises(UnknownTermError, match=r"there is no fast form .*form=.plain."):
        generate(ALL[name], form="fast")


@pytest.mark.table(quick=12)
@pytest.mark.parametrize("sizes", SIZES_TO_TRY)
@pytest.mark.parametrize("name", SHIPPED)
def test_whatever_the_sizes(name: str, sizes: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    *shape, batch = SIZES_TO_TRY[sizes]
    for size, number in zip((n, m, q), shape, strict=True):
        monkeypatch.setitem(SIZES, size, number)
    modules = both(SHIPPED[name], tmp_path)
    for steps in (1, 2, 9):
        drawn = draw(SHIPPED[name], name, steps, batch)
        drawn.params = {key: array / shape[0] for key, array in drawn.params.items()}
        require_same(drawn, modules)


@pytest.mark.parametrize("name", SHIPPED)
def test_without_steps_the_gradients_are_zero(name: str, tmp_path: Path) -> None:
    """But for those that begin with a slope, there is nothing to go back through."""
    drawn = draw(SHIPPED[name], name)
    require_zeros_without_steps(load(generate(SHIPPED[name], form="fast"), tmp_path), drawn)


@pytest.mark.parametrize("name", SHIPPED)
def test_whatever_the_layout_in_memory(name: str, tmp_path: Path) -> None:
    """Every second entry of larger arrays, and arrays whose axes stand in another order in memory."""
    net = SHIPPED[name]
    drawn, modules = draw(net, name), both(net, tmp_path)
    expected = gradients(modules[1], drawn)

    def spread(array: np.ndarray) -> np.ndarray:
        wide = np.full([2 * size for size in array.shape], np.nan)
        wide[tuple([slice(None, None, 2)] * array.ndim)] = array
        return wide[tuple([slice(None, None, 2)] * array.ndim)]

    def turned(array: np.ndarray) -> np.ndarray:
        return np.ascontiguousarray(array.T).T

    for layout in (spread, turned):
        parts = (
            {k: layout(a) for k, a in p.items()} for p in (drawn.params, drawn.inputs, drawn.initial, drawn.slopes)
        )
        for found, right in zip(gradients(modules[1], Drawn(*parts, drawn.numbers)), expected, strict=True):
            for key, gradient in found.items():
                assert gap(gradient, right[key]) < TOLERANCE, key


@pytest.mark.parametrize("name", SHIPPED)
def test_single_precision_stays_single(name: str, tmp_path: Path) -> None:
    net = SHIPPED[name]
    drawn, modules = draw(net, name), both(net, tmp_path)
    right = gradients(modules[0], drawn)
    parts = (drawn.params, drawn.inputs, drawn.initial, drawn.slopes)
    single = ({key: array.astype(np.float32) for key, array in part.items()} for part in parts)
    for found, expected in zip(gradients(modules[1], Drawn(*single, drawn.numbers)), right, strict=True):
        for key, gradient in found.items():
            assert gradient.dtype == np.float32, key
            assert gap(gradient, expected[key]) < 1e-5, key


def test_memory_is_used_again(tmp_path: Path) -> None:
    """The second call writes into the arrays of the first one; other sizes get arrays of their own."""
    net = SHIPPED["LSTM"]
    module = both(net, tmp_path)[1]
    memory: dict[str, Any] = {}
    first, second, longer = (draw(net, steps=steps, seed=seed) for steps, seed in ((4, 1), (4, 2), (5, 3)))

    def state(drawn: Drawn, **kept: Any) -> np.ndarray:
        found: np.ndarray = module.forward(drawn.params, drawn.inputs, drawn.initial, **kept)["h"]
        return found

    one = state(first, memory=memory)
    assert gap(one, state(first)) == 0
    two = state(second, memory=memory)
    assert np.shares_memory(one, two)
    assert gap(two, state(second)) == 0
    assert gap(state(longer, memory=memory), state(longer)) == 0


@pytest.mark.parametrize("name", ["squared error, mean", "softmax cross-entropy, last", "masked states"])
def test_every_gradient_is_the_difference_by_a_complex_step(name: str, tmp_path: Path) -> None:
    net = LOSSES[name]
    module, drawn = both(net, tmp_path)[1], draw(net, name)
    for found, given in zip(gradients(module, drawn), (drawn.params, drawn.inputs, drawn.initial), strict=True):
        for key, gradient in found.items():
            assert gap(gradient, by_complex_step(module, drawn, given, key)) < TOLERANCE, key


@pytest.mark.parametrize(
    "names",
    [
        ("memory", "dtype", "batch"),
        ("beside", "empty", "columnwise"),
        ("all_x", "x_steps", "all_s"),
        ("ds", "s_steps", "t"),
    ],
    ids=str,
)
def test_whatever_the_names(names: tuple[str, str, str], tmp_path: Path) -> None:
    """A state, a matrix and an input may be called like what the module has names for."""
    state, matrix, given = Sequence(names[0], n), sp.MatrixSymbol(names[1], n, n), Sequence(names[2], n, first=1)
    ell, total = Sequence("ell", 1, first=1), sp.MatrixSymbol("L", 1, 1)
    definitions = (
        Definition(state, Elementwise("tanh")(matrix * state[t - 1] + given[t]), Role.STATE),
        Definition(ell, state[t].T * state[t], Role.OUTPUT),
    )
    net = Recurrence("mine", t, definitions, (matrix,), (given,), {total: MatrixSum(ell[t], (t, 1, T))})
    require_same(draw(net), both(net, tmp_path))


def test_forms_and_targets() -> None:
    with pytest.raises(SelectionError, match="there is no fast form for PyTorch; use one of plain"):
        generate(SHIPPED["LSTM"], "torch", form="fast")
    with pytest.raises(SelectionError, match="there is no form 'quick'; use one of plain, fast, compiled"):
        generate(SHIPPED["LSTM"], form="quick")


@pytest.mark.parametrize(("target", "form"), [("jax", "fast"), ("numpy", "compiled")])
def test_other_forms_have_no_blocks(target: str, form: str) -> None:
    assert "blocks(" in generate(Elman("tanh"), form="fast")
    assert "blocks(" not in generate(Elman("tanh"), target, form=form)


@pytest.mark.parametrize("steps", [1, 2, 3])
def test_the_last_step_may_look_at_the_one_before_it(steps: int, tmp_path: Path) -> None:
    """Which for T = 1 is the initial value."""
    h, x, y, ell = Sequence("h", n), Sequence("x", n, first=1), Sequence("y", n, first=1), Sequence("ell", 1, first=1)
    U, v, L = sp.MatrixSymbol("U", n, n), sp.MatrixSymbol("v", n, 1), sp.MatrixSymbol("L", 1, 1)
    step = Definition(h, Elementwise("tanh")(U * h[t - 1] + x[t]), Role.STATE)
    output = Definition(y, sp.HadamardProduct(h[t], h[t - 1]) + x[t], Role.OUTPUT)
    loss = Definition(ell, v.T * y[t], Role.OUTPUT)
    net = Recurrence("looking back", t, (step, output, loss), (U, v), (x,), {L: sp.MatAdd(ell[T])})
    drawn = draw(net, "looking back", steps)
    require_same(drawn, both(net, tmp_path))
