"""Gradients over long distances

What happens to the gradient over long distances in a network with slopes, and not only with weights?

With slopes bounded by $γ$, every step multiplies by at most $γ$ times the norm of the weights. When that is below 1,
the gradient vanishes, at a geometric rate and whatever the inputs are. When it is above 1, the gradient can explode but
need not: the weights $[[0, 5], [0, 0]]$ have norm 5, and their square is 0. What does force it to explode is a smallest
singular value above 1, slopes included.

Sources: Hochreiter (1991); Bengio, Simard and Frasconi (1994); Pascanu, Mikolov and Bengio (2013), sec. 2.

>>> from symrnn import Elman, Inequality, Norm, TotalJacobian, k, t, verify
>>> rnn = Elman("tanh")
>>> jacobian = TotalJacobian(rnn.h[t], rnn.h[t - k])
>>> bound = Inequality(Norm(jacobian), Norm(rnn.W_hh)**k, (k >= 0, t >= k))
>>> print(verify(bound, rnn).kind.value)
PROVED
"""

import sympy as sp

from symrnn import AllOf, Claim, Elman, ImmediateJacobian, Inequality, Kind, Limit, Norm, T, TotalJacobian, k, n, s, t
from symrnn.derivation import BoundedSlope, ForEvery
from symrnn.expr import SmallestSingularValue

rnn = Elman()
W = rnn.W_hh
c, gamma, eta, lam = sp.symbols("c gamma eta lambda", nonnegative=True)
slopes, steep = BoundedSlope("phi", gamma), BoundedSlope("phi", at_least=c)
distance = (k >= 0, t >= k)
jacobian = TotalJacobian(rnn.h[t], rnn.h[t - k])
ratio = gamma * Norm(W)

L19 = Claim(
    id="L19",
    title="$γ‖W‖ > 1$ makes gradients explode",
    statement=Limit(Norm(jacobian), k, sp.oo, distance, (slopes, ratio > 1)),
    expected=Kind.REFUTED,
    recurrence=rnn,
    corrected_by="L19-exploding-needs",
    note="The condition is necessary, not sufficient.",
)

L19_bound = Claim(
    id="L19-bound",
    title="the Jacobian over $k$ steps, in three norms",
    statement=AllOf(
        tuple(
            Inequality(Norm(jacobian, kind), (gamma * Norm(W, kind)) ** k, distance, (slopes,))
            for kind in ("2", "1", "oo")
        )
    ),
    expected=Kind.PROVED,
    recurrence=rnn,
    worked={t: 2, k: 2, n: 2, "phi": "identity", W: [[3, 0], [4, 0]]},
)

L19_frobenius = Claim(
    id="L19-frobenius",
    title="the same in the Frobenius norm, from one step on",
    statement=Inequality(Norm(jacobian, "F"), (gamma * Norm(W, "F")) ** k, (k >= 1, t >= k), (slopes,)),
    expected=Kind.PROVED,
    recurrence=rnn,
    note="For $k = 0$ the left side is the Frobenius norm of $I$, which is the square root of $n$.",
)

L19_frobenius_from_0 = Claim(
    id="L19-frobenius-from-0",
    title="the Frobenius norm, from no step on",
    statement=Inequality(Norm(jacobian, "F"), (gamma * Norm(W, "F")) ** k, distance, (slopes,)),
    expected=Kind.REFUTED,
    recurrence=rnn,
    corrected_by="L19-frobenius",
)

L19_vanishing = Claim(
    id="L19-vanishing",
    title="$γ‖W‖ < 1$ makes gradients vanish",
    statement=Limit(Norm(jacobian), k, sp.S.Zero, distance, (slopes, ratio < 1)),
    expected=Kind.PROVED,
    recurrence=rnn,
    note="Uniformly in $t$, the inputs and the initial state.",
)

L19_exploding_needs = Claim(
    id="L19-exploding-needs",
    title="gradients explode only if $γ‖W‖ > 1$",
    statement=Inequality(Norm(jacobian), sp.S.One, distance, (slopes, ratio <= 1)),
    expected=Kind.PROVED,
    recurrence=rnn,
)

L19_from_below = Claim(
    id="L19-from-below",
    title="the Jacobian over $k$ steps, from below",
    statement=Inequality((c * SmallestSingularValue(W)) ** k, Norm(jacobian), distance, (steep,)),
    expected=Kind.PROVED,
    recurrence=rnn,
    worked={t: 2, k: 2, n: 2, "phi": "identity", W: [[2, 0], [0, 3]]},
)

L19_exploding = Claim(
    id="L19-exploding",
    title="steep slopes and a large $σ_min$ make gradients explode",
    statement=Limit(Norm(jacobian), k, sp.oo, distance, (steep, c * SmallestSingularValue(W) > 1)),
    expected=Kind.PROVED,
    recurrence=rnn,
)

L19_not_vanishing = Claim(
    id="L19-vanishing-needs",
    title="gradients vanish only if $γ‖W‖ < 1$",
    statement=Inequality(sp.S.One, Norm(jacobian), distance, (slopes, ratio >= 1)),
    expected=Kind.REFUTED,
    recurrence=rnn,
    corrected_by="L19-from-below",
    note="The converse of the condition for vanishing fails as well.",
)

states = ForEvery(Norm(rnn.h[s]) <= eta, s, (s >= 0, s <= t))
all_states = ForEvery(Norm(rnn.h[s]) <= eta, s, (s >= 0, s <= T))
losses = ForEvery(Norm(ImmediateJacobian(rnn.ell[s], rnn.y[s])) <= lam, s, (s >= 1, s <= T))

L19_state_by_weights = Claim(
    id="L19-state-by-weights",
    title="$dh_t/dW_hh$ by a geometric sum",
    statement=Inequality(
        Norm(TotalJacobian(rnn.h[t], W)),
        sp.Sum(ratio**k * gamma * Norm(rnn.h[t - k - 1]), (k, 0, t - 1)),
        (t >= 1,),
        (slopes,),
    ),
    expected=Kind.PROVED,
    recurrence=rnn,
    worked={t: 2, n: 1, "phi": "identity", W: 3, rnn.h[0]: 1},
)

L19_state_by_weights_closed = Claim(
    id="L19-state-by-weights-closed",
    title="the geometric sum in closed form",
    statement=Inequality(
        Norm(TotalJacobian(rnn.h[t], W)),
        gamma * eta * (1 - ratio**t) / (1 - ratio),
        (t >= 1,),
        (slopes, ratio < 1, states),
    ),
    expected=Kind.PROVED,
    recurrence=rnn,
    note="The states of an activation with values in $[-1, 1]$, such as tanh, have $η = max(‖h_0‖, √n)$.",
)

L19_loss_by_weights = Claim(
    id="L19-loss-by-weights",
    title="the loss gradient grows with $T$ at most linearly",
    statement=Inequality(
        Norm(TotalJacobian(rnn.L, W)),
        T * lam * Norm(rnn.W_hy) * gamma * eta / (1 - ratio),
        (T >= 1,),
        (slopes, ratio < 1, all_states, losses),
    ),
    expected=Kind.PROVED,
    recurrence=rnn,
)
