"""Bounds of norms and of smallest singular values from below, each an instance of a lemma of the kernel."""

from __future__ import annotations

from symrnn.certify.norms.above import Upper
from symrnn.certify.norms.estimating import Estimate, names_of_facts
from symrnn.certify.norms.known import power, times
from symrnn.certify.script import shows
from symrnn.kernel.lemmas import LE, norm
from symrnn.kernel.linear import Linear, number, variable
from symrnn.kernel.scalars import ONE, ZERO, Scalar, scalar_names
from symrnn.kernel.steps import Facts
from symrnn.kernel.terms import Term, put


class Estimator(Upper):
    """Upper bounds of norms, and lower bounds of norms and singular values."""

    def lower(self, t: Term, p: str, facts: Facts) -> Estimate:
        """A number that the norm of a term is not below, for p = 2 or F.

        Raises:
            NotFoundError: for other norms.
        """
        script, s = self.script, norm(p, t)
        if self.deriver.normal.value(t) in self._normal_kept or p not in ("2", "F"):
            return self.same(s, facts)
        number_ = self.entry(t, p, facts)
        if number_ is not None:
            x, _, back = number_
            found = self.signed(x, facts)
            if found is None or found[0] != x:
                return Estimate(("abs", x), back)
            return self.onward(s, back, Estimate(x, script.lemma("absolute value", [x], facts)[0]), facts)
        isometry = self.isometry(t, p, facts)
        if isometry is not None:
            rest, _, back = isometry
            bound = self.known.restated(back, facts, norm(p, rest), s, LE)
            return self.onward(s, bound, self.lower(rest, p, facts), facts)
        if t[0] == "id" and p == "2":
            return Estimate(ONE, script.lemma("identity", [p, t[1]], facts)[1])
        if t[0] == "jac":
            equal = self.written_out(t, facts)
            if equal is not None:
                other, first = self.rewritten(p, t, *equal, facts, below=True)
                return self.onward(s, first, self.lower(other, p, facts), facts)
        peeled = self.peeled(t, facts)
        if peeled is not None:
            other, first = self.rewritten(p, t, *peeled, facts, below=True)
            return self.onward(s, first, self.lower(other, p, facts), facts)
        if t[0] == "mul":
            a, b = t[1], ("mul", *t[2:]) if len(t) > 3 else t[2]
            if self._is_square(b) and not (b in self.kept and self._is_square(a)):
                first = script.lemma("least behind", [p, a, b], facts)[0]
                return self._product_below(s, first, self.lower(a, p, facts), self.least(b, facts), facts)
            if self._is_square(a):
                first = script.lemma("least before", [p, a, b], facts)[0]
                return self._product_below(s, first, self.least(a, facts), self.lower(b, p, facts), facts)
        match t:
            case ("scale", c, a):
                first = script.lemma("homogeneity", [p, c, a], facts)[1]
                return self._product_below(
                    s, first, self.same(("rational", abs(c)), facts), self.lower(a, p, facts), facts
                )
            case ("kron", a, b):
                first = script.lemma("Kronecker product", [p, a, b], facts)[1]
                return self._product_below(s, first, self.lower(a, p, facts), self.lower(b, p, facts), facts)
        if t[0] in ("prod", "rise", "pow") and (self._is_square(t) or self.is_number(t)):
            first = script.lemma("least below norm", [t], facts)[0]
            if p == "F":
                more = script.lemma("comparison of norms", [t], facts)[0]
                first = script.combine(facts, ("least", t), LE, s, [[1, first], [1, more]])
            return self.onward(s, first, self.least(t, facts), facts)
        return self.same(s, facts)

    def least(self, t: Term, facts: Facts) -> Estimate:
        """A number that the smallest singular value of a square term is not below."""
        script, s = self.script, ("least", t)
        match t:
            case ("id", n):
                return Estimate(ONE, script.lemma("identity", ["least", n], facts)[1])
            case ("scale", c, a):
                first = script.lemma("homogeneity", ["least", c, a], facts)[1]
                size = self.same(("rational", abs(c)), facts)
                return self._product_below(s, first, size, self.least(a, facts), facts)
            case ("T", a):
                first = script.lemma("transpose", ["least", a], facts)[1]
                return self.onward(s, first, self.least(a, facts), facts)
            case ("mul", a, *rest):
                b = ("mul", *rest) if len(rest) > 1 else rest[0]
                if self._is_square(a) and self._is_square(b):
                    first = script.lemma("least of two", [a, b], facts)[0]
                    return self._product_below(s, first, self.least(a, facts), self.least(b, facts), facts)
            case ("diag", ("fn", name, _, 1, _) as inside):
                for which, slope in enumerate(script.replay.slopes):
                    if (slope.function, slope.order) == (name, 1) and slope.low is not None:
                        script.put("slope", which, script.term(inside), script.forms(facts), [])
                        return Estimate(slope.low, len(script.replay.bounds) - 1)
            case ("pow", a, k):
                return self._least_of_factors(s, "w", number(1), k, a, facts)
            case ("prod", v, low, high, body):
                return self._least_of_factors(s, v, low, high, body, facts)
            case ("rise", v, low, high, body):
                return self._least_of_factors(s, v, low, high, put(body, {v: low + high - variable(v)}), facts)
        return self.same(s, facts)

    def _least_of_factors(self, s: Scalar, v: str, low: Linear, high: Linear, body: Term, facts: Facts) -> Estimate:
        v = v if v not in names_of_facts(facts) else self.script.binder("w")
        length = high - low + 1
        inside = self.least(body, (*facts, variable(v) - low, high - variable(v)))
        if v in scalar_names(inside.value) or not shows(facts, length):
            return self.same(s, facts)
        sign = self.known.restated(self.known.nonnegative(inside.value, facts), facts, ZERO, inside.value, LE)
        arguments = [v, low, high, body, inside.value]
        first = self.script.lemma("least of an ordered product", arguments, facts, [sign, inside.bound])[0]
        value = power(inside.value, length)
        return Estimate(value, self.known.restated(first, facts, value, s, LE))

    def _product_below(self, s: Scalar, first: int, a: Estimate, b: Estimate, facts: Facts) -> Estimate:
        """The bound a' b' <= s, a <= a' and b <= b'."""
        value = times(a.value, b.value)
        larger = self.script.bound(a.bound).right
        products = [[1, first], [1, self.known.nonnegative(larger, facts), b.bound]]
        products.append([1, a.bound, self.known.nonnegative(b.value, facts)])
        return Estimate(value, self.script.combine(facts, value, LE, s, products))
