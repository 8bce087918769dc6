"""The Hessian of the loss times a direction

How does the gradient itself change when the weights move along a direction, and what does it cost to compute that?

Everything in the network moves when its weights do: a dot stands for the movement, with the direction in place of the
differentials of the weights. The movement of the states is a recurrence of its own, driven by the network, and the
movement of the loss is its directional derivative. The gradient of that is the Hessian times the direction: one more
forward pass and one more backward pass, and no Hessian (Pearlmutter 1994, Fast exact multiplication by the Hessian; his
operator $R$ is the dot). The loss is a sum of any twice differentiable function of the errors, such as half their
squares. The initial state may move, too; where it does not, its movement is zero.

>>> from symrnn import Elman, t, to_text
>>> from symrnn.calculus import dotted, tangent
>>> rnn = Elman().with_loss("squared error")
>>> moving = tangent(rnn, rnn.W_hh)
>>> print(to_text(moving.body(dotted(rnn.h)[t])))
φ'(a[t]) ⊙ ȧ[t]
"""

import sympy as sp

from symrnn import Claim, Elementwise, Elman, Equation, Kind, Sequence, T, TotalJacobian, activation, n, s, t
from symrnn.calculus import dotted, hessian_vector, tangent
from symrnn.derivation import Definitions
from symrnn.expr import Vec
from symrnn.recurrence import Definition, Role

part = """Second order

A gradient tells how the loss changes when the weights do. The next question is how the gradient changes. For recurrent
networks the answer is again a recurrence, which runs beside the network.
"""

rnn = Elman()
h, a, W_hh, L = rnn.h, rnn.a, rnn.W_hh, rnn.L
weights = (W_hh, rnn.W_xh, rnn.b_h)
target, f = Sequence("d", n, first=1), Elementwise("f")
error = h[t] - target[t]

net = rnn.replaced(
    definitions=(*rnn.definitions[:2], Definition(rnn.ell, sp.OneMatrix(1, n) * f(error), Role.OUTPUT)),
    parameters=weights,
    inputs=(rnn.x, target),
    activations=(*rnn.activations, activation("f")),
)
moving = tangent(net, *weights)

L29 = Claim(
    id="L29",
    title="the network moves along a direction",
    statement=Definitions(tuple(Equation(dotted(z)[t], moving.body(dotted(z)[t]), (t >= 1,)) for z in (a, h, rnn.ell))),
    expected=Kind.DEFINITION,
    recurrence=moving,
)

L29_directional = Claim(
    id="L29-directional",
    title="the movement of the loss is its directional derivative",
    statement=Equation(
        dotted(L),
        sp.MatAdd(*(TotalJacobian(L, w) * Vec(dotted(w)) for w in weights), TotalJacobian(L, h[0]) * dotted(h)[0]),
        where=(T >= 0,),
    ),
    expected=Kind.PROVED,
    recurrence=moving,
)

L29_errors = Claim(
    id="L29-errors",
    title="the movement of a state is weighted by the error of the state",
    statement=Equation(TotalJacobian(dotted(L), dotted(h)[s]), TotalJacobian(L, h[s]), where=(s >= 1, s <= T)),
    expected=Kind.PROVED,
    recurrence=moving,
)

by_W_hh, by_W_xh, by_b_h = (hessian_vector(net, L, w, *weights) for w in weights)

L29_recurrent_weights = Claim(
    id="L29-recurrent-weights",
    title="Hessian times direction, the block of $W_hh$ in closed form",
    statement=by_W_hh.equation,
    expected=Kind.PROVED,
    recurrence=by_W_hh.recurrence,
    derivation=by_W_hh,
)

L29_input_weights = Claim(
    id="L29-input-weights",
    title="Hessian times direction, the block of $W_xh$ in closed form",
    statement=by_W_xh.equation,
    expected=Kind.PROVED,
    recurrence=by_W_xh.recurrence,
    derivation=by_W_xh,
)

L29_biases = Claim(
    id="L29-biases",
    title="Hessian times direction, the block of $b_h$ in closed form",
    statement=by_b_h.equation,
    expected=Kind.PROVED,
    recurrence=by_b_h.recurrence,
    derivation=by_b_h,
)

bend = sp.DiagMatrix(rnn.phi(a[t], order=2)) * sp.DiagMatrix(dotted(a)[t]) * W_hh
step = TotalJacobian(dotted(h)[t], h[t - 1])

L29_bend = Claim(
    id="L29-bend",
    title="the movement by the state before, with the curvature of the activation",
    statement=Equation(step, rnn.D(t) * dotted(W_hh) + bend, where=(t >= 2,)),
    expected=Kind.PROVED,
    recurrence=moving,
    worked={t: 2, n: 1, "phi": "square", "f": "square", W_hh: 2, dotted(W_hh): 1, h[0]: 1},
)

L29_straight = Claim(
    id="L29-straight",
    title="the movement by the state before, without the curvature of the activation",
    statement=Equation(step, rnn.D(t) * dotted(W_hh), where=(t >= 2,)),
    expected=Kind.REFUTED,
    recurrence=moving,
    corrected_by="L29-bend",
)

L29_swapped = Claim(
    id="L29-swapped",
    title="weights and direction exchanged",
    statement=Equation(
        dotted(h)[t],
        sp.HadamardProduct(
            rnn.phi(a[t], order=1),
            dotted(W_hh) * dotted(h)[t - 1] + W_hh * h[t - 1] + dotted(rnn.W_xh) * rnn.x[t] + dotted(rnn.b_h),
        ),
        where=(t >= 1,),
    ),
    expected=Kind.REFUTED,
    recurrence=moving,
    corrected_by="L29",
)
