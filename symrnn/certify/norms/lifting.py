"""Bounds of numbers that are made of norms: each norm is replaced by a bound, where the number grows with it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from symrnn.certify.errors import NotFoundError
from symrnn.certify.norms.estimating import Estimate, Structure
from symrnn.certify.norms.known import power, times
from symrnn.certify.script import shows
from symrnn.kernel.errors import NotProvedError
from symrnn.kernel.lemmas import LE
from symrnn.kernel.linear import Linear, variable
from symrnn.kernel.scalars import ZERO, Scalar
from symrnn.kernel.steps import Facts

Way: TypeAlias = Callable[[Scalar, Facts], Estimate]
"""How a norm, a singular value or a radius is bounded."""

MEASURES = ("norm", "least", "radius", "smallest")


class Lifting:
    """Bounds of numbers by bounds of the norms in them.

    Args:
        structure: where bounds are written.
        way: how each norm is bounded.
        upper: whether from above.
    """

    def __init__(self, structure: Structure, way: Way, *, upper: bool) -> None:
        self.structure, self.way, self.upper = structure, way, upper
        self.script, self.known = structure.script, structure.known

    def estimate(self, s: Scalar, facts: Facts) -> Estimate:
        """A bound of a number; the number itself where nothing is known to be bounded in the right direction."""
        try:
            return self._estimate(s, facts)
        except (NotFoundError, NotProvedError):
            return self.structure.same(s, facts)

    def _estimate(self, s: Scalar, facts: Facts) -> Estimate:
        match s:
            case (kind, *_) if kind in MEASURES:
                return self.way(s, facts)
            case ("times", *parts):
                return self._product(s, [self.estimate(part, facts) for part in parts], facts)
            case ("plus", *parts):
                found = [self.estimate(part, facts) for part in parts]
                return self._bound(s, ("plus", *(each.value for each in found)), [[1, e.bound] for e in found], facts)
            case ("power", x, k) if shows(facts, k):
                return self._power(s, self.estimate(x, facts), k, facts)
            case ("total", v, low, high, body):
                inside = self.estimate(body, (*facts, variable(v) - low, high - variable(v)))
                if inside.value == body:
                    return self.structure.same(s, facts)
                pair = (body, inside.value) if self.upper else (inside.value, body)
                grown = self.script.lemma("sums grow", [v, low, high, *pair], facts, [inside.bound])
                return Estimate(("total", v, low, high, inside.value), grown[0])
        return self.structure.same(s, facts)

    def _bound(self, s: Scalar, value: Scalar, products: list[list[int]], facts: Facts) -> Estimate:
        sides = (s, value) if self.upper else (value, s)
        return Estimate(value, self.script.combine(facts, sides[0], LE, sides[1], products))

    def _product(self, s: Scalar, found: list[Estimate], facts: Facts) -> Estimate:
        """Factor by factor: those before have their bounds already, those behind do not yet."""
        parts, values = s[1:], [each.value for each in found]
        products = []
        for at, each in enumerate(found):
            if each.value != parts[at]:
                others = [*values[:at], *parts[at + 1 :]]
                products.append([1, each.bound, *(self.known.nonnegative(other, facts) for other in others)])
        return self._bound(s, times(*values), products, facts)

    def _power(self, s: Scalar, base: Estimate, k: Linear, facts: Facts) -> Estimate:
        x = s[1]
        if base.value == x:
            return self.structure.same(s, facts)
        low, high = (x, base.value) if self.upper else (base.value, x)
        sign = self.known.restated(self.known.nonnegative(low, facts), facts, ZERO, low, LE)
        order = self.known.restated(base.bound, facts, low, high, LE)
        grown = self.script.lemma("powers grow", [low, high, k], facts, [sign, order])[0]
        return self._bound(s, power(base.value, k), [[1, grown]], facts)
