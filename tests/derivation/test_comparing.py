"""Two recurrences that compute the same are proved to, under a renaming that is stated or found; others are refuted."""

from __future__ import annotations

import pytest
import sympy as sp

from symrnn import (
    GRU,
    LSTM,
    Cell,
    Elementwise,
    Elman,
    Equation,
    Kind,
    Sequence,
    TotalJacobian,
    activation,
    m,
    n,
    t,
    verify,
)
from symrnn.cells import MGU, ResetAfterGRU, complement, entrywise
from symrnn.derivation.comparing import equivalent, find_renaming
from symrnn.errors import ParameterError, ShapeError

sigma, tanh = Elementwise("sigmoid"), Elementwise("tanh")


def cho(new_is_z: bool) -> Cell:
    """A GRU with z or 1 - z at the new state; Cho et al. (2014) have the one, Chung et al. (2014) the other."""
    h, x = Sequence("h", n), Sequence("x", m, first=1)
    r, z, g = (Sequence(name, n, first=1) for name in "rzg")
    W, U, b = (
        {gate: sp.MatrixSymbol(f"{kind}_{gate}", n, cols) for gate in "rzh"}
        for kind, cols in (("W", m), ("U", n), ("b", 1))
    )
    new, old = (z[t], complement(z[t])) if new_is_z else (complement(z[t]), z[t])
    return Cell(
        "cho",
        {
            r: sigma(b["r"] + U["r"] * h[t - 1] + W["r"] * x[t]),
            z: sigma(W["z"] * x[t] + U["z"] * h[t - 1] + b["z"]),
            g: tanh(W["h"] * x[t] + U["h"] * entrywise(r[t], h[t - 1]) + b["h"]),
            h: entrywise(old, h[t - 1]) + entrywise(new, g[t]),
        },
        states=(h,),
        parameters=(*W.values(), *U.values(), *b.values()),
        inputs=(x,),
        activations=(activation("sigmoid"), activation("tanh")),
    )


def flipped(gru: GRU) -> dict[sp.MatrixSymbol, sp.MatrixExpr]:
    return {gru.W_z: -gru.W_z, gru.U_z: -gru.U_z, gru.b_z: -gru.b_z}


@pytest.mark.parametrize("cell", [GRU(), LSTM(), MGU(), Elman("tanh"), Elman()])
def test_a_cell_computes_what_it_computes(cell: Cell) -> None:
    assert equivalent(cell, cell).verify().kind is Kind.PROVED


def test_written_another_way_it_is_the_same() -> None:
    assert equivalent(GRU(), cho(new_is_z=False)).verify().kind is Kind.PROVED


def test_z_or_one_minus_z() -> None:
    gru = GRU()
    assert equivalent(gru, cho(new_is_z=True)).verify().kind is Kind.REFUTED
    assert equivalent(gru, cho(new_is_z=True), flipped(gru)).verify().kind is Kind.PROVED
    half = {gru.W_z: -gru.W_z, gru.U_z: -gru.U_z}
    assert equivalent(gru, cho(new_is_z=True), half).verify().kind is Kind.REFUTED


def test_the_renaming_is_found() -> None:
    gru = GRU()
    found = find_renaming(gru, cho(new_is_z=True))
    assert found is not None
    assert found.under == flipped(gru)
    assert str(found).endswith("under W_z -> -W_z, U_z -> -U_z, b_z -> -b_z")
    assert find_renaming(gru, ResetAfterGRU()) is None


def test_reset_before_and_after_the_product_differ() -> None:
    assert equivalent(GRU(), ResetAfterGRU()).verify().kind is Kind.REFUTED


def test_exchanged_gates() -> None:
    lstm = LSTM()
    swapped = {getattr(lstm, f"{kind}_{a}"): getattr(lstm, f"{kind}_{b}") for kind in "WUb" for a, b in ("if", "fi")}
    assert equivalent(lstm, lstm, swapped).verify().kind is Kind.REFUTED


def test_a_state_may_be_another_term() -> None:
    rnn = Elman("tanh")
    signs = {rnn.W_xh: -rnn.W_xh, rnn.b_h: -rnn.b_h}
    assert equivalent(rnn, rnn, signs, {rnn.h[t]: -rnn.h[t]}).verify().kind is Kind.PROVED
    assert equivalent(rnn, rnn, signs).verify().kind is Kind.REFUTED
    sigmoid = Elman("sigmoid")  # which is not odd
    signs = {sigmoid.W_xh: -sigmoid.W_xh, sigmoid.b_h: -sigmoid.b_h}
    assert equivalent(sigmoid, sigmoid, signs, {sigmoid.h[t]: -sigmoid.h[t]}).verify().kind is Kind.REFUTED


def test_a_merged_bias() -> None:
    rnn = Elman("tanh")
    c = sp.MatrixSymbol("c", n, 1)
    h = Sequence("h", n)
    two = Cell(
        "two biases",
        {h: tanh(rnn.W_xh * rnn.x[t] + rnn.W_hh * h[t - 1] + rnn.b_h + c)},
        states=(h,),
        parameters=(rnn.W_xh, rnn.W_hh, rnn.b_h, c),
        inputs=(rnn.x,),
        activations=(activation("tanh"),),
    )
    assert equivalent(two, rnn, {rnn.b_h: rnn.b_h + c}).verify().kind is Kind.PROVED
    assert equivalent(two, rnn).verify().kind is Kind.REFUTED


def test_derivatives_see_what_the_states_are_made_of() -> None:
    """Alike in value is not alike in derivative: h2 does not move with h_0, and h with -W_xh does not as with W_xh."""
    rnn = Elman("tanh")
    both = equivalent(rnn, rnn).recurrence
    start = (Equation(both.h2[0], both.h[0]),)

    def kind(left: sp.MatrixExpr, right: sp.MatrixExpr) -> Kind:
        return verify(Equation(left, right, (t >= 1,), start), both).kind

    assert kind(both.h2[t], both.h[t]) is Kind.PROVED
    assert kind(TotalJacobian(both.h2[t], both.W_hh), TotalJacobian(both.h[t], both.W_hh)) is Kind.PROVED
    assert kind(TotalJacobian(both.h2[t], both.h[0]), TotalJacobian(both.h[t], both.h[0])) is Kind.REFUTED
    assert kind(TotalJacobian(both.h2[t], both.h[0]), sp.ZeroMatrix(n, n)) is Kind.PROVED
    assert kind(TotalJacobian(both.h[t], both.h[0]), sp.ZeroMatrix(n, n)) is Kind.REFUTED


def test_without_equal_starts_nothing_is_alike() -> None:
    both = equivalent(Elman("tanh"), Elman("tanh")).recurrence
    assert verify(Equation(both.h2[t], both.h[t], (t >= 0,)), both).kind is Kind.REFUTED
    assert (
        verify(Equation(both.h2[t], both.h[t], (t >= 1,), (Equation(both.h2[1], both.h[1]),)), both).kind
        is not Kind.REFUTED
    )


def test_what_does_not_fit_is_refused_by_name() -> None:
    gru, lstm = GRU(), LSTM()
    with pytest.raises(ParameterError, match="W_f is not a parameter of the GRU"):
        equivalent(gru, gru, {lstm.W_f: gru.W_z})
    with pytest.raises(ParameterError, match="nothing is said of the state c of the LSTM"):
        equivalent(gru, lstm)
    with pytest.raises(ShapeError, match="another shape"):
        equivalent(gru, GRU(hidden=sp.Integer(3)))


@pytest.mark.parametrize(
    ("left", "right", "kind"),
    [
        (lambda a: sigma(-a), lambda a: sp.OneMatrix(n, 1) - sigma(a), Kind.PROVED),
        (lambda a: tanh(a), lambda a: 2 * sigma(2 * a) - sp.OneMatrix(n, 1), Kind.PROVED),
        (lambda a: tanh(-a), lambda a: -tanh(a), Kind.PROVED),
        (lambda a: sigma(-a, order=1), lambda a: sigma(a, order=1), Kind.PROVED),
        (lambda a: tanh(a, order=1), lambda a: 4 * sigma(2 * a, order=1), Kind.PROVED),
        (lambda a: tanh(a / 2), lambda a: 2 * sigma(a) - sp.OneMatrix(n, 1), Kind.PROVED),
        (lambda a: sigma(-a), lambda a: sp.OneMatrix(n, 1) + sigma(a), Kind.REFUTED),
        (lambda a: sigma(-a), lambda a: -sigma(a), Kind.REFUTED),
        (lambda a: tanh(a), lambda a: 2 * sigma(a) - sp.OneMatrix(n, 1), Kind.REFUTED),
        (lambda a: tanh(a), lambda a: sigma(2 * a) - sp.OneMatrix(n, 1), Kind.REFUTED),
    ],
)
def test_identities_of_the_sigmoid_and_tanh(left: object, right: object, kind: Kind) -> None:
    rnn = Elman()
    assert callable(left)
    assert callable(right)
    assert verify(Equation(left(rnn.a[t]), right(rnn.a[t]), (t >= 1,)), rnn).kind is kind
