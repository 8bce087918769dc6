"""The gradient of a layer's own weights

When each layer has its own weights, they reach the loss through the output of that layer alone. Compare this with a
recurrent network, where the same matrix enters at every step.
"""

from symrnn import Claim, Equation, Kind, Layered, TotalJacobian
from symrnn.symbols import L, l

net = Layered()
loss, y, W = net.loss, net.y, net.W

L03 = Claim(
    id="L03",
    title="loss gradient to weights of layer $l$",
    statement=Equation(
        TotalJacobian(loss, W[l]),
        TotalJacobian(loss, y[l]) * TotalJacobian(y[l], W[l]),
        where=(l >= 1, l <= L + 1),
    ),
    expected=Kind.PROVED,
    recurrence=net,
)
