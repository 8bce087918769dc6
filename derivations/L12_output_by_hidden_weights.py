"""From the output to the recurrent weights

The output sees the recurrent weights through the hidden state of its own time only.
"""

from symrnn import Claim, Elman, Equation, Kind, TotalJacobian, t

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
)

L12_closed_form = Claim(
    id="L12-closed-form",
    title="the same in closed form",
    statement=rnn.derive(rnn.y[t], wrt=rnn.W_hh).equation,
    expected=Kind.PROVED,
    recurrence=rnn,
    derivation=rnn.derive(rnn.y[t], wrt=rnn.W_hh),
)
