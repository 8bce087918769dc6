"""Slopes as rational functions of z and of an exponential, with their limits at infinity."""

from __future__ import annotations

from dataclasses import dataclass

import sympy as sp

from symrnn.activations import z
from symrnn.errors import ProofError
from symrnn.slopes.assumptions import Assumptions


class Exponential(sp.Symbol):
    """A symbol of its own class, so that no parameter of an activation is the same one."""


E = Exponential("E", positive=True)
"""Stands for exp(-q(z))."""


@dataclass(frozen=True)
class Form:
    """A formula in z and E = exp(-q(z)).

    Args:
        expression: in the symbols z and :data:`E`.
        exponent: the polynomial q, with positive leading coefficient; z when there is no exponential.
    """

    expression: sp.Expr
    exponent: sp.Expr

    def in_z(self, expression: sp.Expr | None = None) -> sp.Expr:
        """The form, or another expression in z and E, as a formula in z alone."""
        found = self.expression if expression is None else expression
        return found.subs(E, sp.exp(-self.exponent))


def exponential_form(formula: sp.Expr, given: Assumptions) -> Form:
    """Write a formula with one exponential: all exponents are multiples of one polynomial.

    Raises:
        ProofError: when they are not.

    >>> exponential_form(sp.diff(sp.tanh(z), z), Assumptions())
    Form(expression=-(-E + 1/E)**2/(E + 1/E)**2 + 1, exponent=z)
    """
    formula = formula.rewrite((sp.tanh, sp.cosh, sp.sinh), sp.exp)
    powers = {power: sp.expand(power.args[0]) for power in formula.atoms(sp.exp) if power.has(z)}
    if not powers:
        return Form(formula, z)
    unit = _unit(list(powers.values()))
    leading = given.sign(sp.LC(unit, z))
    if not unit.is_polynomial(z) or leading not in (1, -1):
        raise ProofError(f"the exponent {unit} is not a polynomial with a leading coefficient of known sign")
    exponent = sp.expand(leading * unit)
    replaced = {power: E ** (-sp.cancel(of / exponent)) for power, of in powers.items()}
    return Form(formula.xreplace(replaced), exponent)


def _unit(exponents: list[sp.Expr]) -> sp.Expr:
    """The exponent of which all others are integer multiples."""
    for unit in exponents:
        if all(sp.cancel(other / unit).is_Integer for other in exponents):
            return unit
    raise ProofError(f"the exponents {exponents} are not multiples of one of them")


def limit(slope: sp.Expr, end: sp.Expr, given: Assumptions) -> sp.Expr:
    """The limit of a slope as z → ∞ or z → -∞.

    With z → ∞ (the other end after z → -z), E = exp(-q) tends to 0 faster than any power of z grows, and erf
    of a polynomial tends to ±1. So the lowest powers of E decide, and among these the highest powers of z.

    Raises:
        ProofError: when the slope is not a rational function of z, E and a sum with erf.

    >>> sigmoid = 1 / (1 + sp.exp(-z))
    >>> limit(sigmoid, sp.oo, Assumptions()), limit(sigmoid, -sp.oo, Assumptions())
    (1, 0)
    """
    towards = slope if end is sp.oo else slope.subs(z, -z)
    form = exponential_form(towards, given)
    expression = _without_erf(form.expression, given)
    if not expression.is_rational_function(z, E):
        raise ProofError(f"{slope} is not a rational function of z and one exponential")
    top, bottom = (_lowest(part) for part in sp.fraction(sp.cancel(sp.together(expression))))
    if top[0] > bottom[0] or top[1] == 0:
        return sp.S.Zero
    ratio = sp.cancel(top[1] / bottom[1])
    numerator, denominator = (sp.Poly(part, z) for part in sp.fraction(ratio))
    rise = numerator.degree() - denominator.degree()
    if top[0] == bottom[0] and rise <= 0:
        return sp.S.Zero if rise < 0 else sp.cancel(numerator.LC() / denominator.LC())
    towards_sign = given.sign(numerator.LC() / denominator.LC())
    if towards_sign not in (1, -1):
        raise ProofError(f"the limit of {slope} is not decided")
    return towards_sign * sp.oo


def _without_erf(expression: sp.Expr, given: Assumptions) -> sp.Expr:
    for number, error in enumerate(sorted(expression.atoms(sp.erf), key=str)):
        mark = sp.Dummy(f"erf_{number}", real=True)
        marked = expression.xreplace({error: mark})
        inner = sp.expand(error.args[0])
        leading = given.sign(sp.LC(inner, z)) if inner.is_polynomial(z) else None
        if leading not in (1, -1) or sp.diff(marked, mark).free_symbols & {z, E, mark}:
            raise ProofError(f"{error} does not stand alone in {expression}")
        expression = marked.subs(mark, leading)
    return expression


def _lowest(expression: sp.Expr) -> tuple[int, sp.Expr]:
    """The lowest power of E in a polynomial, with its coefficient."""
    if expression == 0:
        return 0, expression
    (power,), coefficient = sp.Poly(expression, E).terms()[-1]
    return power, coefficient
