"""Truncated backpropagation through time keeps the last $K$ steps

What is lost when the derivative by the weights is cut off after the last $K$ steps?

The derivative of $h_t$ by the weights is a sum over the steps at which the weights enter. Kept are the last $K$ of
them. All other paths run through the state $h_{t-K}$, so that what is lost is $Φ(t, t-K)$ times its derivative: $K$
factors of the transition matrix. Where slope times weights stay below 1, that is small for a large $K$. It is not 0,
and does not average out: the truncated gradient is another one.

Sources: Williams and Peng (1990); Jaeger (2002), A tutorial on training recurrent neural networks, sec. 4.

>>> import sympy as sp
>>> from symrnn import Elman, t, to_text
>>> from symrnn.truncation import truncated
>>> rnn, K = Elman(), sp.Symbol("K", integer=True)
>>> cut = truncated(rnn, rnn.h[t], rnn.W_hh, K)
>>> print(to_text(cut.error), cut.verify().kind.value)
(dh[t]/dh[t-K]) (dh[t-K]/dW_hh) PROVED
"""

import sympy as sp

from symrnn import LSTM, Claim, Elman, Equation, Inequality, Kind, Norm, T, TotalJacobian, n, s, t
from symrnn.derivation import BoundedSlope, ForEvery
from symrnn.truncation import truncated, untruncated

part = """Truncation

For long sequences the sum over all steps is too long to be computed, and is cut short. There are three ways to do this:
after a fixed number of steps, at the borders of chunks, or at random. This part asks what each of them loses.
"""

K = sp.Symbol("K", integer=True)
rnn, lstm = Elman(), LSTM()
h, W = rnn.h, rnn.W_hh
gamma, eta = sp.symbols("gamma eta", nonnegative=True)

state = truncated(rnn, h[t], W, K)
loss = truncated(rnn, rnn.L, W, K)
cell = truncated(lstm, lstm.h[t], lstm.b_f, K)
earlier = TotalJacobian(h[t - K], W)
slopes, ratio = BoundedSlope("phi", gamma), gamma * Norm(W)
states = ForEvery(Norm(h[s]) <= eta, s, (s >= 0, s <= t))
missing = Norm(sp.MatAdd(state.whole, sp.MatMul(-1, state.kept)))

L26 = Claim(
    id="L26",
    title="the last $K$ steps are all of $dh_t/dW_hh$",
    statement=Equation(state.whole, state.kept, (K >= 1, t >= K)),
    expected=Kind.REFUTED,
    recurrence=rnn,
    corrected_by="L26-error",
)

L26_error = Claim(
    id="L26-error",
    title="the error of truncation",
    statement=state.equation,
    expected=Kind.PROVED,
    recurrence=rnn,
    worked={t: 2, K: 1, n: 1, "phi": "square", W: 2, h[0]: 1},
)

L26_long = Claim(
    id="L26-long",
    title="nothing is lost for $K >= t$",
    statement=untruncated(rnn, h[t], W, K).equation,
    expected=Kind.PROVED,
    recurrence=rnn,
)

L26_loss_stated = Claim(
    id="L26-loss-unbiased",
    title="the truncated gradient of the loss is the gradient",
    statement=Equation(loss.whole, loss.kept, (K >= 1, K <= T)),
    expected=Kind.REFUTED,
    recurrence=rnn,
    corrected_by="L26-loss",
    note="Truncation is biased.",
)

L26_loss = Claim(
    id="L26-loss",
    title="the error in the gradient of the loss",
    statement=loss.equation,
    expected=Kind.PROVED,
    recurrence=rnn,
)

L26_cell = Claim(
    id="L26-lstm",
    title="the error for the LSTM, its two states stacked",
    statement=cell.equation,
    expected=Kind.PROVED,
    recurrence=lstm,
)

L26_one_off = Claim(
    id="L26-one-off",
    title="the error with one factor less",
    statement=Equation(
        state.whole,
        sp.MatAdd(state.kept, sp.MatMul(TotalJacobian(h[t], h[t - K + 1]), earlier)),
        (K >= 1, t >= K),
    ),
    expected=Kind.REFUTED,
    recurrence=rnn,
    corrected_by="L26-error",
)

L26_bound = Claim(
    id="L26-bound",
    title="the error, $K$ factors below what it was",
    statement=Inequality(Norm(state.error), ratio**K * Norm(earlier), (K >= 0, t >= K), (slopes,)),
    expected=Kind.PROVED,
    recurrence=rnn,
)

L26_geometric = Claim(
    id="L26-geometric",
    title="what is lost vanishes at a geometric rate",
    statement=Inequality(
        missing, ratio**K * gamma * eta / (1 - ratio), (K >= 0, t - 1 >= K), (slopes, ratio < 1, states)
    ),
    expected=Kind.PROVED,
    recurrence=rnn,
    note="The states of an activation with values in $[-1, 1]$, such as tanh, have $η = max(‖h_0‖, √n)$.",
)
