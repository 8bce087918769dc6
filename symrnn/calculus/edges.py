"""The graph along which errors run backwards: its nodes in order, and what arrives at each over which indices."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import sympy as sp
from sympy.core.relational import Relational
from sympy.matrices.expressions import MatrixExpr, MatrixSymbol

from symrnn.calculus.closed_forms import simplified
from symrnn.calculus.differential import added
from symrnn.calculus.identification import Around
from symrnn.calculus.jacobians import conditions
from symrnn.calculus.paths import Path, Sight, paths, sights, times
from symrnn.errors import UnknownTermError
from symrnn.expr import Element, Gradient, MatrixSum, TotalJacobian, Variable, dimension
from symrnn.graph import reach
from symrnn.recurrence import Definition, Recurrence, Role

Range = tuple[sp.Expr, sp.Expr]
"""The indices from one to another, both included."""


@dataclass(frozen=True)
class Term:
    """One summand of an error: what arrives along one edge.

    Args:
        through: the quantity v that uses the one whose error this is; the total itself where that sees it.
        error: dL/dv as a row, written out where it is a number; None for 1, and where v is the total.
        immediate: ∂⁺v/∂⁺x by name; what the total sees of x, where v is the total.
        parts: one ``A dX B`` for each place at which x stands in the equation of v.
    """

    through: Variable
    error: MatrixExpr | None
    immediate: MatrixExpr
    parts: tuple[Around, ...]

    @cached_property
    def local(self) -> MatrixExpr:
        """The immediate Jacobian written out."""
        if isinstance(self.through, MatrixSymbol):
            return self.immediate
        return simplified(added(self.immediate.shape, [part.jacobian() for part in self.parts]))

    @property
    def named(self) -> MatrixExpr:
        """The summand with the immediate Jacobian by name."""
        return times(self.error, self.immediate)

    @property
    def written(self) -> MatrixExpr:
        """The summand with the local Jacobian written out."""
        return times(self.error, self.local)

    def gradient(self) -> list[MatrixExpr]:
        """Aᵀ δ Bᵀ for each place, with δ = (dL/dv)ᵀ for a column v, and the gradient by v for any other matrix.

        Raises:
            UnknownTermError: for a matrix that a generic function looks at.
        """
        outer = sp.Identity(1) if self.error is None else gradient_of(self.error)
        found = [part.gradient(outer) for part in self.parts]
        for part, gradient in zip(self.parts, found, strict=True):
            if gradient.shape != part.variable.shape:
                raise UnknownTermError(
                    f"the gradient by {part.variable} of a generic function cannot be written as a matrix"
                )
        return found

    def at(self, index: sp.Symbol, value: sp.Expr) -> Term:
        """The same at another index."""
        rule = {index: value}
        error = None if self.error is None else self.error.xreplace(rule)
        parts = tuple(part.at(index, value) for part in self.parts)
        return Term(self.through.xreplace(rule), error, self.immediate.xreplace(rule), parts)


@dataclass(frozen=True)
class Summed:
    """What arrives along one edge over one range of the index: at a parameter the sum of it, Σ_{t=low}^{high} term.

    Args:
        term: the summand; at a quantity with an index, what arrives there.
        index: t.
        low, high: the range; None for a term that stands alone.
    """

    term: Term
    index: sp.Symbol
    low: sp.Expr | None
    high: sp.Expr | None

    def over(self, body: MatrixExpr) -> MatrixExpr:
        """A body summed over the range."""
        return body if self.low is None else MatrixSum(body, self.index, self.low, self.high)

    @property
    def ends(self) -> Range:
        """The range, of what has one."""
        assert self.low is not None
        assert self.high is not None
        return self.low, self.high

    def alone(self) -> Summed:
        """The only term of a range of one index, without the sum."""
        return self if self.low is None else Summed(self.term.at(self.index, self.low), self.index, None, None)


@dataclass(frozen=True)
class Piece:
    """The error of a node where it is of one form: a row, None for 1, for low <= t <= high."""

    error: MatrixExpr | None
    low: sp.Expr
    high: sp.Expr


@dataclass(frozen=True)
class Region:
    """Where the same edges arrive: low <= t <= high, or one index."""

    at: sp.Expr
    low: sp.Expr
    high: sp.Expr
    where: tuple[Relational, ...]


@dataclass(frozen=True)
class Edges:
    """The defined quantities on which a total depends, and the edges between them.

    Args:
        recurrence: the definitions.
        of: the total.
    """

    recurrence: Recurrence
    of: MatrixSymbol

    @property
    def index(self) -> sp.Symbol:
        """The index of the recurrence."""
        return self.recurrence.index

    @cached_property
    def sights(self) -> tuple[Sight, ...]:
        """What the total sees."""
        return tuple(sights(self.recurrence, self.of))

    @cached_property
    def end(self) -> sp.Expr:
        """The last index that the total sees, such as T.

        Raises:
            UnknownTermError: when it is not known which one is the last.
        """
        ends = {sp.expand(sight.high) for sight in self.sights if sight.high is not None}
        for last in ends:
            if all(sp.expand(last - end).is_nonnegative for end in ends):
                return last
        found = ", ".join(sorted(map(str, ends))) or "none"
        raise UnknownTermError(f"the last index that {self.of} sees has to be one, but there are: {found}")

    # -- nodes -------------------------------------------------------------------------------------------------

    @cached_property
    def nodes(self) -> tuple[Definition, ...]:
        """What the total depends on, outputs first; what is computed last at one index comes first."""
        seen = (sight.quantity.name for sight in self.sights if isinstance(sight.quantity, Element))
        return self.recurrence.graph.in_order(reach(seen, lambda name: [used.name for used in self.uses(name)]))

    @cached_property
    def _paths(self) -> dict[str, list[Path]]:
        return {d.sequence.name: paths(self.recurrence, d.sequence.at(self.index)) for d in self.recurrence.definitions}

    def uses(self, name: str) -> list[Element]:
        """The elements of defined sequences that an equation uses."""
        found = (path.uses for path in self._paths.get(name, []))
        return [e for e in found if isinstance(e, Element) and self.recurrence.role(e) is not None]

    # -- what arrives ------------------------------------------------------------------------------------------

    def arriving(self, quantity: Variable) -> tuple[Summed, ...]:
        """All that arrives at a quantity, from the total and from every node that uses it.

        At an element, the index is that of the recurrence.
        """
        found = list(self._seen(quantity))
        for user in self.nodes:
            used = [path for path in self._paths[user.sequence.name] if _name(path.uses) == _name(quantity)]
            for path in sorted(used, key=lambda path: self.lag(path.uses) or 0):
                found += [self._along(user, path, piece) for piece in self._pieces[user]]
        return tuple(found)

    def _seen(self, quantity: Variable) -> Iterator[Summed]:
        """What the total itself sees of a quantity."""
        for sight in self.sights:
            if _name(sight.quantity) == _name(quantity):
                index = sight.index if isinstance(quantity, MatrixSymbol) and sight.index else self.index
                part = sight.at(index)
                yield Summed(Term(self.of, None, part.jacobian(), (part,)), index, sight.low, sight.high)

    def _along(self, user: Definition, path: Path, piece: Piece) -> Summed:
        """What a user hands on along a path, over a range of its own index in which it has an error."""
        t, term = self.index, Term(user.sequence.at(self.index), piece.error, path.immediate, path.parts)
        if isinstance(path.uses, MatrixSymbol):
            return Summed(term, t, piece.low, piece.high)
        lag = self.lag(path.uses)
        there = sp.expand(path.uses.index + t) - t if lag is None else t + lag
        return Summed(term.at(t, there), t, *self._moved(path.uses, piece.low, piece.high))

    def _moved(self, used: Element, low: sp.Expr, high: sp.Expr) -> Range:
        """The indices of what is used, for a range of its user's."""
        if self.lag(used) is None:
            low, high = high, low
        return sp.expand(used.index.xreplace({self.index: low})), sp.expand(used.index.xreplace({self.index: high}))

    def lag(self, used: Variable) -> int | None:
        """How far behind its user a quantity stands; None without an index, and where it is mirrored."""
        behind = sp.expand(self.index - used.index) if isinstance(used, Element) else sp.nan
        return int(behind) if behind.is_Integer else None

    # -- where nodes have errors -------------------------------------------------------------------------------

    def is_weighted(self, node: Definition) -> bool:
        """Whether a node is a number that only the total looks at: its error is its weight there, such as 1/T."""
        if node.role is Role.STATE or dimension(node.sequence.at(self.index)) != 1:
            return False
        return not self._users[node.sequence.name]

    @cached_property
    def _users(self) -> dict[str, list[tuple[Definition, Element]]]:
        """Who uses each node, and which element of it."""
        found: dict[str, list[tuple[Definition, Element]]] = {node.sequence.name: [] for node in self.nodes}
        for user in self.nodes:
            for used in self.uses(user.sequence.name):
                found[used.name].append((user, used))
        return found

    @cached_property
    def _pieces(self) -> dict[Definition, tuple[Piece, ...]]:
        """The error of each node over the ranges in which its equation holds."""
        return {node: tuple(self._errors_of(node)) for node in self.nodes}

    def _errors_of(self, node: Definition) -> Iterator[Piece]:
        if not self.is_weighted(node):
            low, high = self.holds(node)
            yield Piece(TotalJacobian(self.of, node.sequence.at(self.index)), low, high)
            return
        seen = tuple(self._seen(node.sequence.at(self.index)))
        for low, high in self._spans(each.ends for each in seen):
            weights = [each.term.immediate for each in seen if self._within((low, high), each.ends)]
            if weights:
                weight = added((sp.S.One, sp.S.One), weights)
                yield Piece(None if weight == sp.Identity(1) else weight, low, high)

    def holds(self, node: Definition) -> Range:
        """Where a node may have an error and its equation holds: all indices for what is carried on."""
        known = self._windows
        name, begin = node.sequence.name, sp.Integer(max(node.first, node.sequence.first))
        if name not in known:
            known[name] = begin, self.end
            if node.role is not Role.STATE and name not in self.recurrence.graph.behind(name):
                ranges = [each.ends for each in self._seen(node.sequence.at(self.index))]
                ranges += [self._moved(used, *self.holds(user)) for user, used in self._users[name]]
                lows, highs = zip(*ranges, strict=True)
                known[name] = max(min(lows, key=self._place), begin, key=self._place), max(highs, key=self._place)
        return known[name]

    @cached_property
    def _windows(self) -> dict[str, Range]:
        """The ranges that are known already."""
        return {}

    # -- regions -----------------------------------------------------------------------------------------------

    @cached_property
    def first(self) -> int:
        """The first index at which the equations of the states hold; those of the outputs where there is no state."""
        states = [node.first for node in self.nodes if node.role is Role.STATE]
        return min(states or [node.first for node in self.nodes])

    @cached_property
    def divisors(self) -> tuple[sp.Expr, ...]:
        """The indices that the total is divided by, such as T in a mean."""
        powers = (power for power in self.recurrence.totals[self.of].atoms(sp.Pow) if power.exp.is_negative)
        found = (power.base for power in powers if power.base.is_integer and power.base.free_symbols)
        return tuple(sorted(set(found), key=str))

    @cached_property
    def _lows(self) -> set[sp.Expr]:
        """The indices at which sums of the total begin, but for the last ones."""
        lows = {sp.expand(s.low) for s in self.sights if s.low is not None}
        lows = {low for low in lows if low.is_Integer or not sp.expand(self.end - low).is_Integer}
        if len(lows) > 1 and not all(low.is_Integer for low in lows):
            raise UnknownTermError(f"sums of {self.of} begin at {', '.join(sorted(map(str, lows)))}, in no known order")
        return lows

    @cached_property
    def has_matrices(self) -> bool:
        """Whether a node is a row or a matrix, so that errors are written in the shape of their quantities."""
        return any(node.sequence.at(self.index).cols != 1 for node in self.nodes)

    @property
    def _begins(self) -> set[sp.Expr]:
        """Where sums of the total begin, and the equations of nodes."""
        return self._lows | {sp.Integer(node.first) for node in self.nodes}

    @cached_property
    def known(self) -> tuple[Relational, ...]:
        """What has to hold of the indices at which sums of the total begin, and of those that it is divided by.

        They begin between first and last, as late equations do; a divisor is at least 1.
        """
        later = sorted((low for low in self._begins if (low <= self.first) != sp.true), key=str)
        divisors = (d for d in self.divisors if d != self.end or self.first < 1)
        begin = (relation for low in later for relation in (low >= self.first, low <= self.end))
        return conditions(*begin, *(divisor >= 1 for divisor in divisors))

    def _place(self, index: sp.Expr) -> tuple[int, sp.Expr]:
        """Where an index lies: numbers first, then one that the user names, then the last ones."""
        for family, origin in ((2, self.end), (0, sp.S.Zero), *((1, low) for low in self._lows)):
            ahead = sp.expand(index - origin)
            if ahead.is_Integer:
                return family, ahead
        raise UnknownTermError(f"{index} is an index of {self.of} in no known order")

    def _spans(self, ranges: Iterable[Range]) -> list[Range]:
        """Ranges cut wherever one of them begins or ends, from the last backwards."""
        cuts = {sp.expand(cut) for low, high in ranges for cut in (low, high + 1)}
        return [(low, above - 1) for above, low in pairwise(sorted(cuts, key=self._place, reverse=True))]

    def _within(self, inner: Range, outer: Range) -> bool:
        """Whether a range lies within another one, or beside it."""
        (low, high), (first, last) = inner, outer
        return bool(self._place(first) <= self._place(low) and self._place(high) <= self._place(last))

    def regions(self, arrivals: Iterable[Summed], *also: Range) -> Iterator[Region]:
        """From the last index backwards: the ranges in which the same edges arrive."""
        t, ends = self.index, [each.ends for each in arrivals]
        for low, high in self._spans([*ends, *also]):
            before, last = is_before(low, self.first), sp.expand(self.end - low).is_Integer
            at = low if low == high and (before or last) else t
            enough = [self._enough(each, low, high) for each in ends if self._within((low, high), each)]
            where = [self.end >= self.first] if before else [at >= self.first] if at != t else [t >= low, t <= high]
            if max(enough, default=self._least) > self._least:
                where = [*([] if before else where), self.end >= max(enough)]
            yield Region(at, low, high, conditions(*where, *self.known))

    @cached_property
    def _least(self) -> sp.Integer:
        """What is known of the last index: how small it can be."""
        begins = (low for low in self._begins if low.is_Integer)
        return max(sp.Integer(self.first), *begins)

    def _enough(self, ends: Range, low: sp.Expr, high: sp.Expr) -> sp.Integer:
        """How large the last index has to be for one range to lie within another, which begins or ends with it."""
        behind, before = sp.expand(self.end - ends[1]), sp.expand(self.end - low)
        if high.is_Integer and behind.is_Integer:
            return high + behind
        return ends[0] + before if before.is_Integer and ends[0].is_Integer else self._least

    def terms(self, arrivals: Iterable[Summed], region: Region) -> tuple[Term, ...]:
        """What arrives in a region."""
        here = (each for each in arrivals if self._within((region.low, region.high), each.ends))
        return tuple(each.term.at(self.index, region.at) for each in here)


def gradient_of(row: MatrixExpr) -> MatrixExpr:
    """The gradient in the shape of what a number is differentiated by: the turned derivative for a column.

    >>> from symrnn.cells import Elman
    >>> from symrnn.expr import Sequence
    >>> rnn = Elman()
    >>> gradient_of(TotalJacobian(rnn.L, rnn.h[1])), gradient_of(TotalJacobian(rnn.L, Sequence("H", 2, 3)[1]))
    ((d L/d h[1]).T, grad L by H[1])
    >>> gradient_of(sp.Transpose(rnn.h[1] - rnn.h[2]))
    h[1] - h[2]
    """
    if isinstance(row, TotalJacobian) and row.wrt.cols != 1:
        return Gradient(row.of, row.wrt)
    return row.arg if isinstance(row, sp.Transpose) else sp.Transpose(row)


def is_state(node: Definition) -> bool:
    """Whether a node is a state."""
    return node.role is Role.STATE


def _name(quantity: Variable) -> str:
    return str(quantity.name)


def is_before(index: sp.Expr | int, first: sp.Expr | int) -> bool:
    """Whether an index lies before another one, by what is known of them.

    >>> from symrnn.symbols import T
    >>> is_before(0, 1), is_before(T - 1, T), is_before(T, 1)
    (True, True, False)
    """
    return bool(sp.expand(first - index).is_positive)
