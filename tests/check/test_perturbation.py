"""The checker's own differentiation, against SymPy's derivative of the terms written out."""

from __future__ import annotations

import pytest
import sympy as sp
from check.tools import H, W, one_state
from sympy.matrices.expressions.matexpr import MatrixElement

from symrnn.check.perturbation import Movement, perturbed, perturbed_scalar
from symrnn.check.quantities import Quantities
from symrnn.errors import ProofError
from symrnn.evaluate import Entries, Evaluator, SymbolicAssignment
from symrnn.expr import Elementwise, MatrixSum, Norm, OrderedProduct, Sequence, UnitVector
from symrnn.symbols import n, t, u

h, phi = H[t - 1], Elementwise("phi")
c = h[0, 0]

BODIES = {
    "product": W * phi(W * h),
    "entry": c * W * h,
    "entry of the weights": W[0, 1] * h,
    "power of a sum": (c + W[1, 0]) ** 3 * h,
    "quotient": sp.MatMul(1 / (c**2 + 1), W, h),
    "entry of a product": MatrixElement(W * h, 1, 0) * h,
    "inside an activation": phi(c * W * h),
    "entrywise": sp.HadamardProduct(c * h, phi(h)),
    "power": sp.MatMul(sp.MatPow(c * W, 2), h),
    "quadratic form": MatrixElement(sp.MatMul(h.T, W, h), 0, 0) * h,
    "transpose": MatrixElement(sp.MatMul(sp.Transpose(W[0, 0] * h), W), 0, 1) * h,
    "diagonal": sp.MatMul(W, sp.DiagMatrix(W[0, 0] * h), h),
    "sum": MatrixSum(h[u - 1, 0] * W * UnitVector(n, u), (u, 1, 2)),
    "inverse": sp.MatMul(sp.MatPow(W, -1), h),
    "inverse that moves": sp.MatMul(sp.MatPow(sp.DiagMatrix(c * h), -1), W, h),
}


@pytest.mark.parametrize("name", BODIES)
@pytest.mark.parametrize("wrt", [H[0], W])
def test_movements_are_derivatives(name: str, wrt: sp.MatrixExpr) -> None:
    model = one_state(BODIES[name], W)
    written = model.unroll(1, sizes={n: 2}).jacobian(H[1], wrt)
    movement = Quantities(model).movement(H[1])
    assert movement is not None
    value = Evaluator(Entries(), SymbolicAssignment({n: 2}), model).value(movement.jacobian(wrt))
    assert (sp.Matrix(value.tolist()) - written).applyfunc(lambda entry: sp.cancel(entry.doit())).is_zero_matrix


def test_scalars_without_a_matrix_stand_still() -> None:
    assert perturbed_scalar(sp.sqrt(sp.Symbol("c")) + n) == []
    assert perturbed(UnitVector(n, 1)) == perturbed(sp.OneMatrix(n, 1)) == []


UNKNOWN = {
    "trace": sp.Trace(W) * h,
    "determinant": sp.MatMul(sp.Determinant(W), h),
    "norm": sp.MatMul(Norm(h), h),
    "function": sp.MatMul(sp.exp(c), h),
    "root": sp.MatMul(sp.sqrt(c), h),
    "magnitude": sp.MatMul(sp.Abs(c), h),
    "sum that SymPy binds": sp.MatMul(sp.Sum(h[u, 0], (u, 0, n - 1)), h),
    "exponent": sp.MatMul(sp.MatPow(W, c), h),
    "bound": MatrixSum(h, (u, 1, c)),
    "place": MatrixElement(W, c, 0) * h,
    "unit vector": UnitVector(n, c),
    "symbolic power": sp.MatMul(sp.MatPow(W, u), h),
    "ordered product": OrderedProduct(c * W, (u, 1, 3), "ascending") * h,
}


@pytest.mark.parametrize("name", UNKNOWN)
def test_what_moves_in_an_unknown_way_is_refused(name: str) -> None:
    with pytest.raises(ProofError, match="cannot differentiate"):
        perturbed(UNKNOWN[name])


def test_what_moves_must_find_a_place_in_the_chain() -> None:
    M = Sequence("M", n, n)
    with pytest.raises(ProofError, match="cannot isolate what moves"):
        Movement.of(M[t - 1][0, 0] * M[t - 1])
    assert set(Movement.of(M[t - 1][0, 0] * h).by) == {h, M[t - 1]}
