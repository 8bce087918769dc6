"""Terms for the tests of the writers: one sample for each rule, and the lecture's main results."""

from __future__ import annotations

import sympy as sp

from symrnn.expr import (
    ASCENDING,
    DESCENDING,
    Differential,
    Elementwise,
    GenericFunction,
    Gradient,
    ImmediateJacobian,
    MatrixSum,
    OrderedProduct,
    Sequence,
    StopGradient,
    TotalJacobian,
    UnitVector,
    Vec,
)

k, t, u, s, i, j = sp.symbols("k t u s i j", integer=True)
n, m = sp.symbols("n m", integer=True, positive=True)
W = sp.MatrixSymbol("W_hh", n, n)
U = sp.MatrixSymbol("W_xh", n, m)
b = sp.MatrixSymbol("b_h", n, 1)
h, a, x, y = Sequence("h", n), Sequence("a", n), Sequence("x", m), Sequence("y", m)
ell = Sequence("ell", 1)
phi = Elementwise("phi")
I = sp.Identity(n)


def D(time: sp.Expr) -> sp.Expr:
    """D_t = diag(φ'(a_t))."""
    return sp.DiagMatrix(phi(a[time], order=1))


def kron(*factors: sp.Expr) -> sp.Expr:
    return sp.KroneckerProduct(*factors)


CHAIN = OrderedProduct(D(t - u) * W, (u, 0, k - 1), ASCENDING)
CLOSED_FORM = MatrixSum(CHAIN * D(t - k) * kron(h[t - k - 1].T, I), (k, 0, t - 1))
GRADIENT = MatrixSum(D(s) * Sequence("delta", n)[s] * h[s - 1].T, (s, 1, sp.Symbol("T", integer=True)))

# (term, LaTeX in the lecture's notation, plain text): one line for each rule
RULES: list[tuple[sp.Basic, str, str]] = [
    (W, r"\mathbf{W}_{hh}", "W_hh"),
    (sp.MatrixSymbol("delta", n, 1), r"\boldsymbol{\delta}", "δ"),
    (h[t - k - 1], r"\mathbf{h}_{(t-k-1)}", "h[t-k-1]"),
    (Sequence("W_hh", n, n)[t], r"\mathbf{W}_{hh,(t)}", "W_hh[t]"),
    (h[t][i - 1, 0], r"\mathbf{h}_{(t)}^{(i)}", "h[t]^(i)"),
    (b[0, 0], r"\mathbf{b}_{h}^{(1)}", "b_h^(1)"),
    (W[i - 1, j - 1], r"[\mathbf{W}_{hh}]_{ij}", "[W_hh]_{i,j}"),
    (W[i, j], r"[\mathbf{W}_{hh}]_{i+1,j+1}", "[W_hh]_{i+1,j+1}"),
    (
        sp.matrices.expressions.matexpr.MatrixElement(W * h[t], i - 1, 0),
        r"(\mathbf{W}_{hh} \mathbf{h}_{(t)})_{i}",
        "(W_hh h[t])_{i}",
    ),
    (I, r"\mathbf{I}_{n}", "I_n"),
    (sp.ZeroMatrix(n, m), r"\mathbf{0}", "0"),
    (sp.OneMatrix(n, 1), r"\mathbf{1}", "1"),
    (UnitVector(n, i), r"\mathbf{e}_{i}", "e_i"),
    (sp.Matrix([[0, 5], [0, i]]), r"\begin{bmatrix} 0 & 5 \\ 0 & i \end{bmatrix}", "[[0, 5], [0, i]]"),
    (
        U * x[t] + W * h[t - 1] + b,
        r"\mathbf{W}_{hh} \mathbf{h}_{(t-1)} + \mathbf{W}_{xh} \mathbf{x}_{(t)} + \mathbf{b}_{h}",
        "W_hh h[t-1] + W_xh x[t] + b_h",
    ),
    (I - W, r"\mathbf{I}_{n} - \mathbf{W}_{hh}", "I_n - W_hh"),
    (-W, r"-\mathbf{W}_{hh}", "-W_hh"),
    (-(I + W), r"-\mathbf{I}_{n} - \mathbf{W}_{hh}", "-I_n - W_hh"),
    (
        sp.MatMul(-1, I + W),
        r"-(\mathbf{I}_{n} + \mathbf{W}_{hh})",
        "-(I_n + W_hh)",
    ),
    (sp.MatMul(W, -W), r"\mathbf{W}_{hh} (-\mathbf{W}_{hh})", "W_hh (-W_hh)"),
    (2 * W, r"2 \mathbf{W}_{hh}", "2 W_hh"),
    (W / 2, r"\frac{1}{2} \mathbf{W}_{hh}", "(1/2) W_hh"),
    ((t - k) * W, r"(t - k) \mathbf{W}_{hh}", "(t - k) W_hh"),
    (
        kron(h[t].T, W * W.T),
        r"\mathbf{h}_{(t)}^{\top} \otimes \mathbf{W}_{hh} \mathbf{W}_{hh}^{\top}",
        "h[t]ᵀ ⊗ W_hh W_hhᵀ",
    ),
    (
        sp.HadamardProduct(h[t], kron(b, sp.OneMatrix(1, 1))),
        r"\mathbf{h}_{(t)} \odot (\mathbf{b}_{h} \otimes \mathbf{1})",
        "h[t] ⊙ (b_h ⊗ 1)",
    ),
    (W.T, r"\mathbf{W}_{hh}^{\top}", "W_hhᵀ"),
    (sp.Transpose(W + I), r"(\mathbf{I}_{n} + \mathbf{W}_{hh})^{\top}", "(I_n + W_hh)ᵀ"),
    (W**k, r"\mathbf{W}_{hh}^{k}", "W_hh^k"),
    (W ** (t - k), r"\mathbf{W}_{hh}^{t-k}", "W_hh^(t-k)"),
    (sp.MatPow(W.T, k), r"(\mathbf{W}_{hh}^{\top})^{k}", "(W_hhᵀ)^k"),
    (W.I, r"\mathbf{W}_{hh}^{-1}", "W_hh^(-1)"),
    (sp.HadamardPower(h[t], 2), r"\mathbf{h}_{(t)}^{\odot 2}", "h[t]^⊙2"),
    (sp.Trace(W), r"\operatorname{tr}(\mathbf{W}_{hh})", "tr(W_hh)"),
    (sp.Determinant(W), r"\operatorname{det}(\mathbf{W}_{hh})", "det(W_hh)"),
    (StopGradient(W * h[t]), r"\operatorname{stop}(\mathbf{W}_{hh} \mathbf{h}_{(t)})", "stop(W_hh h[t])"),
    (phi(a[t]), r"\phi(\mathbf{a}_{(t)})", "φ(a[t])"),
    (phi(a[t], 3), r"\phi'''(\mathbf{a}_{(t)})", "φ'''(a[t])"),
    (phi(a[t], 4), r"\phi^{(4)}(\mathbf{a}_{(t)})", "φ^(4)(a[t])"),
    (Elementwise("softplus")(a[t], 1), r"\operatorname{softplus}'(\mathbf{a}_{(t)})", "softplus'(a[t])"),
    (D(t - 1), r"\mathbf{D}_{(t-1)}", "D[t-1]"),
    (sp.DiagMatrix(h[t]), r"\operatorname{diag}(\mathbf{h}_{(t)})", "diag(h[t])"),
    (
        GenericFunction(sp.core.symbol.Str("ell"), sp.Integer(1), sp.Integer(1), y[t], b),
        r"\ell(\mathbf{y}_{(t)}, \mathbf{b}_{h})",
        "ℓ(y[t], b_h)",
    ),
    (Vec(Differential(W)), r"\operatorname{vec}(d\mathbf{W}_{hh})", "vec(dW_hh)"),
    (sp.Transpose(Differential(W)), r"(d\mathbf{W}_{hh})^{\top}", "(dW_hh)ᵀ"),
    (TotalJacobian(h[t], W), r"\frac{\partial \mathbf{h}_{(t)}}{\partial \mathbf{W}_{hh}}", "dh[t]/dW_hh"),
    (
        ImmediateJacobian(h[t], W),
        r"\frac{\partial^{+} \mathbf{h}_{(t)}}{\partial \mathbf{W}_{hh}}",
        "∂⁺h[t]/∂⁺W_hh",
    ),
    (
        sp.Transpose(TotalJacobian(h[t], h[s])) * b,
        r"\left(\frac{\partial \mathbf{h}_{(t)}}{\partial \mathbf{h}_{(s)}}\right)^{\top} \mathbf{b}_{h}",
        "(dh[t]/dh[s])ᵀ b_h",
    ),
    (Gradient(ell[t], W), r"\nabla_{\mathbf{W}_{hh}} \ell_{(t)}", "∇_{W_hh} ℓ[t]"),
    (MatrixSum(W**k, (k, 0, t - 1)), r"\sum_{k=0}^{t-1} \mathbf{W}_{hh}^{k}", "Σ_{k=0}^{t-1} W_hh^k"),
    (
        sp.MatMul(W, MatrixSum(W**k + I, (k, 0, t)), b),
        r"\mathbf{W}_{hh} \left(\sum_{k=0}^{t} (\mathbf{I}_{n} + \mathbf{W}_{hh}^{k})\right) \mathbf{b}_{h}",
        "W_hh (Σ_{k=0}^{t} (I_n + W_hh^k)) b_h",
    ),
    (
        W * MatrixSum(W**k * b, (k, 0, t)),
        r"\mathbf{W}_{hh} \sum_{k=0}^{t} \mathbf{W}_{hh}^{k} \mathbf{b}_{h}",
        "W_hh Σ_{k=0}^{t} W_hh^k b_h",
    ),
    (
        MatrixSum(W**k, (k, 0, t)) + I,
        r"\mathbf{I}_{n} + \sum_{k=0}^{t} \mathbf{W}_{hh}^{k}",
        "I_n + Σ_{k=0}^{t} W_hh^k",
    ),
    (
        OrderedProduct(D(u) * W, (u, s + 1, t), DESCENDING),
        r"\mathop{\overset{\longleftarrow}{\prod}}\limits_{u=s+1}^{t} \mathbf{D}_{(u)} \mathbf{W}_{hh}",
        "∏←_{u=s+1}^{t} D[u] W_hh",
    ),
    (
        OrderedProduct(kron(W, sp.Identity(1)), (u, 1, k), ASCENDING),
        r"\mathop{\overset{\longrightarrow}{\prod}}\limits_{u=1}^{k} "
        r"(\mathbf{W}_{hh} \otimes \mathbf{I}_{1})",
        "∏→_{u=1}^{k} (W_hh ⊗ I_1)",
    ),
    (-k + t - 1, "t - k - 1", "t - k - 1"),
    (1 - k, "1 - k", "1 - k"),
    (-k - 1, "-k - 1", "-k - 1"),
    (2 * 3**k, r"2 \cdot 3^{k}", "2·3^k"),
    (sp.Rational(-1, 2) * n * (k - t), r"-\frac{n (k - t)}{2}", "-(n (k - t))/2"),
    (sp.Symbol("gamma_max"), r"\gamma_{\mathrm{max}}", "γ_max"),
    (sp.Symbol("l'", integer=True) + 1, "l' + 1", "l' + 1"),
    (sp.sqrt(n), r"\sqrt{n}", "sqrt(n)"),
    (sp.Abs(sp.Symbol("w")) ** k + sp.pi**2, r"|w|^{k} + \pi^{2}", "|w|^k + pi^2"),
    (sp.exp(-t) * (1 + sp.exp(k)), r"(e^{k} + 1) e^{- t}", "(exp(k) + 1) exp(-t)"),
    (sp.Float(-0.5) * W, r"-0.5 \mathbf{W}_{hh}", "-0.500000000000000 W_hh"),
    (
        sp.Sum(W[i - 1, j - 1] * h[t][j - 1, 0], (j, 1, n)),
        r"\sum_{j=1}^{n} [\mathbf{W}_{hh}]_{ij} \mathbf{h}_{(t)}^{(j)}",
        "Σ_{j=1}^{n} [W_hh]_{i,j} h[t]^(j)",
    ),
]
