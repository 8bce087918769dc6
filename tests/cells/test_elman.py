"""The Elman network: its sizes, its equations, and its relatives."""

from __future__ import annotations

from typing import Any

import pytest
import sympy as sp

from symrnn.cells import Elman
from symrnn.errors import IndexRangeError
from symrnn.symbols import T, m, n, q, t


@pytest.mark.parametrize(
    "size", [0, -1, 2.5, sp.Symbol("k"), "three", True, None, sp.Rational(1, 2), sp.Symbol("k", integer=True)]
)
def test_a_size_that_is_none_is_refused(size: Any) -> None:
    with pytest.raises(IndexRangeError, match="the number of units is"):
        Elman(hidden=size)


def test_each_size_is_named_in_the_message() -> None:
    with pytest.raises(IndexRangeError, match="the number of inputs is 0"):
        Elman(inputs=0)
    with pytest.raises(IndexRangeError, match="the number of outputs is -3"):
        Elman(outputs=-3)


def test_shapes() -> None:
    rnn = Elman()
    assert (rnn.W_hh.shape, rnn.W_xh.shape, rnn.W_hy.shape) == ((n, n), (n, m), (q, n))
    assert (rnn.h[t].shape, rnn.x[t].shape, rnn.y[t].shape, rnn.ell[t].shape) == ((n, 1), (m, 1), (q, 1), (1, 1))
    assert rnn.D(t).shape == (n, n)
    assert rnn.totals[rnn.L].args[1:] == (t, 1, T)


def test_sequences_start_where_they_exist() -> None:
    rnn = Elman()
    rnn.h[0]
    for late in (rnn.a, rnn.x, rnn.y, rnn.ell):
        with pytest.raises(IndexRangeError, match="starts at 1"):
            late[0]


def test_relatives() -> None:
    rnn = Elman("relu", 3, 2, 1, at_kink=0)
    assert rnn.scalar().options == {**rnn.options, "hidden": 1, "inputs": 1, "outputs": 1}
    assert rnn.undriven().inputs == ()
    assert rnn.undriven().body(rnn.a[t]) == rnn.W_hh * rnn.h[t - 1]
    assert rnn.with_activation("tanh").options["at_kink"] is None
    assert rnn.with_activation("tanh").n == 3
