"""Why a term has no value at an instance: two reasons that the checker must tell apart."""

from __future__ import annotations

from symrnn.errors import EvaluationError


class UndefinedElementError(EvaluationError):
    """What does not exist at an index, whatever the matrices are: h[-1], Σ_{u=0}^{k-2} at k = 0, e_3 of length 2, 1/0.

    A statement that covers such an instance says nothing there, so it is wrong as it stands.
    """


class UndecidedError(EvaluationError):
    """A condition, or whether a pivot is 0, that balls leave open; more precise ones may decide it."""


class OutsideHypothesesError(EvaluationError):
    """Matrices and numbers that do not satisfy what is assumed of them: the statement does not speak of these."""
