"""The lecture's indices and sizes, ready to import: ``from symrnn import t, k, n``; and Greek letters."""

from __future__ import annotations

import sympy as sp

t, k, s, u, l, T, L = sp.symbols("t k s u l T L", integer=True)
n, m, q = sp.symbols("n m q", integer=True, positive=True)

_GREEK = (
    "alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi pi rho sigma tau upsilon phi "
    "chi psi omega Gamma Delta Theta Lambda Xi Pi Sigma Upsilon Phi Psi Omega"
)

GREEK = dict(zip(_GREEK.split(), "αβγδεζηθικλμνξπρστυφχψωΓΔΘΛΞΠΣΥΦΨΩ", strict=True))
"""Names of letters, each with the letter."""

LETTERS = {letter: name for name, letter in GREEK.items()}
"""Letters, each with its name."""
