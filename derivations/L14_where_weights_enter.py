"""Where the recurrent weights enter

At which places do the recurrent weights enter the state $h_t$?

To say that $h_t$ depends on $W_hh$ through $h_{t-1}, ..., h_0$ leaves out that $W_hh$ stands in the equation of $h_t$
itself, and counts $h_0$, which is constant.

>>> from symrnn import Elman, ImmediateJacobian, t, to_text
>>> from symrnn.calculus import local_jacobian
>>> rnn = Elman()
>>> print(to_text(local_jacobian(rnn, rnn.h[t], rnn.W_hh)))
D[t] (h[t-1]ᵀ ⊗ I_n)
"""

import sympy as sp

from symrnn import AllOf, Claim, Elman, Equation, ImmediateJacobian, Kind, t

rnn = Elman()
h, W, n = rnn.h, rnn.W_hh, rnn.n
nothing = sp.ZeroMatrix(n, n**2)

L14 = Claim(
    id="L14",
    title="no dependence but through earlier states",
    statement=Equation(ImmediateJacobian(h[t], W), nothing, where=(t >= 1,)),
    expected=Kind.REFUTED,
    recurrence=rnn,
    corrected_by="L14-corrected",
)

L14_corrected = Claim(
    id="L14-corrected",
    title="immediate dependence of $h_t$, none of $h_0$",
    statement=AllOf(
        (
            Equation(
                ImmediateJacobian(h[t], W),
                rnn.D(t) * sp.KroneckerProduct(h[t - 1].T, sp.Identity(n)),
                where=(t >= 1,),
            ),
            Equation(ImmediateJacobian(h[0], W), nothing),
        )
    ),
    expected=Kind.PROVED,
    recurrence=rnn,
    worked={t: 1, "phi": "square", W: 2, h[0]: 3},
)
