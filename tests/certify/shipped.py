"""The equations that the library ships, with what it expects of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from symrnn.derivation import Equation, Kind
from symrnn.derivation.statement import Definitions, equations_of
from symrnn.library import load_library
from symrnn.recurrence import Recurrence


@dataclass(frozen=True)
class Shipped:
    """An equation of a claim.

    Args:
        id: that of the claim, and the number of the part.
        parts: how many equations and other statements the claim has.
    """

    id: str
    equation: Equation
    recurrence: Recurrence | None
    expected: Kind
    parts: int


@cache
def shipped() -> tuple[Shipped, ...]:
    """All equations, those of claims that are refuted among them; definitions apart, which are not proved."""
    return tuple(_shipped())


def _shipped() -> Iterator[Shipped]:
    for entry in load_library().entries:
        claim = entry.claim
        if isinstance(claim.statement, Definitions):
            continue
        parts = len(getattr(claim.statement, "parts", (claim.statement,)))
        for at, equation in enumerate(equations_of(claim.statement), 1):
            yield Shipped(f"{claim.id}.{at}", equation, claim.recurrence, claim.expected, parts)
