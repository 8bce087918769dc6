"""The Jacobian of one layer

It is the Jacobian of the activation times that of the affine function. The first is a diagonal matrix, since the
activation acts on each unit alone; the second is the weight matrix.
"""

from symrnn import AllOf, Claim, Equation, Kind, Layered, TotalJacobian
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
)
