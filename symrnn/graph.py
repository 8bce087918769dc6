"""A recurrence as a graph: its quantities by name, and what each equation uses, how many steps back."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import Enum
from functools import cached_property
from typing import TypeAlias

import sympy as sp
from sympy.matrices.expressions import MatrixExpr, MatrixSymbol

from symrnn.decimals import in_fractions
from symrnn.expr import Element, GenericFunction, Sequence, Variable
from symrnn.expr.units import in_units

Quantity: TypeAlias = MatrixSymbol | Sequence
"""What has a name: a matrix, or a sequence of them."""


class Role(Enum):
    """What a defined quantity is to the network."""

    STATE = "state"
    INTERMEDIATE = "intermediate"
    OUTPUT = "output"


@dataclass(frozen=True)
class Definition:
    """``sequence[index] = body`` for every index >= first.

    Args:
        sequence: what is defined.
        body: the right side, in terms of the index.
        role: a state is carried on; an intermediate is a name inside one step; an output is read off.
        first: the smallest index at which the equation holds.
        initial: what a state is at the index before, where that is not given: the last state of an encoder, say.
    """

    sequence: Sequence
    body: MatrixExpr
    role: Role
    first: int = 1
    initial: MatrixExpr | None = None

    @property
    def terms(self) -> tuple[MatrixExpr, ...]:
        """What stands on the right: of the equation first, then what it begins with where that is not given."""
        return (self.body,) if self.initial is None else (self.body, self.initial)

    @property
    def begins(self) -> int:
        """The smallest index at which a value is not given."""
        return self.first if self.initial is None else self.first - 1

    def equations(self, index: sp.Symbol) -> tuple[tuple[Element, MatrixExpr], ...]:
        """The equation at an index, then that of the initial value where it has one."""
        start = self.sequence.at(sp.Integer(self.first - 1))
        own = (self.sequence.at(index), self.body)
        return (own,) if self.initial is None else (own, (start, self.initial))

    def at(self, index: sp.Expr) -> MatrixExpr:
        """The right side for an index; a symbol stands for one at which the equation holds."""
        return self.body if self.initial is None or index != self.first - 1 else self.initial

    def rewritten(self, change: Callable[[MatrixExpr], MatrixExpr], sequence: Sequence | None = None) -> Definition:
        """The same with other terms on right sides, and perhaps of another sequence."""
        initial = None if self.initial is None else change(self.initial)
        return Definition(sequence or self.sequence, change(self.body), self.role, self.first, initial)

    def __post_init__(self) -> None:
        object.__setattr__(self, "body", in_units(in_fractions(self.body)))
        object.__setattr__(self, "initial", in_units(in_fractions(self.initial)))


@dataclass(frozen=True)
class Use:
    """How a quantity stands in the equation of another one.

    Args:
        quantity: as it stands there.
        lag: how many steps back; None for a matrix, and for an index that is not a number of steps away.
        mirrored: whether its index runs backwards, such as T + 1 - t.
    """

    quantity: Variable
    lag: int | None
    mirrored: bool

    @property
    def name(self) -> str:
        """The name of the quantity."""
        return str(self.quantity.name)


@dataclass(frozen=True)
class Graph:
    """The quantities of a recurrence and what their equations use, with all that follows from it.

    Args:
        index: the index of the definitions.
        defined: the definitions, in their order.
        given: parameters and inputs.
        totals: the right sides of scalars that are defined once.

    >>> from symrnn.cells import LSTM
    >>> graph = LSTM().graph
    >>> [use.quantity for use in graph.uses["c"]]
    [c[t - 1], f[t], g[t], i[t]]
    >>> [definition.sequence.name for definition in graph.system("h")], sorted(graph.ahead("h") - graph.ahead("c"))
    (['c', 'h'], [])
    """

    index: sp.Symbol
    defined: tuple[Definition, ...]
    given: tuple[Quantity, ...]
    totals: Mapping[MatrixSymbol, MatrixExpr]

    @cached_property
    def quantities(self) -> dict[str, Quantity]:
        """Everything that has a name: what is defined, what is given, and totals."""
        known = (*(definition.sequence for definition in self.defined), *self.given, *self.totals)
        return {quantity.name: quantity for quantity in known}

    @cached_property
    def definitions(self) -> dict[str, Definition]:
        """The definitions by name."""
        return {definition.sequence.name: definition for definition in self.defined}

    @cached_property
    def bodies(self) -> dict[str, MatrixExpr]:
        """The right sides by name, those of totals among them."""
        defined = {name: definition.body for name, definition in self.definitions.items()}
        return defined | {total.name: body for total, body in self.totals.items()}

    @property
    def right_sides(self) -> tuple[MatrixExpr, ...]:
        """What stands on the right of all definitions, those of initial values among them."""
        return tuple(term for definition in self.defined for term in definition.terms)

    @cached_property
    def uses(self) -> dict[str, tuple[Use, ...]]:
        """What stands in each equation, sorted by how it is written."""
        return {
            name: tuple(map(self._use, sorted(body.atoms(Element, MatrixSymbol), key=str)))
            for name, body in self.bodies.items()
        }

    @cached_property
    def begun(self) -> dict[str, tuple[Variable, ...]]:
        """What each sequence begins with, where that is not given, sorted by how it is written."""
        return {
            name: tuple(sorted(known.initial.atoms(Element, MatrixSymbol), key=str))
            for name, known in self.definitions.items()
            if known.initial is not None
        }

    @property
    def lasts(self) -> tuple[sp.Symbol, ...]:
        """The indices of what states begin with, such as the last index of an encoder, in alphabetical order."""
        begun = (used.index for each in self.begun.values() for used in each if isinstance(used, Element))
        found = {symbol for index in begun for symbol in index.free_symbols if isinstance(symbol, sp.Symbol)}
        return tuple(sorted(found, key=str))

    def _use(self, quantity: Variable) -> Use:
        if not isinstance(quantity, Element):
            return Use(quantity, None, False)
        lag, centre = sp.expand(self.index - quantity.index), sp.expand(self.index + quantity.index)
        return Use(quantity, int(lag) if lag.is_Integer else None, self.index not in centre.free_symbols)

    def role(self, name: str) -> Role | None:
        """The role of what is defined by an equation at each index, None for other names."""
        definition = self.definitions.get(name)
        return None if definition is None else definition.role

    # -- what depends on what ------------------------------------------------------------------------------------

    def behind(self, name: str) -> set[str]:
        """The names that a name is defined by, directly or not, at whatever index."""
        return set(reach(self.named(name), self.named))

    def carried(self, name: str) -> set[str]:
        """A name, and those that it is computed from at indices of its own; not what its states begin with."""
        return set(reach([name], lambda user: [use.name for use in self.uses.get(user, ())]))

    def ahead(self, name: str) -> set[str]:
        """A name, and all that are defined by it, directly or not, at whatever index."""
        return set(reach([name], lambda used: [user for user in self.uses if used in self.named(user)]))

    def named(self, name: str) -> list[str]:
        """The names in the equation of a name, and in what it begins with where that is not given."""
        return [*(use.name for use in self.uses.get(name, ())), *(q.name for q in self.begun.get(name, ()))]

    def through(self, name: str, keep: str = "") -> tuple[Use, ...]:
        """What an equation uses, with intermediates replaced by theirs, except for those of the name to keep.

        A generic function stays one of named quantities: what it is applied to keeps its name.
        """
        found: list[Use] = []
        for use in self.uses.get(name, ()):
            written_out = self.role(use.name) is Role.INTERMEDIATE and use.name != keep
            if written_out and not isinstance(self.bodies[name], GenericFunction):
                found += (self._shifted(inner, use) for inner in self.through(use.name, keep))
            else:
                found.append(use)
        return tuple(dict.fromkeys(found))

    def _shifted(self, inner: Use, by: Use) -> Use:
        return self._use(inner.quantity.xreplace({self.index: by.quantity.index}))

    def system(self, name: str) -> tuple[Definition, ...]:
        """The states by which a state is defined, through whatever intermediates and each other, itself among them."""

        def states(state: str) -> list[str]:
            return [use.name for use in self.through(state) if self.role(use.name) is Role.STATE]

        found = set(reach([name], states))
        return tuple(d for d in self.defined if d.role is Role.STATE and d.sequence.name in found)

    def reads_mirrored(self, definition: Definition, use: Use) -> bool:
        """Whether an output reads a state at a mirrored index: a chain that runs backwards."""
        return use.mirrored and definition.role is Role.OUTPUT and self.role(use.name) is Role.STATE

    def mirrored(self, name: str) -> tuple[Element, ...]:
        """The states that an output reads at mirrored indices, itself or through other outputs at its index."""
        definition = self.definitions.get(name)
        if definition is None or definition.role is Role.STATE:
            return ()
        found: list[Element] = []
        for use in self.uses[name]:
            if self.reads_mirrored(definition, use):
                found.append(use.quantity)
            elif use.lag == 0 and use.name != name:
                found += self.mirrored(use.name)
        return tuple(dict.fromkeys(found))

    # -- order at one index --------------------------------------------------------------------------------------

    def at_once(self, name: str) -> set[str]:
        """The names that a name is defined by, directly or not, at its own index."""

        def used(user: str) -> list[str]:
            return [use.name for use in self.uses.get(user, ()) if use.lag == 0]

        return set(reach(used(name), used))

    def in_order(self, names: Iterable[str]) -> tuple[Definition, ...]:
        """The definitions of some names, users before what they use at the same index.

        Otherwise outputs come first, in the order of the definitions.
        """
        chosen = set(names)
        known = [definition for definition in self.defined if definition.sequence.name in chosen]
        pending = {d.sequence.name: d for d in sorted(known, key=lambda each: each.role is Role.STATE)}
        found: list[Definition] = []
        while pending:
            used = set().union(*map(self.at_once, pending))
            found.append(pending.pop(next(name for name in pending if name not in used)))  # one index has no circle
        return tuple(found)

    def circle_at_once(self) -> tuple[str, ...]:
        """The names of a circle within one index; empty when there is none."""
        return _circle(self.definitions, self.at_once)

    def circle_of_intermediates(self) -> tuple[str, ...]:
        """The names of a circle of intermediates, at whatever indices; empty when there is none."""

        def used(user: str) -> list[str]:
            return [name for name in self.named(user) if self.role(name) is Role.INTERMEDIATE]

        inside = [name for name in self.definitions if self.role(name) is Role.INTERMEDIATE]
        return _circle(inside, lambda name: set(reach(used(name), used)))


def reach(start: Iterable[str], following: Callable[[str], Iterable[str]]) -> list[str]:
    """Where one comes from some names by going on and on; each once, in the order of arrival.

    >>> reach(["b"], lambda name: {"a": "c", "b": "ad"}.get(name, ""))
    ['b', 'a', 'd', 'c']
    """
    found = list(dict.fromkeys(start))
    for name in found:
        found += [new for new in dict.fromkeys(following(name)) if new not in found]
    return found


def _circle(names: Iterable[str], used: Callable[[str], set[str]]) -> tuple[str, ...]:
    """The names that use each other with the first one that uses itself."""
    reached = {name: used(name) for name in names}
    first = next((name for name in reached if name in reached[name]), None)
    return () if first is None else tuple(n for n in reached if n in reached[first] and first in reached[n])
