"""What the explorer in the browser shows: a network in numbers, its Jacobians, their proved bounds, and their terms.

The page itself is :mod:`symrnn.explorer.app`, a marimo app; everything that it shows is found here, without marimo.
"""

from symrnn.explorer.bounds import Bounds, bounds
from symrnn.explorer.numbers import Explored, Term, explored
from symrnn.explorer.settings import NAMES, NORMS, Settings, read_settings

__all__ = ["NAMES", "NORMS", "Bounds", "Explored", "Settings", "Term", "bounds", "explored", "read_settings"]
