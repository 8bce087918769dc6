"""Cells as definitions: what they say, and what is refused with the place."""

from __future__ import annotations

import copy
import pickle
from dataclasses import FrozenInstanceError

import pytest
import sympy as sp
from check.tools import check
from sympy.core.symbol import Str

from symrnn.activations import activation
from symrnn.cells import GRU, LSTM, Cell, Leaky, entrywise, gates, matrices
from symrnn.derivation import Kind
from symrnn.errors import IndexRangeError, ParameterError, ShapeError, SymrnnError, UnknownTermError
from symrnn.expr import Elementwise, GenericFunction, Sequence, TotalJacobian
from symrnn.recurrence import Definition, Recurrence, Role
from symrnn.symbols import m, n, t

H, (Z,), (X,) = Sequence("h", n), gates("z", n), gates("x", m)
ONE = sp.MatrixSymbol("a", 1, 1)
(U,), (W,) = matrices("U", n, n), matrices("W", n, m)
sigma = Elementwise("sigmoid")


def cell(gate: sp.MatrixExpr, state: sp.MatrixExpr) -> Cell:
    return Cell("mine", {Z: gate, H: state}, (H,), (U, W), (X,), (activation("sigmoid"),))


def test_a_cell_has_its_quantities_by_name() -> None:
    gru = GRU()
    assert gru.body(gru.h[t]) == entrywise(gru.z[t], gru.h[t - 1]) + entrywise(sp.OneMatrix(n, 1) - gru.z[t], gru.g[t])
    assert gru.role(gru.z[t]) is Role.INTERMEDIATE
    with pytest.raises(AttributeError, match="GRU has no W_q"):
        _ = gru.W_q


def test_a_cell_can_be_copied_and_kept() -> None:
    gru = GRU()
    assert copy.copy(gru).h[t] == gru.h[t]
    assert copy.deepcopy(gru).U_r == gru.U_r
    assert pickle.loads(pickle.dumps(gru)).L == gru.L


def test_the_states_that_a_state_is_defined_by() -> None:
    lstm = LSTM()
    assert [d.sequence.name for d in lstm.graph.system("h")] == ["c", "h"]
    assert [d.sequence.name for d in GRU().graph.system("h")] == ["h"]


REFUSED = {
    "from the future": (sigma(U * H[t - 1]), entrywise(Z[t], H[t + 1]), IndexRangeError, r"h\[t\] uses h\[t \+ 1\]"),
    "an unknown name": (
        sigma(sp.MatrixSymbol("V", n, n) * H[t - 1]),
        entrywise(Z[t], H[t - 1]),
        UnknownTermError,
        "V is used, but neither defined nor given",
    ),
    "another shape": (sigma(U * H[t - 1]), U, ShapeError, "is defined as"),
    "in a circle": (sigma(U * H[t]), entrywise(Z[t], H[t - 1]), IndexRangeError, "use each other at one index"),
    "from the middle": (sigma(U * H[2 * t]), entrywise(Z[t], H[t - 1]), IndexRangeError, r"z\[t\] uses h\[2\*t\]"),
    "from one end": (sigma(U * H[0]), entrywise(Z[t], H[t - 1]), IndexRangeError, r"z\[t\] uses h\[0\]"),
    "a number": (sigma(U * H[t - 1]), 3, ShapeError, "h is defined as 3, which is not a matrix expression"),
    "a text": ("sigma(h)", entrywise(Z[t], H[t - 1]), ShapeError, "z is defined as 'sigma.h.', which is not a matrix"),
    "before the start": (sigma(U * H[t - 2]), entrywise(Z[t], H[t - 1]), IndexRangeError, "starts at 0"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_no_recurrence_is_refused_with_the_place(name: str) -> None:
    gate, state, error, message = REFUSED[name]
    with pytest.raises(error, match=message) as caught:
        cell(gate, state)
    assert "mine" in str(caught.value)


def test_a_cell_needs_a_state_and_does_not_change() -> None:
    with pytest.raises(ParameterError, match=r"no state is named \(at mine\)"):
        Cell("mine", {H: sigma(U * H[t - 1])}, (), (U,), activations=(activation("sigmoid"),))
    with pytest.raises(FrozenInstanceError):
        GRU().h = H


@pytest.mark.parametrize("body", [H[t - 1] * ONE, ONE[0, 0] * H[t - 1], sp.Symbol("c") * H[t - 1] * ONE])
def test_scalar_parameters_and_constants(body: sp.MatrixExpr) -> None:
    net = Cell("scalars", {H: body + sigma(U * H[t - 1])}, (H,), (U, ONE), activations=(activation("sigmoid"),))
    for wrt in (ONE, U):
        assert net.derive(net.L, wrt=wrt).verify().kind is Kind.PROVED, wrt


@pytest.mark.parametrize("rate", [sp.MatrixSymbol("R", n, n), [1], None])
def test_a_rate_that_is_no_number_is_refused(rate: object) -> None:
    with pytest.raises(SymrnnError):
        Leaky("tanh", rate=rate)


def test_shapes_that_do_not_fit_are_refused_where_they_are_written() -> None:
    with pytest.raises(SymrnnError):
        cell(sigma(W * H[t - 1]), entrywise(Z[t], H[t - 1]))


# -- several states, one of them of another size ------------------------------------------------------------------


def two_sizes() -> Cell:
    """Two states of sizes n and m; the second looks at the first at its own index."""
    h, c = Sequence("h", n), Sequence("c", m)
    (A,), (B,), (D,) = matrices("A", n, m), matrices("B", m, n), matrices("D", m, m)
    tanh = Elementwise("tanh")
    equations = {h: tanh(A * c[t - 1]), c: tanh(D * c[t - 1] + B * h[t])}
    return Cell("two sizes", equations, (c, h), (A, B, D), activations=(activation("tanh"),))


@pytest.mark.table(quick=2)
@pytest.mark.parametrize("parameter", ["A", "B", "D"])
@pytest.mark.parametrize("state", ["c", "h"])
def test_states_of_different_sizes(state: str, parameter: str) -> None:
    net = two_sizes()
    assert net.derive(getattr(net, state)[t], wrt=getattr(net, parameter)).verify().kind is Kind.PROVED


def test_layers_on_top_of_each_other_are_coupled_states() -> None:
    first, second = Sequence("h", n), Sequence("g", m)
    (A,), (B,), (D,) = matrices("A", n, n), matrices("B", m, n), matrices("D", m, m)
    tanh = Elementwise("tanh")
    equations = {first: tanh(A * first[t - 1]), second: tanh(D * second[t - 1] + B * first[t])}
    net = Cell("two layers", equations, (second, first), (A, B, D), activations=(activation("tanh"),))
    assert net.derive(second[t], wrt=A).verify().kind is Kind.PROVED
    assert net.derive(second[t], wrt=first[0]).verify().kind is Kind.PROVED
    assert net.derive(first[t], wrt=D).closed_form == sp.ZeroMatrix(n, m**2)
    assert net.derive(first[t], wrt=D).verify().kind is Kind.PROVED
    below = net.derive(first[t], wrt=second[0])
    assert below.closed_form == sp.ZeroMatrix(n, m)
    assert below.verify().kind is Kind.PROVED
    assert check(TotalJacobian(second[t], first[0]), sp.ZeroMatrix(m, n), net, t >= 1).kind is Kind.REFUTED


def test_what_enters_through_a_generic_function_is_not_overlooked() -> None:
    """The argument of a generic function keeps its name, so that what it is made of is not seen at once."""
    h, (a,), c = Sequence("h", n), gates("a", n), Sequence("c", n)
    definitions = (
        Definition(a, U * c[t - 1], Role.INTERMEDIATE),
        Definition(h, GenericFunction(Str("F"), n, sp.S.One, a[t]), Role.STATE),
        Definition(c, U * c[t - 1], Role.STATE),
    )
    net = Recurrence("generic", t, definitions, (U,))
    claim = check(TotalJacobian(h[t], c[0]), sp.ZeroMatrix(n, n), net, t >= 1)
    assert claim.kind is not Kind.PROVED
