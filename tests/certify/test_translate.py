"""What the kernel's terms do not say is refused on the way there, by name."""

from __future__ import annotations

from typing import Any

import pytest
import sympy as sp

from symrnn import Equation, Inequality, Kind, MatrixSum, Norm, Sequence, k, n, t, verify
from symrnn.certify.errors import NotFoundError
from symrnn.certify.translate import Translator
from symrnn.expr import Differential, UnitVector
from symrnn.recurrence import Definition, Recurrence, Role
from symrnn.symbols import u

K = sp.Symbol("K", integer=True, positive=True)
W = sp.MatrixSymbol("W", n, n)
h, x = Sequence("h", n), Sequence("x", n)
v = sp.Symbol("v", integer=True)


def recurrence(body: sp.MatrixExpr) -> Recurrence:
    return Recurrence("chain", t, (Definition(h, body, Role.STATE, 1),), (W,), (x,))


def test_what_varies_has_no_bound_index() -> None:
    """d x_k along x_k in Σ_k: nobody says which x_k varies."""
    translator = Translator(recurrence(W * h[t - 1] + x[t]), (x[k],))
    assert translator.term(Differential(h[t])) == ("d", ("total", (translator.place(x[k]),)), translator.place(h[t]))
    with pytest.raises(NotFoundError, match="bound index k"):
        translator.term(MatrixSum(Differential(x[k]), (k, 1, 3)))


@pytest.mark.parametrize("index", [K * t, K * sp.Symbol("T", integer=True)])
def test_a_product_of_indices_in_a_definition(index: sp.Expr) -> None:
    with pytest.raises(NotFoundError, match="in a definition has no certificates yet"):
        Translator(recurrence(W * h[t - 1] + UnitVector(n, index))).system()


def test_a_product_of_indices_in_a_step_after_the_definitions() -> None:
    translator = Translator(recurrence(W * h[t - 1] + x[t]))
    translator.system()
    equation = Equation(x[K * t], x[K * t])
    assert translator.term(equation.lhs)[1] == "x"


@pytest.mark.parametrize(
    ("right", "kind"),
    [
        (lambda S: h[u] + S, Kind.PROVED),
        (lambda S: h[u] + S.with_variable(v), Kind.PROVED),
        (lambda S: h[t] + S, Kind.REFUTED),
        (lambda S: h[u] + t * h[u], Kind.REFUTED),
    ],
)
def test_a_bound_index_may_be_called_like_a_free_one(right: Any, kind: Kind) -> None:
    total = MatrixSum(h[u], (u, 1, t))
    said = Equation(total + h[u], right(total), (t >= 1, u >= 1))
    rnn = recurrence(W * h[t - 1] + x[t])
    verdict = verify(said, rnn)
    assert verdict.kind is kind
    if kind is Kind.PROVED:
        bound = Inequality(Norm(total + h[u]), Norm(h[u]) + Norm(total), (t >= 1, u >= 1))
        assert verify(bound, rnn).kind is Kind.PROVED


def test_a_bound_index_that_was_renamed_is_in_no_product() -> None:
    """u t would be one index, and the sum one over what does not depend on u."""
    rnn = recurrence(W * h[t - 1] + x[t])
    total = Equation(MatrixSum(x[u * t], (u, 1, 3)) + x[u], MatrixSum(x[u * t], (u, 1, 2)) * sp.Rational(3, 2) + x[u])
    with pytest.raises(NotFoundError, match="a product of u and another index"):
        Translator(rnn, (), (u >= 1,), total.terms).term(total.lhs)
    assert verify(total, rnn).kind is not Kind.PROVED
