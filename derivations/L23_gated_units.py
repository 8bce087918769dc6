"""Gated recurrent units

Along which ways does the gradient go back through one step of a gated unit?

A gate decides how much of the state is carried on. One step of the gated recurrent unit has four paths: past everything
through the update gate, through the candidate, and through the two gates themselves. Leaving one out, or taking the
slope of the wrong gate, gives a gradient that is off by little and hard to find by looking at numbers.

Below, the numbers are chosen so that the gates are half open: $σ(0) = 1/2$ with the slope 1/4, and $tanh(0) = 0$ with
the slope 1.

>>> from symrnn import GRU
>>> print(GRU())
a_r[t] = U_r h[t-1] + W_r x[t] + b_r
r[t] = sigmoid(a_r[t])
a_z[t] = U_z h[t-1] + W_z x[t] + b_z
z[t] = sigmoid(a_z[t])
a_g[t] = U_h (h[t-1] ⊙ r[t]) + W_h x[t] + b_h
g[t] = tanh(a_g[t])
h[t] = (1 - z[t]) ⊙ g[t] + h[t-1] ⊙ z[t]
ℓ[t] = ℓ(h[t])
L = Σ_{t=1}^{T} ℓ[t]
"""

import sympy as sp

from symrnn import GRU, Claim, Elementwise, Equation, Kind, OrderedProduct, TotalJacobian, k, n, t, u

part = """Gated cells

Gates give the gradient a way back on which it is not multiplied by the weights. How well that works is the subject of
this part: what is carried on along this way, what the gates themselves add, and how all of it is computed.
"""

gru = GRU()
h, r, z, g = gru.h, gru.r, gru.z, gru.g
sigma, tanh = Elementwise("sigmoid"), Elementwise("tanh")
diag, ones = sp.DiagMatrix, sp.OneMatrix(n, 1)

of_reset = diag(sigma(gru.a_r[t], order=1)) * gru.U_r
of_update = diag(sigma(gru.a_z[t], order=1)) * gru.U_z
of_candidate = diag(ones - z[t]) * diag(tanh(gru.a_g[t], order=1)) * gru.U_h
by_weights = gru.derive(h[t], wrt=gru.U_r)


def one_step(through_reset):
    """dh_t/dh_{t-1}, with a choice of what goes through the reset gate."""
    return diag(z[t]) + diag(h[t - 1] - g[t]) * of_update + of_candidate * (diag(r[t]) + through_reset)


whole = one_step(diag(h[t - 1]) * of_reset)
without = one_step(sp.ZeroMatrix(n, n))

L23 = Claim(
    id="L23",
    title="one step of the gated recurrent unit",
    statement=Equation(TotalJacobian(h[t], h[t - 1]), whole, where=(t >= 1,)),
    expected=Kind.PROVED,
    recurrence=gru,
    worked={t: 1, n: 1, h[0]: 1, gru.U_h: 2, gru.b_h: -1, gru.U_z: 4, gru.b_z: -4, gru.U_r: 8, gru.b_r: -8},
)

L23_no_reset_path = Claim(
    id="L23-no-reset-path",
    title="the same without the path through the reset gate",
    statement=Equation(TotalJacobian(h[t], h[t - 1]), without, where=(t >= 1,)),
    expected=Kind.REFUTED,
    recurrence=gru,
    corrected_by="L23",
)

L23_update_alone = Claim(
    id="L23-update-alone",
    title="the update gates alone, many steps",
    statement=Equation(
        TotalJacobian(h[t], h[t - k]),
        OrderedProduct(diag(z[t - u]), (u, 0, k - 1), "ascending"),
        where=(k >= 0, k <= t),
    ),
    expected=Kind.REFUTED,
    recurrence=gru,
    corrected_by="L23-many-steps",
)

L23_many_steps = Claim(
    id="L23-many-steps",
    title="many steps of the gated recurrent unit",
    statement=Equation(
        TotalJacobian(h[t], h[t - k]),
        OrderedProduct(whole.xreplace({t: t - u}), (u, 0, k - 1), "ascending"),
        where=(k >= 0, k <= t),
    ),
    expected=Kind.PROVED,
    recurrence=gru,
)

L23_reset_weights = Claim(
    id="L23-reset-weights",
    title="the state by the weights of the reset gate",
    statement=by_weights.equation,
    expected=Kind.PROVED,
    recurrence=gru,
    derivation=by_weights,
)
