"""Measured matrices against NumPy and mpmath: the true number lies in every ball, defective matrices included."""

from __future__ import annotations

import random
from fractions import Fraction

import flint
import mpmath
import numpy as np
import pytest
import sympy as sp

from symrnn.errors import EvaluationError, UnknownTermError
from symrnn.evaluate import Assignment, Balls, Enclosures, Evaluator, Floats, Rationals
from symrnn.evaluate.norms import eigenvalues, largest, measured, root, smallest
from symrnn.expr import InnerProduct, Measure, Norm, SmallestEntry, SmallestSingularValue, SpectralRadius

NUMPY = {"2": 2, "1": 1, "oo": np.inf, "F": "fro"}
DEFECTIVE = (
    [[0, 5], [0, 0]],
    [[1, 1], [0, 1]],
    [[2, 1, 0], [0, 2, 1], [0, 0, 2]],
    [[0, 1, 0], [0, 0, 1], [0, 0, 0]],
    [[3, 1], [-1, 1]],
    [[0, 0], [0, 0]],
    [[0, -1], [1, 0]],
    [[1, 2], [2, 4]],
)


def exact(rows: list[list[Fraction]]) -> np.ndarray:
    return np.array([[flint.fmpq(Fraction(e).numerator, Fraction(e).denominator) for e in row] for row in rows])


def matrices() -> list[list[list[Fraction]]]:
    """Defective ones, and rationals of sizes 1 to 4, some of low rank."""
    found = [[[Fraction(entry) for entry in row] for row in rows] for rows in DEFECTIVE]
    for seed in range(120):
        source = random.Random(seed)
        rows, cols = source.randint(1, 4), source.randint(1, 4)
        drawn = [
            [Fraction(source.randint(-4, 4), source.choice((1, 1, 3, 8))) for _ in range(cols)] for _ in range(rows)
        ]
        if seed % 5 == 0:
            drawn = [[entry * (1 + at) for entry in drawn[0]] for at in range(rows)]
        found.append(drawn)
    return found


def measures(rows: int, cols: int) -> list[Measure]:
    symbol = sp.MatrixSymbol("A", rows, cols)
    found = [*(Norm(symbol, kind) for kind in NUMPY), SmallestEntry(symbol)]
    return [*found, SmallestSingularValue(symbol), SpectralRadius(symbol)] if rows == cols else found


def reference(measure: Measure, rows: list[list[Fraction]]) -> mpmath.mpf:
    """The number to 40 digits, by mpmath's algorithms; a multiple eigenvalue is found to a part of the digits."""
    with mpmath.workdps(120):
        matrix = mpmath.matrix([[mpmath.mpf(e.numerator) / e.denominator for e in row] for row in rows])
        match measure:
            case SpectralRadius() if len(rows) == 1:
                return abs(matrix[0, 0])
            case SpectralRadius():
                return max(abs(value) for value in mpmath.eig(matrix, left=False, right=False))
            case SmallestEntry():
                return min(matrix)
            case SmallestSingularValue():
                return min(mpmath.svd(matrix, compute_uv=False))
        match measure.kind:
            case "1":
                return mpmath.mnorm(matrix, 1)
            case "oo":
                return mpmath.mnorm(matrix, mpmath.inf)
            case "F":
                return mpmath.mnorm(matrix, "f")
        return max(mpmath.svd(matrix, compute_uv=False))


@pytest.mark.parametrize("number", range(0, len(matrices()), 16))
def test_the_true_number_lies_in_the_ball(number: int) -> None:
    for rows in matrices()[number : number + 16]:
        for measure in measures(len(rows), len(rows[0])):
            found, wanted = measured(measure, [exact(rows)]), reference(measure, rows)
            middle = found if isinstance(found, flint.fmpq) else found.mid()
            error = 0 if isinstance(found, flint.fmpq) else float(found.rad())
            with mpmath.workdps(60):
                text = flint.arb(middle).str(50, radius=False)
                assert abs(mpmath.mpf(text) - wanted) <= error + mpmath.mpf(10) ** -12, (measure, rows, found, wanted)
            assert error < 1e-9


@pytest.mark.parametrize("kind", NUMPY)
def test_against_numpy(kind: str) -> None:
    for rows in matrices():
        found = measured(Norm(sp.MatrixSymbol("A", len(rows), len(rows[0])), kind), [exact(rows)])
        wanted = np.linalg.norm(np.array(rows, dtype=float), NUMPY[kind])
        assert float(flint.arb(found)) == pytest.approx(wanted, rel=1e-9, abs=1e-9)


def test_balls_around_entries_hold_the_number_too() -> None:
    source = np.random.default_rng(0)
    for _ in range(40):
        values = source.normal(size=(3, 3))
        balls = np.array([[flint.arb(entry, 1e-6) for entry in row] for row in values.tolist()], dtype=object)
        near = values + source.uniform(-1e-6, 1e-6, size=(3, 3))
        for measure in measures(3, 3):
            exactly = measured(measure, [exact([[Fraction(e) for e in row] for row in near.tolist()])])
            assert measured(measure, [balls]).overlaps(flint.arb(exactly)), measure


def test_rational_where_it_is_so_for_certain() -> None:
    A = sp.MatrixSymbol("A", 2, 2)
    nilpotent, diagonal = exact([[0, 5], [0, 0]]), exact([[3, 0], [0, -4]])
    assert measured(Norm(A, "F"), [diagonal]) == 5
    assert isinstance(measured(Norm(A, "F"), [diagonal]), flint.fmpq)
    assert measured(Norm(A, "oo"), [diagonal]) == 4
    assert measured(SpectralRadius(A), [nilpotent]) == 0
    assert not measured(SmallestSingularValue(A), [nilpotent]) > 0


def test_a_double_eigenvalue_is_enclosed_twice() -> None:
    found = eigenvalues(exact([[1, 1], [0, 1]]))
    assert len(found) == 2
    assert all(value.real.contains(1) for value in found)


def test_inner_product() -> None:
    f, g = sp.MatrixSymbol("f", 2, 1), sp.MatrixSymbol("g", 2, 1)
    assert measured(InnerProduct(f, g), [exact([[1], [2]]), exact([[3], [-4]])]) == -5


def test_largest_and_smallest_of_mixed_numbers() -> None:
    two, ball = flint.fmpq(2), flint.arb(3).sqrt()
    assert largest([two, flint.fmpq(-7)]) == 2
    assert largest([two, ball]) == 2
    assert smallest([two, ball]).overlaps(ball)
    assert largest([]) == 0


def test_roots() -> None:
    assert root(flint.fmpq(9, 4)) == flint.fmpq(3, 2)
    assert (root(flint.fmpq(2)) ** 2).contains(2)
    assert root(flint.arb(0, 1e-20)) >= 0


def test_systems_without_roots_have_no_norms() -> None:
    W = sp.MatrixSymbol("W", 2, 2)
    for system in (Rationals(), Floats(), Balls()):
        with pytest.raises(EvaluationError, match="has no value in"):
            Evaluator(system, Assignment()).scalar(Norm(W), {})
    given = Assignment(given={W: [[0, 5], [0, 0]]})
    assert Evaluator(Enclosures(), given).scalar(Norm(W) + 1, {}) == 6


def test_another_measure_has_no_value() -> None:
    class Other(Measure):
        pass

    with pytest.raises(UnknownTermError):
        measured(Other(sp.MatrixSymbol("W", 1, 1)), [exact([[1]])])
