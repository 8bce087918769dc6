"""What goes wrong in the kernel: something handed in is not a proof."""

from __future__ import annotations


class NotProvedError(Exception):
    """A rule was applied where it does not hold, or a term is malformed."""


class Refused(Exception):  # noqa: N818 - it is the answer, not a failure of the program
    """A certificate is refused.

    Args:
        line: the number of the line, counted from 1.
        why: what is wrong with it.

    >>> print(Refused(3, "no such earlier term"))
    line 3: no such earlier term
    """

    def __init__(self, line: int, why: str) -> None:
        super().__init__(f"line {line}: {why}")
        self.line, self.why = line, why


def need(condition: object, why: str) -> None:
    """Refuse, unless a condition holds.

    Raises:
        NotProvedError: with the reason.
    """
    if not condition:
        raise NotProvedError(why)
