"""Monomials: a scalar coefficient times a chain of factors, under any number of finite sums."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

import sympy as sp
from sympy.matrices.expressions import MatrixExpr
from sympy.matrices.expressions.matexpr import MatrixElement

from symrnn.expr.binder import MatrixSum

Chain = tuple[MatrixExpr, ...]
"""Factors of a product, left to right."""

Range = tuple[sp.Symbol, sp.Expr, sp.Expr]
"""A summation index with its first and last value."""


class FormalSum(MatrixSum):
    """A sum inside a normal form; where split ends make its length negative, it is signed."""

    refuses_negative_length = False


@dataclass(frozen=True)
class Monomial:
    """``Σ…Σ coefficient · factor · factor ⋯``; no factors stand for the identity.

    Args:
        shape: (rows, columns) of the value.
        factors: the chain, left to right, none of them a sum, a product or the identity.
        coefficient: a SymPy scalar; 1 x 1 pieces of the chain live here as matrix elements.
        ranges: (index, lower, upper) of the sums, outermost first.
    """

    shape: tuple[sp.Expr, sp.Expr]
    factors: Chain = ()
    coefficient: sp.Expr = sp.S.One
    ranges: tuple[Range, ...] = ()

    def substituted(self, rule: dict[sp.Basic, sp.Basic]) -> Monomial:
        """Coefficient, factors and bounds with a replacement applied; the summation indices stay."""
        return replace(
            self,
            factors=tuple(factor.xreplace(rule) for factor in self.factors),
            coefficient=self.coefficient.xreplace(rule),
            ranges=tuple((v, low.xreplace(rule), high.xreplace(rule)) for v, low, high in self.ranges),
        )

    @property
    def variables(self) -> tuple[sp.Symbol, ...]:
        """The summation indices, outermost first."""
        return tuple(variable for variable, _, _ in self.ranges)

    @property
    def parts(self) -> tuple[sp.Basic, ...]:
        """Everything under the sums: the factors, then the coefficient."""
        return (*self.factors, self.coefficient)

    def mentions(self, symbol: sp.Symbol) -> bool:
        """Tell whether a symbol stands in the coefficient, the chain or the bounds."""
        bounds: Iterable[sp.Basic] = (bound for _, *ends in self.ranges for bound in ends)
        return any(symbol in part.free_symbols for part in (*self.parts, *bounds))

    def term(self) -> MatrixExpr:
        """The monomial as a SymPy term again."""
        core = chain_term(self.factors, self.shape[0])
        if isinstance(self.coefficient, MatrixElement) and self.coefficient.args[0].shape == self.shape:
            core = self.coefficient.args[0]  # a 1 x 1 matrix is written as itself
        elif self.coefficient != 1:
            core = sp.MatMul(self.coefficient, core)
        for variable, lower, upper in reversed(self.ranges):
            core = FormalSum(core, variable, lower, upper)
        return core


def factors_of(term: MatrixExpr) -> Chain:
    """The factors of a chain term."""
    if isinstance(term, sp.Identity):
        return ()
    return tuple(term.args) if isinstance(term, sp.MatMul) else (term,)


def chain_term(factors: Chain, rows: sp.Expr) -> MatrixExpr:
    """A chain of factors as one term; the identity when it is empty."""
    if not factors:
        return sp.Identity(rows)
    return factors[0] if len(factors) == 1 else sp.MatMul(*factors)
