"""What stands inside a term, looked at once: SymPy's ``atoms`` walks through a part as often as it stands there."""

from __future__ import annotations

from functools import lru_cache
from typing import TypeVar

import sympy as sp

Part = TypeVar("Part", bound=sp.Basic)


def parts_of(term: sp.Basic, *kinds: type[Part]) -> set[Part]:
    """The parts of some kinds in a term, itself among them: what ``term.atoms(*kinds)`` finds.

    >>> A, B = sp.MatrixSymbol("A", 2, 2), sp.MatrixSymbol("B", 2, 2)
    >>> sorted(parts_of(A * B + B, sp.MatrixSymbol), key=str)
    [A, B]
    """
    return {part for part in _parts(term) if isinstance(part, kinds)}


@lru_cache(10_000)
def _parts(term: sp.Basic) -> tuple[sp.Basic, ...]:
    found: dict[sp.Basic, None] = {}
    waiting = [term]
    while waiting:
        part = waiting.pop()
        if part not in found:
            found[part] = None
            waiting += part.args
    return tuple(found)
