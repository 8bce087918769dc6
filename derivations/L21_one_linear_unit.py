"""One linear unit

For a single unit with the identity as activation everything can be seen at once. Without input the state is $w^t h_0$,
and its derivative by $w$ is $t w^{t-1} h_0$: each of the $t$ steps contributes the same. With inputs the sum over the
steps stays a sum.
"""

from symrnn import AllOf, Claim, Elman, Equation, Kind, MatrixSum, TotalJacobian, k, t

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
)

L21_with_inputs = Claim(
    id="L21-with-inputs",
    title="one linear unit with inputs",
    statement=Equation(TotalJacobian(h[t], w), MatrixSum(w**k * h[t - k - 1], (k, 0, t - 1)), where=(t >= 0,)),
    expected=Kind.PROVED,
    recurrence=driven,
)
