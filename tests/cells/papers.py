"""Ten cells and more that do not ship, each from the equations of its paper, in at most ten lines."""

from __future__ import annotations

from collections.abc import Callable

import sympy as sp

from symrnn.activations import activation
from symrnn.cells import Cell, complement, entrywise, gates, layer_norm, matrices, maximum
from symrnn.expr import Elementwise, Selector, Sequence, Softmax, StopGradient, UnitVector
from symrnn.recurrence import Recurrence
from symrnn.symbols import m, n, q, t

SIGMA, TANH, RELU, RSQRT = (Elementwise(name) for name in ("sigmoid", "tanh", "relu", "rsqrt"))
SIGMOID, TANGENT, RECTIFIER = activation("sigmoid"), activation("tanh"), activation("relu", at_kink=0)
EPSILON, ALPHA, GAMMA = sp.symbols("epsilon alpha gamma", positive=True)


def layer_normalised() -> Recurrence:
    """The recurrent layer of Ba, Kiros and Hinton (2016), eq. (4)."""
    h, (v,), (x,) = Sequence("h", n), gates("v", n), gates("x", m)
    (W,), (U,), (g, b) = matrices("W", n, n), matrices("U", n, m), matrices("g b", n, sp.S.One)
    normalised = layer_norm(v, W * h[t - 1] + U * x[t], g, b, EPSILON)
    return Cell("layer-normalised", {**normalised, h: TANH(v[t])}, (h,), (W, U, g, b), (x,), (TANGENT,))


def scrn() -> Recurrence:
    """The structurally constrained network of Mikolov et al. (2014), eqs. (3) and (4); q context units."""
    h, s, (x,) = Sequence("h", n), Sequence("s", q), gates("x", m)
    (A,), (P,), (B,), (R,) = matrices("A", n, m), matrices("P", n, q), matrices("B", q, m), matrices("R", n, n)
    context = (1 - ALPHA) * (B * x[t]) + ALPHA * s[t - 1]
    hidden = SIGMA(P * s[t] + A * x[t] + R * h[t - 1])
    return Cell("SCRN", {s: context, h: hidden}, (h, s), (A, P, B, R), (x,), (SIGMOID,))


def qrnn() -> Recurrence:
    """The quasi-recurrent network of Bradbury et al. (2017), eqs. (2) and (4), with a convolution of width 2."""
    c, (z, f, o, h), x = Sequence("c", n), gates("z f o h", n), Sequence("x", m)
    V, W = matrices("V_z V_f V_o", n, m), matrices("W_z W_f W_o", n, m)
    of_z, of_f, of_o = (v * x[t - 1] + w * x[t] for v, w in zip(V, W, strict=True))
    pooled = entrywise(f[t], c[t - 1]) + entrywise(complement(f[t]), z[t])
    equations = {z: TANH(of_z), f: SIGMA(of_f), o: SIGMA(of_o), c: pooled, h: entrywise(o[t], c[t])}
    return Cell("QRNN", equations, (c,), (*V, *W), (x,), (SIGMOID, TANGENT)).with_loss(of=h)


def ind_rnn() -> Recurrence:
    """The independently recurrent network of Li et al. (2018), eq. (2)."""
    h, (x,) = Sequence("h", n), gates("x", m)
    (W,), (u, b) = matrices("W", n, m), matrices("u b", n, sp.S.One)
    return Cell("IndRNN", {h: RELU(W * x[t] + entrywise(u, h[t - 1]) + b)}, (h,), (W, u, b), (x,), (RECTIFIER,))


def antisymmetric() -> Recurrence:
    """The gated AntisymmetricRNN of Chang et al. (2019), eqs. (19) and (20), its step of size 1."""
    h, (z,), (x,) = Sequence("h", n), gates("z", n), gates("x", m)
    (W,), (V, V_z), (b, b_z) = matrices("W", n, n), matrices("V V_z", n, m), matrices("b b_z", n, sp.S.One)
    turned = (W - W.T - GAMMA * sp.Identity(n)) * h[t - 1]
    step = entrywise(z[t], TANH(turned + V * x[t] + b))
    equations = {z: SIGMA(turned + V_z * x[t] + b_z), h: h[t - 1] + step}
    return Cell("AntisymmetricRNN", equations, (h,), (W, V, V_z, b, b_z), (x,), (SIGMOID, TANGENT))


def state_space() -> Recurrence:
    """The diagonal state space model of Gupta, Gu and Berant (2022), eq. (3), for one input."""
    h, (y,), (x,) = Sequence("h", n), gates("y", 1), gates("x", 1)
    (a, B), (C,), (D,) = matrices("a B", n, sp.S.One), matrices("C", 1, n), matrices("D", 1, 1)
    equations = {h: entrywise(a, h[t - 1]) + B * x[t], y: C * h[t] + D * x[t]}
    return Cell("diagonal state space model", equations, (h,), (a, B, C, D), (x,)).with_loss(of=y)


def encoder_decoder() -> Recurrence:
    """Sutskever, Vinyals and Le (2014), of plain layers: k_t is 1 while the encoder reads and 0 later.

    The decoder starts from the encoder's last state, since there is one state that both of them carry on.
    """
    h, (e, d), (x,), (k,) = Sequence("h", n), gates("e d", n), gates("x", m), gates("k", 1)
    (W, W_d), (U, U_d), (b, b_d) = matrices("W W_d", n, m), matrices("U U_d", n, n), matrices("b b_d", n, sp.S.One)
    encoded, decoded = TANH(W * x[t] + U * h[t - 1] + b), TANH(W_d * x[t] + U_d * h[t - 1] + b_d)
    joined = e[t] * k[t] + d[t] * (sp.Identity(1) - k[t])
    parameters = (W, U, b, W_d, U_d, b_d)
    return Cell("encoder-decoder", {e: encoded, d: decoded, h: joined}, (h,), parameters, (x, k), (TANGENT,))


def zoneout() -> Recurrence:
    """Zoneout of Krueger et al. (2017), eq. (2): where the mask d is 1, a unit keeps its value."""
    h, (g, d), (x,) = Sequence("h", n), gates("g d", n), gates("x", m)
    (W,), (U,), (b,) = matrices("W", n, m), matrices("U", n, n), matrices("b", n, sp.S.One)
    kept = entrywise(d[t], h[t - 1]) + entrywise(complement(d[t]), g[t])
    return Cell("zoneout", {g: TANH(W * x[t] + U * h[t - 1] + b), h: kept}, (h,), (W, U, b), (x, d), (TANGENT,))


def unit_length() -> Recurrence:
    """A state of length 1: the sum that a gate would take is divided by its norm, a/‖a‖."""
    h, (a,), (s, r), (x,) = Sequence("h", n), gates("a", n), gates("s r", 1), gates("x", m)
    (W,), (U,), (b,) = matrices("W", n, m), matrices("U", n, n), matrices("b", n, sp.S.One)
    equations = {a: W * x[t] + U * h[t - 1] + b, s: a[t].T * a[t], r: RSQRT(s[t]), h: a[t] * r[t]}
    return Cell("unit length", equations, (h,), (W, U, b), (x,))


def attentive() -> Recurrence:
    """Softmax attention over the last three states, as the input asks for; p_t is h_{t-1}, and o_t is p_{t-1}."""
    h, p, o = Sequence("h", n), Sequence("p", n), Sequence("o", n)
    (w,), (c,), (x,) = gates("w", 3), gates("c", n), gates("x", m)
    (W,), (V,), (Q,) = matrices("W", n, m), matrices("V", n, n), matrices("Q", 3, m)
    mixed = sp.MatAdd(*(past[t - 1] * (UnitVector(3, at).T * w[t]) for at, past in enumerate((h, p, o), 1)))
    equations = {w: Softmax(Q * x[t]), c: mixed, h: TANH(W * x[t] + V * c[t]), p: h[t - 1], o: p[t - 1]}
    return Cell("attention", equations, (h, p, o), (W, V, Q), (x,), (TANGENT,))


def lagging() -> Recurrence:
    """A layer that reads its last two states, with p_t = h_{t-1} for the one before the last."""
    h, p, (x,) = Sequence("h", n), Sequence("p", n), gates("x", m)
    (W, V), (U,) = matrices("W V", n, n), matrices("U", n, m)
    return Cell(
        "lag 2", {p: h[t - 1], h: TANH(W * h[t - 1] + V * p[t - 1] + U * x[t])}, (h, p), (W, V, U), (x,), (TANGENT,)
    )


def maxout() -> Recurrence:
    """Maxout of Goodfellow et al. (2013), of two pieces; where both are equal, the error goes to the second one."""
    h, (a, b), (x,) = Sequence("h", n), gates("a b", n), gates("x", m)
    (W_a, W_b), (U_a, U_b) = matrices("W_a W_b", n, m), matrices("U_a U_b", n, n)
    pieces = {a: W_a * x[t] + U_a * h[t - 1], b: W_b * x[t] + U_b * h[t - 1]}
    return Cell("maxout", {**pieces, h: maximum(a[t], b[t])}, (h,), (W_a, W_b, U_a, U_b), (x,), (RECTIFIER,))


def detached_peephole() -> Recurrence:
    """A cell whose peephole lets no error back, as of Gers, Schraudolph and Schmidhuber (2002), sec. 3.2."""
    c, (a, f, g), (x,) = Sequence("c", n), gates("a f g", n), gates("x", m)
    (W, W_g), (p, b) = matrices("W W_g", n, m), matrices("p b", n, sp.S.One)
    equations = {a: W * x[t] + entrywise(p, StopGradient(c[t - 1])) + b, f: SIGMA(a[t]), g: TANH(W_g * x[t])}
    kept = entrywise(f[t], c[t - 1]) + entrywise(complement(f[t]), g[t])
    return Cell("detached peephole", {**equations, c: kept}, (c,), (W, W_g, p, b), (x,), (SIGMOID, TANGENT))


def normalised_lstm() -> Recurrence:
    """The LSTM of Ba, Kiros and Hinton (2016), eqs. (20) to (22): both products and the state are normalised apart."""
    h, c, (p, r), (x,) = Sequence("h", n), Sequence("c", n), gates("p r", 4 * n), gates("x", m)
    (z, f, i, o, g), (W,), (U,) = gates("z f i o g", n), matrices("W", 4 * n, n), matrices("U", 4 * n, m)
    (b, k_p, b_p, k_r, b_r), (k_z, b_z) = (matrices(names, size, sp.S.One) for names, size in LN_LSTM)
    of_f, of_i, of_o, of_g = (Selector(at, n, n, n, n).T * (p[t] + r[t] + b) for at in (1, 2, 3, 4))
    inner = {**layer_norm(p, W * h[t - 1], k_p, b_p, EPSILON), **layer_norm(r, U * x[t], k_r, b_r, EPSILON)}
    inner |= {f: SIGMA(of_f), i: SIGMA(of_i), o: SIGMA(of_o), g: TANH(of_g)}
    inner |= {c: entrywise(f[t], c[t - 1]) + entrywise(i[t], g[t]), **layer_norm(z, c[t], k_z, b_z, EPSILON)}
    parameters = (W, U, b, k_p, b_p, k_r, b_r, k_z, b_z)
    return Cell("LN-LSTM", {**inner, h: entrywise(o[t], TANH(z[t]))}, (c, h), parameters, (x,), (SIGMOID, TANGENT))


LN_LSTM = (("b k_p b_p k_r b_r", 4 * n), ("k_z b_z", n))
"""The gains and biases of the LN-LSTM, and their sizes."""


def content_attention() -> Recurrence:
    """Attention of Bahdanau, Cho and Bengio (2015), over the last three states: scores vᵀ tanh(W h_i + U s)."""
    s, p, o, (c,), (x,) = Sequence("s", n), Sequence("p", n), Sequence("o", n), gates("c", n), gates("x", m)
    (e, w), (W, U, V), (v,) = gates("e w", 3), matrices("W U V", n, n), matrices("v", n, sp.S.One)
    (C,), window = matrices("C", n, m), [(UnitVector(3, at), past[t - 1]) for at, past in enumerate((s, p, o), 1)]
    scores = sp.MatAdd(*(unit * (v.T * TANH(W * past + U * s[t - 1])) for unit, past in window))
    mixed = sp.MatAdd(*(past * (unit.T * w[t]) for unit, past in window))
    equations = {e: scores, w: Softmax(e[t]), c: mixed, s: TANH(V * c[t] + C * x[t]), p: s[t - 1], o: p[t - 1]}
    return Cell("content attention", equations, (s, p, o), (W, U, V, v, C), (x,), (TANGENT,))


PAPERS: dict[str, Callable[[], Recurrence]] = {
    "layer normalisation": layer_normalised,
    "SCRN": scrn,
    "QRNN": qrnn,
    "IndRNN": ind_rnn,
    "AntisymmetricRNN": antisymmetric,
    "state space model": state_space,
    "encoder and decoder": encoder_decoder,
    "zoneout": zoneout,
    "unit length": unit_length,
    "attention": attentive,
    "lag 2": lagging,
    "maxout": maxout,
    "detached peephole": detached_peephole,
    "LN-LSTM": normalised_lstm,
    "content attention": content_attention,
}
NUMBERS = {
    "layer normalisation": {"epsilon": 0.125},
    "SCRN": {"alpha": 0.75},
    "AntisymmetricRNN": {"gamma": 0.25},
    "LN-LSTM": {"epsilon": 0.125},
}
"""The numbers in the equations that are not parameters."""
