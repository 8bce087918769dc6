"""The Jacobian between two states is a product of one-step Jacobians

How does a state depend on one that is $k$ steps older?

Only through the states between them, so that the chain rule can be applied $k$ times. The factors stand in the order of
time, and the one of the newest step is next to the state that is derived.

>>> from symrnn import Elman, k, t, to_text
>>> rnn = Elman()
>>> d = rnn.derive(rnn.h[t], wrt=rnn.h[t - k])
>>> print(to_text(d.at(t=3, k=2)))
D[3] W_hh D[2] W_hh
"""

from symrnn import Claim, Elman, Equation, Kind, OrderedProduct, TotalJacobian, k, n, t, u

rnn = Elman()
h = rnn.h

L16 = Claim(
    id="L16",
    title="state by earlier state, as a product",
    statement=Equation(
        TotalJacobian(h[t], h[t - k]),
        OrderedProduct(TotalJacobian(h[t - u], h[t - u - 1]), (u, 0, k - 1), "ascending"),
        where=(k >= 0, k <= t),
    ),
    expected=Kind.PROVED,
    recurrence=rnn,
    worked={t: 2, k: 2, n: 2, "phi": "square", rnn.W_hh: [[1, 2], [0, 1]], h[0]: [1, 1]},
)
