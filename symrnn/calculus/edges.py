"""The graph along which errors run backwards: its nodes in order, and what arrives at each over which indices."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import sympy as sp
from sympy.core.relational import Relational
from sympy.matrices.expressions import MatrixExpr, MatrixSymbol

from symrnn.calculus.differential import added
from symrnn.calculus.identification import Around
from symrnn.calculus.jacobians import conditions
from symrnn.calculus.paths import Path, Sight, paths, sights, times
from symrnn.errors import UnknownTermError
from symrnn.expr import Element, TotalJacobian, Variable, dimension
from symrnn.graph import reach
from symrnn.recurrence import Definition, Recurrence, Role


@dataclass(frozen=True)
class Term:
    """One summand of an error: what arrives along one edge.

    Args:
        through: the quantity v that uses the one whose error this is; the total itself where that sees it.
        error: dL/dv as a row, written out where it is a number; None for 1, and where v is the total.
        immediate: ∂⁺v/∂⁺x by name; what the total sees of x, where v is the total.
        local: the same written out.
        parts: one ``A dX B`` for each place at which x stands in the equation of v.
    """

    through: Variable
    error: MatrixExpr | None
    immediate: MatrixExpr
    local: MatrixExpr
    parts: tuple[Around, ...]

    @property
    def named(self) -> MatrixExpr:
        """The summand with the immediate Jacobian by name."""
        return times(self.error, self.immediate)

    @property
    def written(self) -> MatrixExpr:
        """The summand with the local Jacobian written out."""
        return times(self.error, self.local)

    def gradient(self) -> list[MatrixExpr]:
        """Aᵀ δ Bᵀ for each place, with δ = (dL/dv)ᵀ."""
        outer = sp.Identity(1) if self.error is None else sp.Transpose(self.error)
        return [part.gradient(outer) for part in self.parts]


@dataclass(frozen=True)
class Region:
    """Where the same edges arrive: low <= t <= high, or one index."""

    at: sp.Expr
    low: sp.Expr
    high: sp.Expr
    where: tuple[Relational, ...]


@dataclass(frozen=True)
class Window:
    """The indices at which a node has an error: low <= t <= high, and a region that stands for all of them."""

    region: Region
    low: sp.Expr
    high: sp.Expr


@dataclass(frozen=True)
class Edges:
    """States and outputs on which a total depends, and the edges between them.

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
            UnknownTermError: when its parts end at different indices.
        """
        ends = {sp.expand(sight.high) for sight in self.sights if sight.high is not None}
        if len(ends) != 1:
            found = ", ".join(sorted(map(str, ends))) or "none"
            raise UnknownTermError(f"the last index that {self.of} sees has to be one, but there are: {found}")
        return next(iter(ends))

    # -- nodes -------------------------------------------------------------------------------------------------

    @cached_property
    def nodes(self) -> tuple[Definition, ...]:
        """What the total depends on, outputs first; what is computed last at one index comes first."""
        seen = (sight.quantity.name for sight in self.sights if isinstance(sight.quantity, Element))
        return self.recurrence.graph.in_order(reach(seen, lambda name: [uses.name for _, uses in self.uses(name)]))

    @cached_property
    def _paths(self) -> dict[str, list[Path]]:
        return {d.sequence.name: paths(self.recurrence, d.sequence.at(self.index)) for d in self.recurrence.definitions}

    def uses(self, name: str) -> list[tuple[int, Element]]:
        """Lags and elements of the defined sequences that an equation uses.

        Raises:
            UnknownTermError: when something else than a state is carried on, by more than one step, or to an output.
        """
        found = []
        for path in self._paths.get(name, []):
            if isinstance(path.uses, Element) and self.recurrence.role(path.uses) is not None:
                lag = int(sp.expand(self.index - path.uses.index))
                ends = self.recurrence.role(path.uses), self.recurrence.role(path.of)
                if lag > 1 or (lag and ends != (Role.STATE, Role.STATE)):
                    raise UnknownTermError(
                        f"{name} uses {path.uses}: states alone are carried on, from one to the next, by one step",
                        where=self.recurrence.name,
                        advice="let an output look at its own index",
                    )
                found.append((lag, path.uses))
        return found

    def along(self, user: Definition, at: sp.Expr, quantity: Variable, region: Region) -> Iterator[Term]:
        """The terms that arrive at a quantity from one that uses it, at an index."""
        for path in paths(self.recurrence, user.sequence.at(at)):
            if path.uses == quantity:
                error = self._error(user, region, at)
                yield Term(user.sequence.at(at), error, path.immediate, path.local, path.parts)

    def users(self, given: Variable) -> list[tuple[Definition, Window]]:
        """The nodes whose equation uses a given quantity, each with the indices at which it has an error.

        Raises:
            UnknownTermError: when the weight of one of them changes from one index to the next.
        """
        nodes = [node for node in self.nodes if any(p.uses == given for p in self._paths[node.sequence.name])]
        return [(node, window) for node in nodes if (window := self.window(node)) is not None]

    def require_at_own_index(self, given: Element) -> None:
        """Refuse an input that enters at another index than its own.

        Raises:
            UnknownTermError: naming where it does.
        """
        for node in self.nodes:
            for path in self._paths[node.sequence.name]:
                used = path.uses
                if isinstance(used, Element) and used.name == given.name and used.index != self.index:
                    raise UnknownTermError(
                        f"{node.sequence.at(self.index)} uses {used}, not at its own index: its error is not known",
                        where=self.recurrence.name,
                    )

    @cached_property
    def divisors(self) -> tuple[sp.Expr, ...]:
        """The indices that the total is divided by, such as T in a mean."""
        powers = (power for power in self.recurrence.totals[self.of].atoms(sp.Pow) if power.exp.is_negative)
        found = (power.base for power in powers if power.base.is_integer and power.base.free_symbols)
        return tuple(sorted(set(found), key=str))

    # -- regions -----------------------------------------------------------------------------------------------

    @cached_property
    def first(self) -> int:
        """The first index at which the equations of the states hold; those of the outputs where there is no state."""
        states = [node.first for node in self.nodes if node.role is Role.STATE]
        return min(states or [node.first for node in self.nodes])

    @cached_property
    def known(self) -> tuple[Relational, ...]:
        """What has to hold of the indices at which sums of the total begin, and of those that it is divided by.

        They begin between first and last; a divisor is at least 1.
        """
        lows = {sp.expand(s.low) for s in self.sights if s.low is not None} - {self.end}
        later = sorted((low for low in lows if (low <= self.first) != sp.true), key=str)
        divisors = (d for d in self.divisors if d != self.end or self.first < 1)
        begin = (relation for low in later for relation in (low >= self.first, low <= self.end))
        return conditions(*begin, *(divisor >= 1 for divisor in divisors))

    @cached_property
    def regions(self) -> tuple[Region, ...]:
        """From the last index backwards: the end, what lies before it, and the states that are given."""
        t, end, first = self.index, self.end, sp.Integer(self.first)
        known = self.known
        lows = {sp.expand(s.low) for s in self.sights if s.low is not None} - {end}
        if len(lows) > 1 and not all(low.is_Integer for low in lows):
            raise UnknownTermError(f"sums of {self.of} begin at {', '.join(sorted(map(str, lows)))}, in no known order")
        found = [Region(end, end, end, conditions(end >= first, *known))]
        high = end - 1
        for low in (*sorted((low for low in lows if not is_before(low - 1, first)), reverse=True), first):
            found.append(Region(t, low, high, conditions(t >= low, t <= high, *known)))
            high = low - 1
        return (*found, Region(first - 1, first - 1, first - 1, conditions(end >= first, *known)))

    def is_live(self, node: Definition, region: Region) -> bool:
        """Tell whether the total sees a node, or what is computed from it, in a region."""
        if is_before(region.high, node.first):
            return False
        if node.role is Role.STATE:
            return True
        name = node.sequence.name
        if any(self.seen(name, region)):
            return True
        users = (user for user in self.nodes if any(e.name == name for _, e in self.uses(user.sequence.name)))
        return any(self.is_live(user, region) for user in users)

    def seen(self, name: str, region: Region) -> Iterator[Sight]:
        """What the total itself sees of a sequence in a region."""
        for sight in self.sights:
            if sight.quantity.name == name and isinstance(sight.quantity, Element) and sight.low is not None:
                ahead = sp.expand(region.low - sight.low)
                if region.at == self.end or (not self.is_once(sight) and ahead.is_nonnegative):
                    yield sight

    def is_once(self, sight: Sight) -> bool:
        """Tell whether the total sees an element at the last index only."""
        return sight.low is not None and sp.expand(sight.low - self.end) == 0

    def _error(self, node: Definition, region: Region, at: sp.Expr) -> MatrixExpr | None:
        """DL/dv of a node at an index, as a row; None for 1."""
        weight = self.weight(node, region, at)
        if weight is None:
            return TotalJacobian(self.of, node.sequence.at(at))
        return None if weight == sp.Identity(1) else weight

    def weight(self, node: Definition, region: Region, at: sp.Expr) -> MatrixExpr | None:
        """The error of a number that only the total looks at: its weight there, such as 1/T; None for other nodes."""
        name = node.sequence.name
        used = any(name == e.name for user in self.nodes for _, e in self.uses(user.sequence.name))
        seen = list(self.seen(name, region))
        if not seen or used or node.role is Role.STATE or dimension(node.sequence.at(at)) != 1:
            return None
        return added((sp.S.One, sp.S.One), [sight.at(at).jacobian() for sight in seen])

    def window(self, node: Definition) -> Window | None:
        """Where a node has an error; None for nowhere.

        Raises:
            UnknownTermError: when its weight changes from one index to the next.
        """
        live = [region for region in self.regions if self.is_live(node, region)]
        if not live:
            return None
        if len({self.weight(node, region, self.index) for region in live}) > 1:
            raise UnknownTermError(f"the weight of {node.sequence.name} in {self.of} changes with the index")
        low = live[-1].low if not is_before(live[-1].low, node.first) else sp.Integer(node.first)
        return Window(live[-1], low, self.end)

    # -- what arrives ------------------------------------------------------------------------------------------

    def arriving(self, quantity: Element, region: Region) -> tuple[Term, ...]:
        """What arrives at a node in a region: from the total, and from every node that uses it, now or one step on."""
        at, found = quantity.index, []
        for sight in self.seen(quantity.name, region):
            part = sight.at(at)
            found.append(Term(self.of, None, part.jacobian(), part.jacobian(), (part,)))
        for user in self.nodes:
            if self.is_live(user, region) and not is_before(at, user.first):
                found += self.along(user, at, quantity, region)
            if region.at != self.end:
                found += self.along(user, at + 1, quantity, region)
        return tuple(found)


def is_before(index: sp.Expr | int, first: sp.Expr | int) -> bool:
    """Tell whether an index lies before another one, by what is known of them.

    >>> from symrnn.symbols import T
    >>> is_before(0, 1), is_before(T - 1, T), is_before(T, 1)
    (True, True, False)
    """
    return bool(sp.expand(first - index).is_positive)
