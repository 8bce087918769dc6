"""Inverses in every number system, and the degrees of the polynomials behind them."""

from __future__ import annotations

import random
from fractions import Fraction

import flint
import numpy as np
import pytest
import sympy as sp

from symrnn.check.deciding.numeric import degree_bound, identity_test
from symrnn.derivation import Equation
from symrnn.errors import EvaluationError
from symrnn.evaluate import (
    PRIME,
    Assignment,
    Balls,
    Degree,
    Degrees,
    Entries,
    Evaluator,
    Floats,
    Modulo,
    Rationals,
    Reals,
    SymbolicAssignment,
)
from symrnn.evaluate.arrays import filled
from symrnn.evaluate.systems import System
from symrnn.expr import Elementwise, MatrixSum
from symrnn.recurrence import Recurrence
from symrnn.symbols import k, n, t

V, A, x = sp.MatrixSymbol("V", n, n), sp.MatrixSymbol("A", n, n), sp.MatrixSymbol("x", n, 1)
eigenvalues = sp.MatrixSymbol("lambda", n, 1)
phi = Elementwise("phi")
NOTHING = Recurrence("nothing", t, (), (V, A, x, eigenvalues))
SYSTEMS = [Rationals(), Reals(30), Floats(), Balls(128), Modulo(0), Entries()]


def identity(system: object, size: int) -> np.ndarray:
    return filled(size, size, lambda i, j: system.number(Fraction(int(i == j))))


def matrix(system: object, rows: list) -> np.ndarray:
    return filled(len(rows), len(rows), lambda i, j: system.number(Fraction(rows[i][j])))


@pytest.mark.parametrize("system", SYSTEMS, ids=lambda system: system.name)
@pytest.mark.parametrize("rows", [[[2]], [[1, 2], [3, 4]], [[0, 1], [1, 0]], [[0, 2, 1], [1, 0, 3], [4, 1, 0]]])
def test_an_inverse_is_one_from_both_sides(system: object, rows: list) -> None:
    given, one = matrix(system, rows), identity(system, len(rows))
    with system.precision():
        found = system.inverse(given, one)
        for product in (given @ found, found @ given):
            for mine, wanted in zip(product.ravel(), one.ravel(), strict=True):
                if isinstance(system, Balls):
                    assert mine.contains(wanted)
                elif isinstance(system, Reals | Floats):
                    assert abs(mine - wanted) < 1e-12
                else:
                    assert mine == wanted


SINGULAR = [[[0]], [[1, 2], [2, 4]], [[0, 0], [1, 3]], [[1, 2, 3], [4, 5, 6], [7, 8, 9]]]


@pytest.mark.parametrize("system", SYSTEMS, ids=lambda system: system.name)
@pytest.mark.parametrize("rows", SINGULAR)
def test_a_singular_matrix_has_no_inverse(system: object, rows: list) -> None:
    with system.precision(), pytest.raises(EvaluationError, match="may be singular"):
        system.inverse(matrix(system, rows), identity(system, len(rows)))


def test_a_singular_matrix_whose_zeros_are_rounded_has_no_inverse() -> None:
    thirds = [[Fraction(1, 3), Fraction(1, 7)], [Fraction(1, 9), Fraction(1, 21)]]
    for system in (Reals(30), Floats(), Balls(64)):
        with system.precision(), pytest.raises(EvaluationError, match="may be singular"):
            system.inverse(matrix(system, thirds), identity(system, 2))


SINGULAR_TERMS = {
    "outer product": x * x.T,
    "sum of two": (x + A * x) * (x + A * x).T,
    "adjugate times": A * x * x.T * A,
}


@pytest.mark.parametrize("name", SINGULAR_TERMS)
@pytest.mark.parametrize("system", SYSTEMS, ids=lambda system: system.name)
def test_a_term_of_rank_one_has_no_inverse(name: str, system: object) -> None:
    sizes = {n: 2}
    assignment = SymbolicAssignment(sizes) if isinstance(system, Entries) else Assignment(sizes)
    with pytest.raises(EvaluationError, match="may be singular"):
        Evaluator(system, assignment, NOTHING).value(sp.MatPow(SINGULAR_TERMS[name], -1))


def test_a_given_singular_matrix_is_refused() -> None:
    evaluator = Evaluator(Rationals(), Assignment({n: 2}, given={V: [[1, 2], [2, 4]]}), NOTHING)
    with pytest.raises(EvaluationError, match="may be singular"):
        evaluator.value(sp.MatPow(V, -1) * x)


# -- degrees -----------------------------------------------------------------------------------------------------------

spectrum = sp.DiagMatrix(eigenvalues)
TERMS = {
    "inverse": sp.MatPow(V, -1),
    "conjugate": sp.MatMul(V, spectrum, sp.MatPow(V, -1)),
    "power of a conjugate": sp.MatPow(sp.MatMul(V, spectrum, sp.MatPow(V, -1)), 2),
    "two inverses": sp.MatPow(V, -1) + sp.MatPow(A, -1) * V,
    "inverse of a sum": sp.MatPow(V + A * A, -1) * A,
    "inverse of an inverse": sp.MatPow(sp.MatPow(V, -1) + A, -1),
    "inverse of a product of inverses": sp.MatPow(sp.MatPow(V, -1) * A * sp.MatPow(A, -1), -1),
    "nested twice": sp.MatPow(sp.MatPow(sp.MatPow(V, -1) + A, -1) + V, -1),
    "power of an inverse": sp.MatPow(V, -3) * x,
    "quotient": sp.MatMul(1 / x[0, 0] ** 2, A),
    "quotient of sums": sp.MatMul(1 / (x[0, 0] + 1 / (V[0, 0] + A[0, 0])), A),
    "sum of quotients": MatrixSum(sp.MatMul(1 / (x[0, 0] + k), V), (k, 1, 3)),
    "argument of a function": phi(sp.MatMul(sp.MatPow(V, -1), A) * x),
}


def polynomial(*coefficients: int) -> flint.nmod_poly:
    return flint.nmod_poly(list(coefficients), PRIME)


class Quotient:
    """A quotient of polynomials in one indeterminate over a prime field, in lowest terms."""

    def __init__(self, above: flint.nmod_poly, below: flint.nmod_poly) -> None:
        common = above.gcd(below)
        self.above, self.below = above // common, below // common

    def __add__(self, other: Quotient) -> Quotient:
        return Quotient(self.above * other.below + other.above * self.below, self.below * other.below)

    def __sub__(self, other: Quotient) -> Quotient:
        return Quotient(self.above * other.below - other.above * self.below, self.below * other.below)

    def __mul__(self, other: Quotient) -> Quotient:
        return Quotient(self.above * other.above, self.below * other.below)

    def __truediv__(self, other: Quotient) -> Quotient:
        return Quotient(self.above * other.below, self.below * other.above)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Quotient) and self.above * other.below == other.above * self.below

    @property
    def degree(self) -> int:
        return max(self.above.degree(), self.below.degree(), 0)


class OnALine(System):
    """Every entry of a matrix is a + b z: the degree of a polynomial in the entries is that in z, for most a and b."""

    name = "quotients of polynomials"

    def __init__(self) -> None:
        self.arguments: list[Quotient] = []

    def number(self, fraction: Fraction) -> Quotient:
        return Quotient(polynomial(fraction.numerator), polynomial(fraction.denominator))

    def function(self, activation: object, member: int | None, order: int, x: Quotient) -> Quotient:
        self.arguments.append(x)
        return line(random.Random(str(x.above) + str(x.below)))


def line(source: random.Random) -> Quotient:
    return Quotient(polynomial(source.randrange(PRIME), source.randrange(PRIME)), polynomial(1))


class Lines(Assignment):
    def matrix(self, name: str, index: int | None, rows: int, cols: int, system: object) -> np.ndarray:
        return filled(rows, cols, lambda i, j: line(random.Random(f"{name} {index} {i} {j}")))


@pytest.mark.parametrize("name", TERMS)
@pytest.mark.parametrize("size", [1, 2, 3])
def test_the_degree_bound_is_one(name: str, size: int) -> None:
    """It covers the difference of a term and another one, as a quotient in lowest terms."""
    term = TERMS[name]
    for other in (sp.ZeroMatrix(*term.shape), sp.MatPow(A, -2) * term):
        system = OnALine()
        evaluator = Evaluator(system, Lines({n: size}), NOTHING)
        difference = evaluator.value(term) - evaluator.value(other)
        true = max(value.degree for value in (*difference.ravel(), *system.arguments))
        assert true >= 1
        assert degree_bound(Equation(term, other), NOTHING, {n: size}, {}) >= true


def test_every_inverse_counts() -> None:
    """Values over different determinants have a product of all of them as their denominator."""
    bounds = [
        degree_bound(Equation(sp.MatAdd(*(sp.MatPow(V + j * A, -1) for j in range(r))), V), NOTHING, {n: 1}, {})
        for r in (1, 2, 3, 4)
    ]
    assert all(bound >= r + 1 for r, bound in enumerate(bounds, 1))
    assert bounds == sorted(bounds)


def test_nested_inverses_are_bounded_as_what_they_divide_by() -> None:
    """The determinant behind an inverse of rational entries is a numerator, of larger degree than its entries."""
    system = Degrees()
    one = identity(system, 2)
    inner = system.inverse(filled(2, 2, lambda i, j: Degree(1)), one)
    outer = system.inverse(inner, one)
    assert inner[0, 0].bound == 2 * 2 * 1
    assert outer[0, 0].bound == 2 * inner[0, 0].bound * 3
    assert system.reciprocal(Degree(1)).bound == 2 + 2
    assert system.inverses == 3


def test_a_false_identity_with_inverses_is_seen() -> None:
    inverse = sp.MatPow(V, -1)
    false = Equation(sp.MatPow(V * A, -1), inverse * sp.MatPow(A, -1))
    true = Equation(sp.MatPow(V * A, -1), sp.MatPow(A, -1) * inverse)
    for size in (2, 3):
        assert not identity_test(false, NOTHING, {n: size}, {}).agrees
        result = identity_test(true, NOTHING, {n: size}, {})
        assert result.agrees
        assert result.error < 2**-80
