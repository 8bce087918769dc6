"""Numeric and symbolic values of terms: one walk, many number systems."""

from typing import TYPE_CHECKING

import lazy_loader

from symrnn.evaluate.scalars import scalar_value
from symrnn.evaluate.systems import Balls, Enclosures, Entries, Floats, Rationals, Reals, System
from symrnn.evaluate.undefined import OutsideHypothesesError, UndefinedElementError

if TYPE_CHECKING:
    from symrnn.evaluate.assignment import Assignment, draw_fraction, draw_large, draw_small
    from symrnn.evaluate.evaluator import Evaluator
    from symrnn.evaluate.modulo import PRIME, Degree, Degrees, Modulo
    from symrnn.evaluate.programs import Program, derivative_program
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
    "Program",
    "Rationals",
    "Reals",
    "SymbolicAssignment",
    "System",
    "UndefinedElementError",
    "Unrolled",
    "derivative_program",
    "draw_fraction",
    "draw_large",
    "draw_small",
    "scalar_value",
    "unroll",
]

# The bounds of slopes need the systems alone, and no NumPy.
__getattr__, _, _ = lazy_loader.attach(
    __name__,
    submod_attrs={
        "assignment": ["Assignment", "draw_fraction", "draw_large", "draw_small"],
        "evaluator": ["Evaluator"],
        "modulo": ["PRIME", "Degree", "Degrees", "Modulo"],
        "programs": ["Program", "derivative_program"],
        "symbolic": ["SymbolicAssignment"],
        "unrolling": ["Unrolled", "unroll"],
    },
)
