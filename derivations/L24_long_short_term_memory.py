"""Long short-term memory, with and without the paths through its gates

Is the gradient of the long short-term memory carried by its forget gates alone?

The cell $c_t = f_t ⊙ c_{t-1} + i_t ⊙ g_t$ was made so that its gradient neither vanishes nor explodes. With the state
held fixed, one step of it multiplies by the forget gate alone, exactly; without a forget gate, by nothing at all. But
the gates read the state, and the state was made from the cell: the total derivative has these paths, too. That the
forget gates alone carry the gradient is an approximation, and false as an equality.

>>> from symrnn import LSTM
>>> from symrnn.calculus import local_jacobian
>>> from symrnn import t, to_text
>>> lstm = LSTM()
>>> print(to_text(local_jacobian(lstm, lstm.c[t], lstm.c[t - 1])))
diag(f[t])
"""

import sympy as sp

from symrnn import LSTM, Claim, Equation, ImmediateJacobian, Kind, OrderedProduct, TotalJacobian, k, n, t, u
from symrnn.cells import LSTM1997

lstm, first = LSTM(), LSTM1997()
h, c, f = lstm.h, lstm.c, lstm.f
by_bias = lstm.derive(c[t], wrt=lstm.b_f)
by_weights = lstm.derive(lstm.L, wrt=lstm.U_f, form="gradient")


def forgetting(length):
    """diag(f_t) diag(f_{t-1}) ⋯, as many factors as said."""
    return OrderedProduct(sp.DiagMatrix(f[t - u]), (u, 0, length - 1), "ascending")


L24 = Claim(
    id="L24",
    title="the forget gates alone, many steps",
    statement=Equation(TotalJacobian(c[t], c[t - k]), forgetting(k), where=(k >= 0, k <= t - 1)),
    expected=Kind.REFUTED,
    recurrence=lstm,
    corrected_by="L24-held",
    note="The paths from the cell into the state, and from there into the gates, are missing.",
)

L24_held = Claim(
    id="L24-held",
    title="the forget gates alone, states held",
    statement=Equation(
        OrderedProduct(ImmediateJacobian(c[t - u], c[t - u - 1]), (u, 0, k - 1), "ascending"),
        forgetting(k),
        where=(k >= 0, k <= t),
    ),
    expected=Kind.PROVED,
    recurrence=lstm,
    worked={t: 2, k: 2, n: 1},
)

L24_carousel = Claim(
    id="L24-carousel",
    title="in the LSTM of 1997, without a forget gate, the cell is carried on as it is",
    statement=Equation(ImmediateJacobian(first.c[t], first.c[t - 1]), sp.Identity(first.c[t].rows), where=(t >= 1,)),
    expected=Kind.PROVED,
    recurrence=first,
    note="The constant error carousel of Hochreiter and Schmidhuber (1997).",
)

L24_paths = Claim(
    id="L24-paths",
    title="one step with the paths through the gates",
    statement=Equation(
        TotalJacobian(c[t], c[t - 1]),
        ImmediateJacobian(c[t], c[t - 1]) + ImmediateJacobian(c[t], h[t - 1]) * ImmediateJacobian(h[t - 1], c[t - 1]),
        where=(t >= 2,),
    ),
    expected=Kind.PROVED,
    recurrence=lstm,
    worked={t: 2, n: 1, lstm.U_g: 2},
)

L24_chain = Claim(
    id="L24-chain",
    title="a chain rule along the cells alone",
    statement=Equation(
        TotalJacobian(c[t], c[t - 2]),
        TotalJacobian(c[t], c[t - 1]) * TotalJacobian(c[t - 1], c[t - 2]),
        where=(t >= 3,),
    ),
    expected=Kind.REFUTED,
    recurrence=lstm,
    corrected_by="L24-chain-corrected",
    note="$h_{t-1}$ is moved by $h_{t-2}$ as well, past the cell $c_{t-1}$, through its output gate.",
)

L24_chain_corrected = Claim(
    id="L24-chain-corrected",
    title="the chain rule with the path past the cell",
    statement=Equation(
        TotalJacobian(c[t], c[t - 2]),
        TotalJacobian(c[t], c[t - 1]) * TotalJacobian(c[t - 1], c[t - 2])
        + TotalJacobian(c[t], h[t - 1]) * ImmediateJacobian(h[t - 1], h[t - 2]) * ImmediateJacobian(h[t - 2], c[t - 2]),
        where=(t >= 3,),
    ),
    expected=Kind.PROVED,
    recurrence=lstm,
)

L24_forget_bias = Claim(
    id="L24-forget-bias",
    title="the cell by the bias of its forget gate",
    statement=by_bias.equation,
    expected=Kind.PROVED,
    recurrence=lstm,
    derivation=by_bias,
    note="Cell and state are stacked; $[I \\; 0]$ picks the cell out again.",
)

L24_forget_weights = Claim(
    id="L24-forget-weights",
    title="the gradient of the loss by the forget gate's weights",
    statement=by_weights.equation,
    expected=Kind.PROVED,
    recurrence=lstm,
    derivation=by_weights,
)
