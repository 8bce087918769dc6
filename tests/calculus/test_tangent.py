"""The tangent of a recurrence, and the Hessian times a direction: proved, and equal to the oracles to fifty digits."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest
import sympy as sp
from oracles.hessian import mp_hessian_quotient, mp_hessian_vector

from symrnn.calculus import dotted, hessian_vector, tangent
from symrnn.cells import GRU, IRNN, LSTM, Elman, Jordan, Layered
from symrnn.check import verify
from symrnn.check.kernel import prove_equation
from symrnn.derivation import Claim, Equation, Kind
from symrnn.equality import equal
from symrnn.errors import NotDifferentiableError, SymbolClashError, UnknownTermError
from symrnn.evaluate import Assignment, Evaluator, Reals, draw_fraction
from symrnn.expr import Elementwise, Sequence, TotalJacobian, Vec
from symrnn.oracles import squared_error
from symrnn.recurrence import Definition, Recurrence, Role
from symrnn.symbols import T, n, q, t

STEPS, DIGITS = 3, 50
REALS = Reals(100)


def with_squares(rnn: Elman) -> Recurrence:
    """The network with half the squared distance of its outputs from targets as loss."""
    target = Sequence("d", rnn.q, first=1)
    error = rnn.y[t] - target[t]
    loss = Definition(rnn.ell, sp.MatMul(sp.S.Half, sp.Transpose(error), error), Role.OUTPUT)
    return rnn.replaced(definitions=(*rnn.definitions[:3], loss), inputs=(rnn.x, target))


def with_sum(rnn: Any, state: Sequence) -> Recurrence:
    """The network with the sum of a generic function of its state as loss."""
    definitions = [d for d in rnn.definitions if d.role is not Role.OUTPUT]
    loss = Definition(rnn.ell, sp.OneMatrix(1, state[t].rows) * Elementwise("f")(state[t]), Role.OUTPUT)
    used = {symbol for d in definitions for symbol in d.body.atoms(sp.MatrixSymbol)}
    return rnn.replaced(
        definitions=(*definitions, loss), parameters=tuple(p for p in rnn.parameters if p in used), name="network"
    )


# -- the tangent ----------------------------------------------------------------------------------------------


def test_the_tangent_as_a_person_would_write_it() -> None:
    rnn = Elman()
    moving = tangent(with_squares(rnn), rnn.W_hh, rnn.b_h)
    h, a, y = (dotted(each) for each in (rnn.h, rnn.a, rnn.y))
    W, b = dotted(rnn.W_hh), dotted(rnn.b_h)
    assert equal(moving.body(a[t]), W * rnn.h[t - 1] + rnn.W_hh * h[t - 1] + b)
    assert moving.body(h[t]) == sp.HadamardProduct(rnn.phi(rnn.a[t], order=1), a[t])
    assert moving.body(y[t]) == rnn.W_hy * h[t]
    error = rnn.y[t] - Sequence("d", q, first=1)[t]
    assert moving.body(dotted(rnn.ell)[t]) == sp.MatMul(sp.Transpose(error), y[t])
    assert moving.parameters == (*rnn.parameters, W, b)
    assert moving.first_index("hdot") == 0
    assert moving.first_index("adot") == 1


@pytest.mark.table(quick=2)
@pytest.mark.parametrize("make", [Elman, Jordan, GRU])
def test_a_state_moves_by_its_jacobians_times_the_direction(make: Any) -> None:
    """ḣ_t = dh_t/dW vec Ẇ + dh_t/dh_0 ḣ_0, for every t and every size."""
    rnn = make()
    (state,) = (d.sequence for d in rnn.states())
    weight = rnn.parameters[0]
    moving = tangent(with_sum(rnn, state), weight)
    movement = TotalJacobian(state[t], weight) * Vec(dotted(weight)) + TotalJacobian(state[t], state[0]) * dotted(
        state[0]
    )
    assert prove_equation(Equation(dotted(state)[t], movement, where=(t >= 0,)), moving)


def test_inputs_move_too() -> None:
    rnn = Elman().undriven()
    driven = Elman("tanh")
    moving = tangent(with_sum(driven, driven.h), driven.x)
    drive = driven.W_xh * dotted(driven.x)[t] + driven.W_hh * dotted(driven.h)[t - 1]
    assert equal(moving.body(dotted(driven.a)[t]), drive)
    assert moving.inputs == (driven.x, dotted(driven.x))
    with pytest.raises(UnknownTermError, match="neither a parameter nor an input"):
        tangent(with_sum(rnn, rnn.h), driven.W_xh)


def test_weights_of_each_layer_move() -> None:
    net = Layered()
    moving = tangent(net.replaced(totals={}), net.W)
    layer = net.index
    expected = dotted(net.W)[layer] * net.y[layer - 1] + net.W[layer] * dotted(net.y)[layer - 1]
    assert equal(moving.body(dotted(net.f)[layer]), expected)


def test_a_generic_loss_is_refused_with_a_reason() -> None:
    rnn = Elman()
    with pytest.raises(UnknownTermError, match="ell is a generic function: how its slope moves has no name"):
        tangent(rnn, rnn.W_hh)
    with pytest.raises(UnknownTermError, match="nothing moves"):
        tangent(rnn)


def test_names_may_clash() -> None:
    rnn = Elman()
    taken = sp.MatrixSymbol("hdot", n, n)
    clashing = with_sum(rnn, rnn.h)
    with pytest.raises(SymbolClashError, match="hdot is named twice"):
        tangent(clashing.replaced(parameters=(*clashing.parameters, taken)), rnn.W_hh)


# -- the Hessian times a direction ----------------------------------------------------------------------------


def test_the_block_of_a_weight_is_proved() -> None:
    rnn = Elman().undriven()
    product = hessian_vector(with_sum(rnn, rnn.h), rnn.L, rnn.W_hh)
    assert product.verify().kind is Kind.PROVED


def test_kinks_have_no_hessian() -> None:
    net = IRNN()
    with pytest.raises(NotDifferentiableError, match="relu' jumps at z = 0, so there is no Hessian"):
        hessian_vector(with_squares(net), net.L, net.W_hh)


def test_the_total_has_to_be_one() -> None:
    rnn = Elman()
    with pytest.raises(UnknownTermError, match=r"W_hh is not a total .*; the totals are: L"):
        hessian_vector(with_squares(rnn), rnn.W_hh, rnn.W_hh)


def drawn(rnn: Elman) -> tuple[dict[str, Any], dict[str, Any], Assignment]:
    """Weights and a direction, the same for the evaluator and for the oracle."""
    draws = Assignment(indices={T: STEPS}, seed=11, draw=draw_fraction)
    shapes = {p.name: p.shape for p in rnn.parameters}

    def matrix(name: str, at: int | None, rows: Any, cols: Any) -> list[list[Any]]:
        return [list(row) for row in draws.matrix(name, at, int(rows), int(cols), REALS)]

    def numbers(prefix: str) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for name, (rows, cols) in shapes.items():
            base, _, below = name.partition("_")
            rows_of = matrix(f"{base}{prefix}_{below}", None, rows, cols)
            found[name] = [row[0] for row in rows_of] if cols == 1 else rows_of
        found["h_0"] = [row[0] for row in matrix(f"h{prefix}", 0, rnn.n, 1)]
        return found

    weights, direction = numbers(""), numbers("dot")
    columns = {"x": rnn.m, "d": rnn.q}
    for name, size in columns.items():
        weights[name] = [[row[0] for row in matrix(name, at, size, 1)] for at in range(1, STEPS + 1)]
    return weights, direction, draws


@pytest.mark.parametrize("phi", ["tanh", "sin"])
def test_all_blocks_agree_with_the_oracles_to_fifty_digits(phi: str) -> None:
    rnn = Elman(phi, hidden=3, inputs=2, outputs=2)
    net = with_squares(rnn)
    weights, direction, draws = drawn(rnn)
    given = {name: weights[name] for name in ("W_hh", "W_xh", "W_hy", "b_h", "b_y")}
    loss = squared_error(weights["d"])
    arguments = (given, weights["x"], weights["h_0"], phi, loss, direction)
    by_operator = mp_hessian_vector(*arguments, digits=80)
    by_quotient = mp_hessian_quotient(*arguments, digits=80)
    for wrt in rnn.parameters:
        product = hessian_vector(net, rnn.L, wrt, *rnn.parameters, form="gradient")
        closed = product.closed_form.xreplace({T: sp.Integer(STEPS)})
        value = Evaluator(REALS, draws, product.recurrence).value(closed)
        for oracle in (by_operator[wrt.name], by_quotient[wrt.name]):
            largest = max(abs(entry) for entry in oracle)
            for i in range(oracle.rows):
                for j in range(oracle.cols):
                    assert abs(value[i, j] - oracle[i, j]) < Fraction(1, 10**DIGITS) * largest, (wrt.name, i, j)


# -- wrong ones -----------------------------------------------------------------------------------------------


RNN = Elman()
MOVING = tangent(with_sum(RNN, RNN.h), RNN.W_hh)
D, W, V = RNN.D(t), RNN.W_hh, dotted(RNN.W_hh)
BEND = sp.DiagMatrix(RNN.phi(RNN.a[t], order=2)) * sp.DiagMatrix(dotted(RNN.a)[t])


@pytest.mark.parametrize(
    ("right", "kind"),
    [
        (D * V + BEND * W, Kind.PROVED),
        (D * V, Kind.REFUTED),
        (D * W + BEND * V, Kind.REFUTED),
        (D * V - BEND * W, Kind.REFUTED),
    ],
    ids=["right", "curvature dropped", "weights and direction exchanged", "sign"],
)
def test_slips_in_the_movement_of_a_slope_are_refuted(right: Any, kind: Kind) -> None:
    """dḣ_t/dh_{t-1} = D_t Ẇ + diag(φ''(a_t)) diag(ȧ_t) W, and nothing that looks like it."""
    statement = Equation(TotalJacobian(dotted(RNN.h)[t], RNN.h[t - 1]), right, where=(t >= 2,))
    assert verify(Claim("H", "slope", statement, kind, MOVING)).kind is kind


def test_coupled_states_move_together() -> None:
    lstm = LSTM(2, 2)
    moving = tangent(with_sum(lstm, lstm.h), lstm.U_f)
    assert [d.sequence.name for d in moving.states()] == ["c", "cdot", "h", "hdot"]
