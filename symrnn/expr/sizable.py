"""Terms whose numbers and powers are small enough to be calculated with: SymPy multiplies out whatever it is given."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from math import comb

import sympy as sp

from symrnn.decimals import MAX_NUMBER
from symrnn.errors import LimitError
from symrnn.expr.norms import Measure

MAX_EXPONENT = 10_000
"""Largest number in an exponent; norms may have any, since nothing multiplies them out."""

MAX_SUMMANDS = 5_000
"""Most summands of a power of a sum, written out."""


def require_sizable(terms: Iterable[sp.Basic]) -> None:
    """Refuse numbers and powers that would take for ever to calculate with.

    Raises:
        LimitError: for a number of too many digits, an exponent that is too large, and a power of a sum that is too
            long to write out.

    >>> c = sp.Symbol("c")
    >>> require_sizable([(1 + c) ** 20])
    >>> require_sizable([(1 + c) ** 100_000])
    Traceback (most recent call last):
    symrnn.errors.LimitError: (c + 1)**100000 has the exponent 100000; the limit is 10000; use a symbol
    """
    for term in terms:
        _require_sizable(term)


@lru_cache(maxsize=4096)
def _require_sizable(term: sp.Basic) -> None:
    """Look at the parts first, each once; a term that is refused is not remembered."""
    for part in term.args:
        _require_sizable(part)
    match term:
        case sp.Rational():
            if max(abs(term.p), term.q) >= 10**MAX_NUMBER:
                raise LimitError(f"a number has more than {MAX_NUMBER} digits", advice="use a symbol")
        case sp.Pow() if not isinstance(term.base, Measure):
            largest = max((abs(number) for number in term.exp.atoms(sp.Rational)), default=sp.S.Zero)
            if largest > MAX_EXPONENT:
                what = f"{_short(term)} has the exponent {_short(term.exp)}"
                raise LimitError(what, advice=f"the limit is {MAX_EXPONENT}; use a symbol")
            if _summands(term) > MAX_SUMMANDS:
                what = f"{_short(term)} has more than {MAX_SUMMANDS} summands"
                raise LimitError(what, advice="use a symbol as the exponent")


def _summands(term: sp.Basic) -> int:
    """At most how many summands a scalar has when it is written out."""
    match term:
        case sp.Add():
            return sum(map(_summands, term.args))
        case sp.Mul():
            count = 1
            for part in term.args:
                count = min(count * _summands(part), 10**9)
            return count
        case sp.Pow() if term.exp.is_Integer:
            inner, exponent = _summands(term.base), abs(int(term.exp))
            return 1 if inner == 1 else comb(min(inner, 10**4) + exponent - 1, min(exponent, min(inner, 10**4) - 1))
    return 1


def _short(term: sp.Basic) -> str:
    text = str(term)
    return text if len(text) <= 60 else text[:57] + "..."
