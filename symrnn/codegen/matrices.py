"""Terms as code where a quantity is a row or a matrix: every array has the shape that it has in the equations.

There is no other batch than the one that the equations have, such as the rows of H: B x n. A matrix of ones is the
number 1 beside what it is added to or multiplied by, so that 1 b is b, which NumPy, PyTorch and JAX repeat.
"""

from __future__ import annotations

import sympy as sp
from sympy.matrices.expressions import DiagMatrix, MatMul, MatrixExpr

from symrnn.codegen.chains import chain, cut, diagonal, is_long, parted, transposed
from symrnn.codegen.columns import Columns
from symrnn.codegen.pieces import Level, Piece, matmul, times


class Matrices(Columns):
    """The printer of terms that are matrices of one sequence, or of a batch that is written out."""

    def is_batched(self, term: sp.Basic) -> bool:
        """Nothing differs from one sequence of a batch to the next: all of it is in the equations."""
        return False

    def covers(self, term: MatrixExpr) -> bool:
        """Whether the code for a term has all of its entries."""
        return self.fills(term)

    def contracted(self, term: MatrixExpr) -> Piece:
        """The gradient of a parameter, with all of its rows and columns."""
        return self.filled(term)

    def fills(self, term: MatrixExpr) -> bool:
        """Whether the code for a term has all of its rows and columns, and not the 1 for a matrix of ones."""
        if not isinstance(term, MatMul):
            return super().fills(term)
        long = [segment for segment in cut(chain(term)[1]) if is_long(segment)]
        return all(len(segment) > 1 or self.fills(segment[0]) for segment in long)

    def product(self, term: MatMul) -> Piece:
        """A product, cut where a single column meets a single row; a column or a row of ones alone is left out."""
        scalars, factors = chain(term)
        segments = cut(factors)
        numbers = [self._segment(segment) for segment in segments if not is_long(segment)]
        whole: Piece | None = None
        for segment in filter(is_long, segments):
            if len(segment) == 1 and isinstance(segment[0], sp.OneMatrix):
                continue
            part = self._segment(segment)
            whole = part if whole is None else matmul(whole, part)
        return times([*map(self.number, scalars), *numbers, *([] if whole is None else [whole])])

    def _segment(self, factors: list[MatrixExpr]) -> Piece:
        """A product of matrices, in the order in which less is computed."""
        if len(factors) == 1:
            return self.write(factors[0])
        if factors[-1].cols == 1 != factors[0].rows:
            return self.all_acting(factors[:-1], self.filled(factors[-1]))
        before, factors, after = parted(factors)
        scales = [factor for factor in factors[:-1] if isinstance(factor, DiagMatrix)]
        scales = scales if factors[: len(scales)] == scales else []
        first, *others = factors[len(scales) :]
        if isinstance(first, sp.OneMatrix) and others:
            first, *others = others
            result = Piece(self.target.summed(self.filled(first).at_least(Level.ATOM), 0))
        else:
            result = times([*(self.write(diagonal(scale)) for scale in scales), self.filled(first)])
        for factor in others:
            if isinstance(factor, DiagMatrix):
                result = times([result, self.write(transposed(diagonal(factor)))])
            elif isinstance(factor, sp.OneMatrix):
                result = Piece(self.target.summed(result.at_least(Level.ATOM), 1))
            else:
                result = matmul(result, self.filled(factor))
        return self._between(before, result, after)
