"""The backward pass of the gated recurrent unit, gate by gate

How does one compute the backward pass of the gated recurrent unit, gate by gate?

In columns, as for a plain network, with an error $δ$ for each gate, at its pre-activation: what arrives at its value,
times the slope, which is $r_t ⊙ (1 - r_t)$ for a sigmoid and $1 - g_t ⊙ g_t$ for tanh. The state collects what comes
back along four ways: straight on through $z_{t+1}$, and through the three products with the recurrent weights. The
reset gate stands inside the product with $U_h$, so that it has to be met twice on the way back: in front of what goes
to the state, and in the gradient of $U_h$.

>>> from symrnn import GRU, generate
>>> lines = [line.strip() for line in generate(GRU()).splitlines()]
>>> for line in lines:
...     if line.startswith(("da_g =", "da_z =", "da_r =", "dh[t - 1] =")):
...         print(line)
da_g = (1 - g[t] ** 2) * dg  # (n, batch)
da_z = z[t] * (1 - z[t]) * dz  # (n, batch)
da_r = r[t] * (1 - r[t]) * dr  # (n, batch)
dh[t - 1] = z[t] * dh[t] + r[t] * dr_h + U_z.T @ da_z + U_r.T @ da_r
"""

import sympy as sp

from symrnn import GRU, AllOf, Claim, Equation, Gradient, ImmediateJacobian, Kind, MatrixSum, T, n, t
from symrnn.cells import entrywise

gru = GRU()
L, ell, h, x = gru.L, gru.ell, gru.h, gru.x
r, z, g = gru.r, gru.z, gru.g
ones, inside, all_steps = sp.OneMatrix(n, 1), (t >= 1, t <= T - 1), (t >= 1, t <= T)


def delta(quantity):
    """The gradient of the loss as a column, in the shape of the quantity."""
    return Gradient(L, quantity)


def squashed(gate):
    """The slopes of a sigmoid in terms of its values."""
    return (gate, ones - gate)


def gradient(parameter, error, of=None):
    """A gradient as a sum over time of an error, times what the parameter is multiplied by."""
    summand = error if of is None else error * of.T
    return Equation(delta(parameter), MatrixSum(summand, (t, 1, T)), (T >= 0,))


def own(at):
    """What comes from the loss of the step."""
    return ImmediateJacobian(ell[at], h[at]).T


candidate, update, reset = delta(gru.a_g[t]), delta(gru.a_z[t]), delta(gru.a_r[t])
straight_on = own(t) + entrywise(z[t + 1], delta(h[t + 1]))
through_gates = gru.U_z.T * delta(gru.a_z[t + 1]) + gru.U_r.T * delta(gru.a_r[t + 1])
through_candidate = entrywise(r[t + 1], gru.U_h.T * delta(gru.a_g[t + 1]))

L23_delta_gates = Claim(
    id="L23-delta-gates",
    title="the errors of the candidate and of the two gates",
    statement=AllOf(
        (
            Equation(candidate, entrywise(delta(h[t]), ones - z[t], ones - entrywise(g[t], g[t])), all_steps),
            Equation(update, entrywise(delta(h[t]), h[t - 1] - g[t], *squashed(z[t])), all_steps),
            Equation(reset, entrywise(gru.U_h.T * candidate, h[t - 1], *squashed(r[t])), all_steps),
        )
    ),
    expected=Kind.PROVED,
    recurrence=gru,
    worked={t: 1, T: 1, n: 1, h[0]: 1, gru.U_h: 2, gru.b_h: -1, ImmediateJacobian(ell[1], h[1]): 8},
)

L23_delta_state = Claim(
    id="L23-delta-state",
    title="the error of the state, from the end backwards",
    statement=AllOf(
        (
            Equation(delta(h[T]), own(T), (T >= 1,)),
            Equation(delta(h[t]), straight_on + through_gates + through_candidate, inside),
        )
    ),
    expected=Kind.PROVED,
    recurrence=gru,
)

L23_delta_no_reset = Claim(
    id="L23-delta-no-reset",
    title="the same without the reset gate in front of what comes back",
    statement=Equation(delta(h[t]), straight_on + through_gates + gru.U_h.T * delta(gru.a_g[t + 1]), inside),
    expected=Kind.REFUTED,
    recurrence=gru,
    corrected_by="L23-delta-state",
    note="$U_h$ is multiplied by $r_t ⊙ h_{t-1}$, and not by $h_{t-1}$.",
)

L23_delta_weights = Claim(
    id="L23-delta-weights",
    title="the gradients by the recurrent weights",
    statement=AllOf(
        (
            gradient(gru.U_r, reset, h[t - 1]),
            gradient(gru.U_z, update, h[t - 1]),
            gradient(gru.U_h, candidate, entrywise(r[t], h[t - 1])),
        )
    ),
    expected=Kind.PROVED,
    recurrence=gru,
)

L23_delta_inputs = Claim(
    id="L23-delta-inputs",
    title="the gradients by the weights of the inputs, and by the biases",
    statement=AllOf(
        (
            *(gradient(W, error, x[t]) for W, error in ((gru.W_r, reset), (gru.W_z, update), (gru.W_h, candidate))),
            *(gradient(b, error) for b, error in ((gru.b_r, reset), (gru.b_z, update), (gru.b_h, candidate))),
        )
    ),
    expected=Kind.PROVED,
    recurrence=gru,
)

L23_delta_unreset = Claim(
    id="L23-delta-unreset",
    title="the gradient of the candidate's weights without the reset gate",
    statement=gradient(gru.U_h, candidate, h[t - 1]),
    expected=Kind.REFUTED,
    recurrence=gru,
    corrected_by="L23-delta-weights",
)
