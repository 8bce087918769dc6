"""The two symbols in which activations are written."""

from __future__ import annotations

import sympy as sp

z = sp.Symbol("z", real=True)
"""The argument in the formulas."""

value = sp.Symbol("p", real=True)
"""Stands for φ(z) where φ' is written as a polynomial in φ."""
