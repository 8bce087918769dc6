"""The backward pass in columns, as textbooks print it

What does the backward pass look like in the form in which textbooks print it and programs compute it?

Books write the errors as columns and call the one at the pre-activation $δ_t = (d𝓛/da_t)ᵀ$. A transposed product has
its factors in the other order, which is why $W_hhᵀ$ stands in front, and the diagonal matrix of slopes becomes a
product entry by entry: for tanh it is $1 - h_t ⊙ h_t$, made of what the forward pass has kept. Nothing here is assumed;
each line is proved to be the same statement as the rows of the Jacobian. Three slips are common: to forget the slope,
to forget the transpose, and to pair $δ_t$ with the state of its own step instead of the one before.

Sources: Werbos (1990); Goodfellow, Bengio and Courville (2016), Deep Learning, sec. 10.2.2.

>>> from symrnn import Elman, generate
>>> lines = [line.strip() for line in generate(Elman("tanh")).splitlines()]
>>> for line in lines:
...     if line.startswith(("da =", "dh[t - 1] =", "dW_hh = dW")):
...         print(line)
da = (1 - h[t] ** 2) * dh[t]  # (n, batch)
dh[t - 1] = W_hh.T @ da
dW_hh = dW_hh + da @ h[t - 1].T
"""

import sympy as sp

from symrnn import AllOf, Claim, Elman, Equation, Gradient, ImmediateJacobian, Kind, MatrixSum, T, n, t
from symrnn.cells import entrywise

rnn, generic = Elman("tanh"), Elman()
L, h, a, x, y = rnn.L, rnn.h, rnn.a, rnn.x, rnn.y
W_hh, W_xh, W_hy = rnn.W_hh, rnn.W_xh, rnn.W_hy
arrived = {at: ImmediateJacobian(rnn.ell[at], y[at]) for at in (1, 2)}
inside, last = (t >= 1, t <= T - 1), (T >= 1,)


def delta(quantity):
    """The gradient of the loss as a column, in the shape of the quantity."""
    return Gradient(L, quantity)


def slope(at):
    """1 - h ⊙ h, the slopes of tanh in terms of its values."""
    return sp.OneMatrix(n, 1) - entrywise(h[at], h[at])


def over_time(summand):
    """The sum over all steps."""
    return MatrixSum(summand, (t, 1, T))


def arriving(at):
    """What comes from the loss of the step."""
    return W_hy.T * delta(y[at])


def recursion(back):
    """δ_t, with what comes back from the next step."""
    return entrywise(back + arriving(t), slope(t))


L22_delta = Claim(
    id="L22-delta",
    title="the errors of a tanh network, from the end backwards",
    statement=AllOf(
        (
            Equation(delta(a[T]), entrywise(arriving(T), slope(T)), last),
            Equation(delta(a[t]), recursion(W_hh.T * delta(a[t + 1])), inside),
        )
    ),
    expected=Kind.PROVED,
    recurrence=rnn,
    worked={t: 1, T: 2, n: 2, W_hh: [[1, 2], [0, 1]], W_hy: [[1, 1]], arrived[1]: 1, arrived[2]: 3},
)

L22_delta_any = Claim(
    id="L22-delta-any",
    title="the same for any activation",
    statement=Equation(
        delta(a[t]),
        entrywise(W_hh.T * delta(a[t + 1]) + arriving(t), generic.phi(a[t], order=1)),
        inside,
    ),
    expected=Kind.PROVED,
    recurrence=generic,
)

L22_delta_slope = Claim(
    id="L22-delta-slope",
    title="the same with the slope forgotten",
    statement=Equation(delta(a[t]), W_hh.T * delta(a[t + 1]) + arriving(t), inside),
    expected=Kind.REFUTED,
    recurrence=rnn,
    corrected_by="L22-delta",
    note="This is the error of the state $h_t$, not yet that of the pre-activation $a_t$.",
)

L22_delta_transpose = Claim(
    id="L22-delta-transpose",
    title="the same with $W_hh$ in place of its transpose",
    statement=Equation(delta(a[t]), recursion(W_hh * delta(a[t + 1])), inside),
    expected=Kind.REFUTED,
    recurrence=rnn,
    corrected_by="L22-delta",
    note="The shapes fit, since $W_hh$ is square. One unit cannot tell the two apart; two units can.",
)

L22_states = Claim(
    id="L22-states",
    title="the errors of the states",
    statement=AllOf(
        (
            Equation(delta(h[T]), arriving(T), last),
            Equation(
                delta(h[t]),
                W_hh.T * sp.DiagMatrix(slope(t + 1)) * delta(h[t + 1]) + arriving(t),
                inside,
            ),
        )
    ),
    expected=Kind.PROVED,
    recurrence=rnn,
    note="As in Goodfellow, Bengio and Courville (2016), eqs. (10.19) to (10.21), whose diagonal matrix is at $t + 1$.",
)

L22_delta_weights = Claim(
    id="L22-delta-weights",
    title="the gradients: each error times what its weights were multiplied by",
    statement=AllOf(
        (
            Equation(delta(W_hh), over_time(delta(a[t]) * h[t - 1].T), (T >= 0,)),
            Equation(delta(W_xh), over_time(delta(a[t]) * x[t].T), (T >= 0,)),
            Equation(delta(rnn.b_h), over_time(delta(a[t])), (T >= 0,)),
            Equation(delta(W_hy), over_time(delta(y[t]) * h[t].T), (T >= 0,)),
            Equation(delta(rnn.b_y), over_time(delta(y[t])), (T >= 0,)),
        )
    ),
    expected=Kind.PROVED,
    recurrence=rnn,
)

L22_delta_own_state = Claim(
    id="L22-delta-own-state",
    title="the gradient with the state of the same step",
    statement=Equation(delta(W_hh), over_time(delta(a[t]) * h[t].T), (T >= 0,)),
    expected=Kind.REFUTED,
    recurrence=rnn,
    corrected_by="L22-delta-weights",
    note="$a_t$ was made of $h_{t-1}$.",
)

classifier = Elman("tanh").with_loss("softmax cross-entropy")

L22_delta_outputs = Claim(
    id="L22-delta-outputs",
    title="the error of the outputs, for softmax and cross-entropy",
    statement=Equation(
        Gradient(classifier.L, classifier.y[t]),
        classifier.derive(classifier.ell[t], wrt=classifier.y[t]).closed_form.T,
        (t >= 1, t <= T),
    ),
    expected=Kind.PROVED,
    recurrence=classifier,
    note=(
        "The loss of a step is $ℓ_t = log(1ᵀ exp(y_t)) - d_tᵀ y_t$; for targets $d_t$ whose entries sum to 1 it is the "
        "cross-entropy of $softmax(y_t)$. Its gradient is the prediction minus the target; every error above "
        "begins with it."
    ),
)
