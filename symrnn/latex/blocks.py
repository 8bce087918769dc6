"""Block matrices: selectors, and sums of S_i B_ij S_jᵀ written as the matrix with the blocks B_ij."""

from __future__ import annotations

import sympy as sp
from sympy.matrices.expressions import MatAdd, MatMul, MatrixExpr

from symrnn.expr import Concatenation, Selector
from symrnn.latex.precedence import Piece
from symrnn.latex.style import Style
from symrnn.latex.walk import write

Place = tuple[int, int]


@write.register
def _(term: Selector, style: Style) -> Piece:
    return style.matrix([[entry] for entry in _entries(term, style)])


@write.register
def _(term: Concatenation, style: Style) -> Piece:
    return style.matrix([[write(part, style)] for part in term.parts])


def concatenation_row(term: Concatenation, style: Style) -> Piece:
    """The transpose of a concatenation, [Aᵀ Bᵀ]."""
    return style.matrix([[write(sp.Transpose(part), style) for part in term.parts]])


def selector_row(term: Selector, style: Style) -> Piece:
    """The transpose of a selector, [I 0]."""
    return style.matrix([_entries(term, style)])


def _entries(term: Selector, style: Style) -> list[Piece]:
    places = range(1, len(term.sizes) + 1)
    return [style.constant("identity" if place == term.block else "zero") for place in places]


def block_matrix(term: MatAdd, style: Style) -> Piece | None:
    """A sum of S_i B_ij S_jᵀ as a block matrix, one of S_i B_i as a block column; None for any other sum.

    >>> from symrnn.latex import to_text
    >>> n = sp.Symbol("n", integer=True, positive=True)
    >>> A, B = sp.MatrixSymbol("A", n, n), sp.MatrixSymbol("B", n, n)
    >>> first, second = Selector(1, n, n), Selector(2, n, n)
    >>> print(to_text(first * A * first.T + first * B * second.T + second * second.T))
    [[A, B], [0, I_n]]
    """
    blocks: dict[Place, list[MatrixExpr]] = {}
    kinds = set()
    for summand in term.args:
        split = _split(summand)
        if split is None:
            return None
        rows, inner, cols = split
        kinds.add((rows.sizes, cols.sizes if cols else None))
        blocks.setdefault((rows.block, cols.block if cols else 1), []).append(inner)
    if len(kinds) != 1:
        return None
    (down, across) = kinds.pop()
    return style.matrix(
        [
            [_block(blocks.get((i, j), []), style) for j in range(1, len(across or (1,)) + 1)]
            for i in range(1, len(down) + 1)
        ]
    )


def _split(summand: MatrixExpr) -> tuple[Selector, MatrixExpr, Selector | None] | None:
    factors = list(summand.args) if isinstance(summand, MatMul) else [summand]
    numbers = [factor for factor in factors if not isinstance(factor, MatrixExpr)]
    matrices = [factor for factor in factors if isinstance(factor, MatrixExpr)]
    rows, last = matrices[0], matrices[-1]
    if not isinstance(rows, Selector):
        return None
    cols = last.arg if isinstance(last, sp.Transpose) and isinstance(last.arg, Selector) else None
    inner = [*numbers, *matrices[1 : -1 if cols else None]]
    if not any(isinstance(factor, MatrixExpr) for factor in inner):
        inner.append(sp.Identity(rows.cols))
    return rows, MatMul(*inner) if len(inner) > 1 else inner[0], cols


def _block(parts: list[MatrixExpr], style: Style) -> Piece:
    if not parts:
        return style.constant("zero")
    return write(MatAdd(*parts) if len(parts) > 1 else parts[0], style)
