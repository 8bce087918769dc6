"""The largest slope of the sigmoid

How large can the slope of the sigmoid get?

$σ' = σ(1 - σ) = 1/4 - (σ - 1/2)²$. A square is never negative, so 1/4 is an upper bound; it is attained at $z = 0$.
With $L$ layers of sigmoids, and weights that are not large, the gradient is multiplied by at most 1/4 each time: at the
bottom of ten layers less than a millionth of it is left.

>>> from symrnn.slopes import claim
>>> print(claim("max sigmoid' = 1/4"))
PROVED: max sigmoid' = 1/4
  since sup φ' = 1/4, attained at z = 0 (square certificate)
>>> print(claim("sigmoid' <= 0.24"))
REFUTED: sigmoid'(z) <= 6/25 for every z
  z = 0: φ'(z) = 1/4 > 6/25 (exact)
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
