"""What is known of numbers in a certificate: signs, hypotheses, and combinations of what was shown before."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from fractions import Fraction
from itertools import combinations_with_replacement, islice
from typing import Any, Protocol

import flint

from symrnn.certify.errors import NotFoundError
from symrnn.certify.norms.norm_script import NormScript
from symrnn.certify.script import shows
from symrnn.certify.simplex import nonnegative_solution
from symrnn.kernel.errors import NotProvedError
from symrnn.kernel.lemmas import LE, LT
from symrnn.kernel.linear import Linear, number, variable
from symrnn.kernel.scalars import ONE, ZERO, Monomial, Number, Scalar, added, multiplied, scalar_names, walk
from symrnn.kernel.steps import Facts
from symrnn.kernel.terms import Term

MOST_PAIRS = 24
"""How many pairs of powers are compared, and how many powers are made longer or shorter."""

MOST_CANDIDATES = 150
"""Products that are tried together."""

STRICT, LEAST_WEIGHT = "strict", flint.fmpq(1, 1024)
"""The name of the sum of all weights of what is above 0 for certain, and how large it is at least."""


def times(*parts: Scalar) -> Scalar:
    """A product without factors 1, products inside it opened."""
    flat = [f for part in parts for f in (part[1:] if part[0] == "times" else (part,)) if f != ONE]
    return ONE if not flat else flat[0] if len(flat) == 1 else ("times", *flat)


def power(x: Scalar, e: Linear) -> Scalar:
    """A power; the first one is the number itself."""
    return x if e == number(1) else ONE if x == ONE else ("power", x, e)


def plus(*parts: Scalar) -> Scalar:
    """A sum."""
    return parts[0] if len(parts) == 1 else ("plus", *parts)


def factors(s: Scalar) -> list[Scalar]:
    """The factors of a product."""
    return [f for part in s[1:] for f in factors(part)] if s[0] == "times" else [s]


def bases(s: Scalar) -> dict[Linear, list[Scalar]]:
    """What is raised to each exponent with an index in it, once for each summand; what stands under one alone together.

    >>> k, x, y = variable("k"), ("real", "x"), ("real", "y")
    >>> bases(("plus", ("times", ("power", x, k), ("power", y, k)), ONE)) == {k: [("times", x, y)]}
    True
    """
    found: dict[Linear, list[Scalar]] = {}
    for summand in s[1:] if s[0] == "plus" else (s,):
        together: dict[Linear, list[Scalar]] = {}
        for factor in factors(summand):
            if factor[0] == "power" and factor[2].terms:
                together.setdefault(factor[2], []).append(factor[1])
        for e, parts in together.items():
            found.setdefault(e, []).append(times(*parts))
    return found


def less_one(x: Scalar) -> Scalar:
    """The number 1 - x."""
    return ("plus", ONE, ("times", ("rational", Fraction(-1)), x))


MOST_IN_PAIRS = 8
"""How many bounds are multiplied with each other."""


class Entries(Protocol):
    """What is known of the signs of entries."""

    def nonnegative(self, t: Term, facts: Facts) -> int:
        """The bound 0 <= smallest(t)."""

    def nonpositive(self, t: Term, facts: Facts) -> int:
        """The bound smallest(t) <= 0."""

    def unknown(self) -> list[str]:
        """What stood in the way, since nothing says of which sign its entries are."""

    def entry_of(self, t: Term, facts: Facts) -> tuple[Scalar, int, int]:
        """What the entry of a 1 x 1 matrix is made of, and the bounds there and back."""


class Known:
    """Signs and relations that hold under facts, each shown once.

    Args:
        script: where they are written.
    """

    def __init__(self, script: NormScript) -> None:
        self.script = script
        self.sizes: list[Number] = []
        """Of what numbers the statement has absolute values."""
        self.comparisons: list[int] = []
        """Bounds that may help wherever numbers are compared, under the facts of the statement."""
        self.entries: Entries | None = None
        self._memo: dict[Any, int] = {}
        self._shown: list[int] = []

    # -- signs -------------------------------------------------------------------------------------------------------

    def nonnegative(self, s: Scalar, facts: Facts) -> int:
        """The bound 0 <= s, or 0 < s.

        Raises:
            NotFoundError: when nothing shows it.
        """
        key = (s, facts)
        if key not in self._memo:
            self._memo[key] = self._nonnegative(s, facts)
        return self._memo[key]

    def _nonnegative(self, s: Scalar, facts: Facts) -> int:
        script = self.script
        match s:
            case ("rational", c) if c >= 0:
                return script.combine((), ZERO, LT if c else LE, s, [[c]] if c else [])
            case ("real", name) if script.replay.reals[name] != "real":
                script.put("sign", name)
                return len(script.replay.bounds) - 1
            case ("number", form):
                return script.lemma("number", [form], facts)[0]
            case ("norm", p, t):
                return script.lemma("nonnegative", [p, t], facts)[0]
            case ("smallest", t) if self.entries is not None:
                return self.entries.nonnegative(t, facts)
            case ("least" | "radius" as p, t):
                return script.lemma("nonnegative", [p, t], facts)[0]
            case ("abs", x):
                return script.lemma("nonnegative absolute value", [x], facts)[0]
            case ("max", x, y):
                return self._nonnegative_maximum(s, x, y, facts)
            case ("times", *parts):
                known = [self.nonnegative(part, facts) for part in parts]
                strict = all(script.bound(each).relation == LT for each in known)
                return script.combine(facts, ZERO, LT if strict else LE, s, [[1, *known]])
            case ("plus", *parts):
                for relation in (LT, LE):
                    found = self.related(ZERO, relation, s, facts)
                    if found is not None:
                        return found
                return script.combine(facts, ZERO, LE, s, [[1, self.nonnegative(part, facts)] for part in parts])
            case ("power", x, k):
                known_ = self.nonnegative(x, facts)
                strict = script.bound(known_).relation == LT
                base = self.restated(known_, facts, ZERO, x, LT if strict else LE)
                return script.lemma(f"{'positive' if strict else 'nonnegative'} power", [x, k], facts, [base])[0]
            case ("over", x):
                return self.reciprocal(x, facts)[2]
            case ("total", v, low, high, body):
                here = (*facts, variable(v) - low, high - variable(v))
                inside = self.restated(self.nonnegative(body, here), here, ZERO, body, LE)
                return script.combine(
                    facts, ZERO, LE, s, [[1, *script.lemma("sums grow", [v, low, high, ZERO, body], facts, [inside])]]
                )
        raise NotFoundError(f"nothing shows that a number is not below 0: {s[0]}")

    def _nonnegative_maximum(self, s: Scalar, x: Scalar, y: Scalar, facts: Facts) -> int:
        """0 <= x <= max(x, y), or 0 <= y <= max(x, y); strictly where that is shown."""
        found: list[tuple[bool, int, int]] = []
        for part, larger in zip((x, y), self.maximum(x, y, facts), strict=True):
            try:
                known = self.nonnegative(part, facts)
            except NotFoundError:
                continue
            found.append((self.script.bound(known).relation == LT, known, larger))
        if not found:
            raise NotFoundError("nothing shows that a maximum is not below 0")
        strict, known, larger = max(found)
        return self.script.combine(facts, ZERO, LT if strict else LE, s, [[1, known], [1, larger]])

    def maximum(self, x: Scalar, y: Scalar, facts: Facts) -> tuple[int, int]:
        """The bounds x <= max(x, y) and y <= max(x, y)."""
        key = ("max", x, y, facts)
        if key not in self._memo:
            self._memo[key] = self.script.lemma("larger of two", [x, y], facts)[0]
        return self._memo[key], self._memo[key] + 1

    def magnitude(self, x: Scalar, facts: Facts) -> tuple[int, int]:
        """The bounds x <= abs(x) and 0 <= abs(x) + x."""
        key = ("abs", x, facts)
        if key not in self._memo:
            self._memo[key] = self.script.lemma("absolute value", [x], facts)[0]
        return self._memo[key], self._memo[key] + 1

    def turned(self, x: Scalar, y: Scalar, facts: Facts) -> int:
        """The bound abs(x) <= abs(y), where y is -x."""
        script, size, (there, back) = self.script, ("abs", y), self.magnitude(y, facts)
        above = script.combine(facts, x, LE, size, [[1, back]])
        below = script.combine(facts, ZERO, LE, ("plus", size, x), [[1, there]])
        return script.lemma("least absolute value", [x, size], facts, [above, below])[0]

    def restated(self, bound: int, facts: Facts, left: Scalar, right: Scalar, relation: str) -> int:
        """A bound in these words."""
        known = self.script.bound(bound)
        if (known.left, known.relation, known.right) == (left, relation, right):
            return bound
        return self.script.combine(facts, left, relation, right, [[1, bound]])

    def reciprocal(self, x: Scalar, facts: Facts) -> list[int]:
        """The bounds x · 1/x <= 1, 1 <= x · 1/x and 0 < 1/x, for a number that is shown to be above 0."""
        key = ("over", x, facts)
        if key not in self._memo:
            self._memo[key] = self.script.lemma("reciprocal", [x], facts, [self.positive(x, facts)])[0]
        first = self._memo[key]
        return [first, first + 1, first + 2]

    def positive(self, x: Scalar, facts: Facts) -> int:
        """The bound 0 < x.

        Raises:
            NotFoundError: when nothing shows it.
        """
        found = self.related(ZERO, LT, x, facts)
        if found is None:
            found = self.nonnegative(x, facts)
            if self.script.bound(found).relation != LT:
                raise NotFoundError("a divisor that may be 0")
        return self.restated(found, facts, ZERO, x, LT)

    # -- hypotheses ----------------------------------------------------------------------------------------------------

    def remember(self, bound: int) -> None:
        """Let a bound that was shown be as good as a hypothesis, under its own facts."""
        self._shown.append(bound)

    def hypotheses(self, facts: Facts) -> Iterator[int]:
        """Every relation between numbers that is assumed for the statement's own indices."""
        yield from (each for each in self._shown if set(self.script.bound(each).facts) <= set(facts))
        for which, known in enumerate(self.script.replay.assumed):
            if not known.names:
                key = ("assumed", which, facts)
                if key not in self._memo:
                    self._memo[key] = self.script.assumption(which, {}, facts)
                yield self._memo[key]

    def related(self, left: Scalar, relation: str, right: Scalar, facts: Facts) -> int | None:
        """A relation that is a hypothesis, but for a number in front; None if it is none."""
        try:
            wanted = _difference(self.script, left, right)
        except NotProvedError:
            return None
        for which in self.hypotheses(facts):
            known = self.script.bound(which)
            gap = _difference(self.script, known.left, known.right)
            if (relation == LT and known.relation != LT) or not gap or gap.keys() != wanted.keys():
                continue
            ratio = next(wanted[m] / gap[m] for m in gap)
            if ratio > 0 and all(wanted[m] == ratio * gap[m] for m in gap):
                return self.script.combine(facts, left, relation, right, [[ratio, which]])
        return None

    # -- combinations --------------------------------------------------------------------------------------------------

    def below(self, left: Scalar, right: Scalar, facts: Facts) -> int:
        """The bound left < right, a hypothesis or a combination of several.

        Raises:
            NotFoundError: when nothing shows it.
        """
        found = self.related(left, LT, right, facts)
        return self.linked(left, right, facts, relation=LT) if found is None else found

    def linked(
        self, left: Scalar, right: Scalar, facts: Facts, exponents: Iterable[Linear] = (), relation: str = LE
    ) -> int:
        """The bound left <= right, as a combination of comparisons and hypotheses times what is not below 0.

        Args:
            left: what is smaller.
            right: what is larger.
            facts: what holds.
            exponents: powers of the hypotheses with these exponents may help.
            relation: ``"<"`` for left < right, where a summand is above 0 for certain.

        Raises:
            NotFoundError: when no combination is found.
        """
        script = self.script
        goal = _difference(script, left, right)
        if not goal and relation == LE:
            return script.combine(facts, left, LE, right, [])
        if left[0] == "max" and relation == LE:
            both = [self.restated(self.linked(x, right, facts, exponents), facts, x, right, LE) for x in left[1:]]
            return script.lemma("least upper bound", [*left[1:], right], facts, both)[0]
        helpers = [each for each in self.comparisons if set(script.bound(each).facts) <= set(facts)]
        for node, _, bound in (each for s in (left, right) for each in walk(s)):
            if node[0] == "max" and not bound:
                helpers += self.maximum(node[1], node[2], facts)
            if node[0] == "abs" and not bound:
                helpers += self.magnitude(node[1], facts)
            if node[0] == "smallest" and not bound:
                helpers += self._nonpositive(node[1], facts)
        for which in list(self.hypotheses(facts)):
            helpers.append(which)
            for e in exponents:
                raised = self._raised(which, e, facts)
                if raised is not None:
                    helpers.append(raised)
        helpers += self._powers(left, right, facts)
        scalars = {}
        for s in (left, right, *(side for h in helpers for side in script.bound(h)[1::2])):
            scalars.update(_atoms(script, s))
        candidates = list(self._candidates(goal, helpers, scalars, facts))[:MOST_CANDIDATES]
        columns, wanted = [_column(value) for value, _ in candidates], _column(goal)
        if relation == LT:  # what is above 0 for certain has some weight
            for column, (_, bounds) in zip(columns, candidates, strict=True):
                if all(script.bound(each).relation == LT for each in bounds):
                    column[STRICT] = flint.fmpq(1)
            columns, wanted[STRICT] = [*columns, {STRICT: flint.fmpq(-1)}], LEAST_WEIGHT
        found = nonnegative_solution(columns, wanted) if candidates else None
        if found is None:
            raise NotFoundError("no combination of the hypotheses shows that one number is below another")
        weights = {at: Fraction(int(w.p), int(w.q)) for at, w in found.items() if w != 0 and at < len(candidates)}
        products = [[w, *candidates[at][1]] for at, w in sorted(weights.items())]
        return script.combine(facts, left, relation, right, products)

    def _raised(self, which: int, e: Linear, facts: Facts) -> int | None:
        known = self.script.bound(which)
        key = ("raised", which, e, facts)
        if key not in self._memo:
            if not e.terms or not shows(facts, e):
                return None
            try:
                base = self.restated(self.nonnegative(known.left, facts), facts, ZERO, known.left, LE)
            except NotFoundError:
                return None
            order = self.restated(which, facts, known.left, known.right, LE)
            arguments = [known.left, known.right, e]
            self._memo[key] = self.script.lemma("powers grow", arguments, facts, [base, order])[0]
        return self._memo[key]

    def _powers(self, left: Scalar, right: Scalar, facts: Facts) -> Iterator[int]:
        """The bounds x^e <= y^e for powers x^e on the left, 1 among them, and y^e on the right, where x <= y.

        Where an exponent is larger than one on the other side, by d, the bounds y^d >= 1 or x^d <= 1, too.
        """
        smaller, larger = bases(left), bases(right)
        xs, ys = ({base: e for e, found in side.items() for base in found} for side in (smaller, larger))
        ends = dict.fromkeys((*smaller, *larger))
        pairs = {(x, y, e): None for e in ends for x in (*xs, ONE) for y in (*ys, ONE)}
        ways = [(e, f) for e in ends for f in ends if e != f]
        longer = {(y, e, f, ONE, y): None for e, f in ways for y in (*ys, *xs)}
        longer |= {(x, e, f, x, ONE): None for e, f in ways for x in (*xs, *ys)}
        grown = (self._grown(x, y, e, facts) for x, y, e in islice(pairs, MOST_PAIRS))
        lengthened = (self._lengthened(*each, facts) for each in islice(longer, MOST_PAIRS))
        yield from (bound for bound in (*grown, *lengthened) if bound is not None)

    def _lengthened(self, x: Scalar, e: Linear, f: Linear, one: Scalar, other: Scalar, facts: Facts) -> int | None:
        """The bound x^f <= x^e where 1 <= x and f <= e, or where x <= 1 and e <= f; None where that is not shown."""
        least, by = (f, e - f) if one == ONE else (e, f - e)
        if (change := self._grown(one, other, by, facts)) is None or not shows(facts, least):
            return None
        try:
            rest = self.nonnegative(power(x, least), facts)
        except NotFoundError:
            return None
        return self.script.combine(facts, power(x, f), LE, power(x, e), [[1, change, rest]])

    def _grown(self, x: Scalar, y: Scalar, e: Linear, facts: Facts) -> int | None:
        """The bound x^e <= y^e, where 0 <= x <= y; None where that is not shown."""
        key = ("grown", x, y, e, facts)
        if key not in self._memo:
            if x == y or not e.terms or not shows(facts, e):
                return None
            try:
                sign = self.restated(self.nonnegative(x, facts), facts, ZERO, x, LE)
                order = self.linked(x, y, facts)
            except NotFoundError:
                return None
            self._memo[key] = self.script.lemma("powers grow", [x, y, e], facts, [sign, order])[0]
        return self._memo[key]

    def _candidates(
        self, goal: Number, helpers: Sequence[int], scalars: dict[Any, Scalar], facts: Facts
    ) -> Iterator[tuple[Number, list[int]]]:
        """Products that may add up to the goal: helpers times monomials, monomials alone, and two helpers."""
        seen = set()
        monomials = list(goal)
        for _ in range(3):
            fresh: list[Monomial] = []
            for which in helpers:
                bound = self.script.bound(which)
                gap = _difference(self.script, bound.left, bound.right)
                for m in monomials:
                    for h in gap:
                        cofactor = _quotient(m, h, facts)
                        if cofactor is None or (which, cofactor) in seen:
                            continue
                        seen.add((which, cofactor))
                        signs = self._signs(cofactor, scalars, facts)
                        if signs is not None:
                            value = multiplied(gap, {cofactor: Fraction(1)})
                            fresh += [each for each in value if each not in monomials]
                            yield value, [which, *signs]
            monomials = [*dict.fromkeys([*monomials, *fresh])]
        for m in monomials:
            signs = self._signs(m, scalars, facts)
            if signs is not None:
                yield {m: Fraction(1)}, signs
        bounds = [(which, self.script.bound(which)) for which in helpers[:MOST_IN_PAIRS]]
        gaps = [(which, _difference(self.script, each.left, each.right)) for which, each in bounds]
        for (one, gap), (other, more) in combinations_with_replacement(gaps, 2):
            value = multiplied(gap, more)
            if value.keys() <= set(monomials):  # such as (1 - α)(max(x, 1) - x)
                yield value, [one, other]

    def _signs(self, mono: Monomial, scalars: dict[Any, Scalar], facts: Facts) -> list[int] | None:
        found = []
        for atom, e in mono:
            if atom not in scalars:
                return None
            try:
                if not e.terms:
                    found += [self.nonnegative(scalars[atom], facts)] * e.constant
                else:
                    found.append(self.nonnegative(("power", scalars[atom], e), facts))
            except NotFoundError:
                half = _half(e)
                if half is None:
                    return None
                found.append(self.script.lemma("even power", [scalars[atom], half], facts)[0])
        return found

    def _nonpositive(self, t: Term, facts: Facts) -> Iterator[int]:
        """The bound smallest(t) <= 0, where that is shown."""
        if self.entries is not None:
            with suppress(NotFoundError):
                yield self.entries.nonpositive(t, facts)


def _half(e: Linear) -> Linear | None:
    """The exponent whose double is an even one; None for others."""
    coefficients = [e.constant, *(c for _, c in e.terms)]
    return None if any(c % 2 for c in coefficients) else Linear(tuple((v, c // 2) for v, c in e.terms), e.constant // 2)


def _difference(script: NormScript, left: Scalar, right: Scalar) -> Number:
    return added(script.value(right), script.value(left), Fraction(-1))


def _column(value: Number) -> dict[Any, flint.fmpq]:
    return {m: flint.fmpq(c.numerator, c.denominator) for m, c in value.items()}


def _quotient(m: Monomial, h: Monomial, facts: Facts) -> Monomial | None:
    """The monomial m / h, if all exponents are >= 0 by the facts."""
    exponents = dict(m)
    for atom, e in h:
        exponents[atom] = exponents.get(atom, number(0)) - e
    kept = {atom: e for atom, e in exponents.items() if e != number(0)}
    if not all(shows(facts, e) for e in kept.values()):
        return None
    return tuple(sorted(kept.items(), key=repr))


def _atoms(script: NormScript, s: Scalar) -> dict[Any, Scalar]:
    """A scalar for each atom of a normal form, among the parts of a scalar."""
    found: dict[Any, Scalar] = {}
    match s:
        case ("plus" | "times", *parts):
            for part in parts:
                found.update(_atoms(script, part))
            return found
        case ("power", base, _):
            found.update(_atoms(script, base))
        case ("over", base):
            inner = script.value(base)
            if len(inner) == 1:
                for atom, scalar in _atoms(script, base).items():
                    found[scalar[1] if atom[0] == "over" else ("over", atom)] = ("over", scalar)
    value = script.value(s)
    if len(value) == 1:
        ((mono, _),) = value.items()
        if len(mono) == 1 and mono[0][1] == number(1):
            found[mono[0][0]] = s
        elif s[0] == "total":
            found.update(_of_total(script, s))
    return found


def _of_total(script: NormScript, s: Scalar) -> dict[Any, Scalar]:
    """The atom of a sum whose constant factors stand in front in the normal form."""
    _, v, low, high, body = s
    inside = [f for f in factors(body) if v in scalar_names(f)]
    found: dict[Any, Scalar] = {}
    for f in factors(body):
        if v not in scalar_names(f):
            found.update(_atoms(script, f))
    value = script.value(("total", v, low, high, times(*inside)))
    if len(value) == 1:
        ((mono, _),) = value.items()
        if len(mono) == 1:
            found[mono[0][0]] = ("total", v, low, high, times(*inside))
    return found
