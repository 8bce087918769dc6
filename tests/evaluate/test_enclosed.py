"""Balls that are cut to their middles: they hold what balls of many more digits hold, whatever their precision."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Any

import flint
import mpmath
import numpy as np
import pytest
import sympy as sp
from hypothesis import given, settings
from hypothesis import strategies as st

from symrnn import GRU, LSTM, Cell, Elman, Recurrence, t
from symrnn.activations import activation
from symrnn.evaluate import Assignment, Balls, Evaluator
from symrnn.evaluate import certified as module
from symrnn.evaluate.boxed_terms import BoxedSteps
from symrnn.evaluate.boxes import Boxes
from symrnn.evaluate.certified import certified
from symrnn.evaluate.cutting import SPAN, TooFarError
from symrnn.evaluate.enclosed import in_balls_at_once
from symrnn.evaluate.given import taken_apart
from symrnn.evaluate.numeric import _sizes
from symrnn.evaluate.wrapping import Known, Spans
from symrnn.expr import Elementwise, Sequence, TotalJacobian

rnn = Elman("tanh").undriven()
BACK = rnn.derive(rnn.h[t], wrt=rnn.h[0])
CELLS = {"tanh": Elman("tanh"), "sigmoid": Elman("sigmoid"), "LSTM": LSTM(), "GRU": GRU()}


def values(size: int, seed: int = 0, gain: float = 1.5, start: float = 1) -> dict[Any, Any]:
    source = np.random.default_rng(seed)
    return {
        rnn.W_hh: source.normal(size=(size, size)) * gain / np.sqrt(size),
        rnn.h[0]: source.normal(size=size) * start,
    }


def for_cell(net: Recurrence, steps: int, seed: int) -> dict[Any, Any]:
    source, sizes = np.random.default_rng(seed), {"n": 3, "m": 2}

    def array(*shape: Any) -> Any:
        return source.normal(size=[sizes.get(str(size)) or int(size) for size in shape])

    found = {p: array(*p.shape) for p in net.parameters if not {"q"} & {str(size) for size in p.shape}}
    found |= {x: array(steps, x.at(net.index).rows) for x in net.inputs}
    return found | {d.sequence.at(0): array(d.sequence.at(net.index).rows) for d in net.states()}


def assigned(net: Recurrence, given: dict[Any, Any], steps: int) -> Assignment:
    elements = dict(taken_apart(net, given))
    return Assignment(sizes=_sizes(net, elements), indices={t: steps}, given=elements)


def at_once(net: Recurrence, term: Any, given: dict[Any, Any], steps: int, bits: int) -> Any:
    return in_balls_at_once(term, assigned(net, given, steps), net, Balls(bits))


def require_held(found: Any, net: Recurrence, term: Any, given: dict[Any, Any], steps: int, bits: int = 3000) -> None:
    """The balls hold much smaller ones, by the walk, around the true numbers."""
    right = Evaluator(Balls(bits), assigned(net, given, steps), net).value(term)
    with Balls(bits).precision():
        assert all(small.rel_accuracy_bits() > 500 or small.is_zero() for small in right.flat)
        assert all(ball.contains(small) for ball, small in zip(found.flat, right.flat, strict=True))


@pytest.mark.parametrize("size", [1, 2, 5])
@pytest.mark.parametrize("gain", [0.3, 1, 2, 6])  # the last saturates
@pytest.mark.parametrize("steps", [0, 1, SPAN - 1, SPAN, SPAN + 1, 45])
def test_balls_hold_the_true_numbers(size: int, gain: float, steps: int) -> None:
    given = values(size, seed=size, gain=gain, start=3)
    found = at_once(rnn, BACK.closed_form, given, steps, 300)
    require_held(found, rnn, BACK.closed_form, given, steps)
    assert min(ball.rel_accuracy_bits() for ball in found.flat) > 100


@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize("seed", [0, 1])
def test_states_of_other_cells(cell: str, seed: int) -> None:
    net, steps = CELLS[cell], 2 * SPAN + 3
    given = for_cell(net, steps, seed)
    for state in net.states():
        term = state.sequence.at(t)
        found = at_once(net, term, given, steps, 200)
        require_held(found, net, term, given, steps)
        assert min(ball.rel_accuracy_bits() for ball in found.flat) > 150


@pytest.mark.parametrize("cell", CELLS)
def test_jacobians_of_a_step_are_in_their_boxes(cell: str) -> None:
    net, system = CELLS[cell], Balls(200)
    assignment = assigned(net, for_cell(net, 1, 5), 1)
    walk = Evaluator(system, assignment, net)
    states = [d.sequence for d in net.states()]

    def matrix(term: Any) -> Any:
        return flint.arb_mat(walk.value(term).tolist())

    def shape(term: Any) -> tuple[int, int]:
        return assignment.shape(term, {})

    before = {s.name: Boxes.around([matrix(s.at(0))]) for s in states}
    given_input = lambda element: [matrix(element.xreplace({net.index: sp.Integer(1)}))]  # noqa: E731
    found = BoxedSteps(shape, matrix, net, before, given_input).jacobian()
    rows = [[walk.value(TotalJacobian(one.at(1), other.at(0))) for other in states] for one in states]
    right = np.block(rows)
    assert found.mid.shape == (1, *right.shape)
    assert found.rad.max() < 1e-13
    with system.precision():
        pairs = zip(right.flat, found.mid.flat, found.rad.flat, strict=True)
        assert all(flint.arb(float(mid), float(rad)).contains(ball) for ball, mid, rad in pairs)


@pytest.mark.parametrize("cell", ["tanh", "sigmoid", "GRU"])
def test_products_of_other_cells(cell: str) -> None:
    net, steps = CELLS[cell], 2 * SPAN + 3
    given = for_cell(net, steps, 2)
    term = net.derive(net.h[t], wrt=net.h[0]).closed_form
    found = at_once(net, term, given, steps, 200)
    require_held(found, net, term, given, steps)
    assert min(ball.rel_accuracy_bits() for ball in found.flat) > 120


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 10_000), size=st.integers(1, 4), bits=st.integers(66, 140), gain=st.sampled_from([2, 3, 4]))
def test_too_few_digits_are_never_passed_off_as_enough(seed: int, size: int, bits: int, gain: float) -> None:
    given, steps = values(size, seed, gain), 60
    try:
        found = at_once(rnn, BACK.closed_form, given, steps, bits)
    except TooFarError:
        return
    require_held(found, rnn, BACK.closed_form, given, steps)


def test_an_expanding_network_needs_more_digits_and_gets_them() -> None:
    given, steps = values(6, seed=1, gain=4), 400
    with pytest.raises(TooFarError) as error:
        at_once(rnn, BACK.closed_form, given, steps, 100)
    assert error.value.bits > 36
    found = BACK.numeric(given, t=steps, digits=30)
    with mpmath.workdps(800):
        right = by_mpmath(given, steps)
        for place, entry in np.ndenumerate(found):
            assert abs(mpmath.mpf(str(entry)) - right[place]) < mpmath.mpf(10) ** (entry.adjusted() - 29)


@pytest.mark.parametrize("bits", [160, 240])
def test_states_of_an_expanding_network_drift_apart_and_are_held(bits: int) -> None:
    given, steps = values(6, seed=1, gain=4), 150
    found = at_once(rnn, rnn.h[t], given, steps, bits)
    require_held(found, rnn, rnn.h[t], given, steps, 4000)
    kept = max(ball.rel_accuracy_bits() for ball in found.flat)
    assert bits - 100 < kept < bits - 30  # what two trajectories drift apart by in 150 steps


def by_mpmath(given: dict[Any, Any], steps: int) -> Any:
    W, h = mpmath.matrix(given[rnn.W_hh].tolist()), mpmath.matrix(given[rnn.h[0]].tolist())
    J = mpmath.eye(W.rows)
    for _ in range(steps):
        h = (W * h).apply(mpmath.tanh)
        J = mpmath.diag([1 - x**2 for x in h]) * W * J
    return J


@pytest.mark.parametrize("digits", [1, 16, 50, 400])
def test_the_quicker_way_is_the_one_that_is_taken(digits: int, monkeypatch: pytest.MonkeyPatch) -> None:
    def walked(*_: Any) -> Any:
        raise AssertionError("walked")

    monkeypatch.setattr(module, "_by_walks", walked)
    found = BACK.numeric(values(6, seed=9), t=120, digits=digits)
    assert all(len(entry.as_tuple().digits) == digits for entry in found.flat)
    monkeypatch.undo()
    monkeypatch.setattr(module, "_at_once", lambda *_: None)
    by_walk = BACK.numeric(values(6, seed=9), t=120, digits=digits)
    units = [Decimal(1).scaleb(entry.adjusted() - digits + 1) for entry in by_walk.flat]
    assert all(abs(a - b) <= unit for a, b, unit in zip(found.flat, by_walk.flat, units, strict=True))


def test_fractions_that_are_given_are_no_doubles() -> None:
    given = {rnn.W_hh: [[Fraction(1, 3), Fraction(-8, 7)], [2, Fraction(1, 10)]], rnn.h[0]: [Fraction(1, 3), 0]}
    found = at_once(rnn, BACK.closed_form, given, 30, 200)
    require_held(found, rnn, BACK.closed_form, given, 30)


def test_what_is_zero_by_its_structure_stays_zero() -> None:
    given = {rnn.W_hh: [[1, 2], [0, 1]], rnn.h[0]: [1, -1]}
    found = BACK.numeric(given, t=20, digits=20)
    assert str(found[1, 0]) == "0"
    assert found[0, 1] != 0


@pytest.mark.parametrize("quit_after", [0, 2])
def test_what_the_quicker_way_cannot_do_is_walked_through(quit_after: int) -> None:
    third: Any = lambda balls: np.array([[balls.number(Fraction(1, 3))]])  # noqa: E731
    calls = []

    def hopeless(balls: Balls) -> Any:
        calls.append(balls.bits)
        if quit_after and len(calls) > quit_after:
            return None
        if quit_after:
            raise TooFarError(10)
        return np.array([[flint.arb(0, 1)]])

    assert certified(third, 5, 0, hopeless).tolist() == [[Decimal("0.33333")]]
    assert calls == sorted(set(calls))


def test_terms_without_a_rule_are_left_to_the_walk() -> None:
    by_weights = rnn.derive(rnn.h[t], wrt=rnn.W_hh).closed_form
    assert at_once(rnn, by_weights, values(2), 5, 100) is None
    branches = Elman("relu").undriven()
    assert at_once(branches, branches.h[t], {branches.W_hh: [[1]], branches.h[0]: [1]}, 5, 100) is None
    missing = values(2)
    missing.pop(rnn.h[0])
    assert at_once(rnn, BACK.closed_form, missing, 5, 100) is None


# -- boxes, and what is known of errors, against exact numbers --------------------------------------------------------


def exactly(matrix: Any) -> Any:
    return np.array([[Fraction(float(x)) for x in row] for row in matrix], dtype=object)


def drawn_boxes(source: Any, *shape: int) -> tuple[Boxes, Any]:
    """A box, and a matrix at its edges."""
    mid, rad = source.normal(size=shape) * 10.0 ** source.integers(-9, 9, shape), abs(source.normal(size=shape)) * 1e-9
    signs = source.choice([-1, 1], shape)
    return Boxes(mid, rad), exactly(mid) + exactly(rad) * np.vectorize(int, otypes=[object])(signs)


def holds(box: Boxes, matrix: Any) -> bool:
    return bool((abs(exactly(box.mid) - matrix) <= exactly(box.rad)).all())


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 10_000), rows=st.integers(1, 4), inner=st.integers(1, 9), exponent=st.integers(-40, 40))
def test_boxes_hold_the_exact_numbers(seed: int, rows: int, inner: int, exponent: int) -> None:
    source = np.random.default_rng(seed)
    (A, a), (B, b), (C, c) = (drawn_boxes(source, *shape) for shape in ((rows, inner), (inner, rows), (rows, inner)))
    assert holds(A @ B, a @ b)
    assert holds(A + C, a + c)
    assert holds(A * C, a * c)
    assert holds(A.turned, a.T)
    assert holds(A.scaled(exponent), a * Fraction(2) ** exponent)
    assert (exactly(A.largest) >= abs(a)).all()


def test_boxes_around_balls_hold_them() -> None:
    with Balls(200).precision():
        ball = flint.arb(1) / 3 + flint.arb(0, 1e-30)
        box = Boxes.around([flint.arb_mat([[ball, flint.arb(2) ** -3000]])])
    assert holds(box.at(0), np.array([[Fraction(1, 3), Fraction(1, 2**3000)]], dtype=object))


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 10_000), size=st.integers(1, 4), steps=st.integers(1, 20), length=st.integers(1, 5))
def test_no_error_is_larger_than_what_is_known_of_it(seed: int, size: int, steps: int, length: int) -> None:
    source = np.random.default_rng(seed)
    matrices = [source.normal(size=(size, size)) * source.choice([0.01, 1, 30]) for _ in range(steps)]
    spans = Spans.of(Boxes.exact(np.array(matrices)), length)
    known, error = Known.start(np.full((size, 2), 0.5)), exactly(source.choice([-0.5, 0.5], (size, 2)))
    for at in range(len(spans.parts[-1].mid)):
        new = abs(source.normal(size=(size, 2)))
        known = known.after(spans.parts[-1].at(at), int(spans.exponents[-1][at]), new)
        for matrix in matrices[at * length : (at + 1) * length]:
            error = exactly(matrix) @ error
        error = error + exactly(new * source.choice([-1, 1], new.shape))
        assert (abs(error) <= exactly(known.entries) * Fraction(2) ** known.exponent).all()


def test_a_rotation_does_not_wrap() -> None:
    turn = np.array([[np.cos(1), -np.sin(1)], [np.sin(1), np.cos(1)]])
    spans, known = Spans.of(Boxes.exact(np.array([turn] * 2000)), 1), Known.start(np.ones((2, 1)))
    for at in range(2000):
        known = known.after(spans.parts[-1].at(at), int(spans.exponents[-1][at]), np.zeros((2, 1)))
    assert known.entries.max() * 2.0**known.exponent < 3


def test_a_row_on_a_diagonal_scales_rows_too() -> None:
    """It scaled columns, and 20 digits were certified of which not even the sign was right."""
    size = sp.Symbol("n", integer=True, positive=True)
    h, r, b = Sequence("h", size), Sequence("r", 1, size, first=1), Sequence("b", size, first=1)
    U = sp.MatrixSymbol("U", size, size)
    body = Elementwise("sin")(sp.DiagMatrix(r[t]) * U * h[t - 1] + b[t])
    cell = Cell("rows", {h: body}, (h,), (U,), inputs=(r, b), activations=(activation("sin"),))
    steps, little, quarter = 60, 2.0**-40, 1.5707963267948966
    rows = [[[1, little]] if at % 2 else [[little, 1]] for at in range(1, steps + 1)]
    shifts = [[0, quarter] if at % 2 else [quarter, 0] for at in range(1, steps + 1)]
    start = [Fraction(1, 3), Fraction(1, 5)]
    numbers = {U: [[0, 3], [3, 0]], h[0]: start, r: rows, b: shifts}
    found = cell.derive(h[t], wrt=h[0]).numeric(numbers, t=steps, digits=20)
    with mpmath.workdps(300):
        state, product, matrix = (
            mpmath.matrix([mpmath.mpf(1) / 3, mpmath.mpf(1) / 5]),
            mpmath.eye(2),
            mpmath.matrix([[0, 3], [3, 0]]),
        )
        for (row,), shift in zip(rows, shifts, strict=True):
            scaled = mpmath.diag([mpmath.mpf(entry) for entry in row]) * matrix
            inside = scaled * state + mpmath.matrix(shift)
            state, product = (
                inside.apply(mpmath.sin),
                mpmath.diag([mpmath.cos(entry) for entry in inside]) * scaled * product,
            )
        for entry, right in zip(found.ravel(), product, strict=True):
            assert abs(mpmath.mpf(str(entry)) - right) <= abs(right) * mpmath.mpf(10) ** -19


def test_digits_of_what_is_far_from_one_take_no_time() -> None:
    """A power of 2 with ten million digits is never written out."""
    flint.ctx.prec, before = 128, flint.ctx.prec
    try:
        tiny = module._decimal(-(flint.arb(3) ** (-(10**7))), 12)
    finally:
        flint.ctx.prec = before
    assert str(tiny) == "-2.83663446745E-4771213"


def test_a_value_that_is_not_finite_has_no_box_of_a_function() -> None:
    with np.errstate(over="ignore"):
        huge = Boxes.of([[1e308, 1e308]], [[0, 0]]) @ Boxes.exact(np.array([[1.0], [1.0]]))
    assert not huge.is_finite
    size = 1e-300  # what the rounding of a product loses may underflow, and is multiplied afterwards
    loss = Boxes.exact(np.array([[1e300, 1e300]])) @ Boxes.exact(np.array([[size * 1e-12], [size * 1e-12]]))
    assert loss.rad[0, 0] >= 1e300 * np.ldexp(1.0, -1074)
