"""One step of the backward pass, in its two factors

Each step back multiplies the loss gradient by the Jacobian of an activation and by a weight matrix.
"""

from symrnn import Claim, Equation, Kind, Layered, TotalJacobian
from symrnn.symbols import L, l

net = Layered()
loss, y, f = net.loss, net.y, net.f

L07 = Claim(
    id="L07",
    title="one layer back, in two factors",
    statement=Equation(
        TotalJacobian(loss, y[l - 1]),
        TotalJacobian(loss, y[l]) * TotalJacobian(y[l], f[l]) * TotalJacobian(f[l], y[l - 1]),
        where=(l >= 1, l <= L + 1),
    ),
    expected=Kind.PROVED,
    recurrence=net,
)
