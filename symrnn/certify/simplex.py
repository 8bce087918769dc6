"""Nonnegative solutions of linear equations over the rationals, exactly: the first phase of the simplex method."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

import flint

Column: TypeAlias = Mapping[Any, flint.fmpq]

STEEPEST = 200
"""Pivots by the steepest column; then by Bland's rule, which cannot go round in circles."""

MOST = 600
"""Pivots before the search is given up."""

ZERO = flint.fmpq(0)


def nonnegative_solution(columns: Sequence[Column], target: Column) -> dict[int, flint.fmpq] | None:
    """Find weights >= 0 with which columns add up to a target.

    Args:
        columns: each a vector with its entries by row; rows that are missing are 0.
        target: the vector to be reached.

    Returns:
        The weights other than 0 by column; None when there are none, or none were found within :data:`MOST` pivots.

    Source: Bland (1977), New finite pivoting rules for the simplex method.

    >>> one = flint.fmpq(1)
    >>> nonnegative_solution([{"x": one, "y": one}, {"y": one}], {"x": one, "y": 3 * one})
    {0: 1, 1: 2}
    >>> nonnegative_solution([{"x": one}], {"x": -one}) is None
    True
    """
    rows = sorted({row for column in (*columns, target) for row in column}, key=str)
    tableau = [[column.get(row, ZERO) for column in (*columns, target)] for row in rows]
    tableau = [[-entry for entry in row] if row[-1] < 0 else row for row in tableau]
    # Each row starts with an artificial variable of its own; the last row is their sum, which has to become 0.
    tableau.append([sum(column, ZERO) for column in zip(*tableau, strict=True)] or [ZERO])
    basis: list[int | None] = [None] * len(rows)
    for pivots in range(MOST):
        gains = tableau[-1]
        if gains[-1] == 0:
            return {at: row[-1] for row, at in zip(tableau[:-1], basis, strict=True) if at is not None and row[-1] != 0}
        rising = [at for at in range(len(columns)) if gains[at] > 0]
        if not rising:
            return None
        _pivot(tableau, basis, max(rising, key=gains.__getitem__) if pivots < STEEPEST else rising[0])
    return None


def _pivot(tableau: list[list[flint.fmpq]], basis: list[int | None], entering: int) -> None:
    """Bring a column into the basis; of equal ratios the row whose owner comes first leaves."""
    ratios = {at: row[-1] / row[entering] for at, row in enumerate(tableau[:-1]) if row[entering] > 0}
    least = min(ratios.values())
    ties = [at for at, ratio in ratios.items() if ratio == least]
    owners = {at: -1 if (owner := basis[at]) is None else owner for at in ties}
    leaving = min(ties, key=owners.__getitem__)
    scale = tableau[leaving][entering]
    tableau[leaving] = [entry / scale if entry != 0 else entry for entry in tableau[leaving]]
    pivot = [(at, entry) for at, entry in enumerate(tableau[leaving]) if entry != 0]
    for at, row in enumerate(tableau):
        factor = row[entering]
        if at != leaving and factor != 0:
            for place, entry in pivot:
                row[place] -= factor * entry
    basis[leaving] = entering
