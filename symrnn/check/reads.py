"""What a total sees: through outputs and intermediates down to states, and of given quantities directly."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import sympy as sp
from sympy.core.relational import Relational
from sympy.matrices.expressions import MatrixExpr, MatrixSymbol

from symrnn.check.arithmetic import at_least
from symrnn.check.perturbation import jacobian_of
from symrnn.check.quantities import Quantities
from symrnn.check.rewrite import Facts
from symrnn.expr import Element, MatrixSum, Variable
from symrnn.expr.normal import Monomial
from symrnn.recurrence import Role


@dataclass(frozen=True)
class Read:
    """Σ_{i=low}^{high} row dq_i: one way in which a total moves with a quantity.

    Args:
        quantity: q at the index i, or a matrix without an index.
        row: what stands before it, at the index i.
        index: i, a symbol of its own.
        low, high: the range; both the same where the total sees one element.
    """

    quantity: Variable
    row: MatrixExpr
    index: sp.Symbol
    low: sp.Expr
    high: sp.Expr

    def summed(self) -> MatrixExpr:
        """The row summed over its range."""
        return MatrixSum(self.row, self.index, self.low, self.high)


@dataclass(frozen=True)
class Reads:
    """All that a total sees.

    Args:
        states, direct: of states, and of what has no equation.
        needs: facts at each place, and what has to follow from them there, so that the equations in between hold.
    """

    states: tuple[Read, ...]
    direct: tuple[Read, ...]
    needs: tuple[tuple[Facts, Relational], ...]


def reads_of(quantities: Quantities, total: MatrixSymbol) -> Reads | None:
    """All that a total sees; None where an index runs otherwise than by one.

    Raises:
        ProofError: when an equation on the way is not one that the checker can differentiate.

    >>> from symrnn.cells import Elman
    >>> rnn = Elman()
    >>> found = reads_of(Quantities(rnn), rnn.L)
    >>> [read.quantity.name for read in found.states], [read.quantity.name for read in found.direct]
    (['h'], ['W_hy', 'b_y'])
    """
    states: list[Read] = []
    direct: list[Read] = []
    needs: list[tuple[Facts, Relational]] = []
    one = sp.Dummy("i", integer=True)
    pending = [Read(total, sp.Identity(1), one, sp.S.One, sp.S.One)]
    while pending:
        outer = pending.pop(0)
        for read in _through(quantities, outer):
            if read is None:
                return None
            quantity = read.quantity
            if quantity in quantities.recurrence.totals:
                if total in _totals_in(quantities, quantity):
                    return None  # it is defined by itself
                pending.append(Read(quantity, read.summed(), one, sp.S.One, sp.S.One))
                continue
            definition = quantities.recurrence.definition(quantity.name)
            if definition is None:
                direct.append(read)
                continue
            is_state = definition.role is Role.STATE
            (states if is_state else pending).append(read)
            inside = (at_least(read.index, read.low), at_least(read.high, read.index))
            needs.append((inside, at_least(read.index, definition.first - 1 if is_state else definition.first)))
    return Reads(tuple(states), tuple(direct), tuple(needs))


def _totals_in(quantities: Quantities, total: MatrixSymbol) -> set[MatrixSymbol]:
    """The totals that the equation of a total speaks of, and theirs, and so on."""
    totals = quantities.recurrence.totals
    found: set[MatrixSymbol] = set()
    pending = [total]
    while pending:
        new = {symbol for symbol in totals[pending.pop()].atoms(MatrixSymbol) if symbol in totals} - found
        found |= new
        pending += new
    return found


def _through(quantities: Quantities, outer: Read) -> Iterator[Read | None]:
    """What is seen through the equation of one quantity."""
    moved = quantities.movement(outer.quantity)
    if moved is None:
        yield None
        return
    for quantity, monos in moved.by.items():
        for mono in monos:
            row = sp.MatMul(outer.row, jacobian_of(Monomial(mono.shape, mono.factors, mono.coefficient), quantity))
            yield _ranged(quantity, row, mono, outer)


def _ranged(quantity: Variable, row: MatrixExpr, mono: Monomial, outer: Read) -> Read | None:
    """A summand with the range over which it is summed, its own or that of what it stands in."""
    index, low, high = outer.index, outer.low, outer.high
    if mono.ranges:
        if len(mono.ranges) > 1 or isinstance(outer.quantity, Element):
            return None
        variable, low, high = mono.ranges[0]
        index = sp.Dummy("i", integer=True)  # no other binder's, whatever the row holds
        quantity, row = quantity.xreplace({variable: index}), row.xreplace({variable: index})
    if not isinstance(quantity, Element):
        return Read(quantity, row, index, low, high)
    if index not in quantity.index.free_symbols:  # one element, seen once or in every summand
        i = sp.Dummy("i", integer=True)
        at = Element(quantity.args[0], i, *quantity.shape)
        return Read(at, MatrixSum(row, index, low, high), i, quantity.index, quantity.index)
    shift = sp.expand(quantity.index - index)
    if not shift.is_Integer:
        return None
    rule = {index: index - shift}
    return Read(quantity.xreplace(rule), row.xreplace(rule), index, sp.expand(low + shift), sp.expand(high + shift))
