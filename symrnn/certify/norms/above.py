"""Bounds of norms from above, read off the structure of a term, each an instance of a lemma of the kernel."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import permutations
from typing import Any

from symrnn.certify.errors import NotFoundError
from symrnn.certify.norms.estimating import DERIVATIVES, Estimate, Structure, names_of_facts
from symrnn.certify.norms.known import factors, less_one, power, times
from symrnn.certify.script import shows
from symrnn.kernel.lemmas import LE, LT, MIRRORED, norm
from symrnn.kernel.linear import Linear, number, variable
from symrnn.kernel.scalars import ONE, ZERO, Scalar, scalar_at, scalar_names
from symrnn.kernel.steps import Facts
from symrnn.kernel.system import kinds_of
from symrnn.kernel.terms import ONE as SINGLE
from symrnn.kernel.terms import Term, fields, put, shape

INDUCED = ("1", "2", "oo")
"""The norms of which that of I is 1."""


class Upper(Structure):
    """Numbers that norms do not exceed."""

    def upper(self, t: Term, p: str, facts: Facts) -> Estimate:
        """A number that the norm of a term does not exceed.

        Raises:
            NotFoundError: when a condition on indices does not follow.
        """
        script, s = self.script, norm(p, t)
        if t[0] == "id" and p in INDUCED:
            return Estimate(ONE, script.lemma("identity", [p, t[1]], facts)[0])
        if self.deriver.normal.value(t) in self._normal_kept:
            return self.same(s, facts)
        number_ = self.entry(t, p, facts)
        if number_ is not None:
            return self._magnitude(s, *number_[:2], facts)
        found = self._stated(t, p, facts) or self._by_structure(t, p, facts)
        if found is not None:
            return found
        peeled = self.peeled(t, facts)
        if peeled is not None:
            other, first = self.rewritten(p, t, *peeled, facts)
            return self.through(s, first, self.upper(other, p, facts), facts)
        if t[0] == "add" and kinds_of(t) & DERIVATIVES and not any(each in self.kept for each in _parts(t)):
            equal = self.written_out(t, facts)
            if equal is not None:
                other, first = self.rewritten(p, t, *equal, facts)
                return self.through(s, first, self.upper(other, p, facts), facts)
        opposite = (self.complement(t, facts) or self.gathered(t, facts)) if t[0] == "add" else None
        if opposite is not None:
            other, first = self.rewritten(p, t, *opposite, facts)
            return self.through(s, first, self.upper(other, p, facts), facts)
        match t:
            case ("zero", m, n):
                return Estimate(ZERO, script.lemma("zero", [p, m, n], facts)[0])
            case ("unit", n, at):
                return Estimate(ONE, script.lemma("unit vector", [p, n, at], facts)[0])
            case ("T", a):
                turned = MIRRORED.get(p, p)
                first = script.lemma("transpose", [turned, a], facts)[0]
                return self.through(s, first, self.upper(a, turned, facts), facts)
            case ("scale", c, a):
                first = script.lemma("homogeneity", [p, c, a], facts)[0]
                size = self.same(("rational", abs(c)), facts)
                return self._product(s, first, size, self.upper(a, p, facts), facts)
            case ("add", ("had", *_) as a, ("had", *_) as b) if p == "oo" and (found := self._between(a, b, s, facts)):
                return found
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
            case ("had", a, *rest):
                b = ("had", *rest) if len(rest) > 1 else rest[0]
                first = script.lemma("Hadamard product", [p, a, b], facts)[0]
                return self._product(s, first, self.upper(a, p, facts), self.upper(b, p, facts), facts)
            case ("kron", a, b):
                first = script.lemma("Kronecker product", [p, a, b], facts)[0]
                return self._product(s, first, self.upper(a, p, facts), self.upper(b, p, facts), facts)
            case ("vec", a) if p in ("2", "F"):
                first = script.lemma("length of vec", [a], facts)[0]
                if p == "F":
                    column = script.lemma("length of a column", [t], facts)[1]
                    first = script.combine(facts, s, LE, norm("F", a), [[1, column], [1, first]])
                return self.through(s, first, self.upper(a, "F", facts), facts)
            case ("diag", a) if p in INDUCED:
                first = script.lemma("diagonal", [p, a], facts)[0]
                return self.through(s, first, self.upper(a, "oo", facts), facts)
            case ("fn", name, _, order, _) if p == "oo":
                return self._bounded(t, name, order, s, facts)
            case ("fn" | "leaf", *_) if p in ("2", "F") and self._is_counted(t):
                return self._by_largest(t, s, p, facts)
            case ("leaf", name, index) if index is not None:
                equal = self.defined(t, facts)
                if equal is not None:
                    other, first = self.rewritten(p, t, *equal, facts)
                    return self.through(s, first, self.upper(other, p, facts), facts)
            case ("fn", _, _, 1, _) if shape(t, script.system) == (SINGLE, SINGLE):
                return self.through(s, self._as_maximum(t, p, facts), self.upper(t, "oo", facts), facts)
            case ("part", place, which):
                own = ("jac", "immediate", place, script.system.argument(place, which))
                bounded = self._stated(own, p, facts)
                equal = self.written_out(own, facts) if bounded is not None else None
                if bounded is not None and equal is not None:
                    _, first = self.rewritten(p, own, *equal, facts, below=True)
                    return self.through(s, first, bounded, facts)
            case ("pow", a, k):
                equal = self._power_of_similar(a, k, facts)
                if equal is not None:
                    other, first = self.rewritten(p, t, *equal, facts)
                    return self.through(s, first, self.upper(other, p, facts), facts)
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
                return self.through(
                    s,
                    first,
                    self.through(("total", v, low, high, left), bounds[0], self.summed(total, facts), facts),
                    facts,
                )
        if kinds_of(t) & DERIVATIVES:
            equal = self.written_out(t, facts)
            if equal is not None:
                other, first = self.rewritten(p, t, *equal, facts)
                return self.through(s, first, self.upper(other, p, facts), facts)
        return self.same(s, facts)

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
                first, second = (script.lemma("diagonal", [each, t[1]], facts) for each in (p, "radius"))
                value = ("radius", t)
                return Estimate(value, script.combine(facts, s, LE, value, [[1, first[0]], [1, second[1]]]))
            normal = self.normal(t, facts) if p == "2" else None
            if normal is not None:
                return Estimate(("radius", t), normal[0])
        if p not in ("2", "F"):
            return None
        isometry = self.isometry(t, p, facts)
        if isometry is None:
            return None
        rest, there, _ = isometry
        return self.through(
            s, self.known.restated(there, facts, s, norm(p, rest), LE), self.upper(rest, p, facts), facts
        )

    def _upper_of_factors(
        self, s: Scalar, p: str, v: str, low: Linear, high: Linear, body: Term, facts: Facts
    ) -> Estimate:
        v = v if v not in names_of_facts(facts) else self.script.binder("w")
        length = high - low + 1
        least = length - 1 if p == "F" else length
        if not shows(facts, least):
            raise NotFoundError("a product that may have too few factors", missing=least)
        here = (*facts, variable(v) - low, high - variable(v))
        inside = self.upper(body, p, here)
        if v in scalar_names(inside.value):
            return self.same(s, facts)
        arguments = [v, low, high, body, inside.value]
        if p == "F":
            first = self.script.lemma("Frobenius norm of an ordered product", arguments, facts, [inside.bound])[0]
        else:
            first = self.script.lemma("norm of an ordered product", [p, *arguments], facts, [inside.bound])[0]
        value = power(inside.value, length)
        return Estimate(value, self.known.restated(first, facts, s, value, LE))

    def _as_maximum(self, t: Term, p: str, facts: Facts) -> int:
        """The bound ‖t‖ <= ‖t‖_∞ of a number, since diag(t) is t itself; such a slope is what one unit has."""
        script = self.script
        if p != "F":
            return script.lemma("diagonal", [p, t], facts)[0]
        products = [[1, script.lemma("length of a column", [t], facts)[1]], [1, self._as_maximum(t, "2", facts)]]
        return script.combine(facts, norm(p, t), LE, norm("oo", t), products)

    def _bounded(self, t: Term, name: str, order: int, s: Scalar, facts: Facts) -> Estimate:
        """By the bound of a function or of its slope at every z."""
        script = self.script
        for which, known in enumerate(script.replay.slopes):
            if (known.function, known.order) != (name, order) or known.high is None:
                continue
            if shape(t, script.system)[1] == SINGLE:
                first = len(script.replay.bounds)
                script.put("slope", which, script.term(t), script.forms(facts), [])
                return Estimate(known.high, first)
        return self.same(s, facts)

    def _between(self, one: Term, other: Term, s: Scalar, facts: Facts) -> Estimate | None:
        """‖z ∘ a + (1 - z) ∘ b‖ <= max(‖a‖, ‖b‖) where z and 1 - z are at most 1; None for other sums."""
        script, value = self.script, self.deriver.normal.value
        size = shape(one, script.system)[0]
        for q, a in permutations(one[1:]) if len(one) == 3 else ():
            for u, b in permutations(other[1:]) if len(other) == 3 else ():
                gates: list[Term] = [("diag", q), ("diag", u)]
                if shape(q, script.system)[1] != SINGLE or value(("add", *gates)) != value(("id", size)):
                    continue
                known = [self.upper(gate, "oo", facts) for gate in gates]
                if any(each.value != ONE for each in known):
                    continue
                equal = [script.equal((), (), ("add", *gates), ("id", size), []), {}, []]
                shown = [each.bound for each in known]
                first = script.lemma("convex combination", [q, u, a, b, size], facts, shown, [equal])[0]
                largest = ("max", norm("oo", a), norm("oo", b))
                return self.through(s, first, self._larger(largest, facts), facts)
        return None

    def _larger(self, s: Scalar, facts: Facts) -> Estimate:
        """The larger of two norms, each estimated."""
        script, (_, one, other) = self.script, s
        known = [self.upper(each[2], each[1], facts) for each in (one, other)]
        value: Scalar = ("max", known[0].value, known[1].value)
        larger = self.known.maximum(known[0].value, known[1].value, facts)
        shown = [
            script.combine(facts, each, LE, value, [[1, estimate.bound], [1, bound]])
            for each, estimate, bound in zip((one, other), known, larger, strict=True)
        ]
        return Estimate(value, script.lemma("least upper bound", [one, other, value], facts, shown)[0])

    def _magnitude(self, s: Scalar, x: Scalar, first: int, facts: Facts) -> Estimate:
        """‖t‖ <= |x|, which is x or -x where a sign is known."""
        script, size = self.script, ("abs", x)
        found = self.signed(x, facts)
        if found is None:
            return Estimate(size, first)
        y, sign = found
        above = script.combine(facts, x, LE, y, [] if y == x else [[2, sign]])
        below = script.combine(facts, ZERO, LE, ("plus", y, x), [[2, sign]] if y == x else [])
        then = script.lemma("least absolute value", [x, y], facts, [above, below])[0]
        return self.through(s, first, Estimate(y, then), facts)

    def _is_counted(self, t: Term) -> bool:
        """Whether the other side has √n, with n the number of rows."""
        return ("id", shape(t, self.script.system)[0]) in self.kept

    def _by_largest(self, t: Term, s: Scalar, p: str, facts: Facts) -> Estimate:
        """‖a‖₂ <= √n ‖a‖_∞ of a column, which has no other norm in between."""
        script = self.script
        rows, cols = shape(t, script.system)
        if cols != SINGLE:
            return self.same(s, facts)
        products = [[1, script.lemma("length of a column", [t], facts)[1]]] if p == "F" else []
        products.append([1, script.lemma("largest row", [t, rows], facts)[0]])
        root = norm("F", ("id", rows))
        first = script.combine(facts, s, LE, times(root, norm("oo", t)), products)
        return self._product(s, first, self.same(root, facts), self.upper(t, "oo", facts), facts)

    def _stated(self, t: Term, p: str, facts: Facts) -> Estimate | None:
        """A hypothesis about every index that bounds the norm of a term."""
        for which, known in enumerate(self.script.replay.assumed):
            if not known.names or known.left[0] != "norm" or known.left[1] != p:
                continue
            for values in matches(known.left[2], t, known.names):
                here = [fact.at(values) for fact in known.facts]
                if scalar_at(known.left, values) == norm(p, t) and all(shows(facts, form) for form in here):
                    bound = self.script.assumption(which, values, facts)
                    return Estimate(scalar_at(known.right, values), bound)
        return None

    def summed(self, total: Scalar, facts: Facts) -> Estimate:
        """A sum of numbers, reversed or in closed form."""
        _, v, low, high, body = total
        if self.sums == "plain":
            return self.same(total, facts)
        if self.sums == "reversed":
            other = ("total", v, low, high, scalar_at(body, {v: low + high - variable(v)}))
            return Estimate(other, self.script.lemma("reversed sum", [v, low, high, body], facts)[0])
        moving = [f for f in factors(body) if v in scalar_names(f)]
        still = times(*(f for f in factors(body) if f not in moving))
        if not moving:
            value = times(("number", high - low + 1), still)
            return Estimate(value, self.script.combine(facts, total, LE, value, []))
        if len(moving) != 1 or moving[0][0] != "power" or v in scalar_names(moving[0][1]):
            return self.same(total, facts)
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
            return self.same(total, facts)
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


def _parts(t: Term) -> Iterator[Term]:
    """A term and everything inside it."""
    yield t
    for sort, field in fields(t):
        if sort == "term":
            yield from _parts(field)


def matches(pattern: Term, t: Term, names: tuple[str, ...]) -> list[dict[str, Linear]]:
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
