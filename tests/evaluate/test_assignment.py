"""What symbols stand for."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import flint
import numpy as np
import pytest
import sympy as sp

from symrnn.cells import Elman, Layered
from symrnn.errors import EvaluationError, IndexRangeError, LimitError, ShapeError, SymbolClashError
from symrnn.evaluate import (
    Assignment,
    Entries,
    Evaluator,
    Floats,
    OutsideHypothesesError,
    Rationals,
    SymbolicAssignment,
)
from symrnn.evaluate.assignment import MAX_ENTRIES, MAX_INDEX, key_of
from symrnn.expr import Differential, ImmediateJacobian, Sequence
from symrnn.symbols import l, n, t

rnn = Elman(hidden=2, inputs=1, outputs=1)


def given(value: Any, rows: int = 2, cols: int = 2, system: Any = None) -> Any:
    return Assignment(given={"M": value}).matrix("M", None, rows, cols, system or Rationals())


def test_keys() -> None:
    assert key_of("W") == ("W", None)
    assert key_of(("h", 0)) == ("h", 0)
    assert key_of(rnn.h[3]) == ("h", 3)
    assert key_of(rnn.W_hh) == ("W_hh", None)
    assert key_of(Differential(rnn.h[0])) == ("dh_0", None)
    assert key_of(ImmediateJacobian(rnn.L, rnn.y[1])) == ("dL/dy_1", None)
    for nonsense in (rnn.h[t], 3, rnn.h[1] + rnn.h[2]):
        with pytest.raises(EvaluationError, match="cannot be given a value"):
            key_of(nonsense)


def test_slopes_by_two_arguments_have_two_keys() -> None:
    by_now, by_then = (ImmediateJacobian(rnn.ell[2], rnn.y[at]) for at in (2, 1))
    assert key_of(by_now) != key_of(by_then)


@pytest.mark.parametrize(
    "value",
    [
        [[1, 2], [3, 4]],
        ((1, 2), (3, 4)),
        np.array([[1, 2], [3, 4]]),
        np.array([[1.0, 2.0], [3.0, 4.0]]),
        sp.Matrix([[1, 2], [3, 4]]),
    ],
)
def test_numbers_of_all_kinds(value: Any) -> None:
    assert given(value).tolist() == [[flint.fmpq(1), flint.fmpq(2)], [flint.fmpq(3), flint.fmpq(4)]]


def test_fractions_stay_exact() -> None:
    assert given([[Fraction(1, 3)]], 1, 1)[0, 0] == flint.fmpq(1, 3)
    assert given([[sp.Rational(1, 3)]], 1, 1)[0, 0] == flint.fmpq(1, 3)
    assert given([[0.5]], 1, 1)[0, 0] == flint.fmpq(1, 2)
    assert given([[sp.pi]], 1, 1, Floats())[0, 0] == pytest.approx(np.pi)


def test_a_column_and_a_number_may_be_flat() -> None:
    assert given([1, 2], 2, 1).shape == (2, 1)
    assert given(5, 1, 1)[0, 0] == 5


@pytest.mark.parametrize(
    ("value", "rows", "cols"), [([[1, 2], [3, 4]], 4, 1), ([1, 2], 1, 2), ([[1, 2, 3]], 3, 1), (5, 2, 2)]
)
def test_another_shape_is_refused(value: Any, rows: int, cols: int) -> None:
    with pytest.raises(ShapeError, match=f"but it is {rows} x {cols}"):
        given(value, rows, cols)


def test_what_is_no_number_is_refused() -> None:
    for entry in (float("nan"), float("inf"), np.float64("inf"), "1/2"):
        with pytest.raises(EvaluationError, match="M has the"):
            given([[entry]], 1, 1)
    with pytest.raises(EvaluationError):
        given([[sp.Symbol("z")]], 1, 1)
    with pytest.raises(ShapeError, match="different lengths"):
        given([[1], [1, 2]], 2, 1)


def test_a_defined_quantity_cannot_be_given() -> None:
    with pytest.raises(EvaluationError, match="h_1 is defined by the network"):
        Evaluator(Rationals(), Assignment(given={rnn.h[1]: [1, 2]}), rnn)
    Evaluator(Rationals(), Assignment(given={rnn.h[0]: [1, 2]}), rnn)


def test_draws_follow_from_the_seed_and_the_name() -> None:
    def drawn(seed: int, name: str, index: int | None) -> list:
        return Assignment(seed=seed).matrix(name, index, 3, 3, Rationals()).tolist()

    assert drawn(1, "W", None) == drawn(1, "W", None)
    assert len({str(drawn(*key)) for key in [(1, "W", None), (2, "W", None), (1, "V", None), (1, "W", 0)]}) == 4
    first = Assignment(seed=1)
    assert first.matrix("W", None, 2, 2, Rationals()).tolist() == first.matrix("W", None, 2, 2, Rationals()).tolist()


# -- sizes and indices -------------------------------------------------------------------------------------------------


def test_sizes_have_limits() -> None:
    W = sp.MatrixSymbol("W", n, n)
    with pytest.raises(EvaluationError, match="the size n has no value"):
        Assignment().shape(W, {})
    for size in (0, -2):
        with pytest.raises(IndexRangeError, match=f"the size n is {size}"):
            Assignment({n: size}).shape(W, {})
    with pytest.raises(LimitError, match=f"the limit is {MAX_ENTRIES} entries"):
        Assignment({n: 10**9}).shape(W, {})


def test_indices_have_limits() -> None:
    with pytest.raises(EvaluationError, match="the index t has no integer value"):
        Assignment().index(t, {})
    with pytest.raises(LimitError, match=f"the limit is {MAX_INDEX}"):
        Assignment(indices={t: 10**6}).index(t, {})
    assert Assignment(indices={t: 3}).index(2 * t - 1, {}) == 5
    assert Assignment(indices={t: 3}).index(t, {t: 4}) == 4


def test_widths_are_given_or_drawn() -> None:
    net = Layered()
    chosen = Assignment({("d", 0): 2, ("d", 1): 5})
    assert chosen.shape(net.W[1], {}) == (5, 2)
    drawn = Assignment({"d": 4}, seed=3)
    assert 1 <= drawn.shape(net.W[l], {l: 3})[0] <= 4
    assert drawn.shape(net.W[l], {l: 3})[1] == drawn.shape(net.y[l], {l: 2})[0]


# -- symbols -----------------------------------------------------------------------------------------------------------


def test_every_entry_is_a_symbol() -> None:
    symbols = SymbolicAssignment()
    assert symbols.matrix("h", 0, 2, 1, Entries()).tolist() == [[sp.Symbol("h_0_1")], [sp.Symbol("h_0_2")]]
    assert symbols.matrix("b", None, 1, 1, Entries())[0, 0] == sp.Symbol("b")


def test_two_matrices_never_share_a_symbol() -> None:
    symbols = SymbolicAssignment()
    symbols.matrix("h", 1, 1, 1, Entries())
    with pytest.raises(SymbolClashError, match="the symbol h_1 would stand for"):
        symbols.matrix("h_1", None, 1, 1, Entries())
    assert Sequence("h", 1)[1] != sp.MatrixSymbol("h_1", 1, 1)


@pytest.mark.parametrize(
    ("assumption", "allowed"),
    [
        ("positive", lambda c: c > 0),
        ("nonnegative", lambda c: c >= 0),
        ("negative", lambda c: c < 0),
        ("nonpositive", lambda c: c <= 0),
        ("nonzero", lambda c: c != 0),
    ],
)
def test_a_number_is_drawn_with_the_sign_that_its_symbol_allows(
    assumption: str, allowed: Callable[[object], bool]
) -> None:
    """A positive symbol drawn as -2 would refute what holds for all positive numbers."""
    c = sp.Symbol("c", **{assumption: True})
    assert all(allowed(Assignment(seed=seed).number(c, Rationals())) for seed in range(50))


def test_a_number_of_the_wrong_sign_is_outside_the_hypotheses() -> None:
    c = sp.Symbol("c", positive=True)
    with pytest.raises(OutsideHypothesesError, match="c cannot be"):
        Assignment(given={"c": [[-2]]}).number(c, Rationals())
