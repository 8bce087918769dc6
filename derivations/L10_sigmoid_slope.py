"""The largest slope of the sigmoid

$σ' = σ(1 - σ) = 1/4 - (σ - 1/2)²$. A square is never negative, so 1/4 is an upper bound; it is attained at $z = 0$.
"""

import sympy as sp

from symrnn import Claim, Kind
from symrnn.derivation import Maximum

L10 = Claim(
    id="L10",
    title="largest slope of the sigmoid",
    statement=Maximum("sigmoid", sp.Rational(1, 4), sp.S.Zero),
    expected=Kind.PROVED,
)
