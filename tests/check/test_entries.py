"""Claims about entries: sums over units, as many as there are steps, written out from the rules of matrix products."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
import sympy as sp

from symrnn import (
    GRU,
    LSTM,
    Cell,
    Elementwise,
    Elman,
    Equation,
    Gradient,
    Kind,
    T,
    TotalJacobian,
    activation,
    n,
    t,
    to_text,
    verify,
)
from symrnn.certify.equations import certificate_of
from symrnn.errors import IndexRangeError, ShapeError, UnknownTermError
from symrnn.expr import ImmediateJacobian, Norm, Sequence, Softmax, UnitVector
from symrnn.symbols import m, q

i, j, a, b, c = sp.symbols("i j a b c", integer=True, nonnegative=True)
ROW, BOTH = (i < n,), (i < n, j < n)
net, tanh, lstm = Elman(), Elman("tanh"), LSTM()
W = net.W_hh
A, B = sp.MatrixSymbol("A", n, n), sp.MatrixSymbol("B", n, n)


def kind_of(left: Any, right: Any, *where: Any, of: Any = net) -> Kind:
    return verify(Equation(left, right, where=where), of).kind


def slope(at: Any, unit: Any) -> sp.Expr:
    return Elementwise("phi")(net.a[at], 1)[unit, 0]


def total(summand: Any, *over: sp.Symbol) -> sp.Sum:
    return sp.Sum(summand, *((each, 0, n - 1) for each in over))


def back(steps: int) -> sp.Expr:
    return TotalJacobian(net.h[t], net.h[t - steps])[i, j]


@pytest.mark.parametrize(
    ("steps", "right", "wrong"),
    [
        (1, slope(t, i) * W[i, j], slope(t, j) * W[i, j]),
        (1, slope(t, i) * W[i, j], slope(t, i) * W[j, i]),
        (
            2,
            slope(t, i) * total(W[i, a] * slope(t - 1, a) * W[a, j], a),
            slope(t, i) * total(W[i, a] * slope(t - 1, i) * W[a, j], a),
        ),
        (
            3,
            slope(t, i) * total(W[i, a] * slope(t - 1, a) * W[a, b] * slope(t - 2, b) * W[b, j], a, b),
            slope(t, i) * total(W[i, a] * slope(t - 1, b) * W[a, b] * slope(t - 2, a) * W[b, j], a, b),
        ),
        (
            4,
            slope(t, i)
            * total(
                W[i, a]
                * slope(t - 1, a)
                * total(W[a, b] * slope(t - 2, b) * W[b, c] * slope(t - 3, c) * W[c, j], b, c),
                a,
            ),
            slope(t, i)
            * total(
                W[i, a]
                * slope(t - 1, a)
                * total(W[a, b] * slope(t - 2, b) * W[c, b] * slope(t - 3, c) * W[c, j], b, c),
                a,
            ),
        ),
    ],
)
def test_a_step_for_each_sum(steps: int, right: sp.Expr, wrong: sp.Expr) -> None:
    assert kind_of(back(steps), right, t >= steps, *BOTH) is Kind.PROVED
    assert kind_of(back(steps), wrong, t >= steps, *BOTH) is Kind.REFUTED


def test_the_order_of_sums_is_free() -> None:
    right = slope(t, i) * total(W[i, a] * slope(t - 1, a) * W[a, b] * slope(t - 2, b) * W[b, j], b, a)
    assert kind_of(back(3), right, t >= 3, *BOTH) is Kind.PROVED


def test_the_slope_of_tanh_in_terms_of_its_value() -> None:
    left = TotalJacobian(tanh.h[t], tanh.h[t - 1])[i, j]
    assert kind_of(left, (1 - tanh.h[t][i, 0] ** 2) * W[i, j], t >= 1, *BOTH, of=tanh) is Kind.PROVED
    assert kind_of(left, (1 - tanh.h[t - 1][i, 0] ** 2) * W[i, j], t >= 1, *BOTH, of=tanh) is Kind.REFUTED


def test_gradients_and_errors() -> None:
    error = Gradient(net.L, net.a[t])[i, 0]
    over_time = sp.Sum(error * net.h[t - 1][j, 0], (t, 1, T))
    assert kind_of(Gradient(net.L, W)[i, j], over_time, T >= 0, *BOTH) is Kind.PROVED
    late = sp.Sum(error * net.h[t][j, 0], (t, 1, T))
    assert kind_of(Gradient(net.L, W)[i, j], late, T >= 0, *BOTH) is Kind.REFUTED
    own, ahead = Gradient(net.ell[t], net.h[t])[j, 0], Gradient(net.L, net.a[t + 1])[a, 0]
    for weight, wanted in ((W[a, j], Kind.PROVED), (W[j, a], Kind.REFUTED)):
        right = own + total(weight * ahead, a)
        assert kind_of(Gradient(net.L, net.h[t])[j, 0], right, t >= 1, t < T, j < n) is wanted


def test_the_error_of_a_memory_cell() -> None:
    through = Gradient(lstm.L, lstm.h[t])[i, 0] * lstm.o[t][i, 0] * (1 - Elementwise("tanh")(lstm.c[t])[i, 0] ** 2)
    for gate, wanted in ((lstm.f[t + 1], Kind.PROVED), (lstm.f[t], Kind.REFUTED)):
        right = through + Gradient(lstm.L, lstm.c[t + 1])[i, 0] * gate[i, 0]
        assert kind_of(Gradient(lstm.L, lstm.c[t])[i, 0], right, t >= 1, t < T, i < n, of=lstm) is wanted


def test_softmax_cross_entropy() -> None:
    loss = Elman().with_loss("softmax cross-entropy")
    left = TotalJacobian(loss.ell[t], loss.y[t])[0, i]
    for right, wanted in (
        (Softmax(loss.y[t])[i, 0] - loss.d[t][i, 0], Kind.PROVED),
        (loss.d[t][i, 0] - Softmax(loss.y[t])[i, 0], Kind.REFUTED),
    ):
        assert kind_of(left, right, t >= 1, i < q, of=loss) is wanted


def test_a_definition() -> None:
    bias = net.b_h[i, 0]
    seen = sp.Sum(net.W_xh[i, a] * net.x[t][a, 0], (a, 0, m - 1))
    kept = total(W[i, a] * net.h[t - 1][a, 0], a)
    assert kind_of(net.a[t][i, 0], kept + seen + bias, t >= 1, *ROW) is Kind.PROVED
    assert kind_of(net.a[t][i, 0], kept + seen - bias, t >= 1, *ROW) is Kind.REFUTED


@pytest.mark.parametrize(
    ("left", "right", "wanted"),
    [
        (total((A * B)[i, i], i), total((B * A)[i, i], i), Kind.PROVED),
        (total((A * A.T)[i, i], i), total(A[i, j] ** 2, i, j), Kind.PROVED),
        (total((A * A)[i, i], i), total(A[i, j] ** 2, i, j), Kind.REFUTED),
        (
            total(A[i, a] * A[a, b] * A[b, c] * A[c, i], a, b, c, i),
            total(A[a, b] * A[b, c] * A[c, i] * A[i, a], i, a, b, c),
            Kind.PROVED,
        ),
        (total(A[i, a] * sp.Identity(n)[a, i], a, i), total(A[i, i], i), Kind.PROVED),
        (total(A[i, a], a, i), total(A[i, i], i), Kind.REFUTED),
        (total(1, i), n, Kind.PROVED),
        (total(A[i, a], i, a) ** 2, total(A[i, a], a, i) * total(A[b, c], b, c), Kind.PROVED),
    ],
)
def test_sums_of_matrices_alone(left: sp.Expr, right: sp.Expr, wanted: Kind) -> None:
    assert verify(Equation(left, right)).kind is wanted


def test_an_entry_that_need_not_exist_is_not_proved() -> None:
    assert verify(Equation(A[i, j], A[i, j])).kind is Kind.REFUTED
    assert verify(Equation(A[i, j], A[i, j], where=BOTH)).kind is Kind.PROVED
    assert verify(Equation(A[i, j], A[j, i], where=BOTH)).kind is Kind.REFUTED


def test_entries_are_printed_as_people_count_them() -> None:
    claim = Equation(A[i - 1, j - 1], sp.Sum(A[i - 1, a - 1], (a, 1, n)))
    assert to_text(claim.lhs) == "[A]_{i,j}"
    assert to_text(claim.rhs) == "Σ_{a=1}^{n} [A]_{i,a}"


@pytest.mark.parametrize("number", [Norm(A), sp.sqrt(A[0, 0]), sp.sin(A[0, 0]), 1 / total(A[i, i], i), sp.Abs(A[0, 0])])
def test_what_is_not_made_of_entries_is_refused(number: sp.Expr) -> None:
    with pytest.raises(UnknownTermError, match="made of entries"):
        Equation(number, number)


def test_a_matrix_is_not_a_number() -> None:
    with pytest.raises(ShapeError, match="n x n"):
        Equation(A, 0)


@pytest.mark.parametrize("apart", [j < i, j < i - 1])
def test_a_sum_that_is_empty_at_the_smallest_indices_only(apart: Any) -> None:
    """u_{j+1} + … + u_{i-1} has no summand for i = j + 1, and one for i = j + 2, which needs n >= 3."""
    u = sp.MatrixSymbol("u", n, 1)
    inner = Equation(sp.Sum(u[a, 0], (a, j + 1, i - 1)), sp.S.Zero, where=(i < n, j < n, apart))
    assert verify(inner).kind is Kind.REFUTED


def test_a_function_called_like_what_is_held_is_a_function_as_any_other() -> None:
    held = Elman(activation("stop_gradient", generic=True))
    step = TotalJacobian(held.h[t], held.h[t - 1])
    assert verify(Equation(step, sp.ZeroMatrix(n, n), where=(t >= 1,)), held).kind is not Kind.PROVED
    assert verify(Equation(step, held.W_hh, where=(t >= 1,)), held).kind is not Kind.PROVED


# -- by an entry of a matrix -------------------------------------------------------------------------------------------


def by_entry(at: Any, unit: Any) -> sp.Expr:
    """∂h_t[unit]/∂W[i, j]."""
    return TotalJacobian(net.h[at][unit, 0], W[i, j])


@pytest.mark.parametrize(
    ("own", "weight", "wanted"),
    [
        (sp.Identity(n)[b, i] * net.h[t - 1][j, 0], W[b, a], Kind.PROVED),
        (sp.Identity(n)[b, j] * net.h[t - 1][i, 0], W[b, a], Kind.REFUTED),  # rows for columns
        (net.h[t - 1][j, 0], W[b, a], Kind.REFUTED),  # every unit for the one that W[i, j] feeds
        (sp.Identity(n)[b, i] * net.h[t - 1][j, 0], W[a, b], Kind.REFUTED),  # the weights transposed
        (sp.Identity(n)[b, i] * net.h[t][j, 0], W[b, a], Kind.REFUTED),
    ],
)
def test_the_recursion_of_a_state_by_a_weight(own: sp.Expr, weight: sp.Expr, wanted: Kind) -> None:
    right = slope(t, b) * (own + total(weight * by_entry(t - 1, a), a))
    assert kind_of(by_entry(t, b), right, t >= 1, *BOTH, b < n) is wanted


def test_a_state_by_a_weight_is_a_sum_over_time() -> None:
    s = sp.Symbol("s", integer=True)
    summand = TotalJacobian(net.h[t][b, 0], net.a[s][i, 0]) * net.h[s - 1][j, 0]
    for first, wanted in ((1, Kind.PROVED), (2, Kind.REFUTED)):
        assert kind_of(by_entry(t, b), sp.Sum(summand, (s, first, t)), t >= 1, *BOTH, b < n) is wanted


def test_all_units_by_a_weight() -> None:
    column, own = TotalJacobian(net.h[t], W[i, j]), net.h[t - 1][j, 0] * UnitVector(n, i + 1)
    assert column.shape == (n, 1)
    right = sp.MatMul(net.D(t), own + W * TotalJacobian(net.h[t - 1], W[i, j]))
    assert kind_of(column, right, t >= 1, *BOTH) is Kind.PROVED
    assert kind_of(column, sp.MatMul(net.D(t), own + W.T * TotalJacobian(net.h[t - 1], W[i, j])), t >= 1, *BOTH) is (
        Kind.REFUTED
    )


def test_the_loss_by_a_weight_and_by_a_bias() -> None:
    through = sp.Sum(total(Gradient(net.ell[t], net.h[t])[a, 0] * by_entry(t, a), a), (t, 1, T))
    assert kind_of(Gradient(net.L, W[i, j]), through, T >= 0, *BOTH) is Kind.PROVED
    at_once = ImmediateJacobian(net.h[t][b, 0], net.b_h[i, 0])
    for right, wanted in ((slope(t, b) * sp.Identity(n)[b, i], Kind.PROVED), (slope(t, b), Kind.REFUTED)):
        assert kind_of(at_once, right, t >= 1, i < n, b < n) is wanted


@pytest.mark.parametrize(
    ("of", "wrt", "shape"),
    [(net.h[t][b, 0], W[i, j], (1, 1)), (net.h[t], W[i, j], (n, 1)), (net.h[t][b, 0], W, (1, n**2))],
)
def test_the_closed_form_of_an_entry(of: Any, wrt: Any, shape: tuple[Any, Any]) -> None:
    derivation = net.derive(of, wrt=wrt)
    assert derivation.closed_form.shape == shape
    assert derivation.verify().kind is Kind.PROVED


ENTRIES = {
    "a matrix twice": (Cell.parse("h[t] = tanh((W - W') h[t-1] + U x[t] + b)", name="antisymmetric"), "W"),
    "LSTM": (lstm, "U_f"),
    "GRU": (GRU(), "U_r"),
}


@pytest.mark.parametrize("name", ENTRIES)
def test_an_entry_takes_no_longer_than_its_matrix(name: str) -> None:
    """The steps of the calculus are those of the whole Jacobian, each in a product with unit vectors."""
    cell, parameter = ENTRIES[name]
    entry = cell.derive(cell.h[t][a, 0], wrt=getattr(cell, parameter)[i, j])
    found = certificate_of(entry, "entry")
    assert sum(line.startswith('["within"') for line in found.lines) >= 3
    wrong = getattr(cell, parameter)[j, i]
    assert verify(replace(entry.equation, lhs=TotalJacobian(cell.h[t][a, 0], wrong)), cell).kind is Kind.REFUTED


def test_a_derivative_by_an_entry_that_need_not_exist_is_not_proved() -> None:
    assert kind_of(by_entry(t, b), by_entry(t, b), t >= 1) is Kind.REFUTED
    assert kind_of(by_entry(t, b), by_entry(t, b), t >= 1, *BOTH, b < n) is Kind.PROVED
    below = sp.Symbol("z", integer=True)
    assert kind_of(by_entry(t, below), by_entry(t, below), t >= 1, *BOTH, below < n) is Kind.REFUTED
    with pytest.raises(IndexRangeError, match="row 0"):
        TotalJacobian(net.h[t], W[-1, 0])


def test_entries_of_a_state_that_is_a_matrix() -> None:
    S, key, value = Sequence("S", n, m), Sequence("p", m), Sequence("r", n)
    memory = Cell("memory", {S: S[t - 1] + value[t] * key[t].T}, (S,), (), (value, key))
    by_value, by_state = TotalJacobian(S[t][i, a], value[t][j, 0]), TotalJacobian(S[t][i, a], S[t - 1][j, b])
    eye, inside = sp.Identity(n)[i, j], (t >= 2, *BOTH, a < m)
    for at, wanted in ((t, Kind.PROVED), (t - 1, Kind.REFUTED)):
        assert kind_of(by_value, eye * key[at][a, 0], *inside, of=memory) is wanted
    for other, wanted in ((sp.Identity(m)[a, b], Kind.PROVED), (sp.S.One, Kind.REFUTED)):
        assert kind_of(by_state, eye * other, *inside, b < m, of=memory) is wanted


def test_the_gradient_of_an_entry_is_refused() -> None:
    with pytest.raises(ShapeError, match="use TotalJacobian"):
        Gradient(net.h[t][i, 0], W)


def test_an_entry_of_a_product_has_no_name() -> None:
    with pytest.raises(ShapeError, match="give the expression a name"):
        TotalJacobian((A * B)[i, j], W)
    with pytest.raises(UnknownTermError, match="A is not a quantity"):
        net.derive(net.h[t], wrt=A[i, j])


@pytest.mark.parametrize("row", [sp.Symbol("k", integer=True), sp.Symbol("k", integer=True, nonnegative=True)])
def test_a_row_called_like_the_index_of_a_sum_is_not_caught_by_it(row: sp.Symbol) -> None:
    named, plain = net.derive(net.h[t], wrt=W[row, j]).closed_form, net.derive(net.h[t], wrt=W[i, j]).closed_form
    assert row in named.free_symbols
    assert named.xreplace({row: i}).free_symbols == plain.free_symbols
    assert verify(Equation(named.xreplace({row: i}), plain, where=(t >= 1, *BOTH)), net).kind is Kind.PROVED


def test_the_only_entry_of_a_loss_is_the_loss() -> None:
    assert Gradient(net.L[0, 0], W[i, j]) == Gradient(net.L, W[i, j])
    with pytest.raises(ShapeError, match=r"the gradient of .*, an entry"):
        Gradient(net.h[t][i, 0], W)


def test_powers_of_a_derivative_of_an_entry() -> None:
    entry, where = by_entry(t, b), (t >= 1, *BOTH, b < n)
    assert kind_of(entry**2, entry * entry, *where) is Kind.PROVED
    assert kind_of(entry**2, entry, *where) is Kind.REFUTED
    with pytest.raises(UnknownTermError, match="not one made of entries"):
        Equation(1 / entry, entry)
