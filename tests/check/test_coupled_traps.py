"""Recurrences at which a prover of coupled states may slip: each was a wrong formula, a wrong proof or a crash once."""

from __future__ import annotations

from typing import Any

import pytest
import sympy as sp
from check.tools import check, zero
from sympy.core.symbol import Str

from symrnn.cells import LSTM, Elman
from symrnn.check import verify
from symrnn.check.kernel import prove_equation
from symrnn.derivation import Equation, Kind
from symrnn.errors import IndexRangeError, ProofError, UnknownTermError
from symrnn.expr import (
    Elementwise,
    GenericFunction,
    ImmediateJacobian,
    MatrixSum,
    OrderedProduct,
    Sequence,
    TotalJacobian,
)
from symrnn.recurrence import Definition, Recurrence, Role
from symrnn.symbols import T, n, s, t, u

STATE, INTERMEDIATE, OUTPUT = Role.STATE, Role.INTERMEDIATE, Role.OUTPUT
phi, total = Elementwise("phi"), TotalJacobian
W, V, M = (sp.MatrixSymbol(name, n, n) for name in "WVM")
h, c, x = Sequence("h", n), Sequence("c", n), Sequence("x", n)
a, y = Sequence("a", n, first=1), Sequence("y", n, first=1)


def network(*definitions: Definition, **options: Any) -> Recurrence:
    return Recurrence("trap", t, definitions, (W, V), (x,), **options)


# -- a total in the equation of a state ----------------------------------------------------------------------------

TOTALS = {
    "alone": network(Definition(h, phi(M * h[t - 1]), STATE), totals={M: W * W}),
    "coupled": network(
        Definition(h, phi(M * c[t - 1]), STATE), Definition(c, phi(M * h[t - 1]), STATE), totals={M: W * W}
    ),
}


@pytest.mark.parametrize("name", TOTALS)
def test_a_state_moves_with_what_a_total_in_its_equation_is_made_of(name: str) -> None:
    net = TOTALS[name]
    with pytest.raises(ProofError):
        prove_equation(Equation(total(h[t], W), zero(h[t], W), (t >= 1,)), net)
    assert check(total(h[t], W), zero(h[t], W), net, t >= 1).kind is Kind.REFUTED
    with pytest.raises(UnknownTermError, match="M, which has an equation of its own"):
        net.derive(h[t], wrt=W)


def test_a_total_that_is_made_of_itself_is_refused() -> None:
    loss = sp.MatrixSymbol("L", n, 1)
    with pytest.raises(IndexRangeError, match="L is defined by itself"):
        network(Definition(h, phi(W * h[t - 1] + loss), STATE), totals={loss: MatrixSum(h[t], (t, 1, T))})


# -- no formula where one would leave out a path -------------------------------------------------------------------

EARLY, LATE = Sequence("h", n, first=-1), Sequence("c", n)
NO_FORMULA = {
    "two steps back": (network(Definition(EARLY, W * EARLY[t - 1] + V * EARLY[t - 2], STATE)), EARLY[t], W),
    "two steps back, by a state": (
        network(Definition(EARLY, W * EARLY[t - 1] + V * EARLY[t - 2], STATE)),
        EARLY[t],
        EARLY[s],
    ),
    "an input that enters twice": (
        network(Definition(h, phi(W * h[t - 1] + V * x[t] + W * x[t - 1]), STATE)),
        h[t],
        x[s],
    ),
    "an output that is fed on": (
        network(
            Definition(h, phi(W * h[t - 1]), STATE),
            Definition(y, W * h[t], OUTPUT),
            Definition(c, phi(V * c[t - 1] + y[t]), STATE),
        ),
        c[t],
        W,
    ),
    "an intermediate in a generic function": (
        network(
            Definition(a, W * c[t - 1], INTERMEDIATE),
            Definition(h, GenericFunction(Str("F"), n, sp.S.One, h[t - 1], a[t]), STATE),
            Definition(c, phi(V * c[t - 1]), STATE),
        ),
        h[t],
        c[0],
    ),
    "states that begin apart": (
        network(Definition(h, phi(W * h[t - 1]), STATE), Definition(c, phi(V * c[t - 1] + h[t]), STATE, first=2)),
        c[t],
        W,
    ),
    "an intermediate of the Elman network": (Elman(), Elman().h[t], Elman().a[s]),
    "the loss by an intermediate": (Elman(), Elman().L, Elman().a[s]),
    "a gate of the LSTM": (LSTM(), LSTM().h[t], LSTM().f[s]),
}


@pytest.mark.parametrize("name", NO_FORMULA)
def test_no_formula_is_better_than_one_that_leaves_out_a_path(name: str) -> None:
    net, of, wrt = NO_FORMULA[name]
    with pytest.raises(UnknownTermError):
        net.derive(of, wrt=wrt)


def test_a_generic_function_of_a_matrix_keeps_every_path() -> None:
    """dh_t/dW is the sum over all uses of W; the last two steps do not follow from one use alone."""
    net = network(Definition(h, GenericFunction(Str("F"), n, sp.S.One, h[t - 1], W), STATE))
    found = net.derive(h[t], wrt=W)
    assert found.verify().kind in (Kind.PROVED, Kind.IDENTITY)
    once = Equation(found.start, ImmediateJacobian(h[t], W), where=(t >= 1,))
    assert verify(once, net).kind is Kind.REFUTED


def test_the_differential_form_does_not_overlook_the_other_states() -> None:
    lstm = LSTM()
    with pytest.raises(UnknownTermError, match="coupled with others"):
        lstm.derive(lstm.c[t], wrt=lstm.U_f, form="differential")


# -- states that do not look back, where 0^0 = I --------------------------------------------------------------------

FORGETFUL = network(Definition(h, phi(W * x[t]), STATE), Definition(c, phi(V * h[t]), STATE))


@pytest.mark.parametrize("of", [h[t], c[t]], ids=str)
@pytest.mark.parametrize("wrt", [W, V, x[s], h[s], c[s], h[0], h[t - 1], h[t], c[t]], ids=str)
def test_a_state_without_memory(of: Any, wrt: Any) -> None:
    assert FORGETFUL.derive(of, wrt=wrt).verify().kind is Kind.PROVED


def test_an_empty_product_of_zeros_is_an_identity() -> None:
    closed = FORGETFUL.derive(h[t], wrt=h[s]).closed_form
    assert isinstance(closed, OrderedProduct)
    product = OrderedProduct(sp.ZeroMatrix(n, n), (u, s + 1, t), "descending")
    assert check(total(h[t], h[s]), product, FORGETFUL, s >= 0, t >= s).kind is Kind.PROVED
    assert check(total(h[t], h[s]), zero(h[t], h[s]), FORGETFUL, s >= 0, t > s).kind is not Kind.REFUTED
    assert check(total(h[t], h[s]), zero(h[t], h[s]), FORGETFUL, s >= 0, t >= s).kind is Kind.REFUTED


# -- conditions of what is derived ---------------------------------------------------------------------------------

TOWER = network(
    Definition(h, phi(W * h[t - 1]), STATE),
    Definition(c, phi(V * c[t - 1] + h[t]), STATE),
    Definition(y, W * h[t] + V * x[t], OUTPUT),
)


@pytest.mark.parametrize(
    ("of", "wrt"),
    [
        (h[t], c[t - 1]),
        (h[t], c[s]),
        (h[t], x[s]),
        (h[t], y[s]),
        (y[t], y[s]),
        (y[t], x[s]),
        (y[t], y[t]),
        (y[t], x[t]),
    ],
    ids=str,
)
def test_what_is_derived_holds_wherever_it_is_said_to(of: Any, wrt: Any) -> None:
    assert TOWER.derive(of, wrt=wrt).verify().kind is Kind.PROVED
