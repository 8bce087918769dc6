"""The recurrent network

What does a recurrent network compute at each step?

The same thing as at every other step: the new state is made from the state before and from the input, always with the
same weights. This is the Elman network, with an activation $φ$ that may be any differentiable function. The hidden
state has $n$ units, the input $m$ entries and the output $q$.

>>> from symrnn import Elman
>>> print(Elman())
a[t] = W_hh h[t-1] + W_xh x[t] + b_h
h[t] = φ(a[t])
y[t] = W_hy h[t] + b_y
ℓ[t] = ℓ(y[t])
L = Σ_{t=1}^{T} ℓ[t]
"""

from symrnn import Claim, Elman, Equation, Kind, t
from symrnn.derivation import Definitions

part = """Recurrent networks

Written out over time, a recurrent network is a deep network with one layer for each step. There is one difference: all
layers share their weights. The gradient by these weights is therefore a sum over all steps, and it is easily
miscounted.
"""

rnn = Elman()
h, x, y = rnn.h, rnn.x, rnn.y

L11 = Claim(
    id="L11",
    title="the recurrent network",
    statement=Definitions(
        (
            Equation(h[t], rnn.phi(rnn.W_xh * x[t] + rnn.W_hh * h[t - 1] + rnn.b_h), (t >= 1,)),
            Equation(y[t], rnn.W_hy * h[t] + rnn.b_y, (t >= 1,)),
        )
    ),
    expected=Kind.DEFINITION,
    recurrence=rnn,
    worked={t: 1, "phi": "square", rnn.W_hh: 2, rnn.W_xh: 3, rnn.b_h: -1, rnn.W_hy: 5, h[0]: 1, x: [1]},
)
