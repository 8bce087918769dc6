"""Slips of published notes

What goes wrong when the gradient through time is written down for a blog or a course?

These five were found in notes on recurrent networks that many people read. Each is one sign away from what holds: an
index, a transpose, the limit of a product, all terms of a sum but one.
"""

from symrnn import Claim, Elman, Equation, ImmediateJacobian, Kind, MatrixSum, OrderedProduct, TotalJacobian, k, t, u
from symrnn.expr import ASCENDING

rnn, linear = Elman("tanh"), Elman("identity")
h, W = rnn.h, rnn.W_hh
step = TotalJacobian(h[t], h[t - 1])
far = TotalJacobian(h[t], h[t - k])


def weights_enter(at):
    """What the weights do to the loss of step t by entering at a step."""
    return TotalJacobian(rnn.ell[t], h[at]) * ImmediateJacobian(h[at], W)


def steps(last):
    """One step back from t after the other, down to the one from t - last."""
    return OrderedProduct(TotalJacobian(h[t - u], h[t - u - 1]), (u, 0, last), ASCENDING)


P1 = Claim(
    "P1",
    "one step, with the weights transposed",
    Equation(step, rnn.D(t) * W.T, where=(t >= 1,)),
    Kind.REFUTED,
    rnn,
    corrected_by="P1-corrected",
    note="In columns the Jacobian is $W_hhᵀ D[t]$, and in rows $D[t] W_hh$. This is half of each.",
)
P1_corrected = Claim("P1-corrected", "one step", Equation(step, rnn.D(t) * W, where=(t >= 1,)), Kind.PROVED, rnn)
P2 = Claim(
    "P2",
    "one step, with the slope of the step before",
    Equation(step, rnn.D(t - 1) * W, where=(t >= 2,)),
    Kind.REFUTED,
    rnn,
    corrected_by="P1-corrected",
    note="$h_t$ is made from $a_t$, so the slope is taken there.",
)
P3 = Claim(
    "P3",
    "many steps, with a product down to the first state",
    Equation(far, steps(t - 1), where=(k >= 0, t >= k)),
    Kind.REFUTED,
    rnn,
    corrected_by="P3-corrected",
    note="Written like this it is the Jacobian by $h_0$, whatever $k$ is.",
)
P3_corrected = Claim(
    "P3-corrected", "many steps", Equation(far, steps(k - 1), where=(k >= 0, t >= k)), Kind.PROVED, rnn
)
P4 = Claim(
    "P4",
    "the loss by the weights, through their first use alone",
    Equation(TotalJacobian(rnn.ell[t], W), weights_enter(1), where=(t >= 1,)),
    Kind.REFUTED,
    rnn,
    corrected_by="P4-corrected",
    note="The weights enter at every step. A chain of factors from $h_t$ down to $h_1$ is one term of $t$.",
)
P4_corrected = Claim(
    "P4-corrected",
    "the loss by the weights, through each of their uses",
    Equation(TotalJacobian(rnn.ell[t], W), MatrixSum(weights_enter(u), (u, 1, t)), where=(t >= 1,)),
    Kind.PROVED,
    rnn,
)
P5 = Claim(
    "P5",
    "without an activation, with the power inside the product",
    Equation(
        TotalJacobian(linear.h[t], linear.h[t - k]),
        OrderedProduct(linear.W_hh**k, (u, 0, k - 1), ASCENDING),
        where=(k >= 0, t >= k),
    ),
    Kind.REFUTED,
    linear,
    corrected_by="P5-corrected",
    note="Each of $k$ factors is raised to the power $k$, which makes $k^2$ of them.",
)
P5_corrected = Claim(
    "P5-corrected",
    "without an activation",
    Equation(TotalJacobian(linear.h[t], linear.h[t - k]), linear.W_hh**k, where=(k >= 0, t >= k)),
    Kind.PROVED,
    linear,
)
