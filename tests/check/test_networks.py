"""Recurrences other than the two that ship: what the checker follows, and what it says it does not."""

from __future__ import annotations

import pytest
import sympy as sp
from check.tools import H, U, V, W, X, check, one_state, phi, zero

from symrnn.derivation import Kind
from symrnn.expr import Differential, ImmediateJacobian, OrderedProduct, Sequence, TotalJacobian
from symrnn.recurrence import Definition, Recurrence, Role
from symrnn.symbols import m, n, q, s, t, u

total, immediate = TotalJacobian, ImmediateJacobian
PROVED, REFUTED, UNDECIDED, IDENTITY = Kind.PROVED, Kind.REFUTED, Kind.UNDECIDED, Kind.IDENTITY
diag, kron, I = sp.DiagMatrix, sp.KroneckerProduct, sp.Identity


def test_transposed_weights() -> None:
    model = one_state(phi(W.T * H[t - 1]), W)
    true = total(H[t], H[t - 1]) * total(H[t - 1], W) + immediate(H[t], W)
    assert check(total(H[t], W), true, model, t >= 1).kind is PROVED
    assert check(immediate(H[t], W), zero(H[t], W), model, t >= 1).kind is REFUTED


def test_weights_used_twice() -> None:
    model = one_state(phi(W * W * H[t - 1]), W)
    D = diag(phi(W * W * H[t - 1], order=1))
    first, second = kron((W * H[t - 1]).T, I(n)), kron(H[t - 1].T, W)
    assert check(immediate(H[t], W), D * (first + second), model, t >= 1).kind is PROVED
    assert check(immediate(H[t], W), 2 * D * first, model, t >= 1).kind is REFUTED
    assert check(immediate(H[t], W), D * first, model, t >= 1).kind is REFUTED


def test_a_state_that_multiplies_itself() -> None:
    model = one_state(sp.HadamardProduct(H[t - 1], W * H[t - 1]), W)
    both = diag(H[t - 1]) * W + diag(W * H[t - 1])
    assert check(total(H[t], H[t - 1]), both, model, t >= 1).kind is PROVED
    assert check(total(H[t], H[t - 1]), diag(H[t - 1]) * W, model, t >= 1).kind is REFUTED


def test_an_activation_inside_another() -> None:
    inner = phi(V * H[t - 1])
    model = one_state(phi(W * inner), W, V)
    D, E = diag(phi(W * inner, order=1)), diag(phi(V * H[t - 1], order=1))
    assert check(total(H[t], H[t - 1]), D * W * E * V, model, t >= 1).kind is PROVED
    assert check(total(H[t], H[t - 1]), D * W * V, model, t >= 1).kind is REFUTED


def test_row_states() -> None:
    row = Sequence("h", 1, n)
    model = one_state(phi(row[t - 1] * W), W, state=row)
    D = diag(phi(row[t - 1] * W, order=1).T)
    assert check(total(row[t], row[t - 1]), D * W.T, model, t >= 1).kind is PROVED
    assert check(total(row[t], row[t - 1]), W.T * D, model, t >= 1).kind is REFUTED


# -- more than one state, or further back ----------------------------------------------------------------------------

C = Sequence("c", n)


def coupled(lag: int) -> Recurrence:
    return Recurrence(
        "coupled network",
        t,
        (
            Definition(C, W * H[t - 1] + C[t - 1], Role.STATE),
            Definition(H, phi(V * C[t - lag] + W * H[t - 1]), Role.STATE),
        ),
        (W, V),
    )


@pytest.mark.parametrize("lag", [0, 1])
def test_coupled_states_are_unrolled_together(lag: int) -> None:
    model = coupled(lag)
    steps = immediate(H[t], H[t - 1]) * immediate(H[t - 1], H[t - 2])
    assert check(total(H[t], H[t - 2]), steps, model, t >= 2).kind is REFUTED
    true = immediate(H[t], H[t - 1]) + immediate(H[t], C[t]) * immediate(C[t], H[t - 1])
    assert check(total(H[t], H[t - 1]), true, model, t >= 1).kind is PROVED


def test_a_state_that_reaches_two_steps_back() -> None:
    far = Sequence("h", n, first=-1)
    model = one_state(phi(W * far[t - 1] + V * far[t - 2]), W, V, state=far)
    assert check(total(far[t], far[t - 1]), immediate(far[t], far[t - 1]), model, t >= 1).kind is IDENTITY
    steps = immediate(far[t], far[t - 1]) * immediate(far[t - 1], far[t - 2])
    assert check(total(far[t], far[t - 2]), steps, model, t >= 2).kind is REFUTED


# -- intermediates and inputs that enter late --------------------------------------------------------------------------

late_x, late_c, b = Sequence("x", m), Sequence("c", n), Sequence("b", n)


def delayed() -> Recurrence:
    """h_t = φ(W h_{t-1} + c_t + V c_{t-1}) with c_t = U x_t."""
    return Recurrence(
        "delayed network",
        t,
        (
            Definition(late_c, U * late_x[t], Role.INTERMEDIATE, first=0),
            Definition(H, phi(W * H[t - 1] + late_c[t] + V * late_c[t - 1]), Role.STATE),
        ),
        (W, V, U),
        (late_x,),
    )


def slope(at: sp.Expr) -> sp.MatrixExpr:
    return diag(phi(W * H[at - 1] + late_c[at] + V * late_c[at - 1], order=1))


def carried(after: sp.Expr, upto: sp.Expr) -> OrderedProduct:
    return OrderedProduct(slope(u) * W, (u, after + 1, upto), "descending")


@pytest.mark.parametrize(("wrt", "last"), [(late_c, sp.Identity(n)), (late_x, U)])
def test_what_enters_late_is_not_taken_to_enter_at_once(wrt: Sequence, last: sp.MatrixExpr) -> None:
    model = delayed()
    as_if = carried(s, t) * slope(s) * last
    assert check(total(H[t], wrt[s]), as_if, model, s >= 1, t >= s).kind is REFUTED
    assert check(total(H[t], wrt[t - 1]), slope(t) * (V + W * slope(t - 1)) * last, model, t >= 2).kind is PROVED
    assert check(total(H[t], wrt[t]), slope(t) * last, model, t >= 1).kind is PROVED


def test_immediate_dependence_on_what_enters_late() -> None:
    model = delayed()
    nothing = zero(H[t], late_c[s])
    assert check(immediate(H[t], late_c[t - 1]), slope(t) * V, model, t >= 2).kind is PROVED
    assert check(immediate(H[t], late_c[s]), nothing, model, s >= 1, s <= t - 1).kind is REFUTED
    assert check(immediate(H[t], late_c[s]), nothing, model, s >= 1, sp.Eq(s, t - 1)).kind is REFUTED
    assert check(immediate(H[t], late_c[s]), nothing, model, s >= 1, s <= t - 2).kind is PROVED
    both = kron(late_x[t].T, I(n)) + kron(late_x[t - 1].T, V)
    assert check(immediate(H[t], U), slope(t) * both, model, t >= 1).kind is PROVED


def test_intermediates_of_intermediates() -> None:
    model = Recurrence(
        "nested network",
        t,
        (
            Definition(b, U * late_x[t], Role.INTERMEDIATE, first=0),
            Definition(late_c, b[t] + V * b[t - 1], Role.INTERMEDIATE),
            Definition(H, phi(W * H[t - 1] + late_c[t]), Role.STATE),
        ),
        (W, V, U),
        (late_x,),
    )
    nothing = zero(late_c[t], b[s])
    assert check(total(late_c[t], b[s]), nothing, model, s >= 1, s <= t).kind is REFUTED
    assert check(total(late_c[t], b[s]), nothing, model, s >= 1, s < t - 1).kind is PROVED
    assert check(total(late_c[t], b[t - 1]), V, model, t >= 2).kind is PROVED


def test_outputs_that_see_the_input() -> None:
    y, Q, P = Sequence("y", q, first=1), sp.MatrixSymbol("Q", q, n), sp.MatrixSymbol("P", q, m)
    definitions = (Definition(H, phi(W * H[t - 1]), Role.STATE), Definition(y, Q * H[t] + P * X[t], Role.OUTPUT))
    model = Recurrence("seeing network", t, definitions, (W, Q, P), (X,))
    assert check(total(y[t], X[s]), zero(y[t], X[s]), model, s >= 1, t >= 1).kind is REFUTED
    assert check(total(y[t], X[s]), zero(y[t], X[s]), model, s >= 1, t > s).kind is PROVED
    moved = Q * Differential(H[t])
    assert check(Differential(y[t]), moved, model, t >= 1, varying=(X[3], W)).kind is REFUTED
    assert check(Differential(y[t]), moved + P * Differential(X[t]), model, t >= 1, varying=(W,)).kind is PROVED
