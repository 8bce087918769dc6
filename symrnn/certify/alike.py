"""States that are alike at their start and stay so: equations between states of one index, by induction.

What is assumed of the starts, such as x_0 = y_0 or x_0 = -y_0, is claimed at every index, of all these states at once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from symrnn.certify.errors import NotFoundError
from symrnn.certify.goal import Goal
from symrnn.certify.meeting import meet
from symrnn.certify.script import rows_for, shows
from symrnn.kernel.errors import NotProvedError
from symrnn.kernel.linear import Linear, number, variable
from symrnn.kernel.steps import Hypothesis
from symrnn.kernel.terms import Term, fields, put, rebuilt

if TYPE_CHECKING:
    from symrnn.certify.deriving import Deriver

E = "upto"
"""The index up to which an induction has come."""

WAYS = (frozenset({"names"}), frozenset({"names", "signs"}), frozenset({"names", "signs", "slopes", "doubled"}))
"""What is written out on the way from an index to the next one."""


def stay_alike(deriver: Deriver) -> dict[str, tuple[int, Linear]]:
    """For each state whose start is assumed to be a term in other starts, the theorem that it always is; and from when.

    Empty where nothing of the kind is assumed, or where it is not shown.
    """
    claims = [claim for h in deriver.assumed if (claim := _claimed(deriver, h)) is not None]
    starts = {deriver.system.of(claim.left[1]).first for claim in claims}
    if not claims or len(starts) > 1:
        return {}
    (first,) = map(number, starts)
    for how in WAYS:
        try:
            found = _shown(deriver, claims, first, how)
        except (NotFoundError, NotProvedError):
            continue
        return {claim.left[1]: (which, first) for claim, which in zip(claims, found, strict=True)}
    return {}


def put_in(deriver: Deriver, goal: Goal) -> None:
    """States written as those that they are like."""
    alike = deriver.alike()
    while alike:
        spots = (spot for spot in goal.spots() if spot.atom[0] == "leaf" and spot.atom[1] in alike)
        spot = next((each for each in spots if shows(each.scope, each.atom[2] - alike[each.atom[1]][1])), None)
        if spot is None:
            return
        which, first = alike[spot.atom[1]]
        rows = rows_for(spot.scope, [spot.atom[2] - first])
        goal.do(spot.path, "theorem", which, {E: spot.atom[2]}, rows)


def _claimed(deriver: Deriver, assumed: Hypothesis) -> Hypothesis | None:
    """What is claimed at every index where a start is assumed to be something."""
    if assumed.every or assumed.facts:
        return None
    for left, right in ((assumed.left, assumed.right), (assumed.right, assumed.left)):
        if (
            left[0] == "leaf"
            and (first := _start(deriver, left)) is not None
            and _speaks_of_starts(deriver, right, first)
        ):
            return Hypothesis((), ("leaf", left[1], variable(E)), _moved(deriver, right))
    return None


def _start(deriver: Deriver, leaf: Term) -> Linear | None:
    """The index of a state, if that is its first one."""
    known = deriver.system.quantities.get(leaf[1])
    if known is None or known.role != "state" or not known.indexed or leaf[2] != number(known.first):
        return None
    return number(known.first)


def _speaks_of_starts(deriver: Deriver, term: Term, first: Linear) -> bool:
    """Whether a term speaks of a state, and of each at its start."""
    found = [leaf for leaf in _leaves(term) if deriver.system.of(leaf[1]).indexed]
    return bool(found) and all(_start(deriver, leaf) == first for leaf in found)


def _leaves(term: Term) -> list[Term]:
    if term[0] == "leaf":
        return [term]
    return [leaf for sort, part in fields(term) if sort == "term" for leaf in _leaves(part)]


def _moved(deriver: Deriver, term: Term) -> Term:
    """A term in which states are read at any index in the place of their first one."""
    if term[0] == "leaf":
        return ("leaf", term[1], variable(E)) if _start(deriver, term) is not None else term
    return rebuilt(term, lambda sort, part: _moved(deriver, part) if sort == "term" else part)


def _shown(deriver: Deriver, claims: list[Hypothesis], first: Linear, how: frozenset[str]) -> list[int]:
    outer, ahead, at_start = deriver.assumed, {E: variable(E) + 1}, {E: first}
    bases, steps = [], []
    for claim in claims:
        base = Goal(deriver.script, (), outer, put(claim.left, at_start))
        deriver.simplify(base)
        bases.append(_closed(deriver, base, put(claim.right, at_start), frozenset()))
    for claim in claims:
        goal = Goal(deriver.script, (variable(E) - first,), (*outer, *claims), put(claim.left, ahead))
        _back(deriver, goal, how)
        steps.append(_closed(deriver, goal, put(claim.right, ahead), how))
    return deriver.script.induction(E, first, (), claims, bases, steps)


def _closed(deriver: Deriver, goal: Goal, right: Term, how: frozenset[str]) -> int:
    goal.minus(right)
    if how:
        _back(deriver, goal, how)
    else:
        deriver.simplify(goal)
    meet(goal)
    return goal.closed(right)


def _back(deriver: Deriver, goal: Goal, how: frozenset[str]) -> None:
    """Everything at the next index written out by what stands at this one, and that as is assumed."""
    ahead = variable(E) + 1
    while True:
        deriver.simplify(goal, how)
        leaves = (spot for spot in goal.spots() if spot.atom[0] == "leaf" and spot.atom[2] == ahead)
        spot = next((each for each in leaves if deriver.system.of(each.atom[1]).role == "state"), None)
        if spot is None:
            return
        goal.do(spot.path, "definition", rows_for(spot.scope, deriver.system.from_its_start(spot.atom[1:])))
