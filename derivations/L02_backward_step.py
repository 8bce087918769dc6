"""One step of the backward pass

The loss gradient of a layer is that of the layer above times the Jacobian of one layer: the chain rule, for every
layer and for layers of any widths.
"""

from symrnn import Claim, Equation, Kind, Layered, TotalJacobian
from symrnn.symbols import L, l

net = Layered()
loss, y = net.loss, net.y

L02 = Claim(
    id="L02",
    title="loss gradient, one layer back",
    statement=Equation(
        TotalJacobian(loss, y[l - 1]),
        TotalJacobian(loss, y[l]) * TotalJacobian(y[l], y[l - 1]),
        where=(l >= 1, l <= L + 1),
    ),
    expected=Kind.PROVED,
    recurrence=net,
)
