"""Code out: a recurrence as a readable module of NumPy, PyTorch or JAX, with its forward and its backward pass.

The program of one unit's derivative is written in C.

Nothing here runs what it writes.
"""

from symrnn.codegen.module import generate
from symrnn.codegen.programs import program_in_c
from symrnn.codegen.targets import FORMS, TARGETS

__all__ = ["FORMS", "TARGETS", "generate", "program_in_c"]
