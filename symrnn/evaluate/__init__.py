"""Numeric and symbolic values of terms: one walk, many number systems."""

from symrnn.evaluate.assignment import Assignment, draw_fraction, draw_large, draw_small
from symrnn.evaluate.evaluator import Evaluator, NegativeRangeError, UndefinedElementError
from symrnn.evaluate.scalars import scalar_value
from symrnn.evaluate.systems import (
    PRIME,
    Balls,
    Degree,
    Degrees,
    Entries,
    Floats,
    Modulo,
    Rationals,
    Reals,
    System,
)

__all__ = [
    "PRIME",
    "Assignment",
    "Balls",
    "Degree",
    "Degrees",
    "Entries",
    "Evaluator",
    "Floats",
    "Modulo",
    "NegativeRangeError",
    "Rationals",
    "Reals",
    "System",
    "UndefinedElementError",
    "draw_fraction",
    "draw_large",
    "draw_small",
    "scalar_value",
]
