"""A layer: an activation of an affine function

What does one layer compute?

The layer multiplies what comes from below by its weights, and then applies an activation to each unit by itself.

>>> from symrnn import Layered
>>> from symrnn.symbols import l
>>> net = Layered()
>>> net.body(net.y[l]), net.body(net.f[l])
(a[l](f[l]), W[l]*y[l - 1])
"""

from symrnn import Claim, Equation, Kind, Layered
from symrnn.cells import width
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
    worked={l: 1, width(0): 2, width(1): 2, "a": "square", y[0]: [1, 1], W[1]: [[1, 2], [0, 1]]},
)
