"""Recurrences of rows, of batches and of matrices, as they stand in notes and papers."""

from __future__ import annotations

from collections.abc import Callable

import sympy as sp
from sympy.core.symbol import Str
from sympy.matrices.expressions import MatrixExpr

from symrnn.activations import activation
from symrnn.cells import Cell, complement, entrywise, gates, matrices
from symrnn.expr import Elementwise, GenericFunction, Selector, Sequence
from symrnn.recurrence import Definition, Recurrence, Role
from symrnn.symbols import m, n, t

B, d = sp.symbols("B d", integer=True, positive=True)
SIZES = {B: 5, d: 6}
ONE = sp.S.One
one, sigma = sp.OneMatrix(B, 1), Elementwise("sigmoid")


def rows(phi: str = "tanh") -> Cell:
    """h_t = φ(h_{t-1} W + x_t U + b), as in the documentation of PyTorch but for its transposes."""
    h, a, x = Sequence("h", 1, n), Sequence("a", 1, n, first=1), Sequence("x", 1, m, first=1)
    W, U, b = sp.MatrixSymbol("W", n, n), sp.MatrixSymbol("U", m, n), sp.MatrixSymbol("b", 1, n)
    equations = {a: h[t - 1] * W + x[t] * U + b, h: Elementwise(phi)(a[t])}
    return Cell("rows", equations, states=(h,), parameters=(W, U, b), inputs=(x,), activations=(activation(phi),))


def batch(phi: str = "tanh") -> Cell:
    """H_t = φ(X_t U + H_{t-1} W + 1 b): Zhang et al., Dive into Deep Learning, sec. 9.4."""
    H, A, X = Sequence("H", B, n), Sequence("A", B, n, first=1), Sequence("X", B, m, first=1)
    W, U, b = sp.MatrixSymbol("W", n, n), sp.MatrixSymbol("U", m, n), sp.MatrixSymbol("b", 1, n)
    equations = {A: H[t - 1] * W + X[t] * U + one * b, H: Elementwise(phi)(A[t])}
    return Cell("batch", equations, states=(H,), parameters=(W, U, b), inputs=(X,), activations=(activation(phi),))


def batch_gru() -> Cell:
    """The gated recurrent unit of Zhang et al., Dive into Deep Learning, sec. 10.2."""
    H, X = Sequence("H", B, n), Sequence("X", B, m, first=1)
    Z, R, G = (Sequence(name, B, n, first=1) for name in "ZRG")
    W, U, b = matrices("W_z W_r W_g", m, n), matrices("U_z U_r U_g", n, n), matrices("b_z b_r b_g", ONE, n)

    def a(which: int, before: MatrixExpr) -> MatrixExpr:
        return X[t] * W[which] + before * U[which] + one * b[which]

    equations = {
        Z: sigma(a(0, H[t - 1])),
        R: sigma(a(1, H[t - 1])),
        G: Elementwise("tanh")(a(2, entrywise(R[t], H[t - 1]))),
        H: entrywise(Z[t], H[t - 1]) + entrywise(complement(Z[t]), G[t]),
    }
    known = activation("sigmoid"), activation("tanh")
    return Cell("batch GRU", equations, states=(H,), parameters=(*W, *U, *b), inputs=(X,), activations=known)


def linear_attention() -> Recurrence:
    """S_t = S_{t-1} + v_t k_tᵀ, o_t = S_t q_t: Katharopoulos et al. (2020), eqs. 16 to 20, without the divisor."""
    S, (v, o), (kappa, q), (x,) = Sequence("S", d, n), gates("v o", d), gates("kappa q", n), gates("x", m)
    (V,), (K, Q) = matrices("W_v", d, m), matrices("W_k W_q", n, m)
    equations = {v: V * x[t], kappa: K * x[t], q: Q * x[t], S: S[t - 1] + v[t] * kappa[t].T}
    cell = Cell("linear attention", equations, states=(S,), parameters=(V, K, Q), inputs=(x,))
    return _read(cell, o, S[t] * q[t])


def delta_rule() -> Recurrence:
    """S_t = S_{t-1} (I - β_t k_t k_tᵀ) + β_t v_t k_tᵀ: Schlag, Irie and Schmidhuber (2021), eq. 24."""
    S, (v, o), (kappa, q) = Sequence("S", d, n), gates("v o", d), gates("kappa q", n)
    (beta,), (x,) = gates("beta", ONE), gates("x", m)
    (V,), (K, Q), (w,) = matrices("W_v", d, m), matrices("W_k W_q", n, m), matrices("w_b", ONE, m)
    write = beta[t][0, 0]
    equations = {
        v: V * x[t],
        kappa: K * x[t],
        q: Q * x[t],
        beta: sigma(w * x[t]),
        S: S[t - 1] * (sp.Identity(n) - write * kappa[t] * kappa[t].T) + write * v[t] * kappa[t].T,
    }
    known = (activation("sigmoid"),)
    cell = Cell("delta rule", equations, states=(S,), parameters=(V, K, Q, w), inputs=(x,), activations=known)
    return _read(cell, o, S[t] * q[t])


def fast_weights() -> Cell:
    """A_t = λ A_{t-1} + η h hᵀ, h_t = tanh(W h + C x + A_t h): Ba et al. (2016), eqs. 1 and 2, with one inner step."""
    A, h, (x,) = Sequence("A", n, n), Sequence("h", n), gates("x", m)
    (W,), (C,), (decay, rate) = matrices("W", n, n), matrices("C", n, m), sp.symbols("lambda eta")
    equations = {
        A: decay * A[t - 1] + rate * h[t - 1] * h[t - 1].T,
        h: Elementwise("tanh")(W * h[t - 1] + C * x[t] + A[t] * h[t - 1]),
    }
    known = (activation("tanh"),)
    return Cell("fast weights", equations, states=(h, A), parameters=(W, C), inputs=(x,), activations=known)


def batch_of_stacks() -> Cell:
    """H_t = σ(A_t S_1) ⊙ tanh(A_t S_2), where A_t has both blocks of columns, and S_1ᵀ K one block of rows."""
    H, A, X = Sequence("H", B, n), Sequence("A", B, 2 * n, first=1), Sequence("X", B, m, first=1)
    W, U, K = sp.MatrixSymbol("W", n, 2 * n), sp.MatrixSymbol("U", m, 2 * n), sp.MatrixSymbol("K", 2 * n, 2 * n)
    first, second = Selector(1, n, n), Selector(2, n, n)
    equations = {
        A: H[t - 1] * W + X[t] * U + H[t - 1] * first.T * K,
        H: entrywise(sigma(A[t] * first), Elementwise("tanh")(A[t] * second)),
    }
    known = activation("sigmoid"), activation("tanh")
    return Cell("batch of stacks", equations, states=(H,), parameters=(W, U, K), inputs=(X,), activations=known)


def _read(cell: Cell, output: Sequence, body: MatrixExpr) -> Recurrence:
    """A cell whose loss looks at an output."""
    ell = Sequence("ell", 1, first=1)
    kept = tuple(definition for definition in cell.definitions if definition.sequence != ell)
    loss = Definition(ell, GenericFunction(Str("ell"), ONE, ONE, output[t]), Role.OUTPUT)
    return cell.replaced(definitions=(*kept, Definition(output, body, Role.OUTPUT), loss))


NETS: dict[str, Callable[[], Recurrence]] = {
    "rows": rows,
    "batch": batch,
    "batch GRU": batch_gru,
    "linear attention": linear_attention,
    "delta rule": delta_rule,
    "fast weights": fast_weights,
    "batch of stacks": batch_of_stacks,
}
NUMBERS = {"fast weights": {"lambda_": 0.75, "eta": 0.25}}
