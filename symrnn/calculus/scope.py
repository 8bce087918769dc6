"""What the closed forms are derived for; anything else is refused, so that no formula leaves out a path.

The closed form of a state solves dx_t = A_t dx_{t-1} + B_t, which is all that there is only where the states look back
by one step, and at nothing that has an equation but each other.
"""

from __future__ import annotations

from collections.abc import Callable

import sympy as sp

from symrnn.calculus.identification import Around
from symrnn.calculus.place import Place
from symrnn.errors import UnknownTermError
from symrnn.expr import Element, Variable
from symrnn.recurrence import Definition, Recurrence, Role

LATER = "state it as a claim, which is checked at numbers where it cannot be proved"


def never_enters(of: Element, wrt: Place) -> bool:
    """Whether no element of a sequence enters a state, directly or through the states that it is computed from.

    >>> from symrnn.cells import Elman
    >>> from symrnn.symbols import t
    >>> rnn = Elman()
    >>> never_enters(rnn.h[t], Place.of(rnn, rnn.y[t])), never_enters(rnn.h[t], Place.of(rnn, rnn.x[t]))
    (True, False)
    """
    recurrence, states = wrt.recurrence, wrt.recurrence.graph.system(of.name)
    names = {state.sequence.name for state in states}
    if wrt.index is None or wrt.name in names:
        return False
    used = {element for state in states for element in _seen(recurrence, state, wrt.name)}
    given = all(recurrence.role(element) is None for element in used if element.name not in names)
    return given and all(element.name != wrt.name for element in used)


def by_start(of: Element, wrt: Place) -> tuple[Definition, ...]:
    """The states that a state is computed from and that a quantity enters by what they begin with.

    Raises:
        UnknownTermError: for an element that enters at its own index, too.
    """
    graph = wrt.recurrence.graph
    states = graph.system(of.name)
    begun = tuple(d for d in states if any(used.name in wrt.reached for used in graph.begun.get(d.sequence.name, ())))
    if begun and wrt.index is not None and not wrt.is_apart(of.name):
        raise _refused(f"{_of_kind(wrt)} enters {of.name} and what it begins with")
    return begun


Movement = Callable[[Element], list[Around]]
"""Finds the immediate dependence of a state."""


def require_one_step(of: Element, wrt: Place, movement: Movement) -> None:
    """Refuse a state that the linear difference equation of one step does not describe.

    Args:
        of: the state.
        wrt: what it is derived by.
        movement: finds on what the states that it is computed from depend.

    Raises:
        UnknownTermError: when a state that it is computed from looks further back than one step, or at an output or a
            total, or begins at another index; or when what it is derived by enters at another index than its own.
    """
    states = wrt.recurrence.graph.system(of.name)
    for state in states:
        if state.first != states[0].first:
            raise _refused(f"{state.sequence.name} and {states[0].sequence.name} begin at different indices")
        _require_own_step(wrt.recurrence, state, movement)
    if wrt.index is not None and wrt.name not in {state.sequence.name for state in states}:
        _require_own_index(states, wrt)


def _require_own_step(recurrence: Recurrence, state: Definition, movement: Movement) -> None:
    at = recurrence.index
    for quantity in dict.fromkeys(part.variable for part in movement(state.sequence.at(at))):
        role = recurrence.role(quantity)
        if role is Role.STATE and sp.expand(at - quantity.index) not in (0, 1):
            name, before = state.sequence.name, f"{quantity.name}[{at} - 1]"
            raise _refused(
                f"{name}[{at}] depends on {quantity}, by more than one step",
                f"symrnn.cells.first_order(cell) makes {before} a state of its own, which is {before} at {at}",
            )
        if role not in (None, Role.STATE):
            raise _refused(f"{state.sequence.name}[{at}] depends on {quantity}, which has an equation of its own")


def _require_own_index(states: tuple[Definition, ...], wrt: Place) -> None:
    recurrence = wrt.recurrence
    if wrt.role is not None:
        raise _refused(f"{_of_kind(wrt)} enters {', '.join(state.sequence.name for state in states)}")
    for state in states:
        for seen in _seen(recurrence, state, wrt.name):
            if seen.name == wrt.name and sp.expand(seen.index - recurrence.index) != 0:
                raise _refused(f"{state.sequence.name}[{recurrence.index}] depends on {seen}, from another index")


def apart(of: Element, wrt: Place) -> tuple[sp.Basic, ...]:
    """Under which conditions what is read off does not contain what it is derived by at an index that may be its own.

    States are left out: their Jacobians by each other are asked for by name.

    Raises:
        UnknownTermError: when it contains an intermediate that it is derived by.
    """
    if wrt.index is None or wrt.role is Role.STATE:
        return ()
    recurrence = wrt.recurrence
    definition = recurrence.definition(of.name)
    seen = {e.index for e in _seen(recurrence, definition, wrt.name) if e.name == wrt.name} if definition else set()
    gaps = {sp.expand(at.xreplace({recurrence.index: of.index}) - wrt.index) for at in seen}
    if wrt.role is Role.INTERMEDIATE and any(not gap.is_Integer or gap == 0 for gap in gaps):
        raise _refused(f"{_of_kind(wrt)} enters {of}")
    if of.name == wrt.name:
        gaps.add(sp.expand(of.index - wrt.index))
    return tuple(wrt.index + gap >= wrt.index + 1 for gap in gaps if not gap.is_Integer)


def _of_kind(wrt: Place) -> str:
    """A quantity with what it is to the network."""
    return f"the {wrt.role.value} {wrt.quantity}" if wrt.role is not None else str(wrt.quantity)


def _seen(recurrence: Recurrence, state: Definition, name: str) -> set[Variable]:
    """Elements and totals in the equation of a state, its intermediates written out but for those of one name."""
    used = (use.quantity for use in recurrence.graph.through(state.sequence.name, keep=name))
    return {part for part in used if isinstance(part, Element) or part in recurrence.totals}


def _refused(what: str, advice: str = LATER) -> UnknownTermError:
    return UnknownTermError(f"no closed form is derived where {what}", advice=advice)
