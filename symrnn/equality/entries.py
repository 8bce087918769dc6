"""Entries of terms: row i and column j of AB is the sum over p of A_ip B_pj, once that is proved.

An entry is a term of one entry itself, with the unit vectors e_i and e_j around each matrix: e_iᵀ A e_j is A_ij. What
the rules below write is a proposal, as in :mod:`symrnn.equality.turning`.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

import sympy as sp
from sympy.matrices.expressions import MatAdd, MatMul, MatrixExpr, MatrixSymbol

from symrnn.equality.comparing import equal
from symrnn.errors import SymrnnError
from symrnn.expr import Element, MatrixSum, UnitVector

LETTERS = ("i", "j", "p", "q", "v", "w")
"""Indices of rows and columns, as far as they stand for nothing else; the first two are those of the entry."""

MOST_FACTORS = 4
"""Entrywise powers of at most so many factors are written out."""

MOST_PARTS = 250
"""Of longer formulas nobody would read the entries."""


@lru_cache(maxsize=1024)
def entries(terms: tuple[MatrixExpr, ...]) -> tuple[MatrixExpr, ...] | None:
    """Row i, column j of terms of one shape, each proved to be that; None where one is not proved.

    >>> from symrnn.cells import Elman
    >>> from symrnn.symbols import t
    >>> rnn = Elman()
    >>> entries((rnn.W_hh * rnn.h[t],))
    (Sum((e_i.T*W_hh*e_p)*(e_p.T*h[t]), (p, 1, n)),)
    """
    if sum(1 for term in terms for _ in sp.preorder_traversal(term)) > MOST_PARTS:
        return None
    found = []
    taken = {symbol.name for term in terms for symbol in term.atoms(sp.Symbol)}
    named = {part.name for term in terms for part in term.atoms(Element, MatrixSymbol)}
    taken |= {part for name in named for part in name.split("_")}  # the gate i is not an index
    free = [letter for letter in LETTERS if letter not in taken]
    if len(free) < 3:
        return None
    i, j, *rest = (sp.Symbol(letter, integer=True, positive=True) for letter in free)
    for term in terms:
        row = None if term.rows == 1 else UnitVector(term.rows, i)
        column = None if term.cols == 1 else UnitVector(term.cols, j)
        try:
            found.append(_proved(term, row, column, tuple(rest)))
        except SymrnnError:  # no rule, no proof, or no letter
            return None
    return tuple(found)


def _proved(
    term: MatrixExpr, row: MatrixExpr | None, column: MatrixExpr | None, letters: tuple[sp.Symbol, ...]
) -> MatrixExpr:
    """The entry of a term, by three equations: Σ e_p e_pᵀ = I, the term with that inside, and its entry.

    Raises:
        SymrnnError: when one of them is not shown.
    """
    units: list[MatrixSum] = []
    entry, widened = _entry(term, row, column, letters, units)
    inside = tuple(e.args[1] <= e.args[0] for e in (row, column) if e is not None)
    plain = widened.xreplace({unit: sp.Identity(unit.rows) for unit in units}).doit(deep=True) if units else widened
    shown = (
        all(equal(unit, sp.Identity(unit.rows)) for unit in units)
        and equal(plain, term)
        and equal(_between(row, widened, column), entry, inside)
    )
    if not shown:
        raise SymrnnError(f"the entries of {term} are not shown")
    return entry


def _entry(
    term: MatrixExpr,
    row: MatrixExpr | None,
    column: MatrixExpr | None,
    letters: tuple[sp.Symbol, ...],
    units: list[MatrixSum],
) -> tuple[MatrixExpr, MatrixExpr]:
    """The entry of a term, and the term with Σ e_p e_pᵀ where a sum over p is to be."""
    match term:
        case MatAdd() | sp.HadamardProduct():
            parts = [_entry(part, row, column, letters, units) for part in term.args]
            whole = (
                MatAdd(*(part for part, _ in parts))
                if isinstance(term, MatAdd)
                else _product(part for part, _ in parts)
            )
            return whole, term.func(*(wide for _, wide in parts))
        case MatMul():
            number, factors = term.as_coeff_matrices()
            entry, wide = _of_product(factors, row, column, letters, units)
            return (entry, wide) if number == 1 else (MatMul(number, entry), MatMul(number, wide))
        case sp.Transpose() if not isinstance(term.arg, Element):
            entry, wide = _entry(term.arg, column, row, letters, units)
            return entry, sp.Transpose(wide)
        case MatrixSum():
            entry, wide = _entry(term.body, row, column, letters, units)
            return MatrixSum(entry, *term.args[1:]), MatrixSum(wide, *term.args[1:])
        case sp.Transpose():
            return _between(column, term.arg, row), term
        case sp.OneMatrix():
            return sp.Identity(1), term
        case sp.HadamardPower(args=(base, sp.Integer() as exponent)) if 1 < exponent <= MOST_FACTORS:
            entry, wide = _entry(base, row, column, letters, units)
            return _product([entry] * int(exponent)), sp.HadamardPower(wide, exponent)
    return _between(row, term, column), term


def _of_product(
    factors: list[MatrixExpr],
    row: MatrixExpr | None,
    column: MatrixExpr | None,
    letters: tuple[sp.Symbol, ...],
    units: list[MatrixSum],
) -> tuple[MatrixExpr, MatrixExpr]:
    first, *others = factors
    if not others:
        return _entry(first, row, column, letters, units)
    if isinstance(first, sp.DiagMatrix) and row is not None:
        entry, wide = _of_product(others, row, column, letters, units)
        slope, _ = _entry(first.args[0], row, None, letters, units)
        return _product((slope, entry)), MatMul(first, wide)
    if first.cols == 1:
        one, wide = _entry(first, row, None, letters, units)
        entry, wider = _of_product(others, None, column, letters, units)
        return _product((one, entry)), MatMul(wide, wider)
    if not letters:
        raise SymrnnError("no letter is left for an index")
    p, *others_left = letters
    letters = tuple(others_left)
    unit = UnitVector(first.cols, p)
    every = _unity(unit)
    units.append(every)
    one, wide = _entry(first, row, unit, letters, units)
    entry, wider = _of_product(others, unit, column, letters, units)
    return MatrixSum(_product((one, entry)), (p, 1, first.cols)), MatMul(wide, every, wider)


def _unity(unit: UnitVector) -> MatrixSum:
    """Σ e_p e_pᵀ, which has to be I."""
    return MatrixSum(unit * sp.Transpose(unit), (unit.position, 1, unit.rows))


def _between(row: MatrixExpr | None, term: MatrixExpr, column: MatrixExpr | None) -> MatrixExpr:
    factors = [*([] if row is None else [sp.Transpose(row)]), term, *([] if column is None else [column])]
    return _product(factors)


def _product(factors: Iterator[MatrixExpr] | list[MatrixExpr] | tuple[MatrixExpr, ...]) -> MatrixExpr:
    parts = list(factors)
    return MatMul(*parts) if len(parts) > 1 else parts[0]
