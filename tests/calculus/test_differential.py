"""Every rule of the differential against a difference quotient with 60 digits."""

from fractions import Fraction

import numpy as np
import pytest
import sympy as sp

from symrnn.calculus import differential
from symrnn.errors import UnknownTermError
from symrnn.evaluate import Assignment, Evaluator, Reals, draw_fraction
from symrnn.expr import Differential, Elementwise, GenericFunction, MatrixSum, Vec

N, M = 3, 2
A, B = sp.MatrixSymbol("A", N, N), sp.MatrixSymbol("B", N, N)
v, w, C = sp.MatrixSymbol("v", N, 1), sp.MatrixSymbol("w", N, 1), sp.MatrixSymbol("C", N, M)
k = sp.Symbol("k", integer=True)
tanh = Elementwise("tanh")
STEP = Fraction(1, 10**20)

TERMS = {
    "sum": A + 2 * B,
    "product": A * B * v,
    "product with a repeated factor": A * B * A,
    "transpose": (A * B).T * v,
    "hadamard": sp.HadamardProduct(A * v, B * w),
    "hadamard of matrices": sp.HadamardProduct(A * B, B),
    "kronecker": sp.KroneckerProduct(A, B * v),
    "diagonal": sp.DiagMatrix(A * v) * w,
    "elementwise of a column": tanh(A * v + w),
    "elementwise of a matrix": tanh(A * C),
    "nested elementwise": tanh(A * tanh(B * v)),
    "slope of an elementwise": sp.DiagMatrix(tanh(A * v, order=1)) * w,
    "vec": Vec(A * C),
    "power with a symbolic exponent": A**k * v,
    "finite sum": MatrixSum(A**k * B * v, k, 0, 3),
}


def value(term, moved=None):
    """Value of a term at the drawn matrices, each moved by a step along its own differential."""
    numbers = Assignment(indices={k: 4}, seed=5, draw=draw_fraction)
    system = Reals(60)
    if moved is not None:
        given = {}
        for symbol in (A, B, C, v, w):
            rows, cols = (int(size) for size in symbol.shape)
            base = numbers.matrix(symbol.name, None, rows, cols, system)
            step = numbers.matrix(f"d{symbol.name}", None, rows, cols, system)
            given[symbol.name] = base + step * system.number(moved)
        numbers = Assignment(indices={k: 4}, seed=5, draw=draw_fraction, given=given)
    evaluator = Evaluator(system, numbers, varying=(A, B, C, v, w))
    return evaluator.value(term)


@pytest.mark.parametrize("name", TERMS)
def test_rule_agrees_with_a_central_difference(name):
    term = TERMS[name]
    forward, backward = value(term, STEP), value(term, -STEP)
    quotient = (forward - backward) / (2 * Reals(60).number(STEP))
    exact = value(differential(term))
    gap = np.max(np.abs(quotient - exact))
    assert np.max(np.abs(exact)) > 1e-3
    assert gap < 1e-30


def test_forgotten_factor_is_noticed():
    """The comparison can fail: a product rule that keeps one summand only is off."""
    quotient = (value(A * B, STEP) - value(A * B, -STEP)) / (2 * Reals(60).number(STEP))
    assert np.max(np.abs(quotient - value(Differential(A) * B))) > 1e-3


def test_a_constant_does_not_move():
    moved = differential(A * v, moves=lambda named: Differential(named) if named == A else None)
    assert moved == Differential(A) * v


def test_power_is_a_sum_over_the_places():
    """SymPy's own rule for a symbolic exponent treats the matrix as a number."""
    moved = differential(A**k)
    assert isinstance(moved, MatrixSum)
    assert sp.expand(moved.length - k) == 0


def test_a_node_without_a_rule_is_refused():
    unknown = GenericFunction(sp.core.symbol.Str("f"), sp.S.One, sp.S.One, v)
    with pytest.raises(UnknownTermError, match="GenericFunction"):
        differential(unknown)
