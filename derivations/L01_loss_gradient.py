"""The loss gradient of a layer

Write 𝓛'_(l) for the derivative of the loss with respect to the output of layer l. In numerator layout it is a row
with one entry for each unit of the layer. Nothing is claimed yet: a name is given.
"""

from symrnn import Claim, Definitions, Equation, Kind, Layered, Sequence, TotalJacobian, l, width

net = Layered()
loss_gradient = Sequence("L'", 1, width)

L01 = Claim(
    id="L01",
    title="loss gradient of layer l",
    statement=Definitions((Equation(loss_gradient[l], TotalJacobian(net.loss, net.y[l]), (l >= 0,)),)),
    expected=Kind.DEFINITION,
    recurrence=net,
)
