"""Softmax and log-sum-exp: what their values are, how they move, and what the normal form knows of them."""

from __future__ import annotations

from typing import Any

import mpmath
import numpy as np
import pytest
import sympy as sp

from symrnn.activations import activation, z
from symrnn.calculus import differential
from symrnn.equality import equal, normal_form
from symrnn.errors import EvaluationError, ShapeError
from symrnn.evaluate import Assignment, Balls, Degrees, Entries, Evaluator, Floats, Modulo, Rationals, Reals
from symrnn.expr import Differential, LogSumExp, Softmax
from symrnn.latex import to_latex, to_text
from symrnn.symbols import n

y, W = sp.MatrixSymbol("y", n, 1), sp.MatrixSymbol("W", n, n)
ONES = sp.OneMatrix(n, 1)
p = Softmax(y)
VALUES = [1, -2, 3]


def value(term: sp.MatrixExpr, system: Any, values: Any = VALUES) -> list[Any]:
    found = Evaluator(system, Assignment({n: len(values)}, given={"y": values})).value(term)
    return list(found.ravel())


def test_only_columns_have_a_softmax() -> None:
    for node in (Softmax, LogSumExp):
        with pytest.raises(ShapeError, match="not a column"):
            node(W)
        with pytest.raises(ShapeError, match="not a matrix expression"):
            node(n)


def test_values_to_fifty_digits() -> None:
    with mpmath.workdps(70):
        weights = [mpmath.exp(entry) for entry in VALUES]
        total = mpmath.fsum(weights)
        for found, weight in zip(value(p, Reals(50)), weights, strict=True):
            assert abs(found - weight / total) < mpmath.mpf(10) ** -50
        assert abs(value(LogSumExp(y), Reals(50))[0] - mpmath.log(total)) < mpmath.mpf(10) ** -50


def test_large_logits_do_not_overflow() -> None:
    assert value(p, Floats(), [5000, 0, 5000]) == [0.5, 0.0, 0.5]
    assert value(LogSumExp(y), Floats(), [-5000, -5000]) == pytest.approx([-5000 + np.log(2)])


def test_balls_hold_the_value() -> None:
    total = value(sp.OneMatrix(1, n) * p, Balls())[0]
    assert total.overlaps(Balls().number(1))
    assert float(total.rad()) < 1e-50


def test_entries_are_expressions() -> None:
    first, second = sp.symbols("a b")
    found = value(p, Entries(), [first, second])
    assert sp.simplify(found[0] - 1 / (1 + sp.exp(second - first))) == 0
    assert value(LogSumExp(y), Entries(), [first, second]) == [sp.log(sp.exp(first) + sp.exp(second))]


def test_rationals_have_no_exponential_but_one_number_needs_none() -> None:
    with pytest.raises(EvaluationError, match="exp has no value"):
        value(p, Rationals())
    assert value(p, Rationals(), [7]) == [1]
    assert value(LogSumExp(y), Rationals(), [7]) == [7]


def test_residues_sum_to_one_and_follow_the_column() -> None:
    found = value(p, Modulo(3))
    assert sum(map(int, found)) % Modulo(3).prime == 1
    assert found == value(p, Modulo(3))
    assert found != value(p, Modulo(3), [1, -2, 4])
    assert value(LogSumExp(y), Modulo(3), [7]) == [Modulo(3).number(sp.Integer(7))]
    assert [entry.bound for entry in value(p, Degrees())] == [1, 1, 1]


def test_the_softmax_sums_to_one() -> None:
    slope = sp.DiagMatrix(p) - p * p.T
    assert equal(sp.OneMatrix(1, n) * p, sp.Identity(1))
    assert normal_form(slope * ONES) == sp.ZeroMatrix(n, 1)
    assert normal_form(ONES.T * slope) == sp.ZeroMatrix(1, n)
    assert normal_form(W * p) != normal_form(W * ONES)


def test_the_normal_form_looks_into_the_argument() -> None:
    assert equal(Softmax(y + W * y - y), Softmax(W * y))
    assert not equal(Softmax(W * y), Softmax(W.T * y))
    assert equal(W * LogSumExp(2 * y)[0, 0], sp.MatMul(LogSumExp(y + y)[0, 0], W))
    single = sp.MatrixSymbol("c", 1, 1)
    assert equal(Softmax(single), sp.Identity(1))
    assert equal(LogSumExp(single), single)


def test_differentials() -> None:
    dy = Differential(y)
    assert equal(differential(p), (sp.DiagMatrix(p) - p * p.T) * dy)
    assert equal(differential(LogSumExp(y)), p.T * dy)
    assert differential(Softmax(ONES)) == sp.ZeroMatrix(n, 1)


def test_the_slope_of_softplus_is_the_sigmoid() -> None:
    entry = activation("softplus")
    slope = activation(entry.slope_name)
    assert sp.simplify(entry.derivative() - slope.derivative(0)) == 0
    assert activation("softplus", beta=2).slope_name == ""
    assert sp.simplify(activation("softplus", beta=2).derivative() - slope.derivative(0).subs(z, 2 * z)) == 0


def test_every_named_slope_is_one() -> None:
    from symrnn.activations.lookup import TABLE

    named = [entry for entry in TABLE.values() if entry.slope_name]
    assert named
    for entry in named:
        assert sp.simplify(entry.derivative() - activation(entry.slope_name).derivative(0)) == 0


def test_substitution_and_writing() -> None:
    assert p.subs(y, W * y) == Softmax(W * y)
    assert to_latex(p) == r"\operatorname{softmax}(\mathbf{y})"
    assert to_latex(LogSumExp(y)) == r"\log(\mathbf{1}^{\top} \exp(\mathbf{y}))"
    assert to_text(p.T * LogSumExp(y)[0, 0]) == "log(1ᵀ exp(y)) softmax(y)ᵀ"
