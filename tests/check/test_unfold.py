"""States that are affine in the one before, beside others."""

from __future__ import annotations

from typing import Any

import pytest
import sympy as sp
from check.tools import check
from sympy.matrices.expressions import HadamardProduct, MatrixExpr

from symrnn.activations import activation
from symrnn.cells import GRU, LSTM, Elman
from symrnn.check.unfold import Unfolder
from symrnn.derivation import Kind
from symrnn.errors import IndexRangeError
from symrnn.expr import DESCENDING, Elementwise, MatrixSum, OrderedProduct, Sequence
from symrnn.recurrence import Definition, Recurrence, Role
from symrnn.symbols import T, m, n, s, t, u

PROVED, REFUTED = Kind.PROVED, Kind.REFUTED
H, Z, F, X = Sequence("h", n), Sequence("z", n), Sequence("f", n, first=1), Sequence("x", m, first=1)
W, V, U = sp.MatrixSymbol("W", n, n), sp.MatrixSymbol("V", n, n), sp.MatrixSymbol("U", n, m)
phi, sigma = Elementwise("phi"), Elementwise("sigmoid")
STATE, WITHIN, OUTPUT = Role.STATE, Role.INTERMEDIATE, Role.OUTPUT


def network(*definitions: tuple[Sequence, MatrixExpr, Role], **options: Any) -> Recurrence:
    options = {"parameters": (W, V, U), "inputs": (X,), **options}
    return Recurrence("test network", t, tuple(Definition(*each) for each in definitions), **options)


def summed(factor: Any, forcing: Any, upto: Any = t, first: int = 1) -> MatrixSum:
    """Σ_s Φ(t, s) B_s."""
    return MatrixSum(OrderedProduct(factor(u), (u, s + 1, upto), DESCENDING) * forcing(s), (s, first, upto))


def started(factor: Any, state: Any = Z[0], first: int = 1) -> MatrixExpr:
    """Φ(t, 0) z_0."""
    return OrderedProduct(factor(u), (u, first, t), DESCENDING) * state


def refuted_or_proved(model: Recurrence, state: Any, true: MatrixExpr, *wrong: MatrixExpr, at: Any = t >= 0) -> None:
    assert check(state, true, model, at).kind is PROVED
    for each in wrong:
        assert check(state, each, model, at).kind is REFUTED


TANGENT = network(
    (H, phi(W * H[t - 1]), STATE),
    (Z, sp.DiagMatrix(phi(W * H[t - 1], order=1)) * (W * Z[t - 1] + V * H[t - 1]), STATE),
)


def slope(at: Any) -> MatrixExpr:
    return sp.DiagMatrix(phi(W * H[at - 1], order=1))


def test_a_tangent_beside_a_state_that_is_not_affine() -> None:
    held, moved = started(lambda i: slope(i) * W), summed(lambda i: slope(i) * W, lambda i: slope(i) * V * H[i - 1])
    late = summed(lambda i: slope(i) * W, lambda i: slope(i) * V * H[i])
    left_out = summed(lambda i: slope(i) * W, lambda i: slope(i) * V * H[i - 1], first=2)
    refuted_or_proved(TANGENT, Z[t], held + moved, moved, held + late, at=t >= 1)
    assert check(Z[t], held + left_out, TANGENT, t >= 1).kind is REFUTED


def test_what_is_read_off_such_a_state() -> None:
    read = network(*((d.sequence, d.body, d.role) for d in TANGENT.definitions), (F, V * Z[t], OUTPUT))
    held, moved = started(lambda i: slope(i) * W), summed(lambda i: slope(i) * W, lambda i: slope(i) * V * H[i - 1])
    assert check(F[t], V * (held + moved), read, t >= 1).kind is PROVED


def test_a_gate_of_the_inputs_alone() -> None:
    model = network((F, sigma(U * X[t]), WITHIN), (Z, HadamardProduct(F[t], Z[t - 1]) + U * X[t], STATE))
    true = started(lambda i: sp.DiagMatrix(F[i])) + summed(lambda i: sp.DiagMatrix(F[i]), lambda i: U * X[i])
    late = started(lambda i: sp.DiagMatrix(F[i])) + summed(
        lambda i: sp.DiagMatrix(F[i]), lambda i: U * X[i - 1], first=2
    )
    ungated = started(lambda i: sp.Identity(n)) + summed(lambda i: sp.DiagMatrix(F[i]), lambda i: U * X[i])
    refuted_or_proved(model, Z[t], true, ungated, at=t >= 1)
    assert check(Z[t], late, model, t >= 1).kind is REFUTED


def test_an_affine_state_behind_another_is_written_out_as_well() -> None:
    model = network((H, W * H[t - 1], STATE), (Z, V * Z[t - 1] + H[t], STATE))
    true = V**t * Z[0] + MatrixSum(V ** (t - s) * W**s * H[0], (s, 1, t))
    refuted_or_proved(model, Z[t], true, V**t * Z[0] + MatrixSum(V ** (t - s) * W ** (s - 1) * H[0], (s, 1, t)))
    assert check(Z[t], V**t * Z[0] + MatrixSum(V ** (t - s) * H[s], (s, 1, t)), model, t >= 0).kind is PROVED


def test_a_state_of_several_columns() -> None:
    P, Q = Sequence("P", n, m), sp.MatrixSymbol("Q", n, m)
    definitions = ((H, phi(W * H[t - 1]), STATE), (P, slope(t) * W * P[t - 1] + Q, STATE))
    moved = summed(lambda i: slope(i) * W, lambda i: Q)
    true = started(lambda i: slope(i) * W, P[0]) + moved
    refuted_or_proved(network(*definitions, parameters=(W, Q), inputs=()), P[t], true, moved, at=t >= 1)


def test_a_state_that_is_multiplied_from_the_right() -> None:
    P = Sequence("P", n, n)
    model = network((P, W * P[t - 1] * V, STATE))
    assert check(P[t], W**t * P[0] * V**t, model, t >= 0).kind is not PROVED
    assert check(P[t], W**t * P[0], model, t >= 1).kind is REFUTED


Y, L = Sequence("y", n), sp.MatrixSymbol("L", n, 1)
ROUND = {
    "each affine in itself and the other": ((H, W * H[t - 1] + Z[t - 1], STATE), (Z, V * Z[t - 1] + H[t - 1], STATE)),
    "at the same index": ((H, W * H[t - 1], STATE), (Z, V * H[t] + Z[t - 1] + Y[t - 1], STATE), (Y, Z[t], OUTPUT)),
    "through an intermediate": ((F, Z[t - 1], WITHIN), (Z, HadamardProduct(F[t], Z[t - 1]), STATE)),
    "two steps back": ((Z, W * Z[t - 1] + Y[t - 1], STATE), (Y, Z[t - 1], STATE)),
    "by its slope": ((Z, sp.DiagMatrix(phi(Z[t - 1])) * Z[t - 1], STATE),),
    "by a number": ((Z, Z[t - 1][0, 0] * W * Z[t - 1], STATE),),
}


@pytest.mark.parametrize("definitions", ROUND.values(), ids=ROUND.keys())
def test_a_state_that_comes_back_to_itself_is_left_alone(definitions: Any) -> None:
    model = network(*definitions)
    unfolder = Unfolder(model)
    written = unfolder.solved_states(Z[t], (t >= 2,))
    assert written in (None, Z[t])
    assert check(Z[t], Z[0], model, t >= 2).kind is REFUTED


def test_a_total_that_leads_back_to_its_state_is_no_recurrence() -> None:
    with pytest.raises(IndexRangeError, match="defined by itself"):
        network((Z, W * Z[t - 1] + L, STATE), totals={L: MatrixSum(Z[t], (t, 1, T))})


@pytest.mark.parametrize("cell", [Elman("tanh"), LSTM(), GRU()], ids=lambda cell: cell.name)
def test_shipped_cells_that_are_not_affine_are_left_alone(cell: Any) -> None:
    assert Unfolder(cell).solved_states(cell.h[t], (t >= 1,)) is None


def test_before_its_beginning_a_state_is_not_written_out() -> None:
    assert Unfolder(TANGENT).solved_states(Z[t], ()) is None
    late = Recurrence(
        "late", t, (Definition(Sequence("z", n, first=1), W * Z[t - 1], STATE, 2),), (W,), (), {}, (activation("phi"),)
    )
    assert Unfolder(late).solved_states(Z[t], (t >= 0,)) is None
    assert check(Z[t], W ** (t - 1) * Z[1], late, t >= 1).kind is PROVED
