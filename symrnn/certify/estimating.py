"""Bounds of norms read off the structure of a term, each an instance of a lemma of the kernel."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from symrnn.certify.deriving import Deriver
from symrnn.certify.errors import NotFoundError
from symrnn.certify.goal import Goal
from symrnn.certify.known import Known, factors, less_one, power, times
from symrnn.certify.meeting import meet, tidy
from symrnn.certify.norm_script import NormScript
from symrnn.certify.script import rows_for, rows_json, shows
from symrnn.certify.terms import Writer
from symrnn.kernel.errors import NotProvedError
from symrnn.kernel.lemmas import INDUCED, LE, LT, MIRRORED, norm
from symrnn.kernel.linear import Linear, number, variable
from symrnn.kernel.rules import Facts, Hypothesis
from symrnn.kernel.scalars import ONE, ZERO, Scalar, scalar_at, scalar_names
from symrnn.kernel.system import kinds_of
from symrnn.kernel.terms import ONE as SINGLE
from symrnn.kernel.terms import Term, fields, put, shape

DERIVATIVES = {"jac", "grad", "d"}


class Estimate(NamedTuple):
    """A number, and the bound that compares it with what was estimated."""

    value: Scalar
    bound: int


class Estimator:
    """Upper bounds of norms, and lower bounds of singular values.

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

    # -- combinations ------------------------------------------------------------------------------------------------

    def _same(self, s: Scalar, facts: Facts) -> Estimate:
        return Estimate(s, self.script.combine(facts, s, LE, s, []))

    def _through(self, s: Scalar, first: int, then: Estimate, facts: Facts) -> Estimate:
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

    # -- from above ---------------------------------------------------------------------------------------------------

    def upper(self, t: Term, p: str, facts: Facts) -> Estimate:
        """A number that the norm of a term does not exceed.

        Raises:
            NotFoundError: when a condition on indices does not follow.
        """
        script, s = self.script, norm(p, t)
        if self.deriver.normal.value(t) in self._normal_kept:
            return self._same(s, facts)
        found = self._stated(t, p, facts) or self._by_structure(t, p, facts)
        if found is not None:
            return found
        if t[0] == "add" and kinds_of(t) & DERIVATIVES and not any(each in self.kept for each in _parts(t)):
            equal = self.written_out(t, facts)
            if equal is not None:
                other, first = self.rewritten(p, t, *equal, facts)
                return self._through(s, first, self.upper(other, p, facts), facts)
        match t:
            case ("id", n) if p in INDUCED:
                return Estimate(ONE, script.lemma("identity", [p, n], facts)[0])
            case ("zero", m, n):
                return Estimate(ZERO, script.lemma("zero", [p, m, n], facts)[0])
            case ("unit", n, at):
                return Estimate(ONE, script.lemma("unit vector", [p, n, at], facts)[0])
            case ("T", a):
                first = script.lemma("transpose", [MIRRORED[p], a], facts)[0]
                return self._through(s, first, self.upper(a, MIRRORED[p], facts), facts)
            case ("scale", c, a):
                first = script.lemma("homogeneity", [p, c, a], facts)[0]
                size = self._same(("rational", abs(c)), facts)
                return self._product(s, first, size, self.upper(a, p, facts), facts)
            case ("add", a, *rest):
                other = ("add", *rest) if len(rest) > 1 else rest[0]
                first = script.lemma("triangle inequality", [p, a, other], facts)[0]
                one, two = self.upper(a, p, facts), self.upper(other, p, facts)
                value = ("plus", one.value, two.value)
                return Estimate(
                    value, script.combine(facts, s, LE, value, [[1, first], [1, one.bound], [1, two.bound]])
                )
            case ("mul", a, *rest):
                return self._upper_of_product(a, ("mul", *rest) if len(rest) > 1 else rest[0], s, p, facts)
            case ("kron", a, b):
                first = script.lemma("Kronecker product", [p, a, b], facts)[0]
                return self._product(s, first, self.upper(a, p, facts), self.upper(b, p, facts), facts)
            case ("vec", a) if p in ("2", "F"):
                first = script.lemma("length of vec", [a], facts)[0]
                if p == "F":
                    column = script.lemma("length of a column", [t], facts)[1]
                    first = script.combine(facts, s, LE, norm("F", a), [[1, column], [1, first]])
                return self._through(s, first, self.upper(a, "F", facts), facts)
            case ("diag", a) if p in INDUCED:
                first = script.lemma("diagonal", [p, a], facts)[0]
                return self._through(s, first, self.upper(a, "oo", facts), facts)
            case ("fn", name, _, 1, _) if p == "oo":
                return self._slope(t, name, s, facts)
            case ("part", place, which):
                own = ("jac", "immediate", place, script.system.argument(place, which))
                bounded = self._stated(own, p, facts)
                equal = self.written_out(own, facts) if bounded is not None else None
                if bounded is not None and equal is not None:
                    _, first = self.rewritten(p, own, *equal, facts, below=True)
                    return self._through(s, first, bounded, facts)
            case ("pow", a, k):
                equal = self._power_of_similar(a, k, facts)
                if equal is not None:
                    other, first = self.rewritten(p, t, *equal, facts)
                    return self._through(s, first, self.upper(other, p, facts), facts)
                return self._upper_of_factors(s, p, "w", number(1), k, a, facts)
            case ("prod", v, low, high, body):
                return self._upper_of_factors(s, p, v, low, high, body, facts)
            case ("rise", v, low, high, body):
                body = put(body, {v: low + high - variable(v)})
                return self._upper_of_factors(s, p, v, low, high, body, facts)
            case ("sum", v, low, high, body):
                first = script.lemma("norm of a sum", [p, v, low, high, body], facts)[0]
                here = (*facts, variable(v) - low, high - variable(v))
                inside = self.upper(body, p, here)
                left = norm(p, body)
                bounds = script.lemma("sums grow", [v, low, high, left, inside.value], facts, [inside.bound])
                total = ("total", v, low, high, inside.value)
                return self._through(
                    s,
                    first,
                    self._through(("total", v, low, high, left), bounds[0], self.summed(total, facts), facts),
                    facts,
                )
        if kinds_of(t) & DERIVATIVES:
            equal = self.written_out(t, facts)
            if equal is not None:
                other, first = self.rewritten(p, t, *equal, facts)
                return self._through(s, first, self.upper(other, p, facts), facts)
        return self._same(s, facts)

    def _upper_of_product(self, a: Term, b: Term, s: Scalar, p: str, facts: Facts) -> Estimate:
        if p != "F":
            first = self.script.lemma("submultiplicativity", [p, a, b], facts)[0]
            return self._product(s, first, self.upper(a, p, facts), self.upper(b, p, facts), facts)
        plain = all(f[0] in ("diag", "id") for f in (b[1:] if b[0] == "mul" else (b,)))
        if a[0] in ("diag", "id") or plain:
            first = self.script.lemma("Frobenius norm of a product", [a, b], facts)[1 if plain else 0]
            kinds = ("F", "2") if plain else ("2", "F")
            return self._product(s, first, self.upper(a, kinds[0], facts), self.upper(b, kinds[1], facts), facts)
        first = self.script.lemma("submultiplicativity", [p, a, b], facts)[0]
        return self._product(s, first, self.upper(a, p, facts), self.upper(b, p, facts), facts)

    def _by_structure(self, t: Term, p: str, facts: Facts) -> Estimate | None:
        """What equations among the hypotheses say: orthogonal matrices keep lengths, normal ones show their radius."""
        script, s = self.script, norm(p, t)
        if t in self.radii and p in INDUCED:
            if t[0] == "diag":
                first = script.lemma("diagonal", [p, t[1]], facts)[0]
                second = script.lemma("diagonal", ["radius", t[1]], facts)[1]
                value = ("radius", t)
                return Estimate(value, script.combine(facts, s, LE, value, [[1, first], [1, second]]))
            turned = ("T", t)
            which = self.equation(("mul", turned, t), ("mul", t, turned))
            if which is not None and p == "2":
                return Estimate(("radius", t), script.lemma("normal matrix", [t], facts, (), [which])[0])
        if p not in ("2", "F"):
            return None
        isometry = self.isometry(t, p, facts)
        if isometry is None:
            return None
        rest, there, _ = isometry
        return self._through(
            s, self.known.restated(there, facts, s, norm(p, rest), LE), self.upper(rest, p, facts), facts
        )

    def equation(self, left: Term, right: Term) -> int | None:
        """The number of the hypothesis that two matrices are equal; None if there is none."""
        value = self.deriver.normal.value
        for which, known in enumerate(self.script.replay.equations):
            sides = value(known.left), value(known.right)
            try:
                pair = value(left), value(right)
            except NotProvedError:
                return None
            if not known.facts and pair in (sides, sides[::-1]):
                return which
        return None

    def isometry(self, t: Term, p: str, facts: Facts) -> tuple[Term, int, int] | None:
        """A with t = Q^k A for an orthogonal Q, and the bounds ‖t‖ <= ‖A‖ and back; None for another term."""
        first, rest = (t[1], t[2:]) if t[0] == "mul" else (t, ())
        q, k = first[1:] if first[0] == "pow" else (first, number(1))
        if not self.script.replay.equations or shape(q, self.script.system)[0] != shape(q, self.script.system)[1]:
            return None
        size = shape(q, self.script.system)[1]
        which = self.equation(("mul", ("T", q), q), ("id", size))
        if which is None or not shows(facts, k):
            return None
        a: Term = ("id", size) if not rest else rest[0] if len(rest) == 1 else ("mul", *rest)
        there, back = self.script.lemma("isometry", [p, q, a, k], facts, (), [which])
        return a, there, back

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
                step.do(spot.path, "hypothesis", 0, [])
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

    def _upper_of_factors(
        self, s: Scalar, p: str, v: str, low: Linear, high: Linear, body: Term, facts: Facts
    ) -> Estimate:
        v = v if v not in _names(facts) else self.script.binder("w")
        length = high - low + 1
        least = length - 1 if p == "F" else length
        if not shows(facts, least):
            raise NotFoundError("a product that may have too few factors", missing=least)
        here = (*facts, variable(v) - low, high - variable(v))
        inside = self.upper(body, p, here)
        if v in scalar_names(inside.value):
            return self._same(s, facts)
        arguments = [p, v, low, high, body, inside.value]
        first = self.script.lemma("norm of an ordered product", arguments, facts, [inside.bound])[0]
        value = power(inside.value, length)
        return Estimate(value, self.known.restated(first, facts, s, value, LE))

    def _slope(self, t: Term, name: str, s: Scalar, facts: Facts) -> Estimate:
        script = self.script
        for which, slope in enumerate(script.replay.slopes):
            if slope.function == name and slope.high is not None and shape(t, script.system)[1] == SINGLE:
                first = len(script.replay.bounds)
                script.put("slope", which, script.term(t), script.forms(facts), [])
                return Estimate(slope.high, first)
        return self._same(s, facts)

    def _stated(self, t: Term, p: str, facts: Facts) -> Estimate | None:
        """A hypothesis about every index that bounds the norm of a term."""
        for which, known in enumerate(self.script.replay.assumed):
            if not known.names or known.left[0] != "norm" or known.left[1] != p:
                continue
            for values in _matches(known.left[2], t, known.names):
                here = [fact.at(values) for fact in known.facts]
                if scalar_at(known.left, values) == norm(p, t) and all(shows(facts, form) for form in here):
                    bound = self.script.assumption(which, values, facts)
                    return Estimate(scalar_at(known.right, values), bound)
        return None

    # -- sums of powers ------------------------------------------------------------------------------------------------

    def summed(self, total: Scalar, facts: Facts) -> Estimate:
        """A sum of numbers, reversed or in closed form."""
        _, v, low, high, body = total
        if self.sums == "plain":
            return self._same(total, facts)
        if self.sums == "reversed":
            other = ("total", v, low, high, scalar_at(body, {v: low + high - variable(v)}))
            return Estimate(other, self.script.lemma("reversed sum", [v, low, high, body], facts)[0])
        moving = [f for f in factors(body) if v in scalar_names(f)]
        still = times(*(f for f in factors(body) if f not in moving))
        if not moving:
            value = times(("number", high - low + 1), still)
            return Estimate(value, self.script.combine(facts, total, LE, value, []))
        if len(moving) != 1 or moving[0][0] != "power" or v in scalar_names(moving[0][1]):
            return self._same(total, facts)
        return self._geometric(total, still, moving[0][1], moving[0][2], facts)

    def _geometric(self, total: Scalar, still: Scalar, x: Scalar, e: Linear, facts: Facts) -> Estimate:
        """Σ_{v=a}^{b} c x^e for e = m ± v."""
        script, known = self.script, self.known
        _, v, low, high, body = total
        products: list[list[Any]] = []
        if e.coefficient(v) == -1:
            products.append([1, script.lemma("reversed sum", [v, low, high, body], facts)[0]])
            e = e.at({v: low + high - variable(v)})
        if e.coefficient(v) != 1:
            return self._same(total, facts)
        ahead, count = e.at({v: low}), high - low
        series = ("total", v, number(0), count, ("power", x, variable(v)))
        front = still if ahead == number(0) else times(still, power(x, ahead))
        if front != ONE:
            arguments = [v, number(0), count, front, ("power", x, variable(v))]
            products.append([1, script.lemma("common factor", arguments, facts)[0]])
        less = less_one(x)
        above = known.related(x, LT, ONE, facts)
        if above is None:
            raise NotFoundError("a geometric sum whose ratio may be 1")
        known.restated(above, facts, ZERO, less, LT)
        _, over, positive = known.reciprocal(less, facts)
        sums = script.lemma("geometric sum", [v, count, x], facts)
        beyond = power(x, count + 1)
        value = ("over", less)
        inside = times(less_one(beyond), value) if self.sums == "closed" else value
        steps = [[1, positive, sums[0]], [1, known.nonnegative(series, facts), over]]
        if self.sums != "closed":
            steps.append([1, positive, known.nonnegative(beyond, facts)])
        short = script.combine(facts, series, LE, inside, steps)
        whole = times(front, inside)
        products.append([1, *([known.nonnegative(front, facts)] if front != ONE else []), short])
        return Estimate(whole, script.combine(facts, total, LE, whole, products))

    # -- derivatives ---------------------------------------------------------------------------------------------------

    def hypotheses(self) -> tuple[Hypothesis, ...]:
        """The equations that are assumed."""
        return tuple(self.script.replay.equations)

    def written_out(self, t: Term, facts: Facts) -> tuple[Term, int] | None:
        """A term with derivatives written out, and the theorem that it is the same; None where nothing changes."""
        goal = Goal(self.script, facts, self.hypotheses(), t)
        if t[0] == "jac":
            found = self._by_chain(t, facts)
            if found is not None:
                return found
        self.deriver.resolve(goal)
        meet(goal)
        tidy(goal)
        if not goal.steps:
            return None
        right = self.writer.poly(goal.value)
        goal.minus(right)
        meet(goal)
        return right, goal.closed(right)

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
                self.deriver.resolve(goal)
                goal.minus(right)
                self.deriver.resolve(goal)
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

    # -- from below ----------------------------------------------------------------------------------------------------

    def lower(self, t: Term, p: str, facts: Facts) -> Estimate:
        """A number that the norm of a term is not below, for p = 2 or F.

        Raises:
            NotFoundError: for other norms.
        """
        script, s = self.script, norm(p, t)
        if self.deriver.normal.value(t) in self._normal_kept or p not in ("2", "F"):
            return self._same(s, facts)
        isometry = self.isometry(t, p, facts)
        if isometry is not None:
            rest, _, back = isometry
            bound = self.known.restated(back, facts, norm(p, rest), s, LE)
            return self._from(s, bound, self.lower(rest, p, facts), facts)
        if t[0] == "id" and p == "2":
            return Estimate(ONE, script.lemma("identity", [p, t[1]], facts)[1])
        if t[0] == "jac":
            equal = self.written_out(t, facts)
            if equal is not None:
                other, first = self.rewritten(p, t, *equal, facts, below=True)
                return self._from(s, first, self.lower(other, p, facts), facts)
        if t[0] == "mul":
            a, b = t[1], ("mul", *t[2:]) if len(t) > 3 else t[2]
            if self._is_square(b):
                first = script.lemma("least behind", [p, a, b], facts)[0]
                return self._product_below(s, first, self.lower(a, p, facts), self.least(b, facts), facts)
            if self._is_square(a):
                first = script.lemma("least before", [p, a, b], facts)[0]
                return self._product_below(s, first, self.least(a, facts), self.lower(b, p, facts), facts)
        if t[0] in ("prod", "rise", "pow") and self._is_square(t):
            first = script.lemma("least below norm", [t], facts)[0]
            if p == "F":
                more = script.lemma("comparison of norms", [t], facts)[0]
                first = script.combine(facts, ("least", t), LE, s, [[1, first], [1, more]])
            return self._from(s, first, self.least(t, facts), facts)
        return self._same(s, facts)

    def least(self, t: Term, facts: Facts) -> Estimate:
        """A number that the smallest singular value of a square term is not below."""
        script, s = self.script, ("least", t)
        match t:
            case ("id", n):
                return Estimate(ONE, script.lemma("identity", ["least", n], facts)[1])
            case ("T", a):
                first = script.lemma("transpose", ["least", a], facts)[1]
                return self._from(s, first, self.least(a, facts), facts)
            case ("mul", a, *rest):
                b = ("mul", *rest) if len(rest) > 1 else rest[0]
                if self._is_square(a) and self._is_square(b):
                    first = script.lemma("least of two", [a, b], facts)[0]
                    return self._product_below(s, first, self.least(a, facts), self.least(b, facts), facts)
            case ("diag", ("fn", name, _, 1, _) as inside):
                for which, slope in enumerate(script.replay.slopes):
                    if slope.function == name and slope.low is not None:
                        script.put("slope", which, script.term(inside), script.forms(facts), [])
                        return Estimate(slope.low, len(script.replay.bounds) - 1)
            case ("pow", a, k):
                return self._least_of_factors(s, "w", number(1), k, a, facts)
            case ("prod", v, low, high, body):
                return self._least_of_factors(s, v, low, high, body, facts)
            case ("rise", v, low, high, body):
                return self._least_of_factors(s, v, low, high, put(body, {v: low + high - variable(v)}), facts)
        return self._same(s, facts)

    def _least_of_factors(self, s: Scalar, v: str, low: Linear, high: Linear, body: Term, facts: Facts) -> Estimate:
        v = v if v not in _names(facts) else self.script.binder("w")
        length = high - low + 1
        inside = self.least(body, (*facts, variable(v) - low, high - variable(v)))
        if v in scalar_names(inside.value) or not shows(facts, length):
            return self._same(s, facts)
        sign = self.known.restated(self.known.nonnegative(inside.value, facts), facts, ZERO, inside.value, LE)
        arguments = [v, low, high, body, inside.value]
        first = self.script.lemma("least of an ordered product", arguments, facts, [sign, inside.bound])[0]
        value = power(inside.value, length)
        return Estimate(value, self.known.restated(first, facts, value, s, LE))

    def _from(self, s: Scalar, first: int, then: Estimate, facts: Facts) -> Estimate:
        """The bound m <= s, and value <= m."""
        return Estimate(then.value, self.script.combine(facts, then.value, LE, s, [[1, first], [1, then.bound]]))

    def _product_below(self, s: Scalar, first: int, a: Estimate, b: Estimate, facts: Facts) -> Estimate:
        """The bound a' b' <= s, a <= a' and b <= b'."""
        value = times(a.value, b.value)
        larger = self.script.bound(a.bound).right
        assert not isinstance(larger, str)
        products = [[1, first], [1, self.known.nonnegative(larger, facts), b.bound]]
        products.append([1, a.bound, self.known.nonnegative(b.value, facts)])
        return Estimate(value, self.script.combine(facts, value, LE, s, products))

    def _is_square(self, t: Term) -> bool:
        rows, cols = shape(t, self.script.system)
        return rows == cols and rows != SINGLE


def _parts(t: Term) -> Iterator[Term]:
    """A term and everything inside it."""
    yield t
    for sort, field in fields(t):
        if sort == "term":
            yield from _parts(field)


def _names(facts: Facts) -> set[str]:
    return {v for fact in facts for v in fact.names()}


def _matches(pattern: Term, t: Term, names: tuple[str, ...]) -> list[dict[str, Linear]]:
    """Values of a single index at which a pattern may be a term: differences of indices in the same place."""
    if len(names) != 1:
        return []
    (name,) = names
    pairs = zip(_indices(pattern), _indices(t), strict=False)
    found = []
    for one, other in pairs:
        if one.coefficient(name) == 1:
            found.append({name: other - (one - variable(name))})
    return list({repr(each): each for each in found}.values())


def _indices(x: Any) -> list[Linear]:
    if isinstance(x, Linear):
        return [x]
    return [form for part in x for form in _indices(part)] if isinstance(x, tuple) else []
