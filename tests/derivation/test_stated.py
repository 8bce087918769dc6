"""Relations of SymPy's are statements, where they say what can be checked."""

from __future__ import annotations

from typing import Any

import pytest
import sympy as sp

from symrnn import Claim, Elman, Equation, Inequality, Kind, Norm, TotalJacobian, n, t, verify
from symrnn.errors import ParameterError, UnknownTermError

A = sp.MatrixSymbol("A", n, n)
rnn = Elman()
step = sp.Eq(TotalJacobian(rnn.h[t], rnn.h[t - 1]), rnn.D(t) * rnn.W_hh)


def test_an_equality_of_matrices_is_an_equation_without_conditions() -> None:
    claim = Claim("step", "", step, Kind.REFUTED, rnn)
    assert claim.statement == Equation(*step.args)
    assert claim.verify().kind is Kind.REFUTED  # at t = 0, where there is no step


def test_comparisons_are_inequalities_whichever_way_they_are_written() -> None:
    small, large = Norm(A * A), Norm(A) ** 2
    for written in (small <= large, large >= small):
        assert Claim("power", "", written, Kind.PROVED).statement == Inequality(small, large)
        assert verify(written).kind is Kind.PROVED


def test_a_statement_is_verified_with_its_recurrence() -> None:
    assert verify(Equation(*step.args, where=(t >= 1,)), rnn).kind is Kind.PROVED


@pytest.mark.parametrize("relation", [Norm(A) < 1, sp.Ne(A, A.T), sp.true, False, sp.Eq(Norm(A), 1)])
def test_other_relations_are_refused(relation: Any) -> None:
    with pytest.raises(UnknownTermError, match="is not a statement that can be checked"):
        Claim("other", "", relation, Kind.PROVED)


def test_a_claim_has_its_own_recurrence() -> None:
    with pytest.raises(ParameterError, match="names its own recurrence"):
        verify(Claim("step", "", step, Kind.REFUTED, rnn), rnn)


def test_matrices_need_no_recurrence() -> None:
    B = sp.MatrixSymbol("B", n, n)
    assert verify(sp.Eq((A * B).T, B.T * A.T, evaluate=False)).kind is Kind.PROVED
    assert verify(sp.Eq(A * B, B * A, evaluate=False)).kind is Kind.REFUTED
    with pytest.raises(UnknownTermError, match="names none; give recurrence="):
        verify(step)
