"""One step of the backward pass

If the loss gradient of one layer is known, how does one get that of the layer below?

Through the chain rule: the layer below reaches the loss through the layer above it, and in no other way. So its
gradient is that of the layer above times the Jacobian of one layer. This holds for every layer, and for layers of any
widths.

>>> from symrnn import Equation, Layered, TotalJacobian, verify
>>> from symrnn.symbols import L, l
>>> net = Layered()
>>> loss, y = net.loss, net.y
>>> chain = TotalJacobian(loss, y[l]) * TotalJacobian(y[l], y[l - 1])
>>> step = Equation(TotalJacobian(loss, y[l - 1]), chain, where=(l >= 1, l <= L + 1))
>>> print(verify(step, net).kind.value)
PROVED
"""

from symrnn import Claim, Equation, ImmediateJacobian, Kind, Layered, TotalJacobian
from symrnn.cells import width
from symrnn.symbols import L, l

net = Layered()
loss, y = net.loss, net.y
top = ImmediateJacobian(loss, y[2])

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
    worked={l: 1, L: 1, width(1): 2, "a": "square", y[0]: 1, net.W[1]: [1, 2], net.W[2]: [[3, 1]], top: 1},
)
