"""Why no certificate was found."""

from __future__ import annotations

from symrnn.kernel.linear import Linear


class NotFoundError(Exception):
    """The search for a proof ended without one; which says nothing about the statement.

    Args:
        why: what stood in the way.
        missing: a linear form that would have to be >= 0.
    """

    def __init__(self, why: str, missing: Linear | None = None) -> None:
        super().__init__(why)
        self.missing = missing


class NotAskedError(Exception):
    """What the kernel accepted is not what was asked."""


class UndecidedError(NotFoundError):
    """No proof was found, since it depends on the sign of a form: ``missing`` is the form."""
