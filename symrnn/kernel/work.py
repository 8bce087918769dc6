"""How much work a certificate may take, and each of its lines: what takes more is refused, and nobody waits for it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from threading import local

from symrnn.kernel.errors import NotProvedError, need

MOST_WORK = 5_000_000
"""Parts of terms and of normal forms that are visited for one line; up to a minute."""

MOST_IN_ALL = 10 * MOST_WORK
"""The same for all lines of a certificate; some minutes."""


class _Stack(local):
    """What is left in each of the blocks around, of one thread."""

    def __init__(self) -> None:
        self.left: list[int] = []


_stack = _Stack()


@contextmanager
def limited(most: int = MOST_WORK) -> Iterator[None]:
    """Refuse what takes more work than this, until the end of the block; what is spent inside is spent outside, too.

    Raises:
        NotProvedError: when more is spent than there is, here or around the block.
    """
    left = _stack.left
    left.append(most)
    try:
        yield
    finally:
        spent = most - left.pop()
        if left:
            left[-1] -= spent
    need(not left or left[-1] >= 0, "a certificate that takes too long")


def spend(units: int = 1) -> None:
    """Count some work; without a limit around it any amount may be spent.

    Raises:
        NotProvedError: when more is spent than there is.
    """
    left = _stack.left
    if left:
        left[-1] -= units
        if left[-1] < 0:  # a call of ``need`` would take longer than all else here
            raise NotProvedError("a step that takes too long")


def spent() -> int:
    """How much was spent, up to a constant; what a block spends is the difference, and 0 where nothing is limited."""
    return -_stack.left[-1] if _stack.left else 0
