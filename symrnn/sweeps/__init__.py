"""Sweeps: one question asked at thousands of draws, sizes and cells, in processes or on a cluster.

A question says which draws there are and what is found at one of them. What is drawn follows from the place of the draw
in the sweep and from nothing else, so that the rows are the same whatever the number of workers, and after a sweep that
was interrupted.

>>> from symrnn.sweeps import NormSweep, sweep
>>> found = sweep(NormSweep(cells=["Elman"], sizes=[2, 3], draws=2, steps=5), jobs=1)
>>> [row["at"] for row in found.rows]
[['Elman', 2, 1.0, 0], ['Elman', 2, 1.0, 1], ['Elman', 3, 1.0, 0], ['Elman', 3, 1.0, 1]]
>>> found.as_expected  # the proved bound holds in all of them
True
"""

from symrnn.sweeps.claims import ClaimSweep
from symrnn.sweeps.norms import NormSweep, draw
from symrnn.sweeps.questions import Question, Swept
from symrnn.sweeps.running import sweep

__all__ = ["ClaimSweep", "NormSweep", "Question", "Swept", "draw", "sweep"]
