"""The system that a statement speaks of: what is given, what is defined by an equation, what may move with what.

A definition ``x[i] = body(i)`` holds for every index i >= first. It may use quantities of a lower rank at any index,
and those of its own rank at earlier indices, or at the same one if they stand before it: so every index has its value.
What it begins with, before that, is given; or it has an equation of its own, in what is given or of a lower rank.

What is given with moments is random: a number that takes finitely many values, one at each index, all of them
independent of each other, with E[q[i]^r] the moment of number r, for as many r as there are moments. Nothing else that
is given is random; nor is what is defined where it is given, at an index before its equation begins.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any, NamedTuple

from symrnn.kernel.errors import need
from symrnn.kernel.linear import Linear, number, variable
from symrnn.kernel.terms import (
    BINDERS,
    ONE,
    Place,
    Size,
    Term,
    binders_of,
    check_place,
    check_size,
    check_term,
    is_name,
    names_of,
    parts,
    put,
    quantities,
    size_at,
    size_names,
    widths,
)
from symrnn.kernel.work import spend

INDEX = "i"
"""The variable of definitions and of sizes that move."""

MOST_SYSTEMS = 4
"""Of how many systems it is kept what is known of terms over them."""


class Quantity(NamedTuple):
    """A named quantity.

    Args:
        rows, cols: its shape at the index ``i``.
        indexed: whether it has an index.
        first: the first index at which it exists; for what is defined, its initial values included.
        body: the right side of its equation, None for what is given or generic.
        arguments: for a generic function of named matrices, a column, these.
        start: the first index at which the equation holds; None for what is given.
        role: ``"given"``, ``"state"``, ``"intermediate"`` or ``"output"``.
        rank: see above.
        moments: for what is random the expectations of its first powers, as numbers that are not random.
        initial: what it is at the only index before the start, if that is not given: a term in what is given and in
            quantities of a lower rank.
    """

    rows: Size
    cols: Size
    indexed: bool
    first: int
    body: Term | None = None
    arguments: tuple[Place, ...] = ()
    start: int | None = None
    role: str = "given"
    rank: int = 0
    moments: tuple[Term, ...] = ()
    initial: Term | None = None


ROLES = ("given", "state", "intermediate", "output")

UNSTATED = {"d", "jac", "grad", "part", "mean"}
"""What an equation of a quantity does not speak of."""


@lru_cache(MOST_SYSTEMS)
def _remembered(text: str) -> dict[tuple[Any, ...], Any]:
    """What is known over all systems of the same quantities, whose every part is in the text to the letter.

    It is for what depends on these quantities and on what is looked up alone; on no facts, and on nothing that a system
    learns when it reads terms, such as ``fixed``.
    """
    return {}


class System:
    """Quantities by name, checked once: shapes fit, and every definition comes to an end.

    Equations may speak of indices of the whole system, such as the last step T: nothing is ever put in their place. Nor
    is anything put in the place of an index that has the name of a width, since the two are one number.

    Raises:
        NotProvedError: naming the quantity that is wrong.
    """

    def __init__(self, quantities: Mapping[str, Quantity]) -> None:
        self.quantities = dict(quantities)
        self.text = repr(self.quantities)
        self.fixed: set[str] = set()
        self.known = _remembered(self.text)
        """What normal forms over these quantities know of parts of terms; see there on what it may depend."""
        for name, known in self.quantities.items():
            need(is_name(name) and known.role in ROLES, f"{name!r} is not the name of a quantity")
            for s in (known.rows, known.cols):
                check_size(s)
                self.fixed |= widths(s)
                need(size_names(s) <= ({INDEX} if known.indexed else set()), f"the size of {name} speaks of an index")
        for name, known in self.quantities.items():
            self._check(name, known)
        bound = {v for known in self.quantities.values() if known.body is not None for v in binders_of(known.body)}
        need(not bound & {INDEX, *self.fixed}, "an equation binds the index of an equation")
        used = {name: set(self.uses(name)) for name in self.quantities}
        self.behind = {name: {name} if known.moments else set() for name, known in self.quantities.items()}
        """The names of all that is random of which a quantity is made, at whatever index."""
        self.behind[""] = set().union(*self.behind.values())
        for name in [*used] * (len(used) if self.behind[""] else 0):
            spend(len(used[name]))
            self.behind[name] |= {q for other, _ in used[name] for q in self.behind[other]}
        self.causal = {name for name, known in self.quantities.items() if known.indexed}
        """What is made of nothing random at a later index than its own: each as long as all that it uses is."""
        while late := {name for name in self.causal if not all(map(self._no_later, used[name]))}:
            self.causal -= late

    def _no_later(self, place: Place) -> bool:
        """Whether an equation at an index that uses this quantity uses nothing random that comes later."""
        if not self.behind[place[0]]:
            return True
        back = None if place[1] is None else variable(INDEX) - place[1]
        return place[0] in self.causal and back is not None and not back.terms and back.constant >= 0

    def _check(self, name: str, known: Quantity) -> None:
        defined = known.body is not None or bool(known.arguments)
        need(defined == (known.role != "given") == (known.start is not None), f"{name} is defined or given")
        own = {INDEX} if known.indexed else set()
        for moment in known.moments:
            need(not defined and (known.rows, known.cols) == (ONE, ONE), f"{name} is random, but not a given number")
            need(check_term(moment, self) == (ONE, ONE), f"a moment of {name} is not a number")
            plain = not kinds_of(moment) & {*UNSTATED, *BINDERS, "pow"}
            need(names_of(moment) <= own and plain, f"a moment of {name} is not a plain term")
            for _, place in quantities(moment):
                sure = self.of(place[0]).role == "given" and not self.of(place[0]).moments
                need(sure, f"a moment of {name} may be random")
        need(known.initial is None or known.body is not None, f"{name} begins, but has no equation")
        if not defined:
            return
        if known.body is not None:
            need(not known.arguments, f"{name} has two definitions")
            need(
                not kinds_of(known.body) & UNSTATED,
                f"the equation of {name} has a derivative or an expectation in it",
            )
            need(
                check_term(known.body, self) == (known.rows, known.cols), f"{name} has another shape than its equation"
            )
            need(
                not kinds_of(known.body) & {"pow", "prod", "rise"},
                f"a product in the equation of {name} may have no length",
            )
            self.fixed |= names_of(known.body) - own
        if known.initial is not None:
            need(known.indexed and known.start == known.first + 1, f"{name} has not one index before its start")
            need(INDEX not in names_of(known.initial), f"what {name} begins with has an index")
            need(not kinds_of(known.initial) & {*UNSTATED, *BINDERS, "pow"}, f"{name} begins with no plain term")
            shape = self.shape((name, number(known.first)))
            need(check_term(known.initial, self) == shape, f"{name} has another shape than what it begins with")
            self.fixed |= names_of(known.initial)
        for argument in known.arguments:
            check_place(argument, self)
            self.fixed |= set() if argument[1] is None else argument[1].names() - own
            need(known.cols == ONE, f"{name} is a generic function, but no column")
        before = list(self.quantities)
        for other, index in self.uses(name):
            rank = self.quantities[other].rank
            if self.quantities[other].role == "given" or rank < known.rank:
                continue
            need(rank == known.rank and index is not None and known.indexed, f"{name} is defined by {other}")
            assert index is not None
            back = variable(INDEX) - index  # a bound variable of the equation is not a number either
            need(not back.terms, f"{name} is defined by {other} at an index that need not be earlier")
            same = back.constant == 0 and before.index(other) < before.index(name)
            need(back.constant > 0 or same, f"{name} is defined by itself, through {other}")

    def of(self, name: str) -> Quantity:
        """What is known by a name.

        Raises:
            NotProvedError: for an unknown name.
        """
        need(name in self.quantities, f"there is not a quantity {name}")
        return self.quantities[name]

    def uses(self, name: str) -> list[Place]:
        """What a quantity is defined by, at the index of its definition."""
        known = self.of(name)
        equations = (each for each in (known.initial, known.body) if each is not None)
        return [*known.arguments, *(place for each in equations for _, place in quantities(each))]

    def reached(self, terms: Iterable[Term]) -> list[str]:
        """The quantities that terms name, those by which they are defined, and so on."""
        found: list[str] = []
        waiting = [place[0] for t in terms for _, place in quantities(t)]
        while waiting:
            name = waiting.pop()
            if name not in found:
                found.append(name)
                waiting += [place[0] for place in self.uses(name)]
        return sorted(found)

    def shape(self, place: Place) -> tuple[Size, Size]:
        """Rows and columns of a quantity."""
        name, index = place
        known = self.of(name)
        need(known.indexed == (index is not None), f"{name} {'needs an' if known.indexed else 'has no'} index")
        values: dict[str, Linear] = {} if index is None else {INDEX: index}
        return size_at(known.rows, values), size_at(known.cols, values)

    def argument(self, place: Place, which: int) -> Place:
        """An argument of a generic function, counted from 1."""
        known = self.of(place[0])
        need(1 <= which <= len(known.arguments), f"{place[0]} has no argument {which}")
        name, index = known.arguments[which - 1]
        return name, index if index is None or place[1] is None else index.at({INDEX: place[1]})

    def initial(self, place: Place) -> Term | None:
        """What a quantity begins with, at that index; None elsewhere, and where it is given."""
        known = self.of(place[0])
        return known.initial if place[1] == number(known.first) else None

    def body(self, place: Place) -> Term:
        """The right side of the equation of a quantity at its index."""
        known, initial = self.of(place[0]), self.initial(place)
        if initial is not None:
            return initial
        need(known.body is not None, f"{place[0]} has no equation")
        assert known.body is not None
        return known.body if place[1] is None else put(known.body, {INDEX: place[1]})

    def from_its_start(self, place: Place) -> list[Linear]:
        """What has to be >= 0 for the equation of a quantity to hold at its index."""
        start = self.of(place[0]).start
        need(start is not None, f"{place[0]} is given, not defined")
        assert start is not None
        return [] if place[1] is None or self.initial(place) is not None else [place[1] - start]

    def before_its_start(self, place: Place) -> list[Linear]:
        """What has to be >= 0 for a quantity to be given at its index: nothing for what has no equation."""
        start = self.of(place[0]).start
        if start is None:
            return []
        given = place[1] is not None and self.of(place[0]).initial is None
        need(given, f"{place[0]} is defined, not given")
        assert place[1] is not None
        return [start - 1 - place[1]]


def unindexed(t: Term) -> list[Place]:
    """Every quantity without an index that a term names."""
    return [place for _, place in quantities(t) if place[1] is None]


def kinds_of(t: Term) -> set[str]:
    """The kinds of a term and of its parts."""
    return {part[0] for _, part in parts(t)}
