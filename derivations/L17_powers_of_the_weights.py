"""When the product is a power of the recurrent weights

Is the product of $k$ one-step Jacobians the power $W_hh^k$ of the recurrent weights?

With the identity as activation it is: every factor is $W_hh$. For another activation the slopes stand between the
weights. They cannot be gathered to one side, since matrices do not commute; for a single unit they can.

>>> from symrnn import Elman, k, t
>>> linear = Elman("identity")
>>> print(linear.derive(linear.h[t], wrt=linear.h[t - k]).closed_form)
W_hh**k
>>> rnn = Elman()
>>> print(rnn.derive(rnn.h[t], wrt=rnn.h[t - k]).closed_form)
Prod(DiagMatrix(phi'(a[t - u]))*W_hh, (u, 0..k - 1))
"""

import sympy as sp

from symrnn import Claim, Elman, Equation, Kind, OrderedProduct, TotalJacobian, k, n, t, u

part = """Vanishing and exploding

The derivative of a state by one that is $k$ steps older has $k$ factors, and each of them contains the same weights. As
the distance grows, the gradient tends to vanish or to explode, and learning becomes slow or erratic. This part asks
what decides between the two, and what only seems to.
"""

linear, rnn, one_unit = Elman("identity"), Elman(), Elman().scalar()


def slopes(network):
    """∏_u D_{t-u}, the newest on the left."""
    return OrderedProduct(network.D(t - u), (u, 0, k - 1), "ascending")


def between_states(network, right_side):
    """dh_t/dh_{t-k} = right side."""
    h = network.h
    return Equation(TotalJacobian(h[t], h[t - k]), right_side, where=(k >= 0, k <= t))


L17 = Claim(
    id="L17",
    title="identity activation: the power $W^k$",
    statement=between_states(linear, linear.W_hh**k),
    expected=Kind.PROVED,
    recurrence=linear,
    derivation=linear.derive(linear.h[t], wrt=linear.h[t - k]),
    worked={t: 3, k: 3, n: 2, linear.W_hh: [[1, 1], [0, 1]]},
)

L17_generic = Claim(
    id="L17-generic",
    title="any activation: $W^k$ times the slopes",
    statement=between_states(rnn, rnn.W_hh**k * slopes(rnn)),
    expected=Kind.REFUTED,
    recurrence=rnn,
    corrected_by="L17-corrected",
    note="It holds for one unit, and for the identity.",
)

L17_corrected = Claim(
    id="L17-corrected",
    title="any activation: slopes between the weights",
    statement=rnn.derive(rnn.h[t], wrt=rnn.h[t - k]).equation,
    expected=Kind.PROVED,
    recurrence=rnn,
    derivation=rnn.derive(rnn.h[t], wrt=rnn.h[t - k]),
    worked={t: 2, k: 2, n: 2, "phi": "square", rnn.W_hh: [[1, 2], [0, 1]], rnn.h[0]: [1, 1]},
)

L17_one_unit = Claim(
    id="L17-one-unit",
    title="one unit: $w^k$ times the slopes",
    statement=between_states(one_unit, one_unit.W_hh**k * slopes(one_unit)),
    expected=Kind.PROVED,
    recurrence=one_unit,
    worked={t: 2, k: 2, "phi": "square", one_unit.W_hh: 2, one_unit.h[0]: 1},
)

V, eigenvalues = sp.MatrixSymbol("V", linear.n, linear.n), sp.MatrixSymbol("lambda", linear.n, 1)

L17_eigenvalues = Claim(
    id="L17-eigenvalues",
    title="diagonalisable weights: powers of the eigenvalues",
    statement=Equation(
        (V * sp.DiagMatrix(eigenvalues) * V.I) ** k,
        V * sp.DiagMatrix(eigenvalues) ** k * V.I,
        where=(k >= 0,),
    ),
    expected=Kind.PROVED,
    recurrence=linear,
    note="With $W_hh = V diag(λ) V⁻¹$ the Jacobian $W_hh^k$ is read off from the powers of the eigenvalues.",
)
