"""Shorthands for tests of the checker."""

from __future__ import annotations

from typing import Any

import sympy as sp

from symrnn.check import verify
from symrnn.derivation import Claim, Equation, Kind, Verdict
from symrnn.expr import Elementwise, OrderedProduct, Sequence
from symrnn.recurrence import Definition, Recurrence, Role
from symrnn.symbols import m, n, t, u

H, X = Sequence("h", n), Sequence("x", m, first=1)
W, V, U = sp.MatrixSymbol("W", n, n), sp.MatrixSymbol("V", n, n), sp.MatrixSymbol("U", n, m)
phi = Elementwise("phi")


def check(lhs: Any, rhs: Any, model: Recurrence, *where: Any, varying: tuple[Any, ...] = ()) -> Verdict:
    """The verdict on an equation."""
    return verify(Claim("claim", "", Equation(lhs, rhs, where, varying=varying), Kind.PROVED, model))


def zero(of: Any, wrt: Any) -> sp.ZeroMatrix:
    """The zero Jacobian of one by the other."""
    return sp.ZeroMatrix(of.rows * of.cols, wrt.rows * wrt.cols)


def one_state(body: sp.MatrixExpr, *parameters: Any, state: Sequence = H, **options: Any) -> Recurrence:
    """A recurrence in one state."""
    return Recurrence("test network", t, (Definition(state, body, Role.STATE),), parameters, **options)


def steps(rnn: Any, after: Any, upto: Any) -> OrderedProduct:
    """D_upto W D_{upto-1} W ⋯ D_{after+1} W."""
    return OrderedProduct(rnn.D(u) * rnn.W_hh, (u, after + 1, upto), "descending")
