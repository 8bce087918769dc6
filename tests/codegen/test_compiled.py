"""The compiled form against the plain one."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from codegen.harness import SHIPPED, SIZES, Drawn, draw, gap, gradients, load, require_zeros_without_steps
from codegen.test_fast import ALL, PLAIN_ONLY, SIZES_TO_TRY, both, require_same
from optional import require_numba

from symrnn.activations import activation
from symrnn.cells import Elman, Leaky
from symrnn.codegen import generate
from symrnn.errors import UnknownTermError
from symrnn.symbols import m, n, q

require_numba()


NOT_COMPILED = ("one block normalised", "one row of a stack")
"""What adds up the entries of a column in the loop."""


@pytest.mark.table(quick=0)
@pytest.mark.parametrize("name", [name for name in ALL if name not in (*PLAIN_ONLY, *NOT_COMPILED)])
def test_the_gradients_are_those_of_the_plain_form(name: str, tmp_path: Path) -> None:
    require_same(draw(ALL[name], name), both(ALL[name], tmp_path, "compiled"))


@pytest.mark.table(quick=0)
@pytest.mark.parametrize("name", SHIPPED)
def test_whatever_the_sizes_and_the_type(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Products of large matrices are those of a library again."""
    modules = both(SHIPPED[name], tmp_path, "compiled")
    for *shape, batch in (SIZES_TO_TRY["one"], SIZES_TO_TRY["odd"], (70, 70, 70, 2)):
        for size, number in zip((n, m, q), shape, strict=True):
            monkeypatch.setitem(SIZES, size, number)
        for steps in (1, 5):
            drawn = draw(SHIPPED[name], name, steps, batch)
            drawn.params = {key: array / shape[0] for key, array in drawn.params.items()}
            require_same(drawn, modules)
    parts = (drawn.params, drawn.inputs, drawn.initial, drawn.slopes)
    single = ({key: array.astype(np.float32) for key, array in part.items()} for part in parts)
    expected = gradients(modules[0], drawn)
    for found, right in zip(gradients(modules[1], Drawn(*single, drawn.numbers)), expected, strict=True):
        for key, gradient in found.items():
            assert gradient.dtype == np.float32, key
            assert gap(gradient, right[key]) < 1e-4, key


@pytest.mark.table(quick=0)
@pytest.mark.parametrize("name", SHIPPED)
def test_without_steps_the_gradients_are_zero(name: str, tmp_path: Path) -> None:
    require_zeros_without_steps(load(generate(SHIPPED[name], form="compiled"), tmp_path), draw(SHIPPED[name], name))


@pytest.mark.table(quick=0)
def test_functions_with_formulas_are_compiled(tmp_path: Path) -> None:
    net = Elman(activation("elu", alpha=2, at_kink=1))
    require_same(draw(net), both(net, tmp_path, "compiled"))


@pytest.mark.parametrize("name", NOT_COMPILED)
def test_what_numba_does_not_compile_is_refused(name: str) -> None:
    with pytest.raises(UnknownTermError, match=r"there is no compiled form with keepdims .*form=.plain."):
        generate(ALL[name], form="compiled")


def test_a_function_that_is_handed_in_cannot_be_compiled() -> None:
    with pytest.raises(UnknownTermError, match="there is no compiled form with phi"):
        generate(Leaky(), form="compiled")
