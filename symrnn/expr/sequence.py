"""Time-indexed sequences of matrices: ``h[t-1]`` is an element of the sequence ``h``."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar, TypeAlias

import sympy as sp
from sympy.core.symbol import Str
from sympy.matrices.expressions import MatrixExpr

from symrnn.errors import IndexRangeError, ShapeError
from symrnn.expr.base import Term, may_be_integer, named, operand, text
from symrnn.symbols import require_name

Size: TypeAlias = sp.Expr | int | Callable[[sp.Expr], sp.Expr | int]


class Element(Term):
    """One element of a sequence, such as ``h[t-1]``; shape as its sequence says for that index."""

    def __new__(cls, name: Str, index: sp.Expr, rows: sp.Expr, cols: sp.Expr) -> Element:
        """Make SymPy objects of name, index and sizes."""
        return super().__new__(cls, named(name), operand(index), operand(rows), operand(cols))

    @property
    def name(self) -> str:
        """Name of the sequence."""
        return text(self.args[0])

    @property
    def index(self) -> sp.Expr:
        """The index: time for a recurrent network, layer for a deep one."""
        return self.args[1]

    @property
    def shape(self) -> tuple[sp.Expr, sp.Expr]:
        """(rows, columns)."""
        return self.args[2], self.args[3]

    def _sympystr(self, printer: Any) -> str:
        return f"{self.name}[{printer._print(self.index)}]"


@dataclass(frozen=True)
class Sequence:
    """A sequence of matrices over an integer index.

    Args:
        name: the symbol, such as ``h``.
        rows: number of rows, or a function of the index (layers of different widths).
        cols: number of columns, or a function of the index; a column vector by default.
        first: the smallest index at which an element exists.

    Raises:
        ShapeError: for a number of rows or columns that is not a positive integer.
        ParameterError: for what cannot be a name.
        IndexRangeError: for a first index that is not a whole number.

    >>> import sympy as sp
    >>> t, n = sp.Symbol("t", integer=True), sp.Symbol("n", integer=True, positive=True)
    >>> h = Sequence("h", n)
    >>> h[t - 1], h[t - 1].shape
    (h[t - 1], (n, 1))
    >>> h[-1]
    Traceback (most recent call last):
    symrnn.errors.IndexRangeError: h[-1] does not exist: h starts at 0
    """

    name: str
    rows: Size
    cols: Size = 1
    first: int = 0
    __iter__: ClassVar[None] = None  # or Python would ask for one element after the other, without an end

    def __post_init__(self) -> None:
        require_name(self.name, "a sequence")
        if not isinstance(self.first, int):
            raise IndexRangeError(f"{self.name} begins at {self.first!r}, which is not a whole number")
        for what, size in (("rows", self.rows), ("columns", self.cols)):
            if not callable(size):
                self._require_size(what, operand(size))

    def _require_size(self, what: str, size: sp.Basic) -> None:
        is_number = isinstance(size, sp.Expr) and not isinstance(size, MatrixExpr)
        if not is_number or size.is_integer is False or size.is_positive is False:
            raise ShapeError(
                f"the sequence {self.name} has {size} {what}",
                advice="use a positive integer, or a Symbol with integer=True, positive=True",
            )

    def __getitem__(self, index: Any) -> Element:
        """The element at an integer index, symbolic or not.

        Raises:
            IndexRangeError: for an index that is not an integer, or a number before the first element.
            ShapeError: where a function of the index says another size than a positive integer.
        """
        at = operand(index)
        if not may_be_integer(at):
            raise IndexRangeError(f"{self.name}[{at}]: the index must be an integer")
        if at.is_Integer and at < self.first:
            raise IndexRangeError(f"{self.name}[{at}] does not exist: {self.name} starts at {self.first}")
        found = self.at(at)
        for what, size in zip(("rows", "columns"), found.shape, strict=True):
            self._require_size(what, size)
        return found

    def at(self, index: sp.Expr) -> Element:
        """The element at an index, without a look at whether it exists (for algebra on bounds)."""
        rows, cols = (operand(size(index) if callable(size) else size) for size in (self.rows, self.cols))
        return Element(Str(self.name), index, rows, cols)
