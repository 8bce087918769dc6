"""The backward recursion

How does one compute the effect of every state on the whole loss without summing over all later losses again and again?

From the end backwards. The error $d𝓛/dh_t$ of a state is what its own loss gives, and what comes back from the next
state, times the Jacobian of one step. That holds for every cell with one state, $h_t = F(h_{t-1}, x_t, θ)$, and is
equal to the sum over all later losses: the same terms, in another order. To leave out the loss of the step itself is
the usual slip.

>>> from symrnn import Elman
>>> print(Elman().backward())
dL/dy[T] = ∂⁺ℓ[T]/∂⁺y[T]  for T >= 1
dL/dh[T] = (dL/dy[T]) (∂⁺y[T]/∂⁺h[T])  for T >= 1
dL/dy[t] = ∂⁺ℓ[t]/∂⁺y[t]  for t >= 1, t <= T - 1
dL/dh[t] = (dL/dy[t]) (∂⁺y[t]/∂⁺h[t]) + (dL/dh[t+1]) (∂⁺h[t+1]/∂⁺h[t])  for t >= 1, t <= T - 1
dL/dh[0] = (dL/dh[1]) (∂⁺h[1]/∂⁺h[0])  for T >= 1
dL/dW_hh = Σ_{t=1}^{T} (dL/dh[t]) (∂⁺h[t]/∂⁺W_hh)  for T >= 0
dL/dW_xh = Σ_{t=1}^{T} (dL/dh[t]) (∂⁺h[t]/∂⁺W_xh)  for T >= 0
dL/db_h = Σ_{t=1}^{T} (dL/dh[t]) (∂⁺h[t]/∂⁺b_h)  for T >= 0
dL/dW_hy = Σ_{t=1}^{T} (dL/dy[t]) (∂⁺y[t]/∂⁺W_hy)  for T >= 0
dL/db_y = Σ_{t=1}^{T} (dL/dy[t]) (∂⁺y[t]/∂⁺b_y)  for T >= 0
dL/dx[t] = (dL/dh[t]) (∂⁺h[t]/∂⁺x[t])  for t >= 1, t <= T
"""

import sympy as sp
from sympy.core.symbol import Str

from symrnn import (
    AllOf,
    Claim,
    Equation,
    ImmediateJacobian,
    Kind,
    MatrixSum,
    OrderedProduct,
    Recurrence,
    Sequence,
    T,
    TotalJacobian,
    m,
    n,
    s,
    t,
    u,
)
from symrnn.expr import GenericFunction
from symrnn.recurrence import Definition, Role

part = "Recurrent networks"

p = sp.Symbol("p", integer=True, positive=True)
h, x, ell = Sequence("h", n), Sequence("x", m, first=1), Sequence("ell", 1, first=1)
theta, L = sp.MatrixSymbol("theta", p, 1), sp.MatrixSymbol("L", 1, 1)
cell = Recurrence(
    name="cell with one state",
    index=t,
    definitions=(
        Definition(h, GenericFunction(Str("F"), n, sp.S.One, h[t - 1], x[t], theta), Role.STATE),
        Definition(ell, GenericFunction(Str("ell"), sp.S.One, sp.S.One, h[t]), Role.OUTPUT),
    ),
    parameters=(theta,),
    inputs=(x,),
    totals={L: MatrixSum(ell[t], (t, 1, T))},
)
backward, slope = cell.backward(of=L), ImmediateJacobian
own = ImmediateJacobian(ell[t], h[t])
later = TotalJacobian(L, h[t + 1]) * ImmediateJacobian(h[t + 1], h[t])
steps = OrderedProduct(ImmediateJacobian(h[u], h[u - 1]), (u, t + 1, s), "descending")

L22 = Claim(
    id="L22",
    title="the error of a state, from the end backwards",
    statement=AllOf(tuple(step.equation for step in (*backward.start, *backward.recursion, *backward.initial))),
    expected=Kind.PROVED,
    recurrence=cell,
)

L22_own_loss = Claim(
    id="L22-own-loss",
    title="the recursion without the loss of its own step",
    statement=Equation(TotalJacobian(L, h[t]), later, where=(t >= 1, t <= T - 1)),
    expected=Kind.REFUTED,
    recurrence=cell,
    corrected_by="L22",
    note="It holds at $t = 0$ only, where there is no loss.",
)

L22_one_path = Claim(
    id="L22-one-path",
    title="the error of a state from its own loss alone",
    statement=Equation(TotalJacobian(L, h[t]), own, where=(t >= 1, t <= T)),
    expected=Kind.REFUTED,
    recurrence=cell,
    corrected_by="L22",
)

L22_closed_form = Claim(
    id="L22-closed-form",
    title="the error of a state, summed over all later losses",
    statement=Equation(
        TotalJacobian(L, h[t]),
        MatrixSum(ImmediateJacobian(ell[s], h[s]) * steps, (s, t, T)),
        where=(t >= 1, t <= T),
    ),
    expected=Kind.PROVED,
    recurrence=cell,
    worked={t: 1, T: 2, slope(ell[1], h[1]): 1, slope(ell[2], h[2]): 5, slope(h[2], h[1]): 3},
)

L22_parameters = Claim(
    id="L22-parameters",
    title="the gradient: every error times what the parameters do at its step",
    statement=backward.jacobian(theta).equation,
    expected=Kind.PROVED,
    recurrence=cell,
)
