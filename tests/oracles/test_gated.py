"""The gated oracles against difference quotients to 50 digits, against the closed forms, and against PyTorch."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import mpmath
import numpy as np
import pytest
import sympy as sp
from oracles.gated import gru_gradients, lstm_gradients

from symrnn.cells import LSTM, Cell, ResetAfterGRU
from symrnn.evaluate import Assignment, Evaluator, Reals
from symrnn.symbols import t

GATES = {"lstm": "ifog", "gru": "rzn"}


def names(kind: str) -> dict[str, str]:
    """Every parameter with what it is: a matrix of inputs, one of states, or a bias."""
    if kind == "lstm":
        return {f"{what}_{gate}": what for what in "WUb" for gate in "ifog"}
    return {f"{what}_{to}{gate}": "W" + to if what == "W" else "b" for what in "Wb" for to in "ih" for gate in "rzn"}


def drawn(kind: str, n: int, m: int, steps: int, seed: int = 3) -> tuple[dict[str, Any], Any, dict[str, Any], Any]:
    rng = np.random.default_rng(seed)
    shapes = {"W": (n, m), "U": (n, n), "Wi": (n, m), "Wh": (n, n), "b": (n,)}
    params = {name: rng.normal(size=shapes[what]) / np.sqrt(n) for name, what in names(kind).items()}
    states = {name: rng.normal(size=n) for name in (("h_0", "c_0") if kind == "lstm" else ("h_0",))}
    return params, rng.normal(size=(steps, m)), states, rng.normal(size=(steps, n))


def gradients(kind: str, params: Any, x: Any, states: Any, slopes: Any) -> dict[str, Any]:
    if kind == "lstm":
        return lstm_gradients(params, x, states["h_0"], states["c_0"], slopes)
    return gru_gradients(params, x, states["h_0"], slopes)


CELLS: dict[str, Any] = {"lstm": LSTM, "gru": ResetAfterGRU}


@pytest.mark.table(quick=1)
@pytest.mark.parametrize("kind", CELLS)
def test_the_closed_forms_agree_with_the_oracle_to_fifty_digits(kind: str) -> None:
    n, m, steps = 2, 2, 3
    cell: Cell = CELLS[kind](n, m)
    with mpmath.workdps(80):
        params, x, states, slopes = drawn(kind, n, m, steps)
        exact = np.frompyfunc(mpmath.mpf, 1, 1)
        params, states = ({name: exact(value) for name, value in part.items()} for part in (params, states))
        x, slopes = exact(x), exact(slopes)
        found = gradients(kind, params, x, states, slopes)
    given: dict[Any, Any] = {getattr(cell, name): value.reshape(n, -1) for name, value in params.items()}
    given |= {cell.x[at + 1]: x[at].reshape(-1, 1) for at in range(steps)}
    given |= {getattr(cell, name[0])[0]: value.reshape(-1, 1) for name, value in states.items()}
    reals = Reals(80)
    given = {key: np.frompyfunc(lambda e: reals.number(fraction(e)), 1, 1)(value) for key, value in given.items()}
    evaluator = Evaluator(reals, Assignment(indices={t: steps}, given=given), cell)
    wrts = {name: getattr(cell, name) for name in params} | {name: getattr(cell, name[0])[0] for name in states}
    for name, wrt in wrts.items():
        closed = cell.derive(cell.h[t], wrt=wrt).closed_form
        total = 0
        for at in range(1, steps + 1):
            row = evaluator.value(closed.xreplace({t: sp.Integer(at)}))
            total = (
                total + np.frompyfunc(lambda e: reals.number(fraction(e)), 1, 1)(slopes[at - 1]).reshape(1, -1) @ row
            )
        expected = np.frompyfunc(lambda e: reals.number(fraction(e)), 1, 1)(found[name].reshape(1, -1, order="F"))
        assert np.max(np.abs(total - expected)) < 1e-50, name


def fraction(number: Any) -> Fraction:
    """An mpmath number exactly."""
    sign, mantissa, exponent, _ = number._mpf_
    return Fraction((-1) ** sign * int(mantissa)) * Fraction(2) ** exponent


@pytest.mark.parametrize("kind", CELLS)
def test_pytorch_agrees(kind: str) -> None:
    torch = pytest.importorskip("torch", reason="PyTorch is not installed: pip install torch")
    n, m, steps, batch = 16, 5, 50, 4
    order = {"lstm": "ifgo", "gru": "rzn"}[kind]
    params = drawn(kind, n, m, steps)[0]
    layer = (torch.nn.LSTM if kind == "lstm" else torch.nn.GRU)(m, n).double()
    with torch.no_grad():
        if kind == "lstm":
            layer.bias_hh_l0.zero_()
        for part, value in stacked(kind, params, order).items():
            getattr(layer, part).copy_(torch.from_numpy(value))
    for element in range(batch):
        _, x, states, slopes = drawn(kind, n, m, steps, seed=10 + element)
        layer.zero_grad()
        start = [torch.tensor(value[None], requires_grad=True) for value in states.values()]
        out, _ = layer(torch.tensor(x), tuple(start) if kind == "lstm" else start[0])
        (out * torch.from_numpy(slopes)).sum().backward()
        found = gradients(kind, params, x, states, slopes)
        for part, value in stacked(kind, found, order).items():
            by_torch = getattr(layer, part).grad.numpy()
            assert np.max(np.abs(by_torch - value)) < 1e-12 * np.max(np.abs(by_torch)), part
        for name, value in zip(states, start, strict=True):
            by_torch = value.grad.numpy()[0]
            assert np.max(np.abs(by_torch - found[name])) < 1e-12 * max(1e-3, np.max(np.abs(by_torch))), name


def stacked(kind: str, params: Any, order: str) -> dict[str, Any]:
    """The parameters, or their gradients, as PyTorch stacks them; only the sum of its LSTM's two biases counts."""
    if kind == "gru":
        return {
            f"{what}_{to}h_l0": np.concatenate([params[f"{letter}_{to}{g}"] for g in order])
            for what, letter in (("weight", "W"), ("bias", "b"))
            for to in "ih"
        }
    return {
        "weight_ih_l0": np.concatenate([params[f"W_{g}"] for g in order]),
        "weight_hh_l0": np.concatenate([params[f"U_{g}"] for g in order]),
        "bias_ih_l0": np.concatenate([params[f"b_{g}"] for g in order]),
    }
