"""The loss gradient of a layer

How does the loss of a deep network change when the output of one of its layers does?

Write $𝓛'_(l)$ for the derivative of the loss with respect to the output of layer $l$. It has
one entry for each unit of the layer. Nothing is claimed yet: a name is given.

>>> from symrnn import Layered
>>> print(Layered())
f[l] = W[l] y[l-1]
y[l] = a[l](f[l])
L = ℓ(y[L+1])
"""

from symrnn import Claim, Equation, Kind, Layered, Sequence, TotalJacobian
from symrnn.cells import width
from symrnn.derivation import Definitions
from symrnn.symbols import l

part = """Deep networks

Training a deep network sends the gradient of the loss backwards, from the top layer to the lowest one. Each layer on
the way multiplies it by one more factor. This part asks what the factors are, in which order they stand, and what they
do to the size of the gradient.
"""

net = Layered()
loss_gradient = Sequence("L'", 1, width)

L01 = Claim(
    id="L01",
    title="loss gradient of layer $l$",
    statement=Definitions((Equation(loss_gradient[l], TotalJacobian(net.loss, net.y[l]), (l >= 0,)),)),
    expected=Kind.DEFINITION,
    recurrence=net,
)
