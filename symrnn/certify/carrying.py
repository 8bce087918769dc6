"""One step of states by immediate Jacobians that stay as they are, so that an induction has few and short terms.

Where x_j reads y_{j-1} and w, dx_j = ∂x_j/∂y_{j-1} dy_{j-1} + ∂x_j/∂w dw: each derivative one atom, however many terms
it stands for. The chain rule is proved of one step, and only the step of an induction uses it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from symrnn.certify.goal import Goal, Spot, untransposed
from symrnn.certify.meeting import meet
from symrnn.certify.script import rows_for, shows
from symrnn.certify.terms import add, mul
from symrnn.kernel.linear import Linear, variable
from symrnn.kernel.monomials import is_bound, variables
from symrnn.kernel.steps import Facts
from symrnn.kernel.system import unindexed
from symrnn.kernel.terms import ONE, Place, Term, places, put

if TYPE_CHECKING:
    from symrnn.certify.deriving import Deriver

J, FIRST, LAST = "step", "a_first", "m_power"
"""The index of a step, and the bounds of a product of steps: names that no statement uses."""


class Carried(NamedTuple):
    """How states are carried on by one step, at the index ``J``.

    Args:
        factor: what stands before the stack of the differentials at the index before.
        forcing: what enters; None where nothing does.
        chain_rule: for each state the theorem about its differential.
    """

    factor: Term
    forcing: Term | None
    chain_rule: dict[str, int]


def carried(
    deriver: Deriver, direction: Term, states: list[str], entered: list[str], first: Linear, facts: Facts
) -> Carried | None:
    """One step of states by its immediate Jacobians; None where something else is on the way.

    Args:
        deriver: what is known.
        direction: what moves.
        states: all states that are solved together, in the order of their definitions.
        entered: those of them that what moves may enter.
        first: the index after which the steps are.
        facts: what holds.
    """
    here = variable(J)
    rows: dict[str, dict[Place, Term]] = {}
    chain_rule: dict[str, int] = {}
    for x in states:
        read = _read_at_once(deriver, (x, here), direction)
        if not read or any(y[0] in states and y[1] not in (here, here - 1) for y in read):
            return None  # a state that reads nothing has nothing to be carried on
        slopes: dict[Place, Term] = {y: ("jac", "immediate", (x, here), y) for y in read}
        for slope in slopes.values():
            if slope not in deriver.jacobians:
                starts = tuple(deriver.system.from_its_start((x, here)))
                deriver.jacobians[slope] = deriver.derivative(slope, starts)
        chain_rule[x] = _chain_rule(deriver, direction, x, slopes, (*facts, here - first - 1))
        rows[x] = _through(slopes, rows, direction)
    factors, forcings = [], []
    for x in entered:
        left = deriver.selector(x, entered, here)
        for place, slope in rows[x].items():
            if place in direction[1]:
                part = mul(slope, deriver.column(("d", direction, place), deriver.system.shape(place)))
                forcings.append(part if left is None else mul(left, part))
            elif place[0] in entered:
                right = deriver.selector(place[0], entered, here - 1)
                pieces = [left, slope, None if right is None else ("T", right)]
                factors.append(mul(*(piece for piece in pieces if piece is not None)))
    none: Term = ("zero", deriver.height(entered, here), deriver.height(entered, here - 1))
    return Carried(add(*factors) if factors else none, add(*forcings) if forcings else None, chain_rule)


def _read_at_once(deriver: Deriver, of: Place, direction: Term) -> list[Place] | None:
    """The states, and what moves, that an equation reads, through intermediates; None where it reads an output."""
    system = deriver.system
    found: list[Place] = []
    waiting, seen = [of], {of}
    while waiting:
        place = waiting.pop(0)
        known = system.of(place[0])
        if place != of and (known.role == "state" or place in direction[1]):
            found.append(place)
            continue
        if known.role == "output":
            return None
        if known.body is not None:
            body = system.body(place)
            more = [*(each for _, each in places(body)), *unindexed(body)]
        else:
            more = [system.argument(place, at) for at in range(1, len(known.arguments) + 1)]
        new = [each for each in dict.fromkeys(more) if each not in seen]
        seen.update(new)
        waiting += new
    return found


def _through(slopes: dict[Place, Term], rows: dict[str, dict[Place, Term]], direction: Term) -> dict[Place, Term]:
    """The derivatives by what stands at the index before, and by what moves: through states at the same index."""
    parts: dict[Place, list[Term]] = {}
    for place, slope in slopes.items():
        if place in direction[1] or place[1] != variable(J):
            parts.setdefault(place, []).append(slope)
        else:
            for further, more in rows[place[0]].items():
                parts.setdefault(further, []).append(mul(slope, more))
    return {place: add(*each) for place, each in parts.items()}


def _chain_rule(deriver: Deriver, direction: Term, x: str, slopes: dict[Place, Term], facts: Facts) -> int:
    """The theorem that dx is the sum of its immediate Jacobians, each times the differential by which it is taken."""
    here = (x, variable(J))
    shape = deriver.system.shape(here)
    goal = Goal(deriver.script, facts, (), ("d", direction, here))
    deriver.resolve(goal, keep=frozenset(slopes))
    parts = [mul(slope, deriver.column(("d", direction, y), deriver.system.shape(y))) for y, slope in slopes.items()]
    column = add(*parts) if parts else ("zero", deriver.length(here), ONE)
    right = column if shape[1] == ONE else ("unvec", *shape, column)
    goal.minus(right)
    deriver.resolve(goal, keep=frozenset(slopes))
    meet(goal)
    return goal.closed(right)


def one_step(goal: Goal, brief: Carried, at: Linear) -> None:
    """The differentials of states at an index by those at the one before."""
    while True:
        spots = (spot for spot in goal.spots() if spot.atom[0] == "d" and spot.atom[2][1] == at)
        spot = next((spot for spot in spots if spot.atom[2][0] in brief.chain_rule), None)
        if spot is None:
            return
        _by(goal, spot, brief.chain_rule[spot.atom[2][0]])


def at_a_step(deriver: Deriver, goal: Goal, spot: Spot) -> bool:
    """Write an immediate Jacobian of a step by its closed form; False where it is not one, or that does not hold.

    Where it stands in an ordered product, all that stand there are written at once, by a theorem about the product.
    """
    which = _known(deriver, goal, spot)
    if which is None:
        return False
    m, part, at, *inside = spot.path
    if inside and _in_product(deriver, goal, (m, part, at)):
        return True
    _by(goal, spot, which)
    return True


def _known(deriver: Deriver, goal: Goal, spot: Spot) -> int | None:
    """The theorem about an immediate Jacobian of a step, at whatever index it holds."""
    if spot.atom[:2] != ("jac", "immediate") or spot.atom[2][1] is None:
        return None
    at = {J: spot.atom[2][1]}
    which = next((number for jac, number in deriver.jacobians.items() if put(jac, at) == spot.atom), None)
    return which if which is not None and all(shows(spot.scope, form) for form in _needed(goal, spot, which)) else None


def _in_product(deriver: Deriver, goal: Goal, path: tuple[int, ...]) -> bool:
    """An instance of the theorem that writes out all Jacobians of steps in a product; False where it is no such one."""
    m, part, at = path
    mono = goal.value.terms[m][0]
    atom = untransposed((mono.word, *mono.scalars)[part][at])
    if atom[0] != "prod" or any(is_bound(x) for x in variables(atom[4]) - {atom[1]}):
        return False
    _, v, low, high, body = atom
    key = ("written", v, body)
    if key not in deriver.known:
        u, first = deriver.script.binder("u"), variable(FIRST)
        starts = {deriver.system.of(jac[2][0]).start for jac in deriver.jacobians}
        facts = (first - max(start for start in starts if start is not None),)
        whole = ("prod", u, first, variable(LAST), deriver.writer.poly(body, {v: u}))
        inner = Goal(deriver.script, facts, (), whole)
        quiet = set[Any]()
        spots = ((spot, known) for spot in inner.spots(quiet) if (known := _known(deriver, inner, spot)) is not None)
        while (found := next(spots, None)) is not None:
            _by(inner, *found)
            spots = ((s, known) for s in inner.spots(quiet) if (known := _known(deriver, inner, s)) is not None)
        deriver.known[key] = inner.closed(deriver.writer.poly(inner.value))
    values = {FIRST: low, LAST: high}
    needed = [fact.at(values) for fact in goal.script.theorem(deriver.known[key]).facts]
    scope = goal.scope(m)
    if not all(shows(scope, form) for form in needed):
        return False
    goal.do(path, "theorem", deriver.known[key], values, rows_for(scope, needed))
    return True


def _needed(goal: Goal, spot: Spot, which: int) -> list[Linear]:
    return [fact.at({J: spot.atom[2][1]}) for fact in goal.script.theorem(which).facts]


def _by(goal: Goal, spot: Spot, which: int) -> None:
    """A theorem about a step at an index."""
    goal.do(spot.path, "theorem", which, {J: spot.atom[2][1]}, rows_for(spot.scope, _needed(goal, spot, which)))
