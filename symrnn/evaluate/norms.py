"""Norms, singular values, spectral radii and smallest entries of matrices of numbers, enclosed for certain."""

from __future__ import annotations

from functools import reduce
from operator import add
from typing import TYPE_CHECKING, Any

import flint

from symrnn.errors import EvaluationError, UnknownTermError
from symrnn.expr import InnerProduct, Measure, Norm, SmallestEntry, SmallestSingularValue, SpectralRadius
from symrnn.expr.norms import COLUMN_SUM, FROBENIUS, ROW_SUM

if TYPE_CHECKING:
    from symrnn.evaluate.arrays import Array


def measured(measure: Measure, matrices: list[Array]) -> Any:
    """The value of a measure: a rational number where it is one for certain, else a ball that holds it.

    Args:
        measure: which number to read off.
        matrices: the values of the matrices it speaks of, rationals or balls.

    Raises:
        EvaluationError: when no enclosure is found.
        UnknownTermError: for another measure.

    >>> import numpy as np
    >>> import sympy as sp
    >>> from symrnn.expr import SpectralRadius
    >>> W = sp.MatrixSymbol("W", 2, 2)
    >>> nilpotent = np.array([[flint.fmpq(0), flint.fmpq(5)], [flint.fmpq(0), flint.fmpq(0)]], dtype=object)
    >>> measured(SpectralRadius(W), [nilpotent]), measured(Norm(W, 1), [nilpotent])
    (0, 5)
    """
    match measure:
        case Norm():
            return _norm(measure.kind, matrices[0])
        case InnerProduct():
            return _total((matrices[0] * matrices[1]).ravel())
        case SmallestEntry():
            return smallest(list(matrices[0].ravel()))
        case SpectralRadius():
            return largest([abs(root) for root in eigenvalues(matrices[0])])
        case SmallestSingularValue():
            return root(smallest([value.real for value in eigenvalues(matrices[0].T @ matrices[0])]))
    raise UnknownTermError(f"no value is known for {type(measure).__name__}")


def _norm(kind: str, matrix: Array) -> Any:
    if kind == COLUMN_SUM:
        return largest([_total(abs(matrix[:, j])) for j in range(matrix.shape[1])])
    if kind == ROW_SUM:
        return largest([_total(abs(matrix[i, :])) for i in range(matrix.shape[0])])
    if kind == FROBENIUS or 1 in matrix.shape:
        return root(_total((matrix * matrix).ravel()))
    gram = matrix.T @ matrix if matrix.shape[1] <= matrix.shape[0] else matrix @ matrix.T
    return root(largest([value.real for value in eigenvalues(gram)]))


def _total(numbers: Any) -> Any:
    return reduce(add, numbers, flint.fmpq(0))


def eigenvalues(matrix: Array) -> list[flint.acb]:
    """Balls around all eigenvalues of a square matrix, each as often as it occurs.

    Exact rationals go through the characteristic polynomial, whose roots are isolated whatever their multiplicity;
    balls through an enclosure of the whole spectrum. Source: Johansson (2017), Arb; van der Hoeven and Mourrain (2017).

    Raises:
        EvaluationError: when the eigenvalues of a matrix of balls cannot be told apart from defective ones.
    """
    rows = matrix.tolist()
    if all(isinstance(entry, flint.fmpq) for row in rows for entry in row):
        size = len(rows)
        polynomial = flint.fmpq_mat(size, size, [entry for row in rows for entry in row]).charpoly().numer()
        roots: Any = polynomial.complex_roots()  # pairs (root, multiplicity), which the library's types do not say
        return [flint.acb(value) for value, times in roots for _ in range(times)]
    try:
        return list(flint.acb_mat(rows).eig(multiple=True))
    except ValueError as error:
        raise EvaluationError("no enclosure tells the eigenvalues of a matrix apart: some may be equal") from error


def largest(numbers: list[Any]) -> Any:
    """The largest of rationals or balls; 0 of none.

    Raises:
        EvaluationError: for numbers that have no order, such as residues.
    """
    try:
        return reduce(lambda a, b: _ball(a).max(_ball(b)) if _is_ball(a) or _is_ball(b) else max(a, b), numbers or [0])
    except TypeError as error:
        raise EvaluationError(f"the largest of some numbers is not decided: {error}") from None


def smallest(numbers: list[Any]) -> Any:
    """The smallest of rationals or balls."""
    return -largest([-number for number in numbers])


def root(number: Any) -> Any:
    """The square root of a number that is known to be at least 0; rational where it is so for certain."""
    if isinstance(number, flint.fmpq):
        if number == 0:
            return number
        above, below = (flint.fmpz(part) for part in (number.p, number.q))
        if above.is_square() and below.is_square():
            return flint.fmpq(above.isqrt(), below.isqrt())
    return _ball(number).nonnegative_part().sqrt()


def _is_ball(number: Any) -> bool:
    return isinstance(number, flint.arb)


def _ball(number: Any) -> flint.arb:
    return number if _is_ball(number) else flint.arb(number)
