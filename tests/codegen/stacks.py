"""Recurrences that take stacks apart: several gates in one column, and blocks of parameters."""

from __future__ import annotations

import sympy as sp

from symrnn.activations import activation
from symrnn.cells import Cell, entrywise, gates, matrices
from symrnn.cells.training import with_loss
from symrnn.expr import Elementwise, Selector, Sequence
from symrnn.recurrence import Recurrence
from symrnn.symbols import m, n, t

SIGMA, TANH, RSQRT = Elementwise("sigmoid"), Elementwise("tanh"), Elementwise("rsqrt")
KNOWN = (activation("sigmoid"), activation("tanh"))


def gates_of_one_stack() -> Cell:
    """An LSTM with one matrix for all gates, as in PyTorch's documentation of its layer."""
    h, c, (a,), (i, f, g, o), (x,) = (
        Sequence("h", n),
        Sequence("c", n),
        gates("a", 4 * n),
        gates("i f g o", n),
        gates("x", m),
    )
    (W,), (U,), (b,) = matrices("W", 4 * n, m), matrices("U", 4 * n, n), matrices("b", 4 * n, sp.S.One)
    of_i, of_f, of_g, of_o = (Selector(at, n, n, n, n).T * a[t] for at in (1, 2, 3, 4))
    equations = {a: W * x[t] + U * h[t - 1] + b, i: SIGMA(of_i), f: SIGMA(of_f), g: TANH(of_g), o: SIGMA(of_o)}
    equations |= {c: entrywise(f[t], c[t - 1]) + entrywise(i[t], g[t]), h: entrywise(o[t], TANH(c[t]))}
    return Cell("gates of one stack", equations, (h, c), (W, U, b), (x,), KNOWN)


def one_block_normalised() -> Cell:
    """Layer normalisation of one block of a stack, and a gate that is another one."""
    h, (a,), (c, g, f), (s, r), (x,) = (
        Sequence("h", n),
        gates("a", 2 * n),
        gates("c g f", n),
        gates("s r", 1),
        gates("x", m),
    )
    (W,), (U,), (k,) = matrices("W", 2 * n, m), matrices("U", 2 * n, n), matrices("k", n, sp.S.One)
    first, second = (Selector(at, n, n).T * a[t] for at in (1, 2))
    centred = first - sp.OneMatrix(n, n) * first / n
    equations = {a: W * x[t] + U * h[t - 1], c: centred, s: c[t].T * c[t] / n + sp.Identity(1), r: RSQRT(s[t])}
    equations |= {g: TANH(entrywise(k, c[t] * r[t])), f: SIGMA(second)}
    return Cell(
        "one block normalised",
        equations | {h: entrywise(f[t], g[t]) + entrywise(f[t], h[t - 1])},
        (h,),
        (W, U, k),
        (x,),
        KNOWN,
    )


def block_that_nothing_reads() -> Cell:
    """Of three blocks the one in the middle has no error."""
    h, (a,), (x,) = Sequence("h", n), gates("a", 2 * n + m), gates("x", m)
    (W,), (U,) = matrices("W", 2 * n + m, m), matrices("U", 2 * n + m, n)
    first, last = (Selector(at, n, m, n).T * a[t] for at in (1, 3))
    return Cell(
        "unread", {a: W * x[t] + U * h[t - 1], h: entrywise(TANH(first), SIGMA(last))}, (h,), (W, U), (x,), KNOWN
    )


def blocks_of_parameters() -> Cell:
    """Blocks of one matrix in the places of several, and of one bias."""
    h, (x,) = Sequence("h", n), gates("x", m)
    (W,), (b,) = matrices("W", n + m, n + m), matrices("b", n + m, sp.S.One)
    first, second = Selector(1, n, m), Selector(2, n, m)
    a = first.T * W * first * h[t - 1] + first.T * W * second * x[t] + first.T * W.T * b + first.T * b
    back = second.T * W * first
    return Cell(
        "blocks of parameters",
        {h: TANH(a + back.T * (second.T * b) + back.T * back * h[t - 1])},
        (h,),
        (W, b),
        (x,),
        KNOWN,
    )


def states_in_one_stack() -> Cell:
    """Both states of a cell in one column, read and written by blocks."""
    s, (f, g), (x,) = Sequence("s", 2 * n), gates("f g", n), gates("x", m)
    (W, V), (U,) = matrices("W V", n, 2 * n), matrices("U", n, m)
    first, second = Selector(1, n, n), Selector(2, n, n)
    kept = entrywise(f[t], first.T * s[t - 1]) + g[t]
    equations = {f: SIGMA(W * s[t - 1] + U * x[t]), g: TANH(V * s[t - 1] + U * x[t])}
    return Cell(
        "states in one stack", equations | {s: first * kept + second * TANH(kept)}, (s,), (W, V, U), (x,), KNOWN
    )


def one_row_of_a_stack() -> Cell:
    """A gate that is a number, in the last row."""
    h, (a,), (f,), (x,) = Sequence("h", n), gates("a", n + 1), gates("f", 1), gates("x", m)
    (W,), (U,) = matrices("W", n + 1, m), matrices("U", n + 1, n)
    first, last = (Selector(at, n, 1).T * a[t] for at in (1, 2))
    return Cell("a row", {a: W * x[t] + U * h[t - 1], f: SIGMA(last), h: TANH(first) * f[t]}, (h,), (W, U), (x,), KNOWN)


STACKS: dict[str, Recurrence] = {
    "gates of one stack": with_loss(gates_of_one_stack(), "squared error"),
    "one block normalised": with_loss(one_block_normalised(), "squared error"),
    "a block that nothing reads": with_loss(block_that_nothing_reads(), "squared error"),
    "blocks of parameters": with_loss(blocks_of_parameters(), "squared error"),
    "states in one stack": with_loss(states_in_one_stack(), "squared error", readout=n),
    "one row of a stack": with_loss(one_row_of_a_stack(), "squared error"),
}
