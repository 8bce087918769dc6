"""Bounds of the slopes of activations: proved, printed, replayed, and claims about them decided.

>>> print(claim_bound("silu", "<=", 1))
REFUTED: silu'(z) <= 1 for every z
  z = 2: φ'(z) = [1.09078424878489547875697751082 +/- 3.25e-30] > 1 (certified by ball arithmetic)
"""

from symrnn.bounds.claims import QUANTITIES, RELATIONS, claim_bound, expected
from symrnn.bounds.enclosures import decimal, enclose
from symrnn.bounds.points import Point, takes
from symrnn.bounds.reading import claim, read_activation, read_claim
from symrnn.bounds.runs import MonotonePieces, Run
from symrnn.bounds.slopes import Bound, SlopeBounds, slope_bounds
from symrnn.bounds.squares import Square
from symrnn.bounds.verdicts import BoundVerdict, Outcome

__all__ = [
    "QUANTITIES",
    "RELATIONS",
    "Bound",
    "BoundVerdict",
    "MonotonePieces",
    "Outcome",
    "Point",
    "Run",
    "SlopeBounds",
    "Square",
    "claim",
    "claim_bound",
    "decimal",
    "enclose",
    "expected",
    "read_activation",
    "read_claim",
    "slope_bounds",
    "takes",
]
