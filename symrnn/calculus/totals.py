"""Totals such as a loss: a sum over time of weighted summands, or the summand at one index, and how they move."""

from __future__ import annotations

from dataclasses import dataclass

import sympy as sp
from sympy.matrices.expressions import MatAdd, MatMul, MatrixExpr, MatrixSymbol

from symrnn.calculus.differential import added, differential
from symrnn.calculus.identification import Around, around, local_movement, product
from symrnn.expr import Element, MatrixSum, Variable, dimension
from symrnn.expr.shapes import numbers_and_matrices
from symrnn.recurrence import Recurrence, Role


@dataclass(frozen=True)
class Part:
    """One part of a total: ``outside · Σ inside · summand``, or the same without a sum.

    Args:
        outside: numbers before the sum, such as 1/T.
        inside: numbers beside the summand, such as the entry of a mask.
        summand: what is added up, at the index of the sum.
        range: index, first and last value of the sum; None for a single summand.
    """

    outside: tuple[sp.Expr, ...]
    inside: tuple[sp.Expr, ...]
    summand: Element
    range: tuple[sp.Symbol, sp.Expr, sp.Expr] | None

    def put(self, inner: MatrixExpr, low: sp.Expr | None = None, high: sp.Expr | None = None) -> MatrixExpr:
        """The same with a row in the place of the summand, from another first index on, up to another last one."""
        body = product((*self.inside, inner), inner.rows)
        if self.range is not None:
            variable, first, last = self.range
            body = MatrixSum(body, variable, first if low is None else low, last if high is None else high)
        return product((*self.outside, body), inner.rows)

    def at(self, index: sp.Expr) -> MatrixExpr:
        """The weighted summand at one index, without what stands outside."""
        rule = {} if self.range is None else {self.range[0]: index}
        return sp.MatMul(*self.inside, self.summand).doit(deep=False).xreplace(rule)

    @property
    def last(self) -> sp.Expr:
        """The last index that the part looks at."""
        return self.summand.index if self.range is None else self.range[2]

    def divisors(self) -> list[sp.Expr]:
        """Index expressions that the part is divided by."""
        powers = (power for number in self.outside for power in number.atoms(sp.Pow) if power.exp.is_negative)
        return [power.base for power in powers if power.base.is_integer and not power.base.is_number]


def parts_of(recurrence: Recurrence, total: MatrixSymbol) -> tuple[Part, ...] | None:
    """The parts of a total; None for one that is not such a sum.

    >>> from symrnn.cells import Elman
    >>> net = Elman().with_loss("generic", over="mean")
    >>> [(part.outside, part.summand) for part in parts_of(net, net.L)]
    [((1/T,), ell[t])]
    """
    body = recurrence.totals[total]
    found = [_part(recurrence, term) for term in (body.args if isinstance(body, MatAdd) else (body,))]
    known = [part for part in found if part is not None]
    return tuple(known) if len(known) == len(found) else None


def _part(recurrence: Recurrence, term: MatrixExpr) -> Part | None:
    outside, core = _split(term)
    if not isinstance(core, MatrixSum):
        return _single(recurrence, outside, core, None)
    inside, summand = _split(core.body)
    part = _single(recurrence, inside, summand, (core.variable, core.lower, core.upper))
    return None if part is None else Part(outside, part.inside, part.summand, part.range)


def _single(
    recurrence: Recurrence,
    inside: tuple[sp.Expr, ...],
    core: MatrixExpr | None,
    over: tuple[sp.Symbol, sp.Expr, sp.Expr] | None,
) -> Part | None:
    if not isinstance(core, Element) or recurrence.role(core) is None:
        return None
    return Part((), inside, core, over)


def _split(term: MatrixExpr) -> tuple[tuple[sp.Expr, ...], MatrixExpr | None]:
    """Numbers and the one matrix of a product; None when there are more."""
    if not isinstance(term, MatMul):
        return (), term
    numbers, matrices = numbers_and_matrices(term)
    return tuple(numbers), matrices[0] if len(matrices) == 1 else None


# -- at one index --------------------------------------------------------------------------------------------------


def direct(recurrence: Recurrence, of: Variable, wrt: Variable) -> MatrixExpr:
    """The Jacobian through outputs and intermediates of one index, with all states held fixed.

    >>> from symrnn.cells import Elman
    >>> from symrnn.symbols import t
    >>> net = Elman().with_loss("squared error")
    >>> direct(net, net.ell[t], net.b_y)
    (-d[t] + y[t]).T
    """
    if of == wrt:
        return sp.Identity(dimension(of))
    return _along(recurrence, (dimension(of), dimension(wrt)), local_movement(recurrence, of), wrt)


def direct_part(recurrence: Recurrence, part: Part, wrt: Variable, index: sp.Expr) -> MatrixExpr:
    """The same for the weighted summand of a total at one index."""
    row = _along(recurrence, (sp.S.One, dimension(wrt)), around(differential(part.at(index))), wrt)
    return row if isinstance(row, sp.ZeroMatrix) else product((*part.outside, row), row.rows)


def by_weight(part: Part, wrt: Variable, index: sp.Expr) -> MatrixExpr:
    """The Jacobian of a weighted summand through its weight alone."""
    moved = [piece.jacobian() for piece in around(differential(part.at(index))) if piece.variable == wrt]
    row = added((sp.S.One, dimension(wrt)), moved)
    return row if isinstance(row, sp.ZeroMatrix) else product((*part.outside, row), row.rows)


def _along(recurrence: Recurrence, shape: tuple[sp.Expr, sp.Expr], movement: list[Around], wrt: Variable) -> MatrixExpr:
    found: list[MatrixExpr] = []
    for part in movement:
        if part.variable == wrt:
            found.append(part.jacobian())
        elif recurrence.role(part.variable) is Role.OUTPUT:
            inner = direct(recurrence, part.variable, wrt)
            if not isinstance(inner, sp.ZeroMatrix):
                found.append(product((part.jacobian(), inner), shape[0]))
    return added(shape, found)
