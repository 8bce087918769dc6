"""Code out: a recurrence as a readable module of NumPy, PyTorch or JAX, with its forward and its backward pass.

Nothing here runs what it writes.
"""

from symrnn.codegen.module import generate
from symrnn.codegen.targets import FORMS, TARGETS

__all__ = ["FORMS", "TARGETS", "generate"]
