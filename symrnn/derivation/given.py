"""What a verdict rests on: hypotheses as terms, conditions that stand together, and words where there is no term."""

from __future__ import annotations

from typing import TypeAlias

import sympy as sp
from sympy.core.relational import Relational
from sympy.printing.str import StrPrinter

from symrnn.derivation.inequality import BoundedSlope, ForEvery, Hypothesis
from symrnn.derivation.statement import Equation

Given: TypeAlias = str | Hypothesis | tuple[Relational | str, ...]
"""Words, a hypothesis, or conditions that stand on one line."""


def worded(condition: Relational | str) -> str:
    """A condition as people write it.

    >>> t = sp.Symbol("t", integer=True)
    >>> worded(sp.Ne(t, 0)), worded(t >= 1)
    ('t not 0', 't >= 1')
    """
    return f"{condition.lhs} not {condition.rhs}" if isinstance(condition, sp.Ne) else str(condition)


def in_words(given: Given) -> str:
    """What a verdict rests on as people write it.

    >>> in_words(sp.Abs(sp.Symbol("w", real=True)) ** 2 * sp.Symbol("c") < 1)
    'c w^2 < 1'
    >>> in_words((sp.Symbol("k", integer=True) >= 0, "W_hh invertible"))
    'k >= 0, W_hh invertible'
    """
    match given:
        case str():
            return given
        case tuple():
            return ", ".join(map(worded, given))
        case Equation() | BoundedSlope() | ForEvery():
            text = str(given)
        case _:
            text = _Printer().doprint(given)
    for sign, written in (("**", "^"), ("*", " "), (".T", "ᵀ")):
        text = text.replace(sign, written)
    return text


class _Printer(StrPrinter):
    """Absolute values between bars."""

    def _print_Abs(self, number: sp.Abs) -> str:
        return f"|{self._print(number.args[0])}|"
