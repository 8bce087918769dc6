"""Selectors: the block columns of an identity, by which several states are written as one."""

from __future__ import annotations

from typing import Any

import sympy as sp

from symrnn.errors import IndexRangeError
from symrnn.expr.base import Term, operand


class Selector(Term):
    """S_i, the i-th block column of an identity matrix: I in the rows of block i, 0 in all others.

    S_iᵀ S_i = I, S_iᵀ S_j = 0 for i ≠ j, and Σ_i S_i S_iᵀ = I; S_iᵀ x is block i of the stacked column x, and
    Σ_i S_i x_i stacks the x_i. Shape (n_1 + ⋯ + n_p, n_i).

    Args:
        block: i, counted from 1.
        sizes: n_1, ..., n_p.

    Raises:
        IndexRangeError: when there is no such block.

    >>> n, m = sp.symbols("n m", integer=True, positive=True)
    >>> Selector(2, n, m).shape
    (m + n, m)
    """

    def __new__(cls, block: Any, *sizes: Any) -> Selector:
        """Check that the block exists."""
        place = operand(block)
        if not (place.is_Integer and 1 <= place <= len(sizes)):
            raise IndexRangeError(f"block {block} of {len(sizes)}", advice="blocks count from 1")
        return super().__new__(cls, place, *map(operand, sizes))

    @property
    def block(self) -> int:
        """i, counted from 1."""
        return int(self.args[0])

    @property
    def sizes(self) -> tuple[sp.Expr, ...]:
        """n_1, ..., n_p."""
        return self.args[1:]

    @property
    def shape(self) -> tuple[sp.Expr, sp.Expr]:
        """(n_1 + ⋯ + n_p, n_i)."""
        return sp.Add(*self.sizes), self.sizes[self.block - 1]

    def _sympystr(self, printer: Any) -> str:
        return f"S_{self.block}"
