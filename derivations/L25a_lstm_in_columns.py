"""The backward pass of the LSTM, gate by gate

How do books and programs compute the backward pass of the LSTM, gate by gate?

In columns. First the error of the state, then that of the cell, then one $δ$ for each gate: what arrives at the gate,
times its slope, $f_t ⊙ (1 - f_t)$ for a sigmoid. Every $δ$ goes back to $h_{t-1}$ through the transposed recurrent
weights of its gate, and forward into their gradient. Only the cell has a way of its own, through the forget gate of the
next step.

>>> from symrnn import LSTM, generate
>>> lines = [line.strip() for line in generate(LSTM()).splitlines()]
>>> for line in lines:
...     if line.startswith(("da_i =", "da_f =", "da_o =", "da_g =")):
...         print(line)
da_g = (1 - g[t] ** 2) * dg  # (n, batch)
da_o = o[t] * (1 - o[t]) * do  # (n, batch)
da_f = f[t] * (1 - f[t]) * df  # (n, batch)
da_i = i[t] * (1 - i[t]) * di  # (n, batch)
"""

import sympy as sp

from symrnn import LSTM, AllOf, Claim, Elementwise, Equation, Gradient, ImmediateJacobian, Kind, MatrixSum, T, n, t
from symrnn.cells import entrywise

lstm, tanh, ones = LSTM(), Elementwise("tanh"), sp.OneMatrix(n, 1)
L, ell, h, c, x = lstm.L, lstm.ell, lstm.h, lstm.c, lstm.x
i, f, o, g = lstm.i, lstm.f, lstm.o, lstm.g
inside, all_steps, last = (t >= 1, t <= T - 1), (t >= 1, t <= T), (T >= 1,)
arrived = {at: ImmediateJacobian(ell[at], h[at]) for at in (1, 2)}
gates = {
    "i": (lstm.a_i, lstm.U_i, lstm.W_i, lstm.b_i),
    "f": (lstm.a_f, lstm.U_f, lstm.W_f, lstm.b_f),
    "o": (lstm.a_o, lstm.U_o, lstm.W_o, lstm.b_o),
    "g": (lstm.a_g, lstm.U_g, lstm.W_g, lstm.b_g),
}


def delta(quantity):
    """The gradient of the loss as a column, in the shape of the quantity."""
    return Gradient(L, quantity)


def squashed(gate):
    """The slopes of a sigmoid in terms of its values."""
    return (gate, ones - gate)


def own(at):
    """What comes from the loss of the step."""
    return ImmediateJacobian(ell[at], h[at]).T


def gradient(parameter, error, of=None):
    """A gradient as a sum over time of an error, times what the parameter is multiplied by."""
    summand = error if of is None else error * of.T
    return Equation(delta(parameter), MatrixSum(summand, (t, 1, T)), (T >= 0,))


def from_state(at):
    """What arrives at the cell from the state of its own step."""
    squared = entrywise(tanh(c[at]), tanh(c[at]))
    return entrywise(delta(h[at]), o[at], ones - squared)


from_gates = sp.MatAdd(*(U.T * delta(a[t + 1]) for a, U, _, _ in gates.values()))
forgotten = entrywise(f[t + 1], delta(c[t + 1]))

L25_delta_gates = Claim(
    id="L25-delta-gates",
    title="the errors of the four gates",
    statement=AllOf(
        (
            Equation(delta(lstm.a_i[t]), entrywise(delta(c[t]), g[t], *squashed(i[t])), all_steps),
            Equation(delta(lstm.a_f[t]), entrywise(delta(c[t]), c[t - 1], *squashed(f[t])), all_steps),
            Equation(delta(lstm.a_o[t]), entrywise(delta(h[t]), tanh(c[t]), *squashed(o[t])), all_steps),
            Equation(delta(lstm.a_g[t]), entrywise(delta(c[t]), i[t], ones - entrywise(g[t], g[t])), all_steps),
        )
    ),
    expected=Kind.PROVED,
    recurrence=lstm,
)

L25_delta_slope = Claim(
    id="L25-delta-slope",
    title="the error of the forget gate with half of its slope",
    statement=Equation(delta(lstm.a_f[t]), entrywise(delta(c[t]), c[t - 1], f[t]), all_steps),
    expected=Kind.REFUTED,
    recurrence=lstm,
    corrected_by="L25-delta-gates",
    note="The slope of the sigmoid is $f_t ⊙ (1 - f_t)$.",
)

L25_delta_states = Claim(
    id="L25-delta-states",
    title="the errors of state and cell, from the end backwards",
    statement=AllOf(
        (
            Equation(delta(h[T]), own(T), last),
            Equation(delta(c[T]), from_state(T), last),
            Equation(delta(h[t]), own(t) + from_gates, inside),
            Equation(delta(c[t]), from_state(t) + forgotten, inside),
        )
    ),
    expected=Kind.PROVED,
    recurrence=lstm,
    worked={t: 1, T: 2, n: 1, lstm.U_g: 2, arrived[1]: 1, arrived[2]: 8},
)

L25_delta_own_gate = Claim(
    id="L25-delta-own-gate",
    title="the error of the cell with the forget gate of the same step",
    statement=Equation(delta(c[t]), from_state(t) + entrywise(f[t], delta(c[t + 1])), inside),
    expected=Kind.REFUTED,
    recurrence=lstm,
    corrected_by="L25-delta-states",
    note="$c_t$ goes into $c_{t+1}$ through the gate $f_{t+1}$.",
)

L25_delta_weights = Claim(
    id="L25-delta-weights",
    title="the gradients by the recurrent weights",
    statement=AllOf(tuple(gradient(U, delta(a[t]), h[t - 1]) for a, U, _, _ in gates.values())),
    expected=Kind.PROVED,
    recurrence=lstm,
)

L25_delta_inputs = Claim(
    id="L25-delta-inputs",
    title="the gradients by the weights of the inputs",
    statement=AllOf(tuple(gradient(W, delta(a[t]), x[t]) for a, _, W, _ in gates.values())),
    expected=Kind.PROVED,
    recurrence=lstm,
)

L25_delta_biases = Claim(
    id="L25-delta-biases",
    title="the gradients by the biases",
    statement=AllOf(tuple(gradient(b, delta(a[t])) for a, _, _, b in gates.values())),
    expected=Kind.PROVED,
    recurrence=lstm,
)
