"""Derivatives in closed form, as theorems of the kernel: differentials first, Jacobians and gradients from them."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from symrnn.certify.alike import stay_alike
from symrnn.certify.assuming import assume
from symrnn.certify.carrying import Carried, J, at_a_step, carried, one_step
from symrnn.certify.draft import Draft
from symrnn.certify.errors import NotFoundError
from symrnn.certify.goal import Goal, Spot
from symrnn.certify.linear import factor_in, freed, linear_in
from symrnn.certify.means import Means
from symrnn.certify.powers import is_diagonal, similar
from symrnn.certify.script import Script, rows_for, shows
from symrnn.certify.terms import Writer, add, mul, nested
from symrnn.kernel.axioms import BY_OTHERS, NAMED_SLOPES, SLOPES, STOPPED
from symrnn.kernel.differentials import differential
from symrnn.kernel.linear import Linear, number, variable
from symrnn.kernel.monomials import Mono, Poly, indices, is_bound, kinds, opened, plus, scaled, variables, zero
from symrnn.kernel.normal import Normal
from symrnn.kernel.steps import Facts, Hypothesis
from symrnn.kernel.system import Quantity, unindexed
from symrnn.kernel.terms import ONE, Place, Size, Term, fields, places, put, quantities, times

E, S = "upto", "since"
"""The index of a state, and that of what it is differentiated by: names that no statement uses."""


BRIEF = frozenset({"brief"})
"""How to resolve what is a step on the way only: immediate Jacobians stay."""

TURNED = {name: which for which, (name, _, _, other, stretch) in BY_OTHERS.items() if (name, -1) == (other, stretch)}
"""The functions that are known at -z where they are known at z, each with the axiom."""


class Deriver:
    """Theorems about the derivatives of one system, each proved once.

    Args:
        script: where they are written.
        assumed: equations that are assumed where something is simplified; the theorems about derivatives do without.
        brief: whether a step of states is carried on by its immediate Jacobians as single atoms.
    """

    def __init__(self, script: Script | Draft, assumed: tuple[Hypothesis, ...] = (), *, brief: bool = True) -> None:
        self.brief = brief
        self.script, self.system, self.assumed = script, script.system, assumed
        self.normal = Normal(script.system)
        self.writer = Writer(script, self.normal)
        self._solved: dict[Any, dict[str, int] | NotFoundError] = {}
        self.known: dict[Any, int] = {}
        self.jacobians: dict[Term, int] = {}
        """The immediate Jacobians of a step, at the index ``J``, each with the theorem that it is its closed form."""
        self._stacks: tuple[tuple[str, ...], ...] = ()
        self.means = Means(self)
        self._alike: dict[str, tuple[int, Linear]] | None = None
        self._begun = any(known.initial is not None for known in self.system.quantities.values())

    def alike(self) -> dict[str, tuple[int, Linear]]:
        """The states that are always like others, by what is assumed of their starts; see :mod:`certify.alike`."""
        if self._alike is None:
            self._alike = {}  # while it is looked for, nothing is known
            self._alike = stay_alike(self)
        return self._alike

    def speak_of(self, *sides: Term) -> None:
        """From now on states are solved together with those that depend on them and are spoken of as well."""
        named = {x for side in sides for x in _differentiated(side) if self.system.of(x).role == "state"}
        closures = {tuple(self._closure(x)) for x in named}
        self._stacks = tuple(sorted(closures, key=lambda each: (-len(each), each)))

    def helpful(self, value: Poly) -> set[str]:
        """What may be written out in what remains, see :meth:`resolve`."""
        found: set[str] = set()
        for name in names_in(value):
            known = self.system.quantities.get(name)
            if known is not None and known.role in ("intermediate", "output") and known.body is not None:
                found.add("names")
            elif known is not None and known.role == "state":
                found |= {"values", "equation", "last steps", *(["alike"] if self.assumed else [])}
        if any(name in SLOPES for name in functions_in(value)):
            found |= {"slopes", "outer slopes"}
        if _is_turned(value):
            found.add("signs")
        if functions_in(value, 0) >= {"tanh", "sigmoid"}:
            found.add("doubled")
        if kinds(value) & {"inv", "unit", "binom", "prod"}:
            found.add("powers")
        if "unit" in kinds(value):
            found.add("entries")
        if any(is_diagonal(atom) for mono, _ in value.terms for word in mono[2:] for atom in word if atom):
            found.add("diagonals")
        return found

    def write_out(self, goal: Goal, side: Term) -> None:
        """A side that is nothing but a state, by its equation."""
        spot = next((spot for spot in goal.spots() if spot.atom == side and side[0] == "leaf"), None)
        if spot is None or self.system.of(side[1]).role != "state":
            return
        needed = self.system.from_its_start(side[1:])
        if all(shows(spot.scope, form) for form in needed):
            goal.do(spot.path, "definition", rows_for(spot.scope, needed))

    def last_step(self, goal: Goal) -> bool:
        """The last elements of states that stand in a goal, by their equations; False where there are none.

        An element that another one of its state may come after stays: its turn is the next one.
        """
        spots = [(spot, spot.atom[1:]) for spot in goal.spots() if spot.atom[0] == "leaf"]
        states = [(spot, place) for spot, place in spots if self.system.of(place[0]).role == "state"]
        last = {
            place: spot
            for spot, place in states
            if not any(x == place[0] and not shows(spot.scope, place[1] - at) for _, (x, at) in states)
            and all(shows(spot.scope, form) for form in self.system.from_its_start(place))
        }
        for place in last:
            while (spot := next((s for s in goal.spots() if s.atom == ("leaf", *place)), None)) is not None:
                goal.do(spot.path, "definition", rows_for(spot.scope, self.system.from_its_start(place)))
        return bool(last)

    def simplify(self, goal: Goal, how: frozenset[str] = frozenset()) -> None:
        """Resolve, and replace what is equal by assumption, until neither finds anything; arguments as of resolve."""
        assume(goal)
        self.resolve(goal, how)
        while assume(goal):
            self.resolve(goal, how)

    # -- resolving everything in a goal --------------------------------------------------------------------------

    def resolve(self, goal: Goal, how: frozenset[str] = frozenset(), keep: frozenset[Place] = frozenset()) -> None:
        """Replace every derivative by its closed form, and by axioms where that is asked for.

        Args:
            goal: what to rewrite.
            how: ``"names"`` replaces intermediates, outputs and totals by what they stand for, ``"values"`` states that
                are affine in the one before by their solutions, ``"slopes"`` slopes by values (``"outer slopes"`` those
                that stand in no ordered product), ``"signs"`` values at arguments that begin with a minus and
                ``"doubled"`` those of tanh by those of the sigmoid, and ``"means"`` and ``"squares"`` expectations of
                states and of their squares by closed forms; ``"brief"`` leaves immediate Jacobians.
            keep: differentials of these stay.

        Raises:
            NotFoundError: where the facts do not tell what a derivative is.
        """
        done, quiet = False, set[Any]()
        while not done:
            done = True
            for spot in goal.spots(quiet):
                if self._step(goal, spot, how, keep):
                    done = False
                    break

    def _step(self, goal: Goal, spot: Spot, how: frozenset[str], keep: frozenset[Place]) -> bool:
        match spot.atom[0]:
            case "d":
                return self._differential(goal, spot, keep)
            case "jac" | "grad":
                return not (how == BRIEF and spot.atom[1] == "immediate") and self._jacobian(goal, spot)
            case "fn":
                return self._function(goal, spot, how)
            case "leaf":
                return self._named(goal, spot, how)
            case "prod":
                return similar(self, goal, spot)
            case "mean":
                return self.means.step(goal, spot, how)
        return False

    def _function(self, goal: Goal, spot: Spot, how: frozenset[str]) -> bool:
        _, name, member, order, argument = spot.atom
        outer = "outer slopes" in how and spot.scope == goal.scope(spot.path[0])  # a product would make it longer
        by_values = "slopes" in how or outer
        if name == "identity":
            goal.do(spot.path, "axiom", "identity", [])
        elif name == STOPPED:
            goal.do(spot.path, "axiom", "stopped", [])
        elif name in NAMED_SLOPES and order:
            goal.do(spot.path, "axiom", "named slope", [])
        elif name in SLOPES and order == 1 and by_values:
            goal.do(spot.path, "axiom", "slope in value", [])
        elif order == 0 and name in TURNED and member is None and "signs" in how and _is_negated(argument):
            goal.do(spot.path, "axiom", TURNED[name], [])
        elif order == 0 and name == "tanh" and member is None and "doubled" in how:
            goal.do(spot.path, "axiom", "tanh by sigmoid", [])
        elif order == 0 and by_values and (found := self._folded(name, member, argument)) is not None:
            which, at = found
            needed = [fact.at(at) for fact in self.script.theorem(which).facts]
            if not all(shows(spot.scope, form) for form in needed):
                return False
            goal.do(spot.path, "theorem", which, at, rows_for(spot.scope, needed))
        else:
            return False
        return True

    def _folded(self, name: str, member: Linear | None, argument: Poly) -> tuple[int, dict[str, Linear]] | None:
        """The quantity that is defined as a function of a quantity, by the theorem f(a[e]) = h[e]."""
        inner = [index for _, index in indices(argument)]
        for x, known in self.system.quantities.items():
            body = known.body
            if body is None or body[0] != "fn" or body[1] != name or body[3] != 0 or not known.indexed or not inner:
                continue
            place = (x, variable(E))
            left = put(body, {"i": variable(E)})
            for index in (*inner, *(index + 1 for index in inner)):  # f(a[e]), or f(W h[e - 1])
                at = {E: index}
                if self.normal.value(left, at) != self.normal.value(
                    ("fn", name, member, 0, self.writer.poly(argument))
                ):
                    continue
                key = ("fold", x)
                if key not in self.known:
                    goal = Goal(self.script, tuple(self.system.from_its_start(place)), (), left)
                    goal.minus(("leaf", *place))
                    for spot in list(goal.spots()):
                        if spot.atom == ("leaf", *place):
                            goal.do(spot.path, "definition", rows_for(spot.scope, self.system.from_its_start(place)))
                            break
                    self.known[key] = goal.closed(("leaf", *place))
                return self.known[key], at
        return None

    def _named(self, goal: Goal, spot: Spot, how: frozenset[str]) -> bool:
        place = (spot.atom[1], spot.atom[2])
        known = self.system.of(place[0])
        if known.role in ("intermediate", "output") and known.body is not None and "names" in how:
            needed = self.system.from_its_start(place)
            if all(shows(spot.scope, form) for form in needed):
                goal.do(spot.path, "definition", rows_for(spot.scope, needed))
                return True
        if known.role == "state" and "values" in how and place[1] is not None and known.start is not None:
            first = number(known.start - 1)
            which = self.valued(place[0]) if place[1] != first and shows(spot.scope, place[1] - first) else None
            if which is not None:
                goal.do(spot.path, "theorem", which, {E: place[1]}, rows_for(spot.scope, [place[1] - first]))
                return True
        return False

    def valued(self, x: str) -> int | None:
        """The theorem that solves a state that is affine in the one before; None for any other."""
        key = ("valued", x)
        if key not in self.known:
            found = self._value(x)
            self.known[key] = -1 if found is None else found
        return None if self.known[key] < 0 else self.known[key]

    def _value(self, x: str) -> int | None:
        known, j = self.system.of(x), variable(J)
        assert known.start is not None
        first, where = number(known.start - 1), (j - known.start,)
        goal = Goal(self.script, where, (), ("leaf", x, j))
        spot = next(iter(goal.spots()))
        goal.do(spot.path, "definition", rows_for(spot.scope, where))
        self.resolve(goal, frozenset({"names"}))
        before, rows = (x, j - 1), goal.value.rows
        moved = differential(goal.kernel.normal, goal.value, ("total", (before,)))
        atom, factors = ("d", ("total", (before,)), before), []
        for mono, c in moved.terms:
            if not any(each in (atom, ("T", atom)) for each in (*mono.word, *(a for s in mono.scalars for a in s))):
                continue  # of something else that moves
            try:
                word, rest = freed(self.normal, opened(mono), atom)
            except NotFoundError:
                return None
            if word[-1] != atom and goal.value.cols == ONE:  # a matrix would be another one, turned round
                word = self.normal.turned(word)
            if word[-1] != atom or self._reads(x, (*word[:-1], rest)):
                return None
            factors.append(self._summed(rest, c, self.normal.word(rows, self.system.shape(before)[0], word[:-1])))
        if not factors:
            return None
        whole = ("mul", add(*factors), ("leaf", *before))
        left_over = plus(goal.value, scaled(-1, self.normal.value(whole)))
        if self._reads(x, left_over):
            return None  # what solves both would never end
        forcings = [self.writer.mono(rows, left_over.cols, mono, c, {}) for mono, c in left_over.terms]
        start_term: Term = ("leaf", x, first)
        forcing = add(*forcings) if forcings else None
        right = add(*self.solution(add(*factors), forcing, start_term, first))
        claim = Hypothesis((), ("leaf", x, variable(E)), right)
        base = Goal(self.script, (), (), start_term)
        bases = [self.close(base, put(right, {E: first}))]
        ahead = {E: variable(E) + 1}
        goal = Goal(self.script, (variable(E) - first,), (claim,), put(claim.left, ahead))
        spot = next(iter(goal.spots()))
        needed = self.system.from_its_start((x, variable(E) + 1))
        goal.do(spot.path, "definition", rows_for(spot.scope, needed))
        self.resolve(goal, frozenset({"names"}))
        self._assume(goal, [claim])
        return self.script.induction(E, first, (), [claim], bases, [self.close(goal, put(right, ahead))])[0]

    def _reads(self, x: str, inside: Any) -> bool:
        """Whether a state stands in something, or in the equations of what stands there."""
        return any(x in self._closure(name) for name in names_in(inside) & set(self.system.quantities))

    # -- differentials -------------------------------------------------------------------------------------------

    def _differential(self, goal: Goal, spot: Spot, keep: frozenset[Place]) -> bool:
        _, (way, moving), place = spot.atom
        known = self.system.of(place[0])
        free = moving if way == "total" else moving[1:]
        if place in free or place in keep:
            return False
        if way == "immediate" and known.role in ("state", "output") and place != moving[0]:
            return self._hold(goal, spot, moving, [])
        before = self._before(known, place)
        if before is not None and all(shows(spot.scope, form) for form in before) and not _meets(spot, free, place):
            return self._hold(goal, spot, free, before)
        carried_on = way == "total" and known.role == "state" and self.system.initial(place) is None
        if carried_on and self._by_theorem(goal, spot, keep):
            return True
        needed = self.system.from_its_start(place)
        for form in needed:
            if not shows(spot.scope, form):
                self._split(goal, spot, form)
                return True
        others = free if way == "total" or place == moving[0] else moving
        signs = self._signs(goal, spot, others, place)
        if signs is not None:
            goal.do(spot.path, "follow", signs, rows_for(spot.scope, [*needed, *_gaps(others, place, signs)]))
        return True

    def _hold(self, goal: Goal, spot: Spot, moving: Any, needed: list[Linear]) -> bool:
        """What does not move; or a sum split to tell that it does not."""
        place = spot.atom[2]
        signs = self._signs(goal, spot, moving, place)
        if signs is not None:
            goal.do(spot.path, "hold", signs, rows_for(spot.scope, [*needed, *_gaps(moving, place, signs)]))
        return True

    def _before(self, known: Quantity, place: Place) -> list[Linear] | None:
        if known.start is None:
            return []
        return None if place[1] is None or known.initial is not None else [number(known.start - 1) - place[1]]

    def _signs(self, goal: Goal, spot: Spot, moving: Any, place: Place) -> list[int] | None:
        """On which side of each that moves a quantity is; None after the sum was split to tell."""
        signs = []
        for name, other in moving:
            if name != place[0]:
                continue
            if other is None or place[1] is None:
                raise NotFoundError(f"{name} is what moves")
            gap = place[1] - other
            if shows(spot.scope, gap - 1):
                signs.append(1)
            elif shows(spot.scope, (-1) * gap - 1):
                signs.append(-1)
            else:
                self._split(goal, spot, gap if not shows(spot.scope, gap) else gap - 1)
                return None
        return signs

    def _split(self, goal: Goal, spot: Spot, form: Linear) -> None:
        """Tell two cases apart in the sum around an atom.

        Raises:
            NotFoundError: when no bound variable is in the form, so that it is the statement that leaves it open.
        """
        m = spot.path[0]
        mono = goal.value.terms[m][0]
        if not form.names() & set(mono.bound) or (
            len(spot.path) > 3 and not form.names() <= {*mono.bound, *_free(form)}
        ):
            raise NotFoundError("the conditions do not tell what a derivative is", missing=form)
        goal.do((m,), "split", form)

    # -- closed forms of states ----------------------------------------------------------------------------------

    def _by_theorem(self, goal: Goal, spot: Spot, keep: frozenset[Place]) -> bool:
        _, direction, place = spot.atom
        moving = direction[1]
        indexed = [(name, at) for name, at in moving if at is not None]
        if keep:
            return False
        initial = all(at == number((self.system.of(name).start or 0) - 1) for name, at in indexed)
        if len(moving) > 1 and not initial:
            raise NotFoundError("several quantities with an index move")
        assert place[1] is not None
        begun = self._begun and any(self.system.of(x).initial is not None for x in self._states_of(place[0]))
        if not indexed or (initial and (begun or len(moving) > 1)):
            start = self.system.of(place[0]).start
            assert start is not None
            theorems = self.solved(tuple(moving), place[0], None)
            values = {E: place[1]}
        elif apart := self._from_apart(moving, place[0]):
            theorems = self.solved(((moving[0][0], variable(S)),), place[0], apart)
            values = {E: place[1], S: indexed[0][1]}
        else:
            ((name, at),) = indexed
            gap = place[1] - at
            if gap in (number(0), number(1)):  # the quantity itself, or a single step, which its equation tells
                return False
            after = shows(spot.scope, gap)
            if not after and not shows(spot.scope, (-1) * gap - 1):
                self._split(goal, spot, gap)
                return True
            lowest = self.system.of(name).start
            states = self.system.of(place[0]).start
            assert states is not None
            lowest = states if lowest is None else lowest
            if not after:
                which = "before"
            elif shows(spot.scope, at - max(lowest, states)):
                which = "after"
            elif self.system.of(name).role == "state" and shows(spot.scope, (lowest - 1) - at):
                which = "from the start"
            elif self.system.of(name).role == "given" and shows(spot.scope, (lowest - 1) - at):
                which = "never"
            elif self._states_of(place[0]) == [name] and shows(spot.scope, at - (lowest - 1)):
                which = "anywhere"
            else:
                self._split(goal, spot, at - lowest)
                return True
            theorems = self.solved(((name, variable(S)),), place[0], which)
            values = {E: place[1], S: at}
        found = theorems[place[0]]
        facts = [fact.at(values) for fact in self.script.theorem(found).facts]
        for form in facts:
            if not shows(spot.scope, form):
                self._split(goal, spot, form)
                return True
        goal.do(spot.path, "theorem", found, values, rows_for(spot.scope, facts))
        return True

    def _from_apart(self, moving: tuple[Place, ...], state: str) -> str:
        """Whether what moves, with an index, enters a state by what that begins with or not at all; empty if neither.

        Its index says nothing of the one of the state then: they may count other steps.

        Raises:
            NotFoundError: where it enters both ways.
        """
        if not self._begun:
            return ""
        states = self._states_of(state)
        at_once, begun = self._entered(moving, states, begun=False), self._entered(moving, states)
        if at_once and any(self._entered(moving, [x]) for y in states for x in self._begins_with(y)):
            raise NotFoundError(f"{moving[0][0]} enters {state} and what it begins with")
        return "" if at_once else "by the start" if begun else "apart"

    def solved(self, moving: tuple[Place, ...], state: str, which: str | None) -> dict[str, int]:
        """The differentials of a state, and of those that it depends on, at every index: theorems by name."""
        system = self._states_of(state)
        key = (moving, tuple(system), which)
        if key not in self._solved:
            self._solved[key] = NotFoundError(f"what {state} is solved by rests on itself")  # until it is solved
            try:
                self._solved[key] = self._solve(moving, system, which)
            except NotFoundError as error:
                self._solved[key] = error.with_traceback(None)
        found = self._solved[key]
        if isinstance(found, NotFoundError):
            raise found
        return found

    def _solve(self, moving: tuple[Place, ...], states: list[str], which: str | None) -> dict[str, int]:
        direction = ("total", moving)
        starts = {self.system.of(name).start for name in states}
        if len(starts) > 1:
            raise NotFoundError("states that begin at different indices")
        (start,) = starts
        assert start is not None
        entered = self._entered(moving, states)
        at_e = variable(E)
        seams = frozenset[Place]().union(*map(self._seam, states))
        begun = sorted(
            frozenset[Place]().union(*map(self._seam, self.system.reached([("leaf", x, at_e) for x in states])))
        )
        there = tuple(dict.fromkeys(at - self.system.of(x).first for x, at in begun if at is not None))
        if which == "before":
            by = moving[0][1]
            assert by is not None
            claims = [Hypothesis((by - at_e - 1,), ("d", direction, (x, at_e)), self._zero((x, at_e))) for x in states]
            return self._induct(claims, number(start - 1), there, states)
        first = number(start - 1)
        facts: Facts = there
        if which == "apart":
            claims = [Hypothesis((), ("d", direction, (x, at_e)), self._zero((x, at_e))) for x in states]
            return self._induct(claims, first, facts, states)
        if which == "never":  # it is read in no equation
            assert moving[0][1] is not None
            claims = [Hypothesis((), ("d", direction, (x, at_e)), self._zero((x, at_e))) for x in states]
            return self._induct(claims, first, (*facts, first - moving[0][1]), states)
        if which not in (None, "by the start"):
            assert moving[0][1] is not None
            first = moving[0][1]
            lowest = self.system.of(moving[0][0]).start
            lowest = start if lowest is None else max(lowest, start)
            from_start = first - (lowest - 1)
            own = {"after": (first - lowest,), "anywhere": (from_start,)}
            facts += own.get(which, (from_start, (-1) * from_start))
        step = carried(self, direction, states, entered, first, facts) if self.brief else None
        factor, forcing = step[:2] if step else self._one_step(direction, states, entered, first, facts)
        begins = which in (None, "by the start")
        seams = frozenset(place for place in seams if begins and self._entered(moving, [place[0]]))
        start_term = self._at_first(direction, entered, first, facts, seams)

        def claimed(start: Term | None) -> list[Hypothesis]:
            parts = self.solution(factor, forcing, start, first)
            return [Hypothesis((), ("d", direction, (x, at_e)), self._row(x, entered, parts)) for x in states]

        if start_term is None or start_term[0] != "add" or begins:
            return self._induct(claimed(start_term), first, facts, states, step, seams)
        # The differentials at the first index stay as they are while it is shown how they are carried on: every step
        # has fewer terms.
        kept = self._kept_at_first(direction, entered, first)
        stay = frozenset((x, first) for x in entered)
        onward = self._induct(claimed(kept), first, facts, states, step, stay)
        found = {}
        for x, claim in zip(states, claimed(start_term), strict=True):
            goal = Goal(self.script, (*facts, at_e - first), (), claim.left)
            needed = self.script.theorem(onward[x]).facts
            goal.do(next(goal.spots()).path, "theorem", onward[x], {}, rows_for(goal.facts, needed))
            self.resolve(goal, BRIEF)
            found[x] = self.close(goal, claim.right)
        return found

    def _zero(self, place: Place) -> Term:
        return ("zero", *self.system.shape(place))

    def selector(self, x: str, entered: list[str], at: Linear) -> Term | None:
        """S of a state among those that move; None where it is the only one."""
        if len(entered) == 1:
            return None
        return ("sel", entered.index(x) + 1, tuple(self.length((y, at)) for y in entered))

    def length(self, place: Place) -> Size:
        """How many entries a quantity has."""
        return times(*self.system.shape(place))

    def column(self, t: Term, shape: tuple[Size, Size]) -> Term:
        """Vec of a matrix; a column is its own."""
        return t if shape[1] == ONE else ("vec", t)

    def _one_step(
        self, direction: Term, states: list[str], entered: list[str], first: Linear, facts: Facts
    ) -> tuple[Term, Term | None]:
        """The factor A(j) and the forcing B(j) of one step, at an index named j; B is None where nothing enters."""
        j = variable(J)
        factors: list[Term] = []
        forcings: list[Term] = []
        for x in entered:
            goal = self._step_goal(direction, x, j, (*facts, j - first - 1), states)
            left = self.selector(x, entered, j)
            for mono, c in goal.value.terms:
                moved = [each[2] for each in sorted(_moving_in((mono.word, mono.scalars)), key=repr)]
                if len(moved) != 1 or not variables(moved[0]).isdisjoint(mono.bound):
                    raise NotFoundError("a step that is not linear in what moves")
                (place,) = moved
                if place not in direction[1] and place[0] not in entered:
                    continue  # a state that does not move, which is one of the claims
                if place in direction[1]:
                    shape = goal.value.rows, goal.value.cols
                    part = self.column(self.writer.mono(*shape, mono, c, {}), shape)
                    forcings.append(part if left is None else mul(left, part))
                    continue
                atom = ("d", direction, place)
                if place[1] != j - 1:
                    raise NotFoundError("a state that depends on one further back")
                slope, rest = factor_in(self.normal, opened(mono), goal.value.rows, goal.value.cols, atom)
                part = self._summed(rest, c, slope)
                right = self.selector(place[0], entered, j - 1)
                pieces = [piece for piece in (left, part, None if right is None else ("T", right)) if piece is not None]
                factors.append(mul(*pieces))
        height = self.height(entered, j)
        whole = add(*factors) if factors else ("zero", height, self.height(entered, j - 1))
        return whole, add(*forcings) if forcings else None

    def height(self, entered: list[str], at: Linear) -> Any:
        """How many entries those that move have at an index, one below the other."""
        from symrnn.kernel.terms import size

        return size(*(part for x in entered for part in self.length((x, at))))

    def _step_goal(self, direction: Term, x: str, at: Linear, facts: Facts, states: list[str]) -> Goal:
        goal = Goal(self.script, facts, (), ("d", direction, (x, at)))
        self.resolve(goal, keep=frozenset((y, at - 1) for y in states))
        return goal

    def _at_first(
        self, direction: Term, entered: list[str], first: Linear, facts: Facts, stay: frozenset[Place]
    ) -> Term | None:
        """The stack of the differentials at the first index; None where all of them are 0."""
        parts: list[Term] = []
        for x in entered:
            goal = Goal(self.script, facts, (), ("d", direction, (x, first)))
            self.resolve(goal, BRIEF, keep=stay)
            if goal.value.terms:
                part = self.column(self.writer.poly(goal.value), (goal.value.rows, goal.value.cols))
                left = self.selector(x, entered, first)
                parts.append(part if left is None else mul(left, part))
        return add(*parts) if parts else None

    def _kept_at_first(self, direction: Term, entered: list[str], first: Linear) -> Term:
        """The stack of the differentials at the first index, as they are."""
        parts: list[Term] = []
        for x in entered:
            left, place = self.selector(x, entered, first), (x, first)
            moved = self.column(("d", direction, place), self.system.shape(place))
            parts.append(moved if left is None else mul(left, moved))
        return add(*parts)

    def solution(self, factor: Term, forcing: Term | None, start: Term | None, first: Linear) -> list[Term]:
        """The parts of Φ(E, first) start + Σ_s Φ(E, s) forcing(s), where Φ(E, s) = ∏ factor over s < u <= E.

        Terms that say the same have the same bound variables: so the kernel works on each of them once.
        """
        at_e = variable(E)
        u = self.script.binder("u")
        one = put(self._rebound(factor), {J: variable(u)})

        def transition(after: Linear) -> Term:
            return ("prod", u, after + 1, at_e, one)

        parts: list[Term] = []
        if start is not None:
            parts.append(mul(transition(first), start))
        if forcing is not None:
            s = self.script.binder("s")
            inner = mul(transition(variable(s)), put(self._rebound(forcing), {J: variable(s)}))
            parts.append(("sum", s, first + 1, at_e, inner))
        return parts

    def _row(self, x: str, entered: list[str], parts: list[Term]) -> Term:
        """The part of a state in the solution of those that move."""
        if x not in entered or not parts:
            return self._zero((x, variable(E)))
        left = self.selector(x, entered, variable(E))
        column = add(*parts) if left is None else mul(("T", left), add(*parts))
        shape = self.system.shape((x, variable(E)))
        return column if shape[1] == ONE else ("unvec", *shape, column)

    def _rebound(self, t: Term) -> Term:
        """A copy whose binders have new names."""
        return self.writer.poly(self.normal.of(t)) if _binds(t) else t

    def _induct(
        self,
        claims: list[Hypothesis],
        first: Linear,
        facts: Facts,
        states: list[str],
        step: Carried | None = None,
        stay: frozenset[Place] = frozenset(),
    ) -> dict[str, int]:
        """The theorems of claims about states, by induction; differentials at the first index may stay as they are."""
        bases, steps = [], []
        ahead = {E: variable(E) + 1}
        for claim in claims:
            start = {E: first}
            inside = (*facts, *(f.at(start) for f in claim.facts))
            goal = Goal(self.script, inside, (), put(claim.left, start))
            self.resolve(goal, BRIEF, keep=stay)
            bases.append(self.close(goal, put(claim.right, start)))
        for claim in claims:
            inside = (*facts, variable(E) - first, *(f.at(ahead) for f in claim.facts))
            goal = Goal(self.script, inside, tuple(claims), put(claim.left, ahead))
            if step is None:
                self.resolve(goal, keep=frozenset((x, variable(E)) for x in states))
            else:
                one_step(goal, step, variable(E) + 1)
            self._assume(goal, claims)
            steps.append(self.close(goal, put(claim.right, ahead)))
        found = self.script.induction(E, first, facts, claims, bases, steps)
        return dict(zip(states, found, strict=True))

    def _assume(self, goal: Goal, claims: list[Hypothesis]) -> None:
        """The induction hypotheses put in."""
        by_atom, quiet = {claim.left: at for at, claim in enumerate(claims)}, set[Any]()
        while True:
            spot = next((spot for spot in goal.spots(quiet) if spot.atom in by_atom), None)
            if spot is None:
                return
            which = by_atom[spot.atom]
            goal.do(spot.path, "hypothesis", 1, which, {}, rows_for(spot.scope, claims[which].facts))

    def close(self, goal: Goal, right: Term) -> int:
        """The theorem that a goal is its right side, after both were made to meet."""
        from symrnn.certify.meeting import meet

        goal.minus(right)
        meet(goal)
        return goal.closed(right)

    # -- which states --------------------------------------------------------------------------------------------

    def _states_of(self, state: str) -> list[str]:
        """The states that a state is solved together with, itself among them, in the order of their definitions."""
        together = next((stack for stack in self._stacks if state in stack), None)
        return self._closure(state) if together is None else list(together)

    def _closure(self, state: str) -> list[str]:
        """The states that a state depends on, itself among them, in the order of their definitions."""
        found, waiting = {state}, [state]
        while waiting:
            for used in self._uses(waiting.pop()):
                if used not in found and self.system.of(used).role != "given":
                    found.add(used)
                    waiting.append(used)
        return [x for x in self.system.quantities if x in found and self.system.of(x).role == "state"]

    def _uses(self, name: str) -> set[str]:
        known = self.system.of(name)
        body = known.body
        used = set() if body is None else {p[0] for _, p in places(body)} | {p[0] for p in unindexed(body)}
        return used | {p[0] for p in known.arguments}

    def _begins_with(self, name: str) -> set[str]:
        """What a quantity begins with, where that is not given."""
        initial = self.system.of(name).initial
        return set() if initial is None else {place[0] for _, place in quantities(initial)}

    def _seam(self, state: str) -> frozenset[Place]:
        """The states that a state begins with: how these move is another theorem, whatever their index is."""
        initial = self.system.of(state).initial
        found = () if initial is None else (place for _, place in quantities(initial))
        return frozenset(place for place in found if self.system.of(place[0]).role == "state")

    def _entered(self, moving: tuple[Place, ...], states: list[str], *, begun: bool = True) -> list[str]:
        """The states that what moves may enter, by what they begin with among it."""
        names = {name for name, _ in moving}
        reached = set(names)
        everything = [x for x in self.system.quantities if self.system.of(x).role != "given"]
        changed = True
        while changed:
            changed = False
            for x in everything:
                if x not in reached and (self._uses(x) | (self._begins_with(x) if begun else set())) & reached:
                    reached.add(x)
                    changed = True
        return [x for x in states if x in reached]

    # -- Jacobians and gradients ---------------------------------------------------------------------------------

    def _jacobian(self, goal: Goal, spot: Spot) -> bool:
        """An instance of the theorem about a Jacobian or a gradient, proved under what holds where it stands."""
        atom = spot.atom
        if atom[1] == "immediate" and at_a_step(self, goal, spot):
            return True
        facts = self._relevant(spot.scope, {v for v in variables(atom) if is_bound(v)})
        bound = sorted({v for x in (atom, *facts) for v in variables(x) if is_bound(v)})
        fresh = {v: f"k{at}" for at, v in enumerate(bound)}
        away = {v: variable(new) for v, new in fresh.items()}
        facts = tuple(sorted(fact.at(away) for fact in facts))
        term = put(atom, away)
        key = (term, facts, self._stacks)
        values = {new: variable(old) for old, new in fresh.items()}
        if key not in self.known:
            try:
                self.known[key] = self.derivative(term, facts)
            except NotFoundError as error:
                form = error.missing
                if form is None or form.names().isdisjoint(values):
                    raise
                if form.names() & set(values) <= {
                    new for old, new in fresh.items() if self._is_summed(goal, spot, old)
                }:
                    self._split(goal, spot, form.at(values))
                    return True
                self.known[key] = self._by_cases(term, facts, form)
        found = self.known[key]
        needed = [fact.at(values) for fact in self.script.theorem(found).facts]
        goal.do(spot.path, "theorem", found, values, rows_for(spot.scope, needed))
        return True

    def _is_summed(self, goal: Goal, spot: Spot, v: str) -> bool:
        return v in goal.value.terms[spot.path[0]][0].bound

    def _by_cases(self, term: Term, facts: Facts, form: Linear) -> int:
        """The theorem about a Jacobian or a gradient whose closed form is proved in two ways, and is the same."""
        one = self.derivative(term, (*facts, form))
        right = self.script.theorem(one).right
        other = self.derivative(term, (*facts, (-1) * form - 1))
        goal = Goal(self.script, (*facts, (-1) * form - 1), (), term)
        goal.do(next(goal.spots()).path, "theorem", other, {}, rows_for(goal.facts, goal.facts))
        return self.script.cases(form, one, self.close(goal, right))

    def _relevant(self, facts: Facts, names: set[str]) -> Facts:
        """The facts about free variables, some bound ones, and those that these are compared with."""
        found = set(names)
        while more := {v for f in facts for v in f.names() if is_bound(v) and f.names() & found} - found:
            found |= more
        return tuple(dict.fromkeys(f for f in facts if all(v in found for v in f.names() if is_bound(v))))

    def derivative(self, term: Term, facts: Facts) -> int:
        """The theorem about a Jacobian or a gradient, in closed form."""
        of, by = term[-2:]
        way = term[1] if term[0] == "jac" else "total"
        direction = (way, (by,) if way == "total" else (of, by))
        goal = Goal(self.script, facts, (), ("d", direction, of))
        self.resolve(goal, BRIEF)
        from symrnn.certify.meeting import tidy

        tidy(goal)
        while self._divided(goal):
            tidy(goal)
        value, moved = goal.value, ("vec", ("d", direction, by))
        if term[0] == "grad":
            factor = self._gradient(value, direction, by)
            right: Term = ("mul", ("T", ("vec", factor)), moved)
        else:
            factor = self._factor(value, direction, by, of)
            right = ("mul", factor, moved) if value.cols == ONE else self.writer.poly(value)
        return self.script.identify(self.close(goal, right), factor, term[0])

    def _divided(self, goal: Goal) -> bool:
        """Split a sum whose domain is not a range within a range, so that it can be written."""
        for m, (mono, _) in enumerate(goal.value.terms):
            try:
                nested(mono)
            except NotFoundError as error:
                if error.missing is None or error.missing.names().isdisjoint(mono.bound):
                    raise
                goal.do((m,), "split", error.missing)
                return True
        return False

    def _factor(self, value: Poly, direction: Term, by: Place, of: Place) -> Term:
        """J with vec(R) = J vec(dw) for R linear in dw."""
        rows, cols = value.rows, value.cols
        whole, width = times(rows, cols), self.length(by)
        atom = ("d", direction, by)
        parts: list[Term] = []
        for mono, c in value.terms:
            slope, rest = factor_in(self.normal, opened(mono), rows, cols, atom)
            parts.append(self._summed(rest, c, slope))
        return add(*parts) if parts else ("zero", whole, width)

    def _summed(self, rest: Mono, c: Fraction | int, factor: Poly) -> Term:
        """A matrix times the numbers of a monomial, summed over its domain, as a term."""
        found = zero(factor.rows, factor.cols)
        for mono, e in factor.terms:
            mono = opened(mono)
            whole = Mono(rest.bound + mono.bound, rest.domain + mono.domain, rest.scalars + mono.scalars, mono.word)
            found = plus(found, self.normal.finished(factor.rows, factor.cols, whole, c * e))
        return self.writer.poly(found)

    def _gradient(self, value: Poly, direction: Term, by: Place) -> Term:
        """G with R = tr(Gᵀ dW) for a number R linear in dW."""
        rows, cols = self.system.shape(by)
        atom = ("d", direction, by)
        found: list[Term] = []
        for mono, c in value.terms:
            word, rest = freed(self.normal, opened(mono), atom)
            at = next((at for at, each in enumerate(word) if each in (atom, ("T", atom))), None)
            if at is None:
                row = linear_in(self.normal, word, ONE, ONE, atom)
                found.append(self._summed(rest, c, self.normal.unvec(rows, cols, self.normal.transposed(row))))
                continue
            left, right = word[:at], word[at + 1 :]
            if word[at] != atom:
                left, right = self.normal.turned(right), self.normal.turned(left)
            column = self.normal.word(rows, ONE, self.normal.turned(left))
            row = self.normal.word(ONE, cols, self.normal.turned(right))
            found.append(self._summed(rest, c, self.normal.times(column, row)))
        return add(*found) if found else ("zero", rows, cols)


def _is_negated(argument: Poly) -> bool:
    """Whether the first term of a sum has a number below 0; one without terms is 0."""
    return bool(argument.terms) and argument.terms[0][1] < 0


def names_in(x: Any) -> set[str]:
    """The names of the quantities inside."""
    if not isinstance(x, tuple):
        return set()
    own = {x[1]} if x and x[0] == "leaf" else {x[0]} if len(x) == 2 and isinstance(x[0], str) else set()
    return own.union(*(names_in(part) for part in x))


def functions_in(x: Any, order: int = 1) -> set[str]:
    """The names of the functions whose slopes stand inside; or values, of order 0."""
    if not isinstance(x, tuple):
        return set()
    own = {x[1]} if len(x) == 5 and x[0] == "fn" and x[3] == order else set()
    return own.union(*(functions_in(part, order) for part in x))


def _is_turned(x: Any) -> bool:
    """Whether a function that is known at the other sign stands at an argument that begins with a minus."""
    if not isinstance(x, tuple):
        return False
    own = len(x) == 5 and x[0] == "fn" and x[1] in TURNED and x[4].terms and x[4].terms[0][1] < 0
    return bool(own) or any(map(_is_turned, x))


def _differentiated(t: Term) -> set[str]:
    """What a term has total derivatives of."""
    own = {t[2][0]} if t[0] == "d" or (t[0] == "jac" and t[1] == "total") else {t[1][0]} if t[0] == "grad" else set()
    return own.union(*(_differentiated(field) for sort, field in fields(t) if sort == "term"))


def _moving_in(x: Any) -> set[Any]:
    """The differentials inside, each as often as it stands in different places."""
    if not isinstance(x, tuple):
        return set()
    if len(x) == 3 and x[0] == "d" and isinstance(x[1], tuple):
        return {x}
    return set().union(*map(_moving_in, x))


def _meets(spot: Spot, moving: Any, place: Place) -> bool:
    """Whether a quantity is known to be one of those that move, under another name of its index."""
    gaps = [place[1] - other for name, other in moving if name == place[0] and other is not None]
    return any(shows(spot.scope, gap) and shows(spot.scope, (-1) * gap) for gap in gaps)


def _gaps(moving: Any, place: Place, signs: list[int]) -> list[Linear]:
    same = [other for name, other in moving if name == place[0]]
    assert place[1] is not None or not same
    return [sign * (place[1] - other) - 1 for other, sign in zip(same, signs, strict=True)]


def _free(form: Linear) -> set[str]:
    return {v for v in form.names() if not is_bound(v)}


def _binds(t: Term) -> bool:
    from symrnn.kernel.terms import binders_of

    return bool(binders_of(t))
