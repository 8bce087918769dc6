"""The passes of a recurrent network as users of PyTorch and JAX have them, and as NumPy code of symrnn.

Arrays are those of the generated code, (steps, rows, batch); each library gets them in the layout that suits it before
anything is timed. Every work is a forward and a backward pass, and returns the gradients by the parameters, by name.
"""

from __future__ import annotations

import runpy
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from symrnn.codegen import generate
from symrnn.recurrence import Recurrence

Arrays = dict[str, np.ndarray]


@dataclass(frozen=True)
class Numbers:
    """Numbers for one network."""

    params: Arrays
    inputs: Arrays
    initial: Arrays
    slopes: Arrays


def run(net: Recurrence, **form: Any) -> dict[str, Any]:
    """The functions of the code for a network."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "network.py"
        path.write_text(generate(net, **form), encoding="utf-8")
        return runpy.run_path(str(path))


def furthest(found: Arrays, expected: Arrays, tolerance: float) -> str:
    """The gradient that differs most from what it should be, if one does."""
    for name, theirs in expected.items():
        gap = float(np.abs(np.asarray(found[name]) - theirs).max() / np.abs(theirs).max())
        if not gap < tolerance:
            return f"{name} by {gap:.1e}"
    return ""
