"""Statements: what they take and what they say of themselves."""

from __future__ import annotations

import pytest
import sympy as sp

from symrnn.cells import Elman, Layered
from symrnn.derivation import AllOf, Claim, Definitions, Equation, Informal, Kind, Maximum, equations_of
from symrnn.errors import IndexRangeError, ShapeError, SymbolClashError, UnknownTermError
from symrnn.expr import MatrixSum, TotalJacobian, UnitVector
from symrnn.symbols import L, k, l, m, n, t

rnn = Elman()
h, W = rnn.h, rnn.W_hh


def test_sides_must_have_one_shape() -> None:
    with pytest.raises(ShapeError, match="equals"):
        Equation(h[t], W)
    with pytest.raises(ShapeError):
        Equation(sp.MatMul(W, rnn.x[t]), h[t])


def test_a_symbol_stands_at_one_shape() -> None:
    other = sp.MatrixSymbol("W_hh", m, n)
    with pytest.raises(SymbolClashError):
        Equation(W * h[t], sp.MatMul(other.T, other, h[t]))


def test_conditions() -> None:
    assert Equation(W, W, (t >= 1, sp.true)).where == (t >= 1,)
    with pytest.raises(IndexRangeError, match="is not an inequality"):
        Equation(W, W, (t,))
    with pytest.raises(IndexRangeError, match="never satisfied"):
        Equation(W, W, (sp.false,))


def test_indices_and_sizes_are_told_apart() -> None:
    equation = Equation(MatrixSum(h[t - k], (k, 0, t - 1)), h[l], (t >= 0,))
    assert equation.indices == (l, t)
    assert equation.sizes == (n,)
    net = Layered()
    layered = Equation(net.y[l], net.y[l], (l <= L,))
    assert layered.indices == (L, l)
    assert layered.sizes == ()


def test_a_positive_index_is_an_index() -> None:
    i = sp.Symbol("i", integer=True, positive=True)
    assert Equation(h[i], h[i]).indices == (i,)
    row = UnitVector(n, i).T
    assert Equation(row, row).indices == (i,)
    assert Equation(row, row).sizes == (n,)


def test_text() -> None:
    step = Equation(TotalJacobian(h[t], h[t - 1]), rnn.D(t) * W, where=(t >= 1,))
    assert repr(step) == "d h[t]/d h[t - 1] = DiagMatrix(phi'(a[t]))*W_hh  for t >= 1"
    assert repr(AllOf((step, step))) == f"{step!r} and {step!r}"
    assert repr(Definitions((step,))) == repr(step)
    assert repr(Maximum("tanh", sp.S.One, sp.S.Zero)) == "max tanh'(z) = 1 at z = 0"
    assert repr(Informal("norms")) == "norms"


def test_equations_inside_statements() -> None:
    step = Equation(W, W)
    assert list(equations_of(step)) == [step]
    assert list(equations_of(AllOf((step, step)))) == [step, step]
    assert list(equations_of(Definitions((step,)))) == [step]
    assert list(equations_of(Maximum("tanh", sp.S.One, sp.S.Zero))) == []
    assert list(equations_of(Informal("x"))) == []


def test_nothing_is_no_statement() -> None:
    with pytest.raises(UnknownTermError, match="says nothing"):
        AllOf(())


def test_a_claim_is_verified_through_a_method() -> None:
    step = Equation(TotalJacobian(h[t], h[t - 1]), rnn.D(t) * W, where=(t >= 1,))
    assert Claim("c", "one step", step, Kind.PROVED, rnn).verify().kind is Kind.PROVED
