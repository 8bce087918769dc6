"""Slopes of activations: their bounds, with what shows them in print, and claims about them decided.

>>> print(claim_bound("silu", "<=", 1))
REFUTED: silu'(z) <= 1 for every z
  z = 2: φ'(z) = [1.09078424878489547875697751082 +/- 3.25e-30] > 1 (certified by ball arithmetic)
"""

from typing import TYPE_CHECKING

import lazy_loader

from symrnn.slopes.bounds import Bound, SlopeBounds, slope_bounds
from symrnn.slopes.claims import QUANTITIES, RELATIONS, claim_bound, expected
from symrnn.slopes.enclosures import decimal, enclose
from symrnn.slopes.points import Point, takes
from symrnn.slopes.runs import MonotonePieces, Run
from symrnn.slopes.squares import Square
from symrnn.slopes.verdicts import BoundVerdict, Outcome

if TYPE_CHECKING:
    from symrnn.slopes.reading import claim, read_activation, read_claim

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

# What reads text makes a parser, which takes long; a check needs none.
__getattr__, _, _ = lazy_loader.attach(__name__, submod_attrs={"reading": ["claim", "read_activation", "read_claim"]})
