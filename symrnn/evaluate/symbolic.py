"""An assignment in which every entry of every given matrix is a symbol of its own."""

from __future__ import annotations

from dataclasses import dataclass, field

import sympy as sp

from symrnn.errors import SymbolClashError
from symrnn.evaluate.arrays import Array, filled
from symrnn.evaluate.assignment import Assignment, Key, label
from symrnn.evaluate.systems import System


@dataclass
class SymbolicAssignment(Assignment):
    """Symbols such as W_hh_1_2 for the entry in row 1, column 2, or h_0_1 for the first entry of h_0.

    A place is left out along a side of length 1: the entry of a scalar h_0 is the symbol h_0.

    Raises:
        SymbolClashError: when two matrices would share the name of a symbol.

    >>> from symrnn.evaluate import Entries
    >>> SymbolicAssignment().matrix("W", None, 2, 2, Entries()).tolist()
    [[W_1_1, W_1_2], [W_2_1, W_2_2]]
    """

    stems: dict[str, Key] = field(default_factory=dict)

    def matrix(self, name: str, index: int | None, rows: int, cols: int, system: System) -> Array:
        """The symbols of a matrix, or what is given for it."""
        key = (name, index)
        if key in self.given:
            return super().matrix(name, index, rows, cols, system)

        def entry(i: int, j: int) -> sp.Symbol:
            place = [str(at + 1) for at, count in ((i, rows), (j, cols)) if count > 1]
            symbol = "_".join([label(key), *place])
            if self.stems.setdefault(symbol, key) != key:
                raise SymbolClashError(
                    f"the symbol {symbol} would stand for entries of {label(self.stems[symbol])} and of {label(key)}",
                    advice="rename one of them",
                )
            return sp.Symbol(symbol)

        return filled(rows, cols, entry)
