"""From a term to a list of monomials: one rule per node, everything distributed.

The rules are registered in :mod:`symrnn.expr.normal.rules`; here is what they have in common.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import reduce, singledispatch
from itertools import product as cartesian

import sympy as sp
from sympy.concrete.expr_with_limits import ExprWithLimits
from sympy.matrices.expressions.matexpr import MatrixElement

from symrnn.budget import tick
from symrnn.errors import UnknownTermError
from symrnn.expr.apply import UnitVector
from symrnn.expr.normal.blocks import is_numbered
from symrnn.expr.normal.chain import reduce_chain
from symrnn.expr.normal.monomial import Monomial, Range
from symrnn.expr.normal.scalars import expanded, powers_joined

Polynomial = list[Monomial]
"""A sum of monomials of one shape."""

SCALAR_SHAPE = (sp.S.One, sp.S.One)


@singledispatch
def expand(term: sp.Basic) -> Polynomial:
    """Write a term as a sum of monomials.

    Raises:
        UnknownTermError: for a node that the normal form has no rule for.
    """
    raise unknown(term)


def unknown(term: sp.Basic) -> UnknownTermError:
    """The refusal of a node."""
    return UnknownTermError(
        f"the normal form has no rule for {type(term).__name__}",
        where=str(term)[:80],
        advice="write it with other terms",
    )


def finish(mono: Monomial) -> Polynomial:
    """Reduce the chain of a monomial; nothing is left of one with the coefficient zero."""
    scalar, chain = reduce_chain(mono.factors)
    coefficient = powers_joined(mono.coefficient * scalar)
    if coefficient == 0:
        return []
    reduced = Monomial(mono.shape, chain, coefficient, mono.ranges)
    return rebuilt(reduced) if any(is_numbered(factor) for factor in chain) else [reduced]


def product_of(polynomials: Iterable[Polynomial]) -> Polynomial:
    """Product of sums of monomials, distributed; the summation indices of all stay, renamed apart."""
    return [mono for whole in reduce(_concatenated, polynomials) for mono in finish(whole)]


def _concatenated(left: Polynomial, right: Polynomial) -> Polynomial:
    return [
        Monomial(
            (one.shape[0], other.shape[1]),
            one.factors + other.factors,
            one.coefficient * other.coefficient,
            one.ranges + other.ranges,
        )
        for one, other in cartesian(left, right)
        for other in [apart(other)]
    ]


def apart(mono: Monomial) -> Monomial:
    """The same monomial with fresh summation indices."""
    tick()
    if not mono.ranges:
        return mono
    fresh = {v: sp.Dummy(v.name, integer=True) for v in mono.variables}
    renamed = mono.substituted(fresh)
    ranges: tuple[Range, ...] = tuple((fresh[v], low, high) for v, low, high in renamed.ranges)
    return Monomial(mono.shape, renamed.factors, renamed.coefficient, ranges)


def rebuilt(mono: Monomial) -> Polynomial:
    """Expand a monomial anew, as after a substitution that made numbers of bounds."""
    chain = Monomial(mono.shape, mono.factors).term()
    return [
        Monomial(mono.shape, part.factors, part.coefficient, mono.ranges + part.ranges)
        for part in scaled(mono.coefficient, expand(chain))
    ]


def scaled(scalar: sp.Expr, polynomial: Polynomial) -> Polynomial:
    """A scalar times a sum of monomials, distributed."""
    out = []
    for factor, mono in cartesian(expand_scalar(scalar), polynomial):
        mono = apart(mono)
        coefficient = factor.coefficient * mono.coefficient
        out.append(Monomial(mono.shape, mono.factors, coefficient, factor.ranges + mono.ranges))
    return out


def expand_scalar(scalar: sp.Expr) -> Polynomial:
    """A scalar as 1 x 1 monomials: matrix elements become chains, SymPy's sums ranges, the rest stays.

    Raises:
        UnknownTermError: for a scalar that does not commute, or that binds an index in another way.
    """
    out: Polynomial = []
    for summand in sp.Add.make_args(expanded(scalar)):
        parts: list[Polynomial] = []
        plain: sp.Expr = sp.S.One
        for factor in sp.Mul.make_args(summand):
            base, exponent = factor.as_base_exp()
            inner = _expand_base(base)
            if inner is None:
                plain = plain * factor
            elif exponent.is_Integer and exponent > 0:
                parts.extend([inner] * int(exponent))
            elif len(inner) == 1 and not inner[0].ranges:
                plain = plain * inner[0].coefficient ** exponent
            else:
                plain = plain * factor
        out.extend(product_of([[Monomial(SCALAR_SHAPE, (), plain)], *parts]))
    return out


def _expand_base(base: sp.Expr) -> Polynomial | None:
    """Monomials of a matrix element or a finite sum; None for a scalar that stays as it is."""
    if isinstance(base, sp.Number | sp.Symbol):
        return None
    if isinstance(base, MatrixElement):
        return _expand_element(base)
    if isinstance(base, sp.Sum):
        return _expand_sum(base)
    if not base.is_commutative or base.has(ExprWithLimits, sp.Derivative, sp.Subs, sp.Lambda):
        raise unknown(base)
    return None


def _expand_element(element: MatrixElement) -> Polynomial:
    matrix, row, col = element.args
    if matrix.shape == (1, 1):
        return expand(matrix)
    left = sp.Transpose(UnitVector(matrix.rows, row + 1))
    return expand(sp.MatMul(left, matrix, UnitVector(matrix.cols, col + 1)))


def _expand_sum(total: sp.Sum) -> Polynomial:
    """Σ of numbers as SymPy writes it, the first index innermost."""
    ranges: list[Range] = []
    fresh: dict[sp.Basic, sp.Basic] = {}
    for limits in reversed(total.limits):
        if len(limits) != 3 or any(bound.is_infinite for bound in limits[1:]):
            raise unknown(total)
        variable, low, high = limits
        index = sp.Dummy(variable.name, integer=True)
        ranges.append((index, low.xreplace(fresh), high.xreplace(fresh)))
        fresh[variable] = index
    return [
        Monomial(mono.shape, mono.factors, mono.coefficient, (*ranges, *mono.ranges))
        for mono in expand_scalar(total.function.xreplace(fresh))
    ]


__all__ = ["Monomial", "Polynomial", "expand", "expand_scalar", "finish", "rebuilt"]
