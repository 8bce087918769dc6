"""Generated code as a module, and numbers for it: nothing in the package runs what it writes, so the tests do."""

from __future__ import annotations

import importlib.util
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import sympy as sp
from cells.in_matrices import NETS as IN_MATRICES
from cells.in_matrices import NUMBERS as NUMBERS_IN_MATRICES
from cells.in_matrices import SIZES as SIZES_IN_MATRICES
from cells.literature import CELLS as LITERATURE
from sympy.matrices.expressions import MatrixExpr

from symrnn.cells import Elman, Jordan, Leaky
from symrnn.cells.table import CELLS
from symrnn.codegen import generate
from symrnn.codegen.naming import has_matrices
from symrnn.expr import ImmediateJacobian, Sequence
from symrnn.recurrence import Recurrence
from symrnn.symbols import m, n, q

SIZES = {n: 3, m: 2, q: 4} | SIZES_IN_MATRICES
STEPS, BATCH = 4, 2

CHOSEN: dict[str, Recurrence] = {
    "Elman": Elman("tanh"),
    "Jordan": Jordan("tanh", "sin"),
    "Leaky": Leaky("tanh", rate=sp.Rational(3, 10)),
}
"""Cells with activations that are not generic."""

SHIPPED: dict[str, Recurrence] = {
    name: CHOSEN[name] if name in CHOSEN else entry.make() for name, entry in CELLS.items() if name != "Layered"
}
"""Every cell that ships, but for the one without steps in time."""

NETS = SHIPPED | {name: make(n, m) for name, make in LITERATURE.items()}
MATRICES: dict[str, Recurrence] = {name: make() for name, make in IN_MATRICES.items()}
"""Recurrences of rows and matrices: their arrays have the shapes of the equations."""

NUMBERS = NUMBERS_IN_MATRICES | {
    "FastGRNN": {"zeta": 1.25, "nu": 0.25},
    "AntisymmetricRNN": {"epsilon": 0.5, "gamma": 0.25},
}
"""The numbers in the equations that are not parameters."""


def load(code: str, folder: Path, name: str = "generated") -> ModuleType:
    """The module that a text is."""
    path = folder / f"{name}.py"
    path.write_text(code, encoding="utf-8")
    found = importlib.util.spec_from_file_location(name, path)
    assert found is not None
    assert found.loader is not None
    module = importlib.util.module_from_spec(found)
    found.loader.exec_module(module)
    return module


@dataclass
class Drawn:
    """Numbers for a network: what forward and backward take, as NumPy arrays."""

    params: dict[str, Any]
    inputs: dict[str, Any]
    initial: dict[str, Any]
    slopes: dict[str, Any]
    numbers: dict[str, float]


def draw(net: Recurrence, name: str = "", steps: int = STEPS, batch: int = BATCH, seed: int = 2) -> Drawn:
    """Numbers without a pattern, different for every quantity."""
    rng = np.random.default_rng(seed)

    def array(*shape: sp.Expr | int) -> np.ndarray:
        return rng.uniform(-1, 1, tuple(int(sp.sympify(size).subs(SIZES)) for size in shape))

    def shape(element: MatrixExpr) -> tuple[sp.Expr | int, sp.Expr | int]:
        return element.shape if has_matrices(net) else (element.rows, batch)

    slopes = {}
    for definition in net.definitions:
        for argument in getattr(definition.body, "arguments", ()):
            slopes[f"d{definition.sequence.name}_d{argument.name}"] = array(steps, *shape(argument))
    initial = {}
    for definition in net.definitions:
        sequence, count = definition.sequence, definition.first - definition.sequence.first
        if count:
            each = shape(sequence.at(sp.S.Zero))
            initial[sequence.name] = array(*each) if count == 1 else array(count, *each)
    return Drawn(
        {p.name: array(steps, *p[1].shape) if isinstance(p, Sequence) else array(*p.shape) for p in net.parameters},
        {x.name: array(steps, *shape(x.at(sp.S.One))) for x in net.inputs},
        initial,
        slopes,
        NUMBERS.get(name, {}),
    )


def gradients(module: ModuleType, drawn: Drawn) -> tuple[dict[str, Any], dict[str, Any], dict[str, Any]]:
    """By parameters, inputs and initial values."""
    quantities = module.forward(drawn.params, drawn.inputs, drawn.initial, **drawn.numbers)
    slopes = (drawn.slopes,) if drawn.slopes else ()
    found: tuple[dict[str, Any], dict[str, Any], dict[str, Any]] = module.backward(
        drawn.params, quantities, *slopes, **_known(module, drawn)
    )
    return found


def _known(module: ModuleType, drawn: Drawn) -> dict[str, float]:
    """The numbers that the backward pass asks for."""
    asked = module.backward.__kwdefaults__ or {}
    code = module.backward.__code__
    names = code.co_varnames[: code.co_argcount + code.co_kwonlyargcount]
    return {name: number for name, number in drawn.numbers.items() if name in names or name in asked}


def weighted(module: ModuleType, drawn: Drawn) -> Any:
    """The loss: its own, or Σ slopes · what the generic loss looks at."""
    quantities = module.forward(drawn.params, drawn.inputs, drawn.initial, **drawn.numbers)
    if not drawn.slopes:
        return quantities["L"]
    total: Any = 0.0
    for name, slopes in drawn.slopes.items():
        at = quantities[name.rpartition("_d")[2]]
        total = total + sum((slope * at[t]).sum() for t, slope in enumerate(slopes, start=1))
    return total


def gap(found: Any, expected: Any) -> float:
    """max |a - b| / max |b|; where b is zero, a has to be, too."""
    found, expected = np.asarray(found), np.asarray(expected)
    assert found.shape == expected.shape, (found.shape, expected.shape)
    size, difference = np.max(np.abs(expected)), np.max(np.abs(found - expected))
    if size == 0:
        return 0.0 if difference == 0 else np.inf
    return float(difference / size)


def without_steps(drawn: Drawn) -> Drawn:
    """The same numbers for no step at all; an input that begins at 0 has none either."""
    inputs, slopes = ({key: array[:0] for key, array in part.items()} for part in (drawn.inputs, drawn.slopes))
    return Drawn(drawn.params, inputs, drawn.initial, slopes, drawn.numbers)


def require_zeros_without_steps(module: ModuleType, drawn: Drawn) -> None:
    """Nothing to go back through: each gradient is zero, and has its shape; the loss, if it is a sum, is zero."""
    none = without_steps(drawn)
    for found, given in zip(gradients(module, none), (none.params, none.inputs, none.initial), strict=True):
        assert found.keys() <= given.keys()
        for key, gradient in found.items():
            assert tuple(gradient.shape) == tuple(given[key].shape), key
            assert gradient.dtype == given[key].dtype, key
            assert not gradient.any(), key
    if not none.slopes:
        loss = module.loss(none.params, none.inputs, none.initial, **none.numbers)
        assert not loss.any()


def module_of(net: Recurrence, folder: Path, target: str = "numpy") -> ModuleType:
    """The code for a network, imported."""
    return load(generate(net, target), folder)


def slope_of(net: Recurrence, at: int) -> list[tuple[str, ImmediateJacobian]]:
    """The slopes of the generic losses at an index, with the names that the code gives them."""
    found = []
    for definition in net.definitions:
        for argument in getattr(definition.body, "arguments", ()):
            of = definition.sequence.at(sp.Integer(at))
            wrt = argument.xreplace({net.index: sp.Integer(at)})
            found.append((f"d{definition.sequence.name}_d{argument.name}", ImmediateJacobian(of, wrt)))
    return found
