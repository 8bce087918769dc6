"""States that read one another are not solved by one another: the search for it would never end."""

from __future__ import annotations

import pytest
import sympy as sp

from symrnn import Equation, n, t
from symrnn.certify.equations import certificate
from symrnn.certify.errors import NotFoundError
from symrnn.expr import MatrixSum, Sequence
from symrnn.recurrence import Definition, Recurrence, Role

A, B = sp.MatrixSymbol("A", n, n), sp.MatrixSymbol("B", n, n)
h, c = Sequence("h", n), Sequence("c", n)
k = sp.Symbol("k", integer=True)


def network(of_c: sp.MatrixExpr) -> Recurrence:
    of_h = A * h[t - 1] + B * c[t - 1]
    return Recurrence("two", t, (Definition(h, of_h, Role.STATE), Definition(c, of_c, Role.STATE)), (A, B))


def solution() -> Equation:
    forcing = MatrixSum(sp.MatPow(A, t - k) * B * c[k - 1], (k, 1, t))
    return Equation(h[t], sp.MatPow(A, t) * h[0] + forcing, where=(t >= 0,))


def test_a_state_that_reads_another_is_solved() -> None:
    assert certificate(solution(), network(B * c[t - 1]), "one way").lines


def test_states_that_read_one_another_are_refused_in_order() -> None:
    with pytest.raises(NotFoundError, match="terms remain"):
        certificate(Equation(h[t], h[t - 1], where=(t >= 1,)), network(B * c[t - 1] + A * h[t - 1]), "both ways")
