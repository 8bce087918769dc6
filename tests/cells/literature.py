"""Cells from the literature that do not ship, written as a user would write them."""

from __future__ import annotations

import sympy as sp

from symrnn.activations import activation
from symrnn.cells import Cell, complement, entrywise, gates, matrices
from symrnn.expr import Elementwise, Sequence
from symrnn.symbols import t

SIGMA, TANH = Elementwise("sigmoid"), Elementwise("tanh")
BOTH = (activation("sigmoid"), activation("tanh"))


def ugrnn(n: sp.Expr, m: sp.Expr) -> Cell:
    """The update gate RNN of Collins, Sohl-Dickstein and Sussillo (2017), eqs. (4) to (6)."""
    h, (c, g), (x,) = Sequence("h", n), gates("c g", n), gates("x", m)
    W_hc, W_hg = matrices("W_hc W_hg", n, n)
    W_xc, W_xg = matrices("W_xc W_xg", n, m)
    b_c, b_g = matrices("b_c b_g", n, sp.S.One)
    return Cell(
        "UGRNN",
        {
            c: TANH(W_hc * h[t - 1] + W_xc * x[t] + b_c),
            g: SIGMA(W_hg * h[t - 1] + W_xg * x[t] + b_g),
            h: entrywise(g[t], h[t - 1]) + entrywise(complement(g[t]), c[t]),
        },
        states=(h,),
        parameters=(W_hc, W_hg, W_xc, W_xg, b_c, b_g),
        inputs=(x,),
        activations=BOTH,
    )


def fast_grnn(n: sp.Expr, m: sp.Expr) -> Cell:
    """FastGRNN of Kusupati et al. (2018), eqs. (3) to (5): gate and candidate share W and U; ζ and ν are numbers."""
    h, (z, g), (x,) = Sequence("h", n), gates("z g", n), gates("x", m)
    (W,), (U,) = matrices("W", n, m), matrices("U", n, n)
    b_z, b_h = matrices("b_z b_h", n, sp.S.One)
    zeta, nu = sp.symbols("zeta nu", positive=True)
    return Cell(
        "FastGRNN",
        {
            z: SIGMA(W * x[t] + U * h[t - 1] + b_z),
            g: TANH(W * x[t] + U * h[t - 1] + b_h),
            h: entrywise(zeta * complement(z[t]) + nu * sp.OneMatrix(n, 1), g[t]) + entrywise(z[t], h[t - 1]),
        },
        states=(h,),
        parameters=(W, U, b_z, b_h),
        inputs=(x,),
        activations=BOTH,
    )


def sru(n: sp.Expr, m: sp.Expr) -> Cell:
    """The simple recurrent unit of Lei et al. (2018), eqs. (1) to (4), for inputs as wide as the state."""
    del m
    h, c, (f, r), (x,) = Sequence("h", n), Sequence("c", n), gates("f r", n), gates("x", n)
    W, W_f, W_r = matrices("W W_f W_r", n, n)
    v_f, v_r, b_f, b_r = matrices("v_f v_r b_f b_r", n, sp.S.One)
    return Cell(
        "SRU",
        {
            f: SIGMA(W_f * x[t] + entrywise(v_f, c[t - 1]) + b_f),
            c: entrywise(f[t], c[t - 1]) + entrywise(complement(f[t]), W * x[t]),
            r: SIGMA(W_r * x[t] + entrywise(v_r, c[t - 1]) + b_r),
            h: entrywise(r[t], c[t]) + entrywise(complement(r[t]), x[t]),
        },
        states=(h, c),
        parameters=(W, W_f, W_r, v_f, v_r, b_f, b_r),
        inputs=(x,),
        activations=BOTH,
    )


def antisymmetric(n: sp.Expr, m: sp.Expr) -> Cell:
    """AntisymmetricRNN of Chang, Chen, Haber and Chi (2019), eq. (3): ε and γ are numbers."""
    h, (x,) = Sequence("h", n), gates("x", m)
    (W,), (V,), (b,) = matrices("W", n, n), matrices("V", n, m), matrices("b", n, sp.S.One)
    epsilon, gamma = sp.symbols("epsilon gamma", positive=True)
    turning = W - W.T - gamma * sp.Identity(n)
    return Cell(
        "AntisymmetricRNN",
        {h: h[t - 1] + epsilon * TANH(turning * h[t - 1] + V * x[t] + b)},
        states=(h,),
        parameters=(W, V, b),
        inputs=(x,),
        activations=(activation("tanh"),),
    )


def transposed(n: sp.Expr, m: sp.Expr) -> Cell:
    """A layer with its weights on the left as transposes, as in notes that write h = φ(Wᵀ h + Uᵀ x + b)."""
    h, (x,) = Sequence("h", n), gates("x", m)
    (W,), (U,), (b,) = matrices("W", n, n), matrices("U", m, n), matrices("b", n, sp.S.One)
    return Cell(
        "transposed weights",
        {h: TANH(W.T * h[t - 1] + U.T * x[t] + b)},
        states=(h,),
        parameters=(W, U, b),
        inputs=(x,),
        activations=(activation("tanh"),),
    )


def squared(n: sp.Expr, m: sp.Expr) -> Cell:
    """A layer that applies its weights twice, once more turned round, and U twice, too."""
    h, (x,) = Sequence("h", n), gates("x", m)
    (W,), (U,) = matrices("W", n, n), matrices("U", n, m)
    return Cell(
        "weights twice",
        {h: TANH(W**2 * h[t - 1] + W * W.T * h[t - 1] + U * U.T * W * h[t - 1] + U * x[t])},
        states=(h,),
        parameters=(W, U),
        inputs=(x,),
        activations=(activation("tanh"),),
    )


CELLS = {
    "UGRNN": ugrnn,
    "FastGRNN": fast_grnn,
    "SRU": sru,
    "AntisymmetricRNN": antisymmetric,
    "transposed weights": transposed,
    "weights twice": squared,
}
