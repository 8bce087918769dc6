"""What is given to numeric: numbers of every type are taken, and of what is none the message says what it is."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest
import sympy as sp

from symrnn import Elman
from symrnn.errors import EvaluationError, LimitError, ShapeError, SymrnnError
from symrnn.symbols import t

NET = Elman("tanh", 1, 1).undriven()
STEPS = NET.derive(NET.h[t], wrt=NET.h[0])
WHOLE = {NET.W_hh: [[2]], NET.h[0]: [1]}

HALVES = (0.5, Decimal("0.5"), Fraction(1, 2), sp.Rational(1, 2), np.float32(0.5))


@pytest.mark.parametrize("digits", [None, 20, np.int64(20)])
@pytest.mark.parametrize("half", HALVES, ids=lambda each: type(each).__name__)
def test_a_number_of_any_type_is_the_same_number(half, digits):
    found = STEPS.numeric({NET.W_hh: [[half]], NET.h[0]: [half]}, t=2, digits=digits)
    assert found == STEPS.numeric({NET.W_hh: [[0.5]], NET.h[0]: [0.5]}, t=2, digits=digits)


def test_what_numeric_returns_can_be_given_to_it():
    found = STEPS.numeric(WHOLE, t=1, digits=30)
    again = STEPS.numeric({**WHOLE, NET.W_hh: found}, t=2, digits=20)
    assert again == STEPS.numeric({**WHOLE, NET.W_hh: [[Fraction(found.item())]]}, t=2, digits=20)


REFUSED = {
    "nothing": (None, EvaluationError, "given as None; give a dictionary"),
    "a list": ([1, 2], EvaluationError, "give a dictionary"),
    "None": ({**WHOLE, NET.W_hh: None}, EvaluationError, "W_hh has the entry None"),
    "None inside": ({**WHOLE, NET.W_hh: [[None]]}, EvaluationError, "W_hh has the entry None"),
    "an object": ({**WHOLE, NET.W_hh: [[object()]]}, EvaluationError, "which is no number"),
    "ragged": ({**WHOLE, NET.W_hh: [[1, 2], [3]]}, ShapeError, "the rows of W_hh have different lengths"),
    "three dimensions": ({**WHOLE, NET.W_hh: [[[1]]]}, ShapeError, "W_hh is given as 1 x 1 x 1"),
    "nan": ({**WHOLE, NET.W_hh: [[Decimal("nan")]]}, EvaluationError, "finite"),
    "complex": ({**WHOLE, NET.W_hh: [[1j]]}, EvaluationError, "complex"),
    "text": ({**WHOLE, NET.W_hh: [["1"]]}, EvaluationError, "text"),
    "twice": ({**WHOLE, "W_hh": [[3]]}, EvaluationError, "W_hh is given twice"),
    "a start by name": ({NET.W_hh: [[2]], "h_0": [1]}, EvaluationError, r"write {net.h\[0\]: ...}"),
    "too little": ({}, EvaluationError, r"W_hh, h_0 are needed and have no value; .* such as {net.h\[0\]: ...}"),
}


@pytest.mark.parametrize("digits", [None, 10])
@pytest.mark.parametrize("name", REFUSED)
def test_what_is_no_number_is_named(name, digits):
    given, error, words = REFUSED[name]
    with pytest.raises(error, match=words):
        STEPS.numeric(given, t=2, digits=digits)


def test_a_number_beyond_double_precision_asks_for_digits():
    with pytest.raises(SymrnnError, match="ask for digits"):
        STEPS.numeric({**WHOLE, NET.W_hh: [[10**400]]}, t=2)
    linear = Elman("identity", 1, 1).undriven()
    by_start = linear.derive(linear.h[t], wrt=linear.h[0])
    assert by_start.numeric({linear.W_hh: [[10**400]], linear.h[0]: [1]}, t=1, digits=5) == Decimal("1E+400")


@pytest.mark.parametrize("digits", [None, 10])
def test_an_index_beyond_the_limit_is_refused_before_the_work_begins(digits):
    with pytest.raises(LimitError, match="the index t is 100001; the limit is 100000"):
        STEPS.numeric(WHOLE, t=100_001, digits=digits)
