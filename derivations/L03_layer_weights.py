"""The gradient of a layer's own weights

How does one get from the loss gradient of a layer to the gradient of that layer's weights?

When each layer has its own weights, they reach the loss through the output of that layer alone. Compare this with a
recurrent network, where the same matrix enters at every step.

>>> from symrnn import Layered, to_text
>>> from symrnn.symbols import l
>>> net = Layered()
>>> print(to_text(net.derive(net.y[l], wrt=net.W[l]).at(l=2)))
diag(a[2]'(f[2])) (y[1]ᵀ ⊗ I_{d(2)})
"""

from symrnn import Claim, Equation, ImmediateJacobian, Kind, Layered, TotalJacobian
from symrnn.cells import width
from symrnn.symbols import L, l

net = Layered()
loss, y, W = net.loss, net.y, net.W
top = ImmediateJacobian(loss, y[2])

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
    worked={l: 1, L: 1, width(1): 2, "a": "square", y[0]: 1, W[1]: [1, 2], W[2]: [[3, 1]], top: 1},
)
