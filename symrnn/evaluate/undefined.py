"""Why a term has no value at an instance: two reasons that the checker must tell apart."""

from __future__ import annotations

from symrnn.errors import EvaluationError


class UndefinedElementError(EvaluationError):
    """A quantity, or a range that moves with an outer index, where it does not exist: h[-1], or Σ_{u=0}^{k-2} at k = 0.

    A statement that covers such an instance says nothing there, so it is wrong as it stands.
    """


class OutsideHypothesesError(EvaluationError):
    """Free indices for which a range has a negative length, or e_i no row i: the statement does not speak of them."""
