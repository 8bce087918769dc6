"""The sign of φ'' on an interval, factor by factor."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

import sympy as sp

from symrnn.activations import z
from symrnn.bounds.assumptions import Assumptions
from symrnn.bounds.exponential import E, Form, exponential_form
from symrnn.bounds.pieces import inside
from symrnn.errors import ProofError


@dataclass(frozen=True)
class Factored:
    """A formula as a constant times powers of factors, polynomials in z and E = exp(-q(z)).

    Args:
        constant: free of z.
        factors: each with its exponent, negative in the denominator.
        exponent: q.
    """

    constant: sp.Expr
    factors: tuple[tuple[sp.Expr, int], ...]
    exponent: sp.Expr

    def __str__(self) -> str:
        written = self.constant * sp.Mul(*(factor**power for factor, power in self.factors))
        where = f" with E = exp({-self.exponent})" if written.has(E) else ""
        return f"{written}{where}"


@cache
def factored(formula: sp.Expr, given: Assumptions) -> Factored:
    """Factor a formula, and check that the product is the formula.

    Raises:
        ProofError: when it is no rational function of z and one exponential.

    >>> sigmoid = 1 / (1 + sp.exp(-z))
    >>> print(factored(sp.diff(sigmoid, z, 2), Assumptions()))
    E*(E - 1)/(E + 1)**3 with E = exp(-z)
    """
    form = exponential_form(formula, given)
    constant, found = sp.S.One, []
    top, bottom = sp.fraction(sp.cancel(sp.together(form.expression)))
    for part, direction in ((top, 1), (bottom, -1)):
        content, factors = _factor_list(part)
        constant *= content**direction
        found += [(factor, direction * power) for factor, power in factors]
    product = constant * sp.Mul(*(factor**power for factor, power in found))
    if sp.cancel(sp.together(product - form.expression)) != 0:
        raise ProofError(f"{product} is not {form.expression}")
    return Factored(constant, tuple(found), form.exponent)


def _factor_list(part: sp.Expr) -> tuple[sp.Expr, list[tuple[sp.Expr, int]]]:
    """The factors that contain z or E, and the product of the others."""
    marked, marks = _marked(part)
    if not marked.is_polynomial(z, E):
        raise ProofError(f"{part} is not a polynomial in z and an exponential")
    content, factors = sp.factor_list(marked)
    found = []
    for factor, power in factors:
        plain = factor.xreplace(marks)
        if plain.free_symbols & {z, E}:
            found.append((plain, power))
        else:
            content *= plain**power
    return content.xreplace(marks) if isinstance(content, sp.Basic) else content, found


def _marked(part: sp.Expr) -> tuple[sp.Expr, dict[sp.Symbol, sp.Expr]]:
    """Irrational constants such as √(2/π) replaced by symbols, so that the coefficients are rational."""
    constants = [c for c in part.atoms(sp.Pow) if not c.free_symbols] + [sp.pi]
    marks = {constant: sp.Dummy(f"c{i}", positive=True) for i, constant in enumerate(constants)}
    return part.xreplace(marks), {mark: constant for constant, mark in marks.items()}


# -- roots of a factor -------------------------------------------------------------------------------------


def is_mixed(factor: sp.Expr) -> bool:
    """Whether a factor contains both z and the exponential, so that algebra does not find its roots."""
    return {z, E} <= factor.free_symbols


def exact_roots(factor: sp.Expr, exponent: sp.Expr) -> Iterator[sp.Expr]:
    """All real roots of a factor in z alone, or in E alone: by Sturm's theorem there are no others.

    Raises:
        ProofError: when a coefficient is not rational, or q is not linear where roots in E are asked for.

    >>> list(exact_roots(z**2 - 2, z)), list(exact_roots(E - 1, z)), list(exact_roots(2 * E - 1, 2 * z))
    ([-sqrt(2), sqrt(2)], [0], [log(2)/2])
    """
    symbol = E if factor.has(E) else z
    polynomial = sp.Poly(factor, symbol)
    if not all(coefficient.is_Rational for coefficient in polynomial.all_coeffs()):
        raise ProofError(f"{factor} has coefficients that are not rational")
    roots = list(dict.fromkeys(sp.real_roots(polynomial)))
    if polynomial.count_roots() != len(roots):
        raise ProofError(f"the roots of {factor} are not all found")
    if symbol == z:
        yield from roots
        return
    rate = sp.diff(exponent, z)
    if roots and rate.has(z):
        raise ProofError(f"{factor} is solved only for a linear exponent, not {exponent}")
    yield from sorted(-sp.log(root) / rate for root in roots if root.is_positive)


def factor_sign(factor: sp.Expr, exponent: sp.Expr, low: sp.Expr, high: sp.Expr, given: Assumptions) -> int:
    """The sign of a factor in z alone, or in E alone, on an open interval.

    Raises:
        ProofError: when it has a root inside, or the sign is not decided.

    >>> factor_sign(E - 1, z, sp.S.Zero, sp.oo, Assumptions())
    -1
    """
    by_form = given.keeps_sign(Form(factor, exponent).in_z())
    if by_form is not None:
        return by_form
    for root in exact_roots(factor, exponent):
        if not (given.at_least(low, root) or given.at_least(root, high)):
            raise ProofError(f"{factor} has the root z = {root} between {low} and {high}")
    found = given.sign(Form(factor, exponent).in_z().subs(z, inside(low, high)))
    if found not in (1, -1):
        raise ProofError(f"the sign of {factor} between {low} and {high} is not decided")
    return found
