"""The backward recursion: the theorem, its instances for every cell and loss, and slips in it, all of them refuted."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import sympy as sp
from check.tools import H, U, V, W, X, check, one_state, phi
from sympy.core.symbol import Str

from symrnn.cells import GRU, LSTM, LSTM1997, Elman, Leaky
from symrnn.cells.table import CELLS as SHIPPED
from symrnn.check.kernel import prove_derivation, prove_equation
from symrnn.derivation import Equation, Kind
from symrnn.errors import IndexRangeError, ProofError
from symrnn.expr import GenericFunction, Gradient, ImmediateJacobian, MatrixSum, Sequence, TotalJacobian
from symrnn.recurrence import Definition, Recurrence, Role
from symrnn.symbols import T, n, q, s, t, u

total, immediate = TotalJacobian, ImmediateJacobian
PROVED, REFUTED = Kind.PROVED, Kind.REFUTED
CELLS: dict[str, Recurrence] = {name: entry.make() for name, entry in SHIPPED.items()}
"""Every cell that ships."""


# -- every cell ------------------------------------------------------------------------------------------------------


def wrts(cells: dict[str, Recurrence]) -> Iterator[tuple[str, str]]:
    """Every parameter and input of every cell."""
    for name, cell in cells.items():
        yield from ((name, given.name) for given in (*cell.parameters, *cell.inputs))


def marks(name: str) -> list[pytest.MarkDecorator]:
    """The proofs of some cells in every run, those of the others with the whole tables."""
    return [] if name in ("Elman", "Jordan", "Leaky", "MGU", "GRU") else [pytest.mark.exhaustive]


@pytest.mark.table(quick=2)
@pytest.mark.parametrize("name", [pytest.param(name, marks=marks(name)) for name in CELLS])
def test_every_error_of_every_cell_is_proved(name: str) -> None:
    for step in CELLS[name].backward().errors:
        assert prove_derivation(step.derivation), step.quantity


@pytest.mark.table(quick=3)
@pytest.mark.parametrize(("name", "given"), [pytest.param(*each, marks=marks(each[0])) for each in wrts(CELLS)])
def test_every_derivative_of_every_cell_is_proved(name: str, given: str) -> None:
    cell = CELLS[name]
    wrt = cell.quantity(given) or next(
        sequence.at(cell.index) for sequence in (*cell.parameters, *cell.inputs) if sequence.name == given
    )
    assert "backward recursion" in prove_derivation(cell.backward().jacobian(wrt)).means


@pytest.mark.table(quick=1)
@pytest.mark.parametrize("name", ["Elman", "Leaky", "MGU", "LSTM"])
def test_the_gradients_in_the_shape_of_the_parameter_are_proved(name: str) -> None:
    cell = CELLS[name]
    for wrt in (*cell.parameters[:2], *cell.parameters[-2:]):
        assert prove_derivation(cell.backward().gradient(wrt)), wrt


@pytest.mark.exhaustive
def test_all_verdicts_of_a_cell_with_one_state_and_with_two() -> None:
    for make in (Elman, LSTM1997):
        cell = make(hidden=1, inputs=1)
        verdicts = cell.backward().verify()
        assert len(verdicts) == len(cell.backward().derivations())
        assert {verdict.kind for verdict in verdicts.values()} == {PROVED}


@pytest.mark.table(quick=0)
def test_the_recursion_and_the_closed_form_are_both_proved_of_the_same_error() -> None:
    for name, state in (("Leaky", "h"), ("LSTM", "c")):
        cell = CELLS[name]
        sequence = cell.definition(state).sequence
        assert prove_derivation(cell.derive(cell.L, wrt=sequence[s]))
        assert prove_derivation(cell.backward().error(sequence[t]).derivation)


# -- other losses ------------------------------------------------------------------------------------------------------

d, mu, y, ell = Sequence("d", q, first=1), Sequence("mu", 1, first=1), Sequence("y", q), Sequence("ell", 1, first=1)
C, L, J = sp.MatrixSymbol("C", q, n), sp.MatrixSymbol("L", 1, 1), sp.MatrixSymbol("J", 1, 1)
gap = y[t] - d[t]
READ = Definition(y, C * H[t], Role.OUTPUT, first=0)
SQUARES = Definition(ell, sp.MatMul(sp.S.Half, sp.OneMatrix(1, q), sp.HadamardProduct(gap, gap)), Role.OUTPUT)
summed = MatrixSum(ell[t], (t, 1, T))
seen = y[s] - d[s]
LOSSES: dict[str, sp.MatrixExpr] = {
    "sum": summed,
    "mean": sp.MatMul(1 / T, summed),
    "last": ell[T],
    "masked": MatrixSum(sp.MatMul(mu[t][0, 0], ell[t]), (t, 1, T)),
    "masked by a matrix": MatrixSum(mu[t] * ell[t], (t, 1, T)),
    "from the third step on": MatrixSum(ell[s], (s, 3, T)),
    "from a step on that has a name": MatrixSum(ell[u], (u, s, T)),
    "sum, and the last one once more": sp.MatAdd(summed, sp.MatMul(3, ell[T])),
    "without a name for a step": MatrixSum(sp.MatMul(sp.OneMatrix(1, q), sp.HadamardProduct(seen, seen)), (s, 1, T)),
}


def with_loss(loss: sp.MatrixExpr) -> Recurrence:
    """Two coupled states, k_t beside h_t, with a readout and a loss."""
    K = Sequence("k", n)
    return Recurrence(
        "two states",
        t,
        (
            Definition(K, phi(V * H[t - 1] + U * X[t]), Role.STATE),
            Definition(H, phi(W * K[t]) + sp.HadamardProduct(K[t - 1], H[t - 1]), Role.STATE),
            READ,
            SQUARES,
        ),
        (W, V, U, C),
        (X, d, mu),
        totals={L: loss},
    )


@pytest.mark.table(quick=0)
@pytest.mark.parametrize("name", LOSSES)
def test_the_backward_pass_of_every_loss_is_proved(name: str) -> None:
    net = with_loss(LOSSES[name])
    back = net.backward(of=L)
    given = (W, V, U, C) if name == "masked" else (W,) if "once more" in name else (W, C)
    for derivation in (*(step.derivation for step in back.errors), *(back.jacobian(wrt) for wrt in given)):
        assert prove_derivation(derivation), derivation.start


def one_state_with(loss: sp.MatrixExpr, more: dict[Any, Any] | None = None) -> Recurrence:
    """One state h_t = φ(W h_{t-1} + U x_t), with a generic loss of every step."""
    own = Definition(ell, GenericFunction(Str("ell"), sp.S.One, sp.S.One, H[t]), Role.OUTPUT)
    net = one_state(phi(W * H[t - 1] + U * X[t]), W, U, inputs=(X,))
    return net.replaced(definitions=(*net.definitions, own), totals={L: loss, **(more or {})})


def test_a_loss_of_the_last_step_has_no_source_before_it() -> None:
    net = one_state_with(ell[T])
    right = total(L, H[t + 1]) * immediate(H[t + 1], H[t])
    assert check(total(L, H[t]), right, net, t >= 1, t <= T - 1).kind is PROVED
    assert check(total(L, H[t]), immediate(ell[t], H[t]) + right, net, t >= 1, t <= T - 1).kind is REFUTED


def test_a_total_of_a_total_sees_all_that_the_first_one_sees() -> None:
    net = one_state_with(summed, {J: sp.MatAdd(sp.MatMul(2, L), ell[T])})
    twice = sp.MatMul(2, total(L, U)) + total(ell[T], U)
    assert check(total(J, U), twice, net, T >= 1).kind is PROVED
    assert check(total(J, U), total(ell[T], U), net, T >= 2).kind is REFUTED
    both = sp.MatMul(3, immediate(ell[T], H[T]))
    assert check(total(J, H[T]), both, net, T >= 1).kind is PROVED


def test_names_of_the_theorem_are_free_for_the_user() -> None:
    A, g, x = Sequence("A", n), Sequence("g", n, first=1), Sequence("ε1", n, first=1)
    ones = sp.OneMatrix(1, n)
    net = Recurrence(
        "unlucky names",
        t,
        (
            Definition(g, W * x[t], Role.INTERMEDIATE),
            Definition(A, phi(V * A[t - 1]) + g[t], Role.STATE),
            Definition(ell, ones * sp.HadamardProduct(A[t], x[t]), Role.OUTPUT),
        ),
        (W, V),
        (x,),
        totals={L: summed},
    )
    own = ones * sp.DiagMatrix(x[t])
    right = own + total(L, A[t + 1]) * immediate(A[t + 1], A[t])
    assert check(total(L, A[t]), right, net, t >= 1, t <= T - 1).kind is PROVED
    assert check(total(L, A[t]), right + own, net, t >= 1, t <= T - 1).kind is REFUTED
    direct = ones * sp.DiagMatrix(A[t])
    assert check(total(L, x[t]), total(L, A[t]) * W + direct, net, t >= 1, t <= T).kind is PROVED
    assert check(total(L, x[t]), total(L, A[t]) * W, net, t >= 1, t <= T).kind is REFUTED


def test_a_total_that_is_defined_by_itself_is_refused_not_searched_for_ever() -> None:
    with pytest.raises(IndexRangeError, match="defined by itself"):
        one_state_with(sp.MatAdd(J, ell[T]), {J: L})


# -- slips -------------------------------------------------------------------------------------------------------------


def slips(cell: Any, state: Any, own: Any, others: list[Any]) -> dict[str, tuple[Any, Any, tuple[Any, ...]]]:
    """A backward recursion of one state of a cell, each with one slip."""
    L, at = cell.L, state[t]
    now = [total(L, v[t]) * immediate(v[t], at) for v in others if immediate_is_there(cell, v[t], at)]
    later = [total(L, v[t + 1]) * immediate(v[t + 1], at) for v in others]
    inside = (t >= 1, t <= T - 1)
    everything = sp.MatAdd(*own, *now, *later)
    found = {
        "the path of one state dropped": (total(L, at), sp.MatAdd(*own, *now, *later[:-1]), inside),
        "the error of the same step": (
            total(L, at),
            everything.xreplace({total(L, others[-1][t + 1]): total(L, others[-1][t])}),
            inside,
        ),
        "it goes on at the end": (total(L, state[T]), everything.xreplace({t: T - 1}), (T >= 2,)),
        "every term twice": (total(L, at), sp.MatMul(2, everything), inside),
    }
    if own:
        found["the loss of the step missing"] = (total(L, at), sp.MatAdd(*now, *later), inside)
        found["the loss of the step before"] = (
            total(L, at),
            sp.MatAdd(immediate(cell.ell[t + 1], state[t + 1]), *now, *later),
            inside,
        )
    return found


def immediate_is_there(cell: Any, of: Any, wrt: Any) -> bool:
    """Whether a state looks at another one at its own index."""
    return bool(of != wrt and wrt in cell.inlined(of).atoms(type(wrt)))


OF_GATED = {
    "GRU": ("the path of one state dropped", "the error of the same step"),
    "LSTM, h": ("the path of one state dropped", "the loss of the step missing"),
    "LSTM, c": ("the path of one state dropped", "it goes on at the end"),
}


def all_slips() -> dict[str, tuple[Any, Any, Any, tuple[Any, ...]]]:
    gru, lstm, leaky = GRU(), LSTM(), Leaky()
    listed = {
        "GRU": (gru, gru.h, [immediate(gru.ell[t], gru.h[t])], [gru.h]),
        "Leaky": (leaky, leaky.h, [immediate(leaky.ell[t], leaky.h[t])], [leaky.h]),
        "LSTM, h": (lstm, lstm.h, [immediate(lstm.ell[t], lstm.h[t])], [lstm.h, lstm.c]),
        "LSTM, c": (lstm, lstm.c, [], [lstm.h, lstm.c]),
    }
    found = {}
    for name, (cell, state, own, others) in listed.items():
        for slip, (lhs, rhs, where) in slips(cell, state, own, others).items():
            if name == "Leaky" or slip in OF_GATED[name]:  # the others take longer and show no more
                found[f"{name}: {slip}"] = (cell, lhs, rhs, where)
    weights = (t >= 1, t <= T - 1)
    slope = sp.DiagMatrix(phi(leaky.U * leaky.h[t] + leaky.W * leaky.x[t + 1] + leaky.b, order=1))
    alpha = sp.Symbol("alpha", positive=True)
    carried = sp.MatMul(1 - alpha, total(leaky.L, leaky.h[t + 1]))
    for name, weight in (("W for Wᵀ", leaky.U.T), ("the right weights", leaky.U)):
        back = sp.MatMul(alpha, total(leaky.L, leaky.h[t + 1]), slope, weight)
        right = sp.MatAdd(immediate(leaky.ell[t], leaky.h[t]), carried, back)
        found[f"Leaky: {name}"] = (leaky, total(leaky.L, leaky.h[t]), right, weights)
    for gate in ("z", "r"):
        wrong = MatrixSum(total(gru.L, gru.h[t]) * immediate(gru.h[t], gru.U_z), (t, 1, T))
        found[f"GRU: U_{gate} by the path of z"] = (gru, total(gru.L, getattr(gru, f"U_{gate}")), wrong, (T >= 1,))
    return found


SLIPS = all_slips()
TRUE = {"Leaky: the right weights", "GRU: U_z by the path of z"}
"""What is put together in the same way and without a slip."""


@pytest.mark.table(quick=5)
@pytest.mark.parametrize("name", SLIPS)
def test_a_slip_in_the_backward_recursion_is_refuted(name: str) -> None:
    cell, lhs, rhs, where = SLIPS[name]
    assert check(lhs, rhs, cell, *where).kind is (PROVED if name in TRUE else REFUTED)


def test_the_recursion_is_not_proved_where_it_does_not_hold() -> None:
    """At t = T the next state exists no more, and at t = 0 there is no loss."""
    cell = CELLS["Leaky"]
    h, L, ell = cell.h, cell.L, cell.ell
    later = total(L, h[t + 1]) * immediate(h[t + 1], h[t])
    true = Equation(total(L, h[t]), immediate(ell[t], h[t]) + later, (t >= 1, t <= T - 1))
    assert prove_equation(true, cell)
    for where in ((t >= 0, t <= T - 1), (t >= 1, t <= T + 1), (t >= 1,)):
        with pytest.raises(ProofError):
            prove_equation(Equation(true.lhs, true.rhs, where), cell)


def test_errors_of_another_index_are_not_mixed_up() -> None:
    net = one_state_with(summed)
    true = MatrixSum(total(L, H[s]) * immediate(H[s], U), (s, 1, T))
    assert check(total(L, U), true, net, T >= 0).kind is PROVED
    for wrong in (
        MatrixSum(total(L, H[s]) * immediate(H[s], U), (s, 2, T)),
        MatrixSum(total(L, H[s - 1]) * immediate(H[s], U), (s, 1, T)),
        MatrixSum(immediate(ell[s], H[s]) * immediate(H[s], U), (s, 1, T)),
    ):
        assert check(total(L, U), wrong, net, T >= 2).kind is REFUTED
    outer = MatrixSum(sp.Transpose(total(L, H[s])) * X[s].T, (s, 1, T))
    assert check(Gradient(L, U), outer, net, T >= 1).kind is REFUTED
