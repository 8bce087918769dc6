"""Shapes: what SymPy leaves unchecked for symbolic sizes is checked here, when a term is built.

SymPy 1.14 multiplies an (n, m) by an (n, n) matrix without a word as long as n and m are symbols. Every
symrnn node calls :func:`require_shapes` on its parts, so that a slip is refused where it is made.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from itertools import pairwise

import sympy as sp
from sympy.matrices.expressions import (
    DiagMatrix,
    HadamardProduct,
    Inverse,
    MatAdd,
    MatMul,
    MatPow,
    MatrixExpr,
    MatrixSymbol,
)

from symrnn.errors import ShapeError, SymbolClashError
from symrnn.expr.parts import parts_of

Shape = tuple[sp.Expr, sp.Expr]


def same(left: sp.Expr, right: sp.Expr) -> bool:
    """Whether two sizes (or index expressions) are equal for all values of their symbols."""
    return bool(left == right) or sp.expand(left - right) == 0


def describe(term: sp.Basic) -> str:
    """Name a term with its shape for a message, as in ``W_xh (n x m)``."""
    text = str(term)
    name = text if len(text) <= 60 else text[:57] + "..."
    return f"{name} ({term.shape[0]} x {term.shape[1]})"


def require_product(left: MatrixExpr, right: MatrixExpr) -> None:
    """Refuse ``left * right`` unless the inner sizes agree.

    Raises:
        ShapeError: when the columns of ``left`` are not the rows of ``right``.
        SymbolClashError: when they differ only in what is assumed of a symbol.
    """
    if not same(left.cols, right.rows):
        _require_told_apart(left.cols, right.rows)
        raise ShapeError(
            f"{describe(left)} times {describe(right)}: {left.cols} columns meet {right.rows} rows",
            advice="check the order of the factors and the transposes",
        )


def require_sum(left: MatrixExpr, right: MatrixExpr, operation: str = "plus") -> None:
    """Refuse ``left + right`` (or another entrywise operation) unless the shapes agree.

    Raises:
        ShapeError: when the shapes differ.
        SymbolClashError: when they differ only in what is assumed of a symbol.
    """
    if not (same(left.rows, right.rows) and same(left.cols, right.cols)):
        _require_told_apart(*left.shape, *right.shape)
        raise ShapeError(
            f"{describe(left)} {operation} {describe(right)}: the shapes differ",
            advice="both sides need the same rows and columns",
        )


def _require_told_apart(*sizes: sp.Expr) -> None:
    """Refuse two symbols of one name: (n x n) and (n x n) that differ would tell nobody what is wrong.

    Raises:
        SymbolClashError: naming the size.
    """
    seen: dict[str, sp.Symbol] = {}
    for symbol in sorted({symbol for size in sizes for symbol in sp.sympify(size).free_symbols}, key=str):
        if seen.setdefault(str(symbol), symbol) != symbol:
            raise SymbolClashError(
                f"the size {symbol} is two different symbols, which differ in what is assumed of them",
                advice=f'declare it once, as in symrnn.symbols: sympy.Symbol("{symbol}", integer=True, positive=True)',
            )


@lru_cache(maxsize=4096)
def require_shapes(term: sp.Basic) -> None:
    """Walk a term and refuse the first shape that does not fit.

    Raises:
        ShapeError: for a product, sum or Hadamard product of shapes that do not fit, or a power of a
            matrix that is not square.

    >>> import sympy as sp
    >>> n, m = sp.symbols("n m", integer=True, positive=True)
    >>> require_shapes(sp.MatrixSymbol("U", n, m) * sp.MatrixSymbol("x", n, 1))  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    symrnn.errors.ShapeError: U (n x m) times x (n x 1): m columns meet n rows; check the order ...
    """
    for part in term.args:
        require_shapes(part)
    matrices = [part for part in term.args if isinstance(part, MatrixExpr)]
    if isinstance(term, MatMul):
        for left, right in pairwise(matrices):
            require_product(left, right)
    elif isinstance(term, MatAdd | HadamardProduct):
        operation = "plus" if isinstance(term, MatAdd) else "times entrywise"
        for right in matrices[1:]:
            require_sum(matrices[0], right, operation)
    elif isinstance(term, MatPow | Inverse) and not same(term.args[0].rows, term.args[0].cols):
        raise ShapeError(f"a power of {describe(term.args[0])}, which is not square")
    elif isinstance(term, DiagMatrix) and 1 not in matrices[0].shape:
        raise ShapeError(f"the diagonal matrix of {describe(matrices[0])}, which is not a column")


def numbers_and_matrices(product: MatMul) -> tuple[list[sp.Expr], list[MatrixExpr]]:
    """The numbers and the matrices that are multiplied, each in their order.

    >>> n = sp.Symbol("n", integer=True, positive=True)
    >>> A, B = sp.MatrixSymbol("A", n, n), sp.MatrixSymbol("B", n, n)
    >>> numbers_and_matrices(2 * A * B)
    ([2], [A, B])
    """
    parts: tuple[list[sp.Expr], list[MatrixExpr]] = ([], [])
    for part in product.args:
        parts[isinstance(part, MatrixExpr)].append(part)
    return parts


def require_one_shape_per_name(terms: Iterable[sp.Basic]) -> None:
    """Refuse a matrix symbol that stands at two shapes.

    Raises:
        SymbolClashError: naming the symbol and both shapes.
    """
    seen: dict[str, MatrixSymbol] = {}
    for term in terms:
        for symbol in sorted(parts_of(term, MatrixSymbol), key=str):
            first = seen.setdefault(symbol.name, symbol)
            if first.shape != symbol.shape:
                raise SymbolClashError(
                    f"{describe(first)} is also used as {describe(symbol)}",
                    advice="give one of them another name",
                )
