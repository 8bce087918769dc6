"""The Jacobian of one layer

What is the Jacobian of one layer, of which the gradient gets one more factor with each layer?

It is the Jacobian of the activation times that of the linear map. The first is a diagonal matrix, since the activation
acts on each unit alone; the second is the weight matrix.

>>> from symrnn import Layered, to_text
>>> from symrnn.symbols import l
>>> net = Layered()
>>> print(to_text(net.derive(net.y[l], wrt=net.y[l - 1]).at(l=2)))
diag(a[2]'(f[2])) W[2]
"""

from symrnn import AllOf, Claim, Equation, Kind, Layered, TotalJacobian
from symrnn.cells import width
from symrnn.symbols import l

net = Layered()
y, f, W = net.y, net.f, net.W

L05 = Claim(
    id="L05",
    title="Jacobian of one layer",
    statement=AllOf(
        (
            Equation(
                TotalJacobian(y[l], y[l - 1]),
                TotalJacobian(y[l], f[l]) * TotalJacobian(f[l], y[l - 1]),
                where=(l >= 1,),
            ),
            Equation(TotalJacobian(y[l], f[l]), net.D(l), where=(l >= 1,)),
            Equation(TotalJacobian(f[l], y[l - 1]), W[l], where=(l >= 1,)),
        )
    ),
    expected=Kind.PROVED,
    recurrence=net,
    worked={l: 1, width(0): 2, width(1): 2, "a": "square", y[0]: [1, 1], W[1]: [[1, 2], [0, 1]]},
)
