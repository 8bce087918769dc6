"""Statements: what they take and what they say of themselves."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import sympy as sp

from symrnn.cells import Elman, Layered
from symrnn.derivation import (
    AllOf,
    Claim,
    Coincide,
    Definitions,
    Equation,
    ForEvery,
    Inequality,
    Informal,
    Kind,
    Limit,
    Maximum,
    SameDirection,
    equations_of,
)
from symrnn.errors import IndexRangeError, ShapeError, SymbolClashError, UnknownTermError
from symrnn.expr import MatrixSum, Norm, TotalJacobian, UnitVector
from symrnn.symbols import L, k, l, m, n, t

rnn = Elman()
h, W = rnn.h, rnn.W_hh
c = sp.Symbol("c", real=True)


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


CONDITIONS: list[Callable[[Any], tuple[Any, ...]]] = [
    lambda where: Equation(W, W, where).where,
    lambda where: Inequality(Norm(W), 1, where).where,
    lambda where: Limit(Norm(W**k), k, 0, where).where,
    lambda where: ForEvery(Norm(h[t]) <= 1, t, where).where,
    lambda given: Inequality(Norm(W), 1, given=given).given,
    lambda given: Limit(Norm(W**k), k, given=given).given,
    lambda given: Coincide(W, W, given).given,
    lambda given: SameDirection(W, W, given).given,
]


@pytest.mark.parametrize("taken", CONDITIONS)
def test_one_condition_needs_no_tuple(taken: Callable[[Any], tuple[Any, ...]]) -> None:
    assert taken(t >= 1) == taken([t >= 1]) == taken((t >= 1,)) == taken(at for at in (t >= 1,)) == (t >= 1,)
    assert taken(sp.And(t >= 1, t <= 3)) == taken((sp.And(t >= 1, t <= 3), sp.true)) == (t >= 1, t <= 3)
    assert taken(sp.true) == taken(True) == taken(()) == ()


@pytest.mark.parametrize("taken", CONDITIONS)
@pytest.mark.parametrize("wrong", [sp.Or(t < 1, t > 3), "t >= 1", ("t >= 1",), t, (t, 1), None, sp.false, (False,)])
def test_what_is_no_condition_is_refused(taken: Callable[[Any], tuple[Any, ...]], wrong: Any) -> None:
    with pytest.raises(
        (IndexRangeError, UnknownTermError), match=r"not an inequality|not a hypothesis|not a relation|never"
    ):
        taken(wrong)


@pytest.mark.parametrize("taken", CONDITIONS)
def test_matrices_are_not_compared_in_conditions(taken: Callable[[Any], tuple[Any, ...]]) -> None:
    with pytest.raises(UnknownTermError, match=r"about matrices; .*Equation\(A, B\)"):
        taken(sp.Eq(W, 2 * W))


def test_conditions_of_an_equation_are_about_integers() -> None:
    with pytest.raises(IndexRangeError, match=r"c > 0 speaks of c, .* indices and sizes; .*positive=True"):
        Equation(abs(c) * W, c * W, where=(c > 0,))
    with pytest.raises(IndexRangeError, match="not declared as an integer"):
        Equation(W, W, Norm(W) <= t)
    assert Equation(W, W, n >= 2).where == (n >= 2,)


@pytest.mark.parametrize("side", [1, c, sp.S.Half])
def test_a_number_is_a_matrix_of_one_entry(side: Any) -> None:
    assert Equation(side, side).lhs.shape == (1, 1)
    for sides in ((W, side), (side, W)):
        with pytest.raises(ShapeError, match=r"the shapes differ"):
            Equation(*sides)


def test_that_two_norms_are_equal_is_two_inequalities() -> None:
    for sides in ((Norm(W), Norm(W)), (W, Norm(W)), (Norm(W), W)):
        with pytest.raises(UnknownTermError, match="state two Inequalities"):
            Equation(*sides)


def test_matrices_of_blocks_and_of_numbers_have_sizes() -> None:
    V = sp.MatrixSymbol("V", n, n)
    assert Inequality(Norm(sp.BlockMatrix([[W, V], [V, W]])), Norm(W) + Norm(V)).sizes == (n,)
    assert Inequality(Norm(sp.ImmutableMatrix([[1, 2], [3, 4]])), 6).sizes == ()
    numbers = Equation(sp.Matrix([[1, 2]]), sp.Matrix([[1, 2]]))
    assert numbers.sizes == ()
    assert hash(numbers) == hash(Equation(sp.ImmutableMatrix([[1, 2]]), sp.ImmutableMatrix([[1, 2]])))


def test_parts_are_statements_about_terms() -> None:
    equation = Equation(W, W)
    for part in ("a", Informal("x"), Maximum("tanh", 1, 0), AllOf((equation,)), None):
        with pytest.raises(UnknownTermError, match="cannot be a part of AllOf"):
            AllOf((part, equation))
    assert AllOf(equation).parts == AllOf([equation]).parts == (equation,)
    assert Definitions(equation).parts == (equation,)


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
