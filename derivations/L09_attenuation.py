"""Does a small slope attenuate?

Does an activation with slopes below 1 shrink the gradient, and one with slopes above 1 make it grow?

That leaves the weights out. One step back multiplies the gradient by a slope and by a weight: what counts is the size
of both together. For layers of many units the norm of the weights takes the place of the weight, and from below their
smallest singular value.

>>> from symrnn import Layered, to_text
>>> from symrnn.symbols import L
>>> unit = Layered(units=1)
>>> print(to_text(unit.derive(unit.loss, wrt=unit.y[L]).at(L=3)))
(∂⁺L/∂⁺y[4]) diag(a[4]'(f[4])) W[4]
"""

import sympy as sp

from symrnn import Claim, ImmediateJacobian, Inequality, Kind, Layered, Norm, TotalJacobian, n
from symrnn.cells import width
from symrnn.derivation import BoundedSlope
from symrnn.expr import SmallestSingularValue
from symrnn.symbols import L, l

net, square, one_unit = Layered(), Layered(units=n), Layered(units=1)
top = ImmediateJacobian(net.loss, net.y[1])
c, gamma = sp.symbols("c gamma", nonnegative=True)
layers = (l >= 1, l <= L + 1)


def size(network: Layered, layer: sp.Expr) -> Norm:
    """Of the loss gradient of a layer."""
    return Norm(TotalJacobian(network.loss, network.y[layer]))


L09 = Claim(
    id="L09",
    title="a slope below 1 attenuates",
    statement=Inequality(size(one_unit, l - 1), size(one_unit, l), layers, (BoundedSlope("a", gamma), gamma < 1)),
    expected=Kind.REFUTED,
    recurrence=one_unit,
    corrected_by="L09-attenuation",
    note="A slope of 1/4, as large as that of the sigmoid gets, beside a weight of 8 doubles the gradient.",
)

L09_amplification_stated = Claim(
    id="L09-above-1",
    title="a slope above 1 amplifies",
    statement=Inequality(size(one_unit, l), size(one_unit, l - 1), layers, (BoundedSlope("a", at_least=c), c > 1)),
    expected=Kind.REFUTED,
    recurrence=one_unit,
    corrected_by="L09-amplification",
)

L09_step = Claim(
    id="L09-step",
    title="one step back: slope times weights",
    statement=Inequality(size(net, l - 1), gamma * Norm(net.W[l]) * size(net, l), layers, (BoundedSlope("a", gamma),)),
    expected=Kind.PROVED,
    recurrence=net,
    worked={l: 1, L: 0, width(0): 2, "a": "identity", net.W[1]: [[3, 4]], top: 2},
)

L09_attenuation = Claim(
    id="L09-attenuation",
    title="slope times weights at most 1 attenuates",
    statement=Inequality(
        size(net, l - 1),
        size(net, l),
        layers,
        (BoundedSlope("a", gamma), gamma * Norm(net.W[l]) <= 1),
    ),
    expected=Kind.PROVED,
    recurrence=net,
    note="For one unit this is the condition $|a' w| <= 1$.",
)

L09_amplification = Claim(
    id="L09-amplification",
    title="slope times weights at least 1 amplifies",
    statement=Inequality(
        size(square, l),
        size(square, l - 1),
        layers,
        (BoundedSlope("a", at_least=c), c * SmallestSingularValue(square.W[l]) >= 1),
    ),
    expected=Kind.PROVED,
    recurrence=square,
    note="For one unit the smallest singular value is the weight's magnitude, and the condition $|a' w| >= 1$.",
)
