"""The two factors of a layer's Jacobian

What are the two factors called?

One name is for the Jacobian of the activation with respect to its argument, and one for the Jacobian of the linear map
with respect to the layer below.

>>> from symrnn import Layered
>>> from symrnn.symbols import l
>>> net = Layered()
>>> net.D(l)
DiagMatrix(a[l]'(f[l]))
"""

from symrnn import Claim, Equation, Kind, Layered, Sequence, TotalJacobian
from symrnn.cells import width
from symrnn.derivation import Definitions
from symrnn.symbols import l

net = Layered()
activation_jacobian = Sequence("a'", width, width, first=1)
affine_jacobian = Sequence("f'", width, lambda layer: width(layer - 1), first=1)

L06 = Claim(
    id="L06",
    title="names of the two factors",
    statement=Definitions(
        (
            Equation(activation_jacobian[l], TotalJacobian(net.y[l], net.f[l]), (l >= 1,)),
            Equation(affine_jacobian[l], TotalJacobian(net.f[l], net.y[l - 1]), (l >= 1,)),
        )
    ),
    expected=Kind.DEFINITION,
    recurrence=net,
)
