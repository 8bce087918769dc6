"""Which weights a sum of two terms covers

Written as a differential, the two terms are the movements of the output weights and of the recurrent ones. When $W$ is
meant to hold the input weights too, their movement is missing.
"""

from symrnn import Claim, Elman, Equation, Kind, TotalJacobian, t
from symrnn.expr import Differential, Vec

rnn = Elman()
h, y = rnn.h, rnn.y


def moved_by(weights):
    """The part of dy that comes from one block of weights through the hidden state."""
    return TotalJacobian(y[t], h[t]) * TotalJacobian(h[t], weights) * Vec(Differential(weights))


two_blocks = Differential(rnn.W_hy) * h[t] + moved_by(rnn.W_hh)

L13 = Claim(
    id="L13",
    title="$dy$ in two terms, for $W = (W_hh, W_hy, W_xh)$",
    statement=Equation(Differential(y[t]), two_blocks, where=(t >= 1,), varying=(rnn.W_hh, rnn.W_hy, rnn.W_xh)),
    expected=Kind.REFUTED,
    recurrence=rnn,
    corrected_by="L13-corrected",
)

L13_corrected = Claim(
    id="L13-corrected",
    title="$dy$ in two terms, for $W = (W_hh, W_hy)$",
    statement=Equation(Differential(y[t]), two_blocks, where=(t >= 1,), varying=(rnn.W_hh, rnn.W_hy)),
    expected=Kind.PROVED,
    recurrence=rnn,
)

L13_all_blocks = Claim(
    id="L13-all-blocks",
    title="$dy$ with the input weights included",
    statement=Equation(
        Differential(y[t]),
        two_blocks + moved_by(rnn.W_xh),
        where=(t >= 1,),
        varying=(rnn.W_hh, rnn.W_hy, rnn.W_xh),
    ),
    expected=Kind.PROVED,
    recurrence=rnn,
)
