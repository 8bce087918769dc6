"""Signs and comparisons of exact numbers, and of expressions in parameters under their hypotheses."""

from __future__ import annotations

from dataclasses import dataclass

import sympy as sp

from symrnn.activations import Activation, Root, is_catalogued
from symrnn.activations.parameters import StandIn
from symrnn.evaluate.systems import Balls
from symrnn.slopes.enclosures import MAX_BITS, enclose, sign

LATTICE = (sp.Max, sp.Min, sp.Abs)


@dataclass(frozen=True)
class Assumptions:
    """What is known of the parameters that are symbols.

    Args:
        stand_ins: for each symbol an expression that takes exactly the values its hypothesis allows.

    >>> from symrnn.activations import activation
    >>> a = sp.Symbol("a", real=True)
    >>> given = assumptions_of(activation("leaky_relu", negative_slope=a))
    >>> given.at_least(sp.S.One, a), given.at_least(a, sp.S.One), given.at_least(a, sp.Rational(1, 2))
    (True, False, None)
    """

    stand_ins: tuple[StandIn, ...] = ()

    def concrete(self, expression: sp.Expr) -> sp.Expr:
        """The expression with the stand-ins put in; the last first: it may name an earlier symbol."""
        for symbol, expression_of_it in reversed(self.stand_ins):
            expression = expression.subs(symbol, expression_of_it)
        return expression

    def sign(self, expression: sp.Expr) -> int | None:
        """The sign of a constant: 1, 0, -1, or None when it is not decided."""
        if expression.is_infinite:
            return 1 if expression is sp.oo else -1
        found = self._by_form(expression)
        return found if found is not None or expression.free_symbols else number_sign(expression)

    def _by_form(self, expression: sp.Expr) -> int | None:
        for form in (expression, self.concrete(expression)):
            if isinstance(form, sp.Rational):
                return int(sp.sign(form))
        if not expression.free_symbols:
            return None
        form = sp.factor(sp.together(form))
        return 1 if form.is_positive else -1 if form.is_negative else 0 if form.is_zero else None

    def keeps_sign(self, expression: sp.Expr) -> int | None:
        """The sign of an expression for every real z, where its form shows it, as a sum of positive terms."""
        form = self.concrete(expression)
        return 1 if form.is_positive else -1 if form.is_negative else None

    def at_least(self, one: sp.Expr, other: sp.Expr) -> bool | None:
        """Whether one >= other for all allowed parameters: False when for none, None when not decided."""
        if one == other or one is sp.oo or other is -sp.oo:
            return True
        if one is -sp.oo or other is sp.oo:
            return False
        if one.free_symbols | other.free_symbols and (one.has(*LATTICE) or other.has(*LATTICE)):
            return self._by_parts(as_lattice(one), as_lattice(other)) or None
        return self._plainly_at_least(one, other)

    def _plainly_at_least(self, one: sp.Expr, other: sp.Expr) -> bool | None:
        found = self.sign(one - other)
        if found is not None:
            return found >= 0
        difference = sp.factor(sp.together(self.concrete(one - other)))
        return True if difference.is_nonnegative else None

    def _by_parts(self, one: sp.Expr, other: sp.Expr) -> bool:
        """Compare by the parts of maxima and minima: where all of them count first, then where one does."""
        if isinstance(other, sp.Max):
            return all(self._by_parts(one, part) for part in other.args)
        if isinstance(one, sp.Min):
            return all(self._by_parts(part, other) for part in one.args)
        if isinstance(one, sp.Max):
            return any(self._by_parts(part, other) for part in one.args)
        if isinstance(other, sp.Min):
            return any(self._by_parts(one, part) for part in other.args)
        return self._plainly_at_least(one, other) is True

    def equal(self, one: sp.Expr, other: sp.Expr) -> bool | None:
        """Whether they are equal for all allowed parameters: False when for none, None when not decided."""
        if one == other:
            return True
        if one.is_infinite or other.is_infinite:
            return False
        found = self.sign(one - other)
        return None if found is None else found == 0

    def greater(self, one: sp.Expr, other: sp.Expr) -> bool | None:
        """Whether one > other for all allowed parameters: False when for none, None when not decided."""
        found = self.at_least(other, one)
        return None if found is None else not found


def as_lattice(expression: sp.Expr) -> sp.Expr:
    """Write abs(x) as max(x, -x), and draw signs and summands into a maximum or minimum.

    >>> a = sp.Symbol("a", real=True)
    >>> as_lattice(1 - abs(a))
    Min(1 - a, a + 1)
    """
    found = expression.replace(sp.Abs, lambda x: sp.Max(x, -x))
    outer = [part for part in sp.Add.make_args(found) if part.has(sp.Max, sp.Min)]
    if len(outer) != 1:
        return found
    sign, inner = outer[0].as_coeff_Mul()
    rest = found - outer[0]
    if sign not in (1, -1) or not isinstance(inner, sp.Max | sp.Min):
        return found
    dual = {sp.Max: sp.Min, sp.Min: sp.Max}[type(inner)]
    return (type(inner) if sign == 1 else dual)(*(as_lattice(sign * part + rest) for part in inner.args))


def number_sign(number: sp.Expr, most_bits: int = MAX_BITS) -> int | None:
    """The sign of a constant: by enclosures where it is not 0, and by algebra where it is.

    None when an enclosure with the most bits allowed still holds 0.

    >>> number_sign(sp.sqrt(2) - sp.Rational(141, 100)), number_sign(sp.sqrt(8) - 2 * sp.sqrt(2))
    (1, 0)
    """
    bits = 64
    while bits <= most_bits:
        with Balls(bits).precision():
            found = sign(enclose(number))
        if found is not None:
            return found
        if bits == 256 and _vanishes(number):
            return 0
        bits *= 4
    return None


def _vanishes(number: sp.Expr) -> bool:
    # Roots of equations are compared in symrnn.slopes.agreement; simplify knows nothing of them.
    return not number.has(Root) and bool(sp.expand(number) == 0 or sp.simplify(number) == 0)


def assumptions_of(activation: Activation) -> Assumptions:
    """The assumptions about an activation's parameters; nobody's word is taken for those of one's own."""
    return Assumptions(activation.stand_ins if is_catalogued(activation) else ())
