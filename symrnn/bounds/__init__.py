"""Bounds of the slopes of activations: proved, printed, replayed, and claims about them decided.

>>> print(claim_bound("silu", "<=", 1))
REFUTED: silu'(z) <= 1 for every z
  z = 2: φ'(z) = [1.09078424878489547875697751082 +/- 3.25e-30] > 1 (certified by ball arithmetic)
"""

from symrnn.bounds.bound import Bound
from symrnn.bounds.claims import RELATIONS, BoundVerdict, Outcome, claim_bound
from symrnn.bounds.enclosures import decimal, enclose
from symrnn.bounds.points import Point
from symrnn.bounds.runs import MonotonePieces, Run
from symrnn.bounds.slopes import SlopeBounds, slope_bounds
from symrnn.bounds.squares import Square

__all__ = [
    "RELATIONS",
    "Bound",
    "BoundVerdict",
    "MonotonePieces",
    "Outcome",
    "Point",
    "Run",
    "SlopeBounds",
    "Square",
    "claim_bound",
    "decimal",
    "enclose",
    "slope_bounds",
]
