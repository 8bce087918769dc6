"""The backward pass of the LSTM

In which order are the errors of the two states of an LSTM computed, and what does each collect?

Two states, two errors: that of $h_t$ first, then that of $c_t$, since $h_t$ looks at $c_t$. Each gets what comes back
from both states of the next step. The error of the cell is not carried back by the forget gate alone: it also comes
from $h_t$, through the output gate.

>>> from symrnn import LSTM, to_text
>>> lstm = LSTM()
>>> for step in lstm.backward(of=lstm.L).recursion:
...     print(to_text(step.equation.lhs), "=")
...     print("   ", to_text(step.equation.rhs))
dL/dh[t] =
    ∂⁺ℓ[t]/∂⁺h[t] + (dL/dh[t+1]) (∂⁺h[t+1]/∂⁺h[t]) + (dL/dc[t+1]) (∂⁺c[t+1]/∂⁺h[t])
dL/dc[t] =
    (dL/dh[t]) (∂⁺h[t]/∂⁺c[t]) + (dL/dc[t+1]) (∂⁺c[t+1]/∂⁺c[t])
"""

from symrnn import LSTM, AllOf, Claim, Equation, ImmediateJacobian, Kind, T, TotalJacobian, n, t

lstm = LSTM()
L, c, h = lstm.L, lstm.c, lstm.h
backward = lstm.backward(of=L)
arrived = {at: ImmediateJacobian(lstm.ell[at], h[at]) for at in (1, 2)}

L25 = Claim(
    id="L25",
    title="the errors of $h$ and $c$, from the end backwards",
    statement=AllOf(tuple(step.equation for step in (*backward.start, *backward.recursion))),
    expected=Kind.PROVED,
    recurrence=lstm,
    worked={t: 1, T: 2, n: 1, lstm.U_g: 2, arrived[1]: 1, arrived[2]: 4},
)

L25_initial = Claim(
    id="L25-initial",
    title="the errors of the initial states",
    statement=AllOf(tuple(step.equation for step in backward.initial)),
    expected=Kind.PROVED,
    recurrence=lstm,
)

L25_forget_gate = Claim(
    id="L25-forget-gate",
    title="the error of the cell by the forget gate alone",
    statement=Equation(
        TotalJacobian(L, c[t]),
        TotalJacobian(L, c[t + 1]) * ImmediateJacobian(c[t + 1], c[t]),
        where=(t >= 1, t <= T - 1),
    ),
    expected=Kind.REFUTED,
    recurrence=lstm,
    corrected_by="L25",
)

L25_forget_weights = Claim(
    id="L25-forget-weights",
    title="the gradient by the recurrent weights of the forget gate",
    statement=backward.gradient(lstm.U_f).equation,
    expected=Kind.PROVED,
    recurrence=lstm,
    derivation=backward.gradient(lstm.U_f),
)
