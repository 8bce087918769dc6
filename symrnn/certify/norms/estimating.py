"""What estimates of norms rest on: derivatives written out, and what equations say of the structure of a term."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from fractions import Fraction
from typing import Any, NamedTuple

from symrnn.certify.deriving import TURNED, Deriver, functions_in, names_in
from symrnn.certify.errors import NotFoundError
from symrnn.certify.goal import Goal
from symrnn.certify.meeting import meet, tidy
from symrnn.certify.norms.known import Known, power, times
from symrnn.certify.norms.norm_script import NormScript
from symrnn.certify.script import rows_for, rows_json, shows
from symrnn.certify.terms import Writer
from symrnn.kernel.errors import NotProvedError
from symrnn.kernel.lemmas import LE, norm
from symrnn.kernel.linear import Linear, number, variable
from symrnn.kernel.scalars import ONE, Scalar, walk
from symrnn.kernel.steps import Facts, Hypothesis
from symrnn.kernel.terms import ONE as SINGLE
from symrnn.kernel.terms import Term, names_of, put, rebuilt, shape

DERIVATIVES = {"jac", "grad", "d"}


class Estimate(NamedTuple):
    """A number, and the bound that compares it with what was estimated."""

    value: Scalar
    bound: int


class Structure:
    """Terms about norms rewritten, each rewriting with its bound.

    Args:
        script: where they are written.
        kept: matrices whose norms stay, since the other side has them.
        radii: matrices whose spectral radius the other side has.
        sums: what is done with sums of powers: ``"plain"``, ``"reversed"``, ``"closed"``, or ``"bounded"`` by the whole
            series.
    """

    def __init__(
        self,
        script: NormScript,
        deriver: Deriver,
        known: Known,
        kept: Iterable[Term] = (),
        radii: Iterable[Term] = (),
        sums: str = "plain",
    ) -> None:
        self.script, self.deriver, self.known, self.sums = script, deriver, known, sums
        self.writer = Writer(script, deriver.normal)
        self.kept = list(kept)
        self.radii = list(radii)
        self._normal_kept = {deriver.normal.value(t) for t in self.kept}

    def same(self, s: Scalar, facts: Facts) -> Estimate:
        """A number that is bounded by itself."""
        return Estimate(s, self.script.combine(facts, s, LE, s, []))

    def through(self, s: Scalar, first: int, then: Estimate, facts: Facts) -> Estimate:
        """The bound s <= m, and m <= value."""
        return Estimate(then.value, self.script.combine(facts, s, LE, then.value, [[1, first], [1, then.bound]]))

    def _product(self, s: Scalar, first: int, a: Estimate, b: Estimate, facts: Facts) -> Estimate:
        """The bound s <= a' b', a' <= a and b' <= b."""
        value = times(a.value, b.value)
        smaller = self.script.bound(b.bound).left
        products = [[1, first]]
        if self.script.bound(a.bound).right != self.script.bound(a.bound).left:
            products.append([1, a.bound, self.known.nonnegative(smaller, facts)])
        if self.script.bound(b.bound).right != smaller:
            products.append([1, self.known.nonnegative(a.value, facts), b.bound])
        return Estimate(value, self.script.combine(facts, s, LE, value, products))

    def entry(self, t: Term, p: str, facts: Facts) -> tuple[Scalar, int, int] | None:
        """The number whose magnitude the norm of a 1 x 1 matrix is, where it is made of named ones; and the bounds.

        It has the sign with which the statement speaks of it.
        """
        if not self.is_number(t):
            return None
        try:
            x = self.script.replay.entry(t)
        except NotProvedError:
            return None
        if any(node[0] == "smallest" for node, _, _ in walk(x)):
            return None
        script, known, s = self.script, self.known, norm(p, t)
        there, back = script.magnitude(p, t, facts)
        y = times(("rational", Fraction(-1)), x)
        if script.value(y) not in known.sizes:
            return x, there, back
        size = ("abs", y)
        there = script.combine(facts, s, LE, size, [[1, there], [1, known.turned(x, y, facts)]])
        return y, there, script.combine(facts, size, LE, s, [[1, known.turned(y, x, facts)], [1, back]])

    def signed(self, x: Scalar, facts: Facts) -> tuple[Scalar, int] | None:
        """The number or its negative, whichever is known to be >= 0, and the bound that says so; else None."""
        for y in (x, times(("rational", Fraction(-1)), x)):
            try:
                return y, self.known.nonnegative(y, facts)
            except NotFoundError:
                continue
        return None

    def equation(self, left: Term, right: Term) -> int | None:
        """The number of the hypothesis that two matrices are equal; None if there is none."""
        value = self.deriver.normal.value
        for which, known in enumerate(self.script.replay.equations):
            sides = value(known.left), value(known.right)
            try:
                pair = value(left), value(right)
            except NotProvedError:
                return None
            if not known.facts and not known.every and pair in (sides, sides[::-1]):
                return which
        return None

    # -- what equations say of matrices ------------------------------------------------------------------------------

    def isometry(self, t: Term, p: str, facts: Facts) -> tuple[Term, int, int] | None:
        """A of t = Q^k A or t = A Q^k with an orthogonal Q, and the bounds ‖t‖ <= ‖A‖ and back; None for others."""
        if not self.script.replay.equations:
            return None
        found = self._isometry_before(t, p, facts)
        if found is not None or t[0] != "mul":
            return found
        *rest, last = t[1:]
        a = rest[0] if len(rest) == 1 else ("mul", *rest)
        turned = ("pow", ("T", last[1]), last[2]) if last[0] == "pow" else ("T", last)
        found = self._isometry_before(("mul", turned, ("T", a)), p, facts)
        if found is None:
            return None
        script, left, right = self.script, norm(p, t), norm(p, a)
        whole, inner = (script.lemma("transpose", [p, each], facts) for each in (t, a))
        there = script.combine(facts, left, LE, right, [[1, whole[1]], [1, found[1]], [1, inner[0]]])
        return a, there, script.combine(facts, right, LE, left, [[1, inner[1]], [1, found[2]], [1, whole[0]]])

    def _isometry_before(self, t: Term, p: str, facts: Facts) -> tuple[Term, int, int] | None:
        first, rest = (t[1], t[2:]) if t[0] == "mul" else (t, ())
        q, k = first[1:] if first[0] == "pow" else (first, number(1))
        size = shape(q, self.script.system)[1]
        if shape(q, self.script.system)[0] != size or not shows(facts, k):
            return None
        a: Term = ("id", size) if not rest else rest[0] if len(rest) == 1 else ("mul", *rest)
        for name, product in (("isometry", ("mul", ("T", q), q)), ("isometry by rows", ("mul", q, ("T", q)))):
            which = self.equation(product, ("id", size))
            if which is not None:
                return a, *self._both(name, [p, q, a, k, size], facts, (which,))
        return None

    def _both(self, name: str, arguments: list[Any], facts: Facts, equations: tuple[Any, ...] = ()) -> tuple[int, int]:
        """The bounds there and back of a lemma that two numbers are equal."""
        there, back = self.script.lemma(name, arguments, facts, (), equations)
        return there, back

    def normal(self, t: Term, facts: Facts) -> tuple[int, int] | None:
        """The bounds ‖t‖₂ <= ρ(t) and back for a normal matrix; None for others."""
        script, turned, sides = self.script, ("T", t), (norm("2", t), ("radius", t))
        if t[0] == "diag":
            largest, radius = (self._both("diagonal", [which, t[1]], facts) for which in ("2", "radius"))
            there = script.combine(facts, sides[0], LE, sides[1], [[1, largest[0]], [1, radius[1]]])
            return there, script.combine(facts, sides[1], LE, sides[0], [[1, radius[0]], [1, largest[1]]])
        if self.is_number(t):
            reference = [script.equal((), (), ("mul", turned, t), ("mul", t, turned), []), {}, []]
            return self._both("normal matrix", [t], facts, (reference,))
        if not script.replay.equations or not self._is_square(t):
            return None
        which = self.equation(("mul", turned, t), ("mul", t, turned))
        if which is not None:
            return self._both("normal matrix", [t], facts, (which,))
        for sign in (Fraction(1), Fraction(-1)):
            which = self.equation(t, ("scale", sign, turned))
            if which is not None:
                return self._both("multiple of its transpose", [t, sign], facts, (which,))
        return None

    def equals(self, s: Scalar, facts: Facts) -> Iterator[tuple[Scalar, int, int]]:
        """Other numbers that a norm or a radius is by the structure of its matrix, with the bounds there and back."""
        found = self._equal(s, facts)
        if found is None:
            return
        yield found
        middle, there, back = found
        for other, onward, backward in self.equals(middle, facts) if middle[0] == s[0] == "radius" else ():
            up = self.script.combine(facts, s, LE, other, [[1, there], [1, onward]])
            yield other, up, self.script.combine(facts, other, LE, s, [[1, backward], [1, back]])

    def _equal(self, s: Scalar, facts: Facts) -> tuple[Scalar, int, int] | None:
        match s:
            case ("radius", ("diag", a)):
                return norm("oo", a), *self._both("diagonal", ["radius", a], facts)
            case ("radius", ("T", a)):
                return ("radius", a), *self._both("transpose", ["radius", a], facts)
            case ("radius", ("pow", a, k)) if shows(facts, k):
                return power(("radius", a), k), *self._both("radius of a power", [a, k], facts)
            case ("radius", ("scale", c, a)):
                return times(("rational", abs(c)), ("radius", a)), *self._both("homogeneity", ["radius", c, a], facts)
            case ("radius", ("mul", a, *rest) as t) if all(part == a for part in rest):
                return self._radius_of_repeated(t, facts)
            case ("radius", t):
                similar = self.similarity(t, facts)
                if similar is not None:
                    v, inner, u, reference = similar
                    arguments = [v, inner, u, shape(v, self.script.system)[1]]
                    return ("radius", inner), *self._both("similar matrices", arguments, facts, (reference,))
                turned = self._turned_round(t) if t[0] == "mul" else None
                if turned is not None:
                    return ("radius", ("mul", *reversed(turned))), *self._both("radius of a product", [*turned], facts)
                known = self._radius_of_isometry(t, facts)
                if known is not None:
                    return ONE, *known
                normal = self.normal(t, facts)
                return None if normal is None else (norm("2", t), normal[1], normal[0])
            case ("norm", "2", t):
                normal = self.normal(t, facts)
                return None if normal is None else (("radius", t), *normal)
        return None

    def _radius_of_repeated(self, t: Term, facts: Facts) -> tuple[Scalar, int, int]:
        """ρ(A A ⋯ A) is a power of ρ(A)."""
        script, k = self.script, number(len(t) - 1)
        written: Term = ("pow", t[1], k)
        goal = Goal(script, facts, self.hypotheses(), t)
        goal.minus(written)
        meet(goal)
        equal = goal.closed(written)
        first, last = (self.rewritten("radius", t, written, equal, facts, below=below)[1] for below in (False, True))
        value, (there, back) = power(("radius", t[1]), k), self._both("radius of a power", [t[1], k], facts)
        s: Scalar = ("radius", t)
        up = script.combine(facts, s, LE, value, [[1, first], [1, there]])
        return value, up, script.combine(facts, value, LE, s, [[1, back], [1, last]])

    def _turned_round(self, t: Term) -> tuple[Term, Term] | None:
        """A and B of t = A B, where the other side has the radius of B A."""
        value = self.deriver.normal.value
        wanted = {value(other) for other in self.radii}
        for at in range(2, len(t)):
            a, b = (part[0] if len(part) == 1 else ("mul", *part) for part in (t[1:at], t[at:]))
            if value(("mul", b, a)) in wanted and value(t) not in wanted:
                return a, b
        return None

    def _radius_of_isometry(self, t: Term, facts: Facts) -> tuple[int, int] | None:
        """The bounds ρ(t) <= 1 and back, where tᵀt = I or ttᵀ = I."""
        script, s, size = self.script, ("radius", t), shape(t, self.script.system)[1]
        for q in (t, ("T", t)):
            which = self.equation(("mul", ("T", q), q), ("id", size))
            if which is None:
                continue
            known = self._both("radius of an isometry", [q, size], facts, (which,))
            if q == t:
                return known
            turned = self._both("transpose", ["radius", t], facts)
            there = script.combine(facts, s, LE, ONE, [[1, turned[1]], [1, known[0]]])
            return there, script.combine(facts, ONE, LE, s, [[1, known[1]], [1, turned[0]]])
        return None

    def similarity(self, a: Term, facts: Facts) -> tuple[Term, Term, Term, Any] | None:
        """V, A and U of V A U with U V = I, and what shows that; None for another term."""
        if a[0] != "mul" or len(a) != 4 or not all(self._is_square(part) for part in a[1:]):
            return None
        _, v, inner, u = a
        product, one = ("mul", u, v), ("id", shape(v, self.script.system)[0])
        which = self.equation(product, one)
        if which is not None:
            return v, inner, u, which
        if self.deriver.normal.value(product) == self.deriver.normal.value(one):
            return v, inner, u, [self.script.equal((), (), product, one, []), {}, []]
        return None

    def _power_of_similar(self, a: Term, k: Linear, facts: Facts) -> tuple[Term, int] | None:
        """(V A U)^k = V A^k U where U V = I without a hypothesis, by induction on k."""
        found = self.similarity(a, facts)
        if found is None or type(found[3]) is int or len(k.names()) != 1:
            return None
        v, inner, u, _ = found
        e = self.script.binder("e")

        def sides(at: Linear) -> tuple[Term, Term]:
            return ("pow", a, at), ("mul", v, ("pow", inner, at), u)

        claim = Hypothesis((), *sides(variable(e)))
        base = Goal(self.script, (), (), sides(number(0))[0])
        meet(base)
        bases = [self._closed(base, sides(number(0))[1])]
        here = (variable(e),)
        step = Goal(self.script, here, (claim,), sides(variable(e) + 1)[0])
        ((path, atom),) = [(spot.path, spot.atom) for spot in step.spots() if spot.atom[0] == "prod"][-1:]
        step.do(path, "cut", atom[3], rows_for(here, [atom[3] - atom[2], number(1)]))
        wanted = self.deriver.normal.value(claim.left)
        for spot in list(step.spots()):
            if spot.atom[0] == "prod" and self.deriver.normal.again(self.deriver.normal.atom(spot.atom)) == wanted:
                step.do(spot.path, "hypothesis", 1, 0, {}, [])
                break
        steps = [self._closed(step, sides(variable(e) + 1)[1])]
        (number_,) = self.script.induction(e, number(0), (), [claim], bases, steps)
        left, right = sides(k)
        goal = Goal(self.script, facts, (), left)
        spot = next(spot for spot in goal.spots() if spot.atom[0] == "prod" and len(spot.path) == 3)
        goal.do(spot.path, "theorem", number_, {e: k}, rows_for(facts, [k]))
        return right, goal.closed(right)

    def _closed(self, goal: Goal, right: Term) -> int:
        goal.minus(right)
        meet(goal)
        return goal.closed(right)

    def hypotheses(self) -> tuple[Hypothesis, ...]:
        """The equations that are assumed."""
        return tuple(self.script.replay.equations)

    def written_out(self, t: Term, facts: Facts) -> tuple[Term, int] | None:
        """A term with derivatives written out, and the theorem that it is the same; None where nothing changes.

        What the conditions leave open, as whether there is a step before the last one, is told apart: both cases have
        to lead to the same.
        """
        if t[0] == "jac":
            found = self._by_chain(t, facts)
            if found is not None:
                return found
        try:
            return self._resolved(t, facts)
        except NotFoundError as error:
            form = error.missing
            if form is None or shows(facts, form):
                raise
        found = self._resolved(t, (*facts, form))
        if found is None:
            return None
        other = self._simplified(t, (*facts, (-1) * form - 1))
        return found[0], self.script.cases(form, found[1], self._closed(other, found[0]))

    def _simplified(self, t: Term, facts: Facts) -> Goal:
        goal = Goal(self.script, facts, self.hypotheses(), t)
        self.deriver.simplify(goal)
        meet(goal)
        tidy(goal)
        return goal

    def _resolved(self, t: Term, facts: Facts) -> tuple[Term, int] | None:
        """The same where the conditions leave nothing open."""
        goal = self._simplified(t, facts)
        if not goal.steps:
            return None
        right = with_powers(self.writer.poly(goal.value))
        goal.minus(right)
        meet(goal)
        return right, goal.closed(right)

    def defined(self, t: Term, facts: Facts) -> tuple[Term, int] | None:
        """A quantity by its equation, where this has a function in it whose values are bounded; None for others."""
        return self.by_equation(t, facts) if self._is_bounded(t[1], set()) else None

    def by_equation(self, t: Term, facts: Facts) -> tuple[Term, int] | None:
        """A quantity by its equation; None for one without, or before the first index of it."""
        _, x, index = t
        known = self.script.system.of(x)
        if known.body is None:
            return None
        needed = self.script.system.from_its_start((x, index))
        if not all(shows(facts, form) for form in needed):
            return None
        goal, right = Goal(self.script, facts, self.hypotheses(), t), self.script.system.body((x, index))
        goal.do(next(iter(goal.spots())).path, "definition", rows_for(facts, needed))
        goal.minus(right)
        meet(goal)
        return right, goal.closed(right)

    def complement(self, t: Term, facts: Facts) -> tuple[Term, int] | None:
        """1 - z as σ(-a), or I - diag z as diag σ(-a), where z = σ(a) is a quantity or stands there; else None."""
        for part in t[1:]:
            z: Term | None = part[2] if part[0] == "scale" and part[1] == -1 else None
            diagonal = z is not None and z[0] == "diag"
            z = z[1] if z is not None and diagonal else z
            body = self.script.system.of(z[1]).body if z is not None and z[0] == "leaf" and z[2] is not None else z
            if z is None or body is None or body[0] != "fn" or body[1] not in TURNED or body[3] != 0:
                continue
            function = body if body is z else put(body, {"i": z[2]})
            right = (*function[:4], ("scale", Fraction(-1), function[4]))
            right = ("diag", right) if diagonal else right
            goal = Goal(self.script, facts, self.hypotheses(), t)
            try:
                goal.minus(right)
                self.deriver.resolve(goal, frozenset({"names", "signs"}))
                meet(goal)
                return right, goal.closed(right)
            except NotFoundError:
                continue
        return None

    def gathered(self, t: Term, facts: Facts) -> tuple[Term, int] | None:
        """A sum with all multiples of a matrix as one, (1 - α) A for A - α A; None where nothing changes."""
        one: Term = ("id", SINGLE)
        found: dict[Term, list[Term]] = {}
        for part in t[1:]:
            c, rest = (part[1], part[2]) if part[0] == "scale" else (Fraction(1), part)
            x, a = (rest[1], rest[2]) if rest[0] == "kron" and self.is_number(rest[1]) else (one, rest)
            found.setdefault(a, []).append(x if c == 1 else ("scale", c, x))
        if len(found) == len(t) - 1:
            return None
        parts: list[Term] = [("kron", ("add", *xs) if len(xs) > 1 else xs[0], a) for a, xs in found.items()]
        right: Term = parts[0] if len(parts) == 1 else ("add", *parts)
        goal = Goal(self.script, facts, self.hypotheses(), t)
        goal.minus(right)
        meet(goal)
        return right, goal.closed(right)

    def _is_bounded(self, x: str, seen: set[str]) -> bool:
        """Whether the equation of a quantity leads to a function whose values are bounded."""
        body = self.script.system.of(x).body if x not in seen else None
        if body is None:
            return False
        known = {(s.function, s.order) for s in self.script.replay.slopes}
        if any((name, 0) in known for name in functions_in(body, 0)):
            return True
        return any(self._is_bounded(y, seen | {x}) for y in names_in(body) & set(self.script.system.quantities))

    def _by_chain(self, t: Term, facts: Facts) -> tuple[Term, int] | None:
        """dx/dw = dx/dv dv/dw, where the norm of dx/dv stays."""
        _, way, of, by = t
        for kept in self.kept:
            if kept[0] != "jac" or kept[1:3] != (way, of) or kept[3][0] != by[0] or kept[3] == by:
                continue
            step = ("jac", way, kept[3], by)
            inner = self.written_out(step, facts)
            if inner is None:
                continue
            right = ("mul", kept, inner[0])
            try:
                goal = Goal(self.script, facts, self.hypotheses(), t)
                self.deriver.simplify(goal)
                goal.minus(right)
                self.deriver.simplify(goal)
                meet(goal)
                return right, goal.closed(right)
            except NotFoundError:
                continue
        return None

    def peeled(self, t: Term, facts: Facts) -> tuple[Term, int] | None:
        """A product as one of its ends and the rest, where the norm of the rest stays; None for other terms."""
        for kept in self.kept if t[0] in ("prod", "rise", "pow") else ():
            for right in _ends(t, kept, facts) if kept[0] == t[0] else ():
                goal = Goal(self.script, facts, self.hypotheses(), t)
                goal.minus(right)
                try:
                    meet(goal)
                    return right, goal.closed(right)
                except NotFoundError:
                    continue
        return None

    def rewritten(
        self, which: str, t: Term, other: Term, theorem: int, facts: Facts, *, below: bool = False
    ) -> tuple[Term, int]:
        """The bound ‖t‖ <= ‖other‖, or the other way round, by a theorem."""
        needed = self.script.theorem(theorem).facts
        reference = [theorem, {}, rows_json(rows_for(facts, needed))]
        found = self.script.lemma("equal matrices", [which, t, other], facts, (), [reference])
        return other, found[1 if below else 0]

    def onward(self, s: Scalar, first: int, then: Estimate, facts: Facts) -> Estimate:
        """The bound m <= s, and value <= m."""
        return Estimate(then.value, self.script.combine(facts, then.value, LE, s, [[1, first], [1, then.bound]]))

    def is_number(self, t: Term) -> bool:
        """Whether a term is 1 x 1, such as the weights of a single unit."""
        return shape(t, self.script.system) == (SINGLE, SINGLE)

    def _is_square(self, t: Term) -> bool:
        rows, cols = shape(t, self.script.system)
        return rows == cols and rows != SINGLE


def with_powers(t: Term) -> Term:
    """A term in which products of factors that are all the same are powers."""
    t = rebuilt(t, lambda sort, part: with_powers(part) if sort == "term" else part)
    if t[0] in ("prod", "rise") and t[1] not in names_of(t[4]):
        return ("pow", t[4], t[3] - t[2] + 1)
    return t


def _ends(t: Term, rest: Term, facts: Facts) -> Iterator[Term]:
    """A product as its first or its last factors and the rest, where that has the other ones."""
    if t[0] == "pow":
        gap = t[2] - rest[2]
        if rest[1] == t[1] and gap != number(0) and shows(facts, gap) and shows(facts, rest[2]):
            yield ("mul", t[1] if gap == number(1) else ("pow", t[1], gap), rest)
        return
    _, v, low, high, body = t
    bounds, falls = rest[2:4], t[0] == "prod"
    for end, others, on_left in ((high, (low, high - 1), falls), (low, (low + 1, high), not falls)):
        if bounds == others:
            factor = put(body, {v: end})
            yield ("mul", factor, rest) if on_left else ("mul", rest, factor)


def names_of_facts(facts: Facts) -> set[str]:
    """The indices that facts speak of."""
    return {v for fact in facts for v in fact.names()}
