"""The recurrent network

The Elman network with a generic activation $φ$. The hidden state has $n$ units, the input $m$ entries and the output
$q$.
"""

from symrnn import Claim, Elman, Equation, Kind, t
from symrnn.derivation import Definitions

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
)
