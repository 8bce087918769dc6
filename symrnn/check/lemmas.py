"""Classical theorems that enter a proof about clipping by name."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Lemma:
    """A classical theorem.

    Args:
        name: what it is called.
        says: its statement.
        source: where it is proved.
    """

    name: str
    says: str
    source: str

    def __str__(self) -> str:
        return f"{self.name}: {self.says} [{self.source}]"
