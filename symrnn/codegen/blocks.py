"""Selectors in sums: Σ_i S_i A_i, which a backward pass has wherever a stack is taken apart, is one array again."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import sympy as sp
from sympy.matrices.expressions import MatrixExpr

from symrnn.calculus.differential import added
from symrnn.codegen.chains import chain
from symrnn.expr import Concatenation, Selector

Tail = tuple[MatrixExpr, ...]
"""The factors behind a column: what a column and a row are multiplied to."""


def below_each_other(
    terms: Iterable[MatrixExpr], is_moving: Callable[[sp.Basic], bool] = lambda _: False
) -> list[MatrixExpr]:
    """Summands with Σ_i S_i A_i B as [A_1; ...; A_p] B, where there is a block in every place; others as they are.

    Args:
        terms: the summands.
        is_moving: whether a block differs from one sequence of a batch to the next; all of them have to be alike.

    >>> n = sp.Symbol("n", integer=True, positive=True)
    >>> a, b, x = (sp.MatrixSymbol(name, n, 1) for name in "abx")
    >>> first, second = Selector(1, n, n), Selector(2, n, n)
    >>> below_each_other([first * a * x.T, second * b * x.T]), below_each_other([first * a, first * b])
    ([[a; b]*x.T], [S_1*a, S_1*b])
    """
    groups: dict[tuple[sp.Tuple, Tail], dict[int, list[tuple[MatrixExpr, MatrixExpr]]]] = {}
    order: list[tuple[sp.Tuple, Tail] | MatrixExpr] = []
    for term in terms:
        taken = _apart(term)
        if taken is None:
            order.append(term)
            continue
        selector, block, tail = taken
        key = sp.Tuple(*selector.sizes), tail
        if key not in groups:
            order.append(key)
        groups.setdefault(key, {}).setdefault(selector.block, []).append((block, term))
    found: list[MatrixExpr] = []
    for each in order:
        found += [each] if isinstance(each, MatrixExpr) else _joined(groups[each], each, is_moving)
    return found


def _joined(
    blocks: dict[int, list[tuple[MatrixExpr, MatrixExpr]]],
    key: tuple[sp.Tuple, Tail],
    is_moving: Callable[[sp.Basic], bool],
) -> list[MatrixExpr]:
    """The blocks below each other if there is one in every place, and all are alike; the summands if not."""
    sizes, tail = key
    kinds = {is_moving(block) for each in blocks.values() for block, _ in each}
    if len(sizes) < 2 or len(blocks) < len(sizes) or len(kinds) > 1:
        return [term for each in blocks.values() for _, term in each]
    parts = (added(blocks[i][0][0].shape, [block for block, _ in blocks[i]]) for i in range(1, len(sizes) + 1))
    return [sp.MatMul(Concatenation(*parts), *tail) if tail else Concatenation(*parts)]


def _apart(term: MatrixExpr) -> tuple[Selector, MatrixExpr, Tail] | None:
    """S, A and B of a product S A B, where A ends at the first column; None for another term."""
    scalars, (first, *others) = chain(term)
    if not isinstance(first, Selector) or not others:
        return None
    ends = next((place for place, factor in enumerate(others, 1) if factor.cols == 1), None)
    if ends is None:
        if any(factor.rows == 1 for factor in others):
            return None  # a column of the selector meets a row
        ends = len(others)
    return first, sp.MatMul(*scalars, *others[:ends]), tuple(others[ends:])
