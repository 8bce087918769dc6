"""Long short-term memory, with a cell c_t beside the state h_t, as its authors and their successors wrote it."""

from __future__ import annotations

import sympy as sp

from symrnn.cells.cell import Cell, complement, entrywise, gates, matrices
from symrnn.cells.elman import Size, positive_size
from symrnn.cells.gated import ACTIVATIONS, SIGMA, TANH
from symrnn.expr import Sequence
from symrnn.symbols import m, n, t


class LSTM(Cell):
    """Long short-term memory with input, forget and output gate; two coupled states, c_t and h_t.

    i_t = σ(W_i x_t + U_i h_{t-1} + b_i), f_t = σ(W_f x_t + U_f h_{t-1} + b_f), o_t = σ(W_o x_t + U_o h_{t-1} + b_o),
    g_t = tanh(W_g x_t + U_g h_{t-1} + b_g), c_t = f_t ⊙ c_{t-1} + i_t ⊙ g_t, h_t = o_t ⊙ tanh(c_t).

    Args:
        hidden, inputs: the sizes n and m, symbols or positive integers.

    Raises:
        IndexRangeError: for a size that is not positive.

    Source: Hochreiter and Schmidhuber (1997), Long short-term memory; the forget gate from Gers, Schmidhuber and
    Cummins (2000), Learning to forget.

    >>> lstm = LSTM()
    >>> from symrnn.calculus import local_jacobian
    >>> local_jacobian(lstm, lstm.c[t], lstm.c[t - 1])
    DiagMatrix(f[t])
    """

    def __init__(self, hidden: Size = n, inputs: Size = m) -> None:
        n, m = positive_size(hidden, "units"), positive_size(inputs, "inputs")
        h, c, (i, f, o, g), (x,) = Sequence("h", n), Sequence("c", n), gates("i f o g", n), gates("x", m)
        a_i, a_f, a_o, a_g = gates("a_i a_f a_o a_g", n)
        W_i, W_f, W_o, W_g = matrices("W_i W_f W_o W_g", n, m)
        U_i, U_f, U_o, U_g = matrices("U_i U_f U_o U_g", n, n)
        b_i, b_f, b_o, b_g = matrices("b_i b_f b_o b_g", n, sp.S.One)
        super().__init__(
            "LSTM",
            {
                a_i: W_i * x[t] + U_i * h[t - 1] + b_i,
                i: SIGMA(a_i[t]),
                a_f: W_f * x[t] + U_f * h[t - 1] + b_f,
                f: SIGMA(a_f[t]),
                a_o: W_o * x[t] + U_o * h[t - 1] + b_o,
                o: SIGMA(a_o[t]),
                a_g: W_g * x[t] + U_g * h[t - 1] + b_g,
                g: TANH(a_g[t]),
                c: entrywise(f[t], c[t - 1]) + entrywise(i[t], g[t]),
                h: entrywise(o[t], TANH(c[t])),
            },
            states=(h, c),
            parameters=(W_i, W_f, W_o, W_g, U_i, U_f, U_o, U_g, b_i, b_f, b_o, b_g),
            inputs=(x,),
            activations=ACTIVATIONS,
        )


class LSTM1997(Cell):
    """Long short-term memory as it was first: without a forget gate, c_t = c_{t-1} + i_t ⊙ g_t.

    Args:
        hidden, inputs: the sizes n and m, symbols or positive integers.

    Raises:
        IndexRangeError: for a size that is not positive.

    Source: Hochreiter and Schmidhuber (1997), Long short-term memory, sec. 4, one cell in each block; the squashing
    functions are tanh here.

    >>> lstm = LSTM1997()
    >>> from symrnn.calculus import local_jacobian
    >>> local_jacobian(lstm, lstm.c[t], lstm.c[t - 1])
    I
    """

    def __init__(self, hidden: Size = n, inputs: Size = m) -> None:
        n, m = positive_size(hidden, "units"), positive_size(inputs, "inputs")
        h, c, (i, o, g), (x,) = Sequence("h", n), Sequence("c", n), gates("i o g", n), gates("x", m)
        a_i, a_o, a_g = gates("a_i a_o a_g", n)
        W_i, W_o, W_g = matrices("W_i W_o W_g", n, m)
        U_i, U_o, U_g = matrices("U_i U_o U_g", n, n)
        b_i, b_o, b_g = matrices("b_i b_o b_g", n, sp.S.One)
        super().__init__(
            "LSTM of 1997",
            {
                a_i: W_i * x[t] + U_i * h[t - 1] + b_i,
                i: SIGMA(a_i[t]),
                a_o: W_o * x[t] + U_o * h[t - 1] + b_o,
                o: SIGMA(a_o[t]),
                a_g: W_g * x[t] + U_g * h[t - 1] + b_g,
                g: TANH(a_g[t]),
                c: c[t - 1] + entrywise(i[t], g[t]),
                h: entrywise(o[t], TANH(c[t])),
            },
            states=(h, c),
            parameters=(W_i, W_o, W_g, U_i, U_o, U_g, b_i, b_o, b_g),
            inputs=(x,),
            activations=ACTIVATIONS,
        )


class PeepholeLSTM(Cell):
    """Long short-term memory whose gates look at the cell: input and forget gate at c_{t-1}, the output gate at c_t.

    i_t = σ(W_i x_t + U_i h_{t-1} + p_i ⊙ c_{t-1} + b_i), f_t = σ(W_f x_t + U_f h_{t-1} + p_f ⊙ c_{t-1} + b_f),
    g_t = tanh(W_g x_t + U_g h_{t-1} + b_g), c_t = f_t ⊙ c_{t-1} + i_t ⊙ g_t,
    o_t = σ(W_o x_t + U_o h_{t-1} + p_o ⊙ c_t + b_o), h_t = o_t ⊙ tanh(c_t).

    Args:
        hidden, inputs: the sizes n and m, symbols or positive integers.

    Raises:
        IndexRangeError: for a size that is not positive.

    Source: Gers and Schmidhuber (2000), Recurrent nets that time and count; as in Greff et al. (2017), LSTM: a search
    space odyssey, sec. II, with g for their z and h for their y.

    >>> lstm = PeepholeLSTM()
    >>> from symrnn.calculus import local_jacobian
    >>> len(local_jacobian(lstm, lstm.c[t], lstm.c[t - 1]).args)      # through c itself, and through two gates
    3
    """

    def __init__(self, hidden: Size = n, inputs: Size = m) -> None:
        n, m = positive_size(hidden, "units"), positive_size(inputs, "inputs")
        h, c, (i, f, o, g), (x,) = Sequence("h", n), Sequence("c", n), gates("i f o g", n), gates("x", m)
        a_i, a_f, a_o, a_g = gates("a_i a_f a_o a_g", n)
        W_i, W_f, W_o, W_g = matrices("W_i W_f W_o W_g", n, m)
        U_i, U_f, U_o, U_g = matrices("U_i U_f U_o U_g", n, n)
        b_i, b_f, b_o, b_g, p_i, p_f, p_o = matrices("b_i b_f b_o b_g p_i p_f p_o", n, sp.S.One)
        super().__init__(
            "LSTM with peepholes",
            {
                a_i: W_i * x[t] + U_i * h[t - 1] + entrywise(p_i, c[t - 1]) + b_i,
                i: SIGMA(a_i[t]),
                a_f: W_f * x[t] + U_f * h[t - 1] + entrywise(p_f, c[t - 1]) + b_f,
                f: SIGMA(a_f[t]),
                a_g: W_g * x[t] + U_g * h[t - 1] + b_g,
                g: TANH(a_g[t]),
                c: entrywise(f[t], c[t - 1]) + entrywise(i[t], g[t]),
                a_o: W_o * x[t] + U_o * h[t - 1] + entrywise(p_o, c[t]) + b_o,
                o: SIGMA(a_o[t]),
                h: entrywise(o[t], TANH(c[t])),
            },
            states=(h, c),
            parameters=(W_i, W_f, W_o, W_g, U_i, U_f, U_o, U_g, b_i, b_f, b_o, b_g, p_i, p_f, p_o),
            inputs=(x,),
            activations=ACTIVATIONS,
        )


class CoupledLSTM(Cell):
    """Long short-term memory with coupled gates: the input gate is 1 - f_t, c_t = f_t ⊙ c_{t-1} + (1 - f_t) ⊙ g_t.

    Args:
        hidden, inputs: the sizes n and m, symbols or positive integers.

    Raises:
        IndexRangeError: for a size that is not positive.

    Source: Greff et al. (2017), LSTM: a search space odyssey, the variant CIFG (f_t = 1 - i_t), without peepholes.

    >>> lstm = CoupledLSTM()
    >>> from symrnn.calculus import local_jacobian
    >>> local_jacobian(lstm, lstm.c[t], lstm.c[t - 1])
    DiagMatrix(f[t])
    """

    def __init__(self, hidden: Size = n, inputs: Size = m) -> None:
        n, m = positive_size(hidden, "units"), positive_size(inputs, "inputs")
        h, c, (f, o, g), (x,) = Sequence("h", n), Sequence("c", n), gates("f o g", n), gates("x", m)
        a_f, a_o, a_g = gates("a_f a_o a_g", n)
        W_f, W_o, W_g = matrices("W_f W_o W_g", n, m)
        U_f, U_o, U_g = matrices("U_f U_o U_g", n, n)
        b_f, b_o, b_g = matrices("b_f b_o b_g", n, sp.S.One)
        super().__init__(
            "LSTM with coupled gates",
            {
                a_f: W_f * x[t] + U_f * h[t - 1] + b_f,
                f: SIGMA(a_f[t]),
                a_o: W_o * x[t] + U_o * h[t - 1] + b_o,
                o: SIGMA(a_o[t]),
                a_g: W_g * x[t] + U_g * h[t - 1] + b_g,
                g: TANH(a_g[t]),
                c: entrywise(f[t], c[t - 1]) + entrywise(complement(f[t]), g[t]),
                h: entrywise(o[t], TANH(c[t])),
            },
            states=(h, c),
            parameters=(W_f, W_o, W_g, U_f, U_o, U_g, b_f, b_o, b_g),
            inputs=(x,),
            activations=ACTIVATIONS,
        )
