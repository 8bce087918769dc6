"""The JAX code: its backward pass against jax.grad, of its own forward pass and of one written by hand."""

from __future__ import annotations

from pathlib import Path
from typing import Any

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
from optional import require_jax

from symrnn.symbols import m, n, q

jax = require_jax()

TOLERANCE = 1e-12
ALL = NETS | MATRICES | {name: net for name, net in WITH_LOSSES.items() if not name.startswith("generic")} | UNUSUAL


def as_jax(drawn: Drawn) -> Drawn:
    return Drawn(
        *jax.tree.map(jax.numpy.asarray, (drawn.params, drawn.inputs, drawn.initial, drawn.slopes)), drawn.numbers
    )


def require_equal(found: tuple[dict[str, Any], ...], expected: tuple[dict[str, Any], ...]) -> None:
    for ours, theirs in zip(found, expected, strict=True):
        assert ours.keys() <= theirs.keys()
        for name, found_ in ours.items():
            gradient = jax.numpy.stack(found_) if isinstance(found_, list) else found_
            if theirs[name].any():
                assert gap(gradient, theirs[name]) < TOLERANCE, name
            else:
                assert not gradient.any(), name


@pytest.mark.parametrize("name", ALL)
def test_the_backward_pass_is_the_gradient_of_the_forward_pass(name: str, tmp_path: Path) -> None:
    module, drawn = module_of(ALL[name], tmp_path, "jax"), as_jax(draw(ALL[name], name, steps=6))

    def loss(params: Any, inputs: Any, initial: Any) -> Any:
        return weighted(module, Drawn(params, inputs, initial, drawn.slopes, drawn.numbers))

    expected = jax.grad(loss, argnums=(0, 1, 2))(drawn.params, drawn.inputs, drawn.initial)
    require_equal(gradients(module, drawn), expected)


@pytest.mark.parametrize("name", ALL)
def test_the_forward_pass_is_that_of_numpy(name: str, tmp_path: Path) -> None:
    drawn = draw(ALL[name], name)
    plain = module_of(ALL[name], tmp_path).forward(drawn.params, drawn.inputs, drawn.initial, **drawn.numbers)
    arrays, module = as_jax(drawn), module_of(ALL[name], tmp_path, "jax")
    found = module.forward(arrays.params, arrays.inputs, arrays.initial, **drawn.numbers)
    assert found.keys() == plain.keys()
    for key, values in plain.items():
        for t, value in values.items() if isinstance(values, dict) else ():
            assert gap(found[key][t], value) < TOLERANCE, (key, t)


@pytest.mark.parametrize("name", BY_HAND)
def test_the_gradients_are_those_of_a_forward_pass_by_hand(name: str, tmp_path: Path, monkeypatch: Any) -> None:
    for size, number in ((n, 16), (m, 5), (q, 3)):
        monkeypatch.setitem(SIZES, size, number)
    module = module_of(NETS[name], tmp_path, "jax")
    drawn = draw(NETS[name], steps=20, batch=4)
    drawn.params = {key: array / 4 for key, array in drawn.params.items()}
    drawn = as_jax(drawn)

    def loss(params: Any, inputs: Any, initial: Any) -> Any:
        return BY_HAND[name](jax.numpy, params, inputs, initial, drawn.slopes)

    expected = jax.grad(loss, argnums=(0, 1, 2))(drawn.params, drawn.inputs, drawn.initial)
    require_equal(gradients(module, drawn), expected)


def test_both_passes_can_be_compiled(tmp_path: Path) -> None:
    """Nothing is written in place, and no choice depends on a value."""
    module, drawn = module_of(NETS["Leaky"], tmp_path, "jax"), as_jax(draw(NETS["Leaky"], steps=3))
    given = drawn.params, drawn.inputs, drawn.initial, drawn.slopes
    compiled = jax.jit(lambda *parts: gradients(module, Drawn(*parts, {})))(*given)
    require_equal(compiled, gradients(module, drawn))


@pytest.mark.parametrize("name", NETS)
def test_without_steps_the_gradients_are_zero(name: str, tmp_path: Path) -> None:
    module, drawn = module_of(NETS[name], tmp_path, "jax"), as_jax(draw(NETS[name], name))
    require_zeros_without_steps(module, drawn)
