"""Recurrences written out."""

from __future__ import annotations

from typing import Any

import pytest
import sympy as sp

from symrnn.cells import Elman, Layered
from symrnn.errors import EvaluationError, IndexRangeError, LimitError, UnknownTermError
from symrnn.evaluate import unroll
from symrnn.symbols import m, n, q

phi = sp.Function("phi")
W_hh, W_xh, W_hy, b_h, b_y = sp.symbols("W_hh W_xh W_hy b_h b_y")
h_0, h_1, x_1, x_2 = sp.symbols("h_0 h_1 x_1 x_2")


def test_scalars_substituted() -> None:
    rnn = Elman().scalar()
    unrolled = rnn.unroll(2, form="scalar")
    first = phi(W_hh * h_0 + W_xh * x_1 + b_h)
    second = phi(W_hh * first + W_xh * x_2 + b_h)
    assert unrolled[rnn.h[1]] == first
    assert unrolled[rnn.h[2]] == second
    assert unrolled[rnn.a[2]] == second.args[0]
    assert unrolled[rnn.y[2]] == W_hy * second + b_y
    assert unrolled[rnn.h[0]] == h_0
    assert unrolled[rnn.W_hh] == W_hh


def test_scalars_with_named_states() -> None:
    rnn = Elman("tanh").scalar()
    unrolled = rnn.unroll(2, form="scalar", states="named")
    assert unrolled[rnn.h[2]] == sp.tanh(W_hh * h_1 + W_xh * x_2 + b_h)
    assert unrolled[rnn.y[2]] == W_hy * sp.Symbol("h_2") + b_y
    assert unrolled.symbols[rnn.h[2]] == sp.Symbol("h_2")


def test_entries() -> None:
    rnn = Elman("tanh")
    unrolled = unroll(rnn, 1, sizes={n: 2, m: 1, q: 1})
    first = sp.tanh(
        sum(sp.Symbol(f"W_hh_1_{j}") * sp.Symbol(f"h_0_{j}") for j in (1, 2))
        + sp.Symbol("W_xh_1") * x_1
        + sp.Symbol("b_h_1")
    )
    assert unrolled[rnn.h[1]].shape == (2, 1)
    assert unrolled[rnn.h[1]][0] == first


def test_the_jacobian_is_the_one_of_sympy() -> None:
    rnn = Elman("identity", 2, 1, 1).undriven()
    jacobian = rnn.unroll(1).jacobian(rnn.h[1], rnn.W_hh)
    h1, h2 = sp.symbols("h_0_1 h_0_2")
    assert jacobian == sp.Matrix([[h1, 0, h2, 0], [0, h1, 0, h2]])
    by_state = rnn.unroll(2).jacobian(rnn.h[2], rnn.h[0])
    W = sp.Matrix(2, 2, lambda i, j: sp.Symbol(f"W_hh_{i + 1}_{j + 1}"))
    assert by_state.expand() == (W * W).expand()
    named = rnn.unroll(2, states="named").jacobian(rnn.h[2], rnn.h[1])
    assert named == W


def test_the_layered_network() -> None:
    net = Layered()
    unrolled = unroll(net, 2, sizes={("d", 0): 1, ("d", 1): 2, ("d", 2): 1})
    assert unrolled[net.y[2]].shape == (1, 1)
    assert unrolled[net.y[1]].shape == (2, 1)
    assert "a_1" in str(unrolled[net.y[1]])


def test_at_the_start() -> None:
    rnn = Elman().scalar()
    unrolled = rnn.unroll(0, form="scalar")
    assert unrolled[rnn.h[0]] == h_0
    with pytest.raises(UnknownTermError, match=r"h\[1\] was not written out"):
        unrolled[rnn.h[1]]
    with pytest.raises(UnknownTermError):
        unrolled.jacobian(rnn.h[0], rnn.h[1])


@pytest.mark.parametrize("last", [-1, -(10**9)])
def test_a_negative_length_is_refused(last: int) -> None:
    with pytest.raises(IndexRangeError, match="T is negative"):
        Elman().scalar().unroll(last)


@pytest.mark.parametrize("last", [2.5, "3", None, True])
def test_what_is_no_number_is_refused(last: Any) -> None:
    with pytest.raises(IndexRangeError, match="which is not a number"):
        Elman().scalar().unroll(last)


@pytest.mark.parametrize(("states", "limit"), [("substituted", 12), ("named", 1000)])
def test_an_absurd_length_is_refused_with_the_limit(states: str, limit: int) -> None:
    with pytest.raises(LimitError, match=f"the limit is {limit}"):
        Elman().scalar().unroll(10**6, states=states)
    Elman().scalar().unroll(min(limit, 12), states=states)


def test_sizes_are_needed() -> None:
    with pytest.raises(EvaluationError, match="the size n has no value"):
        Elman().unroll(1)
    with pytest.raises(EvaluationError, match="so it is not a scalar"):
        Elman(hidden=2, inputs=1, outputs=1).unroll(1, form="scalar")
    with pytest.raises(IndexRangeError, match="the size n is -1"):
        Elman().unroll(1, sizes={n: -1, m: 1, q: 1})
    with pytest.raises(LimitError):
        Elman().unroll(1, sizes={n: 10**9, m: 1, q: 1})


def test_unknown_options_are_refused() -> None:
    with pytest.raises(UnknownTermError, match="entries, scalar"):
        Elman().scalar().unroll(1, form="matrix")
    with pytest.raises(UnknownTermError, match="substituted, named"):
        Elman().scalar().unroll(1, states="hidden")
