"""Digits that are certain, against loops in mpmath written here, and matrix products in balls against plain ones."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from typing import Any

import flint
import mpmath
import numpy as np
import pytest
import sympy as sp
from hypothesis import given, settings
from hypothesis import strategies as st

from symrnn import Elman, k, t
from symrnn.errors import LimitError
from symrnn.evaluate import Assignment, Balls, Enclosures, Evaluator, System, draw_fraction, scalar_value
from symrnn.evaluate import certified as module
from symrnn.evaluate.arrays import by_rows, in_balls
from symrnn.evaluate.certified import certified
from symrnn.evaluate.undefined import UndecidedError
from symrnn.expr import MatrixSum
from symrnn.symbols import m, n

rnn = Elman("tanh").undriven()
BY = {"h": rnn.derive(rnn.h[t], wrt=rnn.h[0]), "W": rnn.derive(rnn.h[t], wrt=rnn.W_hh)}


class Plain(Balls):
    """Balls whose matrices are multiplied entry by entry."""

    def times(self, left: Any, right: Any) -> Any:
        """By the plain path."""
        return System.times(self, left, right)


def values(size: int, seed: int = 0, gain: float = 1.5) -> dict[Any, Any]:
    source = np.random.default_rng(seed)
    return {
        rnn.W_hh: source.normal(size=(size, size)) * gain / np.sqrt(size),
        rnn.h[0]: source.normal(size=size),
    }


def by_hand(given: dict[Any, Any], steps: int, by: str) -> Any:
    """The same forwards, J_t = D_t (W J_{t-1} + the immediate part), in far more digits than are compared."""
    W, h = mpmath.matrix(given[rnn.W_hh].tolist()), mpmath.matrix(given[rnn.h[0]].tolist())
    size = W.rows
    J = mpmath.eye(size) if by == "h" else mpmath.zeros(size, size**2)
    for _ in range(steps):
        J = W * J
        if by == "W":
            for i in range(size):
                for j in range(size):
                    J[i, j * size + i] += h[j]  # columns stacked
        h = (W * h).apply(mpmath.tanh)
        for i in range(size):
            for j in range(J.cols):
                J[i, j] *= 1 - h[i] ** 2
    return J


@pytest.mark.parametrize("by", ["h", "W"])
@pytest.mark.parametrize(("size", "steps"), [(1, 1), (1, 30), (2, 2), (3, 1), (3, 25), (5, 60)])
def test_every_digit_is_that_of_a_loop(by: str, size: int, steps: int) -> None:
    found = BY[by].numeric(values(size), digits=50, t=steps)
    with mpmath.workdps(400):
        right = by_hand(values(size), steps, by)
        for place, entry in np.ndenumerate(found):
            if entry == 0:
                assert right[place] == 0
                continue
            assert len(entry.as_tuple().digits) == 50
            unit = mpmath.mpf(10) ** (entry.adjusted() - 49)
            assert abs(mpmath.mpf(str(entry)) - right[place]) < unit


def test_no_step_is_the_identity() -> None:
    start = rnn.derive(rnn.h[t], wrt=rnn.h[k])
    found = start.numeric(values(2), digits=50, t=3, k=3)
    assert found.tolist() == [[1, 0], [0, 1]]
    assert BY["W"].numeric(values(1), digits=1, t=1).shape == (1, 1)


@settings(max_examples=25, deadline=None)
@given(size=st.sampled_from([1, 2, 3, 5]), steps=st.integers(0, 6), seed=st.integers(0, 99), by=st.sampled_from("hW"))
def test_balls_of_both_paths_overlap(size: int, steps: int, seed: int, by: str) -> None:
    term = BY[by].closed_form
    both = []
    for system in (Balls(120), Plain(120)):
        numbers = Assignment({n: size, m: 1}, {t: steps}, seed=seed, draw=draw_fraction)
        both.append(Evaluator(system, numbers, rnn).value(term))
    assert both[0].shape == both[1].shape
    assert all(one.overlaps(other) for one, other in zip(both[0].flat, both[1].flat, strict=True))


@settings(max_examples=40, deadline=None)
@given(rows=st.integers(1, 5), inner=st.integers(1, 5), cols=st.integers(1, 5), seed=st.integers(0, 999))
def test_products_in_balls_hold_the_exact_ones(rows: int, inner: int, cols: int, seed: int) -> None:
    source = np.random.default_rng(seed)

    def drawn(*shape: int) -> Any:
        return np.array([[int(x) * 10**20 + 1 for x in row] for row in source.integers(-50, 50, shape)], dtype=object)

    left, right = drawn(rows, inner), drawn(inner, cols)
    as_balls = [np.array([[flint.arb(x) for x in row] for row in each], dtype=object) for each in (left, right)]
    assert all(ball.contains(x) for ball, x in zip(in_balls(*as_balls).flat, by_rows(left, right).flat, strict=True))


def test_what_is_rational_stays_so() -> None:
    half = np.array([[flint.fmpq(1, 2), flint.fmpq(1, 3)]], dtype=object)
    assert Enclosures().times(half, half.T).item() == flint.fmpq(13, 36)


def test_views_are_multiplied_like_copies() -> None:
    entries = np.array([[flint.arb(3 * i + j) for j in range(3)] for i in range(4)], dtype=object)
    assert (in_balls(entries.T, entries[:, ::-1]) == in_balls(entries.T.copy(), entries[:, ::-1].copy())).all()


def test_an_entry_that_is_hardly_there_is_zero_to_many_places() -> None:
    def value(balls: Balls) -> Any:
        third = balls.number(Fraction(1, 3))
        return np.array([[third, third - third]])

    found = certified(value, 20)[0]
    assert found[0] == Decimal("0." + 20 * "3")
    assert found[1] == 0
    assert found[1].as_tuple().exponent <= -40


def test_what_may_be_zero_alone_has_no_digits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_BITS", 1000)

    def value(balls: Balls) -> Any:
        third = balls.number(Fraction(1, 3))
        return np.array([[third - third]])

    with pytest.raises(LimitError, match="20 digits are not certain with 1000 bits"):
        certified(value, 20)


def positive(gap: Callable[[Balls], Any]) -> Callable[[Balls], Any]:
    x = sp.Symbol("x")
    step = sp.Piecewise((2, x > 0), (1, True))
    return lambda balls: np.array([[scalar_value(step, {x: gap(balls)}, balls)]])


def test_a_branch_is_decided_when_the_balls_are_small_enough() -> None:
    near = Fraction(int("3" * 60), 10**60)
    gap = positive(lambda balls: balls.number(Fraction(1, 3)) - balls.number(near))
    assert certified(gap, 3).tolist() == [[2]]


def test_a_branch_that_stays_open_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_BITS", 1000)
    gap = positive(lambda balls: balls.number(Fraction(1, 3)) - balls.number(Fraction(1, 3)))
    with pytest.raises(UndecidedError, match="not decided"):
        certified(gap, 3)


@pytest.mark.parametrize("digits", [0, -1, 10_001, True, 2.5])
def test_digits_that_cannot_be(digits: Any) -> None:
    with pytest.raises(LimitError, match="ask for 1 to 10000"):
        BY["h"].numeric(values(1), digits=digits, t=1)


def test_memory_is_said_before_it_is_used() -> None:
    with pytest.raises(LimitError, match=r"numbers of \d+ bits would take \d+ MB"):
        BY["h"].numeric(values(100), digits=50, t=100_000)


def test_a_sum_of_products_forgets_the_oldest(monkeypatch: pytest.MonkeyPatch) -> None:
    from symrnn.evaluate import products

    full = BY["W"].numeric(values(2), digits=30, t=12)
    monkeypatch.setattr(products, "MOST_NUMBERS", 8)
    assert (BY["W"].numeric(values(2), digits=30, t=12) == full).all()
    assert BY["W"].closed_form.has(MatrixSum)
