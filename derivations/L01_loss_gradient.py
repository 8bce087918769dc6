"""The loss gradient of a layer

Write $𝓛'_(l)$ for the derivative of the loss with respect to the output of layer $l$. In numerator layout it is a row
with one entry for each unit of the layer. Nothing is claimed yet: a name is given.
"""

from symrnn import Claim, Equation, Kind, Layered, Sequence, TotalJacobian
from symrnn.cells import width
from symrnn.derivation import Definitions
from symrnn.symbols import l

net = Layered()
loss_gradient = Sequence("L'", 1, width)

L01 = Claim(
    id="L01",
    title="loss gradient of layer $l$",
    statement=Definitions((Equation(loss_gradient[l], TotalJacobian(net.loss, net.y[l]), (l >= 0,)),)),
    expected=Kind.DEFINITION,
    recurrence=net,
)
