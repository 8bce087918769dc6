"""Does a small slope attenuate?

That a slope below 1 shrinks the gradient, and one above 1 makes it grow, leaves the weights out: what multiplies the
gradient in each step is the slope times the weight.
"""

from symrnn import Claim, Informal, Kind

L09 = Claim(
    id="L09",
    title="slope below 1 attenuates, above 1 amplifies",
    statement=Informal(
        r"a' < 1 \Rightarrow \text{attenuation}, \qquad a' > 1 \Rightarrow \text{amplification}",
        missing="inequalities between norms need the theory of bounds, which is not built yet",
    ),
    expected=Kind.UNDECIDED,
)
