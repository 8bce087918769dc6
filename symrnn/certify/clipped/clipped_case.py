"""Closes one case of a proof about clipped gradients: finds the sum of products that is absurd.

What is defined by an equation is put in its place first; what stands below a line then is cleared. A certificate of
positivity, see :mod:`symrnn.certify.positivity`, is looked for in what remains, and carried back: the definitions enter
it as multiples of numbers that are 0.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from math import prod
from typing import Any, NamedTuple, TypeAlias

from symrnn.certify.errors import NotFoundError
from symrnn.certify.positivity import EXTRA_DEGREE, certify
from symrnn.kernel.polynomials import Poly, constant, minus, plus
from symrnn.kernel.vectors import Names, count


class Definition(NamedTuple):
    """An equation ``u^power · below = above``, by which an unknown goes away.

    Args:
        unknown: its number.
        power: 1, or 2 for the square of a length.
        below, above: polynomials without the unknown.
        equation: the number of the fact.
        scale: the fact is ``scale · (u^power · below - above) = 0``.
        positive: the number of the fact that ``below`` is above 0; None where it is 1.
    """

    unknown: int
    power: int
    below: Poly
    above: Poly
    equation: int
    scale: Fraction
    positive: int | None


class Reduced(NamedTuple):
    """A polynomial after definitions were used: ``Π divisors · p = value`` wherever they hold."""

    divisors: tuple[int, ...]
    value: Poly


class Part(NamedTuple):
    """``weight · Π facts · Π root²``; the weight is above 0 unless one of the facts is an equation."""

    weight: Fraction
    facts: tuple[int, ...]
    roots: tuple[Poly, ...] = ()


class Given(NamedTuple):
    """A fact as it is used: its number, its sign, and what became of it."""

    fact: int
    sign: int
    reduced: Reduced


Numbers: TypeAlias = tuple[int, ...]
"""Facts, each as often as it is a factor."""

Sum: TypeAlias = list[Part]


@dataclass
class Case:
    """The facts of a case.

    Args:
        names: whose numbers they are about.
        facts: the facts.
        opposite: which of them says the opposite of the claim.
        sides: both sides of the claim, where they are numbers that are compared.
    """

    names: Names
    facts: tuple[tuple[str, Poly], ...]
    opposite: int
    sides: tuple[Poly, Poly] | None = None
    definitions: list[Definition] = field(default_factory=list)
    squares: list[Definition] = field(default_factory=list)

    def __post_init__(self) -> None:
        found = [d for at in range(len(self.facts)) if (d := self._definition(at)) is not None]
        squares = [d for d in found if d.power == 2]
        waiting = [d for d in found if d.power == 1]
        while waiting:  # what no other definition speaks of goes first
            spoken = [({*unknowns(d.above), *unknowns(d.below)}, d) for d in waiting]
            first = next((d for d in waiting if not any(d.unknown in s for s, o in spoken if o is not d)), None)
            if first is None:
                break
            self.definitions.append(first)
            waiting.remove(first)
        self.squares = sorted(squares, key=lambda d: -d.unknown)

    @property
    def order(self) -> list[Definition]:
        """Definitions in an order in which all of them go: squares of sums speak of other numbers that are defined."""
        return 2 * (self.squares + self.definitions) + self.squares

    def _definition(self, at: int) -> Definition | None:
        """What an equation defines: by the kind of the unknown that the lemma speaks of."""
        kind, p = self.facts[at]
        keys: list[Any] = list(self.names.ring.unknowns)
        if kind != "=":
            return None
        for u in sorted(unknowns(p), key=lambda at: (-count(keys[at]), at)):
            key = keys[u]
            plain = key[0] in ("factor", "inverse", "abs", "min", "max") or (key[0] == "entry" and key[1][0] == "clip")
            multiple = key[0] == "norm" and key[2][0] == "scale"
            size = key[0] == "name" and self.names.numbers[key[1]] == "size"
            square = key[0] == "norm" and key[2][0] in ("sum", "stack") and p.get((u, u)) == 1
            if not (plain or multiple or size or square):
                continue
            power = 2 if square else 1
            below, rest = coefficient(p, u, power), without(p, u)
            if plus(times_power(below, u, power), rest) != p:
                continue
            if below and not unknowns(below):
                scale = below[()]
                above = {mono: -c / scale for mono, c in rest.items()}
                return Definition(u, power, constant(1), above, at, scale, None)
            for sign, left, right in ((1, below, minus({}, rest)), (-1, minus({}, below), rest)):
                positive = next((i for i, (k, q) in enumerate(self.facts) if k == ">" and q == left), None)
                if positive is not None and power == 1:
                    return Definition(u, 1, left, right, at, Fraction(sign), positive)
        return None

    # -- with definitions put in ---------------------------------------------------------------------------------

    def reduced(self, p: Poly, squares: bool = False) -> Reduced:
        """A polynomial without what is defined."""
        divisors: tuple[int, ...] = ()
        for definition in self.order if squares else self.definitions:
            power, p, _ = self.put(p, definition)
            if definition.positive is not None:
                divisors += (definition.positive,) * power
        return self.cancelled(divisors, p)

    def cancelled(self, divisors: tuple[int, ...], p: Poly) -> Reduced:
        """A quotient without unknowns that stand above and below the line."""
        kept = []
        for at in divisors:
            below = next(iter(self.facts[at][1]))
            single = self.facts[at][1] == {below: 1} and len(below) == 1
            if single and p and all(below[0] in mono for mono in p):
                p = {_less(mono, below[0]): c for mono, c in p.items()}
            else:
                kept.append(at)
        return Reduced(tuple(kept), p)

    def put(self, p: Poly, d: Definition) -> tuple[int, Poly, Poly]:
        """The k, r and q with ``below^k p = r + q (u^power below - above)``, r without u^power."""
        times = self.names.ring.times
        most = max((mono.count(d.unknown) // d.power for mono in p), default=0)
        value: Poly = {}
        quotient: Poly = {}
        powers = [constant(1)]
        lefts = [constant(1)]
        for _ in range(most):
            powers.append(times(powers[-1], d.above))
            lefts.append(times(lefts[-1], d.below))
        for j in range(most + 1):
            part = {
                tuple(a for a in mono if a != d.unknown) + (d.unknown,) * (mono.count(d.unknown) % d.power): c
                for mono, c in p.items()
                if mono.count(d.unknown) // d.power == j
            }
            part = {tuple(sorted(mono)): c for mono, c in part.items()}
            value = plus(value, times(part, powers[j], lefts[most - j]))
            for i in range(j):
                head = times_power(lefts[i], d.unknown, d.power * i)
                quotient = plus(quotient, times(part, lefts[most - j], head, powers[j - 1 - i]))
        return most, value, quotient

    def given(self) -> list[Given]:
        """All facts but the opposite of the claim, without what is defined; equations with both signs."""
        used = {d.equation for d in self.definitions}
        found = []
        for at, (kind, p) in enumerate(self.facts):
            if at == self.opposite or at in used:
                continue
            for sign in (1, -1) if kind == "=" else (1,):
                found.append(Given(at, sign, self.reduced(p if sign > 0 else minus({}, p))))
        return found


def unknowns(p: Poly) -> set[int]:
    """The numbers of the unknowns of a polynomial."""
    return {at for mono in p for at in mono}


def coefficient(p: Poly, u: int, power: int) -> Poly:
    """What stands before a power of an unknown."""
    return {tuple(a for a in mono if a != u): c for mono, c in p.items() if mono.count(u) == power}


def without(p: Poly, u: int) -> Poly:
    """The monomials in which an unknown does not occur."""
    return {mono: c for mono, c in p.items() if u not in mono}


def times_power(p: Poly, u: int, power: int) -> Poly:
    """A polynomial times a power of an unknown."""
    return {tuple(sorted((*mono, *[u] * power))): c for mono, c in p.items()}


def _less(mono: tuple[int, ...], u: int) -> tuple[int, ...]:
    at = mono.index(u)
    return mono[:at] + mono[at + 1 :]


# -- the search --------------------------------------------------------------------------------------------------------


def refuted(case: Case) -> dict[str, Any]:
    """What is absurd in a case.

    Raises:
        NotFoundError: when nothing is found.
    """
    return carried_back(case, *_found(case))


def _found(case: Case) -> tuple[Numbers, Sum]:
    """Facts above 0, and products at least 0, whose sum is 0 wherever the definitions hold."""
    given = case.given()
    easy = _contradiction(case, given, 0)
    if easy is not None:
        return easy
    kind, opposite = case.facts[case.opposite]
    if kind == ">":
        try:
            return _against(case, given, opposite)
        except NotFoundError:
            hard = _contradiction(case, given, EXTRA_DEGREE)
            if hard is None:
                raise
            return hard
    hard = _contradiction(case, [*given, Given(case.opposite, 1, case.reduced(opposite))], EXTRA_DEGREE)
    if hard is None:
        raise NotFoundError("the opposite of the claim is not refuted")
    return hard


def _against(case: Case, given: list[Given], opposite: Poly) -> tuple[Numbers, Sum]:
    """``opposite > 0`` is refuted by ``-opposite >= 0``; of lengths by their squares."""
    goal = case.reduced(minus({}, opposite))
    if case.sides is not None and case.squares:
        (low, high), times, g = case.sides, case.names.ring.times, case.opposite
        try:
            d, a = _positive(case, case.reduced(minus(times(high, high), times(low, low)), squares=True), given)
            e, b = _positive(case, case.reduced(high), given)
        except NotFoundError:
            pass
        else:  # with g = low - high, g² + 2 high g + (high² - low²) = 0
            parts = [Part(2 * p.weight, (*p.facts, *d, g), p.roots) for p in b]
            return (g, g, *d, *e), [*parts, *(Part(p.weight, (*p.facts, *e), p.roots) for p in a)]
    divisors, parts = _positive(case, goal, given)
    return (case.opposite, *divisors), parts


def _contradiction(case: Case, given: list[Given], extra: int) -> tuple[Numbers, Sum] | None:
    """Facts that contradict each other: the negative of something above 0 is at least 0."""
    for at, sign, (divisors, value) in given:
        number = value.get((), Fraction(0))
        if not unknowns(value) and number < 0:
            return (), [Part(-sign / number, (at, *divisors))]
        if not value and case.facts[at][0] == ">":
            return (at, *divisors), []
    strict = [g for g in given if case.facts[g.fact][0] == ">"]
    for low in [*strict, None]:
        value = constant(1) if low is None else low.reduced.value
        try:
            _, parts = _positive(case, Reduced((), minus({}, value)), given, extra)
        except NotFoundError:
            continue
        return ((), parts) if low is None else ((low.fact, *low.reduced.divisors), parts)
    return None


def _positive(case: Case, goal: Reduced, given: list[Given], extra: int = EXTRA_DEGREE) -> tuple[Numbers, Sum]:
    """The sum of products that a goal is: from the facts about its own unknowns if they suffice, else from more.

    Raises:
        NotFoundError: when none is found.
    """
    for common, rest in (_common_square(goal.value), ((), goal.value)):
        own = unknowns(rest)
        idle = {d.unknown for d in case.squares} - own - _compared(case)
        ways = [
            [g for g in given if unknowns(g.reduced.value) <= own],
            [g for g in given if not unknowns(g.reduced.value) & idle],
            given,
        ]
        for facts in (way for at, way in enumerate(ways) if way not in ways[:at]):
            different = [*{frozenset(g.reduced.value.items()): g for g in reversed(facts)}.values()]
            try:
                found = certify(rest, [g.reduced.value for g in different], extra)
            except NotFoundError:
                continue
            parts = []
            for weight, factors, roots in found:
                used = [different[at] for at in factors]
                numbers = tuple(n for g in used for n in (g.fact, *g.reduced.divisors))
                parts.append(Part(weight * prod(g.sign for g in used), numbers, (*common, *roots)))
            return goal.divisors, parts
        if not common:
            break
    raise NotFoundError("no sum of products is found for a case")


def _common_square(p: Poly) -> tuple[tuple[Poly, ...], Poly]:
    """Unknowns whose squares divide a polynomial, and what remains."""
    common: tuple[Poly, ...] = ()
    for u in sorted(unknowns(p)):
        while all(mono.count(u) > 1 for mono in p):
            common += ({(u,): Fraction(1)},)
            p = {_less(_less(mono, u), u): c for mono, c in p.items()}
    return common, p


def _compared(case: Case) -> set[int]:
    """Lengths that are compared with something other than their own square."""
    own = {d.equation for d in case.squares}
    others = [p for at, (_, p) in enumerate(case.facts) if at not in own and at != case.opposite and len(p) > 1]
    return {u for p in others for u in unknowns(p)}


# -- and back ----------------------------------------------------------------------------------------------------------


def carried_back(case: Case, above: Numbers, parts: Sum) -> dict[str, Any]:
    """The sum as an identity of polynomials: definitions enter it as multiples of numbers that are 0.

    Raises:
        NotFoundError: when something remains.
    """
    times, facts = case.names.ring.times, case.facts
    zero: dict[int, Poly] = {}
    least = []
    total = times(*(facts[at][1] for at in above))
    for part in parts:
        squares = [root for root in part.roots for _ in range(2)]
        equation = next((at for at in part.facts if facts[at][0] == "="), None)
        if equation is None:
            least.append(part)
        others = list(part.facts)
        if equation is not None:
            others.remove(equation)
        value = times(constant(part.weight), *(facts[at][1] for at in others), *squares)
        if equation is not None:
            zero[equation] = plus(zero.get(equation, {}), value)
            value = times(value, facts[equation][1])
        total = plus(total, value)
    for d in case.order:
        power, total, quotient = case.put(total, d)
        if d.positive is not None and power:
            again = (d.positive,) * power
            above += again
            least = [part._replace(facts=part.facts + again) for part in least]
            zero = {at: times(p, *[d.below] * power) for at, p in zero.items()}
        zero[d.equation] = minus(zero.get(d.equation, {}), times(constant(1 / d.scale), quotient))
    if total:
        raise NotFoundError("what is found does not carry back")
    zero = {at: p for at, p in zero.items() if p}
    return {
        "above": list(above),
        "least": [[_number(p.weight), list(p.facts), [_monomials(root) for root in p.roots]] for p in least],
        "zero": [[at, _monomials(p)] for at, p in zero.items()],
    }


def _monomials(p: Poly) -> list[list[Any]]:
    return [[_number(c), *mono] for mono, c in p.items()]


def _number(value: Fraction) -> int | list[int]:
    return value.numerator if value.denominator == 1 else [value.numerator, value.denominator]
