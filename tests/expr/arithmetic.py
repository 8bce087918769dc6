"""A small evaluator for the tests of the terms: exact rationals, written apart from symrnn's own.

Every leaf gets a random value that depends on its name and index only, at negative indices, too. A sum of
negative length is zero, as inside normal forms; in strict mode it is refused, as products of negative length are.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

import numpy as np
import sympy as sp
from sympy.core.function import AppliedUndef
from sympy.matrices.expressions import (
    DiagMatrix,
    HadamardPower,
    HadamardProduct,
    KroneckerProduct,
    MatAdd,
    MatMul,
    MatPow,
)
from sympy.matrices.expressions.matexpr import MatrixElement

from symrnn.expr import (
    Apply,
    Derivative,
    Differential,
    Element,
    GenericFunction,
    MatrixSum,
    OrderedProduct,
    StopGradient,
    TotalJacobian,
    UnitVector,
    Vec,
)


class OutsideError(Exception):
    """A range of negative length, or a row that does not exist: outside the hypotheses of a term."""


class SingularError(Exception):
    """A product of negative length whose factors have no inverse here."""


def derivative_of_phi(order: int, x: Fraction, slope: int) -> Fraction:
    """φ(x) = 1 + slope x + x³ and its derivatives."""
    table = [1 + slope * x + x**3, slope + 3 * x**2, 6 * x, Fraction(6)]
    return Fraction(table[order] if order < len(table) else 0)


@dataclass
class Numbers:
    """Values for the integer symbols and, from a seed, for all leaves."""

    symbols: dict[sp.Symbol, int]
    seed: int = 0
    strict: bool = True
    widths: dict[str, Any] = field(default_factory=dict)

    def __call__(self, term: sp.Basic) -> Any:
        """Value of a matrix term as an array of fractions."""
        return self.matrix(term, dict(self.symbols))

    # -- scalars ----

    def scalar(self, term: sp.Basic, env: dict[sp.Symbol, int]) -> Fraction:
        match term:
            case sp.Rational():
                return Fraction(int(term.p), int(term.q))
            case sp.Symbol():
                return Fraction(env[term])
            case sp.Add():
                return sum((self.scalar(part, env) for part in term.args), Fraction(0))
            case sp.Mul():
                result = Fraction(1)
                for part in term.args:
                    result *= self.scalar(part, env)
                return result
            case sp.Pow():
                base, exponent = (self.scalar(part, env) for part in term.args)
                if base == 0 and exponent < 0:
                    raise SingularError
                return base ** int(exponent)
            case sp.KroneckerDelta():
                left, right = (self.scalar(part, env) for part in term.args)
                return Fraction(left == right)
            case sp.Sum():
                ((variable, low, high),) = term.limits
                values = [
                    sign * self.scalar(term.function, {**env, variable: at}) for at, sign in self.span(low, high, env)
                ]
                return sum(values, Fraction(0))
            case MatrixElement():
                row, col = (self.integer(part, env) for part in term.args[1:])
                rows, cols = self.shape(term.args[0], env)
                if not (0 <= row < rows and 0 <= col < cols):
                    raise OutsideError
                return self.matrix(term.args[0], env)[row, col]
            case AppliedUndef():
                return Fraction(self.widths[term.func.__name__](*(self.integer(arg, env) for arg in term.args)))
        raise TypeError(type(term))

    def integer(self, term: sp.Basic, env: dict[sp.Symbol, int]) -> int:
        value = self.scalar(sp.sympify(term), env)
        assert value.denominator == 1
        return int(value)

    def span(self, low: sp.Expr, high: sp.Expr, env: dict[sp.Symbol, int]) -> list[tuple[int, int]]:
        """Values of an index with their signs."""
        first, last = self.integer(low, env), self.integer(high, env)
        if last >= first - 1:
            return [(at, 1) for at in range(first, last + 1)]
        if self.strict:
            raise OutsideError
        return []

    # -- matrices ----

    def drawn(self, key: object, rows: int, cols: int) -> Any:
        source = random.Random(f"{self.seed}|{key}|{rows}|{cols}")
        signed, below = [-3, -2, -1, 1, 2, 3, 4], [1, 1, 2]
        numbers = [Fraction(source.choice(signed), source.choice(below)) for _ in range(rows * cols)]
        return np.array(numbers, dtype=object).reshape(rows, cols)

    def shape(self, term: sp.Basic, env: dict[sp.Symbol, int]) -> tuple[int, int]:
        return self.integer(term.shape[0], env), self.integer(term.shape[1], env)

    def key(self, term: sp.Basic, env: dict[sp.Symbol, int]) -> tuple[object, ...]:
        return (term.name, self.integer(term.index, env)) if isinstance(term, Element) else (term.name,)

    def matrix(self, term: sp.Basic, env: dict[sp.Symbol, int]) -> Any:
        match term:
            case sp.MatrixSymbol() | Element():
                return self.drawn(self.key(term, env), *self.shape(term, env))
            case Derivative():
                of, wrt = self.key(term.of, env), self.key(term.wrt, env)
                rows, cols = self.shape(term, env)
                if isinstance(term, TotalJacobian) and of == wrt:
                    return identity(rows)
                return self.drawn((type(term).__name__, of, wrt), rows, cols)
            case Differential():
                return self.drawn(("d", self.key(term.of, env)), *self.shape(term, env))
            case UnitVector():
                return self.unit(term, env)
            case sp.Identity():
                return identity(self.shape(term, env)[0])
            case sp.ZeroMatrix() | sp.OneMatrix():
                value = Fraction(isinstance(term, sp.OneMatrix))
                return np.full(self.shape(term, env), value, dtype=object)
            case MatAdd():
                parts = [self.matrix(part, env) for part in term.args]
                return sum(parts[1:], parts[0])
            case MatMul():
                return self.product(term, env)
            case MatPow():
                base, exponent = self.matrix(term.args[0], env), self.integer(term.args[1], env)
                if exponent < 0 and self.strict and not term.args[1].is_Integer:
                    raise OutsideError
                return power(base, exponent)
            case sp.Transpose():
                return self.matrix(term.arg, env).T
            case DiagMatrix():
                column = self.matrix(term.args[0], env).reshape(-1)
                result = identity(len(column))
                for i, value in enumerate(column):
                    result[i, i] = value
                return result
            case HadamardProduct():
                parts = [self.matrix(part, env) for part in term.args]
                result = parts[0]
                for part in parts[1:]:
                    result = result * part
                return result
            case HadamardPower():
                return self.matrix(term.args[0], env) ** self.integer(term.args[1], env)
            case KroneckerProduct():
                result = self.matrix(term.args[0], env)
                for part in term.args[1:]:
                    result = np.kron(result, self.matrix(part, env))
                return result
            case StopGradient():
                return self.matrix(term.argument, env)
            case Vec():
                return self.matrix(term.argument, env).T.reshape(-1, 1)
            case Apply():
                return self.applied(term, env)
            case GenericFunction():
                values = [self.matrix(part, env).tolist() for part in term.arguments]
                return self.drawn((term.name, values), *self.shape(term, env))
            case MatrixSum():
                return self.total(term, env)
            case OrderedProduct():
                return self.ordered(term, env)
        raise TypeError(type(term))

    def unit(self, term: UnitVector, env: dict[sp.Symbol, int]) -> Any:
        rows, at = self.shape(term, env)[0], self.integer(term.position, env)
        if self.strict and not 1 <= at <= rows:
            raise OutsideError
        return np.array([[Fraction(i + 1 == at)] for i in range(rows)], dtype=object)

    def product(self, term: MatMul, env: dict[sp.Symbol, int]) -> Any:
        scalar, result = Fraction(1), None
        for part in term.args:
            if isinstance(part, sp.MatrixExpr):
                value = self.matrix(part, env)
                result = value if result is None else result @ value
            else:
                scalar *= self.scalar(part, env)
        return scalar * result

    def applied(self, term: Apply, env: dict[sp.Symbol, int]) -> Any:
        argument = self.matrix(term.argument, env)
        if term.function == "identity":
            return argument ** max(1 - term.order, 0) * (term.order < 2)
        slope = len(term.function) + (0 if term.member is None else self.integer(term.member, env))
        return np.vectorize(lambda x: derivative_of_phi(term.order, x, slope), otypes=[object])(argument)

    def total(self, term: MatrixSum, env: dict[sp.Symbol, int]) -> Any:
        result = np.full(self.shape(term, env), Fraction(0), dtype=object)
        for at, sign in self.span(term.lower, term.upper, env):
            result = result + sign * self.matrix(term.body, {**env, term.variable: at})
        return result

    def ordered(self, term: OrderedProduct, env: dict[sp.Symbol, int]) -> Any:
        if self.integer(term.upper, env) < self.integer(term.lower, env) - 1:
            raise OutsideError
        factors = [
            self.matrix(term.body, {**env, term.variable: at}) for at, _ in self.span(term.lower, term.upper, env)
        ]
        if not factors:
            return identity(self.integer(term.rows, env))
        return chained(factors if term.direction == "ascending" else factors[::-1])


def chained(factors: list[Any]) -> Any:
    result = factors[0]
    for factor in factors[1:]:
        result = result @ factor
    return result


def identity(size: int) -> Any:
    return np.array([[Fraction(i == j) for j in range(size)] for i in range(size)], dtype=object).reshape(size, size)


def power(base: Any, exponent: int) -> Any:
    if exponent < 0:
        return power(inverse(base), -exponent)
    result = identity(len(base))
    for _ in range(exponent):
        result = result @ base
    return result


def inverse(matrix: Any) -> Any:
    """Gauss-Jordan elimination."""
    rows, cols = matrix.shape
    if rows != cols:
        raise SingularError
    work = np.concatenate([matrix, identity(rows)], axis=1)
    for col in range(rows):
        pivot = next((row for row in range(col, rows) if work[row, col] != 0), None)
        if pivot is None:
            raise SingularError
        work[[col, pivot]] = work[[pivot, col]]
        work[col] = work[col] / work[col, col]
        for row in range(rows):
            if row != col and work[row, col] != 0:
                work[row] = work[row] - work[row, col] * work[col]
    return work[:, rows:]


def agree(left: Any, right: Any) -> bool:
    """Whether two arrays are equal, entry by entry."""
    return left.shape == right.shape and bool(np.all(left == right))
