"""Numbers as sums of monomials in norms and symbols: their powers, and whether they are at least 0."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

import sympy as sp
from sympy.matrices.expressions.matexpr import MatrixElement

from symrnn.expr import Measure

CACHED = 4_096

Powers = dict[sp.Expr, sp.Expr]


@lru_cache(maxsize=CACHED)
def standard(scalar: sp.Expr) -> sp.Expr:
    """A scalar as a sum of products of powers of single quantities.

    >>> from symrnn.symbols import k
    >>> x, y = sp.symbols("x y", nonnegative=True)
    >>> standard((x * y) ** k * (x + 1))
    x*x**k*y**k + x**k*y**k
    """
    names = names_of((scalar,))
    plain = sp.expand(sp.expand_power_base(sp.expand(scalar.xreplace(names))))
    return plain.xreplace({name: measure for measure, name in names.items()})


def names_of(scalars: Iterable[sp.Basic]) -> dict[Measure, sp.Dummy]:
    """A name for each measure that no sum binds, so that SymPy does not look into the matrices in it."""
    scalars = tuple(scalars)
    bound = {limits[0] for scalar in scalars for total in scalar.atoms(sp.Sum) for limits in total.limits}
    found = dict.fromkeys(measure for scalar in scalars for measure in outermost(scalar))
    free = (measure for measure in found if not measure.free_symbols & bound)
    return {m: sp.Dummy(nonnegative=True) if m.is_nonnegative else sp.Dummy(real=True) for m in free}


def outermost(scalar: sp.Basic) -> list[Measure]:
    """The measures in a scalar, those inside others left out."""
    if isinstance(scalar, Measure):
        return [scalar]
    return [found for part in scalar.args for found in outermost(part)]


def powers(monomial: sp.Expr) -> tuple[sp.Expr, Powers]:
    """The number in front of a monomial, and its exponents by base."""
    number, rest = monomial.as_coeff_Mul()
    found: Powers = {}
    for factor in sp.Mul.make_args(rest):
        whole, exponent = factor.as_base_exp()
        splits = whole.is_Mul and (exponent.is_integer or all(part.is_nonnegative for part in whole.args))
        for part in whole.args if splits else (whole,):
            base, inner = part.as_base_exp()
            if not (exponent.is_integer or base.is_nonnegative):
                base, inner = part, sp.S.One  # √(y²) is not y
            found[base] = sp.expand(found.get(base, sp.S.Zero) + inner * exponent)
    return number, {base: e for base, e in found.items() if e != 0 and base != 1}


def monomials(scalar: sp.Expr) -> list[sp.Expr]:
    """The summands of the standard form, each with its powers joined."""
    return [joined(*powers(part)) for part in sp.Add.make_args(standard(scalar))]


def joined(number: sp.Expr, found: Powers) -> sp.Expr:
    """A monomial from its parts."""
    return sp.Mul(number, *(base**e for base, e in found.items()))


def is_nonnegative(scalar: sp.Expr, known: Iterable[sp.Expr] = ()) -> bool:
    """Whether every monomial is at least 0 for all values of its quantities, and of what is known to be >= 0.

    >>> x, y = sp.symbols("x y", nonnegative=True)
    >>> is_nonnegative(x * (1 + y) - x), is_nonnegative(x - y), is_nonnegative(y / (1 - x), [1 - x])
    (True, False, True)
    """
    known = tuple(known)
    return all(_monomial_is_nonnegative(part, known) for part in sp.Add.make_args(sp.Add(*monomials(scalar))))


def _monomial_is_nonnegative(part: sp.Expr, known: tuple[sp.Expr, ...] = ()) -> bool:
    """A number >= 0 times powers of quantities >= 0, or even powers of real ones; wherever it exists."""
    number, found = powers(part)
    return bool(number.is_nonnegative) and all(
        _base_is_nonnegative(b, known) or (e.is_even and _is_real(b)) for b, e in found.items()
    )


def _is_real(base: sp.Expr) -> bool:
    if isinstance(base, sp.Sum):
        return _is_real(base.function)
    return bool(base.is_real) or isinstance(base, MatrixElement)  # the entries of matrices are real numbers


def _base_is_nonnegative(base: sp.Expr, known: tuple[sp.Expr, ...]) -> bool:
    if isinstance(base, sp.Sum):
        return is_nonnegative(base.function, known)
    return bool(base.is_nonnegative) or any(standard(base - other) == 0 for other in known)


def opened(total: sp.Sum) -> tuple[sp.Expr, sp.Symbol, sp.Expr, sp.Expr]:
    """What stands under the outermost sum sign, with its index and bounds; SymPy joins the signs of nested sums."""
    *inner, (variable, low, high) = total.limits
    return (sp.Sum(total.function, *inner) if inner else total.function), variable, low, high
