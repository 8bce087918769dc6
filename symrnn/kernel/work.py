"""How much work one line of a certificate may take: a proof that is longer is refused, and nobody waits for it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from symrnn.kernel.errors import need

MOST_WORK = 1_000_000
"""Parts of terms and of normal forms that are visited for one line; some seconds."""

_left: list[int] = []


@contextmanager
def limited(most: int = MOST_WORK) -> Iterator[None]:
    """Refuse what takes more work than this, until the end of the block."""
    _left.append(most)
    try:
        yield
    finally:
        _left.pop()


def spend(units: int = 1) -> None:
    """Count some work; without a limit around it any amount may be spent.

    Raises:
        NotProvedError: when more is spent than there is.
    """
    if _left:
        _left[-1] -= units
        need(_left[-1] >= 0, "a step that takes too long")
