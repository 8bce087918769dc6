"""From the output to the recurrent weights

How does the output of step $t$ depend on the recurrent weights?

Through the hidden state of its own time, and in no other way. So the question is passed on to the hidden state.

>>> from symrnn import Elman, t, to_text
>>> rnn = Elman()
>>> d = rnn.derive(rnn.y[t], wrt=rnn.W_hh)
>>> print(to_text(d.at(t=2)))
W_hy (D[2] (h[1]ᵀ ⊗ I_n) + D[2] W_hh D[1] (h[0]ᵀ ⊗ I_n))
"""

from symrnn import Claim, Elman, Equation, Kind, TotalJacobian, n, t

rnn = Elman()

L12 = Claim(
    id="L12",
    title="output by recurrent weights",
    statement=Equation(
        TotalJacobian(rnn.y[t], rnn.W_hh),
        TotalJacobian(rnn.y[t], rnn.h[t]) * TotalJacobian(rnn.h[t], rnn.W_hh),
        where=(t >= 1,),
    ),
    expected=Kind.PROVED,
    recurrence=rnn,
    worked={t: 2, n: 1, "phi": "square", rnn.W_hh: 2, rnn.W_hy: 5, rnn.h[0]: 1},
)

L12_closed_form = Claim(
    id="L12-closed-form",
    title="the same in closed form",
    statement=rnn.derive(rnn.y[t], wrt=rnn.W_hh).equation,
    expected=Kind.PROVED,
    recurrence=rnn,
    derivation=rnn.derive(rnn.y[t], wrt=rnn.W_hh),
)
