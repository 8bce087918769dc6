"""Values in double precision by NumPy, compared with the general walk, entry by entry."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import sympy as sp

from symrnn import GRU, LSTM, Elman, t
from symrnn.cells.table import CELLS
from symrnn.errors import LimitError, SymrnnError
from symrnn.evaluate import Assignment, Evaluator, Floats, stacks
from symrnn.evaluate.assignment import MAX_ENTRIES
from symrnn.evaluate.doubles import in_doubles
from symrnn.evaluate.numeric import MOST_DOUBLES, numeric
from symrnn.expr import LogSumExp, MatrixSum, OrderedProduct, Sequence, Softmax
from symrnn.recurrence import Recurrence
from symrnn.symbols import k, m, n, q, s

STEPS = 5


def assignment_for(cell: Recurrence, seed: int = 0) -> Assignment:
    """Arrays for everything that is given, of sizes that are all different."""
    sizes = {n: 3, m: 2, q: 4}
    source, given = np.random.default_rng(seed), dict[Any, Any]()
    for matrix in cell.parameters:
        given[matrix.name] = source.normal(size=[int(sp.sympify(size).subs(sizes)) for size in matrix.shape])
    for sequence in (*cell.inputs, *(d.sequence for d in cell.definitions)):
        shape = [int(sp.sympify(size).subs(sizes)) for size in sequence.at(t).shape]
        known = cell.definition(sequence.name)
        for at in range(sequence.first, STEPS + 2 if known is None else known.first):
            given[sequence.name, at] = source.normal(size=shape)
    return Assignment(sizes=sizes, indices={t: STEPS}, given=given)


def plainly(term: Any, cell: Recurrence) -> Any:
    return np.array(Evaluator(Floats(), assignment_for(cell), cell).value(term), dtype=np.float64)


def differ(term: Any, cell: Recurrence) -> float | None:
    """The largest difference, in terms of the largest entry; None where the general walk is needed."""
    found = in_doubles(term, assignment_for(cell), cell)
    if found is None:
        return None
    right = plainly(term, cell)
    assert found.shape == right.shape
    return float(abs(found - right).max() / max(abs(right).max(), 1e-300))


@pytest.mark.parametrize("cell", [Elman("tanh"), Elman("relu", at_kink=0), GRU(), LSTM()], ids=str)
def test_closed_forms(cell: Any) -> None:
    for wrt in (*cell.parameters, cell.h[0], cell.x[2]):
        if wrt.free_symbols & cell.h[t].free_symbols:
            try:
                closed = cell.derive(cell.h[t], wrt=wrt).closed_form
            except SymrnnError:
                continue  # a parameter that is not on the way
            difference = differ(closed, cell)
            assert difference is not None, wrt
            assert difference < 1e-12, wrt


@pytest.mark.parametrize("name", sorted(CELLS))
@pytest.mark.table(quick=6)
def test_every_cell_that_ships(name: str) -> None:
    cell = CELLS[name].make("tanh") if CELLS[name].has_choice else CELLS[name].make()
    state = next(d.sequence for d in cell.definitions)
    try:
        closed = cell.derive(state[t], wrt=cell.parameters[0]).closed_form
        right = plainly(closed, cell)
    except SymrnnError:
        return
    found = in_doubles(closed, assignment_for(cell), cell)
    assert found is None or np.allclose(found, right, rtol=1e-10, atol=1e-12)


rnn = Elman("tanh")
W, U, h, x = rnn.W_hh, rnn.W_xh, rnn.h, rnn.x
powers = OrderedProduct(W + rnn.D(t - s), (s, 0, k - 1), "ascending")
falling = OrderedProduct(W * rnn.D(s), (s, k + 1, t), "descending")


@pytest.mark.parametrize(
    "term",
    [
        MatrixSum(powers * h[t - k], (k, 0, t - 1)),
        MatrixSum(falling * h[k], (k, 0, t)),
        MatrixSum(k**2 * W / 3, (k, 1, t)),
        MatrixSum(k**30 * W, (k, 1, t)),
        MatrixSum(W, (k, 0, t - 1)),
        MatrixSum(W, (k, 1, 0)) + W,
        MatrixSum(powers * MatrixSum(W * h[s], (s, 0, t)), (k, 0, t)),
        Softmax(W * h[t]) + W * h[t],
        LogSumExp(W * h[t]),
        2 * W.T * W**3 * sp.Identity(n),
        sp.DiagMatrix(h[t]) * U * sp.DiagMatrix(x[t]),
        sp.HadamardProduct(W, W.T),
        sp.KroneckerProduct(W, U),
        MatrixSum(sp.KroneckerProduct(x[k].T, W), (k, 1, t)),
        MatrixSum(rnn.D(k) * sp.KroneckerProduct(x[k].T, W), (k, 1, t)),
        MatrixSum(W * sp.KroneckerProduct(rnn.b_h.T, W), (k, 1, t)),
    ],
    ids=str,
)
@pytest.mark.parametrize("at_once", [stacks.AT_ONCE, 10])
def test_terms(term: Any, at_once: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stacks, "AT_ONCE", at_once)
    difference = differ(term, rnn)
    assert difference is not None
    assert difference < 1e-13


@pytest.mark.parametrize(
    "term",
    [
        MatrixSum(MatrixSum(W * h[s], (s, 0, k)), (k, 0, t)),  # as many as another index says
        MatrixSum(OrderedProduct(W * rnn.D(k), (s, 0, k), "ascending"), (k, 1, t)),
        MatrixSum(OrderedProduct(W * rnn.D(s), (s, k, k + 1), "ascending"), (k, 1, t)),
        W.inv(),
        Sequence("z", n)[t],
        h[t - 9],
        rnn.ell[t],
        MatrixSum(W * h[k], (k, t, s)),
    ],
    ids=str,
)
def test_what_is_left_to_the_general_walk(term: Any) -> None:
    assert differ(term, rnn) is None


def test_what_overflows_is_left_to_it_too() -> None:
    cell = Elman("sigmoid")
    assignment = assignment_for(cell)
    assignment.given["h", 0] = np.full((3, 1), -1e5)
    assignment.given["W_hh", None] = np.eye(3)
    assert in_doubles(cell.h[t], assignment, cell) is None


def test_an_infinite_number_is_not_calculated_with() -> None:
    assignment = assignment_for(rnn)
    assignment.given["h", 0] = np.full((3, 1), np.inf)
    assert in_doubles(h[t], assignment, rnn) is None


def test_inputs_that_end_before_the_largest_index() -> None:
    cell = Elman("tanh")
    whole = assignment_for(cell)
    given = {key: value for key, value in whole.given.items() if key[0] != "x" or key[1] <= 3}
    short = Assignment(sizes=whole.sizes, indices={t: 3, k: STEPS}, given=given)
    found = in_doubles(cell.h[t], short, cell)
    right = Evaluator(Floats(), short, cell).value(cell.h[t])
    assert found is not None
    assert np.allclose(found, right.astype(float), rtol=1e-14)


def test_what_depends_on_another_index_beside_is_found_for_each_of_its_values() -> None:
    cell = Elman("tanh")
    term = MatrixSum(k * cell.W_xh * cell.x[t] + cell.h[t - k], k, 1, 3)
    assert differ(term, cell) is None or differ(term, cell) < 1e-13
    one = in_doubles(cell.W_xh * cell.x[t] + cell.h[t], assignment_for(cell), cell)
    assert one is not None
    assert np.allclose(one, plainly(cell.W_xh * cell.x[t] + cell.h[t], cell), rtol=1e-14)


@pytest.mark.parametrize("cell", [Elman("tanh"), GRU(), LSTM()], ids=str)
def test_every_quantity_at_every_step_is_that_of_the_walk(cell: Any) -> None:
    for definition in cell.definitions:
        for step in (definition.first, 2, STEPS):
            if (difference := differ(definition.sequence.at(sp.Integer(step)), cell)) is not None:
                assert difference < 1e-13


@pytest.mark.parametrize("is_left", [True, False])
@pytest.mark.parametrize("count", [1, 2, 3, 64, 65, 80, 99, 100])
def test_long_products_in_blocks_are_those_of_one_factor_after_the_other(count: int, is_left: bool) -> None:
    source = np.random.default_rng(count)
    begin, factors, found = source.normal(size=(3, 3)), source.normal(size=(count, 3, 3)), np.empty((count, 3, 3))
    last, product = stacks.scanned(begin, factors, found, is_left), begin
    for factor, each in zip(factors, found, strict=True):
        product = product @ factor if is_left else factor @ product
        assert abs(each - product).max() < 1e-12 * abs(product).max()
    assert (last == found[-1]).all()


@pytest.mark.parametrize("wrt", ["W_hh", "b_h", "h[0]"])
def test_jacobians_over_many_steps_do_not_hang_on_how_products_are_found(
    wrt: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    rnn, source = Elman("tanh"), np.random.default_rng(0)
    given = {
        rnn.W_hh: source.normal(size=(3, 3)) / 2,
        rnn.W_xh: source.normal(size=(3, 2)),
        rnn.b_h: source.normal(size=3),
    }
    given |= {rnn.x: source.normal(size=(200, 2)), rnn.h[0]: source.normal(size=3)}
    derivation = rnn.derive(rnn.h[t], wrt=rnn.h[0] if wrt == "h[0]" else getattr(rnn, wrt))
    in_blocks = derivation.numeric(given, t=200)
    monkeypatch.setattr(stacks, "SCANNED", 1000)
    one_by_one = derivation.numeric(given, t=200)
    assert one_by_one.any()
    assert abs(in_blocks - one_by_one).max() < 1e-12 * abs(one_by_one).max()


def test_larger_matrices_than_the_general_walk_takes() -> None:
    size, steps, rnn = 72, 3, Elman("tanh")
    source = np.random.default_rng(0)
    W, start, driven = source.normal(size=(size, size)) / 9, source.normal(size=size), source.normal(size=(steps, size))
    given = {rnn.W_hh: W, rnn.W_xh: np.eye(size), rnn.b_h: np.zeros(size), rnn.x: driven, rnn.h[0]: start}
    found = rnn.derive(rnn.h[t], wrt=rnn.W_hh).numeric(given, t=steps)
    h, right = start, np.zeros((size, size**2))
    for x in driven:
        new = np.tanh(W @ h + x)
        right = (1 - new**2)[:, None] * (W @ right + np.kron(h, np.eye(size)))
        h = new
    assert found.size > MAX_ENTRIES
    assert abs(found - right).max() < 1e-14
    with pytest.raises(LimitError, match=f"the limit is {MOST_DOUBLES} entries"):
        numeric(sp.OneMatrix(10**6, 10**3), rnn, {}, {})


@pytest.mark.parametrize("up", [1e20, 1e-20])
def test_products_that_leave_the_range_of_doubles_within_a_block_alone(up: float) -> None:
    """1e300 times a block of 1e-400 is 1e-100, and the other way round."""
    each = np.array([up] * 15 + [1.0] * 5 + [1 / up] * 20 + [1.0] * 360)
    lengths = np.arange(len(each) + 1)
    found = stacks.Carried(1).products((), 1, lengths, 1, lambda at: each[at - 1][:, None, None])
    assert np.allclose(found.ravel(), np.cumprod([1.0, *each]), rtol=1e-12, atol=0)
