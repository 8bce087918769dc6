"""Columns below each other: [h; x], as gated cells are often written with one matrix W [h_{t-1}; x_t]."""

from __future__ import annotations

from typing import Any

import sympy as sp
from sympy.matrices.expressions import MatrixExpr

from symrnn.errors import ShapeError
from symrnn.expr.base import Term, checked
from symrnn.expr.selector import Selector
from symrnn.expr.shapes import describe, same


class Concatenation(Term):
    """[A_1; ...; A_p], matrices with the same number of columns below each other: Σ_i S_i A_i.

    S_i is the i-th block column of an identity matrix, so that W [h; x] = (W S_1) h + (W S_2) x. A concatenation inside
    another one is opened. Shape (n_1 + ⋯ + n_p, columns).

    Raises:
        ShapeError: for fewer than two matrices, or different numbers of columns.

    >>> from symrnn.expr import Sequence
    >>> n, m, t = (*sp.symbols("n m", integer=True, positive=True), sp.Symbol("t", integer=True))
    >>> h, x = Sequence("h", n), Sequence("x", m)
    >>> both = Concatenation(h[t - 1], x[t])
    >>> both, both.shape, both.split
    ([h[t - 1]; x[t]], (m + n, 1), S_1*h[t - 1] + S_2*x[t])
    """

    def __new__(cls, *parts: MatrixExpr) -> Concatenation:
        """Check the parts, and open those that are concatenated already."""
        checked(*parts)
        opened = [piece for part in parts for piece in (part.args if isinstance(part, Concatenation) else (part,))]
        if len(opened) < 2:
            raise ShapeError("a concatenation needs at least two matrices")
        for part in opened[1:]:
            if not same(part.cols, opened[0].cols):
                raise ShapeError(f"{describe(opened[0])} above {describe(part)}: the numbers of columns differ")
        return super().__new__(cls, *opened)

    @property
    def parts(self) -> tuple[MatrixExpr, ...]:
        """The matrices, first to last."""
        return self.args

    @property
    def shape(self) -> tuple[sp.Expr, sp.Expr]:
        """(n_1 + ⋯ + n_p, columns)."""
        return sp.Add(*(part.rows for part in self.parts)), self.parts[0].cols

    @property
    def split(self) -> MatrixExpr:
        """Σ_i S_i A_i, the same matrix as a sum of products."""
        sizes = [part.rows for part in self.parts]
        return sp.MatAdd(*(sp.MatMul(Selector(i, *sizes), part) for i, part in enumerate(self.parts, 1)))

    def _sympystr(self, printer: Any) -> str:
        return f"[{'; '.join(map(printer._print, self.parts))}]"
