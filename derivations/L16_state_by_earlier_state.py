"""The Jacobian between two states is a product of one-step Jacobians

The Jacobians stand in the order in which time runs backwards, the newest on the left.
"""

from symrnn import Claim, Elman, Equation, Kind, OrderedProduct, TotalJacobian, k, t, u

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
)
