"""Randomised truncation is unbiased

Can the past be cut off without a bias, at least on average?

Cut it off at random, with probability $1 - π_t$ at step $t$, and scale up what survives: multiply it by $ξ_t$, which is
$1/π_t$ with probability $π_t$ and 0 otherwise. Since $E[ξ_t] = 1$ and $ξ_t$ is independent of all that was before, the
estimate $z_t = ∂⁺h_t/∂⁺W + ξ_t (∂⁺h_t/∂⁺h_{t-1}) z_{t-1}$ has the expectation $dh_t/dW$, if it starts with that. The
price is its variance. For a cell of one unit with $a_t = ∂⁺h_t/∂⁺h_{t-1}$ and $b_t = ∂⁺h_t/∂⁺w$, a step multiplies it
by $a_t²/π_t$ and adds $a_t² (1/π_t - 1)$ times the square of the mean: it grows where $a_t²$ exceeds $π_t$, though the
gradient itself may not.

Sources: Tallec and Ollivier (2017), Unbiasing truncated backpropagation through time; Zhang, Lipton, Li and Smola
(2023), Dive into Deep Learning, sec. 9.7.

>>> from symrnn import Elman
>>> from symrnn.truncation import randomised
>>> rnn = Elman()
>>> print(randomised(rnn, rnn.h, rnn.W_hh).verify().kind.value)
PROVED
"""

import sympy as sp

from symrnn import Claim, Elman, Equation, Kind, MatrixSum, OrderedProduct, s, t, u
from symrnn.expr import Expectation, Variance
from symrnn.truncation import ScalarEstimate, randomised

rnn = Elman()
estimate = randomised(rnn, rnn.h, rnn.W_hh)
scalar = ScalarEstimate()
a, pi, z = (scalar.recurrence.quantity(name, 1) for name in ("a", "pi", "z"))


def at(quantity, index):
    """A scalar quantity at another index."""
    return quantity.func(quantity.args[0], index, *quantity.shape)


L28 = Claim(
    id="L28",
    title="the estimate is the derivative in expectation",
    statement=estimate.unbiased,
    expected=Kind.PROVED,
    recurrence=estimate.recurrence,
)

L28_not_the_value = Claim(
    id="L28-value",
    title="the estimate is the derivative",
    statement=Equation(estimate.unbiased.lhs.of, estimate.unbiased.rhs, (t >= 1,)),
    expected=Kind.REFUTED,
    recurrence=estimate.recurrence,
    corrected_by="L28",
)

L28_mean = Claim(
    id="L28-mean",
    title="the mean for one unit",
    statement=scalar.mean,
    expected=Kind.PROVED,
    recurrence=scalar.recurrence,
)

L28_step = Claim(
    id="L28-variance-step",
    title="the variance for one unit, from step to step",
    statement=scalar.variance_step,
    expected=Kind.PROVED,
    recurrence=scalar.recurrence,
    worked={t: 1, a: 2, pi: sp.Rational(1, 2), at(z, 0): 3},
)

L28_variance = Claim(
    id="L28-variance",
    title="the variance for one unit, in closed form",
    statement=scalar.variance,
    expected=Kind.PROVED,
    recurrence=scalar.recurrence,
)

L28_inverse = Claim(
    id="L28-inverse",
    title="the variance with $π$ for $1/π$",
    statement=Equation(
        Variance(at(z, t)),
        MatrixSum(
            OrderedProduct(at(pi, u)[0, 0] * at(a, u) * at(a, u), (u, s + 1, t), "descending")
            * at(a, s)
            * at(a, s)
            * sp.MatMul(1 / at(pi, s)[0, 0] - 1, Expectation(at(z, s - 1)), Expectation(at(z, s - 1))),
            (s, 1, t),
        ),
        (t >= 0,),
    ),
    expected=Kind.REFUTED,
    recurrence=scalar.recurrence,
    corrected_by="L28-variance",
)
