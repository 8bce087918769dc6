"""The fast form for JAX: the gradients of the plain form for NumPy, compiled, and the same program for every length."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from autograd.test_jax_code import as_jax
from codegen.harness import NETS, SHIPPED, SIZES, Drawn, draw, gap, gradients, load
from codegen.test_fast import ALL, PLAIN_ONLY, SIZES_TO_TRY
from optional import require_jax

from symrnn.codegen import generate
from symrnn.symbols import m, n, q

jax = require_jax()

TOLERANCE = 1e-12


def require_same(name: str, drawn: Drawn, folder: Path) -> None:
    """Compiled, against the plain form."""
    fast = load(generate(ALL[name], "jax", form="fast"), folder, "scan")
    expected = gradients(load(generate(ALL[name]), folder, "plain"), drawn)
    compiled = jax.jit(lambda *parts: gradients(fast, Drawn(*parts, drawn.numbers)))
    given = as_jax(drawn)
    found = compiled(given.params, given.inputs, given.initial, given.slopes)
    for ours, theirs in zip(found, expected, strict=True):
        assert ours.keys() == theirs.keys()
        for key, gradient in ours.items():
            assert gap(gradient, theirs[key]) < TOLERANCE, key


@pytest.mark.table(quick=20)
@pytest.mark.parametrize("name", [name for name in ALL if name not in PLAIN_ONLY])
def test_the_gradients_are_those_of_the_plain_form(name: str, tmp_path: Path) -> None:
    require_same(name, draw(ALL[name], name), tmp_path)


@pytest.mark.table(quick=4)
@pytest.mark.parametrize("sizes", SIZES_TO_TRY)
@pytest.mark.parametrize("name", SHIPPED)
def test_whatever_the_sizes(name: str, sizes: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    *shape, batch = SIZES_TO_TRY[sizes]
    for size, number in zip((n, m, q), shape, strict=True):
        monkeypatch.setitem(SIZES, size, number)
    drawn = draw(SHIPPED[name], name, 1 if sizes == "odd" else 6, batch)
    drawn.params = {key: array / shape[0] for key, array in drawn.params.items()}
    require_same(name, drawn, tmp_path)


@pytest.mark.parametrize("name", ["LSTM", "ResetAfterGRU", "Elman"])
def test_the_program_does_not_grow_with_the_number_of_steps(name: str, tmp_path: Path) -> None:
    """As many operations are traced, and so compiled, for 50 steps as for 3; the plain form has them all unrolled."""

    def size(form: str, steps: int) -> int:
        module = load(generate(NETS[name], "jax", form=form), tmp_path, form)
        drawn = as_jax(draw(NETS[name], steps=steps))
        parts = drawn.params, drawn.inputs, drawn.initial, drawn.slopes
        traced: Any = jax.make_jaxpr(lambda *given: gradients(module, Drawn(*given, {})))(*parts)
        return len(str(traced).splitlines())

    assert size("fast", 3) == size("fast", 50)
    assert size("plain", 50) > 10 * size("plain", 3)


@pytest.mark.parametrize("name", ["LSTM", "Elman"])
def test_single_precision_and_no_steps(name: str, tmp_path: Path) -> None:
    module, drawn = load(generate(NETS[name], "jax", form="fast"), tmp_path), draw(NETS[name], name)
    parts = [
        {k: a.astype(np.float32) for k, a in p.items()}
        for p in (drawn.params, drawn.inputs, drawn.initial, drawn.slopes)
    ]
    for part in gradients(module, as_jax(Drawn(*parts, {}))):
        assert all(gradient.dtype == np.float32 for gradient in part.values())
    parts[1], parts[3] = ({k: a[:0] for k, a in p.items()} for p in (parts[1], parts[3]))
    for found, given in zip(gradients(module, as_jax(Drawn(*parts, {}))), parts, strict=False):
        assert all(gradient.shape == given[k].shape and not gradient.any() for k, gradient in found.items())
