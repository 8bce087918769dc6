"""The whole backward pass as a product

What is left of the loss gradient after all the steps from the top layer down to layer $l$?

A product of one Jacobian for each layer. As it is often written, the product runs from $l + 1$ to $L$ beside the loss
gradient of layer $L + 1$, with the factors in ascending order. Both are slips: the step from layer $L + 1$ to layer $L$
is missing, and the factor of the topmost layer has to stand next to the loss gradient. With layers of different widths
the shapes do not even fit, so the slip is stated here for layers of one width. (Where the lower bound is printed as
$i + 1$, nothing says what $i$ is; it has to be $l$.)

>>> from symrnn import Layered, to_text
>>> from symrnn.symbols import l
>>> net = Layered()
>>> d = net.derive(net.loss, wrt=net.y[l])
>>> print(to_text(d.closed_form))
(∂⁺L/∂⁺y[L+1]) ∏→_{u=0}^{L-l} diag(a[L-u+1]'(f[L-u+1])) W[L-u+1]
>>> print(d.verify().kind.value)
PROVED
"""

from symrnn import Claim, Equation, ImmediateJacobian, Kind, Layered, OrderedProduct, TotalJacobian, n, u
from symrnn.cells import width
from symrnn.symbols import L, l

uniform = Layered(units=n)
net = Layered()
top = ImmediateJacobian(net.loss, net.y[2])

L08 = Claim(
    id="L08",
    title="product of Jacobians over layers $l+1..L$, ascending",
    statement=Equation(
        TotalJacobian(uniform.loss, uniform.y[l]),
        TotalJacobian(uniform.loss, uniform.y[L + 1])
        * OrderedProduct(
            TotalJacobian(uniform.y[u], uniform.f[u]) * TotalJacobian(uniform.f[u], uniform.y[u - 1]),
            (u, l + 1, L),
            "ascending",
        ),
        where=(l >= 0, l <= L),
    ),
    expected=Kind.REFUTED,
    recurrence=uniform,
    corrected_by="L08-corrected",
)

L08_corrected = Claim(
    id="L08-corrected",
    title="product of Jacobians over layers $L+1..l+1$, descending",
    statement=Equation(
        TotalJacobian(net.loss, net.y[l]),
        TotalJacobian(net.loss, net.y[L + 1])
        * OrderedProduct(
            TotalJacobian(net.y[u], net.f[u]) * TotalJacobian(net.f[u], net.y[u - 1]),
            (u, l + 1, L + 1),
            "descending",
        ),
        where=(l >= 0, l <= L + 1),
    ),
    expected=Kind.PROVED,
    recurrence=net,
    worked={l: 0, L: 1, width(1): 2, "a": "square", net.y[0]: 1, net.W[1]: [1, 2], net.W[2]: [[3, 1]], top: 1},
)

L08_written_out = Claim(
    id="L08-closed-form",
    title="the same, with the factors written out",
    statement=net.derive(net.loss, wrt=net.y[l]).equation,
    expected=Kind.PROVED,
    recurrence=net,
    derivation=net.derive(net.loss, wrt=net.y[l]),
)
