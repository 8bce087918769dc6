"""Which weights a sum of two terms covers

When the derivative by all weights is written as a sum of two terms, which weights does that cover?

Written as a differential, the two terms are the movements of the output weights and of the recurrent ones. When $W$ is
meant to hold the input weights too, their movement is missing.

>>> from symrnn import Elman, t, to_text
>>> rnn = Elman()
>>> print(to_text(rnn.derive(rnn.y[t], wrt=rnn.W_xh).at(t=1)))
W_hy D[1] (x[1]ᵀ ⊗ I_n)
"""

from symrnn import Claim, Elman, Equation, Kind, TotalJacobian, t
from symrnn.expr import Differential, Vec

rnn = Elman()
h, y = rnn.h, rnn.y


def moved_by(weights):
    """The part of dy that comes from one block of weights through the hidden state."""
    return TotalJacobian(y[t], h[t]) * TotalJacobian(h[t], weights) * Vec(Differential(weights))


moved = dict.fromkeys(map(Differential, (rnn.W_hh, rnn.W_xh, rnn.W_hy)), 1)
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
    worked={t: 1, "phi": "identity", rnn.W_hh: 2, rnn.W_xh: 3, rnn.W_hy: 5, h[0]: 1, rnn.x: [1], **moved},
)
