"""How a certificate is refused."""

from __future__ import annotations


class Refused(Exception):  # noqa: N818 - it is the answer, not a failure of the program
    """What was handed in is no proof.

    Args:
        line: the number of the line, from 1 on.
        why: what is wrong with it.
    """

    def __init__(self, line: int, why: str) -> None:
        super().__init__(line, why)
        self.line = line
        self.why = why

    def __str__(self) -> str:
        return f"line {self.line}: {self.why}"
