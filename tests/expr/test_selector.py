"""Selectors: what their products are, in the normal form and in numbers."""

from __future__ import annotations

import numpy as np
import pytest
import sympy as sp

from symrnn.calculus import differential
from symrnn.equality import equal, normal_form
from symrnn.errors import IndexRangeError
from symrnn.evaluate import Assignment, Evaluator, Rationals
from symrnn.expr import Selector
from symrnn.symbols import m, n

A, B = sp.MatrixSymbol("A", n, m), sp.MatrixSymbol("B", m, n)
ONE, TWO = Selector(1, n, m), Selector(2, n, m)


@pytest.mark.parametrize("place", [0, 3, sp.Symbol("i", integer=True)])
def test_a_block_that_is_not_there_is_refused(place: object) -> None:
    with pytest.raises(IndexRangeError, match="blocks count from 1"):
        Selector(place, n, m)


def test_products_of_selectors() -> None:
    assert normal_form(ONE.T * ONE) == sp.Identity(n)
    assert normal_form(TWO.T * ONE) == sp.ZeroMatrix(m, n)
    assert normal_form(ONE * ONE.T) != sp.Identity(n + m)


def test_products_with_selectors_of_other_sizes_stay() -> None:
    other = Selector(1, m, n)
    assert normal_form(ONE.T * other) not in (sp.Identity(n), sp.ZeroMatrix(n, m))


def test_blocks_multiply() -> None:
    left = ONE * A * TWO.T + TWO * B * ONE.T
    assert equal(left * left, ONE * A * B * ONE.T + TWO * B * A * TWO.T)
    assert not equal(left * left, ONE * A * B * ONE.T + TWO * A.T * B.T * TWO.T)


@pytest.mark.parametrize("size", [1, 2])
def test_rules_hold_in_numbers(size: int) -> None:
    first, second = Selector(1, size, 3), Selector(2, size, 3)
    evaluator = Evaluator(Rationals(), Assignment())
    assert evaluator.value(first.T * first).tolist() == np.eye(size, dtype=int).tolist()
    assert evaluator.value(first.T * second).tolist() == [[0, 0, 0]] * size
    assert evaluator.value(first * first.T + second * second.T).tolist() == np.eye(size + 3, dtype=int).tolist()
    assert normal_form(first.T * second) == sp.ZeroMatrix(size, 3)


def test_a_selector_is_constant() -> None:
    assert differential(ONE) == sp.ZeroMatrix(n + m, n)
