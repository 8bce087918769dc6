"""Why no certificate was found."""

from __future__ import annotations

from symrnn.kernel.linear import Linear, show_linear

OF_PROOFS = {"upto": "e", "since": "s", "step": "j"}
"""Letters for the indices that proofs by induction bring along."""


def lettered(form: Linear) -> str:
    """That a form is >= 0, as a person writes it; an index that only the proof has is said to be one.

    >>> lettered(Linear((("t", 1),), -1)), lettered(Linear((("upto", 1),), -3))
    ('t - 1 >= 0', 'e - 3 >= 0, for an index e of the proof,')
    """
    own = sorted({OF_PROOFS[v] for v, _ in form.terms if v in OF_PROOFS})
    text = f"{show_linear(form, lambda v: OF_PROOFS.get(v, v))} >= 0"
    if not own:
        return text
    return f"{text}, for {'an index' if len(own) == 1 else 'indices'} {' and '.join(own)} of the proof,"


class NotFoundError(Exception):
    """The search for a proof ended without one; which says nothing about the statement.

    Args:
        why: what stood in the way.
        missing: a linear form that would have to be >= 0.
    """

    def __init__(self, why: str, missing: Linear | None = None) -> None:
        super().__init__(why if missing is None else f"{why}: {lettered(missing)} is not known")
        self.missing = missing


class NotAskedError(Exception):
    """What the kernel accepted is not what was asked."""
