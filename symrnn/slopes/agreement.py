"""Whether two exact expressions are the same number, roots of equations included."""

from __future__ import annotations

import sympy as sp

from symrnn.activations import Root, z
from symrnn.errors import ProofError
from symrnn.slopes.assumptions import Assumptions, number_sign
from symrnn.slopes.exponential import E, Form, exponential_form
from symrnn.slopes.turning import factored

QUICK_BITS = 256
"""Numbers that differ are mostly told apart with that precision, before any algebra."""


def same_value(one: sp.Expr, other: sp.Expr, given: Assumptions) -> bool:
    """Whether two expressions are the same number.

    With a root of an equation in them they are compared modulo that equation: the difference, a rational
    function of z and E = exp(-q(z)), is divided by the equation as polynomials in E, and nothing may be left.

    >>> from symrnn.activations import activation
    >>> silu = activation("silu")
    >>> root, = silu.sup.at
    >>> silu.sup.value, same_value(silu.sup.value, silu.derivative().subs(z, root), Assumptions())
    (1/2 + z_max/4, True)
    """
    if one == other:
        return True
    if one.is_infinite or other.is_infinite:
        return False
    roots = one.atoms(Root) | other.atoms(Root)
    if not roots:
        return given.equal(one, other) is True
    if len(roots) > 1 or number_sign(one - other, QUICK_BITS) is not None:
        return False
    root = roots.pop()
    try:
        return _equal_modulo((one - other).xreplace({root: z}), root, given)
    except ProofError:
        return False


def holds(one: sp.Expr, relation: str, other: sp.Expr, given: Assumptions) -> bool | None:
    """Whether one is so related to other: True for all allowed parameters, False for none.

    >>> holds(sp.sqrt(2), ">", sp.Rational(7, 5), Assumptions()), holds(sp.S.One, "<", sp.S.One, Assumptions())
    (True, False)
    """
    if one.has(Root) and other.has(Root) and same_value(one, other, given):
        return len(relation) == 2
    larger, smaller = (one, other) if relation[0] == ">" else (other, one)
    return (given.at_least if len(relation) == 2 else given.greater)(larger, smaller)


def _equal_modulo(difference: sp.Expr, root: Root, given: Assumptions) -> bool:
    """Whether a formula vanishes at a root because its equation divides it."""
    form = exponential_form(difference, given)
    equation = factored(root.function, given)
    if form.exponent != equation.exponent:
        return False
    top, bottom = sp.fraction(sp.cancel(sp.together(form.expression)))
    if given.keeps_sign(Form(bottom, form.exponent).in_z()) is None:
        return False
    for factor, power in equation.factors:
        if power < 0 or not factor.has(E):
            continue
        leading = sp.Poly(factor, E).LC()
        if number_sign(leading.subs(z, root)) not in (1, -1):
            continue
        if sp.cancel(sp.rem(top, factor, E)) == 0 and _vanishes_at(factor, form.exponent, root, given):
            return True
    return False


def _vanishes_at(factor: sp.Expr, exponent: sp.Expr, root: Root, given: Assumptions) -> bool:
    """Whether it is this factor of the equation that is 0 at the root: all others are not."""
    others = [f for f, power in factored(root.function, given).factors if power > 0 and f != factor]
    return all(number_sign(Form(f, exponent).in_z().subs(z, root)) in (1, -1) for f in others)
