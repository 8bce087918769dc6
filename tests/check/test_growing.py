"""Equations of powers that rest on what is assumed, by induction on the exponent; and every slip in them refuted."""

from __future__ import annotations

import pytest
import sympy as sp

from symrnn import Cell, Elman, Equation, Kind, Sequence, TotalJacobian, k, n, t, verify
from symrnn.cells import entrywise, gates
from symrnn.expr import Elementwise

M, V = (sp.MatrixSymbol(name, n, n) for name in "MV")
v, values, kappa = sp.MatrixSymbol("v", n, 1), sp.MatrixSymbol("lambda", n, 1), sp.Symbol("kappa")
orthogonal_M = Equation(M.T * M, sp.Identity(n))
Lambda, I, from_0 = sp.DiagMatrix(values), sp.Identity(n), (k >= 0,)
eigenvector = Equation(M * v, kappa * v)
orthogonal = (Equation(V.T * V, I), Equation(V * V.T, I))
spectral = Equation(M, V * Lambda * V.T)
linear = Elman("identity")
flow = TotalJacobian(linear.h[t], linear.h[t - k])

TRUE = {
    "eigenvector": Equation(M**k * v, sp.MatMul(kappa**k, v), from_0, eigenvector),
    "eigenvectors": Equation(M**k * V, V * Lambda**k, from_0, Equation(M * V, V * Lambda)),
    "spectral": Equation(M**k, V * Lambda**k * V.T, from_0, (spectral, *orthogonal)),
    "spectral, from 1": Equation(M**k, V * Lambda**k * V.T, (k >= 1,), (spectral, orthogonal[0])),
    "projection": Equation(M**k, M, (k >= 1,), Equation(M * M, M)),
    "commuting": Equation(M**k * V, V * M**k, from_0, Equation(M * V, V * M)),
    "rotated k times": Equation((M.T) ** k * M**k, I, from_0, orthogonal_M),
    "rotated back": Equation(M**k * (M.T) ** k, I, from_0, Equation(M * M.T, I)),
    "many by one column": Equation((M.T) ** k * M**k * v, v, from_0, orthogonal_M),
    "the flow of a rotation": Equation(flow.T * flow, I, (t >= k, k >= 0), Equation(linear.W_hh.T * linear.W_hh, I)),
    "of a network": Equation(flow * v, sp.MatMul(kappa**k, v), (t >= k, k >= 0), Equation(linear.W_hh * v, kappa * v)),
}
FALSE = {
    "rotated once too often": Equation((M.T) ** k * M ** (k + 1), I, from_0, orthogonal_M),
    "rotated twice": Equation(M**k * M**k, I, from_0, orthogonal_M),
    "one factor more": Equation(M**k * v, sp.MatMul(kappa ** (k + 1), v), from_0, eigenvector),
    "projection, from 0": Equation(M**k, M, from_0, Equation(M * M, M)),
    "not orthogonal": Equation(M**k, V * Lambda**k * V.T, from_0, (spectral,)),
    "nothing assumed": Equation(M**k * V, V * M**k, from_0),
}


@pytest.mark.parametrize("name", TRUE)
def test_it_is_proved(name: str) -> None:
    assert verify(TRUE[name], linear).kind is Kind.PROVED


@pytest.mark.parametrize("name", FALSE)
def test_a_slip_is_refuted(name: str) -> None:
    assert verify(FALSE[name], linear).kind is Kind.REFUTED


def test_what_is_assumed_of_the_exponent_itself_is_left_alone() -> None:
    """M b_k = κ b_k for one k says nothing of the next one: it is true, and not by induction on k."""
    b = Sequence("b", n, first=0)
    cell = Cell("b", {Sequence("h", n): b[t]}, (Sequence("h", n),), (), (b,))
    statement = Equation(M**k * b[k], sp.MatMul(kappa**k, b[k]), from_0, Equation(M * b[k], kappa * b[k]))
    assert verify(statement, cell).kind is Kind.UNDECIDED


x, y, r = Sequence("x", n), Sequence("y", n), gates("r", n)[0]
tanh, W = Elementwise("tanh"), sp.MatrixSymbol("W", n, n)
leap = Cell("leap", {r: tanh(W * x[t - 1]), x: r[t] + x[t - 1], y: entrywise(y[t - 1], r[t])}, (x, y), (W,))

STATES = {
    "what was added": (Equation(r[t], x[t] - x[t - 1], t >= 1), Kind.PROVED),
    "over two steps": (Equation(r[t + 1] + r[t], x[t + 1] - x[t - 1], t >= 1), Kind.PROVED),
    "the other way round": (Equation(r[t], x[t - 1] - x[t], t >= 1), Kind.REFUTED),
    "at another step": (Equation(r[t], x[t + 1] - x[t], t >= 1), Kind.REFUTED),
    "where it does not begin": (Equation(r[t], x[t] - x[t - 1], t >= 0), Kind.REFUTED),
    "multiplied": (Equation(entrywise(y[t - 1], x[t]), y[t] + entrywise(y[t - 1], x[t - 1]), t >= 1), Kind.PROVED),
}


@pytest.mark.parametrize("name", STATES)
def test_states_are_written_out_by_their_last_steps(name: str) -> None:
    statement, wanted = STATES[name]
    assert verify(statement, leap).kind is wanted
