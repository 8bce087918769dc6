"""The whole backward pass as a product

As it is often written, the product runs from $l + 1$ to $L$ beside the loss gradient of layer $L + 1$, with the factors
in ascending order. Both are slips: the step from layer $L + 1$ to layer $L$ is missing, and of Jacobians the factor of
the topmost layer stands on the left. With layers of different widths the shapes do not even fit, so the slip is stated
here for layers of one width. (The lower bound is printed as $i + 1$, with an $i$ that nothing binds; read it as $l +
1$.)
"""

from symrnn import Claim, Equation, Kind, Layered, OrderedProduct, TotalJacobian, n, u
from symrnn.symbols import L, l

uniform = Layered(units=n)
net = Layered()

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
)

L08_written_out = Claim(
    id="L08-closed-form",
    title="the same, with the factors written out",
    statement=net.derive(net.loss, wrt=net.y[l]).equation,
    expected=Kind.PROVED,
    recurrence=net,
    derivation=net.derive(net.loss, wrt=net.y[l]),
)
