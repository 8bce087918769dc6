"""Cells with one matrix of [h; x]: equal to the split form, every gradient proved, slips refuted."""

from __future__ import annotations

import pytest
import sympy as sp
from cells.quotients import require_fifty_digits
from check.tools import check

from symrnn.activations import activation
from symrnn.calculus import local_jacobian
from symrnn.calculus.differential import differential
from symrnn.cells import Cell, entrywise, gates, matrices
from symrnn.derivation import Kind
from symrnn.equality import equal
from symrnn.errors import ShapeError
from symrnn.evaluate import Assignment, Evaluator, Rationals
from symrnn.expr import Concatenation, Differential, Elementwise, Selector, Sequence, TotalJacobian
from symrnn.latex import latex, to_text
from symrnn.symbols import k, m, n, q, s, t

SIGMA, TANH = Elementwise("sigmoid"), Elementwise("tanh")
BOTH = (activation("sigmoid"), activation("tanh"))


def lstm(n: sp.Expr, m: sp.Expr) -> Cell:
    """The LSTM as Gers, Schmidhuber and Cummins's is often written, z_t = [h_{t-1}; x_t], one matrix for each gate."""
    h, c, (i, f, o, g), (x,) = Sequence("h", n), Sequence("c", n), gates("i f o g", n), gates("x", m)
    W_i, W_f, W_o, W_g = matrices("W_i W_f W_o W_g", n, n + m)
    b_i, b_f, b_o, b_g = matrices("b_i b_f b_o b_g", n, sp.S.One)
    z = Concatenation(h[t - 1], x[t])
    return Cell(
        "LSTM of [h; x]",
        {
            i: SIGMA(W_i * z + b_i),
            f: SIGMA(W_f * z + b_f),
            o: SIGMA(W_o * z + b_o),
            g: TANH(W_g * z + b_g),
            c: entrywise(f[t], c[t - 1]) + entrywise(i[t], g[t]),
            h: entrywise(o[t], TANH(c[t])),
        },
        states=(h, c),
        parameters=(W_i, W_f, W_o, W_g, b_i, b_f, b_o, b_g),
        inputs=(x,),
        activations=BOTH,
    )


def simple(n: sp.Expr, m: sp.Expr) -> Cell:
    """h_t = tanh(W [h_{t-1}; x_t] + b)."""
    h, (x,) = Sequence("h", n), gates("x", m)
    (W,), (b,) = matrices("W", n, n + m), matrices("b", n, sp.S.One)
    return Cell("simple", {h: TANH(W * Concatenation(h[t - 1], x[t]) + b)}, (h,), (W, b), (x,), BOTH[1:])


CELL, SIMPLE = lstm(n, m), simple(n, m)
h, x, W = SIMPLE.h, SIMPLE.x, SIMPLE.W
FIRST, SECOND = Selector(1, n, m), Selector(2, n, m)
A, B, C = sp.MatrixSymbol("A", n, q), sp.MatrixSymbol("B", m, q), sp.MatrixSymbol("C", 2, q)


# -- the node -----------------------------------------------------------------------------------------------------


def test_shape_and_text() -> None:
    both = Concatenation(A, B)
    assert both.shape == (m + n, q)
    assert str(both) == "[A; B]"
    assert to_text(both) == "[[A], [B]]"
    assert latex(both, "plain") == r"\begin{bmatrix} A \\ B \end{bmatrix}"
    assert latex(both.T, "plain") == r"\begin{bmatrix} A^{\top} & B^{\top} \end{bmatrix}"
    assert latex(W * Concatenation(h[t - 1], x[t]), "plain") == r"W \begin{bmatrix} h_{t-1} \\ x_{t} \end{bmatrix}"


def test_what_does_not_fit_is_refused() -> None:
    with pytest.raises(ShapeError, match="numbers of columns differ"):
        Concatenation(A, h[t])
    with pytest.raises(ShapeError, match="at least two"):
        Concatenation(A)
    with pytest.raises(ShapeError):
        W * Concatenation(x[t], x[t])


def test_it_opens_inside_itself() -> None:
    assert Concatenation(Concatenation(A, B), C) == Concatenation(A, Concatenation(B, C)) == Concatenation(A, B, C)


def test_the_split_form_is_the_same() -> None:
    both = Concatenation(h[t - 1], x[t])
    assert equal(W * both, W * FIRST * h[t - 1] + W * SECOND * x[t])
    assert equal(FIRST.T * both, h[t - 1])
    assert equal(both.T * SECOND, x[t].T)
    assert not equal(W * both, W * FIRST * h[t - 1])
    other = Concatenation(h[t - 1], Sequence("y", m)[t])
    assert not equal(both, other)


def test_the_order_matters() -> None:
    a, b = sp.MatrixSymbol("a", n, 1), sp.MatrixSymbol("b", n, 1)
    assert not equal(Concatenation(a, b), Concatenation(b, a))


def test_its_value_is_the_split_forms() -> None:
    term = Concatenation(A, B, C)
    assignment = Assignment(sizes={n: 2, m: 3, q: 2}, seed=3)
    whole, split = (Evaluator(Rationals(), assignment).value(each) for each in (term, term.split))
    assert whole.shape == (7, 2)
    assert (whole == split).all()


def test_it_moves_block_by_block() -> None:
    both = Concatenation(A, 2 * B)
    sizes = (n, m)
    wanted = Selector(1, *sizes) * Differential(A) + 2 * Selector(2, *sizes) * Differential(B)
    assert equal(differential(both), wanted)


# -- cells --------------------------------------------------------------------------------------------------------


@pytest.mark.table(quick=0)
@pytest.mark.parametrize(
    "parameter",
    [pytest.param(p.name, marks=[] if p.name in ("W_f", "b_g") else [pytest.mark.exhaustive]) for p in CELL.parameters],
)
def test_the_loss_by_every_parameter_is_proved(parameter: str) -> None:
    assert CELL.derive(CELL.L, wrt=getattr(CELL, parameter)).verify().kind is Kind.PROVED


@pytest.mark.exhaustive
def test_states_and_inputs_are_proved() -> None:
    for wrt in (CELL.h[0], CELL.c[0], CELL.x[s]):
        assert CELL.derive(CELL.L, wrt=wrt).verify().kind is Kind.PROVED, wrt
    for wrt in (CELL.c[t - 1], CELL.h[t - k], CELL.x[s]):
        assert CELL.derive(CELL.h[t], wrt=wrt).verify().kind is Kind.PROVED, wrt


def test_the_local_jacobians_are_the_blocks_of_the_weights() -> None:
    D = sp.DiagMatrix(TANH(W * Concatenation(h[t - 1], x[t]) + SIMPLE.b, order=1))
    assert local_jacobian(SIMPLE, h[t], h[t - 1]) == D * W * FIRST
    assert local_jacobian(SIMPLE, h[t], x[t]) == D * W * SECOND
    assert check(TotalJacobian(h[t], h[t - 1]), D * W * FIRST, SIMPLE, t >= 1).kind is Kind.PROVED
    assert check(TotalJacobian(h[t], x[t]), D * W * SECOND, SIMPLE, t >= 1).kind is Kind.PROVED


def test_slips_are_refuted() -> None:
    own = simple(n, n)
    first, second = Selector(1, n, n), Selector(2, n, n)
    D = sp.DiagMatrix(TANH(own.W * Concatenation(own.h[t - 1], own.x[t]) + own.b, order=1))
    for slip in (D * own.W * second, D * own.W * (first + second), second.T * own.W.T * D):
        assert check(TotalJacobian(own.h[t], own.h[t - 1]), slip, own, t >= 1).kind is Kind.REFUTED


def test_the_gradient_of_a_block_is_the_block_of_the_gradient() -> None:
    """The columns of dh/dW that belong to W S_1 are those of the split network: Σ Φ (h_{s-1}ᵀ ⊗ D_s)."""
    closed = SIMPLE.derive(h[t], wrt=W).closed_form
    block = sp.KroneckerProduct(FIRST, sp.Identity(n))
    body, *bounds = closed.args
    *rest, last = body.args
    assert isinstance(last, sp.KroneckerProduct)
    for at, kind in ((t - k - 1, Kind.PROVED), (t - k, Kind.REFUTED)):
        own = closed.func(sp.MatMul(*rest, sp.KroneckerProduct(h[at].T, last.args[1])), *bounds)
        assert check(TotalJacobian(h[t], W) * block, own, SIMPLE, t >= 1).kind is kind


def test_fifty_digits() -> None:
    small = lstm(sp.Integer(2), sp.Integer(1))
    for wrt in (small.W_f, small.b_o, small.h[0], small.x[2]):
        require_fifty_digits(small, small.h, wrt)
