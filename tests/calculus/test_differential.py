"""Every rule of the differential against a difference quotient with 60 digits."""

from fractions import Fraction

import numpy as np
import pytest
import sympy as sp
from sympy.core.symbol import Str
from sympy.matrices.expressions.matexpr import MatrixElement

from symrnn.calculus import differential
from symrnn.errors import UnknownTermError
from symrnn.evaluate import Assignment, Evaluator, Reals, draw_fraction
from symrnn.expr import Apply, Differential, Elementwise, GenericFunction, MatrixSum, Norm, UnitVector, Vec

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
    "unit vector": A * UnitVector(N, 2),
    "entry as a scalar": A[0, 1] * B * v,
    "entry of what is scaled": v[2, 0] * v,
    "entry of a product": MatrixElement(A * v, 1, 0) * w,
    "entry of a row": MatrixElement(v.T * A, 0, 1) * v.T,
    "inner product": MatrixElement(v.T * w, 0, 0) * v,
    "entry times a matrix": v[0, 0] * A,
    "entry times an outer product": v[0, 0] * w * v.T * A,
    "entry under a transpose": (A[0, 1] * B).T * v,
    "powers and quotients of entries": sp.MatMul(v[0, 0] ** 3 / (A[0, 1] ** 2 + 1), A, v),
    "function of entries": sp.MatMul(sp.exp(v[0, 0] * A[1, 1]), B, v),
    "entries inside an activation": tanh(v[1, 0] * A * v),
    "entries under a sum": MatrixSum(v[k, 0] * A * v, k, 0, 2),
    "inverse": sp.Inverse(A),
    "inverse as a power": sp.MatPow(A, -1) * v,
    "inverse of a product": sp.MatMul(sp.Inverse(A * B), v),
    "inverse of a scaled sum": sp.Inverse(v[0, 0] * A + B) * v,
    "power of an inverse": sp.MatMul(sp.MatPow(sp.Inverse(A), k), v),
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


def test_the_inverse_moves_between_two_inverses():
    inverse = sp.MatPow(A, -1)
    assert differential(inverse) == sp.MatMul(-1, inverse, Differential(A), inverse)
    assert differential(sp.Inverse(sp.Identity(N))) == sp.ZeroMatrix(N, N)


@pytest.mark.parametrize("exponent", [-2, sp.Symbol("p", integer=True, negative=True), sp.Rational(1, 2), v[0, 0]])
def test_other_powers_are_refused(exponent):
    with pytest.raises(UnknownTermError, match="no differential is known"):
        differential(sp.MatPow(A, exponent))


UNKNOWN = {
    "trace": sp.Trace(A) * v,
    "determinant": sp.MatMul(sp.Determinant(A), v),
    "norm": sp.MatMul(Norm(v), v),
    "magnitude": sp.MatMul(sp.Abs(v[0, 0]), v),
    "sum that SymPy binds": sp.MatMul(sp.Sum(v[k, 0], (k, 0, 2)), v),
    "moving bound": MatrixSum(v, k, 0, w[0, 0]),
    "moving place": MatrixElement(A, w[0, 0], 0) * v,
    "moving unit vector": UnitVector(sp.Integer(N), w[0, 0]),
    "moving member": Apply(Str("phi"), sp.S.Zero, v, w[0, 0]),
}


@pytest.mark.parametrize("name", UNKNOWN)
def test_what_moves_in_an_unknown_way_is_refused(name):
    with pytest.raises(UnknownTermError):
        differential(UNKNOWN[name])


def test_a_node_without_a_rule_is_refused():
    unknown = GenericFunction(Str("f"), sp.S.One, sp.S.One, v)
    with pytest.raises(UnknownTermError, match="GenericFunction"):
        differential(unknown)
