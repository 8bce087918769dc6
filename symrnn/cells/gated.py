"""Cells with gates and one state: gated recurrent units, with the reset before and after the product, and the MGU."""

from __future__ import annotations

import sympy as sp

from symrnn.activations import activation
from symrnn.cells.cell import Cell, complement, entrywise, gates, matrices
from symrnn.cells.elman import Size, positive_size
from symrnn.expr import Elementwise, Sequence
from symrnn.symbols import m, n, t

SIGMA, TANH = Elementwise("sigmoid"), Elementwise("tanh")
ACTIVATIONS = (activation("sigmoid"), activation("tanh"))


class GRU(Cell):
    """The gated recurrent unit, with the reset before the product.

    r_t = σ(W_r x_t + U_r h_{t-1} + b_r), z_t = σ(W_z x_t + U_z h_{t-1} + b_z),
    g_t = tanh(W_h x_t + U_h (r_t ⊙ h_{t-1}) + b_h), h_t = z_t ⊙ h_{t-1} + (1 - z_t) ⊙ g_t.

    Args:
        hidden, inputs: the sizes n and m, symbols or positive integers.

    Raises:
        IndexRangeError: for a size that is not positive.

    Source: Cho et al. (2014), Learning phrase representations using RNN encoder-decoder, eqs. (5) to (8), without the
    biases; their h̃ is g here.

    >>> gru = GRU()
    >>> gru.derive(gru.h[t], wrt=gru.U_r).verify().kind
    <Kind.PROVED: 'PROVED'>
    """

    def __init__(self, hidden: Size = n, inputs: Size = m) -> None:
        n, m = positive_size(hidden, "units"), positive_size(inputs, "inputs")
        h, (r, z, g), (x,) = Sequence("h", n), gates("r z g", n), gates("x", m)
        a_r, a_z, a_g = gates("a_r a_z a_g", n)
        W_r, W_z, W_h = matrices("W_r W_z W_h", n, m)
        U_r, U_z, U_h = matrices("U_r U_z U_h", n, n)
        b_r, b_z, b_h = matrices("b_r b_z b_h", n, sp.S.One)
        super().__init__(
            "GRU",
            {
                a_r: W_r * x[t] + U_r * h[t - 1] + b_r,
                r: SIGMA(a_r[t]),
                a_z: W_z * x[t] + U_z * h[t - 1] + b_z,
                z: SIGMA(a_z[t]),
                a_g: W_h * x[t] + U_h * entrywise(r[t], h[t - 1]) + b_h,
                g: TANH(a_g[t]),
                h: entrywise(z[t], h[t - 1]) + entrywise(complement(z[t]), g[t]),
            },
            states=(h,),
            parameters=(W_r, W_z, W_h, U_r, U_z, U_h, b_r, b_z, b_h),
            inputs=(x,),
            activations=ACTIVATIONS,
        )


class ResetAfterGRU(Cell):
    """The gated recurrent unit, with the reset after the product, as PyTorch's ``nn.GRU`` computes it.

    r_t = σ(W_ir x_t + b_ir + W_hr h_{t-1} + b_hr), z_t = σ(W_iz x_t + b_iz + W_hz h_{t-1} + b_hz),
    g_t = tanh(W_in x_t + b_in + r_t ⊙ (W_hn h_{t-1} + b_hn)), h_t = (1 - z_t) ⊙ g_t + z_t ⊙ h_{t-1}.

    Args:
        hidden, inputs: the sizes n and m, symbols or positive integers.

    Raises:
        IndexRangeError: for a size that is not positive.

    Source: the documentation of ``torch.nn.GRU``, whose n is g here; Cho et al. (2014), arXiv:1406.1078v1, eq. (8).

    >>> gru = ResetAfterGRU()
    >>> gru.derive(gru.h[t], wrt=gru.b_hn).verify().kind
    <Kind.PROVED: 'PROVED'>
    """

    def __init__(self, hidden: Size = n, inputs: Size = m) -> None:
        n, m = positive_size(hidden, "units"), positive_size(inputs, "inputs")
        h, (r, z, g), (x,) = Sequence("h", n), gates("r z g", n), gates("x", m)
        a_r, a_z, a_g = gates("a_r a_z a_g", n)
        W_ir, W_iz, W_in = matrices("W_ir W_iz W_in", n, m)
        W_hr, W_hz, W_hn = matrices("W_hr W_hz W_hn", n, n)
        b_ir, b_iz, b_in, b_hr, b_hz, b_hn = matrices("b_ir b_iz b_in b_hr b_hz b_hn", n, sp.S.One)
        super().__init__(
            "GRU with the reset after the product",
            {
                a_r: W_ir * x[t] + b_ir + W_hr * h[t - 1] + b_hr,
                r: SIGMA(a_r[t]),
                a_z: W_iz * x[t] + b_iz + W_hz * h[t - 1] + b_hz,
                z: SIGMA(a_z[t]),
                a_g: W_in * x[t] + b_in + entrywise(r[t], W_hn * h[t - 1] + b_hn),
                g: TANH(a_g[t]),
                h: entrywise(complement(z[t]), g[t]) + entrywise(z[t], h[t - 1]),
            },
            states=(h,),
            parameters=(W_ir, W_iz, W_in, W_hr, W_hz, W_hn, b_ir, b_iz, b_in, b_hr, b_hz, b_hn),
            inputs=(x,),
            activations=ACTIVATIONS,
        )


class MGU(Cell):
    """The minimal gated unit, with one gate.

    f_t = σ(W_f x_t + U_f h_{t-1} + b_f), g_t = tanh(W_h x_t + U_h (f_t ⊙ h_{t-1}) + b_h),
    h_t = (1 - f_t) ⊙ h_{t-1} + f_t ⊙ g_t.

    Args:
        hidden, inputs: the sizes n and m, symbols or positive integers.

    Raises:
        IndexRangeError: for a size that is not positive.

    Source: Zhou, Wu, Zhang and Zhou (2016), Minimal gated unit for recurrent neural networks, table 1. Their matrices
    that act on [h_{t-1}, x_t] are written as U and W; their h̃ is g here.

    >>> mgu = MGU()
    >>> mgu.derive(mgu.h[t], wrt=mgu.U_f).verify().kind
    <Kind.PROVED: 'PROVED'>
    """

    def __init__(self, hidden: Size = n, inputs: Size = m) -> None:
        n, m = positive_size(hidden, "units"), positive_size(inputs, "inputs")
        h, (f, g), (x,) = Sequence("h", n), gates("f g", n), gates("x", m)
        a_f, a_g = gates("a_f a_g", n)
        W_f, W_h = matrices("W_f W_h", n, m)
        U_f, U_h = matrices("U_f U_h", n, n)
        b_f, b_h = matrices("b_f b_h", n, sp.S.One)
        super().__init__(
            "minimal gated unit",
            {
                a_f: W_f * x[t] + U_f * h[t - 1] + b_f,
                f: SIGMA(a_f[t]),
                a_g: W_h * x[t] + U_h * entrywise(f[t], h[t - 1]) + b_h,
                g: TANH(a_g[t]),
                h: entrywise(complement(f[t]), h[t - 1]) + entrywise(f[t], g[t]),
            },
            states=(h,),
            parameters=(W_f, W_h, U_f, U_h, b_f, b_h),
            inputs=(x,),
            activations=ACTIVATIONS,
        )
