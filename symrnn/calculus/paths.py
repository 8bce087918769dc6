"""Who uses a quantity, and what a total sees: the edges of the graph along which errors run backwards."""

from __future__ import annotations

from dataclasses import dataclass

import sympy as sp
from sympy.matrices.expressions import MatAdd, MatMul, MatrixExpr, MatrixSymbol

from symrnn.calculus.closed_forms import simplified
from symrnn.calculus.differential import added, differential
from symrnn.calculus.identification import Around, around, local_movement, product
from symrnn.errors import UnknownTermError
from symrnn.expr import Differential, Element, GenericFunction, ImmediateJacobian, MatrixSum, Variable
from symrnn.recurrence import Recurrence, Role


@dataclass(frozen=True)
class Path:
    """How a defined quantity uses another one in its own equation.

    Args:
        of: the defined quantity.
        uses: the quantity that is used.
        immediate: the immediate Jacobian by name; a product of two where a generic function looks at an intermediate.
        parts: the same written out, one ``A dX B`` for each place.
    """

    of: Variable
    uses: Variable
    immediate: MatrixExpr
    parts: tuple[Around, ...]

    @property
    def local(self) -> MatrixExpr:
        """The Jacobian written out."""
        return simplified(added(self.immediate.shape, [part.jacobian() for part in self.parts]))


def paths(recurrence: Recurrence, quantity: Variable) -> list[Path]:
    """The paths into a quantity, through its intermediates, in the order of its equation.

    Raises:
        UnknownTermError: for an equation that has no differential of the form A dX B.

    >>> from symrnn.cells import Elman
    >>> from symrnn.symbols import t
    >>> rnn = Elman()
    >>> [path.uses for path in paths(rnn, rnn.h[t])]
    [W_hh, h[t - 1], W_xh, x[t], b_h]
    """
    found: dict[MatrixExpr, list[Around]] = {}
    for named, part in _movement(recurrence, quantity):
        found.setdefault(named, []).append(part)
    return [Path(quantity, parts[0].variable, named, tuple(parts)) for named, parts in found.items()]


def _movement(recurrence: Recurrence, quantity: Variable) -> list[tuple[MatrixExpr, Around]]:
    found: list[tuple[MatrixExpr, Around]] = []
    for part in local_movement(recurrence, quantity):
        named = ImmediateJacobian(quantity, part.variable)
        if recurrence.role(part.variable) is not Role.INTERMEDIATE:
            found.append((named, part))
            continue
        for inner, within in _movement(recurrence, part.variable):
            found.append((MatMul(named, inner), part.through(within)))
    return found


@dataclass(frozen=True)
class Sight:
    """What a total sees of a quantity: Σ_{index=low}^{high} part, with the quantity at the index.

    Args:
        part: the summand of the differential, A dq B.
        index: the index of the sum; None where the total sees the quantity once.
        low, high: its range; both the index of the quantity where it is seen once, both None without an index.
    """

    part: Around
    index: sp.Symbol | None
    low: sp.Expr | None
    high: sp.Expr | None

    @property
    def quantity(self) -> Variable:
        """What is seen."""
        return self.part.variable

    def at(self, index: sp.Expr) -> Around:
        """The summand at an index."""
        return self.part if self.index is None else self.part.at(self.index, index)


def sights(recurrence: Recurrence, total: MatrixSymbol) -> list[Sight]:
    """All that a total sees, outputs among it.

    Raises:
        UnknownTermError: when something does not move along with the index of the sum.

    >>> from symrnn.cells import Elman
    >>> rnn = Elman()
    >>> [(sight.quantity, sight.low, sight.high) for sight in sights(rnn, rnn.L)]
    [(ell[t], 1, T)]
    """
    body = recurrence.totals[total]
    no_sum: Over | None = None
    if isinstance(body, GenericFunction):
        parts = [(part, no_sum) for part in local_movement(recurrence, total)]
    else:
        parts = _summands(differential(body), (), (), no_sum)
    return [_sight(part, over, recurrence) for part, over in parts]


Over = tuple[sp.Symbol, sp.Expr, sp.Expr]


def _summands(
    moved: MatrixExpr, left: tuple[sp.Expr, ...], right: tuple[MatrixExpr, ...], over: Over | None
) -> list[tuple[Around, Over | None]]:
    """The summands A dX B of a differential, each with the range over which it is summed."""
    if isinstance(moved, MatAdd):
        return [found for part in moved.args for found in _summands(part, left, right, over)]
    if isinstance(moved, MatrixSum):
        if over is not None:
            raise UnknownTermError("the backward recursion of a double sum over time is not known")
        return _summands(moved.body, left, right, (moved.variable, moved.lower, moved.upper))
    factors = moved.args if isinstance(moved, MatMul) else (moved,)
    inner = next((f for f in factors if isinstance(f, MatAdd | MatrixSum) and f.has(Differential)), None)
    if inner is None:
        if isinstance(moved, sp.ZeroMatrix):
            return []
        return [(part.between(left, right), over) for part in around(moved)]
    place = factors.index(inner)
    return _summands(inner, (*left, *factors[:place]), (*factors[place + 1 :], *right), over)


def _sight(part: Around, over: Over | None, recurrence: Recurrence) -> Sight:
    quantity = part.variable
    if quantity in recurrence.totals:
        raise UnknownTermError(
            f"a total is computed from another one, {quantity}: its backward recursion is not known",
            where=recurrence.name,
            advice=f"write the equation of {quantity} in its place",
        )
    if over is None:
        at = quantity.index if isinstance(quantity, Element) else None
        return Sight(part, None, at, at)
    index, low, high = over
    ahead = sp.expand(quantity.index - index) if isinstance(quantity, Element) else sp.S.Zero
    if not ahead.is_Integer:
        raise UnknownTermError(
            f"a total sums {quantity} over {index}: its backward recursion is not known",
            where=recurrence.name,
            advice=f"let the sum run over the index of {quantity.name}",
        )
    return Sight(part.at(index, index - ahead), index, low + ahead, high + ahead)


def times(left: MatrixExpr | None, right: MatrixExpr) -> MatrixExpr:
    """A row times a Jacobian as one flat product; None stands for 1."""
    return right if left is None else product((left, right), left.rows)
