"""Numeric and symbolic values of terms: one walk, many number systems."""

from typing import TYPE_CHECKING

from symrnn.evaluate.scalars import scalar_value
from symrnn.evaluate.systems import Balls, Enclosures, Entries, Floats, Rationals, Reals, System
from symrnn.evaluate.undefined import OutsideHypothesesError, UndefinedElementError
from symrnn.late import names_of

if TYPE_CHECKING:
    from symrnn.evaluate.assignment import Assignment, draw_fraction, draw_large, draw_small
    from symrnn.evaluate.evaluator import Evaluator
    from symrnn.evaluate.modulo import PRIME, Degree, Degrees, Modulo
    from symrnn.evaluate.symbolic import SymbolicAssignment
    from symrnn.evaluate.unrolling import Unrolled, unroll

__all__ = [
    "PRIME",
    "Assignment",
    "Balls",
    "Degree",
    "Degrees",
    "Enclosures",
    "Entries",
    "Evaluator",
    "Floats",
    "Modulo",
    "OutsideHypothesesError",
    "Rationals",
    "Reals",
    "SymbolicAssignment",
    "System",
    "UndefinedElementError",
    "Unrolled",
    "draw_fraction",
    "draw_large",
    "draw_small",
    "scalar_value",
    "unroll",
]

# The bounds of slopes need the systems alone, and no NumPy.
__getattr__ = names_of(__name__, __all__, "unrolling", "assignment", "symbolic", "modulo", "evaluator")
