"""How the hidden state depends on the recurrent weights

How does the state $h_t$ depend on the recurrent weights, which enter at every step?

The Jacobian is a sum over how long ago the weights entered. Summed over $k = 1, ..., t$ the formula is wrong whichever
derivative its last factor means. With the immediate one, the term $k = 0$ is missing. With the total one, everything
that went through two states is counted twice. The sum that holds runs over $k = 0, ..., t - 1$ and has immediate
derivatives; written out, it is a sum of ordered products.

>>> from symrnn import Elman, t, to_text
>>> rnn = Elman()
>>> d = rnn.derive(rnn.h[t], wrt=rnn.W_hh)
>>> print(to_text(d.at(t=2)))
D[2] (h[1]ᵀ ⊗ I_n) + D[2] W_hh D[1] (h[0]ᵀ ⊗ I_n)
>>> print(d.verify().kind.value)
PROVED
"""

from symrnn import Claim, Elman, Equation, ImmediateJacobian, Kind, MatrixSum, T, TotalJacobian, k, n, t

rnn = Elman()
h, W = rnn.h, rnn.W_hh
jacobian = rnn.derive(h[t], wrt=W)
differential = rnn.derive(h[t], wrt=W, form="differential")
entries = rnn.derive(h[t], wrt=W, form="entries")
losses = {at: ImmediateJacobian(rnn.ell[at], rnn.y[at]) for at in (1, 2)}
gradient = rnn.derive(rnn.L, wrt=W, form="gradient")


def summed(last_factor, lower, upper):
    """Σ_k (dh_t/dh_{t-k}) · last factor."""
    return MatrixSum(TotalJacobian(h[t], h[t - k]) * last_factor, (k, lower, upper))


L15 = Claim(
    id="L15",
    title="sum over $k = 1..t$, immediate derivatives",
    statement=Equation(TotalJacobian(h[t], W), summed(ImmediateJacobian(h[t - k], W), 1, t), where=(t >= 1,)),
    expected=Kind.REFUTED,
    recurrence=rnn,
    corrected_by="L15-corrected",
    note="The term $k = 0$ is missing.",
)

L15_total = Claim(
    id="L15-total",
    title="sum over $k = 1..t$, total derivatives",
    statement=Equation(TotalJacobian(h[t], W), summed(TotalJacobian(h[t - k], W), 1, t), where=(t >= 1,)),
    expected=Kind.REFUTED,
    recurrence=rnn,
    corrected_by="L15-corrected",
    note="Paths through several states are counted more than once, and the term $k = 0$ is missing.",
)

L15_corrected = Claim(
    id="L15-corrected",
    title="sum over $k = 0..t-1$, immediate derivatives",
    statement=Equation(TotalJacobian(h[t], W), summed(ImmediateJacobian(h[t - k], W), 0, t - 1), where=(t >= 0,)),
    expected=Kind.PROVED,
    recurrence=rnn,
    worked={t: 2, n: 1, "phi": "square", W: 2, h[0]: 1},
)

L15_closed_form = Claim(
    id="L15-closed-form",
    title="the Jacobian in closed form",
    statement=jacobian.equation,
    expected=Kind.PROVED,
    recurrence=rnn,
    derivation=jacobian,
    worked={t: 2, n: 1, "phi": "square", W: 2, h[0]: 1},
)

L15_differential = Claim(
    id="L15-differential",
    title="the differential in closed form",
    statement=differential.equation,
    expected=Kind.PROVED,
    recurrence=rnn,
    derivation=differential,
)

L15_entries = Claim(
    id="L15-entries",
    title="entry $i$ of $h$ by entry $(a, b)$ of $W$",
    statement=entries.equation,
    expected=Kind.PROVED,
    recurrence=rnn,
    derivation=entries,
)

L15_gradient = Claim(
    id="L15-gradient",
    title="the gradient of the loss, summed over time",
    statement=gradient.equation,
    expected=Kind.PROVED,
    recurrence=rnn,
    derivation=gradient,
    worked={T: 2, n: 1, "phi": "square", W: 2, h[0]: 1, rnn.W_hy: 1, losses[1]: 1, losses[2]: 1},
)
