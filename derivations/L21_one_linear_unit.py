"""One linear unit

What do vanishing and exploding look like for a single linear unit, where everything can be written down?

For a single unit with the identity as activation everything can be seen at once. Without input the state is $w^t h_0$,
and its derivative by $w$ is $t w^{t-1} h_0$: each of the $t$ steps contributes the same. With inputs the sum over the
steps stays a sum.

>>> from symrnn import Elman, t, to_text
>>> unit = Elman("identity").undriven().scalar()
>>> print(to_text(unit.derive(unit.h[t], wrt=unit.W_hh).closed_form))
Σ_{k=0}^{t-1} W_hh^k h[t-k-1]
>>> print(unit.unroll(3).jacobian(unit.h[3], unit.W_hh))
Matrix([[3*W_hh**2*h_0]])
"""

from symrnn import AllOf, Claim, Elman, Equation, Kind, MatrixSum, TotalJacobian, k, t

part = "Vanishing and exploding"

alone = Elman("identity").undriven().scalar()
driven = Elman("identity").scalar()
w, h = alone.W_hh, alone.h

L21 = Claim(
    id="L21",
    title="one linear unit without input",
    statement=AllOf(
        (
            Equation(h[t], w**t * h[0], where=(t >= 0,)),
            Equation(TotalJacobian(h[t], w), t * w ** (t - 1) * h[0], where=(t >= 1,)),
        )
    ),
    expected=Kind.PROVED,
    recurrence=alone,
    worked={t: 3, w: 2, h[0]: 1},
)

L21_with_inputs = Claim(
    id="L21-with-inputs",
    title="one linear unit with inputs",
    statement=Equation(TotalJacobian(h[t], w), MatrixSum(w**k * h[t - k - 1], (k, 0, t - 1)), where=(t >= 0,)),
    expected=Kind.PROVED,
    recurrence=driven,
    worked={t: 2, driven.W_hh: 2, driven.W_xh: 1, driven.h[0]: 1, driven.x: [3, 5]},
)
