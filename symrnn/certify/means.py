"""Expectations in a certificate: what is independent taken out, and the means and squares of states in closed form."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

from symrnn.certify.errors import NotFoundError
from symrnn.certify.goal import Goal, Spot, untransposed
from symrnn.certify.linear import freed
from symrnn.certify.meeting import meet
from symrnn.certify.script import rows_for, shows
from symrnn.certify.terms import add, mul
from symrnn.kernel.linear import Linear, number, variable
from symrnn.kernel.monomials import Mono, leaves, opened
from symrnn.kernel.steps import Facts, Hypothesis
from symrnn.kernel.terms import ONE, Place, Term, put

if TYPE_CHECKING:
    from symrnn.certify.deriving import Deriver

E, J = "upto", "step"
"""The name of the index in theorems about all of them."""

POWERS = {"means": 1, "squares": 2}
"""Whose closed forms are put in, by what asks for them."""


class Means:
    """Theorems about expectations over one system, each proved once.

    Args:
        deriver: who proves the rest.
    """

    def __init__(self, deriver: Deriver) -> None:
        self.deriver, self.script, self.system = deriver, deriver.script, deriver.system
        self._known: dict[tuple[str, int], int | None] = {}

    def step(self, goal: Goal, spot: Spot, how: frozenset[str]) -> bool:
        """Rewrite an expectation: as what it is of, by independence, in closed form, or by the equation of a quantity.

        Args:
            goal: where it stands.
            spot: the expectation.
            how: ``"means"`` and ``"squares"`` ask for closed forms.

        Returns:
            Whether anything was done.
        """
        ((mono, _),) = spot.atom[1].terms
        return (
            self._sure(goal, spot)
            or self._moment(goal, spot, mono)
            or any(self._closed_form(goal, spot, mono, power) for name, power in POWERS.items() if name in how)
            or self._written_out(goal, spot, mono)
        )

    def _sure(self, goal: Goal, spot: Spot) -> bool:
        needed: list[Linear] = []
        for place in self._chances(spot.atom[1]):
            start = self.system.quantities[place[0]].start if place[0] else None
            if start is None or place[1] is None:
                return False
            needed.append(start - 1 - place[1])
        if not all(shows(spot.scope, form) for form in needed):
            return False
        goal.do(spot.path, "sure", rows_for(spot.scope, needed))
        return True

    def _moment(self, goal: Goal, spot: Spot, mono: Mono) -> bool:
        for which, power in enumerate(mono.scalars):
            _, q, index = power[0] if power[0][0] == "leaf" and len(power) == 1 else ("", "", None)
            if not q or not self.system.of(q).moments:
                continue
            rest = mono._replace(scalars=tuple(s for s in mono.scalars if s != power))
            beside = [(x, at) for x, at in self._chances(rest) if q in self.system.behind[x]]
            if any(index is None or at is None or x not in self.system.causal for x, at in beside):
                continue
            needed = [index - 1 - at for _, at in beside]
            if all(shows(spot.scope, form) for form in needed):
                goal.do(spot.path, "moment", which, rows_for(spot.scope, needed))
                return True
        return False

    def _chances(self, x: Any) -> list[Place]:
        """What is random in something, in the order of the kernel."""
        return [place for place in sorted(leaves(x), key=repr) if self.system.behind[place[0]]]

    def _written_out(self, goal: Goal, spot: Spot, mono: Mono) -> bool:
        """The equation of a quantity that is a factor, where it holds."""
        for part, word in enumerate((mono.word, *mono.scalars)):
            for at, atom in enumerate(map(untransposed, word)):
                if atom[0] != "leaf" or self.system.of(atom[1]).body is None or not self.system.behind[atom[1]]:
                    continue
                needed = self.system.from_its_start(atom[1:])
                if all(shows(spot.scope, form) for form in needed):
                    goal.do((*spot.path, 0, 0, part, at), "definition", rows_for(spot.scope, needed))
                    return True
        return False

    # -- closed forms --------------------------------------------------------------------------------------------

    def _closed_form(self, goal: Goal, spot: Spot, mono: Mono, power: int) -> bool:
        """An instance of the theorem about all means of a state, or about all means of its square."""
        places = self._chances(mono)
        atoms = [atom for word in (mono.word, *mono.scalars) for atom in word]
        if len(places) != 1 or len(atoms) != power or any(atom != ("leaf", *places[0]) for atom in atoms):
            return False
        ((x, index),) = places
        known = self.system.of(x)
        if known.role != "state" or index is None or known.start is None:
            return False
        first = number(known.start - 1)
        if not shows(spot.scope, index - first):
            return False
        which = self._theorem(x, power)
        if which is None:
            return False
        goal.do(spot.path, "theorem", which, {E: index}, rows_for(spot.scope, [index - first]))
        return True

    def _theorem(self, x: str, power: int) -> int | None:
        """The theorem that gives E[x[e]^power]; None where there is none, and while it is being proved."""
        key = (x, power)
        if key not in self._known:
            self._known[key] = None
            self._known[key] = self._solved(x, power)
        return self._known[key]

    def _solved(self, x: str, power: int) -> int | None:
        """From E[x[j]^power] = A E[x[j-1]^power] + B the closed form; for a square, from that of its variance."""

        def moment(at: Linear) -> Term:
            return ("mean", mul(*[("leaf", x, at)] * power))

        def square(at: Linear) -> Term:
            return mul(*[("mean", ("leaf", x, at))] * 2)

        known = self.system.of(x)
        if power > 1 and (known.rows, known.cols) != (ONE, ONE):
            return None
        assert known.start is not None
        first, j, e = number(known.start - 1), variable(J), variable(E)
        left = moment(j) if power == 1 else add(moment(j), ("scale", Fraction(-1), square(j)))
        parts = self._affine(left, moment(j - 1), (j - known.start,))
        if parts is None:
            return None
        factor, forcings = parts
        if power > 1:
            forcings.append(mul(factor, square(j - 1)))
        forcing = self.deriver.normal.value(add(*forcings)) if forcings else None
        start = ("leaf", x, first) if power == 1 else None
        grown = None if forcing is None or not forcing.terms else self.deriver.writer.poly(forcing)
        solution = self.deriver.solution(factor, grown, start, first)
        right = add(*solution) if power == 1 else add(square(e), *solution)
        claim = Hypothesis((), moment(e), right)
        bases = [self._closed((), (), put(claim.left, {E: first}), put(right, {E: first}))]
        ahead = {E: e + 1}
        steps = [self._closed((e - first,), (claim,), put(claim.left, ahead), put(right, ahead))]
        return self.script.induction(E, first, (), [claim], bases, steps)[0]

    def _affine(self, left: Term, before: Term, facts: Facts) -> tuple[Term, list[Term]] | None:
        """A and the summands of B with ``left = A before + B``; None where it is not of this form."""
        normal, writer = self.deriver.normal, self.deriver.writer
        goal = Goal(self.script, facts, (), left)
        self.deriver.resolve(goal)
        wanted = normal.value(before)
        ((mono, _),) = wanted.terms
        (atom,) = mono.word or mono.scalars[0]
        factors: list[Term] = []
        forcings: list[Term] = []
        for mono, c in goal.value.terms:
            if atom not in [each for word in (mono.word, *mono.scalars) for each in word]:
                forcings.append(writer.mono(goal.value.rows, goal.value.cols, mono, c, {}))
                continue
            try:
                word, rest = freed(normal, opened(mono), atom)
            except NotFoundError:
                return None
            if word[-1] != atom:
                word = normal.turned(word)
            if word[-1] != atom or atom in word[:-1]:
                return None
            factor = normal.word(goal.value.rows, wanted.rows, word[:-1])
            factors.append(self.deriver._summed(rest, c, factor))
        return (add(*factors), forcings) if factors else None

    def _closed(self, facts: Facts, claims: tuple[Hypothesis, ...], left: Term, right: Term) -> int:
        """The theorem that an expectation is what is claimed of it, by the claims about the step before."""
        goal = Goal(self.script, facts, claims, left)
        self.deriver.resolve(goal)
        goal.minus(right)
        self.deriver.resolve(goal)
        atoms = [self.deriver.normal.value(claim.left) for claim in claims]
        while True:
            spot = next(
                (s for s in goal.spots() if s.atom[0] == "mean" and goal.kernel.normal.atom(s.atom) in atoms), None
            )
            if spot is None:
                break
            goal.do(spot.path, "hypothesis", 1, atoms.index(goal.kernel.normal.atom(spot.atom)), {}, [])
        meet(goal)
        return goal.closed(right)
