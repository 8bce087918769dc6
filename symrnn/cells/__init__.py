"""Recurrences that ship: the Elman network and the untied deep network."""

from symrnn.cells.elman import Elman
from symrnn.cells.layered import Layered, width

__all__ = ["Elman", "Layered", "width"]
