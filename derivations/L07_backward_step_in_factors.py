"""One step of the backward pass, in its two factors

What does one step of the backward pass multiply the loss gradient by?

By the Jacobian of an activation and by a weight matrix. The slopes of the activation are what one looks at first when
gradients shrink, but the weights stand beside them at every step.

>>> from symrnn import Layered, to_text
>>> from symrnn.symbols import L
>>> net = Layered()
>>> print(to_text(net.derive(net.loss, wrt=net.y[L]).at(L=3)))
(∂⁺L/∂⁺y[4]) diag(a[4]'(f[4])) W[4]
"""

from symrnn import Claim, Equation, ImmediateJacobian, Kind, Layered, TotalJacobian
from symrnn.cells import width
from symrnn.symbols import L, l

net = Layered()
loss, y, f = net.loss, net.y, net.f
top = ImmediateJacobian(loss, y[1])

L07 = Claim(
    id="L07",
    title="one layer back, in two factors",
    statement=Equation(
        TotalJacobian(loss, y[l - 1]),
        TotalJacobian(loss, y[l]) * TotalJacobian(y[l], f[l]) * TotalJacobian(f[l], y[l - 1]),
        where=(l >= 1, l <= L + 1),
    ),
    expected=Kind.PROVED,
    recurrence=net,
    worked={
        l: 1,
        L: 0,
        width(0): 2,
        width(1): 2,
        "a": "square",
        y[0]: [1, 1],
        net.W[1]: [[1, 2], [0, 1]],
        top: [[1, 3]],
    },
)
