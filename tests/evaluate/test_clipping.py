"""Clipped matrices of numbers: exact for rationals, enclosed for balls."""

from __future__ import annotations

from typing import Any

import flint
import pytest
import sympy as sp

from symrnn.errors import EvaluationError
from symrnn.evaluate import Assignment, Enclosures, Evaluator
from symrnn.evaluate.clipping import clip_factor
from symrnn.expr import ClipByValue, ClipFactor, Norm, Stack

g, G = sp.MatrixSymbol("g", 2, 1), sp.MatrixSymbol("G", 2, 2)
theta = sp.Symbol("theta", positive=True)
NUMBERS = {"g": [3, 4], "G": [[1, 2], [2, 4]], "theta": [[2]]}


def value(term: Any, numbers: dict[str, Any] = NUMBERS) -> list[Any]:
    system = Enclosures()
    with system.precision():
        found: list[Any] = Evaluator(system, Assignment(given=numbers)).value(term).tolist()
    return found


def test_exact_where_the_length_is_rational() -> None:
    assert value(ClipFactor(g, theta) * g) == [[flint.fmpq(6, 5)], [flint.fmpq(8, 5)]]
    fifths = [[flint.fmpq(entry, 5) for entry in row] for row in ([2, 4], [4, 8])]
    assert value(ClipFactor(G, theta, "F") * G) == fifths
    assert value(ClipByValue(g, theta)) == [[2], [2]]
    assert value(ClipFactor(g, 5) * g) == value(ClipFactor(g, 6) * g) == [[3], [4]]


def test_zero_stays_zero() -> None:
    for limit in (0, theta):
        assert value(ClipFactor(g, limit) * g, {**NUMBERS, "g": [0, 0]}) == [[0], [0]]
        assert value(ClipByValue(g, limit), {**NUMBERS, "g": [0, 0]}) == [[0], [0]]


def test_a_stack_is_by_columns_first_matrix_first() -> None:
    assert value(Stack(G, g)) == [[1], [2], [2], [4], [3], [4]]
    asymmetric = {**NUMBERS, "G": [[1, 2], [3, 4]]}
    assert value(Stack(g, G), asymmetric) == [[3], [4], [1], [3], [2], [4]]


def test_irrational_lengths_are_enclosed() -> None:
    ((first,), (second,)) = value(ClipFactor(g, theta) * g, {**NUMBERS, "g": [2, 2]})
    assert first.overlaps(flint.arb(2).sqrt())
    assert second.overlaps(flint.arb(2).sqrt())
    assert float(first.rad()) < 1e-50


def test_at_the_threshold_both_pieces_meet() -> None:
    """The ball around √8 cannot be told apart from the threshold √8."""
    root = flint.arb(8).sqrt()
    assert clip_factor(root, root).overlaps(flint.arb(1))
    wide = flint.arb(8, 1)
    assert clip_factor(wide, wide).contains(flint.arb(1))
    assert clip_factor(wide, wide).contains(flint.fmpq(7, 9))


def test_a_division_by_zero_is_not_left_open() -> None:
    unknown = flint.arb(0, 1e-9)
    with pytest.raises(EvaluationError, match="may be 0"):
        clip_factor(unknown, unknown)


def test_the_length_of_what_is_clipped() -> None:
    system = Enclosures()
    with system.precision():
        evaluator = Evaluator(system, Assignment(given=NUMBERS))
        assert evaluator.scalar(Norm(ClipFactor(g, theta) * g), {}) == 2
        assert evaluator.scalar(sp.Min(Norm(g), theta), {}) == 2
