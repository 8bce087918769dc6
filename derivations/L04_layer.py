"""A layer: an activation of an affine function

The output of layer $l$ is an activation, applied entry by entry, of a function of the layer below and of the weights.
"""

from symrnn import Claim, Equation, Kind, Layered
from symrnn.derivation import Definitions
from symrnn.symbols import l

net = Layered()
y, f, W, a = net.y, net.f, net.W, net.a

L04 = Claim(
    id="L04",
    title="output of layer $l$",
    statement=Definitions((Equation(y[l], a[l](f[l]), (l >= 1,)), Equation(f[l], W[l] * y[l - 1], (l >= 1,)))),
    expected=Kind.DEFINITION,
    recurrence=net,
)
