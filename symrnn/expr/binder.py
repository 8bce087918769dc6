"""Terms that bind an index: ordered products and finite sums. Substitution into them never captures."""

from __future__ import annotations

from itertools import chain, count
from typing import Any

import sympy as sp
from sympy.core.symbol import Str
from sympy.matrices.expressions import MatrixExpr, MatrixSymbol
from sympy.printing.precedence import PRECEDENCE

from symrnn.errors import BoundIndexError, IndexRangeError, ShapeError, SymbolClashError
from symrnn.expr.base import Term, checked, may_be_integer, operand, text
from symrnn.expr.shapes import describe, same
from symrnn.expr.sizable import require_sizable
from symrnn.expr.units import in_units

Range = tuple[sp.Symbol, Any, Any]

MOST_WRITTEN_OUT = 1000
"""Of how many terms ``doit`` writes a sum or a product out; a longer one stays as it is."""


class Binder(Term):
    """A body over an index that runs from a lower to an upper bound, both included.

    The index is visible in the body only. An empty range (upper = lower - 1) is allowed; a range that is
    shorter still is refused when its bounds are numbers, and a hypothesis when they are symbols.
    """

    precedence = PRECEDENCE["Mul"]  # to SymPy's printers, which take an unknown node for an atom

    @property
    def body(self) -> MatrixExpr:
        """The term under the sign."""
        return self.args[0]

    @property
    def variable(self) -> sp.Symbol:
        """The bound index."""
        return self.args[1]

    @property
    def lower(self) -> sp.Expr:
        """First value of the index."""
        return self.args[2]

    @property
    def upper(self) -> sp.Expr:
        """Last value of the index."""
        return self.args[3]

    @property
    def length(self) -> sp.Expr:
        """Number of values that the index takes."""
        return sp.expand(self.upper - self.lower + 1)

    @property
    def bound_symbols(self) -> list[sp.Symbol]:
        """The bound index, as SymPy wants it named."""
        return [self.variable]

    @property
    def free_symbols(self) -> set[sp.Basic]:
        """Symbols of the body and the bounds, without the bound index."""
        inside = self.body.free_symbols - {self.variable}
        return inside | self.lower.free_symbols | self.upper.free_symbols

    def body_at(self, value: int | sp.Expr) -> MatrixExpr:
        """The body with the index put to a value."""
        return self.body.xreplace({self.variable: operand(value)})

    def with_variable(self, variable: sp.Symbol) -> Binder:
        """The same term with its bound index renamed.

        Raises:
            SymbolClashError: for a name that is free in the body and would be captured.
        """
        if variable == self.variable:
            return self
        if variable in self.body.free_symbols:
            raise SymbolClashError(f"{variable} stands in {self.body} already", advice="take another index")
        return self.func(self.body_at(variable), variable, *self.args[2:])

    def doit(self, **hints: bool) -> MatrixExpr:
        """The term written out where its bounds are numbers and not too far apart, as SymPy writes sums out.

        >>> from symrnn.symbols import k, n, t
        >>> from symrnn.expr import Sequence
        >>> MatrixSum(Sequence("h", n)[t - k], (k, 0, t - 1)).subs(t, 2).doit()
        h[1] + h[2]
        """
        deep = hints.get("deep", True)
        if not (self.length.is_Integer and 0 <= self.length <= MOST_WRITTEN_OUT):
            return self.func(*(part.doit(**hints) for part in self.args[:4]), *self.args[4:]) if deep else self
        written = [self.body_at(self.lower + at) for at in range(self.length)]
        return self.joined([part.doit(**hints) for part in written] if deep else written).doit(deep=False)

    def joined(self, parts: list[MatrixExpr]) -> MatrixExpr:
        """What stands for the bodies at all values of the index, lowest first."""
        raise NotImplementedError

    def _eval_subs(self, old: sp.Basic, new: sp.Basic) -> Binder:
        bounds = tuple(bound._subs(old, new) for bound in (self.lower, self.upper))
        target = self._away_from(new.free_symbols)
        bound_inside = target.variable in old.free_symbols
        body = target.body if bound_inside else target.body._subs(old, new)
        if (body, *bounds) == (target.body, self.lower, self.upper):
            return self
        return target.func(body, target.variable, *bounds, *target.args[4:])

    def _xreplace(self, rule: dict[sp.Basic, sp.Basic]) -> tuple[sp.Basic, bool]:
        if self in rule:
            return rule[self], True
        incoming = {symbol for new in rule.values() for symbol in new.free_symbols}
        target = self._away_from(incoming)
        inner = {old: new for old, new in rule.items() if target.variable not in old.free_symbols}
        parts = [target.body._xreplace(inner), *(bound._xreplace(rule) for bound in target.args[2:4])]
        if not any(changed for _, changed in parts):
            return self, False
        body, lower, upper = (part for part, _ in parts)
        return target.func(body, target.variable, lower, upper, *target.args[4:]), True

    def _away_from(self, symbols: set[sp.Basic]) -> Binder:
        if self.variable not in symbols:
            return self
        return self.with_variable(sp.Dummy(self.variable.name, integer=True))

    def _lettered(self) -> Binder:
        """The term as it is printed: an index without a name of its own, such as ``_p0``, has a letter."""
        name = str(self.variable)
        if not name.startswith("_"):
            return self
        letter = name.strip("_0123456789")[:1] or "s"
        free = self.body.free_symbols | self.free_symbols
        taken = {symbol.name for symbol in free if isinstance(symbol, sp.Symbol | MatrixSymbol)}
        names = chain([letter], (f"{letter}{at}" for at in count(1)))
        return self.with_variable(sp.Symbol(next(name for name in names if name not in taken), integer=True))


def _in_terms(body: MatrixExpr) -> MatrixExpr:
    """A body that was checked; matrices of numbers, whose sizes are no expressions, are written in units."""
    checked(body)
    return in_units(body) if any(isinstance(size, int) for size in body.shape) else body


def checked_range(kind: str, index: Range) -> tuple[sp.Symbol, sp.Expr, sp.Expr]:
    """Check an index with its bounds.

    Raises:
        LimitError: for bounds with numbers or powers that are too large.
        IndexRangeError: for an index that is not an integer symbol, bounds that are not integers or that name the
            index, or a range of negative length.
    """
    if len(index) != 3:
        raise IndexRangeError(f"a {kind} needs (index, lower, upper), not {index}")
    variable, lower, upper = (operand(part) for part in index)
    if not (variable.is_Symbol and variable.is_integer):
        raise IndexRangeError(f"{kind} over {variable}: the index must be a Symbol with integer=True")
    for bound in (lower, upper):
        if not may_be_integer(bound):
            raise IndexRangeError(f"{kind} over {variable}: the bound {bound} is not an integer")
        if variable in bound.free_symbols:
            raise BoundIndexError(
                f"{kind} over {variable}: the bound {bound} names the index itself",
                advice=f"use another letter than {variable} for one of the two",
            )
    require_sizable((lower, upper))
    length = sp.expand(upper - lower + 1)
    if length.is_Integer and length < 0:
        raise IndexRangeError(
            f"{kind} over {variable} from {lower} to {upper}: the length would be {length}",
            advice="an empty range has upper = lower - 1",
        )
    return variable, lower, upper


class MatrixSum(Binder):
    """Σ of a matrix over an integer index; shape of the body; an empty sum is the zero matrix.

    >>> import sympy as sp
    >>> k, t = sp.symbols("k t", integer=True)
    >>> n = sp.Symbol("n", integer=True, positive=True)
    >>> from symrnn.expr import Sequence
    >>> h = Sequence("h", n)
    >>> total = MatrixSum(h[t - k], (k, 0, t - 1))
    >>> total.subs(t, k).free_symbols == {k, n}   # the free k is not captured by the bound one
    True
    """

    def __new__(cls, body: MatrixExpr, *index: Any) -> MatrixSum:
        """Check the range and the shape."""
        body = _in_terms(body)
        triple = index[0] if len(index) == 1 and isinstance(index[0], tuple | sp.Tuple) else index
        variable, lower, upper = checked_range("sum", tuple(triple))
        for size in body.shape:
            if variable in size.free_symbols:
                raise ShapeError(f"the terms of a sum change shape with {variable}: {describe(body)}")
        return super().__new__(cls, body, variable, lower, upper)

    @property
    def shape(self) -> tuple[sp.Expr, sp.Expr]:
        """Shape of each summand."""
        return self.body.shape

    def joined(self, parts: list[MatrixExpr]) -> MatrixExpr:
        """The sum of matrices of this shape, zero without any."""
        return sp.MatAdd(*parts) if parts else sp.ZeroMatrix(*self.shape)

    def _sympystr(self, printer: Any) -> str:
        shown = self._lettered()
        inside = ", ".join(printer._print(arg) for arg in shown.args[1:4])
        return f"Sum({printer._print(shown.body)}, ({inside}))"


ASCENDING, DESCENDING = "ascending", "descending"


class OrderedProduct(Binder):
    """∏ of matrices in a stated order; an empty product is the identity.

    Args:
        body: the factor at the index.
        index: (index, lower bound, upper bound).
        direction: how the index moves from the left factor to the right one: ``"ascending"`` or
            ``"descending"``.

    Raises:
        ShapeError: when a factor does not fit its right neighbour.
        IndexRangeError: for a bad direction or range.

    >>> import sympy as sp
    >>> u, k = sp.symbols("u k", integer=True)
    >>> n = sp.Symbol("n", integer=True, positive=True)
    >>> from symrnn.expr import Sequence
    >>> A = Sequence("A", n, n)
    >>> OrderedProduct(A[u], (u, 1, k), "descending")
    Prod(A[u], (u, k..1))
    """

    def __new__(cls, body: MatrixExpr, *index: Any) -> OrderedProduct:
        """Check the range, the direction and that neighbours fit."""
        body = _in_terms(body)
        triple, direction = cls._range_and_direction(index)
        variable, lower, upper = checked_range("product", triple)
        if str(direction) not in (ASCENDING, DESCENDING):
            raise IndexRangeError(f"direction {direction} of a product", advice='use "ascending" or "descending"')
        step = 1 if str(direction) == ASCENDING else -1
        right = body.rows.xreplace({variable: variable + step})
        if not same(body.cols, right):
            raise ShapeError(
                f"neighbouring factors of the {direction} product of {describe(body)} do not fit: "
                f"{body.cols} columns meet {right} rows"
            )
        return super().__new__(cls, body, variable, lower, upper, Str(str(direction)))

    @staticmethod
    def _range_and_direction(index: tuple[Any, ...]) -> tuple[tuple[Any, ...], Any]:
        if len(index) == 4:
            return index[:3], index[3]
        if len(index) == 2:
            return tuple(index[0]), index[1]
        raise IndexRangeError("an ordered product needs (index, lower, upper) and a direction")

    @property
    def direction(self) -> str:
        """``"ascending"`` or ``"descending"``, left to right."""
        return text(self.args[4])

    @property
    def start(self) -> sp.Expr:
        """Index of the leftmost factor."""
        return self.lower if self.direction == ASCENDING else self.upper

    @property
    def end(self) -> sp.Expr:
        """Index of the rightmost factor."""
        return self.upper if self.direction == ASCENDING else self.lower

    @property
    def step(self) -> int:
        """+1 or -1: how the index moves from left to right."""
        return 1 if self.direction == ASCENDING else -1

    @property
    def shape(self) -> tuple[sp.Expr, sp.Expr]:
        """Rows of the leftmost factor, columns of the rightmost one."""
        rows, cols = self.body.shape
        return rows.xreplace({self.variable: self.start}), cols.xreplace({self.variable: self.end})

    def joined(self, parts: list[MatrixExpr]) -> MatrixExpr:
        """The product of factors in this product's order, the identity without any."""
        return sp.MatMul(*parts[:: self.step]) if parts else sp.Identity(self.rows)

    def _sympystr(self, printer: Any) -> str:
        shown = self._lettered()
        start, end = printer._print(shown.start), printer._print(shown.end)
        return f"Prod({printer._print(shown.body)}, ({shown.variable}, {start}..{end}))"
