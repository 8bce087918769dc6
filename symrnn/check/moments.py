"""The checker's rules for expectations: linearity, and the product rule for what is independent.

A switch ξ_i is 1/π_i with probability π_i and 0 otherwise, independent of all others, so that E[ξ_i] = 1 and
E[ξ_i^p] = π_i^{1-p}. Let z_i = A_i z_{i-1} + B_i, where of all switches A_i and B_i contain ξ_i only, and z_0 is given.
Then z_{i-1} is made of ξ_1, ..., ξ_{i-1} and independent of A_i and B_i:

    E[z_i] = E[A_i] E[z_{i-1}] + E[B_i],
    Var[z_i] = E[A_i²] Var[z_{i-1}] + (E[A_i²] - E[A_i]²) m² + 2 (E[A_i B_i] - E[A_i] E[B_i]) m + E[B_i²] - E[B_i]²

with m = E[z_{i-1}], the second for a scalar z. The theorem about the linear difference equation solves both. Beside a
variance an expectation is only a name: what holds of every sequence m holds of E[z].
Source: Feller (1968), An introduction to probability theory, vol. 1, sec. IX.2 and IX.5.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import sympy as sp
from sympy.core.symbol import Str
from sympy.matrices.expressions import MatMul, MatrixExpr, MatrixSymbol
from sympy.matrices.expressions.matexpr import MatrixElement

from symrnn.check.arithmetic import at_least, entails
from symrnn.check.jacobians import Jacobians
from symrnn.check.rewrite import Facts, rewrite
from symrnn.expr import Element, Expectation, OrderedProduct, Variance
from symrnn.expr.moments import Moment
from symrnn.expr.normal import Monomial, monomials, normal_form
from symrnn.recurrence import Definition, Recurrence

LINEARITY = "linearity of the expectation"
INDEPENDENCE = "independence of the switches"

Parts = tuple[MatrixExpr, MatrixExpr]


@dataclass(frozen=True)
class Moments:
    """Rules for expectations and variances of states.

    Args:
        recurrence: the definitions, with the switches.
        jacobians: what knows the theorem.
        index: the arbitrary index at which affine parts are written.
        affine: the A and B of a state at that index; None where it has none.
    """

    recurrence: Recurrence
    jacobians: Jacobians
    index: sp.Symbol
    affine: Callable[[Definition], Parts | None]

    def node(self, node: sp.Basic, facts: Facts) -> MatrixExpr | None:
        """A moment in closed form, that of a variance in terms of expectations; None where it is not known."""
        if not isinstance(node, Moment):
            return None
        if not self._is_random(node.of.name):
            return node.of if isinstance(node, Expectation) else sp.ZeroMatrix(*node.shape)
        definition = self.jacobians.quantities.definition_of_state(node.of)
        if definition is None:
            return None
        start = sp.Integer(definition.first - 1)
        parts = self._independent(definition) if entails(facts, at_least(node.of.index, start)) else None
        if parts is None:
            return None
        if isinstance(node, Expectation):
            return self._mean(definition, parts, node.of)
        return self._variance(definition, parts, node.of) if isinstance(node, Variance) else None

    def _mean(self, definition: Definition, parts: Parts, of: Element) -> MatrixExpr | None:
        expected = [self._expected(part) for part in parts]
        if None in expected:
            return None
        factor, forcing = expected
        at_start = definition.sequence.at(sp.Integer(definition.first - 1))
        return self._solved(factor, forcing, at_start, of)

    def _variance(self, definition: Definition, parts: Parts, of: Element) -> MatrixExpr | None:
        a, b = parts
        expected = [self._expected(part) for part in (a, b, MatMul(a, a), MatMul(a, b), MatMul(b, b))]
        if None in expected:
            return None
        mean = Expectation(definition.sequence.at(self.index - 1))
        a, b, aa, ab, bb = expected
        forcing = sp.MatAdd(
            MatMul(sp.MatAdd(aa, MatMul(-1, a, a)), mean, mean),
            MatMul(2, sp.MatAdd(ab, MatMul(-1, a, b)), mean),
            sp.MatAdd(bb, MatMul(-1, b, b)),
        )
        return self._solved(normal_form(aa), self._tidy(forcing), sp.ZeroMatrix(1, 1), of)

    @staticmethod
    def _tidy(forcing: MatrixExpr) -> MatrixExpr:
        """The normal form, with a name for the mean meanwhile: most of the forcing cancels."""
        name = Str(_new_name("m", {used.name for used in forcing.atoms(Element, MatrixSymbol)}))
        means = {mean: Element(name, mean.of.index, 1, 1) for mean in forcing.atoms(Expectation)}
        back = {name: mean for mean, name in means.items()}
        return normal_form(forcing.xreplace(means)).xreplace(back)

    def _solved(self, factor: MatrixExpr, forcing: MatrixExpr, at_start: MatrixExpr, of: Element) -> MatrixExpr:
        self.jacobians.used |= {LINEARITY, INDEPENDENCE}
        definition = self.jacobians.quantities.definition_of_state(of)
        assert definition is not None  # the callers looked
        return self.jacobians.solved_by(factor, forcing, at_start, self.index, sp.Integer(definition.first - 1), of)

    def with_named_means(self, sides: Parts, facts: Facts) -> Iterator[Parts]:
        """Two terms with their variances in closed form and names for the expectations that are left.

        The first time what is multiplied in a product has a name, too.
        """
        written = [rewrite(side, self._variance_node, facts) for side in sides]
        taken = {used.name for side in written for used in side.atoms(Element, MatrixSymbol)}
        names: dict[str, Str] = {}

        def replace(node: sp.Basic, at: Facts) -> sp.Basic | None:
            if not isinstance(node, Expectation):
                return None
            if node.of.name not in names:
                names[node.of.name] = Str(_new_name(f"E[{node.of.name}]", taken))
            return Element(names[node.of.name], node.of.index, *node.shape)

        left, right = (rewrite(side, replace, facts) for side in written)
        yield _with_named_factors((left, right), taken)
        yield left, right

    def _variance_node(self, node: sp.Basic, facts: Facts) -> MatrixExpr | None:
        return self.node(node, facts) if isinstance(node, Variance) else None

    # -- what is random ------------------------------------------------------------------------------------------

    def _independent(self, definition: Definition) -> Parts | None:
        """A and B, if of all switches they contain those at their own index only, and nothing made of others."""
        parts = self.affine(definition)
        if parts is None:
            return None
        for used in {found for part in parts for found in part.atoms(Element, MatrixSymbol)}:
            if used.name in self.recurrence.switches:
                if used.index != self.index:
                    return None
            elif self._is_random(used.name):
                return None
        return parts

    def _is_random(self, name: str) -> bool:
        """Tell whether a switch stands behind a quantity, through whatever definitions."""
        meanings = {d.sequence.name: d.body for d in self.recurrence.definitions}
        meanings |= {symbol.name: total for symbol, total in self.recurrence.totals.items()}
        seen: set[str] = set()
        following = {name}
        while following:
            seen |= following
            bodies = [meanings[each] for each in following if each in meanings]
            following = {used.name for body in bodies for used in body.atoms(Element, MatrixSymbol)} - seen
        return any(switch in seen for switch in self.recurrence.switches)

    def _expected(self, term: MatrixExpr) -> MatrixExpr | None:
        """E of a term in which all switches stand at the arbitrary index, as numbers in front of its summands."""
        expected: list[MatrixExpr] = [sp.ZeroMatrix(*term.shape)]
        for mono in summands(term):
            coefficient = mono.coefficient
            for name, probability in self.recurrence.switches.items():
                switch, chance = (self._at_index(each) for each in (name, probability))
                found = _power_of(coefficient, switch)
                if found is None:
                    return None
                rest, exponent = found
                coefficient = rest if exponent == 0 else rest * MatrixElement(chance, 0, 0) ** (1 - exponent)
            kept = Monomial(mono.shape, mono.factors, coefficient, mono.ranges)
            if any(
                self._has_switch(part) for part in (*kept.parts, *(end for _, *ends in kept.ranges for end in ends))
            ):
                return None
            expected.append(kept.term())
        return sp.MatAdd(*expected)

    def _at_index(self, name: str) -> Element:
        known = self.recurrence.quantity(name, 0)
        assert isinstance(known, Element)  # the recurrence has seen to it
        return Element(known.args[0], self.index, *known.shape)

    def _has_switch(self, part: sp.Basic) -> bool:
        return any(element.name in self.recurrence.switches for element in part.atoms(Element))


def _with_named_factors(sides: Parts, taken: set[str]) -> Parts:
    """A name for what is multiplied in a product of numbers, one for equal ones: their powers are slow to compare."""
    names: dict[MatrixExpr, Str] = {}
    index = sp.Dummy("i", integer=True)

    def replace(node: sp.Basic, facts: Facts) -> sp.Basic | None:
        if not isinstance(node, OrderedProduct) or node.shape != (1, 1):
            return None
        key = normal_form(node.body_at(index))
        if {symbol for symbol in key.free_symbols if isinstance(symbol, sp.Symbol)} != {index}:
            return None  # another index may be bound around it
        if key not in names:
            names[key] = Str(_new_name(f"g{len(names)}", taken))
        factor = Element(names[key], node.variable, 1, 1)
        return OrderedProduct(factor, *node.args[1:])

    left, right = (rewrite(side, replace, ()) for side in sides)
    return left, right


def _new_name(wanted: str, taken: set[str]) -> str:
    """A name that was not taken; it is from now on."""
    while wanted in taken:
        wanted += "'"
    taken.add(wanted)
    return wanted


def summands(term: MatrixExpr) -> Iterator[Monomial]:
    """The monomials of a term, those of one entry taken apart further: their coefficient is a sum of numbers."""
    for mono in monomials(term):
        for part in sp.Add.make_args(mono.coefficient):
            yield Monomial(mono.shape, mono.factors, part, mono.ranges)


def _power_of(coefficient: sp.Expr, scalar: Element) -> tuple[sp.Expr, int] | None:
    """A number as ``rest · scalar^p`` with p >= 0, the scalar as it is or transposed; None when it is no such product.

    >>> from symrnn.expr import Sequence
    >>> xi = Sequence("xi", 1)[1]
    >>> _power_of(3 * xi[0, 0] * xi.T[0, 0], xi), _power_of(1 / xi[0, 0], xi)
    ((3, 2), None)
    """
    rest, exponent = sp.S.One, 0
    entries = (MatrixElement(scalar, 0, 0), MatrixElement(sp.Transpose(scalar), 0, 0))
    for factor in sp.Mul.make_args(coefficient):
        base, power = factor.as_base_exp()
        if base in entries and power.is_Integer and power > 0:
            exponent += int(power)
        elif factor.has(scalar):
            return None
        else:
            rest *= factor
    return rest, exponent
