"""The backward pass as data, run as a program: against closed forms and against oracles, to fifty digits."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import mpmath
import numpy as np
import pytest
import sympy as sp
from oracles.gated import gru_gradients, lstm_gradients
from oracles.mpmath_bptt import mp_gradients
from sympy.core.symbol import Str

from symrnn.activations import activation
from symrnn.calculus.backward import Backward, ErrorStep
from symrnn.cells import (
    GRU,
    LSTM,
    Bidirectional,
    Cell,
    Elman,
    Jordan,
    Layered,
    Leaky,
    PeepholeLSTM,
    ResetAfterGRU,
    with_loss,
)
from symrnn.derivation.verdict import Kind
from symrnn.errors import NotDifferentiableError, UnknownTermError
from symrnn.evaluate import Assignment, Evaluator, Reals
from symrnn.expr import Element, Elementwise, GenericFunction, Gradient, MatrixSum, Sequence, TotalJacobian
from symrnn.latex import latex
from symrnn.oracles import linear
from symrnn.recurrence import Definition, Recurrence, Role
from symrnn.symbols import T, n, t

STEPS, DIGITS = 4, 50
REALS = Reals(80)
ell, L = Sequence("ell", 1, first=1), sp.MatrixSymbol("L", 1, 1)


# -- as data -------------------------------------------------------------------------------------------------------


def through(step: ErrorStep) -> set[str]:
    """What arrives at a quantity, by what it comes through."""
    return {str(term.through) for term in step.terms}


def test_an_lstm_computes_the_error_of_h_before_that_of_c() -> None:
    lstm = LSTM()
    back = lstm.backward(of=lstm.L)
    assert [step.quantity for step in back.start] == [lstm.h[T], lstm.c[T]]
    assert [step.quantity for step in back.recursion] == [lstm.h[t], lstm.c[t]]
    assert [step.quantity for step in back.initial] == [lstm.h[0], lstm.c[0]]
    of_h, of_c = back.recursion
    assert through(of_h) == {"ell[t]", "h[t + 1]", "c[t + 1]"}
    assert through(of_c) == {"h[t]", "c[t + 1]"}
    assert through(back.initial[1]) == {"c[1]"}
    assert {term.error for term in of_c.terms} == {TotalJacobian(lstm.L, e) for e in (lstm.h[t], lstm.c[t + 1])}
    assert next(term for term in of_h.terms if term.through == lstm.ell[t]).error is None


def test_peepholes_bring_the_error_of_the_output_gate_to_the_cell() -> None:
    cell = PeepholeLSTM()
    of_c = cell.backward().recursion[1]
    parts = {str(term.through): len(term.parts) for term in of_c.terms}
    assert parts == {"h[t]": 2, "c[t + 1]": 3}


def test_an_elman_network_computes_the_error_of_its_output_first() -> None:
    rnn = Elman()
    back = rnn.backward()
    assert [step.quantity for step in back.recursion] == [rnn.y[t], rnn.h[t]]
    assert [step.quantity for step in back.start] == [rnn.y[T], rnn.h[T]]
    (summed,) = back.summed(rnn.W_hy)
    assert (summed.term.through, summed.low, summed.high) == (rnn.y[t], 1, T)


def test_a_network_over_layers_has_one_weight_for_each() -> None:
    net = Layered()
    assert [str(step.quantity) for step in net.backward().errors] == ["y[L + 1]", "y[l]", "y[0]"]
    assert net.backward().jacobian(net.W[net.index]).start == TotalJacobian(net.loss, net.W[net.index])


def test_a_step_as_a_reader_sees_it() -> None:
    rnn = Elman()
    back = rnn.backward()
    assert str(back.recursion[1].equation).startswith("d L/d h[t] = ")
    assert back.jacobian(rnn.b_y).steps[0].reason == "along every edge that leaves b_y, at each t"
    assert latex(back.recursion[1].equation.lhs) in back.latex()
    assert len(str(back).splitlines()) == len(back.derivations())


def test_the_gradient_has_the_shape_of_the_parameter() -> None:
    gru = GRU()
    derivation = gru.backward().gradient(gru.U_h)
    assert derivation.start == Gradient(gru.L, gru.U_h)
    assert derivation.closed_form.shape == gru.U_h.shape


# -- refused ---------------------------------------------------------------------------------------------------------


def small(loss: Any, body: Any = None, more: tuple[Definition, ...] = (), **options: Any) -> Recurrence:
    """One state and a generic loss."""
    h, x, W = Sequence("h", n), Sequence("x", n, first=0), sp.MatrixSymbol("W", n, n)
    body = Elementwise("tanh")(W * h[t - 1] + x[t]) if body is None else body
    own = Definition(ell, GenericFunction(Str("ell"), sp.S.One, sp.S.One, h[t]), Role.OUTPUT)
    options = {"activations": (activation("tanh"),)} | options
    return Recurrence("small", t, (Definition(h, body, Role.STATE), *more, own), (W,), (x,), {L: loss}, **options)


def test_what_the_backward_pass_does_not_know_is_refused_with_the_reason() -> None:
    h, x, W = Sequence("h", n), Sequence("x", n, first=0), sp.MatrixSymbol("W", n, n)
    plain = small(MatrixSum(ell[t], (t, 1, T)))
    with pytest.raises(UnknownTermError, match="not a total"):
        Backward(plain, sp.MatrixSymbol("R", 1, 1))
    with pytest.raises(UnknownTermError, match="neither a parameter nor an input"):
        plain.backward().jacobian(sp.MatrixSymbol("V", n, n))
    with pytest.raises(UnknownTermError, match="says nothing of"):
        plain.backward().error(h[t + 2])
    with pytest.raises(UnknownTermError, match="at the index t only"):
        plain.backward().error(x[t - 1])
    with pytest.raises(UnknownTermError, match="the last index"):
        _ = small(sp.MatAdd(ell[T], ell[n])).backward().errors
    with pytest.raises(UnknownTermError, match="let the sum run over the index"):
        _ = small(MatrixSum(ell[T - t], (t, 0, T))).backward().errors
    with pytest.raises(NotDifferentiableError):
        small(ell[T], Elementwise("relu")(W * h[t - 1]), activations=(activation("relu"),)).backward()


# -- over which indices ------------------------------------------------------------------------------------------------


def where_and_through(steps: Any) -> list[tuple[str, set[str]]]:
    return [(str(step.quantity), through(step)) for step in steps]


def test_what_looks_two_steps_back_has_an_error_of_its_own_before_the_end() -> None:
    h, W = Sequence("h", n, first=-1), sp.MatrixSymbol("W", n, n)
    own = Definition(ell, GenericFunction(Str("ell"), sp.S.One, sp.S.One, h[t]), Role.OUTPUT)
    body = Definition(h, Elementwise("tanh")(W * h[t - 1]) + h[t - 2], Role.STATE)
    net = Recurrence("two steps back", t, (body, own), (W,), (), {L: ell[T]}, activations=(activation("tanh"),))
    assert where_and_through(net.backward().errors) == [
        ("h[T]", {"ell[T]"}),
        ("h[T - 1]", {"h[T]"}),
        ("h[t]", {"h[t + 1]", "h[t + 2]"}),
        ("h[0]", {"h[1]", "h[2]"}),
        ("h[-1]", {"h[1]"}),
    ]
    assert net.backward().recursion[1].derivation.where == (t >= 1, t <= T - 2)
    assert net.backward().initial[0].derivation.verify().kind is not Kind.REFUTED


def test_a_sum_at_a_shifted_index_and_a_step_before_the_last() -> None:
    shifted = small(MatrixSum(ell[t + 1], (t, 0, T - 1))).backward()
    plain = small(MatrixSum(ell[t], (t, 1, T))).backward()
    assert [str(step.equation) for step in shifted.errors] == [str(step.equation) for step in plain.errors]
    late = small(sp.MatAdd(ell[T], ell[T - 1])).backward()
    found = [(str(step.quantity), through(step)) for step in late.errors]
    assert found[:3] == [("h[T]", {"ell[T]"}), ("h[T - 1]", {"ell[T - 1]", "h[T]"}), ("h[t]", {"h[t + 1]"})]
    assert late.recursion[0].derivation.verify().kind is Kind.PROVED


def test_targets_of_the_last_step_have_an_error_there_only() -> None:
    net = with_loss(Elman("tanh"), "squared error", over="last")
    d = next(sequence for sequence in net.inputs if sequence.name == "d")
    back = net.backward()
    assert where_and_through([back.error(d[T]), back.error(d[t])]) == [("d[T]", {"ell[T]"}), ("d[t]", set())]
    assert {verdict.kind for verdict in (back.error(d[i]).derivation.verify() for i in (t, T))} == {Kind.PROVED}


def test_an_input_that_the_total_sees_itself_has_that_in_its_error() -> None:
    """The weights of a masked loss: what each step lost."""
    net = with_loss(Elman("tanh"), "squared error", masked=True)
    step = net.backward().error(net.inputs[-1][t])
    assert str(step.equation.rhs) == "ell[t]"
    assert step.derivation.verify().kind is Kind.PROVED


def test_a_state_that_is_read_from_the_other_end() -> None:
    net = Bidirectional(Elman("tanh"))
    back = net.backward()
    found = dict(where_and_through(back.recursion))
    assert found["h_reverse[t]"] == {"ell[T - t + 1]", "h_reverse[t + 1]"}
    assert back.error(back.recursion[-1].quantity).derivation.verify().kind is Kind.PROVED


def test_an_input_that_enters_one_step_later() -> None:
    h, x, W = Sequence("h", n), Sequence("x", n, first=0), sp.MatrixSymbol("W", n, n)
    back = small(ell[T], Elementwise("tanh")(W * h[t - 1] + x[t - 1])).backward()
    assert where_and_through(back.error(x[i]) for i in (T, t, 0)) == [
        ("x[T]", set()),
        ("x[t]", {"h[t + 1]"}),
        ("x[0]", {"h[1]"}),
    ]
    assert back.error(x[t]).derivation.verify().kind is not Kind.REFUTED


def test_a_generic_function_of_a_matrix_has_a_jacobian_and_no_gradient() -> None:
    h, W = Sequence("h", n), sp.MatrixSymbol("W", n, n)
    net = small(ell[T], GenericFunction(Str("F"), n, sp.S.One, h[t - 1], W), activations=())
    with pytest.raises(UnknownTermError, match="generic function"):
        net.backward().gradient(W)


# -- as a program ------------------------------------------------------------------------------------------------------


class Program:
    """The backward pass run with numbers: every error from those that were computed before it."""

    def __init__(self, recurrence: Recurrence, given: dict[Any, Any], steps: int) -> None:
        self.back, self.steps = recurrence.backward(), steps
        self.evaluator = Evaluator(REALS, Assignment(indices={T: steps}, seed=5, given=given), recurrence)
        self.errors: dict[tuple[str, int], Any] = {}
        for step in self.back.start:
            self.compute(step, steps)
        for at in range(steps - 1, 0, -1):
            for step in self.back.recursion:
                if all(condition.xreplace({t: sp.Integer(at), T: sp.Integer(steps)}) for condition in where_of(step)):
                    self.compute(step, at)
        for step in self.back.initial:
            self.compute(step, 0)

    def value(self, term: sp.MatrixExpr, at: int) -> Any:
        return self.evaluator.value(term.xreplace({t: sp.Integer(at)}))

    def along(self, term: Any, at: int) -> Any:
        local = self.value(term.local, at)
        if term.error is None:
            return local
        if not isinstance(term.error, TotalJacobian):
            return self.value(term.error, at) @ local
        source = term.error.wrt.xreplace({t: sp.Integer(at), T: sp.Integer(self.steps)})
        return self.errors[source.name, int(source.index)] @ local

    def compute(self, step: ErrorStep, at: int) -> None:
        self.errors[step.quantity.name, at] = sum(self.along(term, at) for term in step.terms)

    def gradient(self, wrt: sp.MatrixSymbol) -> Any:
        total = 0
        for part in self.back.summed(wrt):
            low, high = (part.low, part.high) if part.low is not None else (self.steps, self.steps)
            for at in range(int(low), int(sp.sympify(high).xreplace({T: sp.Integer(self.steps)})) + 1):
                total = total + self.along(part.term, at)
        return total


def where_of(step: ErrorStep) -> tuple[Any, ...]:
    return step.derivation.where


def gap(left: Any, right: Any) -> Any:
    return np.max(np.abs(left - right))


@pytest.mark.parametrize("make", [Leaky, Jordan, GRU, LSTM, PeepholeLSTM])
def test_the_recursion_and_the_closed_form_agree_to_fifty_digits(make: Any) -> None:
    activations = {Leaky: ("tanh",), Jordan: ("tanh", "sin")}.get(make, ())
    cell: Cell = make(*activations, hidden=2, inputs=2)
    if make is Jordan:
        cell = make(*activations, hidden=2, inputs=2, outputs=2)
    program = Program(cell, {}, STEPS)
    for state in cell.states():
        for at in (0, 2, STEPS):
            closed = program.value(cell.derive(cell.L, wrt=state.sequence[at]).closed_form, at)
            assert gap(closed, program.errors[state.sequence.name, at]) < 10**-DIGITS, (state.sequence, at)
    for wrt in (cell.parameters[0], cell.parameters[-1]):
        closed = program.evaluator.value(cell.derive(cell.L, wrt=wrt).closed_form)
        assert gap(closed, program.gradient(wrt)) < 10**-DIGITS, wrt


def drawn(rng: Any, *shape: int) -> Any:
    return np.vectorize(lambda k: Fraction(int(k), 700))(rng.integers(-900, 900, size=shape))


def in_reals(values: Any) -> Any:
    return np.frompyfunc(REALS.number, 1, 1)(values)


def in_mpmath(values: Any) -> Any:
    return np.frompyfunc(lambda k: mpmath.mpf(k.numerator) / k.denominator, 1, 1)(values)


def from_mpmath(values: Any) -> Any:
    def exact(number: Any) -> Any:
        sign, mantissa, exponent, _ = number._mpf_
        return REALS.number(Fraction((-1) ** sign * int(mantissa)) * Fraction(2) ** exponent)

    return np.frompyfunc(exact, 1, 1)(values)


def agreement(left: Element, right: Element) -> sp.MatrixExpr:
    """Σ_i left_i right_i, shape (1, 1)."""
    return sp.OneMatrix(1, left.rows) * sp.HadamardProduct(left, right)


def with_slopes(cell: Cell) -> Recurrence:
    """The loss of the oracles, ℓ_t = Σ_i d_i h_i, so that its slope is an input."""
    d = Sequence("d", cell.h[t].rows, first=1)
    loss = Definition(ell, agreement(d[t], cell.h[t]), Role.OUTPUT)
    definitions = tuple(loss if each.sequence.name == "ell" else each for each in cell.definitions)
    return cell.replaced(definitions=definitions, inputs=(*cell.inputs, d))


@pytest.mark.parametrize("make", [LSTM, ResetAfterGRU])
def test_the_recursion_agrees_with_the_gated_oracles_to_fifty_digits(make: Any) -> None:
    rng, units, inputs = np.random.default_rng(11), 3, 2
    cell = make(units, inputs)
    params = {p.name: drawn(rng, *(int(size) for size in p.shape)) for p in cell.parameters}
    x, slopes = drawn(rng, STEPS, inputs), drawn(rng, STEPS, units)
    states = {d.sequence.name: drawn(rng, units) for d in cell.states()}
    given: dict[Any, Any] = dict(params)
    given |= {("x", at + 1): x[at].reshape(-1, 1) for at in range(STEPS)}
    given |= {("d", at + 1): slopes[at].reshape(-1, 1) for at in range(STEPS)}
    given |= {(name, 0): value.reshape(-1, 1) for name, value in states.items()}
    program = Program(with_slopes(cell), given, STEPS)
    with mpmath.workdps(80):
        flat = {k: in_mpmath(v).reshape(-1) if k.startswith("b") else in_mpmath(v) for k, v in params.items()}
        start = [in_mpmath(states[name]) for name in ("h", "c") if name in states]
        oracle = lstm_gradients if make is LSTM else gru_gradients
        found = oracle(flat, in_mpmath(x), *start, in_mpmath(slopes))
    for parameter in cell.parameters:
        expected = from_mpmath(found[parameter.name]).reshape(1, -1, order="F")
        assert gap(program.gradient(parameter), expected) < 10**-DIGITS, parameter
    for name in states:
        assert gap(program.errors[name, 0], from_mpmath(found[f"{name}_0"]).reshape(1, -1)) < 10**-DIGITS, name


def test_the_recursion_agrees_with_the_oracle_of_the_elman_network_to_fifty_digits() -> None:
    rng, units, inputs, outputs = np.random.default_rng(12), 3, 2, 2
    rnn = Elman("tanh", units, inputs, outputs)
    d = Sequence("d", outputs, first=1)
    loss = Definition(ell, agreement(d[t], rnn.y[t]), Role.OUTPUT)
    definitions = tuple(loss if each.sequence.name == "ell" else each for each in rnn.definitions)
    net = rnn.replaced(definitions=definitions, inputs=(*rnn.inputs, d))
    params = {p.name: drawn(rng, *(int(size) for size in p.shape)) for p in rnn.parameters}
    x, slopes, h_0 = drawn(rng, STEPS, inputs), drawn(rng, STEPS, outputs), drawn(rng, units)
    given: dict[Any, Any] = {**params, ("h", 0): h_0.reshape(-1, 1)}
    given |= {("x", at + 1): x[at].reshape(-1, 1) for at in range(STEPS)}
    given |= {("d", at + 1): slopes[at].reshape(-1, 1) for at in range(STEPS)}
    program = Program(net, given, STEPS)
    flat = {name: value.reshape(-1) if name.startswith("b") else value for name, value in params.items()}
    found = mp_gradients(flat, x, h_0, "tanh", linear(slopes), digits=60)
    for parameter in rnn.parameters:
        expected = from_mpmath(np.array(found[parameter.name].tolist(), dtype=object)).reshape(1, -1, order="F")
        assert gap(program.gradient(parameter), expected) < 10**-DIGITS, parameter
    expected = from_mpmath(np.array(found["h_0"].tolist(), dtype=object)).reshape(1, -1)
    assert gap(program.errors["h", 0], expected) < 10**-DIGITS
