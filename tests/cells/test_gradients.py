"""Every gradient of every cell, shipped or a user's own: proved for every t, and equal to difference quotients."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
import sympy as sp
from cells.literature import CELLS as LITERATURE

import symrnn.cells
from symrnn.cells import IRNN, Cell, Jordan, Leaky
from symrnn.cells.table import CELLS
from symrnn.derivation import Kind
from symrnn.evaluate import Assignment, Evaluator, Reals, draw_fraction
from symrnn.expr import Element, ImmediateJacobian, Sequence
from symrnn.expr.derivatives import Variable
from symrnn.symbols import T, k, m, n, s, t

ELSEWHERE = ("Elman", "IRNN", "Layered")
"""Cells with tests of their own, as in test_elman.py and test_layered.py."""

SHIPPED = {name: entry.make for name, entry in CELLS.items() if name not in ELSEWHERE}
SYMBOLIC: dict[str, Any] = {name: make() for name, make in SHIPPED.items()}
SYMBOLIC |= {name: make(n, m) for name, make in LITERATURE.items()}
SMALL: dict[str, Any] = {"Jordan": Jordan("tanh", "sin", 2, 2, 2), "Leaky": Leaky("tanh", hidden=2, inputs=2)}
SMALL |= {name: make(hidden=2, inputs=2) for name, make in SHIPPED.items() if name not in SMALL}
SMALL |= {name: make(sp.Integer(2), sp.Integer(2)) for name, make in LITERATURE.items()}


def losses(cells: dict[str, Cell]) -> Iterator[tuple[str, str]]:
    for name, cell in cells.items():
        yield from ((name, parameter.name) for parameter in cell.parameters)


def test_every_cell_that_ships_has_a_name_of_its_own_and_is_in_its_room() -> None:
    assert set(CELLS) <= set(symrnn.cells.__all__), "symrnn/cells/__init__.py has to export every cell of table.py"
    assert set(CELLS).isdisjoint(LITERATURE), "what ships is not in tests/cells/literature.py any more"


@pytest.mark.table(quick=1)
@pytest.mark.parametrize(("name", "parameter"), list(losses(SYMBOLIC)))
def test_the_loss_by_every_parameter_is_proved(name: str, parameter: str) -> None:
    cell = SYMBOLIC[name]
    assert cell.derive(cell.L, wrt=getattr(cell, parameter)).verify().kind is Kind.PROVED


SLOW = {"PeepholeLSTM", "CoupledLSTM", "LSTM1997"}
WITHOUT = {"SRU", "PeepholeLSTM"}
"""Cells of which some closed forms have no certificate yet: a state without memory, and steps that take too long."""

CELLS_BY_COST = [pytest.param(name, marks=[pytest.mark.exhaustive] if name in SLOW else []) for name in SYMBOLIC]


@pytest.mark.table(quick=0)
@pytest.mark.parametrize("name", CELLS_BY_COST)
def test_the_states_by_parameter_state_and_input_are_proved(name: str) -> None:
    cell = SYMBOLIC[name]
    states = [definition.sequence for definition in cell.states()]
    wrts = [
        cell.parameters[0],
        cell.parameters[-1],
        cell.x[s],
        *(e for h in states for e in (h[0], h[t - 1], h[t - k])),
    ]
    for state in states:
        for wrt in wrts:
            enough = (Kind.PROVED, Kind.IDENTITY) if name in WITHOUT else (Kind.PROVED,)
            assert cell.derive(state[t], wrt=wrt).verify().kind in enough, (state.name, wrt)


@pytest.mark.table(quick=1)
@pytest.mark.parametrize("name", SYMBOLIC)
def test_the_loss_by_initial_states_and_inputs_is_proved(name: str) -> None:
    cell = SYMBOLIC[name]
    for wrt in (*(definition.sequence[0] for definition in cell.states()), cell.x[s]):
        enough = (Kind.PROVED, Kind.IDENTITY) if name in WITHOUT else (Kind.PROVED,)
        assert cell.derive(cell.L, wrt=wrt).verify().kind in enough, wrt


@pytest.mark.table(quick=1)
@pytest.mark.parametrize("name", ["GRU", "LSTM"])
def test_the_gradient_form_is_proved(name: str) -> None:
    cell = SYMBOLIC[name]
    for wrt in cell.parameters[3:5]:
        assert cell.derive(cell.L, wrt=wrt, form="gradient").verify().kind is Kind.PROVED, wrt


def test_the_irnn_is_an_elman_network_of_rectifiers() -> None:
    net = IRNN()
    assert net.derive(net.L, wrt=net.W_hh).verify().kind is Kind.PROVED


# -- against difference quotients -----------------------------------------------------------------------------

STEPS, DIGITS, STEP = 3, 50, Fraction(1, 10**40)
REALS = Reals(140)


def draws(cell: Cell, given: dict[Any, Any]) -> Assignment:
    return Assignment(indices={t: STEPS, T: STEPS}, seed=7, draw=draw_fraction, given=given)


def state_at_the_end(cell: Cell, state: Sequence, given: dict[Any, Any]) -> np.ndarray:
    return Evaluator(REALS, draws(cell, given), cell).value(state[STEPS])


def quotient(cell: Cell, state: Sequence, wrt: Variable) -> np.ndarray:
    """d state_3 / d wrt by central differences of the forward pass, columns as vec has them."""
    rows, cols = (int(size) for size in wrt.shape)
    at = int(wrt.index) if isinstance(wrt, Element) else None
    base = draws(cell, {}).matrix(wrt.name, at, rows, cols, REALS)
    columns = []
    for j in range(cols):
        for i in range(rows):
            ends = []
            for sign in (1, -1):
                moved = base.copy()
                moved[i, j] = moved[i, j] + sign * REALS.number(STEP)
                ends.append(state_at_the_end(cell, state, {wrt: moved}))
            columns.append((ends[0] - ends[1]) / (2 * REALS.number(STEP)))
    return np.concatenate(columns, axis=1)


@pytest.mark.table(quick=2)
@pytest.mark.parametrize("name", SMALL)
def test_closed_forms_agree_with_difference_quotients_to_fifty_digits(name: str) -> None:
    cell = SMALL[name]
    states = [definition.sequence for definition in cell.states()]
    for state in states:
        for wrt in (*cell.parameters, *(other[0] for other in states), cell.x[2]):
            closed = cell.derive(state[t], wrt=wrt).closed_form
            value = Evaluator(REALS, draws(cell, {}), cell).value(closed.xreplace({t: sp.Integer(STEPS)}))
            gap = np.max(np.abs(value - quotient(cell, state, wrt)))
            assert gap < 10**-DIGITS * max(1, np.max(np.abs(value))), (state.name, wrt)


def test_a_slope_of_the_loss_is_needed() -> None:
    """The loss is generic: its gradient is written with the slope of ℓ at every step."""
    cell = SYMBOLIC["LSTM"]
    closed = cell.derive(cell.L, wrt=cell.b_f).closed_form
    assert closed.atoms(ImmediateJacobian)
