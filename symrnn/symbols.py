"""The lecture's indices and sizes, ready to import: ``from symrnn import t, k, n``."""

from __future__ import annotations

import sympy as sp

t, k, s, u, l, T, L = sp.symbols("t k s u l T L", integer=True)
n, m, q = sp.symbols("n m q", integer=True, positive=True)
